"""Work in progress: what waits, what failed and why, and a button to try again."""

from __future__ import annotations

import uuid
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.storage import ReadSession
from service import presence, queues
from service.accounts.permissions import Action, require
from service.database.stalls import STALLED_AFTER
from service.web.forms import MAX_BYTES
from service.web.pages import Request
from service.web.staff.desk import Desk, desk_of


@get("/staff/queue", action=Action.VIEW_QUEUE, include_in_schema=False)
async def show_queue(request: Request) -> Response[str]:
    """Show the health of every queue."""
    desk = desk_of(request)
    now, real_now, owners = desk.now, desk.real_now, desk.identity.organiser_ids

    def query(session: ReadSession) -> tuple[Any, Any, Any]:
        return (
            queues.health(session, now=now, real_now=real_now),
            queues.failures(session, owners=owners),
            presence.alive(session, real_now=real_now),
        )

    health, failures, processes = await desk.read(query)
    partial = request.headers.get("hx-target") == "health"
    return await desk.show(
        "queue_health.html" if partial else "queue.html",
        health=health,
        failures=failures,
        processes=processes,
        stalled=_stalled(desk),
        now=now,
        headers={"Vary": "HX-Target"},
    )


def _stalled(desk: Desk) -> int:
    """Return the seconds for which a change has waited to be written, where that is too long; otherwise 0."""
    waited = desk.runtime.database.longest_wait()
    return round(waited) if waited >= STALLED_AFTER.total_seconds() else 0


@post(
    "/staff/queue/{kind:str}/{key:uuid}/retry",
    action=Action.RETRY_WORK,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def retry(request: Request, kind: FromPath[str], key: FromPath[uuid.UUID]) -> Response[Any]:
    """Have one failed delivery tried again."""
    desk = desk_of(request)
    owner = await desk.read(lambda session: queues.owner_of_failure(session, kind, key))
    require(desk.identity, Action.APPROVE_POSTS if kind == "posts" else Action.RETRY_WORK, owner)
    await desk.write(lambda session: queues.retry(session, kind, key, now=desk.now, by=desk.by))
    return desk.go("/staff/queue", "retried")


HANDLERS = (show_queue, retry)
