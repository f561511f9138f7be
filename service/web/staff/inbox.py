"""What came in by e-mail: answers that nobody can vouch for, letters, bounces; each with what it says and why it waits.

Only text is shown, never HTML: it was written by somebody unknown.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.errors import NotFound
from events.models import PartnerAnswer
from events.storage import ReadSession, Session
from notifications.inbox import deciding, listing
from notifications.inbox.listing import InboundPage, InboundRow, Invitation
from notifications.models.inbound import MailboxReading
from service.accounts.permissions import Action, require
from service.inputs.desk import InboundAnswerInput, InboundLinkInput
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, check, desk_of, page_number, refused

PATH = "/staff/inbox"
ANSWERS = (PartnerAnswer.ACCEPTED, PartnerAnswer.TENTATIVE, PartnerAnswer.DECLINED)


@get(PATH, action=Action.EDIT_EVENTS, include_in_schema=False)
async def show_inbox(request: Request) -> Response[str]:
    """Show what waits for a person, or, with ``?settled``, what is settled."""
    return await _page(desk_of(request), Form())


async def _page(desk: Desk, form: Form, status_code: int = 200) -> Response[str]:
    waiting = "settled" not in desk.request.query_params
    owners, number = desk.identity.organiser_ids, page_number(desk.request)

    def query(session: ReadSession) -> tuple[InboundPage, list[Invitation], MailboxReading | None]:
        return (
            listing.list_inbound(session, owners, waiting=waiting, number=number),
            list(listing.list_invitations(session, owners)) if waiting else [],
            listing.mailbox_reading(session),
        )

    found, invitations, reading = await desk.read(query)
    settings = desk.runtime.settings
    return await desk.show(
        "inbox.html",
        found=found,
        waiting=waiting,
        invitations=invitations,
        answers=ANSWERS,
        reading=reading,
        reads_mailbox=settings.inbox_url is not None,
        rsvp_address=settings.rsvp_address,
        kept_days=settings.inbound_days,
        form=form,
        status_code=status_code,
    )


async def _message(desk: Desk, message_id: uuid.UUID) -> InboundRow:
    """Return the message. What nothing tells whose it is belongs to who sees every organiser. Raises `NotFound`."""
    found = await desk.read(lambda session: listing.find_inbound(session, message_id))
    owner = found.message.organiser_id
    if owner is None and desk.identity.organiser_ids is not None:
        raise NotFound
    require(desk.identity, Action.EDIT_EVENTS, owner)
    return found


async def _decide(desk: Desk, message_id: uuid.UUID, done: str, use_case: Callable[[Session], None]) -> Response[Any]:
    await _message(desk, message_id)
    try:
        await desk.write(use_case)
    except REFUSALS as refusal:
        again, status = refused(Form(), refusal)
        return await _page(desk, again, status)
    return desk.go(PATH, done)


@post(
    f"{PATH}/{{message_id:uuid}}/apply",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def apply_answer(request: Request, message_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Let an answer count, or note the one that somebody read in a letter."""
    desk = desk_of(request)
    await _message(desk, message_id)
    given = check(InboundAnswerInput, {"answer": (await read_form(request)).value("answer") or None}).answer
    answer = PartnerAnswer(given) if given else None

    def use_case(session: Session) -> None:
        deciding.apply(session, message_id, answer=answer, now=desk.now, by=desk.by)

    return await _decide(desk, message_id, "inbound_applied", use_case)


@post(
    f"{PATH}/{{message_id:uuid}}/link",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def link_message(request: Request, message_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Say which invitation a message is about."""
    desk = desk_of(request)
    await _message(desk, message_id)
    form = await read_form(request)
    wanted = check(InboundLinkInput, {"participation_id": form.value("participation_id")}).participation_id
    owners = desk.identity.organiser_ids
    theirs = await desk.read(lambda session: listing.list_invitations(session, owners))
    if wanted not in {each.participation_id for each in theirs}:
        raise NotFound

    def use_case(session: Session) -> None:
        deciding.link(session, message_id, wanted, now=desk.now, by=desk.by)

    return await _decide(desk, message_id, "inbound_linked", use_case)


@post(
    f"{PATH}/{{message_id:uuid}}/dismiss",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def dismiss_message(request: Request, message_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Put a message away that was read."""
    desk = desk_of(request)
    return await _decide(
        desk,
        message_id,
        "inbound_dismissed",
        lambda session: deciding.dismiss(session, message_id, now=desk.now, by=desk.by),
    )


@post(
    f"{PATH}/{{message_id:uuid}}/reopen",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def reopen_message(request: Request, message_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Take a decision back: the message waits again."""
    desk = desk_of(request)
    return await _decide(
        desk,
        message_id,
        "inbound_reopened",
        lambda session: deciding.reopen(session, message_id, now=desk.now, by=desk.by),
    )


HANDLERS = (show_inbox, apply_answer, link_message, dismiss_message, reopen_message)
