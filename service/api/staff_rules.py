"""Staff: the rules by which e-mails go out, of an organiser and of an event, and what they have planned."""

from __future__ import annotations

import uuid
from typing import Annotated

from litestar import Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter, QueryParameter

from service.accounts.permissions import Action
from service.api.access import Acting, needs
from service.api.answers import STAFF_ACT, STAFF_READ, STAFF_WRITE
from service.api.parameters import Id, IdempotencyKey, Tongue
from service.api.resources.previews import PreviewView, preview_view
from service.api.resources.rules import RuleList, RuleView
from service.api.rule_place import RulePlace
from service.inputs.rules import RuleChangeInput, RuleInput, RuleSwitchInput

Key = Annotated[str, PathParameter(max_length=80, description="What names the rule, e.g. `reminder_1d`.")]
PreviewedEvent = Annotated[
    uuid.UUID | None, QueryParameter(description="Whose people to show it with; else an example.")
]
_OF_ORGANISER = "/organisers/{organiser_id:uuid}/rules"
_OF_EVENT = "/events/{event_id:uuid}/rules"
_ONE = "/{rule_key:str}"
_BRAND, _EVENTS = needs(Action.EDIT_BRAND), needs(Action.EDIT_EVENTS)


# ------------------------------------------------------------ of an organiser
@get(_OF_ORGANISER, opt=_BRAND, responses=STAFF_READ, operation_id="listRules")
async def list_rules(organiser_id: Id, acting: NamedDependency[Acting]) -> RuleList:
    """List the rules that an organiser's events begin with, in the order of an event's life."""
    return await RulePlace(acting, organiser_id=organiser_id).list()


@post(_OF_ORGANISER, opt=_BRAND, responses=STAFF_WRITE, operation_id="addRule")
async def add_rule(
    organiser_id: Id,
    data: JSONBody[RuleInput],
    acting: NamedDependency[Acting],
    *,
    idempotency_key: IdempotencyKey = None,
) -> RuleView:
    """Add a rule for all events of an organiser and of its branches; what it plans follows at once."""
    return await RulePlace(acting, organiser_id=organiser_id).add(data, "addRule", idempotency_key)


@get(_OF_ORGANISER + _ONE, opt=_BRAND, responses=STAFF_READ, operation_id="getRule")
async def get_rule(organiser_id: Id, rule_key: Key, acting: NamedDependency[Acting]) -> RuleView:
    """Return a rule as an organiser's events begin with it."""
    return await RulePlace(acting, organiser_id=organiser_id).get(rule_key)


@put(_OF_ORGANISER + _ONE, opt=_BRAND, responses=STAFF_WRITE, operation_id="changeRule")
async def change_rule(
    organiser_id: Id, rule_key: Key, data: JSONBody[RuleChangeInput], acting: NamedDependency[Acting]
) -> RuleView:
    """Change a rule for all events of an organiser, and switch it on. What somebody else changed is a 409."""
    return await RulePlace(acting, organiser_id=organiser_id).change(rule_key, data)


@post(_OF_ORGANISER + _ONE + "/switch", status_code=200, opt=_BRAND, responses=STAFF_WRITE, operation_id="switchRule")
async def switch_rule(
    organiser_id: Id, rule_key: Key, data: JSONBody[RuleSwitchInput], acting: NamedDependency[Acting]
) -> RuleView:
    """Switch a rule on or off for all events of an organiser."""
    return await RulePlace(acting, organiser_id=organiser_id).switch(rule_key, data)


@delete(_OF_ORGANISER + _ONE, opt=_BRAND, responses=STAFF_ACT, operation_id="resetRule")
async def reset_rule(organiser_id: Id, rule_key: Key, acting: NamedDependency[Acting]) -> None:
    """Take back what an organiser says of a rule: the default counts again, and one of its own is gone."""
    await RulePlace(acting, organiser_id=organiser_id).reset(rule_key)


@get(_OF_ORGANISER + _ONE + "/preview", opt=_BRAND, responses=STAFF_READ, operation_id="previewRule")
async def preview_rule(
    organiser_id: Id,
    rule_key: Key,
    acting: NamedDependency[Acting],
    *,
    locale: Tongue = "id",
    event: PreviewedEvent = None,
) -> PreviewView:
    """Return what a rule's e-mail says to somebody of an event, else to an example. Its links lead nowhere."""
    place = RulePlace(acting, organiser_id=organiser_id)
    return preview_view((await place.preview(rule_key, locale, event))[0])


