"""The e-mails of an event: how far each has come and why, what it would say now, sending once more, holding back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import anyio.to_thread
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.errors import NotFound
from events.models import Event
from events.storage import ReadSession, Session
from notifications.mailing import holding, mail_listing, resending
from notifications.mailing.mail_listing import GROUPS, HistoryLine
from notifications.models.email import Email, EmailState
from service.accounts import staff
from service.accounts.permissions import Action
from service.mail import words as mail_words
from service.web.forms import MAX_BYTES
from service.web.pages import Request
from service.web.staff.desk import Desk, desk_of, page_number
from service.web.staff.letters import FRAME


def _person_in(request: Request) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.query_params.get("person", ""))
    except ValueError:
        return None


@get("/staff/events/{event_id:uuid}/emails", action=Action.VIEW_REGISTRATIONS, include_in_schema=False)
async def list_mails(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show the event's e-mails, or one person's, the newest first."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.VIEW_REGISTRATIONS)
    group = request.query_params.get("group", "")
    group = group if group in GROUPS else ""
    number, person, now = page_number(request), _person_in(request), desk.now

    def query(session: ReadSession) -> tuple[Any, Any, Any, Any]:
        found = mail_listing.list_emails(
            session, event_id, now=now, group=group or None, registration_id=person, page=number
        )
        hold = holding.hold_of(session, event.organiser_id, event_id)
        return found, mail_listing.count_states(session, event_id), hold, holding.hold_of(session, event.organiser_id)

    (lines, more), counts, hold, hold_on_all = await desk.read(query)
    return await desk.show(
        "mails.html",
        event=event,
        lines=lines,
        more=more,
        number=number,
        counts=counts,
        group=group,
        person=person,
        hold=hold,
        hold_on_all=hold_on_all,
        words=mail_words,
    )


async def _found(desk: Desk, event_id: uuid.UUID, email_id: uuid.UUID, action: Action) -> tuple[Event, Email]:
    """Return the event and its e-mail. Raises `NotFound` for another event's."""
    event = await desk.event(event_id, action)
    email = await desk.read(lambda session: mail_listing.find_email(session, email_id))
    if email.event_id != event_id:
        raise NotFound
    return event, email


@get("/staff/events/{event_id:uuid}/emails/{email_id:uuid}", action=Action.VIEW_REGISTRATIONS, include_in_schema=False)
async def show_mail(request: Request, event_id: FromPath[uuid.UUID], email_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show one e-mail: its state, its history, and what it would say now."""
    desk = desk_of(request)
    event, email = await _found(desk, event_id, email_id, Action.VIEW_REGISTRATIONS)

    def query(session: ReadSession) -> tuple[Sequence[HistoryLine], Any]:
        lines = mail_listing.history(session, email)
        people = {each.by for each in lines if each.by.startswith("staff:")}
        return lines, staff.names(session, [uuid.UUID(each.partition(":")[2]) for each in people if _is_id(each)])

    lines, names = await desk.read(query)
    return await desk.show(
        "mail.html",
        event=event,
        email=email,
        shown=mail_listing.shown_state(email, now=desk.now),
        lines=lines,
        names={f"staff:{key}": name for key, name in names.items()},
        preview=await _preview(desk, email_id),
        can_resend=email.state not in (EmailState.QUEUED, EmailState.SENDING, EmailState.HELD),
        words=mail_words,
    )


def _is_id(by: str) -> bool:
    try:
        uuid.UUID(by.partition(":")[2])
    except ValueError:
        return False
    return True


async def _preview(desk: Desk, email_id: uuid.UUID) -> Any:
    """Compose the e-mail as it would go out now, in a thread: it reads files and fills templates."""
    # Templates and the calendar library load when somebody looks at a mail, not with the first page.
    from notifications.mailing import previewing  # noqa: PLC0415

    now: datetime = desk.now
    material = await desk.read(lambda session: previewing.load_one(session, email_id, now=now))
    return await anyio.to_thread.run_sync(lambda: previewing.preview(material, desk.runtime.composer, now=now))


@get(
    "/staff/events/{event_id:uuid}/emails/{email_id:uuid}/html",
    action=Action.VIEW_REGISTRATIONS,
    include_in_schema=False,
)
async def mail_html(request: Request, event_id: FromPath[uuid.UUID], email_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """Send the preview's HTML for its frame."""
    desk = desk_of(request)
    await _found(desk, event_id, email_id, Action.VIEW_REGISTRATIONS)
    preview = await _preview(desk, email_id)
    if not preview.html:
        raise NotFound
    return Response(preview.html.encode(), media_type="text/html; charset=utf-8", headers=FRAME)


# ------------------------------------------------------------ acts
async def _act(
    request: Request,
    event_id: uuid.UUID,
    email_id: uuid.UUID,
    use_case: Callable[..., Any],
    done: str,
) -> Response[Any]:
    desk = desk_of(request)
    await _found(desk, event_id, email_id, Action.EDIT_REGISTRATIONS)
    now = desk.now
    made = await desk.write(lambda session: use_case(session, email_id, now=now, by=desk.by))
    shown = made if isinstance(made, uuid.UUID) else email_id
    return desk.go(f"/staff/events/{event_id}/emails/{shown}", done)


@post(
    "/staff/events/{event_id:uuid}/emails/{email_id:uuid}/resend",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def resend_mail(request: Request, event_id: FromPath[uuid.UUID], email_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Send the e-mail once more, as a new one."""
    return await _act(request, event_id, email_id, resending.resend, "mail_resent")


@post(
    "/staff/events/{event_id:uuid}/emails/{email_id:uuid}/hold",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def hold_mail(request: Request, event_id: FromPath[uuid.UUID], email_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Have one e-mail wait."""
    return await _act(request, event_id, email_id, holding.hold_email, "mail_held")


@post(
    "/staff/events/{event_id:uuid}/emails/{email_id:uuid}/release",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def release_mail(request: Request, event_id: FromPath[uuid.UUID], email_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Let one e-mail go."""
    return await _act(request, event_id, email_id, holding.release_email, "mail_released")


async def _act_on_all(request: Request, event_id: uuid.UUID, use_case: Callable[..., Any], done: str) -> Response[Any]:
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    now = desk.now

    def act(session: Session) -> None:
        use_case(session, event.organiser_id, event_id, now=now, by=desk.by)

    await desk.write(act)
    return desk.go(f"/staff/events/{event_id}/emails", done)


@post(
    "/staff/events/{event_id:uuid}/emails/hold",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def hold_mails(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Have all e-mails of the event wait."""
    return await _act_on_all(request, event_id, holding.hold_all, "mails_held")


@post(
    "/staff/events/{event_id:uuid}/emails/release",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def release_mails(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Let the e-mails of the event go."""
    return await _act_on_all(request, event_id, holding.release_all, "mails_released")


HANDLERS = (
    list_mails,
    show_mail,
    mail_html,
    resend_mail,
    hold_mail,
    release_mail,
    hold_mails,
    release_mails,
)
