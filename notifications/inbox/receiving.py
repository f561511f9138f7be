"""Taking in one message: read outside any transaction (`open_mail`), then recorded in one (`take_in`).

A message is taken in once, however often it is handed over. What can be done at once is done in the same transaction;
what needs a person waits, with the reason. No message is lost, and none is believed because of who it says it is from.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import outbox
from events.models import Participation
from events.storage import insert_unless_present, new_id
from notifications.facts import InboundWaits
from notifications.inbox.applying import act
from notifications.inbox.bounces import Bounce, Complaint
from notifications.inbox.classing import Answered, AutomaticReply, Letter, Understood, understand
from notifications.inbox.judging import Reason
from notifications.inbox.matching import Inbox, match
from notifications.inbox.message import MOST_BYTES, Received, UnreadableError, beginning, read
from notifications.inbox.replies import CalendarAnswer
from notifications.models.email import Email
from notifications.models.inbound import InboundKind, InboundMessage, InboundState

_KINDS: dict[type[Understood], InboundKind] = {
    Answered: InboundKind.ANSWER,
    Bounce: InboundKind.BOUNCE,
    Complaint: InboundKind.COMPLAINT,
    AutomaticReply: InboundKind.AUTOMATIC,
    Letter: InboundKind.LETTER,
}


_TABLE: sa.Table = InboundMessage.__table__  # type: ignore[assignment] # a declarative class's table is a Table
_BLANK: dict[str, Any] = {"reason": "", "sender": "", "sender_name": "", "subject": "", "text": "", "said": {}}


@dataclass(frozen=True, slots=True)
class OpenedMail:
    """A message as far as it can be understood without the database."""

    key: str
    received: Received | None
    understood: Understood | None
    unreadable: str
    """Why it could not be read; empty where it could."""


def open_mail(raw: bytes) -> OpenedMail:
    """Read and understand one message. Never raises because of what it holds.

    Of one that is too large the beginning is read, where a person's words are; nothing is decided by it.
    """
    whole = len(raw) <= MOST_BYTES
    try:
        received = read(raw[:MOST_BYTES])
    except UnreadableError as error:
        return unreadable(raw, str(error) if whole else Reason.TOO_LARGE.value)
    return OpenedMail(_key(received, raw), received, understand(received), "" if whole else Reason.TOO_LARGE.value)


def _key(received: Received, raw: bytes) -> str:
    """Return what tells one message from every other: its Message-ID, and its body.

    The headers above change with every way that it comes by. Some programs give all their messages one id.
    """
    body = re.split(rb"\r\n\r\n|\n\n", raw, maxsplit=1)[-1].replace(b"\r\n", b"\n").strip()
    named = received.message_id.encode("utf-8", "replace")
    return hashlib.sha256(b"\0".join((named, hashlib.sha256(body).digest()) if named else (raw,))).hexdigest()


def unreadable(raw: bytes, why: str) -> OpenedMail:
    """Return a message that a person has to make something of; its headers say who wrote, if they can be read."""
    return OpenedMail(hashlib.sha256(raw).hexdigest(), beginning(raw), None, why)


def take_in(session: Session, mail: OpenedMail, inbox: Inbox, *, now: datetime) -> uuid.UUID | None:
    """Record a message and do what follows from it; returns its id, or None if it was taken in before.

    The caller commits.
    """
    values = {"id": new_id(), "key": mail.key, "kind": InboundKind.UNREADABLE, "state": InboundState.WAITING}
    # Two readers may hand the same message over at the same moment: the first to write it has it.
    if not insert_unless_present(session, _TABLE, {**values, **_BLANK, "received_at": now}):
        return None
    row = session.get_one(InboundMessage, values["id"])
    row.reason = mail.unreadable[:40]
    if mail.received is not None:
        _fill(session, row, mail.received, mail.understood, inbox, now=now)
    if row.state is InboundState.WAITING and row.organiser_id is not None:
        event_id = _event_of(session, row)
        fact = InboundWaits(organiser_id=row.organiser_id, event_id=event_id, message_id=row.id, kind=row.kind.value)
        outbox.record(session, fact, now=now, by="worker")
    return row.id


def _fill(
    session: Session,
    row: InboundMessage,
    received: Received,
    understood: Understood | None,
    inbox: Inbox,
    *,
    now: datetime,
) -> None:
    found = match(session, received, understood, inbox)
    row.organiser_id = found.organiser_id
    row.email_id = found.email.id if found.email is not None else None
    row.participation_id = found.participation.id if found.participation is not None else None
    row.series_invitation_id = found.series.id if found.series is not None else None
    _describe(row, received, understood)
    if understood is not None and not row.reason:
        act(session, row, received, understood, found=found, inbox=inbox, now=now)


def _describe(row: InboundMessage, received: Received, understood: Understood | None) -> None:
    row.kind = InboundKind.UNREADABLE if understood is None else _KINDS[type(understood)]
    row.sender = received.sender[:320]
    row.sender_name = received.sender_name[:200]
    row.subject = received.subject[:300]
    row.text = received.text()
    match understood:
        case Answered(calendar, _):
            row.said = _said(calendar)
        case Bounce(failed, _):
            row.said = {
                "failed": [
                    {"address": each.address, "why": each.failure.value, "status": each.status, "said": each.said}
                    for each in failed[:20]
                ]
            }
        case Complaint(kind, address, _):
            row.said = {"kind": kind, "address": address}
        case AutomaticReply() | Letter() | None:
            row.said = {}


def _said(calendar: CalendarAnswer) -> dict[str, Any]:
    proposal = calendar.proposal
    return {
        "method": calendar.method,
        "attendees": [[address, given.value if given else None] for address, given in calendar.attendees[:20]],
        "answer": given.value if (given := calendar.answer_of(())) else None,
        "sequence": calendar.sequence,
        "stamp": calendar.stamped_at.isoformat() if calendar.stamped_at else None,
        "recurrence": calendar.recurrence,
        "comment": calendar.comment,
        "proposed_starts_at": proposal.starts_at.isoformat() if proposal else None,
        "proposed_ends_at": proposal.ends_at.isoformat() if proposal and proposal.ends_at else None,
    }


def _event_of(session: Session, row: InboundMessage) -> uuid.UUID | None:
    part = session.get(Participation, row.participation_id) if row.participation_id else None
    if part is not None:
        return part.event_id
    email = session.get(Email, row.email_id) if row.email_id else None
    return email.event_id if email is not None else None
