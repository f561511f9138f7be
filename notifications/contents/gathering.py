"""Whose e-mails about one change of a series are gathered into one: who holds several of the dates it changed.

Who registered for the whole series is known by the booking. Who registered date by date is recognised by the contact,
and the first of their registrations names the e-mail, so that it is owed once whichever date is asked about.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from events.models import ACTIVE_STATES, Event, Registration, Series
from events.storage import ReadSession, Session
from notifications.contents.booking_material import BookingMaterial

PersonInSeries = tuple[uuid.UUID, str]
"""A series and the `person_key` of somebody who registered for dates of it."""


def change_of_series(session: Session, event: Event) -> str | None:
    """Return what names the change of a whole series that left the event as it is now; None if it changed by itself."""
    if event.series_id is None or event.series_version != event.version:
        return None
    return f"{event.series_id}:{session.get_one(Series, event.series_id).version}"


def with_several_dates(
    session: ReadSession, event: Event, registrations: Sequence[Registration]
) -> Mapping[str, uuid.UUID]:
    """Return those of the people, by `person_key`, who registered one by one for several dates that changed together.

    Each with the first of their registrations for the series, which stays the same when a place is given up. One query.
    """
    keys = {each.person_key for each in registrations if each.series_booking_id is None}
    if not keys:
        return {}
    changed = sa.and_(Registration.state.in_(ACTIVE_STATES), Event.series_version == Event.version)
    rows = session.execute(
        sa.select(Registration.person_key, Registration.id, sa.case((changed, 1), else_=0))
        .join(Event, Event.id == Registration.event_id)
        .where(
            Registration.person_key.in_(keys),
            Registration.series_booking_id.is_(None),
            Event.series_id == event.series_id,
        )
        .order_by(Registration.id)
    ).all()
    first: dict[str, uuid.UUID] = {}
    dates: dict[str, int] = {}
    for key, registration_id, counts in rows:
        first.setdefault(key, registration_id)
        dates[key] = dates.get(key, 0) + counts
    return {key: first[key] for key, count in dates.items() if count > 1}


def load_dates(session: ReadSession, people: Iterable[PersonInSeries]) -> dict[PersonInSeries, BookingMaterial]:
    """Return all dates that these people hold or await without a booking. One query, none for nobody."""
    wanted = set(people)
    if not wanted:
        return {}
    rows = session.execute(
        sa.select(Registration, Event, Series)
        .join(Event, Event.id == Registration.event_id)
        .join(Series, Series.id == Event.series_id)
        .where(
            Series.id.in_({series_id for series_id, _ in wanted}),
            Registration.person_key.in_({key for _, key in wanted}),
            Registration.series_booking_id.is_(None),
            Registration.state.in_(ACTIVE_STATES),
        )
        .order_by(Event.starts_at, Event.id)
    ).all()
    found: dict[PersonInSeries, list[tuple[Registration, Event]]] = {}
    titles = {series.id: series.title for _, _, series in rows}
    for held, event, series in rows:
        found.setdefault((series.id, held.person_key), []).append((held, event))
    return {
        person: BookingMaterial(None, 1, titles[person[0]], tuple(dates), ())
        for person, dates in found.items()
        if person in wanted
    }
