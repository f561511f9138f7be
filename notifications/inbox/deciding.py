"""What staff do about a message that waits: let an answer count, say whose it is, put it away, take it up again.

Nobody's decision is final: what was applied by hand can be taken back as long as nothing later has been said.
The caller commits.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from events import outbox
from events.errors import N_, Conflict, NotFound
from events.models import Event, Participation, Partner, PartnerAnswer
from events.partnership import partners
from events.storage import ReadSession
from notifications.facts import InboundDecided, RefreshAsked
from notifications.inbox.applying import OVER
from notifications.inbox.judging import Reason
from notifications.models.inbound import InboundKind, InboundMessage, InboundState

OPEN = (InboundState.WAITING, InboundState.STALE)
"""States of an answer that may still be made to count."""


def answer_said(message: InboundMessage, invited: str | None = None) -> PartnerAnswer | None:
    """Return the answer in a message: the one of the `invited` address, of the sender, or of the only attendee."""
    pairs: list[tuple[str, str | None]] = [(each[0], each[1]) for each in message.said.get("attendees", [])]
    by_address = dict(pairs)
    for address in (invited, message.sender):
        if address and address in by_address:
            said = by_address[address]
            return PartnerAnswer(said) if said else None
    return PartnerAnswer(pairs[0][1]) if len(pairs) == 1 and pairs[0][1] else None


def apply(
    session: Session, message_id: uuid.UUID, *, now: datetime, by: str, answer: PartnerAnswer | None = None
) -> None:
    """Let an answer count that waited, or that came too late; a letter counts as the `answer` that staff read in it.

    Raises `Conflict` where it belongs to no invitation, says nothing, or the event is over.
    """
    row = _load(session, message_id, OPEN)
    if row.participation_id is None:
        raise Conflict(N_("Say first whose invitation this is about."))
    standing = _standing(session, row, row.participation_id)
    if not standing:
        raise Conflict(N_("This invitation no longer stands."))
    part, event = standing[0]
    if row.said.get("method") == "REFRESH":
        fact = RefreshAsked(
            organiser_id=event.organiser_id, event_id=event.id, participation_id=part.id, message_id=row.id
        )
        outbox.record(session, fact, now=now, by=by)
    else:
        given = answer or answer_said(row, _address(session, part))
        if given is None:
            raise Conflict(N_("The message does not say what the answer is: choose it."))
        row.said = {**row.said, "before": {str(part.id): _kept(part) for part, _ in standing}}
        for part, _ in standing:
            _answer(session, row, part, given, now=now)
    _settle(session, row, InboundState.APPLIED, "applied", now=now, by=by)


def _standing(session: Session, row: InboundMessage, about: uuid.UUID) -> list[tuple[Participation, Event]]:
    """Hold and return the dates that a message is about, those that the partner still takes part in."""
    named = sorted(uuid.UUID(key) for key in row.said.get("participations", ())) or [about]
    found: list[tuple[Participation, Event]] = []
    for key in named:
        part = session.get(Participation, key, with_for_update={"key_share": True})
        event = session.get(Event, part.event_id) if part is not None else None
        if part is not None and event is not None and part.withdrawn_at is None and event.stage not in OVER:
            found.append((part, event))
    return found


def _address(session: ReadSession, part: Participation) -> str | None:
    partner = session.get(Partner, part.partner_id)
    return partner.email.casefold() if partner is not None and partner.email else None


def _answer(session: Session, row: InboundMessage, part: Participation, given: PartnerAnswer, *, now: datetime) -> None:
    proposal = ("proposed_starts_at", "proposed_ends_at")
    of_one_date = row.reason != Reason.WHOLE_SERIES.value  # a time for all of them is none for each
    starts_at, ends_at = (_moment(row.said.get(name)) if of_one_date else None for name in proposal)
    partners.answer(
        session,
        part.id,
        given,
        comment=str(row.said.get("comment", "")),
        proposed=(starts_at, ends_at) if starts_at is not None else None,
        now=now,
        by=f"mail:{row.id}",
    )


def _kept(part: Participation) -> dict[str, Any]:
    """Return what the board said before, as it is kept until it may be wanted again."""
    proposed = part.proposed_starts_at, part.proposed_ends_at
    return {
        "answer": part.answer.value,
        "comment": part.answer_comment,
        "by": part.answered_by,
        "proposed": [each.isoformat() if each else None for each in proposed],
    }


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def link(session: Session, message_id: uuid.UUID, participation_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Say which invitation a message is about. The caller has made sure that both are theirs to see."""
    row = _load(session, message_id, OPEN)
    part = session.get(Participation, participation_id)
    event = session.get(Event, part.event_id) if part is not None else None
    if part is None or event is None:
        raise NotFound
    row.participation_id, row.organiser_id = part.id, event.organiser_id
    row.series_invitation_id = part.series_invitation_id
    row.said = {name: value for name, value in row.said.items() if name != "participations"}
    _tell(session, row, "linked", now=now, by=by)


