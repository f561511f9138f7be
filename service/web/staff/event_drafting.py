"""Drafting a new event: one page with sensible defaults or a template's, everything else folded away."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from litestar import get, post
from litestar.response import Response

from certificates.settings import read_settings
from events.catalogue.finding import topic_lines
from events.catalogue.houses import House
from events.days import free_days
from events.drafts import authoring, event_templates, working_copies
from events.drafts.event_documents import Document
from events.drafts.usual_templates import USUAL
from events.drafts.working_copies import subject_of_new
from events.errors import NotFound
from events.models import Event, EventKind, EventMode, EventTemplate, Stage
from events.storage import LocalizedText, ReadSession, Session
from events.tags import Audience
from service.accounts.permissions import Action
from service.inputs.events import EventDraftInput
from service.web.forms import Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, check_all, desk_of, refused
from service.web.staff.event_forms import (
    TEXTS,
    ZONES,
    capacity_values,
    certificate_values,
    event_values,
    evidence_choices,
    form_from,
    new_form,
    times_values,
    zone_of,
)
from service.web.staff.working_copies import FORM_BYTES, Left, kind_of, left_in_new


@dataclass(frozen=True, slots=True)
class Pattern:
    """A template that the form may begin with: the house's own key or the row's id, its name, its document."""

    key: str
    name: LocalizedText
    document: Document


async def form_page(
    desk: Desk,
    left: Left,
    *,
    kind: EventKind,
    event: Event | None = None,
    pattern: Pattern | None = None,
    status_code: int = 200,
) -> Response[str]:
    """Answer with the form of an event, or of a new one (`event` None)."""
    house = await desk.chosen_house() if event is None else await desk.house(event.organiser_id)
    return await desk.show(
        "event_form.html",
        status_code=status_code,
        event=event,
        house=house,
        houses=await desk.houses(),
        form=left.form,
        left=left,
        kind=kind,
        zones=ZONES,
        modes=list(EventMode),
        evidence=evidence_choices(),
        audiences=list(Audience),
        topics=await desk.read(lambda session: topic_lines(session, house.id if house else None)),
        draft=event is None or event.stage is Stage.DRAFT,
        pattern=pattern,
        patterns=await _patterns(desk, house, kind) if event is None and house is not None else [],
        gaps=count_gaps(left.form),
    )


def count_gaps(form: Form) -> Mapping[str, int]:
    """Return how many texts of the form each language lacks that are there in the other one."""
    pairs = [(form.value(f"{name}_id").strip(), form.value(f"{name}_en").strip()) for name in TEXTS]
    return {"id": sum(bool(en and not id_) for id_, en in pairs), "en": sum(bool(id_ and not en) for id_, en in pairs)}


# ---------------------------------------------------------------- templates
async def _patterns(desk: Desk, house: House, kind: EventKind) -> Sequence[Pattern]:
    own = await desk.read(lambda session: event_templates.list_templates(session, house.id))
    usual = [Pattern(each.key, each.name, each.document) for each in USUAL.values() if each.kind is kind]
    return [*(_pattern(each) for each in own if each.kind is kind), *usual]


def _pattern(template: EventTemplate) -> Pattern:
    return Pattern(str(template.id), LocalizedText(template.name), template.document)


async def find_pattern(desk: Desk, house: House, key: str) -> Pattern | None:
    """Return the template that an address or a form names, None for none. Raises `NotFound` for another library's."""
    if not key:
        return None
    if key in USUAL:
        return Pattern(key, USUAL[key].name, USUAL[key].document)

    def query(session: ReadSession) -> EventTemplate:
        return event_templates.find_template(session, uuid.UUID(key))

    try:
        template = await desk.read(query)
    except ValueError as error:
        raise NotFound from error
    if template.organiser_id != house.id:
        raise NotFound
    return _pattern(template)


# ---------------------------------------------------------------- the form
@get("/staff/events/new", action=Action.EDIT_EVENTS, include_in_schema=False)
async def show_new(request: Request) -> Response[str]:
    """Show the form for a new event: what was left in it, or filled with what most events have."""
    desk = desk_of(request)
    house = await desk.chosen_house()
    pattern = await find_pattern(desk, house, request.query_params.get("template", ""))
    kind = EventKind(pattern.document["kind"]) if pattern else kind_of(request.query_params.get("kind"))
    left = await left_in_new(desk, subject_of_new(house.id, kind), await _fresh(desk, house, kind, pattern))
    return await form_page(desk, left, kind=kind, pattern=pattern)


async def _fresh(desk: Desk, house: House, kind: EventKind, pattern: Pattern | None) -> Form:
    zone, now = zone_of(house.timezone), desk.now
    day = await desk.read(lambda session: free_days.next_free_day(session, house.id, now=now, timezone=house.timezone))
    fresh = new_form(kind, day, zone)
    return fresh if pattern is None else form_from(pattern.document, fresh, zone)


@post("/staff/events/new", action=Action.EDIT_EVENTS, include_in_schema=False, request_max_body_size=FORM_BYTES)
async def draft(request: Request) -> Response[Any]:
    """Keep a new event as a draft."""
    desk = desk_of(request)
    form = await read_form(request, most_bytes=FORM_BYTES)
    kind = kind_of(form.value("kind"))
    house = await desk.chosen_house()
    pattern = await find_pattern(desk, house, form.value("template"))
    try:
        given = _checked(form, kind, zone_of(form.value("timezone")), pattern)
        event_id = await desk.write(lambda session: _draft(session, house, given, pattern, desk))
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await form_page(desk, Left(again), kind=kind, pattern=pattern, status_code=status)
    return desk.go(f"/staff/events/{event_id}", "drafted")


def _checked(form: Form, kind: EventKind, zone: ZoneInfo, pattern: Pattern | None) -> _Drafted:
    values = event_values(form, zone) | times_values(form, zone) | {"kind": kind.value, "timezone": zone.key}
    [given] = check_all((EventDraftInput, values | capacity_values(form)))
    before: dict[str, Any] = pattern.document["fields"].get("certificate", {}) if pattern else {}
    return _Drafted(given, checked_certificate(form, before))


@dataclass(frozen=True, slots=True)
class _Drafted:
    """What the form of a new event says, checked."""

    event: EventDraftInput
    certificate: dict[str, Any]


def _draft(session: Session, house: House, given: _Drafted, pattern: Pattern | None, desk: Desk) -> uuid.UUID:
    event_id = authoring.draft_event(
        session,
        house.id,
        kind=given.event.kind,
        starts_at=given.event.starts_at,
        ends_at=given.event.ends_at,
        timezone=given.event.timezone,
        capacity=given.event.capacity,
        now=desk.now,
        by=desk.by,
        certificate=given.certificate,
        **given.event.fields(),
    )
    if pattern is not None:
        event_templates.apply_parts(session, event_id, pattern.document, now=desk.now, by=desk.by)
    subject = subject_of_new(house.id, given.event.kind)
    working_copies.discard_working_copy(session, desk.identity.staff_id, subject)
    return event_id


def checked_certificate(form: Form, before: dict[str, Any]) -> dict[str, Any]:
    """Return the certificate's settings; what this page does not show stays as it was. Raises `Invalid`."""
    given = certificate_values(form)
    settings = {**{name: value for name, value in before.items() if name != "hours"}, **given} if given else {}
    if settings:
        read_settings(settings)
    return settings


HANDLERS = (show_new, draft)