@post(_OF_ORGANISER + _ONE + "/test", status_code=204, opt=_BRAND, responses=STAFF_ACT, operation_id="testRule")
async def try_rule(
    organiser_id: Id,
    rule_key: Key,
    acting: NamedDependency[Acting],
    *,
    locale: Tongue = "id",
    event: PreviewedEvent = None,
) -> None:
    """Send a rule's e-mail once to whose token it is. A mail server that does not take it is a 409."""
    await RulePlace(acting, organiser_id=organiser_id).try_out(rule_key, locale, event)


# ------------------------------------------------------------ of an event
@get(_OF_EVENT, opt=_EVENTS, responses=STAFF_READ, operation_id="listEventRules")
async def list_event_rules(event_id: Id, acting: NamedDependency[Acting]) -> RuleList:
    """List who gets what when at an event, with what each rule has planned and sent."""
    return await RulePlace(acting, event_id=event_id).list()


@post(_OF_EVENT, opt=_EVENTS, responses=STAFF_WRITE, operation_id="addEventRule")
async def add_event_rule(
    event_id: Id, data: JSONBody[RuleInput], acting: NamedDependency[Acting], *, idempotency_key: IdempotencyKey = None
) -> RuleView:
    """Add a rule for one event only."""
    return await RulePlace(acting, event_id=event_id).add(data, "addEventRule", idempotency_key)


@get(_OF_EVENT + _ONE, opt=_EVENTS, responses=STAFF_READ, operation_id="getEventRule")
async def get_event_rule(event_id: Id, rule_key: Key, acting: NamedDependency[Acting]) -> RuleView:
    """Return a rule as it counts for an event, with what it has planned and sent."""
    return await RulePlace(acting, event_id=event_id).get(rule_key)


@put(_OF_EVENT + _ONE, opt=_EVENTS, responses=STAFF_WRITE, operation_id="changeEventRule")
async def change_event_rule(
    event_id: Id, rule_key: Key, data: JSONBody[RuleChangeInput], acting: NamedDependency[Acting]
) -> RuleView:
    """Change a rule for one event only, and switch it on. What somebody else changed meanwhile is a 409."""
    return await RulePlace(acting, event_id=event_id).change(rule_key, data)


@post(_OF_EVENT + _ONE + "/switch", status_code=200, opt=_EVENTS, responses=STAFF_WRITE, operation_id="switchEventRule")
async def switch_event_rule(
    event_id: Id, rule_key: Key, data: JSONBody[RuleSwitchInput], acting: NamedDependency[Acting]
) -> RuleView:
    """Switch a rule on or off for one event only."""
    return await RulePlace(acting, event_id=event_id).switch(rule_key, data)


@delete(_OF_EVENT + _ONE, opt=_EVENTS, responses=STAFF_ACT, operation_id="resetEventRule")
async def reset_event_rule(event_id: Id, rule_key: Key, acting: NamedDependency[Acting]) -> None:
    """Let the organiser's rule count again for an event; one of the event's own is removed."""
    await RulePlace(acting, event_id=event_id).reset(rule_key)


@get(_OF_EVENT + _ONE + "/preview", opt=_EVENTS, responses=STAFF_READ, operation_id="previewEventRule")
async def preview_event_rule(
    event_id: Id, rule_key: Key, acting: NamedDependency[Acting], *, locale: Tongue = "id"
) -> PreviewView:
    """Return what the first of those whom a rule is for would read, and when. Its links lead nowhere."""
    return preview_view((await RulePlace(acting, event_id=event_id).preview(rule_key, locale, None))[0])


@post(_OF_EVENT + _ONE + "/test", status_code=204, opt=_EVENTS, responses=STAFF_ACT, operation_id="testEventRule")
async def try_event_rule(
    event_id: Id, rule_key: Key, acting: NamedDependency[Acting], *, locale: Tongue = "id"
) -> None:
    """Send a rule's e-mail once to whose token it is. A mail server that does not take it is a 409."""
    await RulePlace(acting, event_id=event_id).try_out(rule_key, locale, None)


routes = Router(
    "/",
    route_handlers=[
        list_rules,
        add_rule,
        get_rule,
        change_rule,
        switch_rule,
        reset_rule,
        preview_rule,
        try_rule,
        list_event_rules,
        add_event_rule,
        get_event_rule,
        change_event_rule,
        switch_event_rule,
        reset_event_rule,
        preview_event_rule,
        try_event_rule,
    ],
    tags=["E-mails"],
)
