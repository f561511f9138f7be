"""The personal join link. GET shows a door with a button; POST opens it, notes that the person came, and leads on.

Programs that check links in mails would otherwise attend every webinar.
"""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT, HTTP_303_SEE_OTHER

from events.links import JOIN, MANAGE
from events.pages.personal_pages import RegistrationPage
from events.presence import attendance, stays
from service.web.forms import MAX_BYTES
from service.web.headers import policy
from service.web.manage import open_link
from service.web.pages import Request, pages_of
from service.wiring import Runtime


@get("/j/{token:str}")
async def show_door(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[str]:
    """Show the door: open, or when it opens."""
    return _door(request, runtime, await open_link(runtime, JOIN, token))


@post("/j/{token:str}", status_code=HTTP_303_SEE_OTHER, request_max_body_size=MAX_BYTES)
async def join(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[Any]:
    """Note that the person joined and lead to the meeting. Raises `Closed` where there is none any more."""
    page = await open_link(runtime, JOIN, token)
    now = runtime.clock.now()
    meeting = await runtime.database.awrite(lambda session: attendance.join(session, page.id, now=now))
    if meeting is None:
        return _door(request, runtime, page)
    return Redirect(
        meeting,
        status_code=HTTP_303_SEE_OTHER,
        headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"},
    )


@post("/j/{token:str}/here", status_code=HTTP_204_NO_CONTENT, request_max_body_size=MAX_BYTES)
async def note_stay(runtime: NamedDependency[Runtime], token: FromPath[str]) -> None:
    """Note that the page is still open beside the meeting. Raises `Closed` when there is nothing to be at any more."""
    page = await open_link(runtime, JOIN, token)
    now = runtime.clock.now()
    await runtime.database.awrite(lambda session: attendance.stay(session, page.id, now=now))


def _door(request: Request, runtime: Runtime, page: RegistrationPage) -> Response[str]:
    now = runtime.clock.now()
    return pages_of(request).page(
        request,
        "join.html",
        status_code=HTTP_200_OK,
        house=page.house,
        personal=True,
        reader_locale=page.locale,
        # The browser holds a form's redirect to `form-action` as well: the meeting is on another site.
        headers={"Content-Security-Policy": policy(form_action="'self' https:")},
        place=page,
        manage_path=f"/r/{runtime.links.token(MANAGE, page.id, page.link_version)}",
        opens_at=page.starts_at - attendance.GATE_OPENS,
        now=now,
        beat=int(stays.BEAT.total_seconds()),
    )
