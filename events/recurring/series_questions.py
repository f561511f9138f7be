"""What the dates of a series ask of somebody who registers for all of them: alike questions are asked once."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from events.catalogue.listing import Card
from events.models import Event
from events.questions import forms
from events.questions.answers import Answers
from events.questions.form_document import FormDocument, QuestionKind
from events.questions.form_reading import AskedForm, asked_form
from events.storage import ReadSession


@dataclass(frozen=True, slots=True)
class AskingDates:
    """Dates that ask the same, the soonest first; what is answered once counts for each of them."""

    dates: tuple[Card, ...]
    revisions: Mapping[uuid.UUID, int]
    asked: AskedForm
    """The form of the first, with the places that are left there."""

    @property
    def prefix(self) -> str:
        """What the names of these questions' fields begin with, and so the paths of their errors."""
        return f"dates.{self.dates[0].id}."

    def for_each(self, answers: Answers) -> dict[uuid.UUID, Answers]:
        """Return by date what was answered for all of them, each as an answer to its own revision."""
        return {event_id: replace(answers, revision=number) for event_id, number in self.revisions.items()}


@dataclass(frozen=True, slots=True)
class SeriesQuestions:
    """Everything that the open dates of a series ask."""

    groups: tuple[AskingDates, ...] = ()

    @property
    def seen(self) -> str:
        """A word that changes with any of the forms: a page carries it, so that nobody answers what was not shown."""
        revisions = sorted((str(key), number) for group in self.groups for key, number in group.revisions.items())
        return hashlib.sha256(repr(revisions).encode()).hexdigest()[:16] if revisions else ""

    @property
    def has_files(self) -> bool:
        """Whether a file is asked for, so that the form is sent as multipart."""
        return any(group.asked.has_files for group in self.groups)


NO_QUESTIONS = SeriesQuestions()


def series_questions(session: ReadSession, dates: Sequence[Card]) -> SeriesQuestions:
    """Return what these dates ask. One query, and two more for each date with questions of its own."""
    wanted = [card.id for card in dates]
    rows = session.execute(sa.select(Event.id, Event.form_revision).where(Event.id.in_(wanted)))
    revisions = {event_id: number for event_id, number in rows if number}
    alike: dict[object, list[Card]] = {}
    for card in dates:
        if card.id in revisions:
            document = forms.load(session, card.id, revisions[card.id])
            alike.setdefault(_likeness(document, card.id), []).append(card)
    return SeriesQuestions(tuple(_group(session, found, revisions) for found in alike.values()))


def _likeness(document: FormDocument, event_id: uuid.UUID) -> object:
    """Return what two dates have in common that can share answers: places and files belong to one date each."""
    own = any(
        question.kind is QuestionKind.FILE or any(choice.pool_id for choice in question.choices)
        for question in document.questions
    )
    return event_id if own else repr(forms.fields_of(document))


def _group(session: ReadSession, dates: Iterable[Card], revisions: Mapping[uuid.UUID, int]) -> AskingDates:
    cards = tuple(dates)
    asked = asked_form(session, cards[0].id, revisions[cards[0].id])
    return AskingDates(cards, {card.id: revisions[card.id] for card in cards}, asked)
