"""Owing an e-mail: one row a mail, written in the transaction of the reaction to a fact.

A row says who is to be told what. Its content is composed when it is sent, from the event as it is then. Every
function here is idempotent by the row's `dedupe_key` and leaves the commit to its caller; a person without an e-mail
address simply gets none.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import deliveries, outbox
from events.models import ACTIVE_STATES, Event, Participation, Partner, Registration, RegistrationState, Stage
from events.storage import ReadSession
from notifications.contents import gathering
from notifications.facts import RecipientsQueued
from notifications.models.email import Email, EmailKind, EmailState
from notifications.models.text_message import TextConsent
from notifications.planning.email_rows import (
    PER_CHANGE,
    QUEUE,
    about_change,
    basic_values,
    insert_missing,
    owe,
    values_for,
    values_for_booking,
    values_for_partner,
)
from notifications.texting import planning
from notifications.texting.planning import Occasion

CHUNK = 150
"""Rows that one transaction of a fan-out writes: some tens of milliseconds, so that no registration waits for it."""

Cursor = dict[str, Any]
"""Where a fan-out goes on, as the fact log keeps it: the last registration's id and how many were queued so far."""


def queue(
    session: Session,
    kind: EmailKind,
    *,
    registration_id: uuid.UUID,
    now: datetime,
    about: str | None = None,
    params: Mapping[str, Any] | None = None,
    attachments: Sequence[Mapping[str, str]] = (),
    seen: bool = False,
) -> uuid.UUID | None:
    """Owe one registrant an e-mail; returns its id, or None if there is nobody to write to or it is owed already.

    `about` tells two mails of one kind apart: a recording's id, a certificate's number with its revision. `params` is
    JSON for the templates, never a secret; `attachments` are ``{"key", "name", "type"}`` of stored files. What was
    `seen` on a screen or heard at the desk, staff do not tell again to who has no address.
    """
    row = _with_event(session, registration_id)
    if row is None:
        return None
    registration, event = row
    _text(session, event, [registration], kind, now=now, about=about, params=params, seen=seen)
    values = values_for(session, kind, event, registration, now=now, about=about, params=params)
    if values is None:
        return None
    values["attachments"] = [dict(each) for each in attachments]
    return owe(session, values)


def _with_event(session: Session, registration_id: uuid.UUID) -> tuple[Registration, Event] | None:
    row = session.execute(
        sa.select(Registration, Event)
        .join(Event, Event.id == Registration.event_id)
        .where(Registration.id == registration_id)
    ).first()
    return None if row is None else (row[0], row[1])


def _text(
    session: Session,
    event: Event,
    registrations: Iterable[Registration],
    kind: EmailKind,
    *,
    now: datetime,
    about: str | None,
    params: Mapping[str, Any] | None,
    seen: bool = False,
) -> None:
    """Owe the same as a text message to those who asked for that, or to staff who tell them."""
    about = about_change(event, kind, about)
    occasions = [
        Occasion(registration=each, kind=kind, due_at=now, about=about, params=params, seen=seen)
        for each in registrations
    ]
    planning.owe(session, event, occasions, now=now)


def has_told(session: ReadSession, registration_id: uuid.UUID) -> bool:
    """Say whether somebody has been written to about their registration, or soon will be.

    What rules have planned ahead is none, nor is what their guardian is asked. Of registrations that were made
    together, one mail tells of all.
    """
    booking = session.scalar(sa.select(Registration.series_booking_id).where(Registration.id == registration_id))
    told = sa.or_(Email.rule.is_(None), Email.state == EmailState.SENT)
    theirs = Email.registration_id == registration_id
    if booking is not None:
        theirs = Email.registration_id.in_(sa.select(Registration.id).where(Registration.series_booking_id == booking))
    to_them = Email.kind != EmailKind.GUARDIAN_REQUEST
    return session.scalar(sa.select(Email.id).where(theirs, told, to_them).limit(1)) is not None


def queue_to_guardian(
    session: Session, *, registration_id: uuid.UUID, now: datetime, about: str = ""
) -> uuid.UUID | None:
    """Owe a minor's guardian the question whether they consent; None where they have no e-mail address.

    It is one for all dates that were registered for at once. `about` tells a question that is asked again from the
    first one.
    """
    row = _with_event(session, registration_id)
    if row is None:
        return None
    registration, event = row
    if not registration.guardian_email:
        return None
    kind = EmailKind.GUARDIAN_REQUEST
    asked = str(registration.id)
    if registration.series_booking_id is not None and registration.replaces_id is None:
        asked = f"{registration.series_booking_id}:{registration.created_at.isoformat()}"
    values = {
        **basic_values(session, kind, event, now=now, params=None),
        "registration_id": registration.id,
        "to_address": registration.guardian_email,
        "locale": registration.locale,
        "dedupe_key": f"{kind.value}:{asked}:{registration.link_version}{about}",
        "uid": None,
    }
    return owe(session, values)


