"""What people answer to an event's own questions: checked against one revision of the form, every error at once.

Nothing here reads a database: whether places are left and files are there is found out by registering, in its own
transaction. Error fields are paths, ``answers.school`` and ``members.0.answers.shirt``, and the names of the fields in
HTML forms, too.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, cast

from events import typed
from events.errors import N_, FieldError, Invalid
from events.questions.form_document import Answer, Choice, FormDocument, Question, QuestionKind
from events.questions.form_rules import AGREED, LONG_LENGTH, SHORT_LENGTH
from events.questions.party_names import check_name, doubles
from events.storage import LocalizedText

_CONTACT_LENGTHS = {QuestionKind.EMAIL: 254, QuestionKind.PHONE: 40, QuestionKind.DATE: 40}
_AGREED = frozenset({AGREED, "true", "on", "1"})
_NOT_AGREED = frozenset({"no", "false", "off", "0"})

_MISSING = N_("Please fill this in.")
_CHOICE = N_("Choose one of the options.")
_UNKNOWN = N_("There is no such field.")
_INVALID = N_("We could not understand this answer.")
_TOO_SHORT = N_("At least %(limit)s characters, please.")
_TOO_LONG = N_("At most %(limit)s characters, please.")
_TOO_SMALL = N_("At least %(limit)s, please.")
_TOO_LARGE = N_("At most %(limit)s, please.")


@dataclass(frozen=True, slots=True)
class Member:
    """One of the others of a party: their name, and their answers to the questions that are asked of each person."""

    name: str
    answers: Mapping[str, Answer] = field(default_factory=dict[str, Answer])


@dataclass(frozen=True, slots=True)
class PlaceTaken:
    """Places that choices take from one pool, and where to say that they are gone."""

    pool_id: uuid.UUID
    count: int
    field: str


@dataclass(frozen=True, slots=True)
class FileGiven:
    """A file that was sent before as an answer, and where to say that it is not there."""

    file_id: uuid.UUID
    question_id: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Checked answers to one revision of a form; what `events.registrations.applications.Application` takes."""

    revision: int = 0
    values: Mapping[str, Answer] = field(default_factory=dict[str, Answer])
    members: tuple[Member, ...] = ()
    places: tuple[PlaceTaken, ...] = ()
    files: tuple[FileGiven, ...] = ()

    def fields(self) -> dict[str, Any]:
        """Return the arguments of an `Application` that carry these answers."""
        return {
            "form_revision": self.revision,
            "answers": dict(self.values),
            "members": self.members,
            "choice_places": {place.pool_id: place.count for place in self.places},
            "files": self.files,
        }


NO_ANSWERS = Answers()


def check_answers(
    document: FormDocument,
    given: Mapping[str, Any],
    *,
    revision: int,
    now: datetime,
    party_size: int = 1,
    members: Sequence[Mapping[str, Any]] = (),
    name: str | None = None,
) -> Answers:
    """Return what people answered, brought into one spelling; `now` is when they agree to what they agree to.

    `given` holds raw answers by question id: text as typed, a list for several choices, the id of a file. `members` are
    the others of the party, each ``{"name": …, "answers": {…}}``; they may be left out where no question is asked of
    each person. With the contact's `name` no two of them may be called the same; forms, which have rows without names,
    ask `events.questions.party_names.doubles` themselves. What was answered to a question that is not asked of this
    person is
    dropped. Raises `Invalid` with every error.
    """
    errors: list[FieldError] = []
    own = _answer_all(document, document.questions, given, {}, "answers", now=now, errors=errors)
    others = _check_members(document, members, own, party_size=party_size, now=now, errors=errors)
    if name is not None:
        errors += doubles(name, [other.name for other in others])
    if errors:
        raise Invalid(errors)
    people = [("answers", own), *((f"members.{n}.answers", other.answers) for n, other in enumerate(others))]
    return Answers(
        revision=revision,
        values=own,
        members=tuple(others),
        places=tuple(_places(document, people, party_size)),
        files=tuple(_files(document, people)),
    )


def _check_members(
    document: FormDocument,
    members: Sequence[Mapping[str, Any]],
    contact: Mapping[str, Answer],
    *,
    party_size: int,
    now: datetime,
    errors: list[FieldError],
) -> list[Member]:
    questions = [question for question in document.questions if question.per_person]
    if len(members) > party_size - 1 or (questions and len(members) < party_size - 1):
        message = N_("Give the name of each person who comes with you.")
        errors.append(FieldError("members", "members", message, {}))
        return []
    each = {question.id for question in questions}
    shared = {key: answer for key, answer in contact.items() if key not in each}
    found: list[Member] = []
    for number, member in enumerate(members):
        name = check_name(f"members.{number}.name", member.get("name"), errors)
        raw: Any = member.get("answers") or {}
        answers = _answer_all(document, questions, raw, shared, f"members.{number}.answers", now=now, errors=errors)
        found.append(Member(name, answers))
    return found


