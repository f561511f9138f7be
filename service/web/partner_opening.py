"""A partner's link: read, checked, and noted once when a person, not a program, looks at the page behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER

from events.links import PARTNER, check_version
from events.pages import personal_pages
from events.pages.partner_pages import Collaboration, collaboration
from events.pages.personal_pages import PartnerPage
from events.partnership import partners
from events.storage import ReadSession
from service.web.pages import Request, pages_of
from service.wiring import Runtime

_PROGRAMS = ("bot", "crawl", "spider", "preview", "scan", "facebookexternalhit", "whatsapp", "curl", "python", "wget")


@dataclass(frozen=True, slots=True)
class Opened:
    """A partner's part in an event, opened by their link."""

    request: Request
    runtime: Runtime
    token: str
    page: PartnerPage
    work: Collaboration

    @property
    def by(self) -> str:
        """How facts name this partner."""
        return f"partner:{self.page.id}"

    def show(self, template: str, *, status_code: int = HTTP_200_OK, **context: Any) -> Response[str]:
        """Return one of the partner's pages, in the partner's language unless they chose another."""
        return pages_of(self.request).page(
            self.request,
            template,
            status_code=status_code,
            house=self.page.house,
            personal=True,
            reader_locale=self.page.locale,
            part=self.page,
            work=self.work,
            token=self.token,
            now=self.runtime.clock.now(),
            **context,
        )

    def go(self, path: str = "", done: str = "") -> Redirect:
        """Lead on to one of the partner's pages."""
        query = f"?done={done}" if done else ""
        headers = {"Cache-Control": "no-store"}
        return Redirect(f"/p/{self.token}{path}{query}", status_code=HTTP_303_SEE_OTHER, headers=headers)

    @property
    def done(self) -> str:
        """What was just done, as the page says it."""
        return self.request.query_params.get("done", "")


async def open_partner(request: Request, runtime: Runtime, token: str) -> Opened:
    """Return what the link leads to. Raises `NotFound`, or `Gone` for a link that was revoked."""
    target = runtime.links.read(PARTNER, token)

    def query(session: ReadSession) -> tuple[PartnerPage, Collaboration]:
        page = personal_pages.partner_page(session, target.id)
        return page, collaboration(session, page.id, page.event_id)

    page, work = await runtime.database.aread(query)
    check_version(target, page.link_version)
    return Opened(request, runtime, token, page, work)


async def note_opened(opened: Opened) -> None:
    """Note that a person looked, once. Mail scanners, previews and prefetching are no persons, and do not count.

    Browsers say by Sec-Fetch-Mode that somebody goes there (W3C Fetch Metadata); what looks at links by itself does not
    send it, or says that it prefetches.
    """
    if opened.page.opened or not is_person(opened.request):
        return
    now = opened.runtime.clock.now()
    await opened.runtime.database.awrite(lambda session: partners.note_opened(session, opened.page.id, now=now))


def is_person(request: Request) -> bool:
    """Tell whether a browser shows this page to somebody who went there."""
    told = request.headers
    if "prefetch" in told.get("sec-purpose", "") or "prefetch" in told.get("purpose", "") or told.get("x-moz"):
        return False
    agent = told.get("user-agent", "").casefold()
    if any(word in agent for word in _PROGRAMS):
        return False
    return told.get("sec-fetch-mode") == "navigate" and told.get("sec-fetch-dest") == "document"