def queue_to_partner(
    session: Session,
    kind: EmailKind,
    *,
    participation_id: uuid.UUID,
    now: datetime,
    about: str | None = None,
    params: Mapping[str, Any] | None = None,
    attachments: Sequence[Mapping[str, str]] = (),
    due_at: datetime | None = None,
) -> uuid.UUID | None:
    """Owe one partner an e-mail; returns its id, or None like `queue`, whose `about` and `attachments` these are.

    `due_at` says when it goes out, if not at once.
    While the event is a draft nobody is invited: `queue_to_partners` does so when it is published.
    """
    row = session.execute(
        sa.select(Participation, Partner, Event)
        .join(Partner, Partner.id == Participation.partner_id)
        .join(Event, Event.id == Participation.event_id)
        .where(Participation.id == participation_id)
    ).first()
    if row is None:
        return None
    participation, partner, event = row
    if not partner.email or event.stage is Stage.DRAFT:
        return None
    about = about or str(event.calendar_sequence + participation.calendar_sequence)
    values = values_for_partner(session, kind, event, participation, partner, now=now, params=params)
    values["dedupe_key"] = f"{kind.value}:{participation.id}:{about}"
    values["attachments"] = [dict(each) for each in attachments]
    values["due_at"] = due_at or now
    return owe(session, values)


def queue_to_partners(
    session: Session,
    event_id: uuid.UUID,
    kind: EmailKind,
    *,
    now: datetime,
    about: str | None = None,
    params: Mapping[str, Any] | None = None,
) -> int:
    """Owe every partner who takes part in the event an e-mail (partners are few); returns how many were queued."""
    statement = sa.select(Participation.id).where(
        Participation.event_id == event_id, Participation.withdrawn_at.is_(None)
    )
    keys = session.scalars(statement.order_by(Participation.position, Participation.id)).all()
    queued = [
        queue_to_partner(session, kind, participation_id=key, now=now, about=about, params=params) for key in keys
    ]
    return sum(1 for each in queued if each is not None)


def announce(
    session: Session,
    event_id: uuid.UUID,
    kind: EmailKind,
    *,
    now: datetime,
    cursor: Cursor | None = None,
    about: str | None = None,
    params: Mapping[str, Any] | None = None,
) -> Cursor | None:
    """Owe everybody concerned an e-mail, up to `CHUNK` in one call; returns where to go on, or None when done.

    Concerned by a move, postponement or cancellation is who holds or awaits a place; by anything else, who holds a
    confirmed one. Who registers meanwhile has a higher id and is met later, or needs no telling. The last call records
    `RecipientsQueued`.
    """
    event = session.get_one(Event, event_id)
    states = ACTIVE_STATES if kind in PER_CHANGE else (RegistrationState.CONFIRMED,)
    found = next_registrations(session, event_id, states, cursor)
    _text(session, event, found, kind, now=now, about=about, params=params)
    together = gathering.change_of_series(session, event) if kind in PER_CHANGE else None
    several = gathering.with_several_dates(session, event, found if together else ())
    wanted: list[dict[str, Any] | None] = []
    for each in found:
        owner = each.series_booking_id or several.get(each.person_key)
        if together and owner:
            changed = EmailKind.SERIES_CHANGED
            values = values_for_booking(session, changed, event, each, now=now, about=together, owner=owner)
        else:
            values = values_for(session, kind, event, each, now=now, about=about, params=params)
        wanted.append(values)
    insert_missing(session, [values for values in wanted if values is not None])
    deliveries.ring(session, QUEUE)
    count = (cursor or {}).get("count", 0) + len(found)
    if len(found) == CHUNK:
        return {"after": str(found[-1].id), "count": count}
    fact = RecipientsQueued(organiser_id=event.organiser_id, event_id=event.id, kind=kind.value, count=count)
    outbox.record(session, fact, now=now, by="worker")
    return None


def queue_for_booking(session: Session, values: Mapping[str, Any] | None) -> uuid.UUID | None:
    """Owe an e-mail that `values_for_booking` made; returns its id, or None like `queue`."""
    return owe(session, values) if values is not None else None


_texted = sa.select(TextConsent.id).where(
    TextConsent.registration_id == Registration.id, TextConsent.withdrawn_at.is_(None)
)
"""Who left no address may be written to on another way."""


def next_registrations(
    session: Session,
    event_id: uuid.UUID,
    states: Iterable[RegistrationState],
    cursor: Cursor | None,
    *,
    limit: int = CHUNK,
) -> Sequence[Registration]:
    """Return up to `limit` registrations that can be told something, in the order of their ids, from `cursor` on."""
    statement = sa.select(Registration).where(
        Registration.event_id == event_id,
        Registration.state.in_(tuple(states)),
        sa.or_(Registration.email.is_not(None), Registration.phone.is_not(None), _texted.exists()),
    )
    if cursor:
        statement = statement.where(Registration.id > uuid.UUID(cursor["after"]))
    return session.scalars(statement.order_by(Registration.id).limit(limit)).all()
