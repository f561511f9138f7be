"""Public: what is on."""

from __future__ import annotations

import enum
from datetime import date
from typing import Annotated

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from events.catalogue import listing
from events.catalogue.finding import Place, Wanted, find_events
from events.models import EventKind, EventMode
from events.questions.form_reading import asked_form
from events.storage import ReadSession
from events.tags import Audience
from service.api.answers import READ
from service.api.paging import Cursor, Limit, read_time_cursor, write_cursor
from service.api.parameters import Id
from service.api.resources.forms import FormView, form_view
from service.api.resources.public import (
    EventDetail,
    EventPageOfList,
    SlotList,
    event_detail,
    event_summary,
    slot_view,
)
from service.wiring import Runtime


class When(enum.StrEnum):
    """Which events a list shows."""

    COMING = "coming"
    PAST = "past"


@get("/events", responses=READ, operation_id="listEvents", summary="List public events")
async def list_events(
    *,
    runtime: NamedDependency[Runtime],
    when: Annotated[When, QueryParameter(description="Coming ones, soonest first, or past ones, latest first.")] = (
        When.COMING
    ),
    kind: Annotated[EventKind | None, QueryParameter()] = None,
    organiser: Annotated[str | None, QueryParameter(max_length=60, description="An organiser's slug.")] = None,
    q: Annotated[
        str, QueryParameter(max_length=200, description="Words that must all occur; case and accents do not matter.")
    ] = "",
    mode: Annotated[EventMode | None, QueryParameter(description="Hybrid events are found by every mode.")] = None,
    audience: Annotated[Audience | None, QueryParameter()] = None,
    topic: Annotated[str | None, QueryParameter(max_length=80, description="A topic's `code`.")] = None,
    first: Annotated[
        date | None, QueryParameter(name="from", description="Events that are not over before this day.")
    ] = None,
    last: Annotated[
        date | None, QueryParameter(name="to", description="Events that begin on this day or before.")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> EventPageOfList:
    """List the events that everybody may see, drafts excepted."""
    now = runtime.clock.now()
    place = read_time_cursor(cursor)
    wanted = Wanted(
        text=q, kind=kind, mode=mode, organiser=organiser, audience=audience, topic=topic, first=first, last=last
    )
    found = await runtime.database.aread(
        lambda session: find_events(
            session, wanted, now=now, past=when is When.PAST, limit=limit, after=Place(*place) if place else None
        )
    )
    return EventPageOfList(
        items=[event_summary(card, runtime.links) for card in found.cards],
        next_cursor=write_cursor(found.after.starts_at, found.after.id) if found.after else None,
    )


@get("/events/{event_id:uuid}", responses=READ, operation_id="getEvent", summary="Get a public event")
async def get_event(event_id: Id, runtime: NamedDependency[Runtime]) -> EventDetail:
    """Return one event with its speakers, programme and seats."""
    page = await runtime.database.aread(lambda session: listing.event_page_by_id(session, event_id))
    return event_detail(page, runtime.links)


@get("/events/{event_id:uuid}/slots", responses=READ, operation_id="listSlots", summary="List visiting times")
async def list_slots(event_id: Id, runtime: NamedDependency[Runtime]) -> SlotList:
    """Return the visiting times of an exhibition with the seats that are left."""

    def query(session: ReadSession) -> SlotList:
        page = listing.event_page_by_id(session, event_id)
        return SlotList(items=[slot_view(visit) for visit in page.visits])

    return await runtime.database.aread(query)


@get("/events/{event_id:uuid}/form", responses=READ, operation_id="getForm", summary="Get what an event asks")
async def get_form(event_id: Id, runtime: NamedDependency[Runtime]) -> FormView:
    """Return the questions that an event asks of who registers, with the places that their choices have left."""

    def query(session: ReadSession) -> FormView:
        page = listing.event_page_by_id(session, event_id)
        return form_view(asked_form(session, event_id, page.form_revision))

    return await runtime.database.aread(query)


routes = Router("/", route_handlers=[list_events, get_event, list_slots, get_form], tags=["Events"])
