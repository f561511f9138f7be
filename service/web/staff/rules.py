"""Rules by which e-mails go out: a library's for all its events, and those of one event."""

from __future__ import annotations

import uuid
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.storage import Session
from notifications.planning import rule_editing
from service.accounts.permissions import Action
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, desk_of, refused
from service.web.staff.rule_pages import NEW, Place, form_of, given, of_event, of_house, show_editor, show_rules

_HOUSE = "/staff/organisers/{organiser_id:uuid}/rules"
_EVENT = "/staff/events/{event_id:uuid}/rules"


async def _add(place: Place, form: Form) -> Response[Any]:
    desk = place.desk
    try:
        text = given(form).text()
        await desk.write(lambda s: rule_editing.add_rule(s, place.scope, text, now=desk.now, by=desk.by))
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await show_editor(place, again, None, status)
    return desk.go(place.home, "mail_rule")


async def _change(place: Place, key: str, form: Form) -> Response[Any]:
    desk, _ = place.desk, await place.rule(key)
    try:
        text, version = given(form).text(), form.version(-1)

        def use_case(session: Session) -> None:
            rule_editing.change_rule(session, place.scope, key, text, version=version, now=desk.now, by=desk.by)

        await desk.write(use_case)
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await show_editor(place, again, key, status)
    return desk.go(place.home, "mail_rule")


async def _switch(place: Place, key: str, form: Form) -> Response[Any]:
    desk, enabled = place.desk, form.value("on") == "yes"

    def use_case(session: Session) -> None:
        rule_editing.switch_rule(session, place.scope, key, enabled=enabled, now=desk.now, by=desk.by)

    await desk.write(use_case)
    return desk.go(place.home, "mail_rule")


async def _reset(place: Place, key: str) -> Response[Any]:
    desk = place.desk
    await desk.write(lambda s: rule_editing.reset_rule(s, place.scope, key, now=desk.now, by=desk.by))
    return desk.go(place.home, "mail_rule_reset")


# ------------------------------------------------------------ of a library
@get("/staff/rules", action=Action.EDIT_BRAND, include_in_schema=False)
async def choose_rules(request: Request) -> Response[str]:
    """Show the rules of one's own library, or of the one that is asked for."""
    house = await desk_of(request).chosen_house()
    return await show_rules(await of_house(request, house.id))


@get(_HOUSE, action=Action.EDIT_BRAND, include_in_schema=False)
async def list_rules(request: Request, organiser_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show the rules that a library's events begin with."""
    return await show_rules(await of_house(request, organiser_id))


@get(_HOUSE + "/new", action=Action.EDIT_BRAND, include_in_schema=False)
async def begin_rule(request: Request, organiser_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show an empty rule."""
    place = await of_house(request, organiser_id)
    return await show_editor(place, NEW, None)


@post(_HOUSE + "/new", action=Action.EDIT_BRAND, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def add_rule(request: Request, organiser_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Add a rule; what it plans follows at once."""
    return await _add(await of_house(request, organiser_id), await read_form(request))


@get(_HOUSE + "/{rule_key:str}", action=Action.EDIT_BRAND, include_in_schema=False)
async def show_rule(request: Request, organiser_id: FromPath[uuid.UUID], rule_key: FromPath[str]) -> Response[str]:
    """Show a rule for changing."""
    place = await of_house(request, organiser_id)
    return await show_editor(place, form_of(await place.rule(rule_key)), rule_key)


@post(_HOUSE + "/{rule_key:str}", action=Action.EDIT_BRAND, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def change_rule(request: Request, organiser_id: FromPath[uuid.UUID], rule_key: FromPath[str]) -> Response[Any]:
    """Change a rule for all events of the library."""
    return await _change(await of_house(request, organiser_id), rule_key, await read_form(request))


@post(
    _HOUSE + "/{rule_key:str}/switch",
    action=Action.EDIT_BRAND,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def switch_rule(request: Request, organiser_id: FromPath[uuid.UUID], rule_key: FromPath[str]) -> Response[Any]:
    """Switch a rule on or off."""
    return await _switch(await of_house(request, organiser_id), rule_key, await read_form(request))


@post(_HOUSE + "/{rule_key:str}/reset", action=Action.EDIT_BRAND, include_in_schema=False)
async def reset_rule(request: Request, organiser_id: FromPath[uuid.UUID], rule_key: FromPath[str]) -> Response[Any]:
    """Take back what the library says of a rule; one of its own is removed."""
    return await _reset(await of_house(request, organiser_id), rule_key)


# ------------------------------------------------------------ of an event
@get(_EVENT, action=Action.EDIT_EVENTS, include_in_schema=False)
async def list_event_rules(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show who gets what when at an event."""
    return await show_rules(await of_event(request, event_id))


@get(_EVENT + "/new", action=Action.EDIT_EVENTS, include_in_schema=False)
async def begin_event_rule(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show an empty rule of an event."""
    place = await of_event(request, event_id)
    return await show_editor(place, NEW, None)


@post(_EVENT + "/new", action=Action.EDIT_EVENTS, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def add_event_rule(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Add a rule for this event only."""
    return await _add(await of_event(request, event_id), await read_form(request))


@get(_EVENT + "/{rule_key:str}", action=Action.EDIT_EVENTS, include_in_schema=False)
async def show_event_rule(request: Request, event_id: FromPath[uuid.UUID], rule_key: FromPath[str]) -> Response[str]:
    """Show a rule for changing at this event."""
    place = await of_event(request, event_id)
    return await show_editor(place, form_of(await place.rule(rule_key)), rule_key)


@post(_EVENT + "/{rule_key:str}", action=Action.EDIT_EVENTS, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def change_event_rule(request: Request, event_id: FromPath[uuid.UUID], rule_key: FromPath[str]) -> Response[Any]:
    """Change a rule for this event only."""
    return await _change(await of_event(request, event_id), rule_key, await read_form(request))


@post(
    _EVENT + "/{rule_key:str}/switch",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def switch_event_rule(request: Request, event_id: FromPath[uuid.UUID], rule_key: FromPath[str]) -> Response[Any]:
    """Switch a rule on or off for this event only."""
    return await _switch(await of_event(request, event_id), rule_key, await read_form(request))


@post(_EVENT + "/{rule_key:str}/reset", action=Action.EDIT_EVENTS, include_in_schema=False)
async def reset_event_rule(request: Request, event_id: FromPath[uuid.UUID], rule_key: FromPath[str]) -> Response[Any]:
    """Let the library's rule count again; one of the event's own is removed."""
    return await _reset(await of_event(request, event_id), rule_key)


HANDLERS = (
    choose_rules,
    list_rules,
    begin_rule,
    add_rule,
    show_rule,
    change_rule,
    switch_rule,
    reset_rule,
    list_event_rules,
    begin_event_rule,
    add_event_rule,
    show_event_rule,
    change_event_rule,
    switch_event_rule,
    reset_event_rule,
)
