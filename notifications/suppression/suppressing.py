"""Leaving addresses alone: why, for how long, and how that ends.

An address that a server called unknown is left alone by every organiser here; an unsubscription concerns the organiser
whose mail it was, and what is promotional. What was asked for (a confirmation, a new link) goes on to whoever only
unsubscribed. Nothing is dropped silently: an e-mail that is not sent keeps its row, *suppressed*, with the reason.

Every function is idempotent and leaves the commit to its caller.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import outbox
from events.errors import N_, Conflict, NotFound
from events.plaintext import one_line
from events.storage import ReadSession, insert_unless_present, new_id
from notifications.facts import AddressSuppressed, SuppressionLifted
from notifications.models.email import PROMOTIONAL, Email
from notifications.models.news import NewsEnd
from notifications.models.suppression import SoftBounce, Suppression, SuppressionReason, SuppressionScope
from notifications.suppression import news_ending
from notifications.transport.mime import BadAddress, ascii_address

SOFT_BOUNCES = 3
"""E-mails, not tries, that come back from one address …"""
SOFT_WITHIN = timedelta(days=14)
"""… within so long …"""
SOFT_REST = timedelta(days=7)
"""… give it a rest of so long."""
TRIED_AGAIN_AFTER = timedelta(days=30)
"""Who types their address again gets one new try in this time; typing it daily does not make it exist."""
KEPT_AFTER_END = timedelta(days=90)
"""How long what has ended can still be read by staff."""

_TABLE: sa.Table = Suppression.__table__  # type: ignore[assignment] # a declarative class's table is a Table
_SOFT: sa.Table = SoftBounce.__table__  # type: ignore[assignment] # likewise
_HELD = {SuppressionReason.BOUNCED, SuppressionReason.UNREACHABLE, SuppressionReason.INVALID}
"""What the address itself is the reason for; the other reasons are somebody's will."""
_GRAVEST = (
    SuppressionReason.INVALID,
    SuppressionReason.BOUNCED,
    SuppressionReason.COMPLAINED,
    SuppressionReason.BY_STAFF,
    SuppressionReason.UNREACHABLE,
    SuppressionReason.UNSUBSCRIBED,
)


def normalised(address: str) -> str:
    """Return an address as it is compared: lower case, its domain in ASCII. What is no address is only lowered."""
    try:
        return ascii_address(address).casefold()
    except BadAddress:
        return address.strip().casefold()[:320]


def suppress(
    session: Session,
    address: str,
    reason: SuppressionReason,
    *,
    now: datetime,
    by: str,
    organiser_id: uuid.UUID | None = None,
    scope: SuppressionScope = SuppressionScope.ALL,
    until: datetime | None = None,
    email_id: uuid.UUID | None = None,
    said: str = "",
) -> uuid.UUID | None:
    """Leave an address alone from now on; returns the row's id, or None where it is left alone so already.

    One that had ended by itself, or would, is replaced.
    """
    key = normalised(address)
    same = (
        Suppression.address == key,
        Suppression.scope == scope,
        Suppression.organiser_id.is_(None) if organiser_id is None else Suppression.organiser_id == organiser_id,
        Suppression.lifted_at.is_(None),
    )
    session.execute(
        sa.update(Suppression)
        .where(*same, Suppression.until.is_not(None), *((Suppression.until < until,) if until is not None else ()))
        .values(lifted_at=now, lifted_by=by, lifted_why="")
    )
    values: dict[str, Any] = {
        "id": new_id(),
        "address": key,
        "organiser_id": organiser_id,
        "scope": scope,
        "reason": reason,
        "email_id": email_id,
        "said": one_line(said)[:500],
        "since": now,
        "until": until,
        "made_by": by,
        "lifted_why": "",
    }
    if not insert_unless_present(session, _TABLE, values):
        return None
    _end_news(session, key, reason, organiser_id=organiser_id, now=now, by=by)
    owner, event_id = _whose(session, email_id, organiser_id)
    if owner is not None:
        fact = AddressSuppressed(
            organiser_id=owner,
            event_id=event_id,
            suppression_id=values["id"],
            reason=reason.value,
            scope=scope.value,
        )
        outbox.record(session, fact, now=now, by=by)
    key_of: uuid.UUID = values["id"]
    return key_of


_ENDING = {
    SuppressionReason.UNSUBSCRIBED: NewsEnd.STOPPED,
    SuppressionReason.COMPLAINED: NewsEnd.COMPLAINED,
    SuppressionReason.BOUNCED: NewsEnd.UNREACHABLE,
    SuppressionReason.INVALID: NewsEnd.UNREACHABLE,
}
"""What is the end of a subscription to news as well: nobody is owed a mail every week that is never sent."""


def _end_news(
    session: Session,
    address: str,
    reason: SuppressionReason,
    *,
    organiser_id: uuid.UUID | None,
    now: datetime,
    by: str,
) -> None:
    because = _ENDING.get(reason)
    if because is not None:
        news_ending.end_for(session, address, because, organiser_id=organiser_id, now=now, by=by)