def dismiss(session: Session, message_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Put a message away: it was read, and nothing follows from it, or what did was done."""
    row = _load(session, message_id, (InboundState.WAITING,))
    _settle(session, row, InboundState.DISMISSED, "dismissed", now=now, by=by)


def reopen(session: Session, message_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Take back what somebody decided: the message waits again, and the board says what it said before.

    Raises `Conflict` where the partner has answered since, and where nobody decided (what counted by itself).
    """
    row = _load(session, message_id, (InboundState.DISMISSED, InboundState.APPLIED))
    if row.decided_by is None or row.forgotten_at is not None:
        raise Conflict(N_("Nobody decided about this message; there is nothing to take back."))
    before = row.said.get("before")
    if row.state is InboundState.APPLIED and row.kind is not InboundKind.BOUNCE and before is not None:
        _restore(session, row, before, now=now, by=by)
    row.decided_at = row.decided_by = None
    row.state = InboundState.WAITING
    row.said = {name: value for name, value in row.said.items() if name != "before"}
    _tell(session, row, "reopened", now=now, by=by)


def _restore(session: Session, row: InboundMessage, before: dict[str, Any], *, now: datetime, by: str) -> None:
    for key, kept in sorted(before.items()):
        _restore_one(session, row, uuid.UUID(key), kept, now=now, by=by)


def _restore_one(
    session: Session,
    row: InboundMessage,
    participation_id: uuid.UUID,
    before: dict[str, Any],
    *,
    now: datetime,
    by: str,
) -> None:
    part = session.get(Participation, participation_id, with_for_update={"key_share": True})
    if part is None or part.answered_by != f"mail:{row.id}":
        raise Conflict(N_("The partner has answered since; that answer stays."))
    proposed = [_moment(each) for each in before["proposed"]]
    partners.answer(
        session,
        part.id,
        PartnerAnswer(before["answer"]),
        comment=before["comment"],
        proposed=(proposed[0], proposed[1]) if proposed[0] is not None else None,
        now=now,
        by=before["by"] or by,
    )


def _load(session: Session, message_id: uuid.UUID, states: tuple[InboundState, ...]) -> InboundMessage:
    row = session.get(InboundMessage, message_id, with_for_update={"key_share": True}, populate_existing=True)
    if row is None:
        raise NotFound
    if row.state not in states:
        raise Conflict(N_("Somebody has dealt with this message meanwhile."))
    return row


def _settle(
    session: Session, row: InboundMessage, state: InboundState, decision: str, *, now: datetime, by: str
) -> None:
    row.state, row.decided_at, row.decided_by = state, now, by
    _tell(session, row, decision, now=now, by=by)


def _tell(session: Session, row: InboundMessage, decision: str, *, now: datetime, by: str) -> None:
    if row.organiser_id is None:
        return
    part = session.get(Participation, row.participation_id) if row.participation_id else None
    fact = InboundDecided(
        organiser_id=row.organiser_id,
        event_id=part.event_id if part is not None else None,
        message_id=row.id,
        decision=decision,
    )
    outbox.record(session, fact, now=now, by=by)
