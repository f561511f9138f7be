"""Rules by which e-mails go out: a library's for all its events, and those of one event."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.errors import FieldError, Invalid, NotFound
from events.houses import House
from events.models import Event, EventMode
from events.storage import ReadSession, Session
from notifications import own_words, rule_editing, rule_outlook
from notifications.placeholders import PLACEHOLDERS
from notifications.rule_editing import Scope
from notifications.rule_outlook import Outlook
from notifications.rules import Rule
from service import rule_words
from service.accounts.permissions import Action, require
from service.rule_inputs import RuleInput, parts_of
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.languages import translate
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, check, desk_of, refused
from service.web.staff.event_forms import localized_values

_HOUSE = "/staff/organisers/{organiser_id:uuid}/rules"
_EVENT = "/staff/events/{event_id:uuid}/rules"


class _Place:
    """Whose rules a request is about: a library's, or an event's."""

    def __init__(self, desk: Desk, scope: Scope, house: House | None, event: Event | None) -> None:
        self.desk, self.scope, self.house, self.event = desk, scope, house, event
        self.home = f"/staff/events/{event.id}/rules" if event else f"/staff/organisers/{scope.organiser_id}/rules"

    async def rule(self, key: str) -> Rule:
        """Return one rule as it counts here. Raises `NotFound`."""
        return await self.desk.read(lambda session: rule_editing.find_rule(session, self.scope, key))


async def _of_house(request: Request, organiser_id: uuid.UUID) -> _Place:
    desk = desk_of(request)
    house = await desk.house(organiser_id)
    if house is None:
        raise NotFound
    require(desk.identity, Action.EDIT_BRAND, house.id)
    return _Place(desk, Scope(house.id), house, None)


async def _of_event(request: Request, event_id: uuid.UUID) -> _Place:
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    return _Place(desk, Scope(event.organiser_id, event.id), None, event)


# ------------------------------------------------------------ what each page does, for either
async def _list(place: _Place) -> Response[str]:
    def query(session: ReadSession) -> tuple[Any, Mapping[str, Outlook]]:
        found = rule_editing.list_rules(session, place.scope)
        return found, rule_outlook.outlook(session, place.event.id) if place.event else {}

    found, outlook = await place.desk.read(query)
    return await place.desk.show(
        "rules.html",
        event=place.event,
        house=place.house,
        houses=await place.desk.houses() if place.event is None else (),
        place=place,
        rules=[(rule, parts_of(rule.offset)) for rule in found],
        outlook=outlook,
        words=rule_words,
        own=_own(found, place),
    )


def _own(found: Any, place: _Place) -> bool:
    """Tell whether this place says anything of its own."""
    wanted = "event" if place.event else "organiser"
    return any(rule.origin.value == wanted for rule in found)


async def _editor(place: _Place, form: Form, action: str, rule: Rule | None, status_code: int = 200) -> Response[str]:
    names = dict.fromkeys((*own_words.allowed(partners=False), *own_words.allowed(partners=True)))
    return await place.desk.show(
        "rule_edit.html",
        event=place.event,
        house=place.house,
        place=place,
        form=form,
        action=action,
        rule=rule,
        words=rule_words,
        choices=_choices(place.desk.locale),
        placeholders=[PLACEHOLDERS[name] for name in names],
        for_partners=set(own_words.allowed(partners=True)) - set(own_words.allowed(partners=False)),
        status_code=status_code,
    )


def _choices(locale: str) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Return what can be chosen at each field, in the reader's language."""

    def said(words: Mapping[Any, str]) -> list[tuple[str, str]]:
        return [(str(key), translate(label, locale)) for key, label in words.items()]

    return {
        "unit": said(rule_words.UNITS),
        "when": said(rule_words.DIRECTIONS),
        "anchor": said(rule_words.ANCHORS),
        "audience": said(rule_words.AUDIENCES),
        "sends": said(rule_words.SENDS),
    }


