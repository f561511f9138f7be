"""Which HTTP status a refusal has (RFC 9110 §15): the one table, for pages and API alike."""

from __future__ import annotations

from litestar.exceptions import InternalServerException

from events.errors import Conflict, Gone, Invalid, KeyReused, NotAllowed, NotFound, Outdated, Refused
from service.accounts.throttling import TooManyAttempts
from service.database.outages import Busy, Unavailable
from service.files.stored import TooLarge
from service.limits.limiter import TooManyRequests
from service.limits.stamps import HeldBack

_STATUSES: dict[type[Refused], int] = {
    NotFound: 404,
    Gone: 410,
    NotAllowed: 403,
    Conflict: 409,
    Outdated: 412,
    TooLarge: 413,
    TooManyAttempts: 429,
    TooManyRequests: 429,
    Invalid: 422,
    HeldBack: 422,
    KeyReused: 422,
    Busy: 503,
    Unavailable: 503,
    Refused: 400,
}


def status_of(refusal: Refused) -> int:
    """Return the status of the most particular kind of refusal that is listed."""
    for kind in type(refusal).__mro__:
        if kind in _STATUSES:
            return _STATUSES[kind]
    return 400


def has_gone_away(error: Exception) -> bool:
    """Tell whether the client went away in the middle of its body: nobody reads the answer, and nobody is to blame.

    The framework has no kind of its own for it (`litestar.Request.stream`).
    """
    return isinstance(error, InternalServerException) and "disconnected" in error.detail
