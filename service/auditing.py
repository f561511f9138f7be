"""Where the audit trail meets requests: from where they come, and an answer that never leaves before its row is kept.

Pages and API note an act in the transaction that does it (`Desk.write`, `Acting.change`). What is handed out, and what
a handler does by some other way, is caught on its way out: the row is committed before the first byte is sent.
"""

from __future__ import annotations

import uuid
from typing import Any

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from service.accounts import audit
from service.accounts.audit import Origin
from service.accounts.devices import device_of
from service.accounts.permissions import Action, StaffIdentity
from service.clock import real_now
from service.wiring import Runtime

HANDED_OUT = frozenset({Action.EXPORT_REGISTRATIONS.value})
"""Reading that is an act of its own: people's data leaves the house."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_STATE = "audit_origin"


def address_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """Return the network address of who asks; behind a proxy the server has put the right one there."""
    return connection.client.host if connection.client else "unknown"


def begin(
    connection: ASGIConnection[Any, Any, Any, Any],
    identity: StaffIdentity | None,
    action: str,
    token_id: uuid.UUID | None = None,
) -> Origin:
    """Remember for this request who asks (None: nobody yet), from where and for what, and return it."""
    route = connection.scope["path_template"]
    method = connection.scope["method"]  # type: ignore[typeddict-item] # guards see HTTP scopes only
    origin = Origin(
        by=audit.NOBODY if identity is None else identity.by,
        organiser_id=None if identity is None else identity.organiser_id,
        action=action,
        act=f"{method} {route}",
        address=address_of(connection),
        device=device_of(connection.headers.get("user-agent")),
        things=audit.things_in(connection.scope["path_params"]),
        token_id=token_id,
    )
    connection.scope["state"][_STATE] = origin
    return origin


def origin_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Origin:
    """Return what `begin` remembered."""
    origin: Origin = connection.scope["state"][_STATE]
    return origin


def audit_answers(app: ASGIApp) -> ASGIApp:
    """Wrap `app` (an ASGI middleware of the staff's routes): no act without a row, whatever its handler forgot."""

    async def audited(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                origin: Origin | None = scope["state"].get(_STATE)
                if origin is not None and not origin.noted and _is_act(scope, origin):
                    runtime: Runtime = scope["litestar_app"].state.runtime
                    at = real_now()
                    await runtime.database.awrite(lambda session: audit.note(session, origin, real_now=at))
                    origin.noted = True
            await send(message)

        await app(scope, receive, answer)

    return audited


def _is_act(scope: Scope, origin: Origin) -> bool:
    """Tell whether an answer was an act of somebody; signing in notes its own, and ``act=False`` are only questions."""
    if origin.by == audit.NOBODY or not scope["route_handler"].opt.get("act", True):
        return False
    return scope["method"] not in _SAFE or origin.action in HANDED_OUT  # type: ignore[typeddict-item] # HTTP only
