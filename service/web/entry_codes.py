"""The code that a person shows at the door, large: as a QR code to hold up, and as letters to read out."""

from __future__ import annotations

import io

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from events.errors import NotFound
from events.links import MANAGE, spell_door_code
from events.models import EventMode
from events.pages.personal_pages import RegistrationPage
from service.web.headers import PERSONAL
from service.web.manage import open_link
from service.web.pages import Request, pages_of
from service.wiring import Runtime


@get("/r/{token:str}/entry")
async def show_entry_code(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[str]:
    """Show the code of one registration; who comes with a party is let in by one code."""
    page = await open_link(runtime, MANAGE, token)
    return pages_of(request).page(
        request,
        "entry.html",
        house=page.house,
        personal=True,
        reader_locale=page.locale,
        place=page,
        token=token,
        code=spell_door_code(_code(runtime, page)),
    )


@get("/r/{token:str}/entry.svg")
async def draw_entry_code(runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[bytes]:
    """Send the QR code: 12 characters make one of the smallest there are, which cheap cameras read from afar."""
    page = await open_link(runtime, MANAGE, token)
    import segno  # noqa: PLC0415 - not needed for anything else in this process

    out = io.BytesIO()
    code = segno.make(_code(runtime, page), error="q", micro=False)
    # Black on white in every theme, with the quiet zone that ISO/IEC 18004 asks for.
    code.save(out, kind="svg", scale=8, border=4, dark="#000000", light="#ffffff", svgclass=None, lineclass=None)
    return Response(out.getvalue(), media_type="image/svg+xml", headers=PERSONAL)


def _code(runtime: Runtime, page: RegistrationPage) -> str:
    """Return the code. Raises `NotFound` where there is no door: no confirmed place, or an event online."""
    if page.state.value != "confirmed" or page.mode is EventMode.ONLINE:
        raise NotFound
    return runtime.links.door_code(page.event_id, page.id, page.link_version)
