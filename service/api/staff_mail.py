"""Staff: the e-mails of an event with their history, sending once more, holding back; the health of mail."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

import anyio.to_thread
from litestar import Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from events.models import Event
from events.registrations import desk
from events.storage import ReadSession, Session
from notifications.mailing import holding, mail_listing, resending
from notifications.mailing.mail_listing import HistoryLine, MailLine
from notifications.models.email import Email
from notifications.transport import relays
from service.accounts.permissions import Action, require
from service.api.access import Acting, needs
from service.api.answers import STAFF_ACT, STAFF_READ
from service.api.paging import Cursor, Limit, read_offset, write_offset
from service.api.parameters import Id
from service.api.resources.mail import (
    EmailList,
    EmailSheet,
    MailHealthView,
    NewEmail,
    email_sheet,
    email_view,
    mail_health_view,
)
from service.clock import real_now
from service.mail import health as mail_health

Group = Annotated[
    Literal["waiting", "held", "sent", "failed", "not_sent"] | None,
    QueryParameter(description="Only e-mails that are so far."),
]
PersonOfList = Annotated[
    uuid.UUID | None, QueryParameter(name="registration", description="Only what was sent to this registration.")
]


@get(
    "/events/{event_id:uuid}/emails",
    opt=needs(Action.VIEW_REGISTRATIONS),
    responses=STAFF_READ,
    operation_id="listEmails",
)
async def list_emails(
    event_id: Id,
    acting: NamedDependency[Acting],
    *,
    group: Group = None,
    registration: PersonOfList = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> EmailList:
    """List the e-mails of an event, the newest first."""
    now, page = acting.now, read_offset(cursor) // limit + 1

    def query(session: ReadSession) -> EmailList:
        lines, more = mail_listing.list_emails(
            session, event_id, now=now, group=group, registration_id=registration, page=page, per_page=limit
        )
        event = desk.find_event(session, event_id)
        return EmailList(
            items=[email_view(each) for each in lines],
            next_cursor=write_offset(page * limit) if more else None,
            held=holding.hold_of(session, event.organiser_id, event_id) is not None,
        )

    return await acting.see(query, on=(Event, event_id))


@get("/emails/{email_id:uuid}", opt=needs(Action.VIEW_REGISTRATIONS), responses=STAFF_READ, operation_id="getEmail")
async def get_email(email_id: Id, acting: NamedDependency[Acting]) -> EmailSheet:
    """Return one e-mail: its history, and what it would say if it went out now."""
    # Templates and the calendar library load when somebody looks at a mail, not with the first request.
    from notifications.mailing import previewing  # noqa: PLC0415

    now: datetime = acting.now

    def query(session: ReadSession) -> tuple[Any, list[HistoryLine]]:
        material = previewing.load_one(session, email_id, now=now)
        return material, list(mail_listing.history(session, material.email))

    material, history = await acting.see(query, on=(Email, email_id))
    shown = mail_listing.shown_state(material.email, now=now)
    line = MailLine(material.email, shown, material.addressee)
    composer = acting.runtime.composer
    preview = await anyio.to_thread.run_sync(lambda: previewing.preview(material, composer, now=now))
    return email_sheet(line, history, preview)


@post(
    "/emails/{email_id:uuid}/resend",
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_ACT,
    operation_id="resendEmail",
)
async def resend_email(email_id: Id, acting: NamedDependency[Acting]) -> NewEmail:
    """Send an e-mail once more, as a new one that says what is so now, to the address as it is now."""
    now = acting.now
    made = await acting.change(
        lambda session: resending.resend(session, email_id, now=now, by=acting.by), on=(Email, email_id)
    )
    return NewEmail(id=made)


@post(
    "/emails/{email_id:uuid}/hold",
    status_code=204,
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_ACT,
    operation_id="holdEmail",
)
async def hold_email(email_id: Id, acting: NamedDependency[Acting]) -> None:
    """Have one e-mail wait that has not gone out yet."""
    now = acting.now
    await acting.change(
        lambda session: holding.hold_email(session, email_id, now=now, by=acting.by), on=(Email, email_id)
    )


@post(
    "/emails/{email_id:uuid}/release",
    status_code=204,
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_ACT,
    operation_id="releaseEmail",
)
async def release_email(email_id: Id, acting: NamedDependency[Acting]) -> None:
    """Let one e-mail go that was held by itself."""
    now = acting.now
    await acting.change(
        lambda session: holding.release_email(session, email_id, now=now, by=acting.by), on=(Email, email_id)
    )


@put(
    "/events/{event_id:uuid}/mail-hold",
    status_code=204,
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_ACT,
    operation_id="holdEventMail",
)
async def hold_event_mail(event_id: Id, acting: NamedDependency[Acting]) -> None:
    """Have all e-mails of an event wait, those that are queued meanwhile as well."""
    now = acting.now

    def use_case(session: Session) -> None:
        event = desk.find_event(session, event_id)
        holding.hold_all(session, event.organiser_id, event_id, now=now, by=acting.by)

    await acting.change(use_case, on=(Event, event_id))


@delete(
    "/events/{event_id:uuid}/mail-hold",
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_ACT,
    operation_id="releaseEventMail",
)
async def release_event_mail(event_id: Id, acting: NamedDependency[Acting]) -> None:
    """Let the e-mails of an event go."""
    now = acting.now

    def use_case(session: Session) -> None:
        event = desk.find_event(session, event_id)
        holding.release_all(session, event.organiser_id, event_id, now=now, by=acting.by)

    await acting.change(use_case, on=(Event, event_id))


@put(
    "/organisers/{organiser_id:uuid}/mail-hold",
    status_code=204,
    opt=needs(Action.RETRY_WORK),
    responses=STAFF_ACT,
    operation_id="holdAllMail",
)
async def hold_all_mail(organiser_id: Id, acting: NamedDependency[Acting]) -> None:
    """Have every e-mail of an organiser wait."""
    now = acting.now

    def use_case(session: Session) -> None:
        require(acting.identity, acting.action, organiser_id)
        holding.hold_all(session, organiser_id, now=now, by=acting.by)

    await acting.change(use_case)


@delete(
    "/organisers/{organiser_id:uuid}/mail-hold",
    opt=needs(Action.RETRY_WORK),
    responses=STAFF_ACT,
    operation_id="releaseAllMail",
)
async def release_all_mail(organiser_id: Id, acting: NamedDependency[Acting]) -> None:
    """Let the e-mails of an organiser go."""
    now = acting.now

    def use_case(session: Session) -> None:
        require(acting.identity, acting.action, organiser_id)
        holding.release_all(session, organiser_id, now=now, by=acting.by)

    await acting.change(use_case)


@get("/mail-health", opt=needs(Action.VIEW_QUEUE), responses=STAFF_READ, operation_id="getMailHealth")
async def get_mail_health(acting: NamedDependency[Acting]) -> MailHealthView:
    """Say whether e-mails go out, how many wait, what fails, and what to do."""
    now, runtime = acting.now, acting.runtime
    owners = acting.identity.organiser_ids

    def query(session: ReadSession) -> MailHealthView:
        return mail_health_view(mail_health.examine(session, runtime, owners=owners, now=now, real_now=real_now()))

    return await acting.see(query)


@post(
    "/mail-health/try-relay",
    status_code=204,
    opt=needs(Action.RETRY_WORK),
    responses=STAFF_ACT,
    operation_id="tryRelay",
)
async def try_relay(acting: NamedDependency[Acting]) -> None:
    """Have a paused relay tried at once, because somebody has mended it."""
    name = acting.runtime.relay.name
    await acting.change(lambda session: relays.resume(session, name))


routes = Router(
    "/",
    route_handlers=[
        list_emails,
        get_email,
        resend_email,
        hold_email,
        release_email,
        hold_event_mail,
        release_event_mail,
        hold_all_mail,
        release_all_mail,
        get_mail_health,
        try_relay,
    ],
    tags=["E-mails"],
)
