"""Staff: who awaits a decision, and what was decided, narrowed as on the page of approvals."""

from __future__ import annotations

from typing import Annotated, Literal

from litestar import Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter

from events.models import Event, RegistrationState
from events.registrations import decisions
from events.registrations.decisions import DecisionFilter
from events.storage import ReadSession
from service.accounts.permissions import Action
from service.api.access import Acting, needs
from service.api.answers import STAFF_READ
from service.api.paging import Limit
from service.api.parameters import Id, Search
from service.api.resources.seats import DecisionList, decision_view

Rule = Annotated[
    Literal["domain", "invited", "returning", "staff"] | None, QueryParameter(description="Only what this decided.")
]
Domain = Annotated[
    str, QueryParameter(max_length=100, description="Only this mail domain, with its subdomains, such as `sch.id`.")
]
CameBefore = Annotated[
    bool | None, QueryParameter(description="Only who came to an earlier event of the organiser, or who did not.")
]
People = Annotated[int | None, QueryParameter(ge=1, le=1000, description="How many come together.")]


def provide_decision_filter(
    *,
    search: Search = None,
    in_state: Annotated[RegistrationState | None, QueryParameter(name="state")] = None,
    rule: Rule = None,
    domain: Domain = "",
    came_before: CameBefore = None,
    at_least: People = None,
    at_most: People = None,
) -> DecisionFilter:
    """Return which registrations are asked for; the same as the page of approvals can be narrowed to."""
    return DecisionFilter(
        text=search or "",
        state=in_state,
        rule=rule or "",
        domain=domain,
        came_before=came_before,
        at_least=at_least,
        at_most=at_most,
    )


@get(
    "/events/{event_id:uuid}/decisions",
    opt=needs(Action.VIEW_REGISTRATIONS),
    responses=STAFF_READ,
    operation_id="listDecisions",
    dependencies={"wanted": Provide(provide_decision_filter, sync_to_thread=False)},
)
async def list_decisions(
    event_id: Id,
    acting: NamedDependency[Acting],
    wanted: NamedDependency[DecisionFilter],
    *,
    decided: Annotated[bool, QueryParameter(description="What was decided, instead of who awaits a decision.")] = False,
    limit: Limit = 50,
) -> DecisionList:
    """List who awaits a decision, or what was decided, narrowed as on the page of approvals."""
    find = decisions.list_decided if decided else decisions.list_undecided

    def query(session: ReadSession) -> DecisionList:
        count = decisions.count_undecided(session, event_id, wanted)
        rows = find(session, event_id, wanted, limit=limit)
        return DecisionList(tuple(decision_view(each) for each in rows), count.parties, count.people)

    return await acting.see(query, on=(Event, event_id))


routes = Router("/", route_handlers=[list_decisions], tags=["Seats"])
