"""What stands in each kind of calendar feed. A fixed number of queries, and a bounded number of entries.

A feed shows what ended in the last 90 days and what ends within two years. What was called off stays in as cancelled,
because programs differ in whether they drop what a feed no longer names. Personal feeds use the entries that the mails
carry, with the same UID; what is not certain yet is tentative there and blocks nobody's time.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

import sqlalchemy as sa

from events.catalogue.calendar import OFF, Entry, event_entry, participation_entry, registration_entry
from events.catalogue.feeds import RENEWED, Owner
from events.catalogue.finding import Wanted, matching
from events.errors import Gone
from events.links import Links
from events.models import (
    ACTIVE_STATES,
    Event,
    FeedOf,
    Organiser,
    Participation,
    PartnerAnswer,
    Registration,
    RegistrationState,
    Slot,
    Stage,
)
from events.ownership import Owners, owned_by
from events.pages.feed_series import answered, series_entries
from events.recurring.series_calendar import SeriesEntry
from events.storage import ReadSession

BEHIND = timedelta(days=90)
AHEAD = timedelta(days=731)
MOST = 500
"""Entries in one feed: of more than that, those ahead come first, the soonest of them before the later."""
GONE_FOR = timedelta(days=31)
"""How long a place that was given back, or an invitation that was declined, stays in as cancelled."""

_Statement = TypeVar("_Statement", bound="sa.Select[*tuple[Any, ...]]")
_DRAFT = {"id": "Draf", "en": "Draft"}
_WAITLIST = {"id": "Daftar tunggu", "en": "Waitlist"}
_UNCERTAIN = {"id": "Belum pasti", "en": "Not certain yet"}


def public_entries(session: ReadSession, wanted: Wanted, *, now: datetime, locale: str, links: Links) -> list[Entry]:
    """Return the published events that `wanted` describes. One query."""
    # Not "in one of the public stages": an index on the stage would be taken, and nearly all events are archived.
    statement = _events().where(Event.stage != Stage.DRAFT, *matching(wanted))
    return _sorted(
        event_entry(event, owner, locale, url=links.event_url(owner.slug, event.slug))
        for event, owner in session.execute(_within(statement, now=now))
    )


def staff_entries(session: ReadSession, owners: Owners, *, now: datetime, locale: str, links: Links) -> list[Entry]:
    """Return every event of `owners`, drafts as tentative; each leads to its page for staff. One query."""
    statement = _events().where(owned_by(Event.organiser_id, owners))
    return _sorted(
        _of_staff(event, owner, locale, links) for event, owner in session.execute(_within(statement, now=now))
    )


def person_entries(session: ReadSession, person_key: str, *, now: datetime, locale: str, links: Links) -> list[Entry]:
    """Return what one contact is registered for, at every organiser here. One query."""
    return _own_entries(session, Registration.person_key == person_key, now=now, locale=locale, links=links)


def registration_entries(
    session: ReadSession, owner: Owner, *, now: datetime, locale: str, links: Links
) -> list[Entry]:
    """Return one place, and the one it was exchanged for. Two queries.

    Raises `Gone` where the personal link that the feed hangs on was revoked.
    """
    key = uuid.UUID(owner.subject)
    _check(session, Registration.link_version, Registration.id == key, owner)
    own = sa.or_(Registration.id == key, Registration.replaces_id == key)
    return _own_entries(session, own, now=now, locale=locale, links=links)


def partner_entries(
    session: ReadSession, owner: Owner, *, now: datetime, locale: str, links: Links
) -> list[Entry | SeriesEntry]:
    """Return what a partner was invited to, their dates of a series as one entry. Two queries, four with a series.

    The page that the feed was made on is one event's, and may have been passed on to who looks after that event: so
    the others are told without the links that answer for the partner or lead into a meeting. Raises `Gone` as
    `registration_entries` does.
    """
    key = uuid.UUID(owner.subject)
    _check(session, Participation.link_version, Participation.id == key, owner)
    partner_id = sa.select(Participation.partner_id).where(Participation.id == key).scalar_subquery()
    lately = now - GONE_FOR
    statement = (
        sa.select(Event, Organiser, Participation)
        .join(Participation, Participation.event_id == Event.id)
        .join(Organiser, Organiser.id == Event.organiser_id)
        .where(
            Participation.partner_id == partner_id,
            sa.or_(Participation.invited_at.is_not(None), Participation.id == key),
            sa.or_(Participation.withdrawn_at.is_(None), Participation.withdrawn_at > lately),
            sa.or_(Participation.answer != PartnerAnswer.DECLINED, Participation.answered_at > lately),
        )
    )
    rows = [(event, organiser, part) for event, organiser, part in session.execute(_within(statement, now=now))]
    alone = [_of_partner(*row, locale, links, whole=row[2].id == key) for row in rows if _is_alone(row[2])]
    in_series = [row for row in rows if not _is_alone(row[2])]
    series = series_entries(session, in_series, own=key, locale=locale, links=links)
    return sorted([*alone, *series], key=lambda each: (each.starts_at, each.uid))


def _is_alone(part: Participation) -> bool:
    return part.series_invitation_id is None


def entries_of(
    session: ReadSession, owner: Owner, *, now: datetime, locale: str, links: Links
) -> Sequence[Entry | SeriesEntry]:
    """Return what the feed of a person, a registration or a partner tells (the staff's: `staff_entries`)."""
    if owner.of is FeedOf.PARTNER:
        return partner_entries(session, owner, now=now, locale=locale, links=links)
    if owner.of is FeedOf.PERSON:
        return person_entries(session, owner.subject, now=now, locale=locale, links=links)
    return registration_entries(session, owner, now=now, locale=locale, links=links)


def _events() -> sa.Select[Event, Organiser]:
    return sa.select(Event, Organiser).join(Organiser, Organiser.id == Event.organiser_id)


def _within(statement: _Statement, *, now: datetime) -> _Statement:
    """Narrow to the time that feeds tell of, and to `MOST`: those ahead first, then what was over last."""
    return (
        statement.where(Event.ends_at > now - BEHIND, Event.ends_at < now + AHEAD)
        .order_by(
            Event.ends_at <= now, sa.case((Event.ends_at > now, Event.starts_at)), Event.starts_at.desc(), Event.id
        )
        .limit(MOST)
    )


def _sorted(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (entry.starts_at, entry.uid))


def _check(session: ReadSession, version: Any, condition: sa.ColumnElement[bool], owner: Owner) -> None:
    if session.scalar(sa.select(version).where(condition)) != owner.link_version:
        raise Gone(RENEWED)


def _own_entries(
    session: ReadSession, own: sa.ColumnElement[bool], *, now: datetime, locale: str, links: Links
) -> list[Entry]:
    statement = (
        sa.select(Event, Organiser, Registration, Slot)
        .join(Registration, Registration.event_id == Event.id)
        .join(Organiser, Organiser.id == Event.organiser_id)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .where(own, sa.or_(Registration.state.in_(ACTIVE_STATES), Registration.updated_at > now - GONE_FOR))
    )
    rows = cast(
        "Sequence[tuple[Event, Organiser, Registration, Slot | None]]",
        session.execute(_within(statement, now=now)).all(),
    )
    return _sorted(_of_registrant(*row, locale=locale, links=links) for row in rows)


def _of_registrant(
    event: Event, organiser: Organiser, held: Registration, slot: Slot | None, *, locale: str, links: Links
) -> Entry:
    entry = registration_entry(event, organiser, held, locale, links=links, slot=slot)
    if held.state not in ACTIVE_STATES or held.state is RegistrationState.CONFIRMED:
        return entry
    label = _WAITLIST if held.state is RegistrationState.WAITLISTED else _UNCERTAIN
    return _tentative(entry, label[locale], event)


def _of_partner(
    event: Event, organiser: Organiser, part: Participation, locale: str, links: Links, *, whole: bool
) -> Entry:
    own = participation_entry(event, organiser, part, locale, links=links)
    off = own.cancelled or part.answer is PartnerAnswer.DECLINED
    changed_at = max(own.changed_at, part.answered_at or own.changed_at)
    if whole and not off:
        entry = replace(own, changed_at=changed_at)
    else:
        page = None if event.stage is Stage.DRAFT else links.event_url(organiser.slug, event.slug)
        told = event_entry(event, organiser, locale, url=page)
        entry = replace(told, uid=own.uid, sequence=own.sequence, cancelled=off, changed_at=changed_at)
    return entry if off else answered(entry, part.answer, locale)


def _of_staff(event: Event, organiser: Organiser, locale: str, links: Links) -> Entry:
    entry = event_entry(event, organiser, locale, url=links.url(f"staff/events/{event.id}"))
    return _tentative(entry, _DRAFT[locale], event) if event.stage is Stage.DRAFT else entry


def _tentative(entry: Entry, label: str, event: Event) -> Entry:
    """Say in the title, too, that it is not certain: many programs show no STATUS."""
    if event.stage in OFF:
        return replace(entry, cancelled=True)
    return replace(entry, cancelled=False, tentative=True, title=f"{label}: {entry.title}")
