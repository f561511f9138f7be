"""People without an e-mail address: what staff tell them from their own WhatsApp, and that they did."""

from __future__ import annotations

import uuid

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response

from events.errors import N_, FieldError, Invalid
from notifications.texting import by_hand
from service.accounts.permissions import Action
from service.mail import words as mail_words
from service.web.forms import MAX_BYTES, read_form
from service.web.own_link import whatsapp_to
from service.web.pages import Request
from service.web.staff.desk import desk_of


@get("/staff/events/{event_id:uuid}/by-hand", action=Action.EDIT_REGISTRATIONS, include_in_schema=False)
async def show_by_hand(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show what there is to tell now with its ready words, and what was told. The links in them are personal."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    links = desk.runtime.links
    board = await desk.read(lambda session: by_hand.board(session, event_id, links=links, now=desk.now))
    chats = {each.id: whatsapp_to(each.phone, each.body) for each in board.waiting}
    return await desk.show("by_hand.html", event=event, board=board, chats=chats, words=mail_words)


@post(
    "/staff/events/{event_id:uuid}/by-hand/{text_id:uuid}",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def settle_by_hand(request: Request, event_id: FromPath[uuid.UUID], text_id: FromPath[uuid.UUID]) -> Redirect:
    """Note that somebody was told, or that they were not."""
    desk = desk_of(request)
    await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    done = (await read_form(request)).value("do", "told")
    if done == "told":
        await desk.write(lambda s: by_hand.note_told(s, event_id, text_id, now=desk.now, by=desk.by))
    elif done == "undo":
        await desk.write(lambda s: by_hand.take_back(s, event_id, text_id))
    else:
        raise Invalid([FieldError("do", "choice", N_("Choose one of the options."))])
    return desk.go(f"/staff/events/{event_id}/by-hand", "told_by_hand" if done == "told" else "saved")


HANDLERS = (show_by_hand, settle_by_hand)
