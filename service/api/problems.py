"""Refusals and errors as problem details (RFC 9457), in the language that the request asks for."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from events.errors import N_, Invalid, Refused
from service.statuses import has_gone_away, status_of
from service.web.languages import choose, translate

log = structlog.stdlib.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/"
"""Every path below this answers in problem details, also one that does not exist."""

_PLAIN = {
    400: N_("The request could not be understood."),
    401: N_("A valid token is needed."),
    403: N_("You are not allowed to do that."),
    404: N_("We could not find that."),
    405: N_("This address does not take that method."),
    413: N_("What was sent is too large."),
    415: N_("This kind of content is not taken here."),
    429: N_("Too many requests. Please wait a moment and try again."),
    500: N_("Something went wrong on our side. It has been noted."),
    503: N_("This is not available right now. Please try again later."),
}


class ProblemField(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one field."""

    field: Annotated[str, msgspec.Meta(description="Path of the field in the body, dots between its parts.")]
    code: Annotated[str, msgspec.Meta(description="Stable name of the error, for programs.")]
    message: Annotated[str, msgspec.Meta(description="For people, in the language that was asked for.")]


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request was refused (RFC 9457)."""

    type: Annotated[str, msgspec.Meta(description="`urn:acara:problem:` and the code; stable.")]
    title: Annotated[str, msgspec.Meta(description="The kind of problem, for people.")]
    status: int
    code: Annotated[str, msgspec.Meta(description="Stable name of the problem, for programs.")]
    detail: Annotated[str, msgspec.Meta(description="This occurrence, for people.")] = ""
    errors: tuple[ProblemField, ...] = ()
    request_id: Annotated[str, msgspec.Meta(description="Under which the logs tell more.")] = ""


def locale_of(request: Request[Any, Any, Any]) -> str:
    """Return the language of the answer: ``id`` unless Accept-Language prefers English (RFC 9110 §12.5.4)."""
    return choose(None, None, request.headers.get("accept-language"))


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """Return the problem that tells of `error`; what nobody foresaw is logged and told as 500 without a detail."""
    locale = locale_of(request)
    headers: dict[str, str] = {}
    if isinstance(error, Refused):
        problem = _of_refusal(error, locale)
        retry_after = getattr(error, "retry_after", None)
        if retry_after is not None:
            headers["Retry-After"] = str(retry_after)
    elif isinstance(error, HTTPException) and error.status_code < 500:
        problem = _of_status(error.status_code, locale)
        headers |= error.headers or {}
    elif has_gone_away(error):
        problem = _of_status(400, locale)
    else:
        log.error("request failed", exc_info=error, path=request.url.path, method=request.method)
        problem = _of_status(getattr(error, "status_code", 500), locale)
    headers |= {"Content-Language": locale, "Vary": "Accept-Language", "Cache-Control": "no-store"}
    return Response(problem, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


def _of_refusal(refusal: Refused, locale: str) -> Problem:
    fields = [
        ProblemField(field=each.field, code=each.code, message=translate(each.message, locale, **each.params))
        for each in (refusal.errors if isinstance(refusal, Invalid) else ())
    ]
    detail = translate(refusal.message, locale, **refusal.params)
    if refusal.field is not None and not fields:
        fields = [ProblemField(field=refusal.field, code=refusal.code, message=detail)]
    return Problem(
        type=f"urn:acara:problem:{refusal.code}",
        title=translate(HTTPStatus(status_of(refusal)).phrase, "en"),
        status=status_of(refusal),
        code=refusal.code,
        detail=detail,
        errors=tuple(fields),
        request_id=_request_id(),
    )


def _of_status(status: int, locale: str) -> Problem:
    phrase = HTTPStatus(status).phrase
    code = phrase.lower().replace(" ", "_").replace("-", "_")
    message = _PLAIN.get(status, N_("That is not possible."))
    return Problem(
        type=f"urn:acara:problem:{code}",
        title=phrase,
        status=status,
        code=code,
        detail=translate(message, locale),
        request_id=_request_id(),
    )


def _request_id() -> str:
    return str(structlog.contextvars.get_contextvars().get("request_id") or "")
