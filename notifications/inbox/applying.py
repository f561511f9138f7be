"""What follows from a message: an answer is noted, a bounce told of its e-mail, an entry sent again; or it waits."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from events import outbox
from events.links import Target
from events.mail_tags import RSVP, UNSUBSCRIBE
from events.models import Event, Participation, Partner, SeriesInvitation, Stage
from events.partnership import partners
from notifications.facts import BounceReceived, ComplaintReceived, RefreshAsked, UnsubscribeReceived
from notifications.inbox import judging, series_answers
from notifications.inbox.bounces import Bounce, Complaint, FailedRecipient, Failure
from notifications.inbox.classing import Answered, AutomaticReply, Understood
from notifications.inbox.judging import Invited, Judgement, Reason
from notifications.inbox.matching import Inbox, Match
from notifications.inbox.message import Received
from notifications.inbox.replies import CalendarAnswer
from notifications.inbox.vouching import vouched
from notifications.models.email import Email
from notifications.models.inbound import InboundKind, InboundMessage, InboundState

CLOCKS_DIFFER = timedelta(days=1)
"""How far a sender's clock may be ahead of ours before it is not believed."""
OVER = (Stage.CANCELLED, Stage.ENDED, Stage.ARCHIVED)


def act(
    session: Session,
    row: InboundMessage,
    received: Received,
    understood: Understood,
    *,
    found: Match,
    inbox: Inbox,
    now: datetime,
) -> None:
    """Do what follows at once and set the message's state; what a person has to decide waits. The caller commits."""
    row.state = InboundState.WAITING
    if _wants_no_more(received, understood, found, inbox):
        _unsubscribed(session, row, found, now=now)
        return
    match understood:
        case Answered(calendar, automatic):
            _answer(session, row, received, calendar, found=found, inbox=inbox, automatic=automatic, now=now)
        case Bounce():
            _bounced(session, row, understood, found, now=now)
        case Complaint():
            _complained(session, row, understood, found, now=now)
        case AutomaticReply():
            row.state = InboundState.NOTED
        case _:
            pass


# ------------------------------------------------------------ unsubscribing
def _wants_no_more(received: Received, understood: Understood, found: Match, inbox: Inbox) -> bool:
    """Tell whether a message came to the address by which one gets no more like an e-mail; the tag is proof enough.

    Whoever knows it was sent the e-mail, or had it passed on, and could press its link as well. From which address it
    is sent, and by a program or not, says nothing: providers send it for their people.
    """
    tagged = inbox.tagged(received, UNSUBSCRIBE)
    report = isinstance(understood, Bounce | Complaint)
    return not report and tagged is not None and found.email is not None and found.email.id == tagged.id


def _unsubscribed(session: Session, row: InboundMessage, found: Match, *, now: datetime) -> None:
    email = found.email
    assert email is not None  # noqa: S101 - the caller asked
    row.kind, row.state = InboundKind.UNSUBSCRIBE, InboundState.APPLIED
    fact = UnsubscribeReceived(
        organiser_id=email.organiser_id, event_id=email.event_id, email_id=email.id, message_id=row.id
    )
    outbox.record(session, fact, now=now, by=f"mail:{row.id}")


# ------------------------------------------------------------ answers
def _answer(
    session: Session,
    row: InboundMessage,
    received: Received,
    calendar: CalendarAnswer,
    *,
    found: Match,
    inbox: Inbox,
    automatic: bool,
    now: datetime,
) -> None:
    if found.series is not None:
        _answer_series(session, row, received, calendar, found.series, inbox=inbox, automatic=automatic, now=now)
        return
    part = _held(session, found.participation)
    if part is None:
        row.reason = Reason.UNKNOWN_INVITATION.value
        return
    tagged = inbox.tagged(received, RSVP)
    judgement = judging.judge(
        calendar,
        invited(session, part),
        sender=received.sender,
        automatic=automatic,
        tag_matches=None if tagged is None else tagged == Target(part.id, part.link_version),
        vouched=vouched(received, server=inbox.trusted_server),
    )
    row.reason = judgement.reason.value if judgement.reason else ""
    if judgement.stale:
        row.state = InboundState.STALE
    elif judgement.reason is None:
        _note(session, row, part, calendar=calendar, judgement=judgement, now=now)


