"""What went wrong between us and a network, and what follows from it for a post.

Every adapter sorts what its library raises into one of six troubles; what each means is decided here, once. The one
question that counts: can the post be out? It can where the request that publishes left us and its answer did not come,
or was the server's own failure. A refusal, a limit and a connection that was never made say that it is not.
"""

from __future__ import annotations

import enum
import importlib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from notifications.channels.protocol import Disconnected, NotSent, Rejected, Unclear

FIRST_WAIT = timedelta(minutes=5)
"""How long a network is left alone that asks for fewer requests without saying for how long."""
LONGEST_WAIT = timedelta(hours=24)


class Trouble(enum.Enum):
    """What went wrong."""

    UNREACHED = "unreached"
    """The request never left us."""
    LOST = "lost"
    """It left, and no answer came, or one that says only that the server failed."""
    LIMITED = "limited"
    """Too many requests, or too many posts today."""
    DISCONNECTED = "disconnected"
    """The token is dead: a person has to connect the account again."""
    REFUSED = "refused"
    """The network will not have this post."""


def conclude(
    trouble: Trouble, message: str, *, publishes: bool, retry_after: timedelta | None = None, reason: str = "refused"
) -> NotSent | Rejected | Unclear:
    """Return what to raise. `publishes`: the request would have made the post public, so its fate may be open."""
    match trouble:
        case Trouble.UNREACHED:
            return NotSent("unreachable")
        case Trouble.LOST:
            return Unclear(message) if publishes else NotSent(message)
        case Trouble.LIMITED:
            wait = min(max(retry_after or FIRST_WAIT, timedelta(seconds=1)), LONGEST_WAIT)
            return NotSent("rate_limited", retry_after=wait)
        case Trouble.DISCONNECTED:
            return Disconnected(message)
        case Trouble.REFUSED:
            return Rejected(reason, message)


def of_status(status: int) -> Trouble | None:
    """Return what an HTTP status means by itself; None for one that is no trouble."""
    if status < 400:
        return None
    if status == 401:
        return Trouble.DISCONNECTED
    if status in (408, 425) or status >= 500:
        return Trouble.LOST
    return Trouble.LIMITED if status == 429 else Trouble.REFUSED


def of_httpx(error: httpx.HTTPError) -> Trouble:
    """Return what an error of httpx means: only a connection that was never made is certain."""
    never = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
    return Trouble.UNREACHED if never else Trouble.LOST


def of_requests(error: BaseException) -> Trouble:
    """Return what a connection's error of the library *requests* means, which hides the cause at several depths."""
    urllib3 = importlib.import_module("urllib3.exceptions")
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, urllib3.NewConnectionError | urllib3.ConnectTimeoutError):
            return Trouble.UNREACHED
        first = next((each for each in cause.args if isinstance(each, BaseException)), None)
        cause = getattr(cause, "reason", None) or cause.__context__ or first
    return Trouble.LOST


def wait_until(reset: str | None, *, clock: float) -> timedelta | None:
    """Return how long until a moment that a header gives as seconds since 1970; `clock` is now, likewise."""
    try:
        return timedelta(seconds=float(reset or "") - clock)
    except (ValueError, OverflowError):
        return None


def wait_for(header: str | None) -> timedelta | None:
    """Return what ``Retry-After`` says: seconds, or a date (RFC 9110 §10.2.3)."""
    if not header:
        return None
    if header.strip().isdigit():
        return timedelta(seconds=min(int(header), LONGEST_WAIT.total_seconds()))
    try:
        return parsedate_to_datetime(header) - datetime.now(UTC)
    except (ValueError, TypeError):
        return None
