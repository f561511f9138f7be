"""The widget: coming events on another site, as a frame without scripts, or by a small script that fits its height.

A page of its own, because it alone may be framed by everybody. It sets no cookie, asks for nothing of the visitor, and
loads nothing but our own style; its links open in a window of their own.
"""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from events.catalogue.finding import find_events
from service.web.coming import filters_of, places, scope_of
from service.web.forms import whole
from service.web.headers import FOR_OTHER_SITES, policy
from service.web.pages import Request, pages_of
from service.wiring import Runtime

READS = ("q", "kind", "mode", "audience", "topic", "branch", "limit", "fit")
MOST, USUAL = 20, 5


@get("/embed")
async def embed(request: Request, runtime: NamedDependency[Runtime]) -> Response[str]:
    """Show the coming events of every organiser here, for a frame."""
    return await _embed(request, runtime, None)


@get("/embed/{organiser:str}")
async def embed_house(request: Request, runtime: NamedDependency[Runtime], organiser: FromPath[str]) -> Response[str]:
    """Show the coming events of one organiser and its branches, for a frame."""
    return await _embed(request, runtime, organiser)


async def _embed(request: Request, runtime: Runtime, organiser: str | None) -> Response[str]:
    async def make() -> Response[str]:
        return await _make_page(request, runtime, organiser)

    return await pages_of(request).kept_page(request, make, reads=READS, remember=False)


async def _make_page(request: Request, runtime: Runtime, organiser: str | None) -> Response[str]:
    pages = pages_of(request)
    scope = await scope_of(pages, organiser)
    filters = filters_of(request, scope)
    fits = request.query_params.get("fit") == "yes"
    now, limit = runtime.clock.now(), limit_of(request.query_params.get("limit"))
    found = await runtime.database.aread(lambda session: find_events(session, filters.wanted, now=now, limit=limit))
    headers = {
        "Content-Security-Policy": policy(frame_ancestors="*", script_src="'self'" if fits else "'none'"),
        "Cross-Origin-Resource-Policy": FOR_OTHER_SITES,
        "X-Robots-Tag": "noindex",
    }
    return pages.page(
        request,
        "embed.html",
        house=scope.house,
        headers=headers,
        remember=False,
        cards=found.cards,
        several=scope.several,
        fits=fits,
        whole=places(organiser)["list"] + filters.query(),
    )


def limit_of(text: str | None) -> int:
    """Return how many events a widget shows: 1 to 20, 5 for anything else."""
    wanted = whole(text or "", below=100)
    return USUAL if wanted is None else min(max(wanted, 1), MOST)


@get("/embed.js", sync_to_thread=False)
def embed_script(request: Request) -> Response[bytes]:
    """Send the script that other sites load: its address never changes, so it is asked for again every hour."""
    found = request.app.state.static_files.find(request.app.state.static_files.url("embed.ts").removeprefix("/static/"))
    headers = {"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": FOR_OTHER_SITES}
    return Response(found.body, media_type="text/javascript", headers=headers)
