"""The kiosk: a visitor scans the code of their own page, or types it, or the end of their number and their name.

No list is ever shown: who is not found is sent to the staff, whatever the reason. The page goes back to its beginning
by itself, or by a button where there is no script. What it may do comes from the tablet's own session (`kiosks`).
"""

from __future__ import annotations

import uuid
from typing import Any

from litestar import get, post
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_303_SEE_OTHER

from events.catalogue.houses import House
from events.doors import door
from events.doors.door import Item, Move
from events.doors.door_reading import self_service
from events.links import read_door_code
from events.models import Direction, Event, Registration
from events.registrations.desk import find_event
from events.storage import ReadSession, Session, new_id
from service.clock import real_now
from service.kiosks import Kiosk, read_kiosk
from service.web.forms import MAX_BYTES, Form, read_form, whole
from service.web.pages import Request, pages_of

_HEADERS = {"Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=()"}
SECONDS = 8
"""How long an answer stays on the screen."""


def cookie_name(secure: bool) -> str:
    """Return the cookie's name; a browser that is a kiosk holds no session of staff."""
    return "__Host-kiosk" if secure else "kiosk"


def hand_over(answer: Response[Any], request: Request, secret: str) -> None:
    """Make this browser a kiosk."""
    secure = pages_of(request).runtime.settings.secure_cookies
    answer.set_cookie(key=cookie_name(secure), value=secret, path="/", secure=secure, httponly=True, samesite="strict")


async def _kiosk_of(request: Request) -> Kiosk | None:
    runtime = pages_of(request).runtime
    secret = request.cookies.get(cookie_name(runtime.settings.secure_cookies))
    if not secret:
        return None
    at = real_now()
    return await runtime.database.aread(lambda session: read_kiosk(session, secret, real_now=at))


@get("/kiosk")
async def show_kiosk(request: Request) -> Response[Any]:
    """Show the beginning: one large field, a button for the camera."""
    return await _answer(request, await _kiosk_of(request), "ask", Form())


@post("/kiosk", status_code=200, request_max_body_size=MAX_BYTES)
async def enter(request: Request) -> Response[Any]:
    """Let the visitor in. A party is asked how many have come; everybody who is found is greeted by name."""
    kiosk = await _kiosk_of(request)
    form = await read_form(request)
    if kiosk is None:
        return Redirect("/kiosk", status_code=HTTP_303_SEE_OTHER)
    runtime = pages_of(request).runtime
    links, now, event_id = runtime.links, runtime.clock.now(), kiosk.event_id
    code = read_door_code(form.value("code"))
    name, ending = form.value("name").strip(), form.value("ending").strip()

    def find(session: ReadSession) -> tuple[Registration, list[int]] | None:
        known = door.find_by_code(session, event_id, code, links) if code else None
        return self_service(session, event_id, known, name=name, ending=ending)

    found = await runtime.database.aread(find)
    if found is None:
        return await _answer(request, kiosk, "unknown", form)
    person, outside = found
    count = whole(form.value("count"))
    if not outside:
        return await _answer(request, kiosk, "already", form, person=person)
    if person.party_size == 1:
        coming = outside
    elif count is not None and 1 <= count <= len(outside):
        coming = outside[:count]
    else:
        return await _answer(request, kiosk, "party", form, person=person, outside=len(outside))
    items: list[Item] = [_move(kiosk, person.id, each) for each in coming]

    def use_case(session: Session) -> None:
        door.take(session, event_id, items, links, now=now, by=kiosk.by)

    await runtime.database.awrite(use_case)
    return await _answer(request, kiosk, "welcome", form, person=person, outside=len(coming))


def _move(kiosk: Kiosk, registration_id: uuid.UUID, person: int) -> Move:
    return Move(id=new_id(), direction=Direction.IN, registration_id=registration_id, person=person, door=kiosk.door)


async def _answer(
    request: Request,
    kiosk: Kiosk | None,
    step: str,
    form: Form,
    *,
    person: Registration | None = None,
    outside: int = 0,
) -> Response[str]:
    pages = pages_of(request)
    event: Event | None = None
    house: House | None = None
    if kiosk is not None:
        event_id = kiosk.event_id
        event = await pages.runtime.database.aread(lambda session: find_event(session, event_id))
        owner = event.organiser_id
        house = next((each for each in await pages.houses() if each.id == owner), None)
    return pages.page(
        request,
        "kiosk.html",
        house=house,
        personal=True,
        headers=_HEADERS,
        event=event,
        step=step if kiosk else "closed",
        form=form,
        person=person,
        outside=outside,
        seconds=SECONDS,
    )
