"""What a guardian is asked about: one registration, or all dates that a minor registered for at once."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from events.models import ACTIVE_STATES, Event, Registration
from events.registrations.guardians import made_with
from events.storage import LocalizedText, ReadSession


@dataclass(frozen=True, slots=True)
class AskedDate:
    """One date of a booking, as its guardian sees it."""

    event_id: uuid.UUID
    title: LocalizedText
    venue: LocalizedText
    starts_at: datetime
    ends_at: datetime
    timezone: str
    due_at: datetime | None
    """Until when the guardian can answer; None where nothing is asked (any more)."""
    consented_at: datetime | None


@dataclass(frozen=True, slots=True)
class GuardianQuestion:
    """Everything that one answer of a guardian counts for, the earliest first."""

    dates: tuple[AskedDate, ...]

    @property
    def awaited(self) -> list[AskedDate]:
        """The dates that wait for the answer."""
        return [each for each in self.dates if each.due_at is not None]

    @property
    def consented(self) -> list[AskedDate]:
        """The dates that were consented to."""
        return [each for each in self.dates if each.consented_at is not None]

    @property
    def due_at(self) -> datetime | None:
        """Until when the last of the places is held."""
        return max((each.due_at for each in self.dates if each.due_at is not None), default=None)

    @property
    def ends_sooner(self) -> bool:
        """Whether a date begins before the others' time is over."""
        return len({each.due_at for each in self.awaited}) > 1


def guardian_question(session: ReadSession, registration_id: uuid.UUID) -> GuardianQuestion:
    """Return what a guardian is asked by the link of one registration. One query; empty where there is none."""
    rows = session.execute(
        sa.select(Registration, Event)
        .join(Event, Event.id == Registration.event_id)
        .where(made_with(registration_id), Registration.guardian_name.is_not(None))
        .order_by(Event.starts_at, Event.id)
    )
    return GuardianQuestion(tuple(_asked(own, event) for own, event in rows))


def _asked(own: Registration, event: Event) -> AskedDate:
    awaited = own.needs_guardian and own.state in ACTIVE_STATES
    told = (event.title, event.venue, event.starts_at, event.ends_at, event.timezone)
    return AskedDate(event.id, *told, own.guardian_due_at if awaited else None, own.guardian_consented_at)
