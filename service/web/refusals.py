"""Refusals and failures as pages in the house's style, each with its status and what the person can do now."""

from __future__ import annotations

import logging
from typing import Any

import structlog
from litestar.exceptions import HTTPException
from litestar.response import Response

from events.errors import N_, Invalid, Refused
from service.statuses import has_gone_away, status_of
from service.web.languages import translate
from service.web.pages import Request, locale_of, pages_of

log = logging.getLogger(__name__)

_TITLES = {
    400: N_("We could not read that"),
    401: N_("Please sign in"),
    403: N_("This is not open to you"),
    404: N_("There is nothing here"),
    405: N_("This cannot be done here"),
    409: N_("That is not possible now"),
    410: N_("This link no longer works"),
    413: N_("That is too large"),
    422: N_("Some answers need your attention"),
    429: N_("A little slower, please"),
    500: N_("Something went wrong with us"),
    503: N_("We will be right back"),
}
_MESSAGES = {
    400: N_("What your browser sent could not be understood. Please go back, reload the page and try again."),
    401: N_("This page is for the library's staff."),
    403: N_("You are not allowed to do that."),
    404: N_("The address may be mistyped, or the page has moved."),
    405: N_("Please go back and use the page's own buttons."),
    413: N_("Please send less at once."),
    429: N_("There were very many requests from your connection. Please wait a minute and try again."),
    500: N_("It is our mistake, not yours. Nothing was half-done; please try again in a moment."),
    503: N_("The service is being looked after. Please try again in a minute."),
}
_ADVICE = {
    410: N_("If you need a new one, open the latest e-mail from us or ask the library."),
}


def refused_page(request: Request, refusal: Refused) -> Response[Any]:
    """Answer a refusal of the domain."""
    status = status_of(refusal)
    errors = refusal.errors if isinstance(refusal, Invalid) else ()
    wait = getattr(refusal, "retry_after", None)
    return error_page(
        request,
        status,
        message=translate(refusal.message, locale_of(request), **refusal.params),
        errors=errors,
        headers={} if wait is None else {"Retry-After": str(wait)},
    )


def http_error_page(request: Request, error: HTTPException) -> Response[Any]:
    """Answer what the framework refused: no such route, wrong method, too much, too often."""
    if has_gone_away(error):
        return error_page(request, 400)
    if error.status_code >= 500:
        return failure_page(request, error)
    return error_page(request, error.status_code, headers=error.headers)


def unreadable_page(request: Request, error: Exception) -> Response[Any]:
    """Answer bytes that are no text, or nested so deeply that no honest sender would."""
    del error
    return error_page(request, 400)


def failure_page(request: Request, error: Exception) -> Response[Any]:
    """Answer a mistake of ours; the log has it all, the page only the number by which to find it."""
    log.error("request failed: %s %s", request.method, request.url.path, exc_info=error)
    return error_page(request, 500)


def error_page(
    request: Request,
    status: int,
    *,
    message: str | None = None,
    errors: tuple[Any, ...] = (),
    headers: dict[str, str] | None = None,
) -> Response[Any]:
    """Return the page for a status; `message` is already in the visitor's language."""
    locale = locale_of(request)
    known = status if status in _TITLES else (500 if status >= 500 else 400)
    return pages_of(request).page(
        request,
        "error.html",
        status_code=status,
        personal=True,
        headers=headers,
        status=status,
        title=translate(_TITLES[known], locale),
        message=message or translate(_MESSAGES.get(known, _MESSAGES[400]), locale),
        advice=translate(_ADVICE[known], locale) if known in _ADVICE else None,
        errors=errors,
        request_id=structlog.contextvars.get_contextvars().get("request_id") if status >= 500 else None,
    )


PAGE_EXCEPTION_HANDLERS: dict[type[Exception] | int, Any] = {
    Refused: refused_page,
    HTTPException: http_error_page,
    UnicodeDecodeError: unreadable_page,
    RecursionError: unreadable_page,
    Exception: failure_page,
}
"""For the router of the pages, and for addresses that belong to no router."""
