"""A message now: staff write it, look at it, send it to a part of the event's people. The caller commits.

Sending only says so; the reaction to `AnnouncementSent` owes the e-mails in chunks and can be killed between any two of
them. Each person's row has a key of its own, so nobody is written to twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import deliveries, outbox
from events.errors import N_, Closed, Conflict, FieldError, Invalid, NotFound
from events.links import Links
from events.models import Event, Registration, Slot, Stage
from events.storage import LocalizedText, ReadSession
from notifications import segments
from notifications.contents import own_words
from notifications.facts import AnnouncementSent, RecipientsQueued
from notifications.models.announcement import Announcement, AnnouncementState, Segment
from notifications.models.email import Email, EmailKind, EmailState
from notifications.models.text_message import TextMessage
from notifications.planning import announced, email_rows, emails
from notifications.planning.announced import Said
from notifications.texting import planning, tallies
from notifications.texting.planning import Occasion
from notifications.texting.tallies import Tally

CHUNK = 150
"""Registrations that one transaction writes to: a mail each, and one to the guardian of some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What staff say."""

    segment: Segment
    slot_id: uuid.UUID | None = None
    subject: LocalizedText
    body: LocalizedText
    also_later: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """An announcement and what has become of its e-mails and, by channel, of its text messages."""

    announcement: Announcement
    sent: int = 0
    waiting: int = 0
    failed: int = 0
    dropped: int = 0
    """Those that were not sent because the person had left meanwhile."""
    texts: Sequence[Tally] = ()
    """What goes to chats, and what staff tell by hand. Who has a chat and an address is counted in both."""


def draft(session: Session, event_id: uuid.UUID, written: Written, *, now: datetime, by: str) -> uuid.UUID:
    """Keep a draft and return its id. Raises `NotFound`, `Closed` for an event that is a draft itself, `Invalid`."""
    event = _event(session, event_id)
    _check(session, event, written)
    announcement = Announcement(
        organiser_id=event.organiser_id,
        event_id=event_id,
        segment=written.segment,
        slot_id=written.slot_id,
        subject=written.subject,
        body=written.body,
        also_later=written.also_later,
        created_at=now,
        created_by=by,
    )
    session.add(announcement)
    session.flush()
    return announcement.id


def change(
    session: Session, event_id: uuid.UUID, announcement_id: uuid.UUID, written: Written, *, version: int
) -> None:
    """Change a draft. Raises `NotFound`, `Invalid`, or `Conflict` if it was sent or changed meanwhile."""
    announcement = _held(session, event_id, announcement_id, version)
    _check(session, _event(session, event_id), written)
    announcement.segment, announcement.slot_id = written.segment, written.slot_id
    announcement.subject, announcement.body = written.subject, written.body
    announcement.also_later = written.also_later
    announcement.version += 1
    session.flush()


def discard(session: Session, event_id: uuid.UUID, announcement_id: uuid.UUID) -> None:
    """Throw a draft away. Raises `NotFound`, or `Conflict` for one that was sent."""
    announcement = find(session, event_id, announcement_id)
    if announcement.state is not AnnouncementState.DRAFT:
        raise Conflict(N_("This message was sent already."))
    session.delete(announcement)
    session.flush()


def send(
    session: Session, event_id: uuid.UUID, announcement_id: uuid.UUID, *, version: int, now: datetime, by: str
) -> int:
    """Send a draft to everybody in its segment and return how many e-mails that is, guardians' counted.

    Raises `NotFound`, `Closed`, or `Conflict` if it was sent or changed meanwhile, or nobody can be reached.
    """
    announcement = _held(session, event_id, announcement_id, version)
    event = _event(session, event_id)
    reach = segments.reach_of(session, event, announcement.segment, slot_id=announcement.slot_id)
    count = reach.mails
    if not (count or reach.texted or reach.by_phone or announcement.also_later):
        raise Conflict(N_("There is nobody whom it could reach."))
    announcement.state = AnnouncementState.SENDING
    announcement.sent_at, announcement.sent_by = now, by
    announcement.version += 1
    session.flush()
    fact = AnnouncementSent(
        organiser_id=event.organiser_id,
        event_id=event_id,
        announcement_id=announcement_id,
        segment=announcement.segment.value,
        count=count,
        texted=reach.texted,
        by_phone=len(reach.by_phone),
    )
    outbox.record(session, fact, now=now, by=by)
    return count


def fan_out(
    session: Session, announcement_id: uuid.UUID, *, now: datetime, cursor: emails.Cursor | None = None
) -> emails.Cursor | None:
    """Owe the next chunk its e-mails; returns where to go on, or None when everybody's are owed. Idempotent."""
    announcement = session.get(Announcement, announcement_id)
    if announcement is None:
        return None
    event = session.get_one(Event, announcement.event_id)
    rows: list[dict[str, Any]] = []
    texts: list[Occasion] = []
    further: uuid.UUID | None = None
    if announcement.segment is Segment.PARTNERS:
        rows = _to_partners(session, event, announcement, now=now)
    else:
        found, further = segments.next_in_segment(
            session,
            event,
            announcement.segment,
            slot_id=announcement.slot_id,
            after=uuid.UUID(cursor["after"]) if cursor else None,
            limit=CHUNK,
        )
        rows = [row for each in found for row in _to_registrant(session, event, announcement, each, now=now)]
        texts = announced.occasions(session, event, announcement, found, now=now)
    email_rows.insert_missing(session, rows)
    planning.owe(session, event, texts, now=now)
    deliveries.ring(session, email_rows.QUEUE)
    count = (cursor or {}).get("count", 0) + len(rows)
    if further is not None:
        return {"after": str(further), "count": count}
    announcement.state = AnnouncementState.SENT
    kind = EmailKind.ANNOUNCEMENT.value
    fact = RecipientsQueued(organiser_id=event.organiser_id, event_id=event.id, kind=kind, count=count)
    outbox.record(session, fact, now=now, by="worker")
    return None


