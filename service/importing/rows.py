"""From the rows of a sheet to applications, and what is wrong with which row. Columns: `service.importing.columns`.

Telephone numbers
that a spreadsheet program made numbers of are read as what they were, or refused where digits are gone.
"""

from __future__ import annotations

import dataclasses
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from events import typed
from events.errors import N_, FieldError, Invalid
from events.models import Event, EventKind, RegistrationSource
from events.questions import forms
from events.questions.answers import check_answers
from events.questions.form_document import FormDocument, Question, QuestionKind
from events.registrations import desk as lists
from events.registrations.applications import Application, Guardian, person_key
from events.registrations.importing import Candidate
from events.storage import ReadSession
from service.importing.words import PartyRows, gather, is_over, is_yes, needs_of
from service.inputs.checking import GuardianInput, RegistrationInput, parse

_SCIENTIFIC = re.compile(r"(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})", re.ASCII)
_SLOT = re.compile(
    r"(\S.*?)[ ,T]+(?:pukul |jam |at )?(\d{1,2})[.:](\d{2})(?:[.:]\d{2})?(?:\s*wi[bt]a?)?", re.IGNORECASE
)

_FORMULA = N_("This is a formula. Copy the column and paste it as values.")
_SHORTENED = N_("The spreadsheet program has cut this number. Format the column as text and write it again.")
_TWICE = N_("This person stands in the list already, in row %(row)s.")
_OVER = N_("This registration was cancelled or declined. Who wants to come after all registers anew.")
_OTHER_ROW = N_("Row %(row)s, who comes with this person, needs correcting.")
_NO_GUARDIAN = N_("Give an e-mail address or a WhatsApp number of the parent or guardian.")
_NO_SLOT = N_("There is no visiting time then. Example: 2026-12-12 09:00")


@dataclass(frozen=True, slots=True)
class Terms:
    """What all rows of a list share."""

    event: Event
    revision: int
    document: FormDocument
    slots: Mapping[datetime, uuid.UUID] = field(default_factory=dict[datetime, uuid.UUID])
    consent_version: str = ""
    quiet: bool = False


def terms_of(session: ReadSession, event: Event, *, consent_version: str = "", quiet: bool = False) -> Terms:
    """Read what rows are checked against: the form, and the visiting times of an exhibition."""
    revision, document = forms.current(session, event.id)
    # A file cannot stand in a sheet; the person may be asked for it later.
    questions = (
        msgspec.structs.replace(each, required=False) if each.kind is QuestionKind.FILE else each
        for each in document.questions
    )
    slots = lists.list_slots(session, event.id) if event.kind is EventKind.EXHIBITION else ()
    times = {row.slot.starts_at: row.slot.id for row in slots}
    return Terms(event, revision, FormDocument(tuple(questions)), times, consent_version, quiet)


# ---------------------------------------------------------------- rows
def candidates(terms: Terms, rows: Sequence[tuple[int, Mapping[str, str]]], *, now: datetime) -> list[Candidate]:
    """Return what each row asks for. `rows` are line numbers and texts by the names of `columns_of`.

    A row that names in ``with`` who registers for it is no candidate but one of that person's party.
    """
    parties, lost = gather(rows)
    found = [_candidate(terms, party, now=now) for party in parties]
    return sorted([*_without_doubles(found), *lost], key=lambda each: each.number)


def _candidate(terms: Terms, party: PartyRows, *, now: datetime) -> Candidate:
    number, row = party.number, party.row
    errors = [FieldError(name, "formula", _FORMULA) for name, text in row.items() if text.startswith("=")]
    values: dict[str, Any] = {name: text for name in RegistrationInput.model_fields if (text := row.get(name, ""))}
    values |= needs_of(row)
    if "phone" in values:
        values["phone"] = _number_text(values["phone"], "phone", errors)
    if is_over(row.get("state", "")):
        errors.append(FieldError("state", "over", _OVER))
    if row.get("slot"):
        slot_id = _slot_at(terms, row["slot"])
        if slot_id is None:
            errors.append(FieldError("slot", "choice", _NO_SLOT))
        else:
            values["slot_id"] = str(slot_id)
    members: list[dict[str, Any]] = [
        {"name": name.strip()} for name in re.split(r"[;\n]", row.get("members", "")) if name.strip()
    ]
    members += [
        {"name": other.get("name", ""), "answers": _answers(terms, other, errors, per_person=True)}
        for _, other in party.others
    ]
    if members and "party_size" not in values:
        values["party_size"] = str(len(members) + 1)
    guardian = _guardian_in(terms, row, errors)
    found = checked(
        terms, number, values, _answers(terms, row, errors), members, guardian=guardian, now=now, errors=errors
    )
    return _told_at_their_rows(found, party)


def _answers(
    terms: Terms, row: Mapping[str, str], errors: list[FieldError], *, per_person: bool = False
) -> dict[str, Any]:
    return {
        question.id: _raw_answer(question, text, errors)
        for question in terms.document.questions
        if (question.per_person or not per_person) and (text := row.get(f"answers.{question.id}", ""))
    }


def _told_at_their_rows(found: Candidate, party: PartyRows) -> Candidate:
    """Say of an error of somebody who has a row of their own in which row it is."""
    listed = len(found.errors) and len(party.others)
    if not listed:
        return found
    first = len([name for name in re.split(r"[;\n]", party.row.get("members", "")) if name.strip()])
    told: list[FieldError] = []
    for error in found.errors:
        path = error.field.split(".", 2)
        at = int(path[1]) - first if path[0] == "members" and len(path) == 3 else -1
        there = FieldError(path[-1], "other_row", _OTHER_ROW, {"row": party.others[at][0]}) if at >= 0 else error
        told.append(there)
    return dataclasses.replace(found, errors=tuple(told))


