"""Taking in one message: read outside any transaction (`open_mail`), then recorded in one (`take_in`).

A message is taken in once, however often it is handed over. What can be done at once is done in the same transaction;
what needs a person waits, with the reason. No message is lost, and none is believed because of who it says it is from.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import outbox, partners
from events.links import Target
from events.mail_tags import RETURN, RSVP, MailTags
from events.models import Event, Participation, Partner, Stage
from events.storage import insert_unless_present, new_id
from notifications.facts import InboundWaits
from notifications.inbox import judging
from notifications.inbox.bounces import Bounce, Complaint
from notifications.inbox.classing import Answered, AutomaticReply, Letter, Understood, understand
from notifications.inbox.judging import Invited, Judgement, Reason
from notifications.inbox.message import Received, UnreadableError, read
from notifications.inbox.replies import CalendarAnswer
from notifications.inbox.vouching import vouched
from notifications.models.email import Email, EmailState
from notifications.models.inbound import InboundKind, InboundMessage, InboundState

_OVER = (Stage.CANCELLED, Stage.ENDED, Stage.ARCHIVED)
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
    """Read and understand one message. Never raises because of what it holds."""
    try:
        received = read(raw)
    except UnreadableError as error:
        return unreadable(raw, str(error))
    named = received.message_id.encode("utf-8", "replace")
    return OpenedMail(hashlib.sha256(named or raw).hexdigest(), received, understand(received), "")


def unreadable(raw: bytes, why: str) -> OpenedMail:
    """Return a message that nobody but a person can make anything of."""
    return OpenedMail(hashlib.sha256(raw).hexdigest(), None, None, why)


@dataclass(frozen=True, slots=True)
class Inbox:
    """What an installation knows its own mail by: the tags in its addresses, and the server that receives for it.

    `trusted_server` is that server's authserv-id (RFC 8601); None: what headers say about senders is not believed.
    """

    tags: MailTags
    trusted_server: str | None = None

    def tagged(self, received: Received, purpose: str) -> Target | None:
        """Return what the first tag of that purpose names among the addresses that a message came to."""
        found = (self.tags.read(purpose, each) for each in received.recipients)
        return next((each for each in found if each is not None), None)


def take_in(session: Session, mail: OpenedMail, inbox: Inbox, *, now: datetime) -> uuid.UUID | None:
    """Record a message and do what follows from it; returns its id, or None if it was taken in before.

    The caller commits.
    """
    values = {"id": new_id(), "key": mail.key, "kind": InboundKind.UNREADABLE, "state": InboundState.WAITING}
    # Two readers may hand the same message over at the same moment: the first to write it has it.
    if not insert_unless_present(session, _TABLE, {**values, **_BLANK, "received_at": now}):
        return None
    row = session.get_one(InboundMessage, values["id"])
    if mail.received is None or mail.understood is None:
        row.reason = mail.unreadable[:40]
    else:
        _describe(row, mail.received, mail.understood)
        _connect(session, row, mail.received, mail.understood, inbox)
        _act(session, row, mail.received, mail.understood, inbox, now=now)
    if row.state is InboundState.WAITING and row.organiser_id is not None:
        event_id = _event_of(session, row)
        fact = InboundWaits(organiser_id=row.organiser_id, event_id=event_id, message_id=row.id, kind=row.kind.value)
        outbox.record(session, fact, now=now, by="worker")
    return row.id


def _describe(row: InboundMessage, received: Received, understood: Understood) -> None:
    row.kind = _KINDS[type(understood)]
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
        case AutomaticReply() | Letter():
            row.said = {}


def _said(calendar: CalendarAnswer) -> dict[str, Any]:
    proposal = calendar.proposal
    return {
        "method": calendar.method,
        "attendees": [[address, given.value if given else None] for address, given in calendar.attendees[:20]],
        "sequence": calendar.sequence,
        "stamp": calendar.stamped_at.isoformat() if calendar.stamped_at else None,
        "recurrence": calendar.recurrence,
        "comment": calendar.comment,
        "proposed_starts_at": proposal.starts_at.isoformat() if proposal else None,
        "proposed_ends_at": proposal.ends_at.isoformat() if proposal and proposal.ends_at else None,
    }


# ------------------------------------------------------------ what it is about
def _connect(session: Session, row: InboundMessage, received: Received, understood: Understood, inbox: Inbox) -> None:
    """Find the e-mail and the invitation that it is about: by our own tags first, then by the ids that it quotes."""
    email = _email(session, received, understood, inbox)
    if email is not None:
        row.email_id, row.organiser_id, row.participation_id = email.id, email.organiser_id, email.participation_id
    part = _participation(session, received, understood, inbox)
    if part is not None:
        row.participation_id = part.id
        row.organiser_id = session.get_one(Event, part.event_id).organiser_id


def _email(session: Session, received: Received, understood: Understood, inbox: Inbox) -> Email | None:
    tagged = inbox.tagged(received, RETURN)
    about = understood.about if isinstance(understood, Bounce | Complaint) else ""
    quoted = [_uuid(each.partition("@")[0]) for each in (about, *received.refers_to[:20])]
    for key in (tagged.id if tagged else None, *quoted):
        found = session.get(Email, key) if key is not None else None
        if found is not None:
            return found
    return None


def _participation(session: Session, received: Received, understood: Understood, inbox: Inbox) -> Participation | None:
    calendar = understood.calendar if isinstance(understood, Answered) else None
    tagged = inbox.tagged(received, RSVP)
    for key in (_uuid(calendar.uid) if calendar else None, tagged.id if tagged else None):
        found = session.get(Participation, key) if key is not None else None
        if found is not None:
            return found
    return None


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _event_of(session: Session, row: InboundMessage) -> uuid.UUID | None:
    part = session.get(Participation, row.participation_id) if row.participation_id else None
    if part is not None:
        return part.event_id
    email = session.get(Email, row.email_id) if row.email_id else None
    return email.event_id if email is not None else None


# ------------------------------------------------------------ what follows
def _act(
    session: Session,
    row: InboundMessage,
    received: Received,
    understood: Understood,
    inbox: Inbox,
    *,
    now: datetime,
) -> None:
    match understood:
        case Answered():
            judgement = _judge(session, row, received, understood, inbox)
            _apply(session, row, understood.calendar, judgement, now=now)
        case AutomaticReply():
            row.state = InboundState.NOTED
        case _:
            row.state = InboundState.WAITING


def _judge(session: Session, row: InboundMessage, received: Received, answered: Answered, inbox: Inbox) -> Judgement:
    part = session.get(Participation, row.participation_id) if row.participation_id else None
    if part is None:
        return Judgement(None, Reason.UNKNOWN_INVITATION)
    tagged = inbox.tagged(received, RSVP)
    return judging.judge(
        answered.calendar,
        _invited(session, part),
        sender=received.sender,
        automatic=answered.automatic,
        tag_matches=None if tagged is None else tagged == Target(part.id, part.link_version),
        vouched=vouched(received, server=inbox.trusted_server),
    )


def _invited(session: Session, part: Participation) -> Invited:
    partner = session.get_one(Partner, part.partner_id)
    sent = sa.select(sa.func.max(Email.sequence)).where(Email.uid == str(part.id), Email.state == EmailState.SENT)
    last = session.scalar(sent)
    return Invited(
        address=partner.email.casefold() if partner.email else None,
        sequence=-1 if last is None else last,
        withdrawn=part.withdrawn_at is not None,
        over=session.get_one(Event, part.event_id).stage in _OVER,
        last_stamp=part.answer_stamp,
    )


def _apply(
    session: Session, row: InboundMessage, calendar: CalendarAnswer, judgement: Judgement, *, now: datetime
) -> None:
    row.reason = judgement.reason.value if judgement.reason else ""
    if judgement.stale:
        row.state = InboundState.STALE
    elif judgement.reason is not None or judgement.answer is None or row.participation_id is None:
        row.state = InboundState.WAITING
    else:
        proposal = calendar.proposal
        partners.answer(
            session,
            row.participation_id,
            judgement.answer,
            comment=calendar.comment,
            proposed=(proposal.starts_at, proposal.ends_at) if proposal else None,
            stamp=calendar.stamped_at,
            now=now,
            by=f"mail:{row.id}",
        )
        row.state = InboundState.APPLIED
