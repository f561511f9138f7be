"""The row of an e-mail: what it begins with, whom it is to, and the key by which it is owed once.

Nothing here decides that something is owed; `notifications.planning.emails` and those who plan do. The caller commits.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from events import deliveries, outbox
from events.models import Event, Participation, Partner, Registration
from events.storage import insert_unless_present, new_id
from notifications.models.email import Email, EmailKind, EmailState
from notifications.models.news import NewsSubscription

QUEUE = "emails"
"""The queue whose workers send them (`events.deliveries.ring`)."""
TABLE: sa.Table = Email.__table__  # type: ignore[assignment] # a declarative class's table is a Table

_PRIORITY = {
    EmailKind.CONFIRMATION: 1,
    EmailKind.REGISTRATION_RECEIVED: 1,
    EmailKind.REGISTRATION_DECLINED: 1,
    EmailKind.DECISION_UNDONE: 1,
    EmailKind.WAITLISTED: 1,
    EmailKind.WAITING_ENDED: 4,
    EmailKind.SEAT_OFFERED: 1,
    EmailKind.REGISTRATION_CANCELLED: 1,
    EmailKind.OWN_EVENTS: 1,
    EmailKind.GUARDIAN_REQUEST: 1,
    EmailKind.GUARDIAN_AWAITED: 1,
    EmailKind.GUARDIAN_MISSING: 2,
    EmailKind.SERIES_BOOKED: 1,
    EmailKind.SERIES_CHANGED: 3,
    EmailKind.SERIES_ADDED: 4,
    EmailKind.REMINDER_1H: 2,
    EmailKind.ANNOUNCEMENT: 2,
    EmailKind.EVENT_UPDATE: 3,
    EmailKind.EVENT_POSTPONED: 3,
    EmailKind.EVENT_CANCELLED: 3,
    EmailKind.PARTNER_INVITATION: 3,
    EmailKind.PARTNER_UPDATE: 3,
    EmailKind.PARTNER_CANCELLATION: 3,
    EmailKind.PARTNER_PROPOSAL_DECLINED: 3,
    EmailKind.REVIEW_ASKED: 3,
    EmailKind.REVIEW_RETURNED: 3,
    EmailKind.REVIEW_APPROVED: 3,
    EmailKind.PARTNER_REMINDER: 4,
    EmailKind.PARTNER_SEATS: 3,
    EmailKind.PARTNER_MATERIALS: 3,
    EmailKind.PARTNER_REPORT: 5,
    EmailKind.OFFER_EXPIRED: 4,
    EmailKind.REMINDER_1D: 4,
    EmailKind.REMINDER_7D: 5,
    EmailKind.RULE: 5,
    EmailKind.CERTIFICATE: 5,
    EmailKind.RECORDING_AVAILABLE: 6,
    EmailKind.NEWS_ASKED: 1,
    EmailKind.NEWS: 7,
}
"""Who goes first when many are due: whoever waits for it."""
PER_CHANGE = (EmailKind.EVENT_UPDATE, EmailKind.EVENT_POSTPONED, EmailKind.EVENT_CANCELLED)


_OF_REGISTRANT = (
    EmailKind.CONFIRMATION,
    EmailKind.DECISION_UNDONE,
    EmailKind.REGISTRATION_CANCELLED,
    *PER_CHANGE,
)
_OF_PARTNER = (EmailKind.PARTNER_INVITATION, EmailKind.PARTNER_UPDATE, EmailKind.PARTNER_CANCELLATION)


def about_change(event: Event, kind: EmailKind, about: str | None) -> str | None:
    """Return what an e-mail is about: of a change of the event, which one, unless told otherwise."""
    return str(event.calendar_sequence) if about is None and kind in PER_CHANGE else about


def values_for(
    session: Session,
    kind: EmailKind,
    event: Event,
    registration: Registration,
    *,
    now: datetime,
    about: str | None = None,
    params: Mapping[str, Any] | None = None,
) -> dict[str, Any] | None:
    """Return the row of an e-mail to a registrant, or None if there is no address to write to."""
    if not registration.email:
        return None
    about = about_change(event, kind, about)
    return values_to(session, kind, event, registration, registration.email, now=now, about=about, params=params)


def values_to(
    session: Session,
    kind: EmailKind,
    event: Event,
    registration: Registration,
    address: str,
    *,
    now: datetime,
    about: str | None = None,
    params: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the row of an e-mail about a registration to an address: the person's, or their guardian's."""
    return {
        **basic_values(session, kind, event, now=now, params=params),
        "registration_id": registration.id,
        "to_address": address,
        "locale": registration.locale,
        "dedupe_key": ":".join(filter(None, (kind.value, str(registration.id), about))),
        "uid": str(registration.id) if kind in _OF_REGISTRANT else None,
    }


