"""The read side of series: the staff's list and page, the public page, a person's dates. Few queries for many dates."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from events.catalogue.calendar import Entry, registration_entry
from events.catalogue.houses import House, house_of
from events.catalogue.listing import PUBLIC, Card, cards
from events.days.recurrence import Rule, from_text
from events.errors import NotFound
from events.links import Links
from events.models import (
    ACTIVE_STATES,
    Event,
    Organiser,
    Registration,
    RegistrationState,
    SeatPool,
    Series,
    SeriesBooking,
    Stage,
)
from events.ownership import Owners, owned_by
from events.paging import Paged
from events.recurring.series import UNDECIDED, dates_of
from events.recurring.series_booking import guardian_of
from events.recurring.series_template import changed_by_hand
from events.registrations.applications import Guardian
from events.seating import waitlist
from events.storage import LocalizedText, ReadSession

PER_PAGE = 30


# ---------------------------------------------------------------- for staff
@dataclass(frozen=True, slots=True)
class SeriesRow:
    """One series in the staff's list."""

    series: Series
    rule: Rule
    dates: int
    drafts: int
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class HomeDate:
    """One date on the series' page for staff."""

    event: Event
    pool: SeatPool | None
    by_hand: frozenset[str]
    """What is not as the series has it (`series_template.changed_by_hand`)."""
    open_to_change: bool


@dataclass(frozen=True, slots=True)
class SeriesHome:
    """A series with all its dates, for staff."""

    series: Series
    rule: Rule
    dates: tuple[HomeDate, ...]
    bookings: int
    """How many people registered for the whole series and still hold or await a place."""
    previous: Series | None
    following: Series | None


def list_series(session: ReadSession, *, owners: Owners, now: datetime, number: int = 1) -> Paged[SeriesRow]:
    """Return one page of series, the newest first. Two queries."""
    condition = owned_by(Series.organiser_id, owners)
    total = int(session.scalar(sa.select(sa.func.count()).select_from(Series).where(condition)))
    counted = (
        sa.func.count(Event.id),
        sa.func.count(sa.case((Event.stage == Stage.DRAFT, Event.id))),
        sa.func.min(sa.case((sa.and_(Event.starts_at > now, Event.stage != Stage.CANCELLED), Event.starts_at))),
    )
    rows = session.execute(
        sa.select(Series, *counted)
        .outerjoin(Event, Event.series_id == Series.id)
        .where(condition)
        .group_by(Series.id)
        .order_by(Series.id.desc())
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    )
    found = [SeriesRow(series, from_text(series.rule), dates, drafts, at) for series, dates, drafts, at in rows]
    return Paged(found, total, number, PER_PAGE)


def find_series(session: ReadSession, series_id: uuid.UUID) -> Series:
    """Return a series. Raises `NotFound`."""
    found = session.get(Series, series_id)
    if found is None:
        raise NotFound
    return found


def series_home(session: ReadSession, series_id: uuid.UUID) -> SeriesHome:
    """Return a series with its dates, the earliest first. Five queries. Raises `NotFound`."""
    series = find_series(session, series_id)
    dates = [
        HomeDate(
            event,
            pool,
            changed_by_hand(series, event, pool.capacity if pool else None),
            open_to_change=event.stage in UNDECIDED,
        )
        for event, pool in sorted(dates_of(session, series_id), key=lambda each: each[0].starts_at)
    ]
    bookings = session.scalar(
        sa.select(sa.func.count(sa.distinct(Registration.series_booking_id)))
        .join(Event, Event.id == Registration.event_id)
        .where(Event.series_id == series_id, Registration.state.in_(ACTIVE_STATES))
    )
    previous = session.get(Series, series.previous_id) if series.previous_id else None
    following: Series | None = session.scalar(
        sa.select(Series).where(Series.previous_id == series_id).order_by(Series.id).limit(1)
    )
    return SeriesHome(series, from_text(series.rule), tuple(dates), int(bookings), previous, following)


