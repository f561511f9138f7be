"""What the receiving mail server found about a message's sender (RFC 8601), read from the one server that we trust."""

from __future__ import annotations

from typing import Any

import authres

from notifications.inbox.message import Received, fields

_parse: Any = authres.AuthenticationResultsHeader.parse  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] # the library has no types


def vouched(received: Received, *, server: str | None) -> bool | None:
    """Return whether `server` (its authserv-id) found that the domain in From vouches for the message (DMARC).

    None where no server is trusted, where it says nothing, or where the domain has no policy. Only the topmost header
    of that server counts: those below may have been written by whoever sent the message.
    """
    if not server:
        return None
    for value in fields(received.message, "Authentication-Results"):
        header = _header(value)
        if header is None or str(header.authserv_id).casefold() != server.casefold():
            continue
        found = [str(each.result).casefold() for each in header.results if str(each.method).casefold() == "dmarc"]
        return {"pass": True, "fail": False}.get(found[0]) if found else None
    return None


def _header(value: str) -> Any:
    """Return the header taken apart, or None where it cannot be read."""
    try:
        return _parse(f"Authentication-Results: {value}")
    except Exception:  # noqa: BLE001 - its parser raises several kinds for what it cannot read
        return None