def _answer_series(
    session: Session,
    row: InboundMessage,
    received: Received,
    calendar: CalendarAnswer,
    series: SeriesInvitation,
    *,
    inbox: Inbox,
    automatic: bool,
    now: datetime,
) -> None:
    """Apply an answer to each of the dates that it is about and not too old for, or let it wait as a whole."""
    found = series_answers.answer_to(
        session,
        series,
        calendar,
        sender=received.sender,
        automatic=automatic,
        tagged=inbox.tagged(received, RSVP),
        vouched=vouched(received, server=inbox.trusted_server),
    )
    about = [each.participation.id for each in found.fresh or found.dates]
    row.said = {**row.said, "participations": [str(key) for key in about]}
    row.participation_id = about[0] if about else row.participation_id
    if found.stale is not None:
        row.state, row.reason = InboundState.STALE, found.stale.value
        return
    row.reason = found.doubt.value if found.doubt else ""
    counting = found.counting[:1] if calendar.method == "REFRESH" else found.counting
    for each in counting:
        _note(session, row, each.participation, calendar=each.calendar, judgement=each.judgement, now=now)


def _held(session: Session, part: Participation | None) -> Participation | None:
    """Hold the invitation's row until the commit: of two answers at once the later one has to see the earlier."""
    if part is None:
        return None
    return session.get(Participation, part.id, with_for_update={"key_share": True}, populate_existing=True)


def _note(
    session: Session,
    row: InboundMessage,
    part: Participation,
    *,
    calendar: CalendarAnswer,
    judgement: Judgement,
    now: datetime,
) -> None:
    row.state = InboundState.APPLIED
    if calendar.method == "REFRESH":
        event = session.get_one(Event, part.event_id)
        fact = RefreshAsked(
            organiser_id=event.organiser_id, event_id=event.id, participation_id=part.id, message_id=row.id
        )
        outbox.record(session, fact, now=now, by=f"mail:{row.id}")
    elif judgement.answer is not None:
        proposal = calendar.proposal
        partners.answer(
            session,
            part.id,
            judgement.answer,
            comment=calendar.comment,
            proposed=(proposal.starts_at, proposal.ends_at) if proposal else None,
            # A clock that runs ahead must not make every later answer an old one.
            stamp=_believable(calendar.stamped_at, now),
            now=now,
            by=f"mail:{row.id}",
        )


def _believable(stamp: datetime | None, now: datetime) -> datetime | None:
    return stamp if stamp is None or stamp <= now + CLOCKS_DIFFER else now


def invited(session: Session, part: Participation) -> Invited:
    """Return what is known of an invitation when an answer to it comes in."""
    partner = session.get_one(Partner, part.partner_id)
    event = session.get_one(Event, part.event_id)
    return Invited(
        address=partner.email.casefold() if partner.email else None,
        sequence=event.calendar_sequence + part.calendar_sequence,
        withdrawn=part.withdrawn_at is not None,
        over=event.stage in OVER,
        last_stamp=part.answer_stamp,
    )


# ------------------------------------------------------------ bounces and complaints
def _bounced(session: Session, row: InboundMessage, bounce: Bounce, found: Match, *, now: datetime) -> None:
    """Tell that an e-mail did not arrive. One that names another address only, and has no tag of ours, waits.

    Somebody who was written to knows the e-mail's id and could have any address called unreachable by quoting it.
    """
    failed = _about(bounce, found)
    if found.email is None or failed is None:
        row.reason = Reason.UNKNOWN_EMAIL.value
        return
    if failed.failure is Failure.DELAYED:
        row.state = InboundState.NOTED
        return
    row.state = InboundState.APPLIED
    email = found.email
    fact = BounceReceived(
        organiser_id=email.organiser_id,
        event_id=email.event_id,
        email_id=email.id,
        message_id=row.id,
        permanent=failed.failure is Failure.NO_SUCH_ADDRESS,
        failure=failed.failure.value,
        status=failed.status,
    )
    outbox.record(session, fact, now=now, by=f"mail:{row.id}")


def _about(bounce: Bounce, found: Match) -> FailedRecipient | None:
    """Return what the bounce says of the e-mail's own address; with our tag it may name where that is forwarded to."""
    if found.email is None:
        return None
    address = found.email.to_address.casefold()
    named = next((each for each in bounce.failed if each.address == address), None)
    return named or (bounce.failed[0] if found.tagged else None)


def _complained(session: Session, row: InboundMessage, complaint: Complaint, found: Match, *, now: datetime) -> None:
    """Tell that an e-mail was called spam. Providers often hide the address: then the e-mail has to be known by tag."""
    email = found.email
    if email is None or not _complaint_counts(email, complaint.address, tagged=found.tagged):
        row.reason = Reason.UNKNOWN_EMAIL.value
        return
    row.state = InboundState.NOTED if complaint.kind == "not-spam" else InboundState.APPLIED
    if row.state is InboundState.APPLIED:
        fact = ComplaintReceived(
            organiser_id=email.organiser_id,
            event_id=email.event_id,
            email_id=email.id,
            message_id=row.id,
            kind=complaint.kind,
        )
        outbox.record(session, fact, now=now, by=f"mail:{row.id}")


def _complaint_counts(email: Email, address: str, *, tagged: bool) -> bool:
    return tagged or address == email.to_address.casefold()
