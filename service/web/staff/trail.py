"""The audit trail for owners: who did what, when and from where, in sentences, filtered."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from litestar import get
from litestar.response import Response

from events.errors import N_
from events.storage import LocalizedText, ReadSession
from service.accounts import audit, staff
from service.accounts.audit import PER_PAGE, Line, Wanted
from service.accounts.models import Staff
from service.accounts.permissions import Action
from service.web.languages import translate
from service.web.pages import Request
from service.web.staff.acts import ACTIONS, sentence_of
from service.web.staff.desk import Desk, desk_of, organiser_in
from service.web.staff.narration import tell


@dataclass(frozen=True, slots=True)
class Told:
    """One act: what happened in one sentence or a few, by whom and from where."""

    at: datetime
    sentences: Sequence[str]
    who: str
    by_token: bool
    address: str
    device: str
    event_id: uuid.UUID | None
    title: LocalizedText | None
    alarming: bool


@get("/staff/audit", action=Action.VIEW_AUDIT, include_in_schema=False)
async def show_trail(request: Request) -> Response[str]:
    """Show the latest acts that fit, a page at a time."""
    desk = desk_of(request)
    house = await desk.house()
    timezone = house.timezone if house else "Asia/Jakarta"
    query = request.query_params
    wanted = _wanted(query, timezone)
    before = organiser_in(query.get("before"))

    def find(session: ReadSession) -> tuple[Sequence[Line], Sequence[Staff]]:
        return (
            audit.search(session, desk.identity, wanted, before=before, limit=PER_PAGE + 1),
            staff.list_staff(session, desk.identity),
        )

    found, people = await desk.read(find)
    lines, more = found[:PER_PAGE], len(found) > PER_PAGE
    names = {each.id: each.name for each in people}
    return await desk.show(
        "audit.html",
        told=[_told(line, desk, timezone, names) for line in lines],
        older=lines[-1].entry.id if more else None,
        timezone=timezone,
        people=people,
        actions=sorted(ACTIONS, key=lambda action: translate(ACTIONS[action], desk.locale)),
        sentence_of=sentence_of,
        query={name: query.get(name, "") for name in ("who", "what", "from", "to", "event")},
    )


def _wanted(query: Mapping[str, str], timezone: str) -> Wanted:
    until = _day(query.get("to"), timezone)
    return Wanted(
        by=organiser_in(query.get("who")),
        event_id=organiser_in(query.get("event")),
        action=query.get("what") if query.get("what") in ACTIONS else None,
        since=_day(query.get("from"), timezone),
        until=until + timedelta(days=1) if until else None,
    )


def _day(text: str | None, timezone: str) -> datetime | None:
    """Return the beginning of a day where the library is; nonsense is as good as none."""
    try:
        day = date.fromisoformat(text or "")
        return datetime.combine(day, time(), ZoneInfo(timezone)) if 2000 < day.year < 3000 else None
    except ValueError:
        return None


def _told(line: Line, desk: Desk, timezone: str, names: Mapping[uuid.UUID, str]) -> Told:
    entry = line.entry
    told = tell(line.facts, locale=desk.locale, timezone=timezone, names=names)
    sentences = [each.sentence for each in reversed(told)] or [translate(sentence_of(entry.action), desk.locale)]
    kind, _, key = entry.by.partition(":")
    name = names.get(uuid.UUID(key)) if kind == "staff" else None
    return Told(
        at=entry.at,
        sentences=sentences,
        who=name or (translate(N_("by staff"), desk.locale) if kind == "staff" else "—"),
        by_token=entry.token_id is not None,
        address=entry.address,
        device=entry.device,
        event_id=entry.event_id,
        title=line.title,
        alarming=entry.action == audit.SIGN_IN_FAILED,
    )


HANDLERS = (show_trail,)
