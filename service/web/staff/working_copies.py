"""Autosave: what is typed into an event's form is kept every few seconds, for who types it alone."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from litestar import post
from litestar.params import FromPath
from litestar.response import Response

from events import outbox
from events.drafts import working_copies
from events.drafts.working_copies import subject_of_new
from events.models import Event, EventKind, WorkingCopy
from events.registrations import desk as lists
from events.storage import ReadSession, Session
from service.accounts import staff
from service.accounts.permissions import Action
from service.web.forms import Form, read_form
from service.web.pages import Request
from service.web.staff.desk import Desk, desk_of
from service.web.staff.event_forms import form_of
from service.web.staff.merging import Clash, merge, same
from service.web.staff.narration import staff_ids

FORM_BYTES = 128 * 1024
"""Both languages of a long description, percent-encoded."""


@dataclass(frozen=True, slots=True)
class Left:
    """What the person left in a form, as its page shows it."""

    form: Form
    copy: WorkingCopy | None = None
    taken: Sequence[str] = ()
    clashes: Sequence[Clash] = ()
    whose: str = ""
    """Who saved meanwhile."""


async def left_in_new(desk: Desk, subject: str, fresh: Form) -> Left:
    """Return the form for a new event: what was left in it, or the fresh one."""
    copy = await desk.read(lambda session: working_copies.find_working_copy(session, desk.identity.staff_id, subject))
    return Left(fresh) if copy is None else Left(Form(copy.fields), copy)


async def left_in(desk: Desk, event: Event) -> Left:
    """Return the event's form: what was left in it, merged with what others saved meanwhile, or what is saved."""

    def query(session: ReadSession) -> tuple[WorkingCopy | None, Form]:
        copy = working_copies.find_working_copy(session, desk.identity.staff_id, str(event.id))
        return copy, form_of(event, lists.webinar_pool(session, event.id))

    copy, saved = await desk.read(query)
    if copy is None or same(copy.fields, saved.values):
        return Left(saved)
    if copy.based_on == event.version:
        return Left(Form({**copy.fields, "version": [str(event.version)]}), copy)
    return replace(await compared(desk, event, Form(copy.fields), copy.base or None), copy=copy)


async def compared(desk: Desk, event: Event, typed: Form, base: Mapping[str, Sequence[str]] | None) -> Left:
    """Return a form that was typed for an older version of the event, merged with the event as it is now."""

    def query(session: ReadSession) -> tuple[Form, str]:
        rows = [row for row in outbox.timeline(session, event.id) if row.name in ("EventEdited", "CapacityChanged")]
        names = staff.names(session, staff_ids(rows[-1:]))
        return form_of(event, lists.webinar_pool(session, event.id)), next(iter(names.values()), "")

    saved, whose = await desk.read(query)
    merged = merge(base, typed.values, saved.values)
    values = {**merged.values, "version": [str(event.version)]}
    return Left(Form(values, typed.errors), None, merged.taken, merged.clashes, whose)


async def base_of(desk: Desk, event: Event, version: int) -> Mapping[str, Sequence[str]] | None:
    """Return what the event's form held at `version`, if the person's working copy remembers it."""
    copy = await desk.read(
        lambda session: working_copies.find_working_copy(session, desk.identity.staff_id, str(event.id))
    )
    return copy.base or None if copy is not None and copy.based_on == version else None


def version_of(form: Form) -> int:
    """Return the version of the event that a form was made for, 0 for nonsense."""
    return form.version()


# ---------------------------------------------------------------- keeping
@post(
    "/staff/events/{event_id:uuid}/working-copy",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
)
async def keep(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Keep what was typed into the event's form so far, right or wrong; says in a sentence that it is kept."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    typed = await read_form(request, most_bytes=FORM_BYTES)
    version = version_of(typed)

    def use_case(session: Session) -> None:
        saved = form_of(event, lists.webinar_pool(session, event_id)) if version == event.version else None
        working_copies.keep_working_copy(
            session,
            desk.identity.staff_id,
            str(event_id),
            organiser_id=event.organiser_id,
            event_id=event_id,
            fields=typed.values,
            based_on=version,
            base=saved.values if saved is not None else None,
            now=desk.now,
        )

    await desk.keep(use_case)
    return await _said(desk, event.timezone)


@post(
    "/staff/events/new/working-copy",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
)
async def keep_new(request: Request) -> Response[str]:
    """Keep what was typed into the form for a new event so far."""
    desk = desk_of(request)
    house = await desk.chosen_house()
    typed = await read_form(request, most_bytes=FORM_BYTES)
    subject = subject_of_new(house.id, kind_of(typed.value("kind")))
    await desk.keep(
        lambda session: working_copies.keep_working_copy(
            session,
            desk.identity.staff_id,
            subject,
            organiser_id=house.id,
            event_id=None,
            fields=typed.values,
            based_on=0,
            base={},
            now=desk.now,
        )
    )
    return await _said(desk, house.timezone)


async def _said(desk: Desk, timezone: str) -> Response[str]:
    return await desk.show("event_form_kept.html", at=desk.now, zone=timezone)


def kind_of(text: str | None) -> EventKind:
    """Return the kind that an address or a form names, a webinar for anything else."""
    return EventKind.EXHIBITION if text == EventKind.EXHIBITION.value else EventKind.WEBINAR


# ---------------------------------------------------------------- forgetting
@post("/staff/events/{event_id:uuid}/working-copy/discard", action=Action.EDIT_EVENTS, include_in_schema=False)
async def discard(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Forget what was typed; the form shows what is saved."""
    desk = desk_of(request)
    await desk.event(event_id, Action.EDIT_EVENTS)
    await desk.keep(lambda session: working_copies.discard_working_copy(session, desk.identity.staff_id, str(event_id)))
    return desk.go(f"/staff/events/{event_id}/edit")


@post("/staff/events/new/working-copy/discard", action=Action.EDIT_EVENTS, include_in_schema=False)
async def discard_new(request: Request) -> Response[Any]:
    """Forget what was typed into the form for a new event, and begin afresh (with a template, if one was chosen)."""
    desk = desk_of(request)
    house = await desk.chosen_house()
    kind = kind_of(request.query_params.get("kind"))
    subject = subject_of_new(house.id, kind)
    await desk.keep(lambda session: working_copies.discard_working_copy(session, desk.identity.staff_id, subject))
    asked = {name: text for name in ("template",) if (text := request.query_params.get(name))}
    return desk.go("/staff/events/new", kind=kind.value, organiser=str(house.id), **asked)


HANDLERS = (keep, keep_new, discard, discard_new)
