"""From the rows of a sheet to applications: which column holds what, and what is wrong with which row.

Headings are guessed in Indonesian and English; whoever imports sees the guess and may change it. Telephone numbers
that a spreadsheet program made numbers of are read as what they were, or refused where digits are gone.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from events import desk as lists
from events import forms, typed
from events.answers import check_answers
from events.errors import N_, FieldError, Invalid
from events.form_document import FormDocument, Question, QuestionKind
from events.importing import Candidate
from events.models import Event, EventKind, RegistrationSource
from events.registration import Application, person_key
from events.storage import ReadSession
from service.inputs import RegistrationInput, parse

COLUMNS = {
    "name": N_("Full name"),
    "email": N_("E-mail"),
    "phone": N_("WhatsApp number"),
    "institution": N_("School, institution or community"),
    "party_size": N_("How many people"),
    "members": N_("Names of the others, with semicolons between them"),
    "slot": N_("Visiting time"),
    "access_needs": N_("What the person needs to take part"),
}
"""What a column may hold beyond the event's own questions (gettext ids)."""

_KNOWN = {
    "name": "nama|nama lengkap|nama peserta|name|full name|peserta|participant|nama siswa|nama guru",
    "email": "email|e-mail|surel|surel e-mail|surat elektronik|alamat email|alamat surel|email address|e-mail address",
    "phone": "wa|whatsapp|no wa|nomor wa|nomor whatsapp|no whatsapp|whatsapp number|telepon|no telepon|nomor telepon|"
    "hp|no hp|nomor hp|phone|phone number|telephone|mobile",
    "institution": "instansi|sekolah|lembaga|asal sekolah|asal instansi|komunitas|institution|school|organisation|"
    "school institution or community|sekolah instansi atau komunitas",
    "party_size": "jumlah orang|jumlah|jumlah peserta|orang|people|party size|how many people|berapa orang",
    "members": "anggota|nama anggota|nama yang lain dipisahkan titik koma|members|"
    "names of the others with semicolons between them|anggota rombongan",
    "slot": "waktu kunjungan|jam kunjungan|kunjungan|slot|visiting time|visit",
    "access_needs": "kebutuhan|kebutuhan akses|kebutuhan khusus|yang dibutuhkan peserta agar dapat ikut serta|"
    "access needs|needs|what the person needs to take part",
}
_HEADINGS = {heading: name for name, headings in _KNOWN.items() for heading in headings.split("|")}
_YES = frozenset({"ya", "y", "yes", "x", "v", "✓", "1", "true", "benar", "setuju", "agreed"})
_SCIENTIFIC = re.compile(r"(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})", re.ASCII)
_SLOT = re.compile(
    r"(\S.*?)[ ,T]+(?:pukul |jam |at )?(\d{1,2})[.:](\d{2})(?:[.:]\d{2})?(?:\s*wi[bt]a?)?", re.IGNORECASE
)

_FORMULA = N_("This is a formula. Copy the column and paste it as values.")
_SHORTENED = N_("The spreadsheet program has cut this number. Format the column as text and write it again.")
_TWICE = N_("This person stands in the list already, in row %(row)s.")
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


# ---------------------------------------------------------------- columns
def columns_of(event: Event, document: FormDocument) -> dict[str, str | Question]:
    """Return what the columns of a list for this event may hold: a gettext id, or a question."""
    fixed: dict[str, str | Question] = {
        name: label
        for name, label in COLUMNS.items()
        if (name != "slot" or event.kind is EventKind.EXHIBITION)
        and (name not in ("party_size", "members") or event.max_party_size > 1)
    }
    return fixed | {f"answers.{each.id}": each for each in document.questions if each.kind is not QuestionKind.FILE}


def guess(headers: Sequence[str], event: Event, document: FormDocument) -> dict[str, str]:
    """Return, by column number, what the headings seem to say; each thing is looked for in one column only."""
    known = columns_of(event, document)
    by_question = {
        _plain(label): f"answers.{each.id}" for each in document.questions for label in (each.label.id, each.label.en)
    }
    found: dict[str, str] = {}
    for number, header in enumerate(headers):
        plain = _plain(header)
        name = by_question.get(plain) or _HEADINGS.get(plain) or plain.removeprefix("answers ")
        if name in known and name not in found.values():
            found[str(number)] = name
    return found


def _plain(header: str) -> str:
    return " ".join(re.sub(r"[^\w\s-]|_", " ", header.casefold()).split())


# ---------------------------------------------------------------- rows
def candidates(terms: Terms, rows: Sequence[tuple[int, Mapping[str, str]]], *, now: datetime) -> list[Candidate]:
    """Return what each row asks for. `rows` are line numbers and texts by the names of `columns_of`."""
    return _without_doubles([_candidate(terms, number, row, now=now) for number, row in rows])


def _candidate(terms: Terms, number: int, row: Mapping[str, str], *, now: datetime) -> Candidate:
    errors = [FieldError(name, "formula", _FORMULA) for name, text in row.items() if text.startswith("=")]
    values: dict[str, Any] = {name: text for name in RegistrationInput.model_fields if (text := row.get(name, ""))}
    if "phone" in values:
        values["phone"] = _number_text(values["phone"], "phone", errors)
    answers = {
        question.id: _raw_answer(question, text, errors)
        for question in terms.document.questions
        if (text := row.get(f"answers.{question.id}", ""))
    }
    if row.get("slot"):
        slot_id = _slot_at(terms, row["slot"])
        if slot_id is None:
            errors.append(FieldError("slot", "choice", _NO_SLOT))
        else:
            values["slot_id"] = str(slot_id)
    members = [{"name": name.strip()} for name in re.split(r"[;\n]", row.get("members", "")) if name.strip()]
    if members and "party_size" not in values:
        values["party_size"] = str(len(members) + 1)
    return checked(terms, number, values, answers, members, now=now, errors=errors)


def checked(
    terms: Terms,
    number: int,
    values: Mapping[str, Any],
    answers: Mapping[str, Any],
    members: Sequence[Mapping[str, Any]],
    *,
    now: datetime,
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
        # A comma may stand in a choice's own words; who parts them by semicolons means no comma.
        marks = r"[;\n]" if ";" in text or "\n" in text else ","
        parts = [text] if whole != text else re.split(marks, text)
        return [_choice_id(question, part.strip()) for part in parts if part.strip()]
    if question.kind is QuestionKind.CONSENT:
        return "yes" if text.casefold() in _YES else "no"
    if question.kind is QuestionKind.PHONE:
        return _number_text(text, f"answers.{question.id}", errors)
    return text


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
