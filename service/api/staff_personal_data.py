"""Staff: what is held about a person, and erasing it at their wish."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from events.models import Registration
from events.privacy import erasure
from service import erasing
from service.accounts.permissions import Action
from service.api.access import Acting, needs
from service.api.answers import STAFF_READ, STAFF_WRITE
from service.api.parameters import Id
from service.api.resources.personal_data import (
    ErasedView,
    HeldList,
    PersonFoundList,
    SubscribersErased,
    held_view,
    news_found_view,
    person_found_view,
)
from service.inputs.desk import ErasureInput, SubscriberErasureInput

_Wanted = Annotated[
    str, QueryParameter(name="search", max_length=100, description="Part of a name, address or number.")
]


@get("/personal-data", opt=needs(Action.ERASE_PEOPLE), responses=STAFF_READ, operation_id="findPeople")
async def find_people(acting: NamedDependency[Acting], search: _Wanted = "") -> PersonFoundList:
    """Look for people among all registrations that the token's person sees, one for each contact."""
    owners = acting.identity.organiser_ids
    found = await acting.see(lambda session: erasure.search(session, owners, search))
    news = await acting.see(lambda session: erasing.subscriptions_of(session, owners, search))
    return PersonFoundList(
        items=[person_found_view(each) for each in found], news=[news_found_view(each) for each in news]
    )


@post(
    "/personal-data/erase-subscribers",
    status_code=200,
    opt=needs(Action.ERASE_PEOPLE),
    responses=STAFF_WRITE,
    operation_id="eraseSubscribers",
)
async def erase_subscribers(
    data: JSONBody[SubscriberErasureInput], acting: NamedDependency[Acting]
) -> SubscribersErased:
    """End all news to an e-mail address for good, and remove the address; a registration with it stays."""
    owners, now = acting.identity.organiser_ids, acting.runtime.clock.now()
    count = await acting.change(
        lambda session: erasing.erase_subscribers(session, owners, [data.email], now=now, by=acting.by)
    )
    return SubscribersErased(subscriptions=count)


@get(
    "/registrations/{registration_id:uuid}/personal-data",
    opt=needs(Action.ERASE_PEOPLE),
    responses=STAFF_READ,
    operation_id="getPersonalData",
)
async def get_personal_data(registration_id: Id, acting: NamedDependency[Acting]) -> HeldList:
    """Return what is held under the contact of a registration: the same e-mail address, or the same number."""
    owners = acting.identity.organiser_ids
    lines = await acting.see(
        lambda session: erasing.lines_of(session, owners, registration_id), on=(Registration, registration_id)
    )
    return HeldList(items=[held_view(each) for each in lines])


@post(
    "/registrations/{registration_id:uuid}/erase",
    status_code=200,
    opt=needs(Action.ERASE_PEOPLE),
    responses=STAFF_WRITE,
    operation_id="erasePerson",
)
async def erase_person(
    registration_id: Id, data: JSONBody[ErasureInput], acting: NamedDependency[Acting]
) -> ErasedView:
    """Erase a person with their party for good: here, or in everything that is held under the same contact."""
    owners, on = acting.identity.organiser_ids, (Registration, registration_id)
    lines = await acting.see(lambda session: erasing.lines_of(session, owners, registration_id), on=on)
    people = [
        each
        for line in lines
        for each in line.held.people
        if (data.everywhere or each.registration_id == registration_id) and data.person in (None, each.person)
    ]
    erased = await erasing.erase_with_files(
        acting.runtime,
        lambda query: acting.see(query, on=on),
        lambda use_case: acting.change(use_case, on=on),
        owners,
        people,
        by=acting.by,
    )
    return ErasedView(registrations=list(erased.registrations), people=erased.people)


routes = Router(
    "/", route_handlers=[find_people, erase_subscribers, get_personal_data, erase_person], tags=["Personal data"]
)
