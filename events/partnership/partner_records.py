"""Partner records: what is kept of a school or a speaker, who to turn to, and the history with them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.errors import N_, Conflict, FieldError, Invalid, NotFound
from events.models import (
    Contribution,
    Event,
    Participation,
    Partner,
    PartnerContact,
    PartnerFile,
    PartnerKind,
    PartnerReport,
    SeriesInvitation,
    Stage,
)
from events.ownership import Owners, owned_by
from events.seating.people_search import contains
from events.storage import LocalizedText, ReadSession

EDITABLE = (
    "kind", "name", "affiliation", "biography", "contact_name", "email", "phone", "locale", "timezone",
)  # fmt: skip
MOST_CONTACTS = 20
PER_PAGE = 50
KEPT = timedelta(days=3 * 365)
"""How long the contacts of a partner are kept who takes part in nothing any more."""


@dataclass(frozen=True, slots=True)
class Part:
    """One event that a partner took part in."""

    participation: Participation
    event: Event
    report: PartnerReport | None


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that is kept of a partner."""

    partner: Partner
    contacts: Sequence[PartnerContact]
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Line:
    """A partner in the list: in how many events, and when last."""

    partner: Partner
    events: int
    last_at: datetime | None


def list_lines(
    session: ReadSession, owners: Owners, *, search: str = "", kind: PartnerKind | None = None, page: int = 1
) -> tuple[list[Line], bool]:
    """Return one page of partners by name, and whether there are more. One query."""
    parts = (
        sa.select(
            Participation.partner_id,
            sa.func.count().label("n"),
            sa.func.max(Event.starts_at).label("last_at"),
        )
        .join(Event, Event.id == Participation.event_id)
        .where(Participation.withdrawn_at.is_(None))
        .group_by(Participation.partner_id)
        .subquery()
    )
    statement = (
        sa.select(Partner, sa.func.coalesce(parts.c.n, 0), parts.c.last_at)
        .outerjoin(parts, parts.c.partner_id == Partner.id)
        .where(owned_by(Partner.organiser_id, owners))
        .order_by(Partner.name, Partner.id)
        .limit(PER_PAGE + 1)
        .offset((max(1, page) - 1) * PER_PAGE)
    )
    if search.strip():
        said = search.strip()
        statement = statement.where(
            sa.or_(*(contains(column, said) for column in (Partner.name, Partner.contact_name, Partner.email)))
        )
    if kind is not None:
        statement = statement.where(Partner.kind == kind)
    rows = [Line(partner, int(count), last_at) for partner, count, last_at in session.execute(statement)]
    return rows[:PER_PAGE], len(rows) > PER_PAGE


def read_record(session: ReadSession, partner_id: uuid.UUID) -> Record:
    """Return a partner's record with contacts and history, the latest event first. Three queries. Raises `NotFound`."""
    partner = session.get(Partner, partner_id)
    if partner is None:
        raise NotFound
    contacts = session.scalars(
        sa.select(PartnerContact)
        .where(PartnerContact.partner_id == partner_id)
        .order_by(PartnerContact.created_at, PartnerContact.id)
    ).all()
    rows = session.execute(
        sa.select(Participation, Event, PartnerReport)
        .join(Event, Event.id == Participation.event_id)
        .outerjoin(PartnerReport, PartnerReport.participation_id == Participation.id)
        .where(Participation.partner_id == partner_id)
        .order_by(Event.starts_at.desc(), Event.id)
        .limit(200)
    )
    return Record(partner, contacts, [Part(*row) for row in rows])


def edit(session: Session, partner_id: uuid.UUID, wanted: Mapping[str, Any], *, now: datetime, by: str) -> None:
    """Change a partner's record; what is not in `wanted` stays. Nothing is recorded where nothing changed.

    Raises `NotFound`. The caller commits.
    """
    partner = _held(session, partner_id)
    changed = tuple(name for name in EDITABLE if name in wanted and getattr(partner, name) != wanted[name])
    if not changed:
        return
    for name in changed:
        setattr(partner, name, wanted[name])
    partner.forgotten_at = None
    _note(session, partner, changed, now=now, by=by)


# ---------------------------------------------------------------- contacts
def add_contact(
    session: Session,
    partner_id: uuid.UUID,
    *,
    name: str,
    email: str | None,
    phone: str | None,
    now: datetime,
    by: str,
) -> uuid.UUID:
    """Keep one more person to turn to and return the id. Raises `NotFound`, `Invalid`. The caller commits."""
    partner = _held(session, partner_id)
    if not email and not phone:
        raise Invalid([FieldError("email", "contact_missing", N_("Give an e-mail address or a WhatsApp number."))])
    count = session.scalar(
        sa.select(sa.func.count()).select_from(PartnerContact).where(PartnerContact.partner_id == partner_id)
    )
    if int(count or 0) >= MOST_CONTACTS:
        message = N_("At most %(limit)s contact persons, please.")
        raise Invalid([FieldError("name", "too_many", message, {"limit": MOST_CONTACTS})])
    row = PartnerContact(partner_id=partner_id, name=name, email=email, phone=phone, created_at=now)
    session.add(row)
    session.flush()
    _note(session, partner, ("contacts",), now=now, by=by)
    return row.id