def basic_values(
    session: Session, kind: EmailKind, event: Event, *, now: datetime, params: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return what the row of every e-mail begins with; whom it is to, and its key, are left to the caller."""
    return {
        "id": new_id(),
        "organiser_id": event.organiser_id,
        "event_id": event.id,
        "kind": kind,
        "params": dict(params or {}),
        "state": EmailState.QUEUED,
        "priority": _PRIORITY[kind],
        "due_at": now,
        "event_version": event.version,
        "attachments": [],
        "attempts": 0,
        "created_at": now,
        "request_id": session.info.get(outbox.REQUEST_ID),
    }


def values_for_partner(
    session: Session,
    kind: EmailKind,
    event: Event,
    participation: Participation,
    partner: Partner,
    *,
    now: datetime,
    params: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the row of an e-mail to a partner who has an address."""
    return {
        **basic_values(session, kind, event, now=now, params=params),
        "participation_id": participation.id,
        "to_address": partner.email,
        "locale": partner.locale,
        "dedupe_key": f"{kind.value}:{participation.id}",
        "uid": str(participation.id) if kind in _OF_PARTNER else None,
    }


def owe(session: Session, values: Mapping[str, Any]) -> uuid.UUID | None:
    """Insert an e-mail that is due now and ask for it to be sent; returns None if it is owed already."""
    if not insert_unless_present(session, TABLE, values):
        return None
    deliveries.ring(session, QUEUE)
    key: uuid.UUID = values["id"]
    return key


def values_for_booking(
    session: Session,
    kind: EmailKind,
    event: Event,
    registration: Registration,
    *,
    now: datetime,
    about: str,
    due_at: datetime | None = None,
    owner: uuid.UUID | None = None,
) -> dict[str, Any] | None:
    """Return the row of an e-mail about all dates that a person registered for; None without an address.

    It is owed once for the `owner` (the booking, unless told otherwise) and `about`, whichever of the dates it is asked
    for.
    """
    values = values_for(session, kind, event, registration, now=now, about=about)
    if values is None:
        return None
    key = f"{kind.value}:{owner or registration.series_booking_id}:{about}"
    return {**values, "dedupe_key": key, "uid": None, "due_at": due_at or now}


def insert_missing(session: Session, rows: Sequence[Mapping[str, Any]], *, revive: bool = False) -> None:
    """Insert the e-mails that are not owed already; with `revive`, those that were superseded are owed again.

    They keep their key and take the new time.
    """
    if not rows:
        return
    session.execute(_insert_of(session.get_bind().dialect.name, revive=revive), list(rows))


@cache
def _insert_of(dialect: str, *, revive: bool) -> sa.Insert:
    """Return the statement, laid out once: to look its thirty columns up takes as long as ten rows."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    key = [TABLE.c.dedupe_key]
    statement = insert(TABLE)
    if not revive:
        return statement.on_conflict_do_nothing(index_elements=key)
    fresh = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=key,
        set_={"state": EmailState.QUEUED, "due_at": fresh.due_at, "rule": fresh.rule, "last_error": None},
        where=TABLE.c.state == EmailState.SUPERSEDED,
    )


def values_of_news(
    session: Session,
    kind: EmailKind,
    subscription: NewsSubscription,
    *,
    about: str,
    now: datetime,
    due_at: datetime | None = None,
    params: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the row of an e-mail to who wants an organiser's news, and has an address."""
    return {
        "id": new_id(),
        "organiser_id": subscription.organiser_id,
        "news_subscription_id": subscription.id,
        "to_address": subscription.email,
        "locale": subscription.locale,
        "kind": kind,
        "params": dict(params or {}),
        "state": EmailState.QUEUED,
        "priority": _PRIORITY[kind],
        "due_at": due_at or now,
        "dedupe_key": f"{kind.value}:{subscription.id}:{about}",
        "event_version": 0,
        "attachments": [],
        "attempts": 0,
        "created_at": now,
        "request_id": session.info.get(outbox.REQUEST_ID),
    }