# ---------------------------------------------------------------- for visitors
@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another series: what this one continues, or what continues it."""

    title: LocalizedText
    path: str


@dataclass(frozen=True, slots=True)
class SeriesPage:
    """One public series: everything that its page tells."""

    id: uuid.UUID
    house: House
    slug: str
    title: LocalizedText
    summary: LocalizedText
    rule: Rule
    timezone: str
    dates: tuple[Card, ...]
    """Published dates, the earliest first; those called off among them."""
    max_party_size: int
    previous: Neighbour | None
    following: Neighbour | None

    @property
    def path(self) -> str:
        """The path of its public page."""
        return series_path(self.house.slug, self.slug)

    def coming(self, now: datetime) -> list[Card]:
        """Return the dates that are not over."""
        return [card for card in self.dates if card.ends_at > now]

    def open(self, now: datetime) -> list[Card]:
        """Return the dates that somebody who registers for the whole series would be registered for."""
        return [card for card in self.dates if card.stage is Stage.REGISTRATION_OPEN and card.starts_at > now]


def series_path(house: str, slug: str) -> str:
    """Return the path of a series' public page."""
    return f"/series/{house}/{slug}"


def series_page(session: ReadSession, organiser: str, slug: str) -> SeriesPage:
    """Return a public series: one of which a date is published. Six queries. Raises `NotFound`."""
    found = session.execute(
        sa.select(Series, Organiser)
        .join(Organiser, Organiser.id == Series.organiser_id)
        .where(Organiser.slug == organiser, Series.slug == slug)
    ).first()
    if found is None:
        raise NotFound
    series, owner = found
    published = sa.and_(Event.series_id == series.id, Event.stage.in_(PUBLIC))
    dates = _dates(session, published)
    if not dates:
        raise NotFound
    parties = session.scalar(sa.select(sa.func.min(Event.max_party_size)).where(published))
    previous = sa.select(Series).where(Series.id == series.previous_id)
    following = sa.select(Series).where(Series.previous_id == series.id).order_by(Series.id).limit(1)
    return SeriesPage(
        id=series.id,
        house=house_of(owner),
        slug=series.slug,
        title=series.title,
        summary=dates[0].summary,
        rule=from_text(series.rule),
        timezone=series.timezone,
        dates=dates,
        max_party_size=int(parties),
        previous=_neighbour(session, previous, organiser) if series.previous_id else None,
        following=_neighbour(session, following, organiser),
    )


def _dates(session: ReadSession, condition: sa.ColumnElement[bool]) -> tuple[Card, ...]:
    statement = (
        sa.select(Event, Organiser)
        .join(Organiser, Organiser.id == Event.organiser_id)
        .where(condition)
        .order_by(Event.starts_at, Event.id)
    )
    return cards(session, statement)


def _neighbour(session: ReadSession, statement: sa.Select[Series], house: str) -> Neighbour | None:
    found: Series | None = session.scalar(statement)
    if found is None:
        return None
    shown = session.scalar(sa.select(Event.id).where(Event.series_id == found.id, Event.stage.in_(PUBLIC)).limit(1))
    return Neighbour(found.title, series_path(house, found.slug)) if shown else None


@dataclass(frozen=True, slots=True)
class Siblings:
    """What an event's page says of its series."""

    title: LocalizedText
    path: str
    coming: tuple[Card, ...]
    """Other dates that lie ahead, the soonest first."""
    more: int
    """How many further ones there are."""


def siblings(
    session: ReadSession, series_id: uuid.UUID, event_id: uuid.UUID, *, now: datetime, limit: int = 4
) -> Siblings:
    """Return what the page of one date says of the others. Three queries. Raises `NotFound`."""
    found = session.execute(
        sa.select(Series, Organiser.slug)
        .join(Organiser, Organiser.id == Series.organiser_id)
        .where(Series.id == series_id)
    ).first()
    if found is None:
        raise NotFound
    series, house = found
    ahead = sa.and_(
        Event.series_id == series_id,
        Event.id != event_id,
        Event.stage.in_((Stage.PUBLISHED, Stage.REGISTRATION_OPEN, Stage.REGISTRATION_CLOSED)),
        Event.starts_at > now,
    )
    cards = _dates(session, ahead)
    return Siblings(series.title, series_path(house, series.slug), cards[:limit], max(0, len(cards) - limit))


# ---------------------------------------------------------------- for the person who registered for all
@dataclass(frozen=True, slots=True)
class HeldDate:
    """One date of somebody's booking."""

    registration_id: uuid.UUID
    link_version: int
    state: RegistrationState
    guardian_due_at: datetime | None
    """Until when a guardian can answer for it; None where nobody is asked."""
    position: int | None
    stage: Stage
    title: LocalizedText
    slug: str
    starts_at: datetime
    ends_at: datetime
    timezone: str


