"""The builder of an event's registration form: every button works without a script, which only makes it quicker.

The page carries the whole form; each button sends it and gets it back changed, and only saving keeps it. See
`service.web.staff.form_steps`.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from litestar import MediaType, get, post
from litestar.params import FromPath
from litestar.response import Response
from markupsafe import Markup

from events.drafts import authoring
from events.errors import N_, FieldError, Invalid, NotFound, Outdated
from events.models import Event
from events.questions import form_presets, form_use, forms
from events.questions.form_document import FormDocument, QuestionKind
from events.questions.form_reading import AskedForm
from events.questions.form_use import FormUse, Source
from events.storage import LOCALES, LocalizedText, ReadSession, Session
from service.accounts.permissions import Action
from service.web.answering import Questions
from service.web.forms import Form, read_form, whole
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, desk_of, refused
from service.web.staff.form_fields import WITH_CHOICES, error_fields, fields_of, preview, read
from service.web.staff.form_steps import Step, append, hidden_fields, take_step

MOST_FIELDS = 15_000
MOST_BYTES = 1024 * 1024
"""Sixty questions with a hundred choices each, and their words in two languages."""

KINDS = {
    QuestionKind.SHORT_TEXT: N_("Short text"),
    QuestionKind.LONG_TEXT: N_("Long text"),
    QuestionKind.CHOICE: N_("One choice"),
    QuestionKind.CHOICES: N_("Several choices"),
    QuestionKind.NUMBER: N_("Number"),
    QuestionKind.DATE: N_("Date"),
    QuestionKind.EMAIL: N_("E-mail address"),
    QuestionKind.PHONE: N_("Telephone number"),
    QuestionKind.FILE: N_("File"),
    QuestionKind.CONSENT: N_("Consent"),
}
"""Kinds of questions as staff know them (gettext ids)."""

_WHOLE_NUMBER = N_("Write a whole number.")
_CHANGED = N_("Somebody else saved this form meanwhile. Yours is still here: compare the two, then save again.")


@dataclass(frozen=True, slots=True)
class _Read:
    revision: int
    document: FormDocument
    use: FormUse
    sources: list[Source]

    def taken(self, question_id: str, choice_id: str) -> int | None:
        """Return how many places of a choice are taken; None where there is no limit, or nothing is saved yet."""
        question = self.document.find(question_id)
        choices = question.choices if question else ()
        pool_id = next((choice.pool_id for choice in choices if choice.id == choice_id), None)
        pool = self.use.pools.get(pool_id) if pool_id else None
        return None if pool is None else pool.taken


def _read(session: ReadSession, event: Event) -> _Read:
    revision, document = forms.current(session, event.id)
    found = form_use.sources(session, event.organiser_id, event.id)
    return _Read(revision, document, form_use.use_of(session, event.id), list(found))


@get("/staff/events/{event_id:uuid}/form", action=Action.EDIT_EVENTS, include_in_schema=False)
async def show_form_builder(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show the form as it is asked now, ready to be changed."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    found = await desk.read(lambda session: _read(session, event))
    form = Form({**fields_of(found.document, found.use.pools), "revision": [str(found.revision)]})
    return await _builder_page(desk, event, found, Step(form))


async def _builder_page(desk: Desk, event: Event, found: _Read, step: Step, status_code: int = 200) -> Response[str]:
    partial = desk.request.headers.get("hx-target") == "builder"
    form = step.form
    return await desk.show(
        "form_builder_parts.html" if partial else "form_builder.html",
        event=event,
        form=form,
        focus=step.focus,
        found=found,
        shown=preview(form),
        previews=_previews(desk, form),
        kinds=KINDS,
        with_choices=WITH_CHOICES,
        presets=form_presets,
        removed=hidden_fields(form),
        status_code=status_code,
        headers={"Vary": "HX-Target"},
    )


def _previews(desk: Desk, form: Form) -> Markup:
    """Return the questions as the attendee meets them, once in each language, the reader's own first."""
    questions = Questions(AskedForm(document=preview(form)))
    locales = sorted(LOCALES, key=lambda locale: locale != desk.locale)
    return Markup().join(
        desk.pages.fragment("staff/form_preview.html", locale, form=Form(), questions=questions) for locale in locales
    )


