"""The registration form: keeps what was typed, says each error at its field, and is taken once however often sent."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import replace
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from events.catalogue import listing
from events.catalogue.listing import EventPage
from events.errors import N_, AlreadyRegistered, ChoiceFull, FieldError, FormReplaced, Invalid, KeyReused, Refused
from events.links import MANAGE
from events.models import RegistrationState
from events.questions.form_reading import AskedForm, Entrance, asked_form, entrance
from events.registrations import registration
from events.registrations.applications import Application
from events.registrations.registration import Registered
from events.storage import ReadSession, Session, new_id
from service import consent
from service.answering import error_of_full_choice, refuse_other_wording
from service.clock import real_now
from service.database import idempotency
from service.limiting import address_of, limits_of
from service.limits.limiter import TooManyRequests
from service.limits.stamps import HeldBack
from service.statuses import status_of
from service.web.answer_uploads import MAX_BYTES, Received, read_answers
from service.web.answering import (
    Checked,
    check_form,
    load_asked,
    payload_of,
    questions_for,
    seen_revision,
)
from service.web.event_reads import load_event
from service.web.forms import Form
from service.web.news_offers import mail_link_too, silent_houses
from service.web.pages import Request, locale_of, pages_of
from service.web.party import Party, party_of
from service.web.screening import refuse_flood, refuse_programs, screen_for, wait_of, with_trap
from service.wiring import Runtime


class _WhoComes(Refused):
    default = N_("Now write down who comes with you, then register.")


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
    asked = await load_asked(pages_of(request), event)
    return await _form_page(request, runtime, event, asked, chosen, status_code=HTTP_200_OK)


@post(
    "/events/{organiser:str}/{slug:str}/register",
    status_code=HTTP_303_SEE_OTHER,
    request_max_body_size=MAX_BYTES,
    keeps_typed=True,
)
async def send_form(
    request: Request, runtime: NamedDependency[Runtime], organiser: FromPath[str], slug: FromPath[str]
) -> Response[Any]:
    """Register the person and lead to their own page, or show the form again with everything that is wrong."""
    # Read anew: what was shown up to 2 seconds ago decides nothing.
    entered = await runtime.shared_reads.get(
        ("entrance", organiser, slug), lambda session: entrance(session, organiser, slug)
    )
    received = await read_answers(request, runtime, entered.id, entered.asked)
    party = party_of(received.form, entered.asked, most=entered.max_party_size)
    received, form = replace(received, form=party.form), party.form
    notice: Refused | None = None
    try:
        refuse_flood(request)
        if party.wanting:
            raise _WhoComes
        answer = await _register(request, runtime, entered, received, party)
    except _WhoComes as wanting:
        notice, status = wanting, HTTP_200_OK
    except AlreadyRegistered as refusal:
        error = FieldError(refusal.field or "email", refusal.code, refusal.message, refusal.params)
        form, status = form.with_errors([error]), HTTP_409_CONFLICT
    except (KeyReused, FormReplaced) as refusal:
        notice, status = refusal, HTTP_422_UNPROCESSABLE_ENTITY
    except (HeldBack, TooManyRequests) as refusal:
        notice, status = refusal, status_of(refusal)
    except Invalid as refusal:
        form, status = with_trap(form, refusal.errors), HTTP_422_UNPROCESSABLE_ENTITY
    else:
        return await _welcome(request, runtime, organiser, form, answer)
    event, asked = await runtime.database.aread(lambda session: _read(session, organiser, slug))
    return await _form_page(request, runtime, event, asked, form, status_code=status, notice=notice)


async def _welcome(request: Request, runtime: Runtime, organiser: str, form: Form, answer: dict[str, Any]) -> Redirect:
    """Lead to the person's own page, and show nobody a page from before they came."""
    await mail_link_too(request, runtime, organiser, form, by=f"person:{answer['registration_id']}")
    pages_of(request).recent.forget()
    quiet = "&quiet=1" if answer.get("quiet") else ""
    token = runtime.links.token(MANAGE, uuid.UUID(answer["registration_id"]), answer["link_version"])
    return Redirect(f"/r/{token}?new=1{quiet}", status_code=HTTP_303_SEE_OTHER, headers={"Cache-Control": "no-store"})