def _form_of(rule: Rule) -> Form:
    amount, unit, when = parts_of(rule.offset)
    return Form(
        {
            "amount": [str(amount)],
            "unit": [unit],
            "when": [when],
            "anchor": [rule.anchor.value],
            "audience": [rule.audience.value],
            "modes": [mode.value for mode in rule.modes],
            "sends": [rule.sends.value],
            "subject_id": [rule.subject.id or ""],
            "subject_en": [rule.subject.en or ""],
            "body_id": [rule.body.id or ""],
            "body_en": [rule.body.en or ""],
            "version": [str(rule.version)],
        }
    )


_NEW = Form({"amount": ["3"], "unit": ["days"], "when": ["before"], "anchor": ["start"], "sends": ["rule"]})


def _given(form: Form) -> RuleInput:
    values: dict[str, Any] = {
        name: form.value(name)
        for name in ("amount", "unit", "when", "anchor", "audience", "sends")
        if form.value(name).strip()
    }
    values["modes"] = [mode for mode in form.values.get("modes", ()) if mode in set(EventMode)]
    return check(RuleInput, values | {name: localized_values(form, name) for name in ("subject", "body")})


def _at_fields(refusal: Any) -> Any:
    """Return what the core found wrong, at the form's own fields."""
    if not isinstance(refusal, Invalid):
        return refusal
    return Invalid([FieldError(e.field.replace(".", "_"), e.code, e.message, e.params) for e in refusal.errors])


async def _add(place: _Place, form: Form) -> Response[Any]:
    desk = place.desk
    try:
        text = _given(form).text()
        await desk.write(lambda s: rule_editing.add_rule(s, place.scope, text, now=desk.now, by=desk.by))
    except REFUSALS as refusal:
        again, status = refused(form, _at_fields(refusal))
        return await _editor(place, again, f"{place.home}/new", None, status)
    return desk.go(place.home, "mail_rule")


async def _change(place: _Place, key: str, form: Form) -> Response[Any]:
    desk, rule = place.desk, await place.rule(key)
    seen = form.value("version")
    try:
        text, version = _given(form).text(), int(seen) if seen.isdecimal() and len(seen) < 9 else -1

        def use_case(session: Session) -> None:
            rule_editing.change_rule(session, place.scope, key, text, version=version, now=desk.now, by=desk.by)

        await desk.write(use_case)
    except REFUSALS as refusal:
        again, status = refused(form, _at_fields(refusal))
        return await _editor(place, again, f"{place.home}/{key}", rule, status)
    return desk.go(place.home, "mail_rule")


async def _switch(place: _Place, key: str, form: Form) -> Response[Any]:
    desk, enabled = place.desk, form.value("on") == "yes"

    def use_case(session: Session) -> None:
        rule_editing.switch_rule(session, place.scope, key, enabled=enabled, now=desk.now, by=desk.by)

    await desk.write(use_case)
    return desk.go(place.home, "mail_rule")


async def _reset(place: _Place, key: str) -> Response[Any]:
    desk = place.desk
    await desk.write(lambda s: rule_editing.reset_rule(s, place.scope, key, now=desk.now, by=desk.by))
    return desk.go(place.home, "mail_rule_reset")


# ------------------------------------------------------------ of a library
@get("/staff/rules", action=Action.EDIT_BRAND, include_in_schema=False)
async def choose_rules(request: Request) -> Response[str]:
    """Show the rules of one's own library, or of the one that is asked for."""
    house = await desk_of(request).chosen_house()
    return await _list(await _of_house(request, house.id))


