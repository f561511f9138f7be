"""Where one is signed in: every browser with its device, address and times, each to be signed out from here."""

from __future__ import annotations

import uuid
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from service.accounts import sessions
from service.accounts.permissions import Action
from service.web.forms import MAX_BYTES
from service.web.pages import Request
from service.web.staff.desk import desk_of

PAGE = "/staff/account/devices"


@get(PAGE, action=Action.OWN_ACCOUNT, include_in_schema=False)
async def show_devices(request: Request) -> Response[str]:
    """List one's own sessions."""
    desk = desk_of(request)
    at = desk.real_now
    found = await desk.read(lambda session: sessions.list_own(session, desk.identity, real_now=at))
    house = await desk.house()
    timezone = house.timezone if house else "Asia/Jakarta"
    return await desk.show("devices.html", found=found, own=desk.signed.session_id, timezone=timezone)


@post(
    "/staff/account/devices/{session_id:uuid}/end",
    action=Action.OWN_ACCOUNT,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def end_device(request: Request, session_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Sign one browser out."""
    desk = desk_of(request)
    await desk.write(lambda session: sessions.end_own(session, desk.identity, session_id))
    return desk.go(PAGE, "device_ended")


@post(
    "/staff/account/devices/end-others",
    action=Action.OWN_ACCOUNT,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def end_others(request: Request) -> Response[Any]:
    """Sign every other browser out."""
    desk = desk_of(request)
    keep = desk.signed.session_id
    await desk.write(lambda session: sessions.end_others(session, desk.identity, keep=keep))
    return desk.go(PAGE, "devices_ended")


HANDLERS = (show_devices, end_device, end_others)
