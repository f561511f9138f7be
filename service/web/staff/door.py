"""The door in a phone's browser: the page, the list that it keeps, and what it reports, online or hours later."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import get, post
from litestar.exceptions import ClientException
from litestar.params import FromPath
from litestar.response import Response

from events.doors import door_reading
from events.models import Event
from service import door_desk
from service.accounts.permissions import Action
from service.inputs.checking import NotJsonError, parse_json
from service.inputs.door import DoorBatchInput
from service.web.pages import Request
from service.web.staff.access import PUBLIC
from service.web.staff.desk import desk_of
from service.web.static_files import StaticFiles

BATCH_BYTES = 256 * 1024
FORGET_AFTER = timedelta(hours=24)
"""How long after the event a device keeps its list."""
_JSON = "application/json"
_WITH_CAMERA = {"Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=()"}


@get("/staff/events/{event_id:uuid}/door", action=Action.MARK_ATTENDANCE, include_in_schema=False)
async def show_scanner(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show the scanner. Without JavaScript it leads to the list of `attendance`, where names are marked by hand."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.MARK_ATTENDANCE)
    return await desk.show(
        "door.html",
        event=event,
        tags=" ".join(desk.runtime.links.event_tags(event_id)),
        forget_at=event.ends_at + FORGET_AFTER,
        headers=_WITH_CAMERA,
    )


@get("/staff/events/{event_id:uuid}/door/list", action=Action.MARK_ATTENDANCE, include_in_schema=False)
async def send_list(request: Request, event_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """Send the list, or with ``?since=`` what changed on it; 304 where the device has it already."""
    desk = desk_of(request)
    await desk.event(event_id, Action.MARK_ATTENDANCE)
    since = _since(request.query_params.get("since"))
    found = await desk.read(door_desk.listing(event_id, desk.runtime.links, since=since, now=desk.now))
    tag = door_desk.etag_of(found)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(b"", status_code=304, headers=headers)
    return Response(msgspec.json.encode(found), media_type=_JSON, headers=headers)


def _since(text: str | None) -> datetime | None:
    """Read the moment that the device asks about; nonsense means everything."""
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


@post(
    "/staff/events/{event_id:uuid}/door/scans",
    action=Action.MARK_ATTENDANCE,
    include_in_schema=False,
    request_max_body_size=BATCH_BYTES,
    status_code=200,
)
async def take_scans(request: Request, event_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """Take in what a device noted; sending it twice changes nothing."""
    desk = desk_of(request)
    await desk.event(event_id, Action.MARK_ATTENDANCE)
    try:
        batch = parse_json(DoorBatchInput, await request.body())
    except NotJsonError as error:
        raise ClientException(detail="the batch is no JSON") from error
    answers = await desk.write(door_desk.taking_in(event_id, batch, desk.runtime.links, now=desk.now, by=desk.by))
    return Response(msgspec.json.encode(answers), media_type=_JSON, headers={"Cache-Control": "no-store"})


@get("/staff/events/{event_id:uuid}/door/problems", action=Action.MARK_ATTENDANCE, include_in_schema=False)
async def show_problems(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show the scans that nobody could be counted for."""
    desk = desk_of(request)
    event: Event = await desk.event(event_id, Action.MARK_ATTENDANCE)
    found = await desk.read(lambda session: door_reading.problem_scans(session, event_id))
    return await desk.show("door_problems.html", event=event, problems=found)


@get("/staff/door-worker.js", action=PUBLIC, include_in_schema=False)
async def send_worker(request: Request) -> Response[Any]:
    """Send the service worker that keeps the scanner's page for when there is no network; it holds nobody's data.

    It stands here and not below ``/static/``, because a worker may only serve what lies below it.
    """
    files: StaticFiles = request.app.state.static_files
    found = files.find(files.url("door-worker.ts").removeprefix("/static/"))
    body = found.body if found is not None else b""
    return Response(body, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


HANDLERS = (show_scanner, send_list, take_scans, show_problems, send_worker)
