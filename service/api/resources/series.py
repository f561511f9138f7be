"""What programs see of series: for staff the whole, for a person their own dates."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Annotated

import msgspec
from msgspec import Meta

from events.catalogue.listing import Card
from events.days.recurrence_words import describe
from events.links import MANAGE, SERIES, Links
from events.models import Additions, RegistrationState, Stage
from events.recurring.series_booking import Booked
from events.recurring.series_listing import BookingPage, SeriesHome
from events.storage import LocalizedText
from service.api.resources.public import EventSummary, Url, event_summary


class SeriesDateView(msgspec.Struct, frozen=True, kw_only=True):
    """One date: an ordinary event."""

    event_id: uuid.UUID
    day: Annotated[date | None, Meta(description="The day that the rule gave it, wherever it was moved.")]
    starts_at: datetime
    ends_at: datetime
    stage: Stage
    changed_by_hand: Annotated[list[str], Meta(description="What is not as the series has it.")]


class SeriesView(msgspec.Struct, frozen=True, kw_only=True):
    """A series with its dates, the earliest first."""

    id: uuid.UUID
    organiser_id: uuid.UUID
    slug: str
    title: LocalizedText
    rule: Annotated[str, Meta(description="RFC 5545 RRULE over days.")]
    sentence: LocalizedText
    starts_on: date
    start_time: time
    minutes: int
    timezone: str
    additions: Additions
    previous_id: uuid.UUID | None
    bookings: Annotated[int, Meta(description="People who registered for the whole series.")]
    dates: list[SeriesDateView]


def series_view(home: SeriesHome) -> SeriesView:
    """Return a series as staff see it."""
    series = home.series
    copied = ("id", "organiser_id", "slug", "title", "rule", "starts_on", "start_time", "minutes", "timezone")
    return SeriesView(
        **{name: getattr(series, name) for name in (*copied, "additions", "previous_id")},
        sentence=LocalizedText(describe(home.rule, "id"), describe(home.rule, "en")),
        bookings=home.bookings,
        dates=[
            SeriesDateView(
                event_id=each.event.id,
                day=each.event.series_date,
                starts_at=each.event.starts_at,
                ends_at=each.event.ends_at,
                stage=each.event.stage,
                changed_by_hand=sorted(each.by_hand),
            )
            for each in home.dates
        ],
    )


class DateOutcomeView(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one date."""

    event_id: uuid.UUID
    registration_id: uuid.UUID | None
    state: RegistrationState | None
    refusal: Annotated[str | None, Meta(description="The code of the refusal, where there is no registration.")]


class SeriesBooked(msgspec.Struct, frozen=True, kw_only=True):
    """A registration for a whole series, and its personal link."""

    id: uuid.UUID
    token: Annotated[str, Meta(description="Opens `/api/v1/my/series/{token}`. As secret as a password.")]
    manage_url: Url
    dates: list[DateOutcomeView]
    quiet: Annotated[
        bool, Meta(description="Whether no e-mail is sent, because the address has had very many mails of late.")
    ] = False


def booked_view(booked: Booked, links: Links, *, quiet: bool = False) -> SeriesBooked:
    """Return what came of registering for a series."""
    return SeriesBooked(
        id=booked.booking_id,
        token=links.token(SERIES, booked.booking_id, booked.link_version),
        manage_url=links.series_url(booked.booking_id, booked.link_version),
        dates=[
            DateOutcomeView(
                event_id=each.event_id,
                registration_id=each.registration_id,
                state=each.state,
                refusal=each.refusal.code if each.refusal is not None else None,
            )
            for each in booked.outcomes
        ],
        quiet=quiet,
    )


class OtherDates(msgspec.Struct, frozen=True, kw_only=True):
    """Dates of a series that somebody could have instead of theirs, the soonest first."""

    events: list[EventSummary]


def other_dates_view(found: Iterable[Card], links: Links) -> OtherDates:
    """Return the dates that a place could be exchanged for."""
    return OtherDates(events=[event_summary(card, links) for card in found])


class OwnDate(msgspec.Struct, frozen=True, kw_only=True):
    """One date of one's own booking."""

    registration_id: uuid.UUID
    state: RegistrationState
    position: Annotated[int | None, Meta(description="The place in the queue, where one waits.")]
    stage: Stage
    starts_at: datetime
    ends_at: datetime
    token: Annotated[str, Meta(description="Opens `/api/v1/my/registrations/{token}`. As secret as a password.")]


class OwnSeries(msgspec.Struct, frozen=True, kw_only=True):
    """One's own dates of a series."""

    id: uuid.UUID
    title: LocalizedText
    name: str
    dates: list[OwnDate]
    untaken: Annotated[list[uuid.UUID], Meta(description="Events that could be taken as well.")]


def own_series(page: BookingPage, links: Links) -> OwnSeries:
    """Return a booking as its person sees it."""
    return OwnSeries(
        id=page.id,
        title=page.title,
        name=page.name,
        dates=[
            OwnDate(
                registration_id=each.registration_id,
                state=each.state,
                position=each.position,
                stage=each.stage,
                starts_at=each.starts_at,
                ends_at=each.ends_at,
                token=links.token(MANAGE, each.registration_id, each.link_version),
            )
            for each in page.dates
        ],
        untaken=[card.id for card in page.untaken],
    )
