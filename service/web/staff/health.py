"""Whether mail flows, on one page: what stands in the way, the next step, the numbers; holding everything back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import get, post
from litestar.response import Response

from events.storage import ReadSession, Session
from notifications.mailing import holding
from notifications.transport import relays
from service.accounts.permissions import Action, require
from service.mail import health as mail_health
from service.mail import words as mail_words
from service.web.forms import MAX_BYTES
from service.web.pages import Request
from service.web.staff.desk import Desk, desk_of

ZONE = "Asia/Jakarta"


@get("/staff/health", action=Action.VIEW_QUEUE, include_in_schema=False)
async def show_health(request: Request) -> Response[str]:
    """Show the health of mail; htmx asks for the numbers alone every few seconds."""
    desk = desk_of(request)
    now, real_now, owners = desk.now, desk.real_now, desk.identity.organiser_ids

    def query(session: ReadSession) -> mail_health.MailHealth:
        return mail_health.examine(session, desk.runtime, owners=owners, now=now, real_now=real_now)

    health = await desk.read(query)
    house = await desk.house()
    held = house is not None and any(
        each.event_id is None and each.organiser_id == house.id for each in health.flow.holds
    )
    partial = request.headers.get("hx-target") == "mail-flow"
    return await desk.show(
        "health_flow.html" if partial else "health.html",
        health=health,
        flow=health.flow,
        held=held,
        # A server's words may quote an address, and one relay serves all libraries.
        tell_words=desk.identity.organiser_id is None or len(await desk.pages.houses()) == 1,
        zone=house.timezone if house is not None else ZONE,
        words=mail_words,
        headers={"Vary": "HX-Target"},
    )


async def _act_on_all(desk: Desk, use_case: Callable[..., Any], done: str) -> Response[Any]:
    house = await desk.chosen_house()
    require(desk.identity, Action.RETRY_WORK, house.id)
    now = desk.now

    def act(session: Session) -> None:
        use_case(session, house.id, now=now, by=desk.by)

    await desk.write(act)
    return desk.go("/staff/health", done)


@post("/staff/health/hold", action=Action.RETRY_WORK, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def hold_everything(request: Request) -> Response[Any]:
    """Have all e-mails of the library wait."""
    return await _act_on_all(desk_of(request), holding.hold_all, "mails_held")


@post("/staff/health/release", action=Action.RETRY_WORK, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def release_everything(request: Request) -> Response[Any]:
    """Let the e-mails of the library go."""
    return await _act_on_all(desk_of(request), holding.release_all, "mails_released")


@post("/staff/health/try", action=Action.RETRY_WORK, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def try_relay(request: Request) -> Response[Any]:
    """Have the relay tried at once, because somebody has mended it."""
    desk = desk_of(request)
    name = desk.runtime.relay.name
    await desk.write(lambda session: relays.resume(session, name))
    return desk.go("/staff/health", "relay_tried")


HANDLERS = (show_health, hold_everything, release_everything, try_relay)
