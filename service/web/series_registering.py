"""Registering for a whole series: one form, one transaction, one page that says what came of each date."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY

from events.catalogue.listing import Card
from events.errors import AlreadyRegistered, ChoiceFull, Conflict, FieldError, FormReplaced, Invalid, KeyReused, Refused
from events.links import SERIES
from events.recurring import series_booking, series_listing
from events.recurring.series_listing import SeriesPage
from events.recurring.series_questions import SeriesQuestions, series_questions
from events.registrations.applications import Application
from events.storage import ReadSession, Session
from service import consent
from service.clock import real_now
from service.database import idempotency
from service.limiting import address_of, limits_of
from service.limits.limiter import TooManyRequests
from service.limits.stamps import HeldBack
from service.statuses import status_of
from service.web.answer_uploads import MAX_BYTES, Received, read_with_files
from service.web.forms import Form
from service.web.pages import Request, locale_of, pages_of
from service.web.screening import refuse_flood, refuse_programs, screen_for, wait_of, with_trap
from service.web.series_answering import (
    CheckedSeries,
    asked_at,
    check_series_form,
    error_at_full_choice,
    shown_questions,
)
from service.wiring import Runtime


@dataclass(frozen=True, slots=True)
class _Shown:
    """A series as its form shows it: the dates that take registrations, and what they ask."""

    series: SeriesPage
    dates: Sequence[Card]
    questions: SeriesQuestions
    minors: bool
    """Whether one of the dates asks minors for a guardian: all of them then wait for the answer."""


@get("/series/{organiser:str}/{slug:str}/register")
async def show_series_form(
    request: Request, runtime: NamedDependency[Runtime], organiser: FromPath[str], slug: FromPath[str]
) -> Response[str]:
    """Show the empty form."""
    return await _form_page(request, runtime, await _load(runtime, organiser, slug), Form(), status_code=HTTP_200_OK)


async def _load(runtime: Runtime, organiser: str, slug: str) -> _Shown:
    now = runtime.clock.now()

    def read(session: ReadSession) -> _Shown:
        series = series_listing.series_page(session, organiser, slug)
        dates = series.open(now)
        minors = series_booking.asks_guardians(session, [card.id for card in dates])
        return _Shown(series, dates, series_questions(session, dates), minors)

    return await runtime.database.aread(read)


@post(
    "/series/{organiser:str}/{slug:str}/register",
    status_code=HTTP_303_SEE_OTHER,
    request_max_body_size=MAX_BYTES,
    keeps_typed=True,
)
async def send_series_form(
    request: Request, runtime: NamedDependency[Runtime], organiser: FromPath[str], slug: FromPath[str]
) -> Response[Any]:
    """Register the person for every date and lead to their page, or show the form again with what is wrong."""
    shown = await _load(runtime, organiser, slug)
    asking = bool(shown.questions.groups)
    received = await read_with_files(request, runtime, partial(asked_at, shown.questions), asking=asking)
    form = received.form
    try:
        refuse_flood(request)
        answer = await _book(request, runtime, shown, received)
    except AlreadyRegistered as refusal:
        error = FieldError(refusal.field or "email", refusal.code, refusal.message, refusal.params)
        return await _form_page(request, runtime, shown, form.with_errors([error]), status_code=status_of(refusal))
    except Invalid as refusal:
        status = HTTP_422_UNPROCESSABLE_ENTITY
        return await _form_page(request, runtime, shown, with_trap(form, refusal.errors), status_code=status)
    except (KeyReused, Conflict, HeldBack, TooManyRequests) as refusal:
        if isinstance(refusal, FormReplaced):
            shown = await _load(runtime, organiser, slug)
        status = status_of(refusal)
        return await _form_page(request, runtime, shown, form, status_code=status, notice=refusal)
    pages_of(request).recent.forget()
    token = runtime.links.token(SERIES, uuid.UUID(answer["booking_id"]), answer["link_version"])
    quiet = "&quiet=1" if answer.get("quiet") else ""
    return Redirect(f"/s/{token}?new=1{quiet}", status_code=HTTP_303_SEE_OTHER, headers={"Cache-Control": "no-store"})


async def _book(request: Request, runtime: Runtime, shown: _Shown, received: Received) -> dict[str, Any]:
    form, now, series = received.form, runtime.clock.now(), shown.series
    if form.value("questions") != shown.questions.seen:
        raise FormReplaced
    checked = check_series_form(received, shown.questions, now=now, minors=shown.minors)
    given, locale = checked.given, locale_of(request)
    person = Application(
        event_id=series.id,  # each date puts its own in this place
        name=given.name,
        email=given.email,
        phone=given.phone,
        institution=given.institution,
        party_size=given.party_size,
        sign_language=given.sign_language,
        wheelchair=given.wheelchair,
        access_needs=given.access_needs,
        locale=locale,
        consent_version=consent.VERSION,
        guardian=checked.guardian,
    )
    if series.open(now):  # who comes too late is told so, not that they were quick
        refuse_programs(request, form, _about(series))
    person = await limits_of(request).admit(person, address_of(request), series=True)

    def produce(session: Session) -> dict[str, Any]:
        booked = series_booking.book(session, series.id, person, answers=checked.answers, now=now)
        return {"booking_id": str(booked.booking_id), "link_version": booked.link_version, "quiet": person.quiet}

    def use_case(session: Session) -> dict[str, Any]:
        return idempotency.remember(
            session,
            scope=f"form:series:{series.id}",
            key=form.value("key") or secrets.token_urlsafe(16),
            payload=_payload(received, checked),
            real_now=real_now(),
            produce=produce,
        )

    try:
        return await runtime.database.awrite(use_case)
    except ChoiceFull as refusal:
        raise error_at_full_choice(refusal, checked.answers) from refusal


def _payload(received: Received, checked: CheckedSeries) -> dict[str, Any]:
    """Return what makes two copies of a form one: a file that is sent again is the same file."""
    answers = {
        name: received.digests.get(name) or list(values)
        for name, values in received.form.values.items()
        if name.startswith("dates.")
    }
    return {**checked.given.model_dump(mode="json"), "answers": answers}


def _about(series: SeriesPage) -> str:
    return f"series:{series.id}"


async def _form_page(
    request: Request, runtime: Runtime, shown: _Shown, form: Form, *, status_code: int, notice: Refused | None = None
) -> Response[str]:
    # A key that met other answers is spent; the next attempt is a new one.
    key = "" if isinstance(notice, KeyReused | FormReplaced) else form.value("key")
    return pages_of(request).page(
        request,
        "series_register.html",
        status_code=status_code,
        house=shown.series.house,
        headers={"Cache-Control": "no-store"} | wait_of(notice),
        screen=screen_for(request, form, _about(shown.series)),
        series=shown.series,
        open_dates=shown.dates,
        questions=shown.questions,
        minors_welcome=shown.minors,
        groups=await shown_questions(runtime, shown.questions, form),
        form=form,
        key=key or secrets.token_urlsafe(16),
        consent=consent.TEXT,
        notice=notice,
    )
