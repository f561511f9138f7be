"""Kiosks of an event: a tablet is made one, and stops being one, by staff."""

from __future__ import annotations

import uuid
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_303_SEE_OTHER

from service import kiosks
from service.accounts import sessions
from service.accounts.permissions import Action
from service.web.forms import MAX_BYTES, read_form
from service.web.kiosk import hand_over
from service.web.pages import Request
from service.web.staff.access import end_session, session_secret
from service.web.staff.desk import desk_of, plain


@get("/staff/events/{event_id:uuid}/kiosk", action=Action.MARK_ATTENDANCE, include_in_schema=False)
async def show_kiosks(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show the tablets that serve the event, and how to make this one serve it."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.MARK_ATTENDANCE)
    found = await desk.read(lambda session: kiosks.list_kiosks(session, event_id, real_now=desk.real_now))
    return await desk.show("kiosks.html", event=event, kiosks=found)


@post(
    "/staff/events/{event_id:uuid}/kiosk",
    action=Action.MARK_ATTENDANCE,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def open_kiosk(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Make this browser a kiosk and sign the member of staff out of it: visitors will hold it in their hands."""
    desk = desk_of(request)
    await desk.event(event_id, Action.MARK_ATTENDANCE)
    door = plain((await read_form(request)).value("door"))[:40] or "Kios"
    own = session_secret(request)

    def use_case(session: Any) -> str:
        secret = kiosks.open_kiosk(session, event_id, door=door, now=desk.now, real_now=desk.real_now, by=desk.by)
        if own is not None:
            sessions.close(session, own)
        return secret

    secret = await desk.write(use_case)
    answer = Redirect("/kiosk", status_code=HTTP_303_SEE_OTHER)
    end_session(answer, request)
    hand_over(answer, request, secret)
    return answer


@post(
    "/staff/events/{event_id:uuid}/kiosk/{kiosk_id:uuid}/close",
    action=Action.MARK_ATTENDANCE,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def close_kiosk(request: Request, event_id: FromPath[uuid.UUID], kiosk_id: FromPath[uuid.UUID]) -> Response[Any]:
    """End a kiosk, wherever the tablet is."""
    desk = desk_of(request)
    await desk.event(event_id, Action.MARK_ATTENDANCE)
    await desk.write(
        lambda session: kiosks.close_kiosk(
            session, event_id, kiosk_id, now=desk.now, real_now=desk.real_now, by=desk.by
        )
    )
    return desk.go(f"/staff/events/{event_id}/kiosk", "kiosk_closed")


HANDLERS = (show_kiosks, open_kiosk, close_kiosk)
