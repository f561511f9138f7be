"""Everything that is one person's, across events and years: found by the contact, shown to who can read its mail.

There are no accounts to register with. Whoever asks is sent a link to the address they typed, if it is one that we
know; the page that asks says the same in either case, so that nobody learns from it who comes to the library.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.errors import Gone
from events.models import (
    ACTIVE_STATES,
    Attendance,
    Event,
    Organiser,
    OwnEventsLink,
    Recording,
    RecordingState,
    Registration,
    RegistrationState,
    Slot,
    Stage,
)
from events.registrations.applications import person_key
from events.storage import LocalizedText, ReadSession

OPEN_FOR = timedelta(hours=24)
ASKED_AGAIN_AFTER = timedelta(minutes=2)
"""Who presses twice, or presses for somebody else all day, does not fill a mailbox."""
MOST = 200
"""Registrations that one page shows, the latest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEvent:
    """One of the person's places."""

    registration_id: uuid.UUID
    link_version: int
    state: RegistrationState
    name: str
    party_size: int
    title: LocalizedText
    organiser: LocalizedText
    event_path: str
    starts_at: datetime
    ends_at: datetime
    """The event's times, or those of the visit."""
    timezone: str
    stage: Stage
    attended: bool
    """Whether anything shows that they were there."""
    watchable: bool

    @property
    def is_coming(self) -> bool:
        """Whether it is still ahead and theirs."""
        return self.state in ACTIVE_STATES and self.stage not in (Stage.ENDED, Stage.ARCHIVED, Stage.CANCELLED)


def ask(session: Session, email: str, *, now: datetime, real_now: datetime) -> uuid.UUID | None:
    """Make a link for whoever reads mail at `email` and have it sent there; None where there is nothing to send.

    Nothing is sent to an address that never registered, nor twice within `ASKED_AGAIN_AFTER`. The caller commits, and
    answers alike in every case.
    """
    key = person_key(email, None)
    latest = session.execute(
        sa.select(Registration.id, Event.id, Event.organiser_id)
        .join(Event, Event.id == Registration.event_id)
        .where(Registration.person_key == key)
        .order_by(Registration.created_at.desc(), Registration.id.desc())
        .limit(1)
    ).first()
    if latest is None:
        return None
    recent = sa.select(OwnEventsLink.id).where(
        OwnEventsLink.person_key == key, OwnEventsLink.created_at > real_now - ASKED_AGAIN_AFTER
    )
    if session.scalar(recent.limit(1)) is not None:
        return None
    link = OwnEventsLink(person_key=key, created_at=real_now, expires_at=real_now + OPEN_FOR)
    session.add(link)
    session.flush()
    registration_id, event_id, organiser_id = latest
    fact = facts.OwnEventsAsked(
        organiser_id=organiser_id, event_id=event_id, registration_id=registration_id, link_id=link.id
    )
    outbox.record(session, fact, now=now, by=f"person:{registration_id}")
    return link.id


def owner_of(session: ReadSession, link_id: uuid.UUID, *, real_now: datetime) -> str:
    """Return whose link it is, as in `Registration.person_key`. Raises `Gone` for one that has run out."""
    key: str | None = session.scalar(
        sa.select(OwnEventsLink.person_key).where(OwnEventsLink.id == link_id, OwnEventsLink.expires_at > real_now)
    )
    if key is None:
        raise Gone
    return key


def own_events(session: ReadSession, link_id: uuid.UUID, *, real_now: datetime) -> Sequence[OwnEvent]:
    """Return what the link's owner holds or held, the latest first. Four queries.

    Raises `Gone` for a link that has run out. Places that were given back or lost before the event are left out.
    """
    key = owner_of(session, link_id, real_now=real_now)
    rows = session.execute(
        sa.select(Registration, Event, Organiser, Slot)
        .join(Event, Event.id == Registration.event_id)
        .join(Organiser, Organiser.id == Event.organiser_id)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .where(Registration.person_key == key, Registration.state.in_(ACTIVE_STATES))
        .order_by(sa.func.coalesce(Slot.starts_at, Event.starts_at).desc(), Registration.id)
        .limit(MOST)
    ).all()
    came = _who_came(session, [registration.id for registration, *_ in rows])
    watchable = _watchable(session, {event.id for _, event, *_ in rows})
    found: list[OwnEvent] = []
    for registration, event, organiser, _ in rows:
        slot: Slot | None = _  # an outer join's other side may be missing
        copied = ("link_version", "state", "name", "party_size")
        found.append(
            OwnEvent(
                **{name: getattr(registration, name) for name in copied},
                registration_id=registration.id,
                title=event.title,
                organiser=organiser.name,
                event_path=f"/events/{organiser.slug}/{event.slug}",
                starts_at=slot.starts_at if slot else event.starts_at,
                ends_at=slot.ends_at if slot else event.ends_at,
                timezone=event.timezone,
                stage=event.stage,
                attended=registration.id in came,
                watchable=event.id in watchable,
            )
        )
    return found


def _who_came(session: ReadSession, ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    return set(session.scalars(sa.select(Attendance.registration_id).where(Attendance.registration_id.in_(ids))))


def _watchable(session: ReadSession, event_ids: set[uuid.UUID]) -> set[uuid.UUID]:
    """Return the events whose recording can be watched by whoever has the link."""
    statement = sa.select(Recording.event_id).where(
        Recording.event_id.in_(event_ids),
        Recording.state == RecordingState.PUBLISHED,
        Recording.visibility != "private",
    )
    return set(session.scalars(statement))


def prune(session: Session, *, real_now: datetime) -> None:
    """Forget links that have run out. The caller commits."""
    session.execute(sa.delete(OwnEventsLink).where(OwnEventsLink.expires_at <= real_now))
