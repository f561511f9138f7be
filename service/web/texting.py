"""Agreeing to text messages on one's own page, and taking that back."""

from __future__ import annotations

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from events.errors import N_, Conflict, FieldError, Invalid
from events.links import MANAGE
from events.models import ACTIVE_STATES
from notifications.models.text_message import TextChannel
from notifications.texting import consents
from service.web.forms import MAX_BYTES, read_form
from service.web.manage import open_link
from service.web.pages import Request
from service.wiring import Runtime


@post("/r/{token:str}/texts", request_max_body_size=MAX_BYTES)
async def choose_texts(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Redirect:
    """Switch messages on a channel on or off. Telegram is switched on in its own chat, where the chat is known."""
    page = await open_link(runtime, MANAGE, token)
    form = await read_form(request)
    channel, wish = form.value("channel"), form.value("do")
    if channel not in set(TextChannel) or wish not in ("start", "stop"):
        raise Invalid([FieldError("channel", "choice", N_("Choose one of the options."))])
    chosen, now, person = TextChannel(channel), runtime.clock.now(), f"person:{page.id}"
    if wish == "stop":
        await runtime.database.awrite(lambda session: consents.withdraw(session, page.id, chosen, now=now, by=person))
    else:
        phone = page.phone
        if (
            chosen is not TextChannel.WHATSAPP
            or chosen not in runtime.texters
            or not phone
            or page.state not in ACTIVE_STATES
        ):
            raise Conflict(N_("Messages cannot be sent there."))
        await runtime.database.awrite(
            lambda session: consents.give(session, page.id, chosen, phone, now=now, by=person)
        )
    return Redirect(f"/r/{token}#messages", status_code=HTTP_303_SEE_OTHER, headers={"Cache-Control": "no-store"})