def _to_registrant(
    session: Session, event: Event, announcement: Announcement, registration: Registration, *, now: datetime
) -> list[dict[str, Any]]:
    """Return the rows of somebody's e-mail and, of a minor, of their guardian's; the same columns in each."""
    common = {"announcement_id": announcement.id}
    kind, rows = EmailKind.ANNOUNCEMENT, list[dict[str, Any]]()
    values = email_rows.values_for(session, kind, event, registration, now=now, about=str(announcement.id))
    if values is not None:
        rows.append({**values, **common})
    if segments.has_guardian(registration):
        guardian = email_rows.values_to(
            session,
            kind,
            event,
            registration,
            registration.guardian_email or "",
            now=now,
            about=f"{announcement.id}:guardian",
            params={"to_guardian": True},
        )
        rows.append({**guardian, **common})
    return rows


def _to_partners(session: Session, event: Event, announcement: Announcement, *, now: datetime) -> list[dict[str, Any]]:
    kind = EmailKind.ANNOUNCEMENT
    return [
        {
            **email_rows.values_for_partner(session, kind, event, participation, partner, now=now),
            "dedupe_key": f"{kind.value}:{participation.id}:{announcement.id}",
            "announcement_id": announcement.id,
        }
        for participation, partner in segments.partners_of(session, event.id)
        if partner.email
    ]


# ---------------------------------------------------------------- reading
def find(session: ReadSession, event_id: uuid.UUID, announcement_id: uuid.UUID) -> Announcement:
    """Return an announcement of the event. Raises `NotFound`."""
    announcement = session.get(Announcement, announcement_id)
    if announcement is None or announcement.event_id != event_id:
        raise NotFound
    return announcement


def list_announcements(session: ReadSession, event_id: uuid.UUID) -> Sequence[Progress]:
    """Return the event's announcements, the newest first, with what has become of each. Three queries."""
    found = session.scalars(
        sa.select(Announcement).where(Announcement.event_id == event_id).order_by(Announcement.id.desc())
    ).all()
    return _with_progress(session, found)


def progress_of(session: ReadSession, announcement: Announcement) -> Progress:
    """Return an announcement with what has become of it."""
    return _with_progress(session, [announcement])[0]


def _with_progress(session: ReadSession, found: Sequence[Announcement]) -> Sequence[Progress]:
    ids = [each.id for each in found]
    counts, texts = _counts(session, ids), tallies.of_announcements(session, ids)
    return [Progress(each, **counts.get(each.id, {}), texts=texts.get(each.id, ())) for each in found]


