"""Registering for a whole series: one form, one transaction, one page that says what came of each date."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY

from events import series_booking, series_listing
from events.errors import AlreadyRegistered, Conflict, FieldError, Invalid, KeyReused
from events.links import SERIES
from events.registration import Application
from events.series_listing import SeriesPage
from events.storage import Session
from service import consent, idempotency
from service.clock import real_now
from service.inputs import RegistrationInput
from service.statuses import status_of
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request, locale_of, pages_of
from service.wiring import Runtime


@get("/series/{organiser:str}/{slug:str}/register")
async def show_series_form(
    request: Request, runtime: NamedDependency[Runtime], organiser: FromPath[str], slug: FromPath[str]
) -> Response[str]:
    """Show the empty form."""
    series = await _load(runtime, organiser, slug)
    return _form_page(request, runtime, series, Form(), status_code=HTTP_200_OK)


async def _load(runtime: Runtime, organiser: str, slug: str) -> SeriesPage:
    return await runtime.database.aread(lambda session: series_listing.series_page(session, organiser, slug))


@post(
    "/series/{organiser:str}/{slug:str}/register",
    status_code=HTTP_303_SEE_OTHER,
    request_max_body_size=MAX_BYTES,
)
async def send_series_form(
    request: Request, runtime: NamedDependency[Runtime], organiser: FromPath[str], slug: FromPath[str]
) -> Response[Any]:
    """Register the person for every date and lead to their page, or show the form again with what is wrong."""
    form = await read_form(request)
    series = await _load(runtime, organiser, slug)
    try:
        answer = await _book(request, runtime, series, form)
    except AlreadyRegistered as refusal:
        error = FieldError(refusal.field or "email", refusal.code, refusal.message, refusal.params)
        return _form_page(request, runtime, series, form.with_errors([error]), status_code=status_of(refusal))
    except Invalid as refusal:
        shown = form.with_errors(refusal.errors)
        return _form_page(request, runtime, series, shown, status_code=HTTP_422_UNPROCESSABLE_ENTITY)
    except (KeyReused, Conflict) as refusal:
        return _form_page(request, runtime, series, form, status_code=status_of(refusal), notice=refusal.message)
    pages_of(request).recent.forget()
    token = runtime.links.token(SERIES, uuid.UUID(answer["booking_id"]), answer["link_version"])
    return Redirect(f"/s/{token}?new=1", status_code=HTTP_303_SEE_OTHER, headers={"Cache-Control": "no-store"})


async def _book(request: Request, runtime: Runtime, series: SeriesPage, form: Form) -> dict[str, Any]:
    given = form.check(RegistrationInput)
    now, locale = runtime.clock.now(), locale_of(request)
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
    )

    def produce(session: Session) -> dict[str, Any]:
        booked = series_booking.book(session, series.id, person, now=now)
        return {"booking_id": str(booked.booking_id), "link_version": booked.link_version}

    def use_case(session: Session) -> dict[str, Any]:
        return idempotency.remember(
            session,
            scope=f"form:series:{series.id}",
            key=form.value("key") or secrets.token_urlsafe(16),
            payload=given.model_dump(mode="json"),
            real_now=real_now(),
            produce=produce,
        )

    return await runtime.database.awrite(use_case)


def _form_page(
    request: Request, runtime: Runtime, series: SeriesPage, form: Form, *, status_code: int, notice: str | None = None
) -> Response[str]:
    # A key that met other answers is spent; the next attempt is a new one.
    key = "" if notice else form.value("key")
    return pages_of(request).page(
        request,
        "series_register.html",
        status_code=status_code,
        house=series.house,
        headers={"Cache-Control": "no-store"},
        series=series,
        open_dates=series.open(runtime.clock.now()),
        form=form,
        key=key or secrets.token_urlsafe(16),
        consent=consent.TEXT,
        notice=notice,
    )
