"""Kiosks: a tablet at the entrance where visitors let themselves in. It may do that for one event, and nothing else.

The tablet holds 256 random bits and the table their hash, as with the sessions of staff. A kiosk ends by itself a few
hours after its event, or when staff end it. Times of the session are real time.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from events import facts, outbox
from events.errors import NotFound
from events.models import Event
from events.storage import Base, ReadSession, new_id
from service.accounts.opaque import digest, new_secret

LASTS = timedelta(hours=16)
"""A day at the entrance; the next morning staff open it again."""


class KioskSession(Base):
    """One tablet that serves one event."""

    __tablename__ = "kiosk_session"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    secret_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    door: Mapped[str] = mapped_column(sa.String(40))
    opened_by: Mapped[str] = mapped_column(sa.String(80))
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Kiosk:
    """What a tablet may do: let people in to one event."""

    id: uuid.UUID
    event_id: uuid.UUID
    door: str

    @property
    def by(self) -> str:
        """How facts name this tablet."""
        return f"kiosk:{self.id}"


def open_kiosk(session: Session, event_id: uuid.UUID, *, door: str, now: datetime, real_now: datetime, by: str) -> str:
    """Begin a kiosk and return the secret for the tablet's cookie. Raises `NotFound`. The caller commits."""
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound
    secret = new_secret()
    made = KioskSession(
        event_id=event_id,
        secret_hash=digest(secret),
        door=door[:40],
        opened_by=by,
        opened_at=real_now,
        expires_at=real_now + LASTS,
    )
    session.add(made)
    session.flush()
    fact = facts.KioskOpened(organiser_id=event.organiser_id, event_id=event_id, kiosk_id=made.id)
    outbox.record(session, fact, now=now, by=by)
    return secret


def read_kiosk(session: ReadSession, secret: str, *, real_now: datetime) -> Kiosk | None:
    """Return the living kiosk behind a cookie, or None."""
    row = session.execute(
        sa.select(KioskSession.id, KioskSession.event_id, KioskSession.door).where(
            KioskSession.secret_hash == digest(secret),
            KioskSession.expires_at > real_now,
            KioskSession.closed_at.is_(None),
        )
    ).first()
    return Kiosk(*row) if row else None


def list_kiosks(session: ReadSession, event_id: uuid.UUID, *, real_now: datetime) -> Sequence[KioskSession]:
    """Return the living kiosks of an event, the oldest first."""
    return session.scalars(
        sa.select(KioskSession)
        .where(KioskSession.event_id == event_id, KioskSession.expires_at > real_now, KioskSession.closed_at.is_(None))
        .order_by(KioskSession.opened_at, KioskSession.id)
    ).all()


def close_kiosk(
    session: Session, event_id: uuid.UUID, kiosk_id: uuid.UUID, *, now: datetime, real_now: datetime, by: str
) -> None:
    """End a kiosk of this event: the tablet can do nothing from the commit on. Ending it twice changes nothing."""
    found = session.get(KioskSession, kiosk_id)
    if found is None or found.event_id != event_id:
        raise NotFound
    if found.closed_at is not None:
        return
    found.closed_at = real_now
    organiser_id = session.get_one(Event, event_id).organiser_id
    fact = facts.KioskClosed(organiser_id=organiser_id, event_id=event_id, kiosk_id=kiosk_id)
    outbox.record(session, fact, now=now, by=by)
