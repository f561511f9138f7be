"""Exchanging a date of a series by one's own link: every other date, and one press for the one that suits.

GET shows, POST acts. The old place is given back only once the new one is certain.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Response
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_303_SEE_OTHER,
    HTTP_409_CONFLICT,
    HTTP_422_UNPROCESSABLE_ENTITY,
    HTTP_429_TOO_MANY_REQUESTS,
)

from events.catalogue import listing
from events.catalogue.listing import Card, EventPage
from events.errors import ChoiceFull, Conflict, FormReplaced, Invalid, NotFound, Refused
from events.links import MANAGE
from events.pages.personal_pages import RegistrationPage
from events.questions.answers import NO_ANSWERS, Answers, check_answers
from events.questions.form_reading import AskedForm, asked_form
from events.recurring import exchanging, other_dates
from events.registrations.own_answers import names_along
from events.registrations.registration import Registered
from events.storage import ReadSession, Session
from service.answering import error_of_full_choice, refuse_other_wording
from service.limiting import TooManyMails, limits_of
from service.web.answer_uploads import MAX_BYTES, Received, read_answers
from service.web.answering import answers_in, members_in, questions_for, seen_revision
from service.web.forms import Form
from service.web.manage import open_link
from service.web.pages import Request, pages_of
from service.wiring import Runtime


@get("/r/{token:str}/dates")
async def show_other_dates(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[str]:
    """Show the dates of the series that the person could have instead."""
    place, now = await open_link(runtime, MANAGE, token), runtime.clock.now()
    dates = await runtime.database.aread(lambda session: other_dates.other_dates(session, place.id, now=now))
    return _page(request, "change_date.html", place, token, dates=dates, form=Form())


@dataclass(frozen=True, slots=True)
class _Choice:
    """The place that somebody has, and the date that they would like instead."""

    place: RegistrationPage
    card: Card
    event: EventPage
    asked: AskedForm
    names: Mapping[int, str]
    """Who comes along, by person, as they were named for the place that is held."""

    @property
    def named(self) -> Form:
        """Return the form with the names in it: nobody writes them twice."""
        return Form({f"members.{person - 1}.name": [name] for person, name in self.names.items()})


async def _choose(runtime: Runtime, token: str, event_id: uuid.UUID) -> _Choice:
    """Return both. Raises `NotFound` for what is no other date that can be had."""
    place, now = await open_link(runtime, MANAGE, token), runtime.clock.now()

    def read(session: ReadSession) -> _Choice:
        known = {card.id: card for card in other_dates.other_dates(session, place.id, now=now)}
        if event_id not in known:
            raise NotFound
        event = listing.event_page(session, known[event_id].house.slug, known[event_id].slug)
        asked = asked_form(session, event_id, event.form_revision)
        return _Choice(place, known[event_id], event, asked, names_along(session, place.id))

    return await runtime.database.aread(read)


@get("/r/{token:str}/dates/{event_id:uuid}")
async def ask_for_exchange(
    request: Request, runtime: NamedDependency[Runtime], token: FromPath[str], event_id: FromPath[uuid.UUID]
) -> Response[str]:
    """Ask whether the person means this date, and what the date asks of them."""
    chosen = await _choose(runtime, token, event_id)
    return await _ask(request, runtime, token, chosen, chosen.named)


@post("/r/{token:str}/dates/{event_id:uuid}", status_code=HTTP_303_SEE_OTHER, request_max_body_size=MAX_BYTES)
async def exchange_date(
    request: Request, runtime: NamedDependency[Runtime], token: FromPath[str], event_id: FromPath[uuid.UUID]
) -> Response[Any]:
    """Exchange the date and lead to the new place; where it cannot be had, the old one stays."""
    try:
        chosen = await _choose(runtime, token, event_id)
    except NotFound:  # pressed twice, or gone meanwhile: their own page says how they stand
        return _to(token)
    received = await read_answers(request, runtime, event_id, chosen.asked)
    try:
        answers = _answers(chosen, received, runtime)
        quiet = await limits_of(request).is_mail_left_out(chosen.place.email, chosen.place.guardian)
        made = await _exchange(runtime, chosen, received, answers, quiet=quiet)
    except (Conflict, FormReplaced, TooManyMails) as refusal:
        if isinstance(refusal, FormReplaced):
            chosen = await _choose(runtime, token, event_id)
        return await _ask(
            request,
            runtime,
            token,
            chosen,
            received.form,
            status_code=HTTP_429_TOO_MANY_REQUESTS if isinstance(refusal, TooManyMails) else HTTP_409_CONFLICT,
            notice=refusal,
        )
    except Invalid as refusal:
        form = received.form.with_errors(refusal.errors)
        return await _ask(request, runtime, token, chosen, form, status_code=HTTP_422_UNPROCESSABLE_ENTITY)
    pages_of(request).recent.forget()
    token = runtime.links.token(MANAGE, made.registration_id, made.link_version)
    return _to(token, "?changed=1&quiet=1" if quiet else "?changed=1")


def _to(token: str, query: str = "") -> Redirect:
    headers = {"Cache-Control": "no-store"}
    return Redirect(f"/r/{token}{query}", status_code=HTTP_303_SEE_OTHER, headers=headers)


async def _exchange(
    runtime: Runtime, chosen: _Choice, received: Received, answers: Answers, *, quiet: bool
) -> Registered:
    place, asked, now = chosen.place, chosen.asked, runtime.clock.now()
    seen = seen_revision(received.form)

    def use_case(session: Session) -> Registered:
        refuse_other_wording(session, chosen.event.id, seen, asked.document, answers)
        return exchanging.exchange_date(
            session, place.id, chosen.event.id, answers=answers, quiet=quiet, now=now, by=f"person:{place.id}"
        )

    try:
        return await runtime.database.awrite(use_case)
    except ChoiceFull as refusal:
        raise error_of_full_choice(refusal, answers) from refusal


def _answers(chosen: _Choice, received: Received, runtime: Runtime) -> Answers:
    """Return the answers to what the new date asks. Raises `Invalid` with every error."""
    asked, size = chosen.asked, chosen.place.party_size
    if asked.revision == 0:
        return NO_ANSWERS
    members = members_in(received.form, asked, size - 1) if asked.is_per_person else []
    try:
        answers = check_answers(
            asked.document,
            answers_in(received.form, asked),
            revision=asked.revision,
            now=runtime.clock.now(),
            party_size=size,
            members=members,
            name=chosen.place.name,
        )
    except Invalid as refusal:
        told = {error.field for error in received.errors}
        missing = [error for error in refusal.errors if error.field not in told]
        raise Invalid([*missing, *received.errors]) from refusal
    if received.errors:
        raise Invalid(received.errors)
    return answers


async def _ask(
    request: Request,
    runtime: Runtime,
    token: str,
    chosen: _Choice,
    form: Form,
    *,
    status_code: int = HTTP_200_OK,
    notice: Refused | None = None,
) -> Response[str]:
    questions = await questions_for(runtime, chosen.event, chosen.asked, form)
    others = chosen.place.party_size - 1 if chosen.asked.is_per_person else 0
    return _page(
        request,
        "change_date_to.html",
        chosen.place,
        token,
        status_code,
        card=chosen.card,
        questions=questions,
        others=others,
        party_kind=chosen.event.party_kind.value,
        form=form,
        notice=notice,
    )


def _page(
    request: Request,
    template: str,
    place: RegistrationPage,
    token: str,
    status_code: int = HTTP_200_OK,
    **context: Any,
) -> Response[str]:
    return pages_of(request).page(
        request,
        template,
        status_code=status_code,
        house=place.house,
        personal=True,
        reader_locale=place.locale,
        place=place,
        token=token,
        **context,
    )
