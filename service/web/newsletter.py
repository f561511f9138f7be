"""News by opt-in: asked for on a public page, agreed to, changed and ended on the page whose link is mailed.

GET changes nothing: programs that check links in mails follow them all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY

from events.catalogue.finding import known_topics
from events.catalogue.houses import House
from events.errors import Invalid, Refused
from events.links import MANAGE, NEWS
from events.storage import ReadSession
from events.tags import Audience, Topic
from notifications.news import subscribing
from notifications.news.subscribing import SubscriptionPage, Wishes
from service import consent
from service.inputs.checking import OwnEventsInput
from service.limiting import limits_of
from service.limits.limiter import TooManyRequests
from service.limits.stamps import HeldBack
from service.statuses import status_of
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.manage import open_link
from service.web.news_offers import mail_link, silent_houses
from service.web.pages import Request, locale_of, pages_of
from service.web.screening import refuse_flood, refuse_programs, screen_for, wait_of, with_trap
from service.wiring import Runtime

_ABOUT = "news"


@get("/news")
async def show_news_form(request: Request, house: FromQuery[str | None] = None) -> Response[str]:
    """Ask for the address, and where there are several whose news it is to be."""
    return await _ask_page(request, Form({"house": [house]} if house else {}))


@post("/news", status_code=HTTP_200_OK, request_max_body_size=MAX_BYTES, keeps_typed=True)
async def ask_for_news(request: Request, runtime: NamedDependency[Runtime]) -> Response[str]:
    """Have the link mailed. The answer is the same whatever is known of the address."""
    form = await read_form(request)
    house = _chosen(await _houses(request), form.value("house"))
    if house is None:
        return await _ask_page(request, form)
    try:
        refuse_flood(request)
        email = form.check(OwnEventsInput).email
        refuse_programs(request, form, _ABOUT)
        await limits_of(request).count_mail(email)
        await mail_link(request, runtime, house.id, email, by="page")
    except Invalid as refusal:
        shown = with_trap(form, refusal.errors)
        return await _ask_page(request, shown, status_code=HTTP_422_UNPROCESSABLE_ENTITY)
    except (HeldBack, TooManyRequests) as refusal:
        return await _ask_page(request, form, status_code=status_of(refusal), notice=refusal)
    return await _ask_page(request, Form({"house": [house.slug]}), sent_to=email)


async def _houses(request: Request) -> Sequence[House]:
    """Return the organisers that send news."""
    pages = pages_of(request)
    silent = await silent_houses(pages)
    return [each for each in await pages.houses() if each.id not in silent]


def _chosen(houses: Sequence[House], slug: str) -> House | None:
    return next((each for each in houses if each.slug == slug), houses[0] if houses else None)


async def _ask_page(
    request: Request,
    form: Form,
    *,
    status_code: int = HTTP_200_OK,
    sent_to: str | None = None,
    notice: Refused | None = None,
) -> Response[str]:
    houses = await _houses(request)
    return pages_of(request).page(
        request,
        "news_ask.html",
        form=form,
        status_code=status_code,
        house=_chosen(houses, form.value("house")),
        headers={"Cache-Control": "no-store"} | wait_of(notice),
        screen=screen_for(request, form, _ABOUT),
        houses=houses,
        sent_to=sent_to,
        notice=notice,
        consent=consent.NEWS_TEXT,
    )


# ------------------------------------------------------------ behind the mailed link
@get("/news/{token:str}")
async def show_subscription(
    request: Request,
    runtime: NamedDependency[Runtime],
    token: FromPath[str],
    saved: FromQuery[bool] = False,
) -> Response[str]:
    """Show what would be sent, and what of it is wished. Raises `NotFound` for a forged link, `Gone` for one over."""
    return await _page(request, runtime, token, said="saved" if saved else "")


@post("/news/{token:str}", status_code=HTTP_200_OK, request_max_body_size=MAX_BYTES)
async def change_subscription(
    request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]
) -> Response[Any]:
    """Agree, change the wishes, or end it."""
    key, now = runtime.links.read(NEWS, token).id, runtime.clock.now()
    form = await read_form(request)
    if form.value("do") == "stop":
        shown = await _page(request, runtime, token, said="stopped")
        await runtime.database.awrite(lambda session: subscribing.stop(session, key, now=now))
        return shown
    wishes = Wishes(form.value("locale") or locale_of(request), form.all("audience"), form.all("topic"))
    await runtime.database.awrite(
        lambda session: subscribing.confirm(session, key, wishes, words=consent.NEWS_VERSION, now=now)
    )
    headers = {"Cache-Control": "no-store"}
    return Redirect(f"/news/{token}?saved=1", status_code=HTTP_303_SEE_OTHER, headers=headers)


async def _page(request: Request, runtime: Runtime, token: str, *, said: str) -> Response[str]:
    key, now = runtime.links.read(NEWS, token).id, runtime.clock.now()

    def read(session: ReadSession) -> tuple[SubscriptionPage, Mapping[str, Topic]]:
        found = subscribing.page(session, key, now=now)
        return found, {each.code: each for each in known_topics(session, organiser=found.house.slug)}

    subscription, topics = await runtime.database.aread(read)
    return pages_of(request).page(
        request,
        "news.html",
        house=subscription.house,
        personal=True,
        reader_locale=subscription.wishes.locale,
        subscription=subscription,
        topics=list(topics.values()),
        # What was chosen and no event is about at present stays chosen.
        other_topics=[code for code in subscription.wishes.topics if code not in topics],
        audiences=[each for each in Audience if each is not Audience.EVERYONE],
        token=token,
        said=said,
        consent=consent.NEWS_TEXT,
    )


# ------------------------------------------------------------ from the page of a registration
@post("/r/{token:str}/news", request_max_body_size=MAX_BYTES)
async def ask_from_registration(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Redirect:
    """Have the link mailed to the address of a registration; whoever is shown its page learns nothing about it."""
    page = await open_link(runtime, MANAGE, token)
    if page.email:
        await limits_of(request).count_mail(page.email)
        await mail_link(request, runtime, page.house.id, page.email, by=f"person:{page.id}")
    headers = {"Cache-Control": "no-store"}
    return Redirect(f"/r/{token}?news=1#news", status_code=HTTP_303_SEE_OTHER, headers=headers)