@post(
    "/staff/events/{event_id:uuid}/form/preview",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MOST_BYTES,
    status_code=200,
    media_type=MediaType.HTML,
)
async def preview_form(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Return the preview of what is typed at this moment."""
    desk = desk_of(request)
    await desk.event(event_id, Action.EDIT_EVENTS)
    form = await read_form(request, most_fields=MOST_FIELDS, most_bytes=MOST_BYTES)
    return Response(str(_previews(desk, form)), headers={"Cache-Control": "no-store"})


@post(
    "/staff/events/{event_id:uuid}/form",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MOST_BYTES,
    status_code=200,
)
async def change_form(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Do what the button says: one step on the page, or save it all."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    form = await read_form(request, most_fields=MOST_FIELDS, most_bytes=MOST_BYTES)
    wanted = form.value("do")
    if wanted == "save":
        return await _save(desk, event, form)
    found = await desk.read(lambda session: _read(session, event))
    form = replace(form, values={name: values for name, values in form.values.items() if name != "do"})
    if wanted == "preset":
        step = append(form, form_presets.document(form.value("preset")))
    elif wanted == "copy":
        step = append(form, await _form_of(desk, form.value("source")))
    else:
        step = take_step(form, wanted)
    return await _builder_page(desk, event, found, step)


async def _form_of(desk: Desk, key: str) -> FormDocument:
    """Return the form of another event that this person may see. Raises `NotFound`."""
    try:
        event_id = uuid.UUID(key)
    except ValueError as error:
        raise NotFound from error
    other = await desk.event(event_id)
    return await desk.read(lambda session: forms.load(session, other.id))


async def _save(desk: Desk, event: Event, form: Form) -> Response[Any]:
    seen = whole(form.value("revision"))
    expected = -1 if seen is None else seen
    try:
        drafted = read(form)

        def use_case(session: Session) -> int:
            try:
                return forms.save(
                    session,
                    event.id,
                    drafted.document,
                    places=drafted.places,
                    expected_revision=expected,
                    now=desk.now,
                    by=desk.by,
                )
            except Invalid as refusal:
                raise error_fields(drafted.document, refusal) from refusal

        await desk.write(use_case)
    except REFUSALS as refusal:
        again, status = refused(form, Outdated(_CHANGED) if isinstance(refusal, Outdated) else refusal)
        found = await desk.read(lambda session: _read(session, event))
        if isinstance(refusal, Outdated):
            # Saving once more overwrites what the other one did, knowingly.
            again = replace(again, values={**again.values, "revision": [str(found.revision)]})
        return await _builder_page(desk, event, found, Step(again), status)
    return desk.go(f"/staff/events/{event.id}/form", "form")


@post(
    "/staff/events/{event_id:uuid}/form/places",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MOST_BYTES,
)
async def share_places(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Make places that several choices can share, or change how many they are."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    typed = await read_form(request)
    found = await desk.read(lambda session: _read(session, event))
    try:
        pool_id = _pool_in(typed, found.use)
        capacity = whole(typed.value("capacity").strip())
        if capacity is None:
            raise Invalid([FieldError("capacity", "number", _WHOLE_NUMBER)])
        label = LocalizedText(typed.value("label_id").strip(), typed.value("label_en").strip())
        wanted = _Places(pool_id, label, capacity)
        await desk.write(lambda session: _set_places(session, event, wanted, now=desk.now, by=desk.by))
    except REFUSALS as refusal:
        again, status = refused(typed, refusal)
        fields = {**fields_of(found.document, found.use.pools), "revision": [str(found.revision)], **again.values}
        return await _builder_page(desk, event, found, Step(Form(fields, again.errors)), status)
    return desk.go(f"/staff/events/{event.id}/form", "saved")


@dataclass(frozen=True, slots=True)
class _Places:
    pool_id: uuid.UUID | None
    label: LocalizedText
    capacity: int


def _pool_in(form: Form, use: FormUse) -> uuid.UUID | None:
    """Return the places that are changed, None for new ones. Raises `NotFound` for those of another event."""
    named = form.value("pool")
    if not named:
        return None
    chosen = next((key for key in use.pools if str(key) == named), None)
    if chosen is None:
        raise NotFound
    return chosen


def _set_places(session: Session, event: Event, wanted: _Places, *, now: datetime, by: str) -> None:
    if wanted.pool_id is None:
        form_use.open_shared_places(session, event.id, label=wanted.label, capacity=wanted.capacity, now=now, by=by)
    else:
        authoring.set_capacity(session, wanted.pool_id, capacity=wanted.capacity, now=now, by=by)


HANDLERS = (show_form_builder, change_form, preview_form, share_places)
