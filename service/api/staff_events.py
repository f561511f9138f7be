"""Staff: drafting, reading and editing events."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from litestar import Response, Router, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from events.drafts import authoring
from events.errors import N_, FieldError, Invalid
from events.models import Event, Stage
from events.privacy import records
from events.storage import Session
from service.accounts.permissions import Action
from service.api.access import Acting, needs
from service.api.answers import STAFF_ACT, STAFF_READ, STAFF_WRITE, refusals
from service.api.etags import change_event, expected_version, render_event, with_etag
from service.api.paging import Cursor, Limit, cut, read_time_cursor
from service.api.parameters import Id, IdempotencyKey, IfMatch, OrganiserQuery
from service.api.resources.events import StaffEvent, StaffEventPage, event_row, staff_event
from service.inputs.events import EventDraftInput, EventEditInput, TimesInput


@get("/events", opt=needs(Action.VIEW_EVENTS), responses=STAFF_READ, operation_id="listStaffEvents")
async def list_events(
    acting: NamedDependency[Acting],
    organiser: OrganiserQuery = None,
    stage: Annotated[Stage | None, QueryParameter()] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> StaffEventPage:
    """List the organiser's events, drafts too, the latest start first."""
    after = read_time_cursor(cursor)
    rows = await acting.see(
        lambda session: [
            event_row(event)
            for event in records.event_page(
                session, owners=acting.owners(organiser), stage=stage, limit=limit + 1, after=after
            )
        ]
    )
    page, next_cursor = cut(rows, limit, lambda event: (event.starts_at, event.id))
    return StaffEventPage(items=list(page), next_cursor=next_cursor)


@post("/events", opt=needs(Action.EDIT_EVENTS), responses=STAFF_WRITE, operation_id="draftEvent")
async def draft_event(
    data: JSONBody[EventDraftInput],
    acting: NamedDependency[Acting],
    organiser: OrganiserQuery = None,
    idempotency_key: IdempotencyKey = None,
) -> Response[StaffEvent]:
    """Begin an event. Nobody but staff sees it until it is published."""
    now = acting.now
    fields: dict[str, Any] = {"title": data.title.stored()} | data.fields()

    def use_case(session: Session) -> uuid.UUID:
        return authoring.draft_event(
            session,
            acting.organiser_to_write(organiser),
            kind=data.kind,
            starts_at=data.starts_at,
            ends_at=data.ends_at,
            timezone=data.timezone,
            capacity=data.capacity,
            now=now,
            by=acting.by,
            **fields,
        )

    payload = {"organiser": str(organiser), **data.model_dump(mode="json")}
    event = await acting.make(use_case, render_event, operation="draftEvent", key=idempotency_key, payload=payload)
    return with_etag(event, status_code=201)


@get("/events/{event_id:uuid}", opt=needs(Action.VIEW_EVENTS), responses=STAFF_READ, operation_id="getStaffEvent")
async def get_event(event_id: Id, acting: NamedDependency[Acting]) -> Response[StaffEvent]:
    """Return an event with everything that staff wrote about it. The ETag is for If-Match."""
    event = await acting.see(lambda session: staff_event(records.event_record(session, event_id)), on=(Event, event_id))
    return with_etag(event)


@patch(
    "/events/{event_id:uuid}",
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_WRITE | refusals(412),
    operation_id="editEvent",
)
async def edit_event(
    event_id: Id, data: JSONBody[EventEditInput], acting: NamedDependency[Acting], if_match: IfMatch = None
) -> Response[StaffEvent]:
    """Change what is written about an event; what is left out stays (JSON Merge Patch, RFC 7396)."""
    now, version = acting.now, expected_version(if_match)
    fields = data.fields()
    if "title" in data.model_fields_set and data.title is None:
        raise Invalid([FieldError("title", "missing", N_("Give the event a title."))])
    event = await acting.change(
        lambda session: change_event(
            session,
            event_id,
            lambda: authoring.edit_event(session, event_id, version=version, now=now, by=acting.by, **fields),
        ),
        on=(Event, event_id),
    )
    return with_etag(event)


@put(
    "/events/{event_id:uuid}/times",
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_WRITE,
    operation_id="setTimes",
)
async def set_times(event_id: Id, data: JSONBody[TimesInput], acting: NamedDependency[Acting]) -> Response[StaffEvent]:
    """Set the times of a draft. A published event moves by `reschedule`, which tells people."""
    now = acting.now
    event = await acting.change(
        lambda session: change_event(
            session,
            event_id,
            lambda: authoring.set_times(
                session, event_id, starts_at=data.starts_at, ends_at=data.ends_at, now=now, by=acting.by
            ),
        ),
        on=(Event, event_id),
    )
    return with_etag(event)


@delete("/events/{event_id:uuid}", opt=needs(Action.EDIT_EVENTS), responses=STAFF_ACT, operation_id="discardDraft")
async def discard_draft(event_id: Id, acting: NamedDependency[Acting]) -> None:
    """Remove a draft and all that hangs on it. What was published is cancelled, never removed."""
    await acting.change(lambda session: authoring.discard_draft(session, event_id), on=(Event, event_id))


routes = Router(
    "/", route_handlers=[list_events, draft_event, get_event, edit_event, set_times, discard_draft], tags=["Events"]
)