@get(_HOUSE, action=Action.EDIT_BRAND, include_in_schema=False)
async def list_rules(request: Request, organiser_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show the rules that a library's events begin with."""
    return await _list(await _of_house(request, organiser_id))


@get(_HOUSE + "/new", action=Action.EDIT_BRAND, include_in_schema=False)
async def begin_rule(request: Request, organiser_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show an empty rule."""
    place = await _of_house(request, organiser_id)
    return await _editor(place, _NEW, f"{place.home}/new", None)


@post(_HOUSE + "/new", action=Action.EDIT_BRAND, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def add_rule(request: Request, organiser_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Add a rule; what it plans follows at once."""
    return await _add(await _of_house(request, organiser_id), await read_form(request))


@get(_HOUSE + "/{rule_key:str}", action=Action.EDIT_BRAND, include_in_schema=False)
async def show_rule(request: Request, organiser_id: FromPath[uuid.UUID], rule_key: FromPath[str]) -> Response[str]:
    """Show a rule for changing."""
    place = await _of_house(request, organiser_id)
    rule = await place.rule(rule_key)
    return await _editor(place, _form_of(rule), f"{place.home}/{rule_key}", rule)


@post(_HOUSE + "/{rule_key:str}", action=Action.EDIT_BRAND, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def change_rule(request: Request, organiser_id: FromPath[uuid.UUID], rule_key: FromPath[str]) -> Response[Any]:
    """Change a rule for all events of the library."""
    return await _change(await _of_house(request, organiser_id), rule_key, await read_form(request))


@post(
    _HOUSE + "/{rule_key:str}/switch",
    action=Action.EDIT_BRAND,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def switch_rule(request: Request, organiser_id: FromPath[uuid.UUID], rule_key: FromPath[str]) -> Response[Any]:
    """Switch a rule on or off."""
    return await _switch(await _of_house(request, organiser_id), rule_key, await read_form(request))


@post(_HOUSE + "/{rule_key:str}/reset", action=Action.EDIT_BRAND, include_in_schema=False)
async def reset_rule(request: Request, organiser_id: FromPath[uuid.UUID], rule_key: FromPath[str]) -> Response[Any]:
    """Take back what the library says of a rule; one of its own is removed."""
    return await _reset(await _of_house(request, organiser_id), rule_key)


# ------------------------------------------------------------ of an event
@get(_EVENT, action=Action.EDIT_EVENTS, include_in_schema=False)
async def list_event_rules(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show who gets what when at an event."""
    return await _list(await _of_event(request, event_id))


@get(_EVENT + "/new", action=Action.EDIT_EVENTS, include_in_schema=False)
async def begin_event_rule(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show an empty rule of an event."""
    place = await _of_event(request, event_id)
    return await _editor(place, _NEW, f"{place.home}/new", None)


@post(_EVENT + "/new", action=Action.EDIT_EVENTS, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def add_event_rule(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Add a rule for this event only."""
    return await _add(await _of_event(request, event_id), await read_form(request))


@get(_EVENT + "/{rule_key:str}", action=Action.EDIT_EVENTS, include_in_schema=False)
async def show_event_rule(request: Request, event_id: FromPath[uuid.UUID], rule_key: FromPath[str]) -> Response[str]:
    """Show a rule for changing at this event."""
    place = await _of_event(request, event_id)
    rule = await place.rule(rule_key)
    return await _editor(place, _form_of(rule), f"{place.home}/{rule_key}", rule)


@post(_EVENT + "/{rule_key:str}", action=Action.EDIT_EVENTS, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def change_event_rule(request: Request, event_id: FromPath[uuid.UUID], rule_key: FromPath[str]) -> Response[Any]:
    """Change a rule for this event only."""
    return await _change(await _of_event(request, event_id), rule_key, await read_form(request))


@post(
    _EVENT + "/{rule_key:str}/switch",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def switch_event_rule(request: Request, event_id: FromPath[uuid.UUID], rule_key: FromPath[str]) -> Response[Any]:
    """Switch a rule on or off for this event only."""
    return await _switch(await _of_event(request, event_id), rule_key, await read_form(request))


@post(_EVENT + "/{rule_key:str}/reset", action=Action.EDIT_EVENTS, include_in_schema=False)
async def reset_event_rule(request: Request, event_id: FromPath[uuid.UUID], rule_key: FromPath[str]) -> Response[Any]:
    """Let the library's rule count again; one of the event's own is removed."""
    return await _reset(await _of_event(request, event_id), rule_key)


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