@dataclass(frozen=True, slots=True)
class BookingPage:
    """What one person holds of a series, for the person's own page."""

    id: uuid.UUID
    link_version: int
    house: House
    title: LocalizedText
    path: str
    name: str
    email: str | None
    locale: str
    dates: tuple[HeldDate, ...]
    untaken: tuple[Card, ...]
    """Dates that take registrations and that this booking has never held."""
    asking: tuple[Card, ...]
    """Such dates that ask questions of their own: people register for them one by one."""
    guardian: Guardian | None
    """Who has to consent, where the person is a minor."""

    @property
    def active(self) -> list[HeldDate]:
        """The dates that are held or awaited and have not begun."""
        gone = (Stage.LIVE, Stage.ENDED, Stage.ARCHIVED, Stage.CANCELLED)
        return [each for each in self.dates if each.state in ACTIVE_STATES and each.stage not in gone]

    @property
    def awaited(self) -> list[HeldDate]:
        """The dates that wait for the guardian's answer."""
        return [each for each in self.active if each.guardian_due_at is not None]


def booking_page(session: ReadSession, booking_id: uuid.UUID, *, now: datetime) -> BookingPage:
    """Return what a booking holds. Five queries, one more for each date that waits. Raises `NotFound`."""
    rows = session.execute(
        sa.select(Registration, Event)
        .join(Event, Event.id == Registration.event_id)
        .where(Registration.series_booking_id == booking_id)
        .order_by(Event.starts_at, Event.id)
    ).all()
    booking = session.get(SeriesBooking, booking_id)
    if booking is None or not rows:
        raise NotFound
    last_registration, last_event = rows[-1]
    found = session.execute(
        sa.select(Series, Organiser)
        .join(Organiser, Organiser.id == Series.organiser_id)
        .where(Series.id == (last_event.series_id or booking.series_id))
    ).one()
    series, owner = found
    known = [event.id for _, event in rows]
    untaken = sa.and_(
        Event.series_id == series.id,
        Event.stage == Stage.REGISTRATION_OPEN,
        Event.starts_at > now,
        Event.id.not_in(known),
    )
    plain, asking = (sa.and_(untaken, each) for each in (Event.form_revision == 0, Event.form_revision > 0))
    return BookingPage(
        id=booking.id,
        link_version=booking.link_version,
        house=house_of(owner),
        title=series.title,
        path=series_path(owner.slug, series.slug),
        name=last_registration.name,
        email=last_registration.email,
        locale=last_registration.locale,
        dates=tuple(_held(session, registration, event) for registration, event in rows),
        untaken=_dates(session, plain),
        asking=_dates(session, asking),
        guardian=guardian_of(last_registration),
    )


def _held(session: ReadSession, registration: Registration, event: Event) -> HeldDate:
    waits = registration.state is RegistrationState.WAITLISTED
    return HeldDate(
        registration.id,
        registration.link_version,
        registration.state,
        registration.guardian_due_at if registration.needs_guardian else None,
        waitlist.position(session, registration) if waits else None,
        event.stage,
        event.title,
        event.slug,
        event.starts_at,
        event.ends_at,
        event.timezone,
    )


def booking_entries(session: ReadSession, booking_id: uuid.UUID, locale: str, *, links: Links) -> list[Entry]:
    """Return the calendar entries of a booking's dates: those held, and as cancelled those given back. One query.

    Each has the UID of its own registration, so that a later mail about one date finds its entry.
    """
    rows = session.execute(
        sa.select(Registration, Event, Organiser)
        .join(Event, Event.id == Registration.event_id)
        .join(Organiser, Organiser.id == Event.organiser_id)
        .where(Registration.series_booking_id == booking_id, Registration.state.in_(_IN_CALENDARS))
        .order_by(Event.starts_at, Event.id)
    )
    return [registration_entry(event, owner, held, locale, links=links) for held, event, owner in rows]


_IN_CALENDARS = (RegistrationState.CONFIRMED, RegistrationState.CANCELLED)


def series_addresses(session: ReadSession, *, limit: int = 1000) -> list[tuple[str, datetime]]:
    """Return the paths of the public series, the latest first, and when each last changed. One query."""
    rows = session.execute(
        sa.select(Organiser.slug, Series.slug, sa.func.max(Event.updated_at))
        .join(Series, Series.organiser_id == Organiser.id)
        .join(Event, Event.series_id == Series.id)
        .where(Event.stage.in_(PUBLIC), Event.stage != Stage.CANCELLED)
        .group_by(Series.id, Organiser.slug, Series.slug)
        .order_by(Series.id.desc())
        .limit(limit)
    )
    return [(series_path(house, slug), changed_at) for house, slug, changed_at in rows]
