"""Answers to an event's own questions as a request carries them, checked against the form before anything is kept."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable
from datetime import datetime

from events import forms, registration
from events.answers import Answers, check_answers
from events.errors import ChoiceFull, FormReplaced
from events.form_document import FormDocument
from events.registration import Application, Registered
from events.storage import ReadSession, Session
from service.answering import error_of_full_choice, refuse_other_wording
from service.inputs import AnsweringInput, DateAnswersInput

Register = Callable[[Session], Registered]
_Answering = AnsweringInput | DateAnswersInput


def registering(
    data: AnsweringInput, application: Application, *, now: datetime, by: str = "person", staff: bool = False
) -> Register:
    """Return the use-case that registers with the answers of `data`. It raises what `registration.register` does.

    Nothing is read of forms where nobody was asked anything and nothing was answered. Staff may leave out the answers.
    """

    def use_case(session: Session) -> Registered:
        if not data.answers and not data.members:
            try:
                return registration.register(session, application, now=now, by=by)
            except FormReplaced:
                if staff:
                    raise
        document, checked = _check(
            session, application.event_id, data, party_size=data.party_size, name=data.name, now=now
        )
        seen = checked.revision if data.form_revision is None else data.form_revision
        refuse_other_wording(session, application.event_id, seen, document, checked)
        answered = dataclasses.replace(application, **checked.fields())
        try:
            return registration.register(session, answered, now=now, by=by)
        except ChoiceFull as refusal:
            raise error_of_full_choice(refusal, checked) from refusal

    return use_case


def _check(
    session: ReadSession, event_id: uuid.UUID, data: _Answering, *, party_size: int, name: str, now: datetime
) -> tuple[FormDocument, Answers]:
    revision, document = forms.current(session, event_id)
    members = [{"name": member.name, "answers": member.answers} for member in data.members]
    return document, check_answers(
        document, data.answers, revision=revision, now=now, party_size=party_size, members=members, name=name
    )


def answers_to(
    session: ReadSession, event_id: uuid.UUID, data: _Answering, *, party_size: int, name: str, now: datetime
) -> Answers:
    """Return the checked answers of `data` to what an event asks now. Raises `Invalid`, `FormReplaced`, `NotFound`."""
    document, checked = _check(session, event_id, data, party_size=party_size, name=name, now=now)
    seen = checked.revision if data.form_revision is None else data.form_revision
    refuse_other_wording(session, event_id, seen, document, checked)
    return checked
