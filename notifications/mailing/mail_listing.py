"""The e-mails of an event or a person as staff see them: how far each has come, why, and what was tried."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from events.errors import NotFound
from events.models import Participation, Partner, Registration
from events.outbox import FactRow
from events.storage import ReadSession
from notifications.facts import EmailHeld, EmailReleased, EmailResent
from notifications.models.email import Email, EmailKind, EmailState, WaitsFor
from notifications.models.email_attempt import AttemptVerdict, EmailAttempt

PER_PAGE = 50
_ACTS = tuple(kind.__name__ for kind in (EmailHeld, EmailReleased, EmailResent))


class Shown(enum.StrEnum):
    """The state of an e-mail as it is told: *queued* is told apart by what it waits for."""

    PLANNED = "planned"
    QUEUED = "queued"
    DEFERRED = "deferred"
    WAITS_FOR_QUOTA = "waits_for_quota"
    WAITS_FOR_PACE = "waits_for_pace"
    SENDING = "sending"
    HELD = "held"
    SENT = "sent"
    BOUNCED = "bounced"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    SUPPRESSED = "suppressed"


GROUPS: Mapping[str, tuple[EmailState, ...]] = {
    "waiting": (EmailState.QUEUED, EmailState.SENDING),
    "held": (EmailState.HELD,),
    "sent": (EmailState.SENT,),
    "failed": (EmailState.FAILED, EmailState.BOUNCED),
    "not_sent": (EmailState.SUPERSEDED, EmailState.SUPPRESSED),
}
"""What lists are narrowed to."""


def shown_state(email: Email, *, now: datetime) -> Shown:
    """Return how far an e-mail has come at `now`, business time."""
    if email.state is not EmailState.QUEUED:
        return Shown(email.state.value)
    if email.waits_for is not None:
        return Shown.WAITS_FOR_QUOTA if email.waits_for is WaitsFor.QUOTA else Shown.WAITS_FOR_PACE
    if email.reason is not None:
        return Shown.DEFERRED
    return Shown.PLANNED if email.due_at is not None and email.due_at > now else Shown.QUEUED


@dataclass(frozen=True, slots=True)
class MailLine:
    """One e-mail of a list."""

    email: Email
    shown: Shown
    name: str
    """Whom it is to."""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that happened to an e-mail: a try (`verdict`), or what somebody did (`act`, a fact's name)."""

    at: datetime
    verdict: AttemptVerdict | None = None
    reason: str | None = None
    code: str = ""
    text: str = ""
    relay: str = ""
    next_at: datetime | None = None
    act: str | None = None
    by: str = ""


def list_emails(
    session: ReadSession,
    event_id: uuid.UUID,
    *,
    now: datetime,
    group: str | None = None,
    registration_id: uuid.UUID | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> tuple[list[MailLine], bool]:
    """Return one page of the event's e-mails, the newest first, and whether there are more.

    `group` is a key of `GROUPS`; `registration_id` narrows to one person's.
    """
    wanted = [Email.event_id == event_id]
    if group is not None and group in GROUPS:
        wanted.append(Email.state.in_(GROUPS[group]))
    if registration_id is not None:
        wanted.append(Email.registration_id == registration_id)
    statement = (
        sa.select(Email, Registration.name, Registration.guardian_name, Partner.name)
        .outerjoin(Registration, Registration.id == Email.registration_id)
        .outerjoin(Participation, Participation.id == Email.participation_id)
        .outerjoin(Partner, Partner.id == Participation.partner_id)
        .where(*wanted)
        .order_by(Email.created_at.desc(), Email.id.desc())
        .limit(per_page + 1)
        .offset((page - 1) * per_page)
    )
    lines = [
        MailLine(email, shown_state(email, now=now), _name(email, person, guardian, partner))
        for email, person, guardian, partner in session.execute(statement)
    ]
    return lines[:per_page], len(lines) > per_page


def _name(email: Email, person: str | None, guardian: str | None, partner: str | None) -> str:
    return (guardian if email.kind is EmailKind.GUARDIAN_REQUEST else person) or partner or ""


def find_email(session: ReadSession, email_id: uuid.UUID) -> Email:
    """Return an e-mail. Raises `NotFound`."""
    found = session.get(Email, email_id)
    if found is None:
        raise NotFound
    return found


def count_states(session: ReadSession, event_id: uuid.UUID) -> Mapping[str, int]:
    """Return how many e-mails of the event are in each of `GROUPS`."""
    statement = sa.select(Email.state, sa.func.count()).where(Email.event_id == event_id).group_by(Email.state)
    counts: dict[EmailState, int] = {row[0]: row[1] for row in session.execute(statement)}
    return {name: sum(counts.get(state, 0) for state in states) for name, states in GROUPS.items()}


def history(session: ReadSession, email: Email) -> Sequence[HistoryLine]:
    """Return what happened to an e-mail, the oldest first; the plain first success leaves nothing but its `sent_at`."""
    tries = sa.select(EmailAttempt).where(EmailAttempt.email_id == email.id).order_by(EmailAttempt.id)
    lines = [
        HistoryLine(
            at=each.at,
            verdict=each.verdict,
            reason=each.reason,
            code=each.code,
            text=each.text,
            relay=each.relay,
            next_at=each.next_at,
        )
        for each in session.scalars(tries)
    ]
    acts = sa.select(FactRow).where(FactRow.event_id == email.event_id, FactRow.name.in_(_ACTS)).order_by(FactRow.id)
    about = str(email.id)
    lines += [
        HistoryLine(at=fact.recorded_at, act=fact.name, by=fact.by)
        for fact in session.scalars(acts)
        if about in (fact.payload.get("email_id"), fact.payload.get("resent_of"))
    ]
    return sorted(lines, key=lambda line: line.at)
