"""Answers to an event's own questions as a request carries them, checked against the form before anything is kept."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from events.errors import ChoiceFull, FormReplaced, Invalid, NotFound
from events.questions import forms
from events.questions.answers import Answers, check_answers
from events.questions.form_document import FormDocument
from events.registrations import registration
from events.registrations.applications import Application
from events.registrations.registration import Registered
from events.storage import ReadSession, Session
from service.answering import error_of_full_choice, refuse_other_wording
from service.database.shared_reads import SharedReads
from service.inputs.checking import AnsweringInput, DateAnswersInput

Register = Callable[[Session], Registered]
_Answering = AnsweringInput | DateAnswersInput


@dataclass(frozen=True, slots=True)
class Answered:
    """Answers that stood the check against a form, and that form."""

    document: FormDocument
    answers: Answers


async def check_before(
    reads: SharedReads, event_id: uuid.UUID, data: AnsweringInput, *, now: datetime
) -> Answered | None:
    """Return the answers of `data` as they stand the check now, before the writer is asked; None where they do not.

    What is wrong with them is told by registering, which checks against the form of that moment.
    """
    if not _answers(data):
        return None
    try:
        revision, document = await reads.get(("form", event_id), lambda session: forms.current(session, event_id))
        return _check_against(document, revision, data, party_size=data.party_size, name=data.name, now=now)
    except (Invalid, NotFound):
        return None


def _answers(data: AnsweringInput) -> bool:
    return bool(data.answers or data.members)


def registering(
    data: AnsweringInput,
    application: Application,
    *,
    now: datetime,
    by: str = "person",
    staff: bool = False,
    before: Answered | None = None,
) -> Register:
    """Return the use-case that registers with the answers of `data`. It raises what `registration.register` does.

    Nothing is read of forms where nobody was asked anything and nothing was answered, nor where the answers were
    checked `before` and the form is still that one. Staff may leave out the answers.
    """

    def use_case(session: Session) -> Registered:
        try:
            if before is not None:
                return register(session, before)
            if not _answers(data):
                return registration.register(session, application, now=now, by=by)
        except FormReplaced:
            if staff and before is None:
                raise
        return register(
            session, _check(session, application.event_id, data, party_size=data.party_size, name=data.name, now=now)
        )

    def register(session: Session, answered: Answered) -> Registered:
        document, checked = answered.document, answered.answers
        seen = checked.revision if data.form_revision is None else data.form_revision
        refuse_other_wording(session, application.event_id, seen, document, checked)
        wanted = dataclasses.replace(application, **checked.fields())
        try:
            return registration.register(session, wanted, now=now, by=by)
        except ChoiceFull as refusal:
            raise error_of_full_choice(refusal, checked) from refusal

    return use_case


def _check(
    session: ReadSession, event_id: uuid.UUID, data: _Answering, *, party_size: int, name: str, now: datetime
) -> Answered:
    revision, document = forms.current(session, event_id)
    return _check_against(document, revision, data, party_size=party_size, name=name, now=now)


def _check_against(
    document: FormDocument, revision: int, data: _Answering, *, party_size: int, name: str, now: datetime
) -> Answered:
    members = [{"name": member.name, "answers": member.answers} for member in data.members]
    answers = check_answers(
        document, data.answers, revision=revision, now=now, party_size=party_size, members=members, name=name
    )
    return Answered(document, answers)


def answers_to(
    session: ReadSession, event_id: uuid.UUID, data: _Answering, *, party_size: int, name: str, now: datetime
) -> Answers:
    """Return the checked answers of `data` to what an event asks now. Raises `Invalid`, `FormReplaced`, `NotFound`."""
    answered = _check(session, event_id, data, party_size=party_size, name=name, now=now)
    checked = answered.answers
    seen = checked.revision if data.form_revision is None else data.form_revision
    refuse_other_wording(session, event_id, seen, answered.document, checked)
    return checked
