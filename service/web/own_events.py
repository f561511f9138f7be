"""My events and certificates: asked for with an e-mail address, opened by the link that is sent to it."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY

from certificates.listing import CertificateView, of_registrations
from events.catalogue.feeds import Owner
from events.errors import Invalid, Refused
from events.links import MANAGE, OWN_EVENTS
from events.models import FeedOf
from events.pages import own_events
from events.pages.own_events import OwnEvent
from events.storage import ReadSession
from service.clock import real_now
from service.inputs.checking import OwnEventsInput
from service.limiting import limits_of
from service.limits.limiter import TooManyRequests
from service.limits.stamps import HeldBack
from service.statuses import status_of
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request, locale_of, pages_of
from service.web.screening import refuse_flood, refuse_programs, screen_for, wait_of, with_trap
from service.web.subscribing import own_subscription
from service.wiring import Runtime

_ABOUT = "mine"


@dataclasses.dataclass(frozen=True, slots=True)
class _Line:
    """One event of the person's, with what they can do about it."""

    event: OwnEvent
    page: str
    certificates: Sequence[CertificateView]


@get("/mine")
async def ask_for_own_events(request: Request) -> Response[str]:
    """Ask for the address that the link goes to."""
    return _ask_page(request, Form())


@post("/mine", status_code=HTTP_200_OK, request_max_body_size=MAX_BYTES, keeps_typed=True)
async def send_own_events(request: Request, runtime: NamedDependency[Runtime]) -> Response[str]:
    """Have the link sent. The answer is the same whether the address is known here or not."""
    form = await read_form(request)
    try:
        refuse_flood(request)
        email = form.check(OwnEventsInput).email
        refuse_programs(request, form, _ABOUT)
        await limits_of(request).count_mail(email)
    except (HeldBack, TooManyRequests) as refusal:
        return _ask_page(request, form, status_code=status_of(refusal), notice=refusal)
    except Invalid as refusal:
        shown = with_trap(form, refusal.errors)
        return _ask_page(request, shown, status_code=HTTP_422_UNPROCESSABLE_ENTITY)
    now, at = runtime.clock.now(), real_now()
    await runtime.database.awrite(lambda session: own_events.ask(session, email, now=now, real_now=at))
    return _ask_page(request, Form(), sent_to=email)


def _ask_page(
    request: Request,
    form: Form,
    *,
    status_code: int = HTTP_200_OK,
    sent_to: str | None = None,
    notice: Refused | None = None,
) -> Response[str]:
    return pages_of(request).page(
        request,
        "own_events_ask.html",
        form=form,
        status_code=status_code,
        headers={"Cache-Control": "no-store"} | wait_of(notice),
        screen=screen_for(request, form, _ABOUT),
        sent_to=sent_to,
        notice=notice,
    )


@get("/mine/{token:str}")
async def show_own_events(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[str]:
    """Show what the person holds and held. Raises `NotFound` for a forged link, `Gone` for one that has run out."""
    target = runtime.links.read(OWN_EVENTS, token)
    at = real_now()

    def read(session: ReadSession) -> tuple[str, Sequence[OwnEvent], Mapping[uuid.UUID, Sequence[CertificateView]]]:
        key = own_events.owner_of(session, target.id, real_now=at)
        found = own_events.own_events(session, target.id, real_now=at)
        return key, found, of_registrations(session, [each.registration_id for each in found])

    key, found, certificates = await runtime.database.aread(read)
    lines = [_line(runtime, each, certificates) for each in found]
    return pages_of(request).page(
        request,
        "own_events.html",
        personal=True,
        coming=[line for line in reversed(lines) if line.event.is_coming],
        years=_by_year([line for line in lines if not line.event.is_coming]),
        calendar=await own_subscription(
            request, runtime, Owner(FeedOf.PERSON, key), locale_of(request), action=f"/mine/{token}/calendar"
        ),
        now=runtime.clock.now(),
    )


def _line(runtime: Runtime, event: OwnEvent, certificates: Mapping[uuid.UUID, Sequence[CertificateView]]) -> _Line:
    token = runtime.links.token(MANAGE, event.registration_id, event.link_version)
    return _Line(event, f"/r/{token}", certificates.get(event.registration_id, ()))


def _by_year(lines: Sequence[_Line]) -> Mapping[int, Sequence[Any]]:
    years: dict[int, list[_Line]] = {}
    for line in lines:
        local: datetime = line.event.starts_at.astimezone(ZoneInfo(line.event.timezone))
        years.setdefault(local.year, []).append(line)
    return years
