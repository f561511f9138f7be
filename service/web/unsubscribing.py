"""Saying that nothing promotional is wanted any more: one press in the mail program, or a page with a button.

RFC 8058: providers post to the address in List-Unsubscribe, without cookies, Origin or anything else of a browser's,
and mail scanners follow every link; so POST acts, whoever sends it, as often as they like, and GET only shows.
"""

from __future__ import annotations

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response
from litestar.status_codes import HTTP_200_OK

from events.links import UNSUBSCRIBE
from notifications.suppression import suppressing, suppression_listing
from service.web.forms import MAX_BYTES
from service.web.pages import Request, pages_of
from service.wiring import Runtime


@get("/u/{token:str}")
async def show_unsubscribe(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[str]:
    """Show what would end and what would go on. Raises `NotFound` for a forged link."""
    return await _show(request, runtime, token)


@post("/u/{token:str}", status_code=HTTP_200_OK, request_max_body_size=MAX_BYTES)
async def unsubscribe(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[str]:
    """End it. Whatever the body holds: providers send ``List-Unsubscribe=One-Click``, our own button nothing."""
    target = runtime.links.read(UNSUBSCRIBE, token)
    now = runtime.clock.now()
    await runtime.database.awrite(lambda session: suppressing.unsubscribe(session, target.id, now=now))
    return await _show(request, runtime, token)


async def _show(request: Request, runtime: Runtime, token: str) -> Response[str]:
    target = runtime.links.read(UNSUBSCRIBE, token)
    now = runtime.clock.now()
    subscriber = await runtime.database.aread(
        lambda session: suppression_listing.subscriber(session, target.id, now=now)
    )
    houses = await pages_of(request).houses()
    house = next((each for each in houses if each.id == subscriber.organiser_id), None)
    return pages_of(request).page(
        request,
        "unsubscribe.html",
        house=house,
        personal=True,
        reader_locale=subscriber.locale,
        subscriber=subscriber,
        token=token,
    )
