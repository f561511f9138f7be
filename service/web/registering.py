"""The registration form: keeps what was typed, says each error at its field, and is taken once however often sent."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from events import listing, registration
from events.errors import AlreadyRegistered, FieldError, Invalid, KeyReused
from events.links import MANAGE
from events.listing import EventPage
from events.registration import Application
from events.storage import Session
from service import consent, idempotency
from service.clock import real_now
from service.inputs import RegistrationInput
from service.web.event_reads import load_event
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request, locale_of, pages_of
from service.wiring import Runtime


@get("/events/{organiser:str}/{slug:str}/register")
async def show_form(
    request: Request,
    runtime: NamedDependency[Runtime],
    organiser: FromPath[str],
    slug: FromPath[str],
    slot: FromQuery[str | None] = None,
) -> Response[str]:
    """Show the empty form, with the visiting time chosen that the visitor came by."""
    event = await load_event(pages_of(request), organiser, slug)
    chosen = Form({"slot_id": [slot]} if slot else {})
    return _form_page(request, runtime, event, chosen, status_code=HTTP_200_OK)


@post(
    "/events/{organiser:str}/{slug:str}/register",
    status_code=HTTP_303_SEE_OTHER,
    request_max_body_size=MAX_BYTES,
)
async def send_form(
    request: Request, runtime: NamedDependency[Runtime], organiser: FromPath[str], slug: FromPath[str]
) -> Response[Any]:
    """Register the person and lead to their own page, or show the form again with everything that is wrong."""
    form = await read_form(request)
    # Read anew: what was shown up to 2 seconds ago decides nothing.
    event = await runtime.database.aread(lambda session: listing.event_page(session, organiser, slug))
    try:
        answer = await _register(request, runtime, event, form)
    except AlreadyRegistered as refusal:
        error = FieldError(refusal.field or "email", refusal.code, refusal.message, refusal.params)
        shown = form.with_errors([error])
        return _form_page(request, runtime, event, shown, status_code=HTTP_409_CONFLICT)
    except KeyReused as refusal:
        return _form_page(
            request, runtime, event, form, status_code=HTTP_422_UNPROCESSABLE_ENTITY, notice=refusal.message
        )
    except Invalid as refusal:
        shown = form.with_errors(refusal.errors)
        return _form_page(request, runtime, event, shown, status_code=HTTP_422_UNPROCESSABLE_ENTITY)
    pages_of(request).recent.forget()
    token = runtime.links.token(MANAGE, uuid.UUID(answer["registration_id"]), answer["link_version"])
    return Redirect(f"/r/{token}?new=1", status_code=HTTP_303_SEE_OTHER, headers={"Cache-Control": "no-store"})


async def _register(request: Request, runtime: Runtime, event: EventPage, form: Form) -> dict[str, Any]:
    given = form.check(RegistrationInput)
    application = application_of(given, event, locale=locale_of(request))
    now = runtime.clock.now()

    def produce(session: Session) -> dict[str, Any]:
        return _answer(session, application, now=now)

    def use_case(session: Session) -> dict[str, Any]:
        return idempotency.remember(
            session,
            scope=f"form:register:{event.id}",
            key=form.value("key") or secrets.token_urlsafe(16),
            payload=given.model_dump(mode="json"),
            real_now=real_now(),
            produce=produce,
        )

    return await runtime.database.awrite(use_case)


def application_of(given: RegistrationInput, event: EventPage, *, locale: str) -> Application:
    """Return what a person filled in as the core takes it."""
    return Application(
        event_id=event.id,
        name=given.name,
        email=given.email,
        phone=given.phone,
        institution=given.institution,
        party_size=given.party_size,
        slot_id=given.slot_id,
        access_needs=given.access_needs,
        locale=locale,
        consent_version=consent.VERSION,
    )


def _answer(session: Session, application: Application, *, now: datetime) -> dict[str, Any]:
    made = registration.register(session, application, now=now)
    return {
        "registration_id": str(made.registration_id),
        "state": made.state.value,
        "link_version": made.link_version,
    }


def _form_page(
    request: Request, runtime: Runtime, event: EventPage, form: Form, *, status_code: int, notice: str | None = None
) -> Response[str]:
    # A key that met other answers is spent; the next attempt is a new one.
    key = "" if notice else form.value("key")
    return pages_of(request).page(
        request,
        "register.html",
        status_code=status_code,
        house=event.house,
        headers={"Cache-Control": "no-store"},
        event=event,
        form=form,
        key=key or secrets.token_urlsafe(16),
        consent=consent.TEXT,
        notice=notice,
        now=runtime.clock.now(),
    )
