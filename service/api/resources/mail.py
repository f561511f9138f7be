"""E-mails and the health of mail, as the API shows them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from notifications.mailing.mail_listing import HistoryLine, MailLine, Shown
from notifications.models.email import EmailKind
from notifications.models.email_attempt import AttemptVerdict
from notifications.transport.quotas import Rank
from service.mail.health import Advice, MailHealth, Trouble

if TYPE_CHECKING:
    from notifications.mailing.previewing import Preview


class EmailView(msgspec.Struct, frozen=True, kw_only=True):
    """One e-mail to one person."""

    id: uuid.UUID
    event_id: Annotated[uuid.UUID | None, Meta(description="Null for news, which is about no one event.")]
    kind: EmailKind
    state: Annotated[
        Shown, Meta(description="How far it has come; queued e-mails are told apart by what they wait for.")
    ]
    reason: Annotated[str | None, Meta(description="Why it is not there yet, or never will be: a code.")]
    to: str
    name: str
    registration_id: uuid.UUID | None
    participation_id: uuid.UUID | None
    resent_of: uuid.UUID | None
    attempts: int
    created_at: datetime
    due_at: datetime | None
    sent_at: datetime | None


class EmailList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of an event's e-mails, the newest first."""

    items: list[EmailView]
    next_cursor: str | None
    held: Annotated[bool, Meta(description="Whether the e-mails of the event wait until they are released.")]


class EmailEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an e-mail's history: a try (`verdict`) or what somebody did (`act`)."""

    at: datetime
    verdict: AttemptVerdict | None
    reason: str | None
    code: Annotated[str, Meta(description="The server's code, such as 550 5.1.1; empty where none came.")]
    text: str
    relay: str
    next_at: datetime | None
    act: str | None
    by: str


class EmailPreview(msgspec.Struct, frozen=True, kw_only=True):
    """An e-mail as it would go out now."""

    subject: str
    sender: str
    to: str
    text: str
    html: str
    superseded: Annotated[bool, Meta(description="It would not be sent any more: what it says is no longer so.")]
    problem: str


class EmailSheet(msgspec.Struct, frozen=True, kw_only=True):
    """One e-mail with its history and what it would say now."""

    email: EmailView
    history: list[EmailEvent]
    preview: EmailPreview


class NewEmail(msgspec.Struct, frozen=True, kw_only=True):
    """The e-mail that was queued."""

    id: uuid.UUID


class AdviceView(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not as it should be, and the next step."""

    code: str
    trouble: Trouble
    found: str
    step: str


class FailingView(msgspec.Struct, frozen=True, kw_only=True):
    """E-mails that were not taken, by reason."""

    reason: str
    number: int
    given_up: bool


class WaitingView(msgspec.Struct, frozen=True, kw_only=True):
    """E-mails that wait for the relay's next day."""

    rank: Rank
    number: int
    until: datetime | None


class DayView(msgspec.Struct, frozen=True, kw_only=True):
    """The relay's day."""

    taken: int
    limit: int
    waiting: list[WaitingView]


class MailHealthView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether e-mails go out, and what stands in the way."""

    well: bool
    advice: list[AdviceView]
    relay: str
    paused_until: datetime | None
    readers: Annotated[int, Meta(description="Living processes that work off the queue of e-mails.")]
    last_read: datetime | None
    due: int
    oldest: datetime | None
    planned: int
    held: int
    sent_last_hour: int
    waiting_for_pace: int
    day: Annotated[DayView | None, Meta(description="Null for a relay without a limit.")]
    failing: list[FailingView]


def email_view(line: MailLine) -> EmailView:
    """Return one e-mail of a list."""
    email = line.email
    return EmailView(
        id=email.id,
        event_id=email.event_id,
        kind=email.kind,
        state=line.shown,
        reason=email.reason,
        to=email.to_address,
        name=line.name,
        registration_id=email.registration_id,
        participation_id=email.participation_id,
        resent_of=email.resent_of,
        attempts=email.attempts,
        created_at=email.created_at,
        due_at=email.due_at,
        sent_at=email.sent_at,
    )


def email_sheet(line: MailLine, history: Sequence[HistoryLine], preview: Preview) -> EmailSheet:
    """Return one e-mail whole."""
    return EmailSheet(
        email=email_view(line),
        history=[msgspec.convert(each, EmailEvent, from_attributes=True) for each in history],
        preview=msgspec.convert(preview, EmailPreview, from_attributes=True),
    )


def mail_health_view(health: MailHealth) -> MailHealthView:
    """Return the health of mail, in English and UTC."""
    flow = health.flow
    return MailHealthView(
        well=health.well,
        advice=[_advice(each) for each in health.advice],
        relay=flow.relay,
        paused_until=flow.state.paused_until if flow.state else None,
        readers=health.readers,
        last_read=health.last_read,
        due=flow.due,
        oldest=flow.oldest,
        planned=flow.planned,
        held=flow.held,
        sent_last_hour=flow.sent_last_hour,
        waiting_for_pace=flow.for_pace,
        day=DayView(
            taken=flow.used.taken,
            limit=flow.used.quota.limit,
            waiting=[msgspec.convert(each, WaitingView, from_attributes=True) for each in flow.for_quota],
        )
        if flow.used is not None
        else None,
        failing=[msgspec.convert(each, FailingView, from_attributes=True) for each in flow.failing],
    )


def _advice(advice: Advice) -> AdviceView:
    values: dict[str, Any] = {
        name: f"{value:%Y-%m-%d %H:%M} UTC" if isinstance(value, datetime) else value
        for name, value in advice.values.items()
    }
    return AdviceView(code=advice.code, trouble=advice.trouble, found=advice.found % values, step=advice.step % values)
