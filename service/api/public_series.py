"""Public: registering for a whole series at once, and what a person does with all their dates."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from events.errors import ChoiceFull, Invalid
from events.links import SERIES, check_version
from events.questions.answers import Answers
from events.recurring import exchanging, other_dates, series_booking, series_listing
from events.recurring.series_listing import BookingPage
from events.registrations.applications import Application, Guardian
from events.storage import ReadSession, Session
from service import consent
from service.answering import error_of_full_choice
from service.api.answering import answers_to
from service.api.answers import POST, refusals
from service.api.parameters import Id, PersonalToken
from service.api.problems import locale_of
from service.api.public_registrations import PERSONAL, own_place
from service.api.resources.public import Registered, registered_view
from service.api.resources.series import (
    OtherDates,
    OwnSeries,
    SeriesBooked,
    booked_view,
    other_dates_view,
    own_series,
)
from service.inputs.checking import DateAnswersInput, DateExchangeInput, SeriesRegistrationInput
from service.limiting import address_of, limit_posts, limits_of
from service.wiring import Runtime

_ACT_OWN = refusals(404, 409, 410, 413, 422, 429)


@post("/series/{series_id:uuid}/registrations", guards=[limit_posts], responses=POST, operation_id="registerForSeries")
async def register(
    series_id: Id,
    data: JSONBody[SeriesRegistrationInput],
    request: Request[Any, Any, Any],
    runtime: NamedDependency[Runtime],
) -> SeriesBooked:
    """Register for every date that takes registrations; each answers for itself. 409 where none could be had."""
    now = runtime.clock.now()
    person = Application(
        event_id=series_id,  # each date puts its own in this place
        name=data.name,
        email=data.email,
        phone=data.phone,
        institution=data.institution,
        party_size=data.party_size,
        sign_language=data.sign_language,
        wheelchair=data.wheelchair,
        access_needs=data.access_needs,
        locale=locale_of(request),
        consent_version=consent.VERSION,
        guardian=None if (asked := data.guardian) is None else Guardian(asked.name, asked.email, asked.phone),
    )
    person = await limits_of(request).admit(person, address_of(request), series=True)

    def use_case(session: Session) -> series_booking.Booked:
        answers = {key: _answered(session, key, given, person, now=now) for key, given in data.dates.items()}
        return series_booking.book(session, series_id, person, answers=answers, now=now)

    return booked_view(await runtime.database.awrite(use_case), runtime.links, quiet=person.quiet)


def _answered(
    session: ReadSession, event_id: uuid.UUID, given: DateAnswersInput, person: Application, *, now: datetime
) -> Answers:
    """Return the answers for one date. Raises `Invalid` with the path of each error."""
    try:
        return answers_to(session, event_id, given, party_size=person.party_size, name=person.name, now=now)
    except Invalid as refusal:
        raise Invalid([replace(each, field=f"dates.{event_id}.{each.field}") for each in refusal.errors]) from refusal


def _own(session: ReadSession, runtime: Runtime, token: str) -> BookingPage:
    target = runtime.links.read(SERIES, token)
    page = series_listing.booking_page(session, target.id, now=runtime.clock.now())
    check_version(target, page.link_version)
    return page


async def _act(runtime: Runtime, token: str, use_case: Callable[[Session, BookingPage], object]) -> OwnSeries:
    def checked(session: Session) -> OwnSeries:
        use_case(session, _own(session, runtime, token))
        session.expire_all()
        return own_series(_own(session, runtime, token), runtime.links)

    return await runtime.database.awrite(checked)


@get("/my/series/{token:str}", responses=refusals(404, 410), operation_id="getOwnSeries", response_headers=PERSONAL)
async def get_own(token: PersonalToken, runtime: NamedDependency[Runtime]) -> OwnSeries:
    """Return all one's own dates of a series."""
    return await runtime.database.aread(lambda session: own_series(_own(session, runtime, token), runtime.links))


@post(
    "/my/series/{token:str}/cancel",
    status_code=200,
    guards=[limit_posts],
    responses=_ACT_OWN,
    operation_id="cancelOwnSeries",
    response_headers=PERSONAL,
)
async def cancel_own(token: PersonalToken, runtime: NamedDependency[Runtime]) -> OwnSeries:
    """Give every coming date back; who waits is offered them at once."""
    now = runtime.clock.now()

    def use_case(session: Session, page: BookingPage) -> None:
        by = _by(page.dates[0].registration_id)
        series_booking.cancel_all(session, page.id, now=now, by=by)

    return await _act(runtime, token, use_case)


def _by(registration_id: uuid.UUID) -> str:
    return f"person:{registration_id}"


@post(
    "/my/series/{token:str}/take",
    status_code=200,
    guards=[limit_posts],
    responses=_ACT_OWN,
    operation_id="takeAddedDates",
    response_headers=PERSONAL,
)
async def take_added(token: PersonalToken, runtime: NamedDependency[Runtime]) -> OwnSeries:
    """Take the dates that were added to the series as well."""
    now = runtime.clock.now()
    return await _act(
        runtime, token, lambda session, page: series_booking.take_added(session, page.id, now=now, by="person")
    )


@get(
    "/my/registrations/{token:str}/dates",
    responses=refusals(404, 410),
    operation_id="listOtherDates",
    response_headers=PERSONAL,
)
async def list_other_dates(token: PersonalToken, runtime: NamedDependency[Runtime]) -> OtherDates:
    """List the dates of the same series that one's own could be exchanged for; none where it belongs to no series."""
    now = runtime.clock.now()

    def read(session: ReadSession) -> OtherDates:
        own = own_place(session, runtime, token)
        return other_dates_view(other_dates.other_dates(session, own.id, now=now), runtime.links)

    return await runtime.database.aread(read)


@post(
    "/my/registrations/{token:str}/exchange",
    status_code=200,
    guards=[limit_posts],
    responses=refusals(404, 409, 410, 413, 415, 422, 429),
    operation_id="exchangeDate",
    response_headers=PERSONAL,
)
async def exchange(
    token: PersonalToken,
    data: JSONBody[DateExchangeInput],
    request: Request[Any, Any, Any],
    runtime: NamedDependency[Runtime],
) -> Registered:
    """Exchange one's own date for another of the same series; doing it again changes nothing.

    The old place is given back at once where `state` is `confirmed`; otherwise it stays until the new one is certain.
    """
    now = runtime.clock.now()
    own = await runtime.database.aread(lambda session: own_place(session, runtime, token))
    quiet = await limits_of(request).is_mail_left_out(own.email, own.guardian)

    def use_case(session: Session) -> Registered:
        answers = answers_to(session, data.event_id, data, party_size=own.party_size, name=own.name, now=now)
        try:
            made = exchanging.exchange_date(
                session, own.id, data.event_id, answers=answers, quiet=quiet, now=now, by=_by(own.id)
            )
        except ChoiceFull as refusal:
            raise error_of_full_choice(refusal, answers) from refusal
        return registered_view(made.registration_id, made.state, made.link_version, runtime.links, quiet=quiet)

    return await runtime.database.awrite(use_case)


routes = Router(
    "/",
    route_handlers=[register, get_own, cancel_own, take_added, list_other_dates, exchange],
    tags=["Registrations"],
)
