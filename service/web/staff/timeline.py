"""An event's timeline: what happened to it, in words."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from litestar import get
from litestar.params import FromPath
from litestar.response import Response

from events import outbox
from events.outbox import FactRow
from events.storage import ReadSession
from service.accounts import staff
from service.accounts.permissions import Action
from service.web.pages import Request
from service.web.staff.desk import desk_of
from service.web.staff.narration import staff_ids, tell


@get("/staff/events/{event_id:uuid}/timeline", action=Action.VIEW_EVENTS, include_in_schema=False)
async def show_timeline(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Tell the event's story, the latest first."""
    desk = desk_of(request)
    event = await desk.event(event_id)

    def query(session: ReadSession) -> tuple[Sequence[FactRow], Mapping[uuid.UUID, str]]:
        rows = outbox.timeline(session, event_id)
        return rows, staff.names(session, staff_ids(rows))

    rows, names = await desk.read(query)
    told = tell(rows, locale=desk.locale, timezone=event.timezone, names=names)
    return await desk.show("timeline.html", event=event, told=told)


HANDLERS = (show_timeline,)