def remove_contact(session: Session, partner_id: uuid.UUID, contact_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Remove somebody from the contacts. Raises `NotFound`. The caller commits."""
    partner = _held(session, partner_id)
    session.delete(_contact(session, partner_id, contact_id))
    session.flush()
    _note(session, partner, ("contacts",), now=now, by=by)


def make_main(session: Session, partner_id: uuid.UUID, contact_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Have mails go to another contact; who was the main one stays in the list. The caller commits.

    Raises `NotFound`, or `Conflict` for somebody without an e-mail address.
    """
    partner = _held(session, partner_id)
    row = _contact(session, partner_id, contact_id)
    if not row.email:
        raise Conflict(N_("The main contact needs an e-mail address: invitations go there."))
    before = (partner.contact_name, partner.email, partner.phone)
    partner.contact_name, partner.email, partner.phone = row.name, row.email, row.phone
    if any(before):
        row.name, row.email, row.phone = before[0] or partner.name, before[1], before[2]
    else:
        session.delete(row)
    session.flush()
    _note(session, partner, ("contacts",), now=now, by=by)


def _contact(session: Session, partner_id: uuid.UUID, contact_id: uuid.UUID) -> PartnerContact:
    row = session.get(PartnerContact, contact_id)
    if row is None or row.partner_id != partner_id:
        raise NotFound
    return row


def _held(session: Session, partner_id: uuid.UUID) -> Partner:
    partner = session.get(Partner, partner_id, with_for_update={"key_share": True})
    if partner is None:
        raise NotFound
    return partner


def _note(session: Session, partner: Partner, fields: tuple[str, ...], *, now: datetime, by: str) -> None:
    session.flush()
    fact = facts.PartnerEdited(organiser_id=partner.organiser_id, partner_id=partner.id, fields=fields)
    outbox.record(session, fact, now=now, by=by)


# ---------------------------------------------------------------- forgetting
def forget(session: Session, partner_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Remove what is personal in a record: contacts, biography, photo, what they sent and wrote.

    The name stays on the events that they took part in, as on any printed programme; a certificate stays valid. Twice
    changes nothing. Raises `NotFound`, or `Conflict` while they take part in something ahead. The caller commits.
    """
    partner = _held(session, partner_id)
    ahead = sa.select(Participation.id).join(Event, Event.id == Participation.event_id)
    ahead = ahead.where(
        Participation.partner_id == partner_id,
        Participation.withdrawn_at.is_(None),
        Event.stage.not_in((Stage.ENDED, Stage.ARCHIVED, Stage.CANCELLED)),
    )
    if session.scalar(ahead.limit(1)) is not None:
        raise Conflict(N_("This partner still takes part in an event. Take them off first."))
    if partner.forgotten_at is not None:
        return
    partner.contact_name = partner.email = partner.phone = partner.photo_key = None
    partner.biography = LocalizedText()
    partner.forgotten_at = now
    theirs = sa.select(Participation.id).where(Participation.partner_id == partner_id).scalar_subquery()
    kept = {"synchronize_session": False}
    session.execute(sa.delete(PartnerContact).where(PartnerContact.partner_id == partner_id), execution_options=kept)
    session.execute(sa.delete(Contribution).where(Contribution.participation_id.in_(theirs)), execution_options=kept)
    session.execute(
        sa.update(PartnerFile).where(PartnerFile.participation_id.in_(theirs)).values(discarded_at=now),
        execution_options=kept,
    )
    session.execute(
        sa.update(PartnerReport).where(PartnerReport.participation_id.in_(theirs)).values(comment=""),
        execution_options=kept,
    )
    session.execute(
        sa.update(Participation)
        .where(Participation.partner_id == partner_id)
        .values(answer_comment="", link_version=Participation.link_version + 1),
        execution_options=kept,
    )
    session.execute(
        sa.update(SeriesInvitation)
        .where(SeriesInvitation.partner_id == partner_id)
        .values(link_version=SeriesInvitation.link_version + 1),
        execution_options=kept,
    )
    session.flush()
    fact = facts.PartnerForgotten(organiser_id=partner.organiser_id, partner_id=partner_id)
    outbox.record(session, fact, now=now, by=by)


def list_lapsed(session: ReadSession, *, now: datetime, limit: int = 50) -> list[uuid.UUID]:
    """Return partners who still have personal data here and have taken part in nothing for `KEPT`."""
    since = now - KEPT
    recent = (
        sa.select(Participation.id)
        .join(Event, Event.id == Participation.event_id)
        .where(Participation.partner_id == Partner.id, Event.ends_at > since)
    )
    return list(
        session.scalars(
            sa.select(Partner.id)
            .where(Partner.forgotten_at.is_(None), Partner.created_at <= since, ~recent.exists())
            .order_by(Partner.id)
            .limit(limit)
        )
    )
