"""Between a registration form and the core: the questions as a page shows them, and what was answered to them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from events.catalogue.listing import EventPage
from events.errors import N_, FieldError, Invalid
from events.models import AnswerFile
from events.questions import answer_files
from events.questions.answers import NO_ANSWERS, Answers, check_answers
from events.questions.form_document import QuestionKind
from events.questions.form_reading import NOTHING_ASKED, AskedForm, asked_form
from events.registrations.applications import Guardian
from service.inputs.checking import GuardianInput, RegistrationInput, parse
from service.web.answer_uploads import Received
from service.web.forms import Form, whole
from service.web.pages import Pages
from service.web.party import Party
from service.wiring import Runtime


async def load_asked(pages: Pages, event: EventPage) -> AskedForm:
    """Return the event's form as it was at most 2 seconds ago; no query where it has no questions of its own."""
    if event.form_revision == 0:
        return NOTHING_ASKED
    key = ("form", event.id, event.form_revision)
    return await pages.recent.get(
        key, lambda: pages.runtime.database.aread(lambda session: asked_form(session, event.id, event.form_revision))
    )


_NO_CONTACT = N_("Give an e-mail address or a WhatsApp number.")


@dataclass(frozen=True, slots=True)
class Checked:
    """A form without a fault: what the person told of themselves, and their answers."""

    given: RegistrationInput
    answers: Answers = NO_ANSWERS
    guardian: Guardian | None = None


def check_form(received: Received, asked: AskedForm, party: Party, *, now: datetime, minors: bool = False) -> Checked:
    """Return what one person filled in for the whole `party`; `minors`: whether the form asks for their guardians.

    Raises `Invalid` with every error of the whole form, in the order of the page.
    """
    form = received.form
    errors: list[FieldError] = []
    given: RegistrationInput | None = None
    answers = NO_ANSWERS
    try:
        given = form.check(RegistrationInput)
    except Invalid as refusal:
        errors += refusal.errors
    refused = {error.field for error in received.errors}
    try:
        answers = check_answers(
            asked.document,
            answers_in(form, asked),
            revision=asked.revision,
            now=now,
            party_size=_party_of(given),
            members=party.members(asked) if given is not None else (),
        )
    except Invalid as refusal:
        # Of a file that was refused, its own reason is told, not that it is missing.
        errors += [error for error in refusal.errors if error.field not in refused]
    errors += received.errors
    errors += party.errors
    guardian = guardian_in(form, errors) if minors and form.value("minor") == "yes" else None
    if errors or given is None:
        raise Invalid(errors)
    return Checked(given, answers, guardian)


def guardian_in(form: Form, errors: list[FieldError]) -> Guardian | None:
    """Return who has to consent, or say at the fields what is missing."""
    typed = {name: form.value(f"guardian_{name}").strip() for name in ("name", "email", "phone")}
    wanting = not (typed["email"] or typed["phone"])
    try:
        given = parse(GuardianInput, {name: value for name, value in typed.items() if value})
    except Invalid as refusal:
        errors += [replace(error, field=f"guardian_{error.field}") for error in refusal.errors]
        given = None
    if wanting:
        errors.append(FieldError("guardian_email", "contact_missing", _NO_CONTACT))
    return None if given is None or wanting else Guardian(given.name, given.email, given.phone)


def _party_of(given: RegistrationInput | None) -> int:
    return 1 if given is None else given.party_size


def answers_in(form: Form, asked: AskedForm, *, prefix: str = "answers.", each: bool = False) -> dict[str, Any]:
    """Return the raw answers by question id; what the form holds beyond the questions is nobody's answer.

    `each`: only to the questions that are asked of each person.
    """
    found: dict[str, Any] = {}
    for question in asked.document.questions:
        if each and not question.per_person:
            continue
        values = [value for value in form.all(f"{prefix}{question.id}") if value]
        if values:
            found[question.id] = values if question.kind is QuestionKind.CHOICES else values[-1]
    return found


def members_in(form: Form, asked: AskedForm, count: int) -> list[dict[str, Any]]:
    """Return what was filled in for the first `count` others of a party: ``members.<n>.name`` and their answers."""
    return [
        {
            "name": form.value(f"members.{number}.name"),
            "answers": answers_in(form, asked, prefix=f"members.{number}.answers.", each=True),
        }
        for number in range(count)
    ]


def payload_of(received: Received, checked: Checked) -> dict[str, Any]:
    """Return what makes two copies of a form one: a file that is sent again is the same file."""
    answers = {
        name: received.digests.get(name) or list(values)
        for name, values in received.form.values.items()
        if name.startswith(("answers.", "members."))
    }
    return {**checked.given.model_dump(mode="json"), "answers": answers}


def seen_revision(form: Form) -> int | None:
    """Return the revision of the form that the person saw, as the page says; None for what is no number."""
    return whole(form.value("form_revision", "0"))


@dataclass(frozen=True, slots=True)
class Questions:
    """What the template needs of a form: the questions, what is left of their places, the files that were sent."""

    asked: AskedForm
    files: Mapping[str, AnswerFile] = field(default_factory=dict[str, AnswerFile])
    """By the field that names them."""
    file_path: str | None = None
    """Below which the person can get their files back; None where there is no page of theirs yet."""


async def questions_for(runtime: Runtime, event: EventPage, asked: AskedForm, form: Form) -> Questions:
    """Return the questions with the files that were sent before. One query, and that only where there are files."""
    names = [f"answers.{each.id}" for each in asked.document.questions if each.kind is QuestionKind.FILE]
    ids = {name: key for name in names if (key := _id_in(form, name)) is not None}
    if not ids:
        return Questions(asked)
    found = await runtime.database.aread(lambda session: answer_files.unclaimed(session, event.id, list(ids.values())))
    return Questions(asked, {name: found[key] for name, key in ids.items() if key in found})


def _id_in(form: Form, name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(form.value(name))
    except ValueError:
        return None
