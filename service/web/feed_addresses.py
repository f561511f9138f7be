"""Asking for a calendar address of one's own, replacing it and switching it off, from each page that is one's own.

It takes a press: an address that stays good for years is made for nobody who does not want one.
"""

from __future__ import annotations

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from events.catalogue.feeds import Owner
from events.links import MANAGE, OWN_EVENTS
from events.models import FeedOf
from events.pages import own_events
from service.clock import real_now
from service.web.forms import MAX_BYTES
from service.web.manage import open_link
from service.web.pages import Request
from service.web.partner_opening import open_partner
from service.web.subscribing import change, wanted_change
from service.wiring import Runtime


@post("/mine/{token:str}/calendar", status_code=HTTP_303_SEE_OTHER, request_max_body_size=MAX_BYTES)
async def change_own_feed(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Redirect:
    """Of everything that one's contact registered for."""
    target, at = runtime.links.read(OWN_EVENTS, token), real_now()
    key = await runtime.database.aread(lambda session: own_events.owner_of(session, target.id, real_now=at))
    return await _changed(request, runtime, Owner(FeedOf.PERSON, key), f"/mine/{token}")


@post("/r/{token:str}/calendar", status_code=HTTP_303_SEE_OTHER, request_max_body_size=MAX_BYTES)
async def change_feed_of_registration(
    request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]
) -> Redirect:
    """Of one place."""
    page = await open_link(runtime, MANAGE, token)
    owner = Owner(FeedOf.REGISTRATION, str(page.id), page.link_version)
    return await _changed(request, runtime, owner, f"/r/{token}")


@post("/p/{token:str}/calendar", status_code=HTTP_303_SEE_OTHER, request_max_body_size=MAX_BYTES)
async def change_feed_of_partner(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Redirect:
    """Of what a partner is invited to."""
    page = (await open_partner(request, runtime, token)).page
    owner = Owner(FeedOf.PARTNER, str(page.id), page.link_version)
    return await _changed(request, runtime, owner, f"/p/{token}")


async def _changed(request: Request, runtime: Runtime, owner: Owner, back: str) -> Redirect:
    wanted = await wanted_change(request)
    await runtime.database.awrite(lambda session: change(session, owner, wanted))
    address = f"{back}?calendar={wanted}#calendar"
    return Redirect(address, status_code=HTTP_303_SEE_OTHER, headers={"Cache-Control": "no-store"})


HANDLERS = (change_own_feed, change_feed_of_registration, change_feed_of_partner)
