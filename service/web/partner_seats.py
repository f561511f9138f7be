"""The page on which a partner fills the seats that they were given: a list of names, without an account.

One textarea is enough on any phone: one person a line. Where the event asks questions, the list comes back once with a
row for each person, and nothing is kept until every question is answered.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER

from events.errors import N_, ChoiceFull, Conflict, FieldError, FormReplaced, Full, Gone, Invalid, NotFound, Refused
from events.pages.partner_pages import asked_of_people
from events.partnership import allotments
from events.partnership.allotments import Brought
from events.questions.answers import Answers, check_answers
from events.questions.form_document import FormDocument, QuestionKind
from events.questions.form_reading import AskedForm
from events.registrations.applications import Application
from service import consent
from service.inputs.checking import parse
from service.inputs.partner_links import Line, RenameInput, brought_in, lines_in
from service.statuses import status_of
from service.web.answering import Questions, answers_in, seen_revision
from service.web.forms import Form, read_form, whole
from service.web.pages import Request, locale_of
from service.web.partner_opening import Opened, note_opened, open_partner
from service.wiring import Runtime

MAX_FORM = 1024 * 1024
_FIELDS = 6000
_REFUSALS = (Invalid, Conflict, Gone)
_NO_MINORS = N_("Minors cannot register for this event by themselves.")
_NO_CONSENT = N_("Please confirm that they agree.")
_PARTS = ("name", "contact", "guardian", "guardian_contact")


@dataclass(frozen=True, slots=True)
class _Rows:
    """What a form tells: its rows, and whether they must be shown before anything can be kept."""

    form: Form
    count: int
    wanting: bool


async def _asked(opened: Opened) -> AskedForm:
    """Return the questions that a list can answer: a file nobody sends for somebody else."""
    asked = await opened.runtime.database.aread(lambda session: asked_of_people(session, opened.page.event_id))
    kept = tuple(each for each in asked.document.questions if each.kind is not QuestionKind.FILE)
    return replace(asked, document=FormDocument(kept))


@get("/p/{token:str}/seats")
async def show_seats(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[str]:
    """Show the seats, who has one, and the form for more."""
    opened = await open_partner(request, runtime, token)
    await note_opened(opened)
    return await _page(opened, Form(), 0)


async def _page(
    opened: Opened, form: Form, rows: int, *, status_code: int = HTTP_200_OK, notice: Refused | None = None
) -> Response[str]:
    if opened.work.seats is None:
        raise NotFound
    asked = await _asked(opened)
    return opened.show(
        "partner_seats.html",
        status_code=status_code,
        form=form,
        rows=rows,
        questions=Questions(asked),
        consent=consent.TEXT,
        notice=notice,
        done=opened.done,
    )


@post("/p/{token:str}/seats", status_code=HTTP_303_SEE_OTHER, request_max_body_size=MAX_FORM, keeps_typed=True)
async def name_people(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[Any]:
    """Register everybody of the list in the partner's seats, or show it again with everything that is wrong."""
    opened = await open_partner(request, runtime, token)
    seats = opened.work.seats
    if seats is None:
        raise NotFound
    asked = await _asked(opened)
    told = _rows(await read_form(request, most_fields=_FIELDS, most_bytes=MAX_FORM), asked)
    if told.wanting:
        return await _page(opened, told.form, told.count)
    now = runtime.clock.now()
    try:
        people = _people(told, asked, opened, now=now)
        await runtime.database.awrite(
            lambda session: allotments.fill(session, seats.allotment.id, people, now=now, by=opened.by),
            seats_of=[opened.page.event_id],
        )
    except ChoiceFull as refusal:
        notice: Refused = refusal
        return await _page(opened, told.form, told.count, status_code=409, notice=notice)
    except (FormReplaced, Full, Gone) as refusal:
        return await _page(opened, told.form, told.count, status_code=status_of(refusal), notice=refusal)
    except Invalid as refusal:
        return await _page(opened, told.form.with_errors(refusal.errors), told.count, status_code=422)
    return opened.go("/seats", "named")


