"""One event at a glance: its stage, what can be done now, what is missing before publishing, seats, tracks."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from litestar import get
from litestar.params import FromPath
from litestar.response import Response

from events.drafts import lifecycle, review, untranslated
from events.errors import FieldError
from events.models import Event, EventKind, RegistrationState, ReviewState, Stage
from events.registrations import desk as lists
from events.registrations import people_listing
from events.storage import LOCALES, ReadSession
from service import next_steps
from service.accounts.permissions import Action
from service.attention import Matter, May
from service.web.pages import Request
from service.web.staff.desk import desk_of


@dataclass(frozen=True, slots=True)
class Glance:
    """What the event's first page shows."""

    seats: lists.SeatCount
    states: dict[RegistrationState, int]
    missing: list[FieldError]
    slots: int
    partners: list[lists.ParticipationRow]
    attendance: people_listing.AttendanceCount | None
    gaps: Mapping[str, int]
    """How many texts each language lacks that are there in the other one."""
    obstacle: str | None
    """Why this person may not publish the draft."""
    asked: bool
    """Whether the draft waits for approval."""
    steps: Sequence[Matter]
    """What this person can do next."""


def glance(session: ReadSession, event: Event, now: datetime, *, may: May, by: str) -> Glance:
    """Read everything for the page."""
    draft = event.stage is Stage.DRAFT
    found = review.find_review(session, event.id) if draft else None
    taking_part = lists.list_participations(session, event.id)
    gaps = untranslated.find_gaps(
        event, lists.list_programme(session, event.id), [row.participation for row in taking_part]
    )
    over = event.stage in (Stage.LIVE, Stage.ENDED, Stage.ARCHIVED)
    return Glance(
        seats=lists.count_seats(session, [event.id]).get(event.id, lists.SeatCount()),
        states=dict(people_listing.count_registrations(session, event.id)),
        missing=lifecycle.missing_before_publishing(session, event, now=now) if draft else [],
        slots=len(lists.list_slots(session, event.id)) if event.kind is EventKind.EXHIBITION else 0,
        partners=[row for row in taking_part if row.participation.withdrawn_at is None],
        attendance=people_listing.count_attendance(session, event) if over else None,
        gaps={locale: sum(gap.locale == locale for gap in gaps) for locale in LOCALES},
        obstacle=review.find_obstacle(session, event, decides=may(Action.APPROVE_EVENTS), by=by) if draft else None,
        asked=found is not None and found.state is ReviewState.SUBMITTED,
        steps=next_steps.next_steps(session, event, may=may, now=now),
    )


@get("/staff/events/{event_id:uuid}", action=Action.VIEW_EVENTS, include_in_schema=False)
async def show_event(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show one event."""
    desk = desk_of(request)
    event = await desk.event(event_id)
    now, may, by = desk.now, desk.identity.may, desk.by
    seen = await desk.read(lambda session: glance(session, event, now, may=may, by=by))
    return await desk.show("event.html", event=event, glance=seen, now=now)


HANDLERS = (show_event,)