def _read(session: ReadSession, organiser: str, slug: str) -> tuple[EventPage, AskedForm]:
    event = listing.event_page(session, organiser, slug)
    # Who comes too late is told so, not what is missing; and none of their files is kept.
    revision = event.form_revision if event.takes_registrations else 0
    return event, asked_form(session, event.id, revision)


async def _register(
    request: Request, runtime: Runtime, event: Entrance, received: Received, party: Party
) -> dict[str, Any]:
    now, asked = runtime.clock.now(), event.asked
    checked = check_form(received, asked, party, now=now, minors=event.guardian_consent)
    if event.takes_registrations:  # who comes too late is told so, not that they were quick
        refuse_programs(request, received.form, _about(event))
    application = await limits_of(request).admit(
        application_of(checked, event.id, locale=locale_of(request)), address_of(request)
    )
    seen, registration_id = seen_revision(received.form), new_id()

    def produce(session: Session) -> dict[str, Any]:
        refuse_other_wording(session, event.id, seen, asked.document, checked.answers)
        made = registration.register(session, application, now=now, registration_id=registration_id)
        return _answer(made, quiet=application.quiet)

    def use_case(session: Session) -> dict[str, Any]:
        return idempotency.remember(
            session,
            scope=f"form:register:{event.id}",
            key=received.form.value("key") or secrets.token_urlsafe(16),
            payload=payload_of(received, checked),
            real_now=real_now(),
            produce=produce,
            guess=_answer(Registered(registration_id, RegistrationState.CONFIRMED), quiet=application.quiet),
        )

    try:
        return await runtime.database.awrite(use_case, seats_of=[event.id])
    except ChoiceFull as refusal:
        raise error_of_full_choice(refusal, checked.answers) from refusal


def application_of(checked: Checked, event_id: uuid.UUID, *, locale: str) -> Application:
    """Return what a person filled in as the core takes it."""
    given = checked.given
    return Application(
        event_id=event_id,
        name=given.name,
        email=given.email,
        phone=given.phone,
        institution=given.institution,
        party_size=given.party_size,
        slot_id=given.slot_id,
        sign_language=given.sign_language,
        wheelchair=given.wheelchair,
        access_needs=given.access_needs,
        locale=locale,
        consent_version=consent.VERSION,
        guardian=checked.guardian,
        **checked.answers.fields(),
    )


def _answer(made: Registered, *, quiet: bool) -> dict[str, Any]:
    return {
        "registration_id": str(made.registration_id),
        "state": made.state.value,
        "link_version": made.link_version,
        "quiet": quiet,
    }


def _about(event: EventPage | Entrance) -> str:
    return f"register:{event.id}"


async def _form_page(
    request: Request,
    runtime: Runtime,
    event: EventPage,
    asked: AskedForm,
    form: Form,
    *,
    status_code: int,
    notice: Refused | None = None,
) -> Response[str]:
    # A key that met other answers is spent; the next attempt is a new one.
    key = "" if isinstance(notice, KeyReused | FormReplaced) else form.value("key")
    return pages_of(request).page(
        request,
        "register.html",
        status_code=status_code,
        house=event.house,
        headers={"Cache-Control": "no-store"} | wait_of(notice),
        screen=screen_for(request, form, _about(event)),
        event=event,
        form=form,
        questions=await questions_for(runtime, event, asked, form),
        party=party_of(form, asked, most=event.max_party_size),
        key=key or secrets.token_urlsafe(16),
        consent=consent.TEXT,
        news_offered=event.house.id not in await silent_houses(pages_of(request)),
        notice=notice,
        now=runtime.clock.now(),
    )