def _rows(form: Form, asked: AskedForm) -> _Rows:
    """Put what was pasted behind the rows that are there; they are shown first where something is asked of each."""
    shown = min(whole(form.value("rows"), below=1000) or 0, allotments.MOST_AT_ONCE)
    lines = lines_in(form.value("people"))[: allotments.MOST_AT_ONCE - shown + 1]
    values: dict[str, Sequence[str]] = {name: held for name, held in form.values.items() if name != "people"}
    for number, line in enumerate(lines, start=shown):
        typed = (line.name, line.contact, line.guardian, line.guardian_contact)
        values |= {f"people.{number}.{part}": [said] for part, said in zip(_PARTS, typed, strict=True) if said}
    wanting = bool(lines) and bool(asked.document.questions)
    return _Rows(Form(values), shown + len(lines), wanting)


def _people(told: _Rows, asked: AskedForm, opened: Opened, *, now: datetime) -> list[Brought]:
    """Return everybody, checked. Raises `Invalid` with every error of the whole list."""
    errors: list[FieldError] = []
    found: list[Brought] = []
    locale = locale_of(opened.request, opened.page.locale)
    for number in range(told.count):
        field = f"people.{number}"
        line = Line(*(told.form.value(f"{field}.{part}").strip() for part in _PARTS))
        raw = answers_in(told.form, asked, prefix=f"{field}.answers.")
        if not any((line.name, line.contact, line.guardian, raw)):
            continue
        try:
            found.append(_one(line, raw, field, asked, opened, locale=locale, now=now))
        except Invalid as refusal:
            errors += refusal.errors
    if not found and not errors:
        errors.append(FieldError("people", "missing", N_("Write at least one name.")))
    if told.form.value("consent") != "yes":
        errors.append(FieldError("consent", "consent", _NO_CONSENT))
    if seen_revision(told.form) not in (asked.revision, None) and asked.document.questions:
        raise FormReplaced
    if errors:
        raise Invalid(errors)
    return found


def _one(
    line: Line,
    raw: Mapping[str, Any],
    field: str,
    asked: AskedForm,
    opened: Opened,
    *,
    locale: str,
    now: datetime,
) -> Brought:
    errors: list[FieldError] = []
    answers = Answers(revision=asked.revision)
    try:
        answers = check_answers(asked.document, raw, revision=asked.revision, now=now)
    except Invalid as refusal:
        errors += [replace(each, field=f"{field}.{each.field}") for each in refusal.errors]
    try:
        person, guardian = brought_in(line, field)
    except Invalid as refusal:
        raise Invalid([*refusal.errors, *errors]) from refusal
    if guardian is not None and not opened.work.guardians:
        errors.append(FieldError(f"{field}.guardian", "unknown", _NO_MINORS))
    if errors:
        raise Invalid(errors)
    application = Application(
        event_id=opened.page.event_id,
        name=person.name,
        email=person.email,
        phone=person.phone,
        institution=opened.page.name,
        locale=locale,
        consent_version=consent.VERSION,
        guardian=guardian,
        **answers.fields(),
    )
    return Brought(application, f"{field}.name")


@post("/p/{token:str}/seats/{registration_id:uuid}", status_code=HTTP_303_SEE_OTHER, request_max_body_size=MAX_FORM)
async def change_person(
    request: Request, runtime: NamedDependency[Runtime], token: FromPath[str], registration_id: FromPath[uuid.UUID]
) -> Response[Any]:
    """Correct somebody's name (`do=rename`), or take them off (`do=remove`)."""
    opened = await open_partner(request, runtime, token)
    seats = opened.work.seats
    if seats is None:
        raise NotFound
    form = await read_form(request)
    now = runtime.clock.now()
    key = seats.allotment.id
    try:
        if form.value("do") == "remove":
            await runtime.database.awrite(
                lambda session: allotments.withdraw_person(session, key, registration_id, now=now, by=opened.by),
                seats_of=[opened.page.event_id],
            )
        else:
            name = parse(RenameInput, {"name": form.value("name")}).name
            await runtime.database.awrite(
                lambda session: allotments.rename_person(session, key, registration_id, name, now=now, by=opened.by),
                seats_of=[opened.page.event_id],
            )
    except _REFUSALS as refusal:
        errors = refusal.errors if isinstance(refusal, Invalid) else ()
        notice = None if errors else refusal
        again = Form().with_errors([replace(each, field=f"person.{registration_id}") for each in errors])
        return await _page(opened, again, 0, status_code=status_of(refusal), notice=notice)
    return opened.go("/seats", "removed" if form.value("do") == "remove" else "renamed")


HANDLERS = (show_seats, name_people, change_person)
