"""Staff: the questions of an event as they are and as they were worded, and what has to be prepared."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from events.models import Event
from events.questions import answer_reading, forms
from events.questions.form_reading import asked_form
from events.storage import ReadSession, Session
from service.accounts.permissions import Action
from service.api.access import Acting, needs
from service.api.answers import STAFF_READ, STAFF_WRITE, refusals
from service.api.parameters import Id
from service.api.resources.forms import FormView, form_view, revision_view
from service.api.resources.people import PreparationList, preparation_view
from service.inputs.forms import FormInput

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


@put(
    "/events/{event_id:uuid}/form",
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_WRITE | refusals(412),
    operation_id="saveForm",
)
async def save_form(event_id: Id, data: JSONBody[FormInput], acting: NamedDependency[Acting]) -> FormView:
    """Replace what an event asks; old answers stay beside the questions that they answered.

    The form is whole: what is left out is not asked any more, and a choice without `places` has no limit.
    """
    now = acting.now

    def use_case(session: Session) -> FormView:
        number = forms.save(
            session,
            event_id,
            data.document(),
            places=data.places(),
            expected_revision=data.expected_revision,
            now=now,
            by=acting.by,
        )
        return form_view(asked_form(session, event_id, number))

    return await acting.change(use_case, on=(Event, event_id))


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


routes = Router("/", route_handlers=[save_form, get_form_revision, list_preparation], tags=["People"])
