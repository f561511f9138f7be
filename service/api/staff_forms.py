"""Staff: how the questions of an event were worded, and what has to be prepared for those who come."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import PathParameter

from events import answer_reading, forms
from events.models import Event
from events.storage import ReadSession
from service.accounts.permissions import Action
from service.api.access import Acting, needs
from service.api.answers import STAFF_READ
from service.api.parameters import Id
from service.api.resources.forms import FormView, revision_view
from service.api.resources.people import PreparationList, preparation_view

Number = Annotated[int, PathParameter(ge=0, le=1_000_000, description="The number of the revision.")]


@get(
    "/events/{event_id:uuid}/form/{number:int}",
    opt=needs(Action.VIEW_REGISTRATIONS),
    responses=STAFF_READ,
    operation_id="getFormRevision",
)
async def get_form_revision(event_id: Id, number: Number, acting: NamedDependency[Acting]) -> FormView:
    """Return an event's questions as they were worded in one revision, that of a registration's answers."""

    def query(session: ReadSession) -> FormView:
        return revision_view(number, forms.load(session, event_id, number))

    return await acting.see(query, on=(Event, event_id))


@get(
    "/events/{event_id:uuid}/preparation",
    opt=needs(Action.VIEW_REGISTRATIONS),
    responses=STAFF_READ,
    operation_id="listPreparation",
)
async def list_preparation(event_id: Id, acting: NamedDependency[Acting]) -> PreparationList:
    """List who of those that hold or await a place needs something to take part."""

    def query(session: ReadSession) -> PreparationList:
        people = answer_reading.preparation_list(session, event_id)
        return PreparationList(items=[preparation_view(each) for each in people])

    return await acting.see(query, on=(Event, event_id))


routes = Router("/", route_handlers=[get_form_revision, list_preparation], tags=["People"])
