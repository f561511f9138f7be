"""What the pages of rules share: whose rules they are, the list, the form, and what is read from it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar.response import Response

from events.catalogue.houses import House
from events.errors import NotFound
from events.models import Event, EventMode
from events.privacy import records
from events.storage import ReadSession
from notifications.contents import own_words
from notifications.contents.placeholders import PLACEHOLDERS
from notifications.planning import rule_editing, rule_outlook
from notifications.planning.rule_editing import Scope
from notifications.planning.rule_outlook import Outlook
from notifications.rules import Rule
from service import rule_words
from service.accounts.permissions import Action, require
from service.inputs.rules import RuleInput, parts_of
from service.web.forms import Form
from service.web.languages import translate
from service.web.pages import Request
from service.web.staff.desk import Desk, check, desk_of
from service.web.staff.event_forms import localized_values


class Place:
    """Whose rules a request is about: a library's, or an event's."""

    def __init__(self, desk: Desk, scope: Scope, house: House | None, event: Event | None) -> None:
        self.desk, self.scope, self.house, self.event = desk, scope, house, event
        self.home = f"/staff/events/{event.id}/rules" if event else f"/staff/organisers/{scope.organiser_id}/rules"

    async def rule(self, key: str) -> Rule:
        """Return one rule as it counts here. Raises `NotFound`."""
        return await self.desk.read(lambda session: rule_editing.find_rule(session, self.scope, key))


async def of_house(request: Request, organiser_id: uuid.UUID) -> Place:
    """Return a library's place, for who may keep its rules."""
    desk = desk_of(request)
    house = await desk.house(organiser_id)
    if house is None:
        raise NotFound
    require(desk.identity, Action.EDIT_BRAND, house.id)
    return Place(desk, Scope(house.id), house, None)


async def of_event(request: Request, event_id: uuid.UUID) -> Place:
    """Return an event's place, for who may keep its rules."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    return Place(desk, Scope(event.organiser_id, event.id), None, event)


# ------------------------------------------------------------ what each page does, for either
async def show_rules(place: Place) -> Response[str]:
    """Show the rules as they count here and, of an event, what they have planned."""

    def query(session: ReadSession) -> tuple[Any, Mapping[str, Outlook]]:
        found = rule_editing.list_rules(session, place.scope)
        return found, rule_outlook.outlook(session, place.event.id, now=place.desk.now) if place.event else {}

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


def _own(found: Any, place: Place) -> bool:
    """Tell whether this place says anything of its own."""
    wanted = "event" if place.event else "organiser"
    return any(rule.origin.value == wanted for rule in found)


async def show_editor(
    place: Place, form: Form, key: str | None, status_code: int = 200, *, sent: str = ""
) -> Response[str]:
    """Show a rule for changing, a new one where `key` is None; `sent`: where a test of it went."""
    events: Sequence[Event] = ()
    if place.event is None:
        events = await place.desk.read(lambda session: records.recent_events(session, place.scope.organiser_id))
        if "event" not in form.values and events:
            form = Form({**form.values, "event": [str(events[0].id)]}, form.errors)
    names = dict.fromkeys((*own_words.allowed(partners=False), *own_words.allowed(partners=True)))
    return await place.desk.show(
        "rule_edit.html",
        event=place.event,
        house=place.house,
        place=place,
        form=form,
        key=key,
        sent=sent,
        previewable=[(str(each.id), each.title.to(place.desk.locale)) for each in events],
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


def form_of(rule: Rule) -> Form:
    """Return the form that says a rule."""
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


NEW: Final = Form({"amount": ["3"], "unit": ["days"], "when": ["before"], "anchor": ["start"], "sends": ["rule"]})


def given(form: Form) -> RuleInput:
    """Return what a form says. Raises `Invalid` at the form's own fields."""
    values: dict[str, Any] = {
        name: form.value(name)
        for name in ("amount", "unit", "when", "anchor", "audience", "sends")
        if form.value(name).strip()
    }
    values["modes"] = [mode for mode in form.values.get("modes", ()) if mode in set(EventMode)]
    return check(RuleInput, values | {name: localized_values(form, name) for name in ("subject", "body")})