def lift_unsubscribed(session: Session, address: str, organiser_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Write promotional mail of an organiser to an address again, because its owner has asked for it."""
    found = session.scalars(
        sa.select(Suppression.id).where(
            Suppression.address == normalised(address),
            Suppression.organiser_id == organiser_id,
            Suppression.reason == SuppressionReason.UNSUBSCRIBED,
            *in_force(now),
        )
    ).all()
    for key in found:
        lift(session, key, why="", now=now, by=by)


def _whose(
    session: Session, email_id: uuid.UUID | None, organiser_id: uuid.UUID | None
) -> tuple[uuid.UUID | None, uuid.UUID | None]:
    """Return the organiser and the event whose story tells it; none for what staff of everybody put down."""
    email = session.get(Email, email_id) if email_id is not None else None
    return (email.organiser_id, email.event_id) if email is not None else (organiser_id, None)


# ------------------------------------------------------------ what leads there
def note_soft_bounce(session: Session, email: Email, *, now: datetime, by: str, said: str = "") -> bool:
    """Count one e-mail that came back for now; returns whether that gave the address a rest."""
    key = normalised(email.to_address)
    if not insert_unless_present(session, _SOFT, {"email_id": email.id, "address": key, "at": now}):
        return False
    counted = sa.select(sa.func.count()).where(SoftBounce.address == key, SoftBounce.at > now - SOFT_WITHIN)
    if (session.scalar(counted) or 0) < SOFT_BOUNCES:
        return False
    reason, until = SuppressionReason.UNREACHABLE, now + SOFT_REST
    return (
        suppress(session, email.to_address, reason, now=now, by=by, until=until, email_id=email.id, said=said)
        is not None
    )


def unsubscribe(session: Session, email_id: uuid.UUID, *, now: datetime) -> None:
    """Send nothing promotional of that organiser to whoever the e-mail went to. Raises `NotFound`."""
    email = session.get(Email, email_id)
    if email is None:
        raise NotFound
    suppress(
        session,
        email.to_address,
        SuppressionReason.UNSUBSCRIBED,
        now=now,
        by=f"mail:{email.id}",
        organiser_id=email.organiser_id,
        scope=SuppressionScope.PROMOTIONAL,
        email_id=email.id,
    )


# ------------------------------------------------------------ how it ends
def lift(session: Session, suppression_id: uuid.UUID, *, why: str, now: datetime, by: str) -> None:
    """Write to an address again. Raises `NotFound`, and `Conflict` where somebody was faster."""
    row = session.get(Suppression, suppression_id)
    if row is None:
        raise NotFound
    lifted = session.execute(
        sa.update(Suppression)
        .where(Suppression.id == suppression_id, Suppression.lifted_at.is_(None))
        .values(lifted_at=now, lifted_by=by, lifted_why=one_line(why)[:300])
        .returning(Suppression.id)
    ).first()
    if lifted is None:
        raise Conflict(N_("This address is written to again already."))
    session.execute(sa.delete(SoftBounce).where(SoftBounce.address == row.address))
    owner, event_id = _whose(session, row.email_id, row.organiser_id)
    if owner is not None:
        fact = SuppressionLifted(organiser_id=owner, event_id=event_id, suppression_id=row.id)
        outbox.record(session, fact, now=now, by=by)


def try_again(session: Session, address: str, *, now: datetime, by: str) -> None:
    """Give an address that did not work one new try, because its owner has typed it again.

    They may have emptied their mailbox, or got back an account; and who sees the answer on their screen only must not
    be left without mail because of what happened to somebody else's typing error. If it does not work it is left alone
    again, and for `TRIED_AGAIN_AFTER` typing it changes nothing. What somebody *wanted* is not ended by it.
    """
    key = normalised(address)
    held = session.scalars(
        sa.select(Suppression).where(
            Suppression.address == key, Suppression.lifted_at.is_(None), Suppression.reason.in_(_HELD)
        )
    ).all()
    if not held:
        return
    tried = sa.select(Suppression.id).where(
        Suppression.address == key,
        Suppression.lifted_by.startswith("person:"),
        Suppression.lifted_at > now - TRIED_AGAIN_AFTER,
    )
    if session.scalar(tried.limit(1)) is None:
        for each in held:
            lift(session, each.id, why="", now=now, by=by)


def prune(session: Session, *, now: datetime) -> None:
    """Forget what ended long ago, and soft bounces that count no more."""
    ended = now - KEPT_AFTER_END
    session.execute(sa.delete(Suppression).where(sa.or_(Suppression.lifted_at < ended, Suppression.until < ended)))
    session.execute(sa.delete(SoftBounce).where(SoftBounce.at < now - SOFT_WITHIN))


# ------------------------------------------------------------ who is left alone
def suppressed(session: ReadSession, emails: Iterable[Email], *, now: datetime) -> Mapping[uuid.UUID, str]:
    """Return why each of these e-mails must not be sent, by its id; one that is not there may be. One query."""
    wanted = {email.id: (normalised(email.to_address), email) for email in emails}
    if not wanted:
        return {}
    rows = session.execute(
        sa.select(Suppression.address, Suppression.organiser_id, Suppression.scope, Suppression.reason).where(
            Suppression.address.in_({address for address, _ in wanted.values()}), *in_force(now)
        )
    ).all()
    found: dict[uuid.UUID, str] = {}
    for key, (address, email) in wanted.items() if rows else ():
        reasons = {
            row.reason
            for row in rows
            if row.address == address
            and row.organiser_id in (None, email.organiser_id)
            and (row.scope is SuppressionScope.ALL or email.kind in PROMOTIONAL)
        }
        if reasons:
            found[key] = min(reasons, key=_GRAVEST.index).value
    return found


def in_force(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that a suppression counts at `now`."""
    return (Suppression.lifted_at.is_(None), sa.or_(Suppression.until.is_(None), Suppression.until > now))
