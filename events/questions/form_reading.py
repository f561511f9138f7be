"""A form as somebody who registers meets it: the questions, and how many places each choice has left."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from events.catalogue.listing import PUBLIC, SeatsLeft
from events.errors import NotFound
from events.models import Event, FormRevision, Organiser, PoolPurpose, SeatPool, Stage
from events.questions import forms
from events.questions.form_document import Choice, FormDocument, QuestionKind
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


@dataclass(frozen=True, slots=True)
class Entrance:
    """What taking in a form needs to know of an event; its page costs much more, and is for who is refused."""

    id: uuid.UUID
    max_party_size: int
    guardian_consent: bool
    takes_registrations: bool
    asked: AskedForm


_OPEN = sa.exists().where(SeatPool.event_id == Event.id, SeatPool.purpose != PoolPurpose.CHOICE, SeatPool.open)
_ENTRANCE = (
    sa.select(Event.id, Event.stage, Event.max_party_size, Event.guardian_consent, _OPEN, FormRevision.fields)
    .add_columns(Event.form_revision)
    .join(Organiser, Organiser.id == Event.organiser_id)
    .outerjoin(FormRevision, sa.and_(FormRevision.event_id == Event.id, FormRevision.number == Event.form_revision))
    .where(Organiser.slug == sa.bindparam("organiser"), Event.slug == sa.bindparam("slug"), Event.stage.in_(PUBLIC))
)


def entrance(session: ReadSession, organiser: str, slug: str) -> Entrance:
    """Return what a form that was sent is judged by; one query. Raises `NotFound`, for drafts too.

    Who comes too late is told so, not what is missing: then nothing is asked. Places are not counted.
    """
    row = session.execute(_ENTRANCE.params(organiser=organiser, slug=slug)).first()
    if row is None:
        raise NotFound
    event_id, stage, most, minors, is_open, fields, revision = row
    takes = bool(is_open) and stage in (Stage.REGISTRATION_OPEN, Stage.LIVE)
    asked = AskedForm(revision, forms.document_of(fields)) if takes and fields is not None else NOTHING_ASKED
    return Entrance(event_id, most, minors, takes, asked)


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
