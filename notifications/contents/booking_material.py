"""What an e-mail about a whole series is composed from: every date that the person registered for at once."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from events.models import ACTIVE_STATES, AHEAD, Event, Registration, RegistrationState, Series, SeriesBooking, Stage
from events.storage import LocalizedText, ReadSession

_IN_CALENDARS = (RegistrationState.CONFIRMED, RegistrationState.CANCELLED)


@dataclass(frozen=True, slots=True)
class BookingMaterial:
    """One booking: its dates in their order, and dates of the series that take registrations and it never held.

    Or what somebody holds who registered date by date (`notifications.contents.gathering`): then there is no `id`.
    """

    id: uuid.UUID | None
    link_version: int
    title: LocalizedText
    dates: tuple[tuple[Registration, Event], ...]
    further: tuple[Event, ...]

    def ahead(self, now: datetime) -> list[tuple[Registration, Event]]:
        """Return the dates that are not over."""
        return [(held, event) for held, event in self.dates if event.ends_at > now]

    @property
    def in_calendars(self) -> list[tuple[Registration, Event]]:
        """The dates that are in the person's calendar, or were."""
        return [(held, event) for held, event in self.dates if held.state in _IN_CALENDARS]

    def awaited(self, now: datetime) -> list[tuple[Registration, Event]]:
        """Return the dates that wait for a guardian's answer."""
        return [(held, event) for held, event in self.dates if awaits_guardian(held, event, now)]

    def untaken(self, now: datetime) -> list[Event]:
        """Return the dates that can still be taken."""
        return [event for event in self.further if event.starts_at > now]


def awaits_guardian(held: Registration, event: Event, now: datetime) -> bool:
    """Tell whether a minor's place waits for a guardian, and the guardian can still answer."""
    return (
        held.state in ACTIVE_STATES
        and held.needs_guardian
        and held.guardian_due_at is not None
        and held.guardian_due_at > now
        and event.stage in (*AHEAD, Stage.LIVE)
    )


def load_bookings(session: ReadSession, registrations: Iterable[Registration]) -> dict[uuid.UUID, BookingMaterial]:
    """Return the bookings of these registrations by their ids. Three queries, none where there is no booking."""
    wanted = {each.series_booking_id for each in registrations} - {None}
    if not wanted:
        return {}
    rows = session.execute(
        sa.select(SeriesBooking, Registration, Event)
        .join(Registration, Registration.series_booking_id == SeriesBooking.id)
        .join(Event, Event.id == Registration.event_id)
        .where(SeriesBooking.id.in_(wanted))
        .order_by(SeriesBooking.id, Event.starts_at, Event.id)
    ).all()
    dates: dict[uuid.UUID, list[tuple[Registration, Event]]] = {}
    bookings: dict[uuid.UUID, SeriesBooking] = {}
    for booking, held, event in rows:
        bookings[booking.id] = booking
        dates.setdefault(booking.id, []).append((held, event))
    keys = {event.series_id for held in dates.values() for _, event in held} - {None}
    titles = {row.id: row.title for row in session.scalars(sa.select(Series).where(Series.id.in_(keys)))}
    further = _open_dates(session, keys)
    return {key: _material(booking, dates[key], titles, further) for key, booking in bookings.items()}


def _open_dates(session: ReadSession, series_ids: Iterable[uuid.UUID | None]) -> list[Event]:
    statement = (
        sa.select(Event)
        .where(Event.series_id.in_(series_ids), Event.stage == Stage.REGISTRATION_OPEN, Event.form_revision == 0)
        .order_by(Event.starts_at, Event.id)
    )
    return list(session.scalars(statement))


def _material(
    booking: SeriesBooking,
    dates: list[tuple[Registration, Event]],
    titles: dict[uuid.UUID, LocalizedText],
    further: list[Event],
) -> BookingMaterial:
    known = {event.id for _, event in dates}
    series = {event.series_id for _, event in dates} - {None}
    last = dates[-1][1]
    return BookingMaterial(
        booking.id,
        booking.link_version,
        titles.get(last.series_id, last.title) if last.series_id else last.title,
        tuple(dates),
        tuple(event for event in further if event.series_id in series and event.id not in known),
    )
