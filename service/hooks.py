"""What other services post to us by themselves; each is known by its signature, not by where it comes from.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Sequence
from typing import Any

import litestar
from litestar import get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.response import Response
from litestar.status_codes import HTTP_200_OK, HTTP_400_BAD_REQUEST, HTTP_403_FORBIDDEN, HTTP_404_NOT_FOUND
from pydantic import SecretStr
from sqlalchemy.orm import Session

from notifications.models.text_message import TextChannel
from notifications.texting import consents, statuses, whatsapp_reports
from notifications.texting.statuses import Report
from notifications.texting.whatsapp_reports import Said
from service.addresses import refuse_nul
from service.routers import FreshRouter
from service.wiring import Runtime

log = logging.getLogger(__name__)

MAX_BYTES = 3 * 1024 * 1024
"""Meta sends up to 3 MB at once."""
_Request = litestar.Request[Any, Any, State]


@get("/whatsapp")
async def prove_whatsapp(request: _Request, runtime: NamedDependency[Runtime]) -> Response[str]:
    """Answer Meta's challenge when the address is entered there: 403 unless it repeats our word."""
    asked = request.query_params
    if asked.get("hub.mode") != "subscribe" or not _is(runtime.settings.whatsapp_verify_token, asked):
        return _plain("forbidden", HTTP_403_FORBIDDEN)
    return _plain(str(asked.get("hub.challenge", ""))[:200], HTTP_200_OK)


@post("/whatsapp", request_max_body_size=MAX_BYTES)
async def hear_whatsapp(request: _Request, runtime: NamedDependency[Runtime]) -> Response[str]:
    """Take in statuses of messages, and the wish for no more of them.

    What is not signed changes nothing (403). Where the database is away the answer is 503, and Meta sends it again.
    """
    secret = runtime.settings.whatsapp_secret
    if secret is None:
        return _plain("not found", HTTP_404_NOT_FOUND)
    body = await request.body()
    signature = request.headers.get("X-Hub-Signature-256")
    if not whatsapp_reports.is_signed(secret.get_secret_value(), body, signature):
        return _plain("forbidden", HTTP_403_FORBIDDEN)
    try:
        reports, said = whatsapp_reports.read(body)
    except ValueError as error:
        log.warning("a signed update could not be read: %s", error)
        return _plain("bad request", HTTP_400_BAD_REQUEST)
    if reports or said:
        await runtime.database.awrite(lambda session: _note(runtime, session, reports, said))
    return _plain("ok", HTTP_200_OK)


def _note(runtime: Runtime, session: Session, reports: Sequence[Report], said: Sequence[Said]) -> None:
    for report in reports:
        statuses.note(session, report)
    now = runtime.clock.now()
    for each in said:
        if each.wants_no_more:
            consents.withdraw_address(session, TextChannel.WHATSAPP, each.address, now=now, by="whatsapp")


def _is(word: SecretStr | None, asked: Any) -> bool:
    given = str(asked.get("hub.verify_token", ""))
    return word is not None and hmac.compare_digest(word.get_secret_value().encode(), given.encode())


def _plain(text: str, status_code: int) -> Response[str]:
    """A challenge is repeated as plain text: whatever stands in it, no browser makes a page of it."""
    return Response(text, status_code=status_code, media_type="text/plain", headers={"Cache-Control": "no-store"})


def hooks_router() -> FreshRouter:
    """Return the router of everything that other services post."""
    return FreshRouter(
        "/hooks", route_handlers=[prove_whatsapp, hear_whatsapp], guards=[refuse_nul], include_in_schema=False
    )