def _guardian_in(terms: Terms, row: Mapping[str, str], errors: list[FieldError]) -> Guardian | None:
    """Return who has to consent for a minor, or say what is missing. A guardian's name says that it is a minor."""
    typed = {name: text for name in ("name", "email", "phone") if (text := row.get(f"guardian_{name}", ""))}
    if not terms.event.guardian_consent or not (typed or is_yes(row.get("minor", ""))):
        return None
    if "phone" in typed:
        typed["phone"] = _number_text(typed["phone"], "guardian_phone", errors)
    if not (typed.get("email") or typed.get("phone")):
        errors.append(FieldError("guardian_email", "contact_missing", _NO_GUARDIAN))
    try:
        given = parse(GuardianInput, typed)
    except Invalid as refusal:
        errors += [dataclasses.replace(error, field=f"guardian_{error.field}") for error in refusal.errors]
        return None
    return Guardian(given.name, given.email, given.phone)


def checked(
    terms: Terms,
    number: int,
    values: Mapping[str, Any],
    answers: Mapping[str, Any],
    members: Sequence[Mapping[str, Any]],
    *,
    now: datetime,
    guardian: Guardian | None = None,
    errors: Sequence[FieldError] = (),
) -> Candidate:
    """Return one row as an application, or with everything that is wrong with it."""
    found = list(errors)
    given: RegistrationInput | None = None
    try:
        given = parse(RegistrationInput, {**values, "consent": True})
    except Invalid as refusal:
        found += refusal.errors
    fields: dict[str, Any] = {}
    try:
        party_size = given.party_size if given else 1 + len(members)
        fields = check_answers(
            terms.document,
            answers,
            revision=terms.revision,
            now=now,
            party_size=party_size,
            members=members,
            name=str(values.get("name") or ""),
        ).fields()
    except Invalid as refusal:
        found += refusal.errors
    contact = str(values.get("email") or values.get("phone") or "")
    name = str(values.get("name") or "")
    if found or given is None:
        told = {(each.field, each.code): each for each in found}
        return Candidate(number, name[:200], contact[:254], errors=tuple(told.values()))
    application = Application(
        event_id=terms.event.id,
        slot_id=given.slot_id,
        source=RegistrationSource.IMPORT,
        quiet=terms.quiet,
        consent_version=terms.consent_version,
        guardian=guardian,
        **given.model_dump(exclude={"consent", "slot_id"}),
        **fields,
    )
    return Candidate(number, given.name, given.email or given.phone or "", application)


def _without_doubles(found: Sequence[Candidate]) -> list[Candidate]:
    first: dict[tuple[Any, str], int] = {}
    told: list[Candidate] = []
    for each in found:
        if each.application is not None:
            key = (each.application.slot_id, person_key(each.application.email, each.application.phone))
            if key in first:
                at = "email" if each.application.email else "phone"
                error = FieldError(at, "twice", _TWICE, {"row": first[key]})
                told.append(Candidate(each.number, each.name, each.contact, errors=(error,)))
                continue
            first[key] = each.number
        told.append(each)
    return told


def _number_text(text: str, at: str, errors: list[FieldError]) -> str:
    """Return a telephone number as it was before a spreadsheet program read it as a number."""
    text = text.lstrip("'").removesuffix(".0").removesuffix(",0")
    found = _SCIENTIFIC.fullmatch(text)
    if found is None:
        return text
    digits, exponent = found[1] + (found[2] or ""), int(found[3])
    if len(digits) != exponent + 1:
        errors.append(FieldError(at, "shortened", _SHORTENED))
    return digits.ljust(exponent + 1, "0")


def _raw_answer(question: Question, text: str, errors: list[FieldError]) -> Any:
    if question.kind is QuestionKind.CHOICE:
        return _choice_id(question, text)
    if question.kind is QuestionKind.CHOICES:
        whole = _choice_id(question, text)
        parts = [text] if whole != text else _parts(question, text)
        return [_choice_id(question, part.strip()) for part in parts if part.strip()]
    if question.kind is QuestionKind.CONSENT:
        return "yes" if is_yes(text) else "no"
    if question.kind is QuestionKind.PHONE:
        return _number_text(text, f"answers.{question.id}", errors)
    return text


def _parts(question: Question, text: str) -> list[str]:
    """Part several choices. A comma may stand in a choice's own words; who writes semicolons means no comma."""
    if ";" in text or "\n" in text:
        return re.split(r"[;\n]", text)
    pieces, parts = text.split(","), list[str]()
    while pieces:
        longest = next((end for end in range(len(pieces), 1, -1) if _is_choice(question, ",".join(pieces[:end]))), 1)
        parts.append(",".join(pieces[:longest]))
        pieces = pieces[longest:]
    return parts


def _is_choice(question: Question, text: str) -> bool:
    return _choice_id(question, text.strip()) != text.strip()


def _choice_id(question: Question, text: str) -> str:
    """Return the choice that somebody wrote in words; what is none is refused as it stands."""
    wanted = " ".join(text.split()).casefold()
    for choice in question.choices:
        if wanted in (choice.id, choice.label.id.casefold(), choice.label.en.casefold()):
            return choice.id
    return text


def _slot_at(terms: Terms, text: str) -> uuid.UUID | None:
    """Return the visiting time that begins at a moment as people write it, in the event's own zone."""
    found = _SLOT.fullmatch(text.strip())
    if found is None:
        return None
    try:
        day = typed.date_of(found[1].strip())
        hour, minute = int(found[2]), int(found[3])
        at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(terms.event.timezone))
    except (typed.Unusable, ValueError):
        return None
    return next((key for starts_at, key in terms.slots.items() if starts_at == at), None)