def _answer_all(
    document: FormDocument,
    questions: Sequence[Question],
    given: Mapping[str, Any],
    contact: Mapping[str, Answer],
    at: str,
    *,
    now: datetime,
    errors: list[FieldError],
) -> dict[str, Answer]:
    """Return one person's answers. Questions stand in their order, so that what one depends on is known by then."""
    answers: dict[str, Answer] = {}
    known = {question.id for question in questions}
    errors.extend(FieldError(f"{at}.{name}", "unknown", _UNKNOWN) for name in given if name not in known)
    for question in questions:
        if not is_asked(document, question, {**contact, **answers}):
            continue
        try:
            answer = _answer(question, given.get(question.id), now=now)
        except _Fault as fault:
            errors.append(FieldError(f"{at}.{question.id}", fault.code, fault.message, fault.params))
            continue
        if answer is not None:
            answers[question.id] = answer
    return answers


def is_asked(document: FormDocument, question: Question, answers: Mapping[str, Answer]) -> bool:
    """Tell whether somebody who answered `answers` so far is asked this question."""
    condition = question.shown_if
    if condition is None:
        return True
    answer = answers.get(condition.question)
    earlier = document.find(condition.question)
    if answer is None or earlier is None:
        return False
    if earlier.kind is QuestionKind.CONSENT:
        return AGREED in condition.any_of  # what is kept is when they agreed
    return any(choice in condition.any_of for choice in chosen(answer))


def chosen(answer: Answer | None) -> Sequence[str]:
    """Return the ids of the choices that an answer names: of one choice, or of several."""
    if isinstance(answer, str):
        return (answer,)
    return answer if isinstance(answer, list | tuple) else ()


def reads_alike(seen: FormDocument, asked: FormDocument, answers: Mapping[str, Answer]) -> bool:
    """Tell whether what was answered reads the same in both forms, so that answers to one are answers to the other."""
    return all(_read_alike(seen.find(key), asked.find(key), answer) for key, answer in answers.items())


def _read_alike(seen: Question | None, asked: Question | None, answer: Answer) -> bool:
    if seen is None or asked is None or (seen.kind, seen.label) != (asked.kind, asked.label):
        return False
    named = [choice_id for choice_id in chosen(answer) if asked.choices]
    return all(_wording(seen, choice_id) == _wording(asked, choice_id) for choice_id in named)


def _wording(question: Question, choice_id: str) -> LocalizedText | None:
    choice = _choice(question, choice_id)
    return None if choice is None else choice.label