def said_to(session: ReadSession, registration: Registration) -> Sequence[Announcement]:
    """Return what was said to somebody, the newest first: what was sent to them, and what is for who came later, too.

    One query where nothing was ever said about the event.
    """
    found = session.scalars(
        sa.select(Announcement)
        .where(Announcement.event_id == registration.event_id, Announcement.state != AnnouncementState.DRAFT)
        .order_by(Announcement.sent_at.desc(), Announcement.id.desc())
    ).all()
    if not found:
        return ()
    sent = _sent_to(session, registration.id)
    return [each for each in found if each.id in sent or _meant_for(each, registration)]


def _sent_to(session: ReadSession, registration_id: uuid.UUID) -> set[uuid.UUID]:
    mailed = sa.select(Email.announcement_id).where(
        Email.registration_id == registration_id, Email.announcement_id.is_not(None)
    )
    texted = sa.select(TextMessage.announcement_id).where(
        TextMessage.registration_id == registration_id, TextMessage.announcement_id.is_not(None)
    )
    return {key for statement in (mailed, texted) for key in session.scalars(statement) if key is not None}


def _meant_for(announcement: Announcement, registration: Registration) -> bool:
    """Tell whether who came later reads it."""
    return (
        announcement.also_later
        and announcement.slot_id in (None, registration.slot_id)
        and registration.state in segments.states_of(announcement.segment)
    )


def read_by(
    session: ReadSession, registration_id: uuid.UUID, *, links: Links, locale: str, now: datetime
) -> Sequence[Said]:
    """Return what was said to somebody in the words for them, the newest first."""
    row = session.execute(
        sa.select(Registration, Event)
        .join(Event, Event.id == Registration.event_id)
        .where(Registration.id == registration_id)
    ).one()
    registration, event = row[0], row[1]
    found = said_to(session, registration)
    if not found:
        return ()
    return announced.said(session, event, found, registration, links=links, locale=locale, now=now)


_COLUMN: Mapping[EmailState, str] = {
    EmailState.SENT: "sent",
    EmailState.SUPERSEDED: "dropped",
    EmailState.FAILED: "failed",
    EmailState.BOUNCED: "failed",
    EmailState.SUPPRESSED: "failed",
}


def _counts(session: ReadSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, int]]:
    if not ids:
        return {}
    rows = session.execute(
        sa.select(Email.announcement_id, Email.state, sa.func.count())
        .where(Email.announcement_id.in_(ids))
        .group_by(Email.announcement_id, Email.state)
    )
    found: dict[uuid.UUID, dict[str, int]] = {}
    for key, state, count in rows:
        if key is not None:
            column = _COLUMN.get(state, "waiting")
            counts = found.setdefault(key, {})
            counts[column] = counts.get(column, 0) + count
    return found


# ---------------------------------------------------------------- checks
def _event(session: Session, event_id: uuid.UUID) -> Event:
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound
    if event.stage is Stage.DRAFT:
        raise Closed(N_("Nobody takes part in a draft yet: publish the event first."))
    return event


def _held(session: Session, event_id: uuid.UUID, announcement_id: uuid.UUID, version: int) -> Announcement:
    """Return a draft and hold its row until the commit: two that press at once send it once."""
    announcement = session.scalar(
        sa.select(Announcement)
        .where(Announcement.id == announcement_id, Announcement.event_id == event_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if announcement is None:
        raise NotFound
    if announcement.state is not AnnouncementState.DRAFT:
        raise Conflict(N_("This message was sent already."))
    if announcement.version != version:
        raise Conflict(N_("Somebody else changed this message meanwhile. Look at it again."))
    return announcement


def _check(session: Session, event: Event, written: Written) -> None:
    partners = written.segment is Segment.PARTNERS
    faults = own_words.faults(written.subject, written.body, partners=partners)
    if written.slot_id is not None:
        slot = session.get(Slot, written.slot_id)
        if slot is None or slot.event_id != event.id or partners:
            faults.append(FieldError("slot", "unknown", N_("Choose one of the visiting times.")))
    if faults:
        raise Invalid(faults)
