"""What somebody answered, as they find it when they come back to change it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from events.errors import NotFound
from events.models import (
    SEATED_STATES,
    AnswerFile,
    Event,
    PartyKind,
    PartyMember,
    Registration,
    Slot,
)
from events.questions import answer_files
from events.questions.form_document import Answer
from events.questions.form_reading import AskedForm, asked_form
from events.registrations.changing import editable_until
from events.seating import holdings
from events.storage import ReadSession


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAnswers:
    """One registration's answers beside the form as it is asked now."""

    name: str
    institution: str | None
    access_needs: str | None
    sign_language: bool
    wheelchair: bool
    party_size: int
    party_kind: PartyKind
    answers: Mapping[str, Answer]
    members: Sequence[tuple[str, Mapping[str, Answer]]]
    """The others of the party who have names, each with their answers."""
    files: Mapping[uuid.UUID, AnswerFile]
    asked: AskedForm
    """What is left of a choice counts the places that this registration holds: they are its own to choose again."""
    until: datetime
    """Until when they can be changed."""


def own_answers(session: ReadSession, registration_id: uuid.UUID) -> OwnAnswers:
    """Return what was answered. Raises `NotFound`."""
    found = session.execute(
        sa.select(Registration, Event, sa.func.coalesce(Slot.starts_at, Event.starts_at, type_=Event.starts_at.type))
        .join(Event, Event.id == Registration.event_id)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .where(Registration.id == registration_id)
    ).first()
    if found is None:
        raise NotFound
    own, event, starts_at = found
    members = session.scalars(
        sa.select(PartyMember).where(PartyMember.registration_id == own.id).order_by(PartyMember.person)
    )
    asked = asked_form(session, event.id, event.form_revision)
    return OwnAnswers(
        name=own.name,
        institution=own.institution,
        access_needs=own.access_needs,
        sign_language=own.sign_language,
        wheelchair=own.wheelchair,
        party_size=own.party_size,
        party_kind=event.party_kind,
        answers=own.answers,
        members=[(each.name, each.answers) for each in members],
        files=answer_files.files_of(session, own.id) if asked.has_files else {},
        asked=_with_own_places(session, own, asked) if own.state in SEATED_STATES else asked,
        until=editable_until(event, starts_at),
    )


def names_along(session: ReadSession, registration_id: uuid.UUID) -> dict[int, str]:
    """Return the names of who comes along, by person. One query."""
    rows = session.execute(
        sa.select(PartyMember.person, PartyMember.name)
        .where(PartyMember.registration_id == registration_id)
        .order_by(PartyMember.person)
    )
    return {person: name for person, name in rows}  # noqa: C416 - a Row is not quite a tuple to the type checker


def _with_own_places(session: ReadSession, own: Registration, asked: AskedForm) -> AskedForm:
    if not asked.places:
        return asked
    held = holdings.choices_of(session, own.id)
    places = {
        pool_id: seats if seats.left is None else replace(seats, left=seats.left + held.get(pool_id, 0))
        for pool_id, seats in asked.places.items()
    }
    return replace(asked, places=places)
