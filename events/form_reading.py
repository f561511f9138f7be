"""A form as somebody who registers meets it: the questions, and how many places each choice has left."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from events import forms
from events.form_document import Choice, FormDocument, QuestionKind
from events.listing import SeatsLeft
from events.models import SeatPool
from events.storage import ReadSession


@dataclass(frozen=True, slots=True)
class AskedForm:
    """One revision of a form with the places that are left."""

    revision: int = 0
    document: FormDocument = forms.NO_QUESTIONS
    places: Mapping[uuid.UUID, SeatsLeft] = field(default_factory=dict[uuid.UUID, SeatsLeft])

    def left(self, choice: Choice) -> int | None:
        """Return how many places a choice has left; None where there is no limit."""
        seats = self.places.get(choice.pool_id) if choice.pool_id is not None else None
        return None if seats is None else seats.left

    @property
    def has_files(self) -> bool:
        """Whether a file is asked for, so that the form is sent as multipart."""
        return any(question.kind is QuestionKind.FILE for question in self.document.questions)

    @property
    def is_per_person(self) -> bool:
        """Whether something is asked of each person of a party."""
        return any(question.per_person for question in self.document.questions)


NOTHING_ASKED = AskedForm()


def asked_form(session: ReadSession, event_id: uuid.UUID, revision: int) -> AskedForm:
    """Return one revision of an event's form. Two queries, none for the form without questions (0)."""
    if revision == 0:
        return NOTHING_ASKED
    pools = forms.places(session, event_id)
    document = forms.load(session, event_id, revision)
    return AskedForm(revision, document, {key: _left(pool) for key, pool in pools.items()})


def _left(pool: SeatPool) -> SeatsLeft:
    if pool.sellable >= SeatPool.UNLIMITED:
        return SeatsLeft(None, None, pool.waiting, pool.open)
    return SeatsLeft(max(0, pool.sellable - pool.taken - pool.reserved), pool.capacity, pool.waiting, pool.open)