class _Fault(Exception):  # noqa: N818 - collected, never seen outside
    def __init__(self, code: str, message: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.message, self.params = code, message, params


def _answer(question: Question, raw: Any, *, now: datetime) -> Answer | None:
    """Return one answer in its one spelling, None for none. Raises `_Fault`."""
    if isinstance(raw, str):
        raw = raw.strip()
    if raw is None or raw in ("", [], ()):
        if question.required:
            raise _fault_of_nothing(question)
        return None
    return _READERS[question.kind](question, raw, now)


def _fault_of_nothing(question: Question) -> _Fault:
    if question.kind in (QuestionKind.CHOICE, QuestionKind.CHOICES):
        return _Fault("missing", _CHOICE)
    if question.kind is QuestionKind.CONSENT:
        return _Fault("consent", N_("We can only register you with your consent."))
    if question.kind is QuestionKind.FILE:
        return _Fault("missing", N_("Choose a file."))
    return _Fault("missing", _MISSING)


def _typed(raw: Any, read: Callable[[str], Any], longest: int) -> Any:
    if not isinstance(raw, str):
        raise _Fault("invalid", _INVALID)
    if len(raw) > longest:
        raise _Fault("too_long", _TOO_LONG, limit=longest)
    try:
        return read(raw)
    except typed.Unusable as error:
        raise _Fault(error.code, typed.MESSAGES[error.code]) from error


def _read_text(question: Question, raw: Any, now: datetime) -> Answer:
    del now
    one_line = question.kind is QuestionKind.SHORT_TEXT
    longest = int(question.maximum or (SHORT_LENGTH if one_line else LONG_LENGTH))
    if isinstance(raw, str):
        raw = raw.replace("\r\n", "\n")  # browsers send two characters for what people count as one
    text: str = _typed(raw, typed.line_of if one_line else typed.text_of, longest)
    if not text:
        raise _Fault("invalid", _INVALID)
    if question.minimum and len(text) < int(question.minimum):
        raise _Fault("too_short", _TOO_SHORT, limit=int(question.minimum))
    return text


def _read_choice(question: Question, raw: Any, now: datetime) -> Answer:
    del now
    if not isinstance(raw, str) or _choice(question, raw) is None:
        raise _Fault("choice", _CHOICE)
    return raw


def _read_choices(question: Question, raw: Any, now: datetime) -> Answer:
    del now
    if not isinstance(raw, str | list | tuple):
        raise _Fault("choice", _CHOICE)
    given: Sequence[Any] = (raw,) if isinstance(raw, str) else cast("Sequence[Any]", raw)
    if any(_choice(question, each) is None for each in given):
        raise _Fault("choice", _CHOICE)
    found = [choice.id for choice in question.choices if choice.id in given]
    if question.minimum and len(found) < int(question.minimum):
        raise _Fault("too_few", N_("Choose at least %(limit)s."), limit=int(question.minimum))
    if question.maximum and len(found) > int(question.maximum):
        raise _Fault("too_many", N_("Choose at most %(limit)s."), limit=int(question.maximum))
    return found


def _read_number(question: Question, raw: Any, now: datetime) -> Answer:
    del now
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise _Fault("number", typed.MESSAGES["number"])
    try:
        number = typed.number_of(raw)
    except typed.Unusable as error:
        raise _Fault(error.code, typed.MESSAGES[error.code]) from error
    if question.minimum is not None and number < float(question.minimum):
        raise _Fault("too_small", _TOO_SMALL, limit=question.minimum)
    if question.maximum is not None and number > float(question.maximum):
        raise _Fault("too_large", _TOO_LARGE, limit=question.maximum)
    return number


def _read_date(question: Question, raw: Any, now: datetime) -> Answer:
    del now
    day: date = _typed(raw, typed.date_of, _CONTACT_LENGTHS[question.kind])
    if question.minimum is not None and day < date.fromisoformat(str(question.minimum)):
        raise _Fault("too_early", N_("Not before %(limit)s, please."), limit=question.minimum)
    if question.maximum is not None and day > date.fromisoformat(str(question.maximum)):
        raise _Fault("too_late", N_("Not after %(limit)s, please."), limit=question.maximum)
    return day.isoformat()


def _read_email(question: Question, raw: Any, now: datetime) -> Answer:
    del now
    return cast("str", _typed(raw, typed.email_of, _CONTACT_LENGTHS[question.kind]))


def _read_phone(question: Question, raw: Any, now: datetime) -> Answer:
    del now
    return cast("str", _typed(raw, typed.phone_of, _CONTACT_LENGTHS[question.kind]))


def _read_file(question: Question, raw: Any, now: datetime) -> Answer:
    del question, now
    try:
        return str(uuid.UUID(raw))
    except (ValueError, TypeError, AttributeError) as error:
        raise _Fault("file", N_("Choose the file again.")) from error


def _read_consent(question: Question, raw: Any, now: datetime) -> Answer | None:
    """Return when the person agreed; what they agreed to is the question's wording in its revision."""
    given = str(raw).casefold() if isinstance(raw, str | bool) else ""
    if given not in _AGREED | _NOT_AGREED:
        raise _Fault("invalid", _INVALID)
    if given in _AGREED:
        return now.astimezone(UTC).isoformat(timespec="seconds")
    if question.required:
        raise _fault_of_nothing(question)
    return None


_READERS: Mapping[QuestionKind, Callable[[Question, Any, datetime], Answer | None]] = {
    QuestionKind.SHORT_TEXT: _read_text,
    QuestionKind.LONG_TEXT: _read_text,
    QuestionKind.CHOICE: _read_choice,
    QuestionKind.CHOICES: _read_choices,
    QuestionKind.NUMBER: _read_number,
    QuestionKind.DATE: _read_date,
    QuestionKind.EMAIL: _read_email,
    QuestionKind.PHONE: _read_phone,
    QuestionKind.FILE: _read_file,
    QuestionKind.CONSENT: _read_consent,
}


def _choice(question: Question, choice_id: object) -> Choice | None:
    return next((choice for choice in question.choices if choice.id == choice_id), None)


def _places(
    document: FormDocument, people: Sequence[tuple[str, Mapping[str, Answer]]], party_size: int
) -> Iterator[PlaceTaken]:
    """Yield what choices take: a question that is asked once counts for the whole party, one asked of each for one."""
    taken: dict[uuid.UUID, PlaceTaken] = {}
    for at, answers in people:
        for question in document.questions:
            named = chosen(answers.get(question.id))
            for choice in question.choices:
                if choice.pool_id is None or choice.id not in named:
                    continue
                before = taken.get(choice.pool_id)
                first = before or PlaceTaken(choice.pool_id, 0, f"{at}.{question.id}")
                more = 1 if question.per_person else party_size
                taken[choice.pool_id] = PlaceTaken(first.pool_id, first.count + more, first.field)
    yield from taken.values()


def places_taken(
    document: FormDocument, people: Sequence[Mapping[str, Answer]], party_size: int
) -> tuple[PlaceTaken, ...]:
    """Return what the answers of a party take of choices with places; the contact is the first of `people`."""
    paths = ["answers", *(f"members.{number}.answers" for number in range(len(people) - 1))]
    return tuple(_places(document, list(zip(paths, people, strict=True)), party_size))


def _files(document: FormDocument, people: Sequence[tuple[str, Mapping[str, Answer]]]) -> Iterator[FileGiven]:
    for at, answers in people:
        for question in document.questions:
            if question.kind is QuestionKind.FILE and question.id in answers:
                yield FileGiven(uuid.UUID(str(answers[question.id])), question.id, f"{at}.{question.id}")
