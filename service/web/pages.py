"""One page as an answer: rendered in the visitor's language, in the organiser's colours."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode

import litestar
from litestar.response import Response
from markupsafe import Markup

from events.catalogue.houses import House, houses
from events.storage import LOCALES
from service.web import brandsheet, languages
from service.web.headers import PERSONAL
from service.web.recent import Recent
from service.web.static_files import StaticFiles
from service.web.templating import Templates
from service.wiring import Runtime

Request: TypeAlias = litestar.Request[Any, Any, Any]

_CHOICES: dict[str, tuple[str, ...]] = {"lang": LOCALES, "theme": ("light", "dark")}
"""What a visitor may choose: the names of query parameters, and of the cookies that keep them."""
_YEAR = 365 * 24 * 3600
_CAMPAIGN = re.compile(
    r"utm_\w+|mtm_\w+|pk_\w+|mc_[ce]id|fbclid|gclid|gclsrc|gbraid|wbraid|dclid|msclkid|twclid|ttclid|yclid|igsh(?:id)?"
    r"|li_fat_id|_gl|_ga|s_cid|si"
)
"""What networks and newsletters hang on the addresses that they pass on. No page reads it, and none passes it on."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What every template may say about the page it is."""

    path: str
    query: Mapping[str, str]
    theme: str | None
    house: House | None
    base_url: str
    personal: bool
    locale: str

    @property
    def url(self) -> str:
        """The page's absolute address, always on the configured host."""
        return self.base_url + self.path

    @property
    def brand_url(self) -> str | None:
        """The address of the organiser's colours."""
        return None if self.house is None else brand_url(self.house)

    @property
    def card(self) -> str | None:
        """The address of the picture that stands for the organiser in shared links; None until it is drawn."""
        return None if self.house is None else card_path(self.house, self.locale)

    def preference(self, **chosen: str) -> str:
        """Return this page's address with a choice of language or theme in it; it is kept when the page is made."""
        return "?" + urlencode({**self.query, **chosen})


def brand_url(house: House) -> str:
    """Return where the organiser's stylesheet is."""
    return f"/brand/{quote(house.slug)}.{brandsheet.digest(house.brand)}.css"


def card_path(house: House, locale: str) -> str | None:
    """Return where the picture is that stands for an organiser in shared links; None until it is drawn."""
    return f"/brand/{quote(house.slug)}/card/{house.card[:12]}.{locale}.jpg" if house.card else None


class Pages:
    """Makes pages for one process."""

    def __init__(self, runtime: Runtime, static_files: StaticFiles) -> None:
        """Prepare the templates."""
        self.runtime = runtime
        self.recent = Recent()
        self._templates = Templates(static_files, compiled=runtime.pages_dir)
        self._last_house: House | None = None

    def page(
        self,
        request: Request,
        template: str,
        *,
        status_code: int = 200,
        house: House | None = None,
        personal: bool = False,
        remember: bool = True,
        reader_locale: str | None = None,
        headers: Mapping[str, str] | None = None,
        **context: object,
    ) -> Response[str]:
        """Render `template`. `personal` pages are kept by nobody; without a `house` the last one seen signs them.

        `reader_locale` is the language in which we write to this reader, used unless they chose another here. Choices
        of language and theme are kept in cookies unless told not to `remember` them.
        """
        locale = locale_of(request, reader_locale)
        self._last_house = house = house or self._last_house
        frame = Frame(
            path=request.url.path,
            query=_asked(request),
            theme=theme_of(request),
            house=house,
            base_url=self.runtime.settings.base_url,
            personal=personal,
            locale=locale,
        )

        body = self._templates.render(template, locale, frame=frame, **context)
        kept = {"Cache-Control": "no-cache", "Vary": "Cookie, Accept-Language"}
        answer = Response(
            body,
            status_code=status_code,
            media_type="text/html",
            headers=kept | {"Content-Language": locale} | (PERSONAL if personal else {}) | dict(headers or {}),
        )
        if remember:
            self._keep_choices(request, answer)
        return answer

    def render(self, template: str, locale: str, **context: object) -> str:
        """Return a template's text alone, for what is no page: a report that is drawn."""
        return self._templates.render(template, locale, **context)

    def _keep_choices(self, request: Request, answer: Response[str]) -> None:
        """Remember for a year what the visitor chose in the address: works without JavaScript, on any page."""
        for name, allowed in _CHOICES.items():
            value = request.query_params.get(name)
            if value in allowed:
                secure = self.runtime.settings.secure_cookies
                answer.set_cookie(
                    key=name, value=value, max_age=_YEAR, path="/", secure=secure, httponly=True, samesite="lax"
                )

    def fragment(self, template: str, locale: str, **context: object) -> Markup:
        """Return a piece of a page, in a language that may be another one than that of the page around it."""
        return Markup(self._templates.render(template, locale, **context))  # noqa: S704 - every template escapes

    async def kept_page(
        self,
        request: Request,
        make: Callable[[], Awaitable[Response[str]]],
        *,
        reads: Collection[str] = (),
        remember: bool = True,
    ) -> Response[str]:
        """Return the page that `make` renders, or the same one rendered at most 2 seconds ago.

        For pages that are alike for everybody who reads the same language in the same theme. `make` reads anew, so
        that nothing on the page is older than these 2 seconds. `reads` names the query parameters that the page
        heeds. What campaigns hang on an address changes nothing; an address with anything else in it is not kept.
        """
        asked = _asked(request)
        if asked.keys() - set(reads):
            return await make()
        key = ("page", request.url.path, locale_of(request), theme_of(request), tuple(sorted(asked.items())))
        shown = await self.recent.get(key, make)
        answer = Response(
            shown.content, status_code=shown.status_code, media_type=shown.media_type, headers=dict(shown.headers)
        )
        if remember:
            self._keep_choices(request, answer)
        return answer

    async def houses(self) -> tuple[House, ...]:
        """Return the organisers of this installation, as they were at most 2 seconds ago."""
        return await self.recent.get("houses", lambda: self.runtime.database.aread(houses))


def _asked(request: Request) -> dict[str, str]:
    """Return the query parameters that say which page is wanted, rather than how or for whom."""
    asked = request.query_params.items()
    return {name: value for name, value in asked if name not in _CHOICES and not _CAMPAIGN.fullmatch(name)}


def pages_of(request: Request) -> Pages:
    """Return the `Pages` of the application that answers this request."""
    pages: Pages = request.app.state.pages
    return pages


def locale_of(request: Request, reader_locale: str | None = None) -> str:
    """Return the language in which to answer."""
    return languages.choose(
        request.query_params.get("lang"),
        request.cookies.get("lang"),
        reader_locale or request.headers.get("accept-language"),
    )


def theme_of(request: Request) -> str | None:
    """Return the theme that the visitor chose, or None: then their system decides."""
    for chosen in (request.query_params.get("theme"), request.cookies.get("theme")):
        if chosen in _CHOICES["theme"]:
            return chosen
    return None
