"""The stage machine: one function a transition, made by a person or by the clock.

Every transition checks the stage it starts from, refuses with `WrongStage` otherwise, changes the event and records
its fact in the caller's transaction. The caller commits.

    draft → published → registration_open ⇄ registration_closed → live → ended → archived
              └── postponed (back by reschedule) ── cancelled ──┘   from any stage between published and live
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from events import facts, outbox
from events.errors import N_, FieldError, Invalid, WrongStage
from events.event_rows import hold_event
from events.event_rules import faults_before_publishing
from events.models import (
    AHEAD,
    Event,
    EventKind,
    EventMode,
    Participation,
    PartnerAnswer,
    PoolPurpose,
    ProgrammeItem,
    SeatPool,
    Slot,
    Stage,
    Track,
)
from events.partnership import series_invitations
from events.seating import allotment_release, claims, seats, waitlist
from events.storage import LocalizedText, ReadSession

CLOCK = "clock"
SURVEY_OPEN_FOR = timedelta(days=14)
ARCHIVE_AFTER = timedelta(days=90)
CERTIFICATE_DELAY = timedelta(minutes=5)
"""Between the end of an event and its certificates: late code words and marks at the door still count."""

MOVABLE = (*AHEAD, Stage.POSTPONED)
CANCELLABLE = (*MOVABLE, Stage.LIVE)


def _begin(session: Session, event_id: uuid.UUID, allowed: Sequence[Stage]) -> Event:
    """Load the event, hold its row until the commit, and refuse if its stage is none of `allowed`."""
    claims.claim(session, event_id)
    event = hold_event(session, event_id)
    if event.stage not in allowed:
        raise WrongStage(stage=event.stage.value)
    return event


def _finish(session: Session, event: Event, fact: facts.Fact, *, now: datetime, by: str) -> None:
    event.version += 1
    event.updated_at = now
    session.flush()
    outbox.record(session, fact, now=now, by=by)


def publish(session: Session, event_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Draft → published, and on to registration open where no later time was set for that.

    Raises `Invalid` with everything that is still missing.
    """
    event = _begin(session, event_id, (Stage.DRAFT,))
    missing = missing_before_publishing(session, event, now=now)
    if missing:
        raise Invalid(missing)
    event.stage = Stage.PUBLISHED
    event.published_at = now
    series_invitations.note_change(session, event, now=now)
    _note_invited(session, event_id, now=now)
    fact = facts.EventPublished(organiser_id=event.organiser_id, event_id=event.id)
    _finish(session, event, fact, now=now, by=by)
    opens = event.registration_opens_at is None or event.registration_opens_at <= now
    if opens and not _deadline_passed(event, now=now):
        open_registration(session, event_id, now=now, by=by)


def _note_invited(session: Session, event_id: uuid.UUID, *, now: datetime) -> None:
    """Note that partners are asked from now on: their invitations go out with the publication."""
    waiting = sa.and_(
        Participation.event_id == event_id, Participation.withdrawn_at.is_(None), Participation.invited_at.is_(None)
    )
    session.execute(sa.update(Participation).where(waiting).values(invited_at=now))


def _deadline_passed(event: Event, *, now: datetime) -> bool:
    return event.registration_closes_at is not None and event.registration_closes_at <= now


def missing_before_publishing(session: ReadSession, event: Event, *, now: datetime) -> list[FieldError]:
    """Return everything that `publish` would still refuse the draft for."""
    needed = {
        "title": bool(event.title),
        "summary": bool(event.summary),
        "venue": bool(event.venue) or event.mode is EventMode.ONLINE,
    }
    missing = [
        FieldError(name, "missing", N_("This is needed before publishing."))
        for name, present in needed.items()
        if not present
    ]
    if event.ends_at <= now:
        missing.append(FieldError("starts_at", "past", N_("This time has already passed.")))
    if event.kind is EventKind.EXHIBITION:
        slots = session.scalar(sa.select(sa.func.count()).select_from(Slot).where(Slot.event_id == event.id))
        if not slots:
            missing.append(FieldError("slots", "missing", N_("Add visiting times first.")))
    elif not session.scalar(
        sa.select(sa.func.count()).where(SeatPool.event_id == event.id, SeatPool.purpose != PoolPurpose.CHOICE)
    ):
        missing.append(FieldError("capacity", "missing", N_("Say how many people can come.")))
    return [*missing, *faults_before_publishing(event)]


def open_registration(session: Session, event_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Published or registration closed → registration open; a deadline that has passed is lifted."""
    event = _begin(session, event_id, (Stage.PUBLISHED, Stage.REGISTRATION_CLOSED))
    event.stage = Stage.REGISTRATION_OPEN
    if _deadline_passed(event, now=now):
        event.registration_closes_at = None
    seats.set_open(session, event.id, True)
    fact = facts.RegistrationOpened(organiser_id=event.organiser_id, event_id=event.id)
    _finish(session, event, fact, now=now, by=by)


def close_registration(session: Session, event_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Registration open → registration closed."""
    event = _begin(session, event_id, (Stage.REGISTRATION_OPEN,))
    event.stage = Stage.REGISTRATION_CLOSED
    seats.set_open(session, event.id, False)
    fact = facts.RegistrationClosed(organiser_id=event.organiser_id, event_id=event.id)
    _finish(session, event, fact, now=now, by=by)


def start(session: Session, event_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Published, registration open or closed → live. An exhibition's later slots stay open for registration."""
    event = _begin(session, event_id, AHEAD)
    was_open = event.stage is Stage.REGISTRATION_OPEN
    closes_later = event.registration_closes_at is not None and event.registration_closes_at > now
    event.stage = Stage.LIVE
    seats.set_open(session, event.id, was_open and (event.kind is EventKind.EXHIBITION or closes_later))
    fact = facts.EventStarted(organiser_id=event.organiser_id, event_id=event.id)
    _finish(session, event, fact, now=now, by=by)


def end(session: Session, event_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Live → ended; the tracks of recording, certificates and survey begin where the event has them."""
    event = _begin(session, event_id, (Stage.LIVE,))
    event.stage = Stage.ENDED
    event.ended_at = now
    seats.set_open(session, event.id, False)
    if event.kind is EventKind.WEBINAR and event.recording_track is Track.NONE:
        event.recording_track = Track.WAITING
    if event.certificate:
        event.certificate_track = Track.WAITING
        event.certificates_due_at = now + CERTIFICATE_DELAY
    if event.survey_url:
        event.survey_track = Track.RUNNING
    fact = facts.EventEnded(organiser_id=event.organiser_id, event_id=event.id)
    _finish(session, event, fact, now=now, by=by)
    if event.survey_url:
        opened = facts.SurveyOpened(organiser_id=event.organiser_id, event_id=event.id)
        outbox.record(session, opened, now=now, by=by)


def archive(session: Session, event_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Ended → archived."""
    event = _begin(session, event_id, (Stage.ENDED,))
    event.stage = Stage.ARCHIVED
    fact = facts.EventArchived(organiser_id=event.organiser_id, event_id=event.id)
    _finish(session, event, fact, now=now, by=by)


def reschedule(
    session: Session,
    event_id: uuid.UUID,
    *,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    by: str,
    reason: LocalizedText | None = None,
) -> None:
    """Move an event that has not begun; programme and slots move with it. A postponed one is back on.

    Everything that hangs on the time (mails, calendars, reminders, posts, pages) follows from the fact. Moving to the
    same time is refused as `Invalid`, so that nobody is told of a change that is none.
    """
    event = _begin(session, event_id, MOVABLE)
    _refuse_bad_times(event, starts_at, ends_at, now=now)
    old_starts_at, old_ends_at = event.starts_at, event.ends_at
    event.starts_at, event.ends_at = starts_at, ends_at
    event.reason = reason or LocalizedText()
    event.calendar_sequence += 1
    _shift_parts(session, event, starts_at - old_starts_at)
    if event.registration_closes_at is not None:
        event.registration_closes_at = min(event.registration_closes_at + (starts_at - old_starts_at), starts_at)
    if event.registration_opens_at is not None and event.registration_opens_at >= starts_at:
        event.registration_opens_at = now  # moved to before its own opening, it would never open
    if event.stage is Stage.POSTPONED:
        event.stage = event.postponed_from or Stage.PUBLISHED
        event.postponed_from = None
        seats.set_open(session, event.id, event.stage is Stage.REGISTRATION_OPEN)
    _ask_partners_again(session, event)
    series_invitations.note_change(session, event, now=now, asks_again=True)
    session.flush()
    allotment_release.follow_move(session, event, starts_at - old_starts_at)
    waitlist.follow_move(session, event, now=now)
    fact = facts.EventRescheduled(
        organiser_id=event.organiser_id,
        event_id=event.id,
        old_starts_at=old_starts_at,
        old_ends_at=old_ends_at,
        starts_at=starts_at,
        ends_at=ends_at,
        sequence=event.calendar_sequence,
    )
    _finish(session, event, fact, now=now, by=by)


def _ask_partners_again(session: Session, event: Event) -> None:
    """Forget what partners answered about the old time: the update asks them anew (RFC 5546 §3.2.2.1)."""
    session.execute(
        sa.update(Participation)
        .where(Participation.event_id == event.id, Participation.withdrawn_at.is_(None))
        .values(
            answer=PartnerAnswer.NEEDS_ACTION,
            answered_at=None,
            answered_by=None,
            answer_comment="",
            proposed_starts_at=None,
            proposed_ends_at=None,
        )
    )


def _refuse_bad_times(event: Event, starts_at: datetime, ends_at: datetime, *, now: datetime) -> None:
    errors: list[FieldError] = []
    if starts_at <= now:
        errors.append(FieldError("starts_at", "past", N_("This time has already passed.")))
    if ends_at <= starts_at:
        errors.append(FieldError("ends_at", "order", N_("The end must come after the start.")))
    same = (starts_at, ends_at) == (event.starts_at, event.ends_at)
    if same and event.stage is not Stage.POSTPONED:
        errors.append(FieldError("starts_at", "same", N_("This is the time it already has.")))
    if errors:
        raise Invalid(errors)


def _shift_parts(session: Session, event: Event, delta: timedelta) -> None:
    """Move programme items and slots by as much as the event moved."""
    items = session.scalars(sa.select(ProgrammeItem).where(ProgrammeItem.event_id == event.id))
    for item in items:
        item.starts_at += delta
        item.ends_at += delta
    # Outermost first, so that no slot meets the unique start of one that has not moved yet.
    order = Slot.starts_at.desc() if delta > timedelta(0) else Slot.starts_at
    for slot in session.scalars(sa.select(Slot).where(Slot.event_id == event.id).order_by(order)):
        slot.starts_at += delta
        slot.ends_at += delta
        slot.calendar_sequence += 1
        session.flush()


def postpone(
    session: Session, event_id: uuid.UUID, *, now: datetime, by: str, reason: LocalizedText | None = None
) -> None:
    """Published or registration open or closed → postponed: it will not be then, and nobody knows yet when.

    Seats that are offered stay held; those who were to answer get their full time again when the event is back on.
    """
    event = _begin(session, event_id, AHEAD)
    event.postponed_from = event.stage
    event.stage = Stage.POSTPONED
    event.reason = reason or LocalizedText()
    event.calendar_sequence += 1
    series_invitations.note_change(session, event, now=now)
    seats.set_open(session, event.id, False)
    waitlist.suspend_offers(session, event, now=now)
    fact = facts.EventPostponed(
        organiser_id=event.organiser_id,
        event_id=event.id,
        old_starts_at=event.starts_at,
        sequence=event.calendar_sequence,
    )
    _finish(session, event, fact, now=now, by=by)


def cancel(
    session: Session, event_id: uuid.UUID, *, now: datetime, by: str, reason: LocalizedText | None = None
) -> None:
    """Any stage between published and live → cancelled, for good."""
    event = _begin(session, event_id, CANCELLABLE)
    event.stage = Stage.CANCELLED
    event.reason = reason or LocalizedText()
    event.calendar_sequence += 1
    series_invitations.note_change(session, event, now=now)
    seats.set_open(session, event.id, False)
    fact = facts.EventCancelled(organiser_id=event.organiser_id, event_id=event.id, sequence=event.calendar_sequence)
    _finish(session, event, fact, now=now, by=by)


def close_survey(session: Session, event_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Close the survey of an ended event."""
    event = _begin(session, event_id, (Stage.ENDED, Stage.ARCHIVED))
    if event.survey_track is not Track.RUNNING:
        return
    event.survey_track = Track.DONE
    fact = facts.SurveyClosed(organiser_id=event.organiser_id, event_id=event.id)
    _finish(session, event, fact, now=now, by=by)


def begin_certificates(session: Session, event_id: uuid.UUID, *, now: datetime) -> bool:
    """Move the certificate track from waiting to running; returns False if somebody else already did."""
    event = _begin(session, event_id, (Stage.ENDED, Stage.ARCHIVED))
    if event.certificate_track is not Track.WAITING:
        return False
    event.certificate_track = Track.RUNNING
    event.updated_at = now
    session.flush()
    return True


def close_certificates(session: Session, event_id: uuid.UUID, *, issued: int, now: datetime) -> None:
    """Move the certificate track to done, once; `issued` certificates are out."""
    event = _begin(session, event_id, (Stage.ENDED, Stage.ARCHIVED))
    if event.certificate_track is not Track.RUNNING:
        return
    event.certificate_track = Track.DONE
    fact = facts.CertificateTrackClosed(organiser_id=event.organiser_id, event_id=event.id, issued=issued)
    _finish(session, event, fact, now=now, by="worker")


# ---------------------------------------------------------------- by the clock
Transition = Callable[..., None]


def due(session: ReadSession, *, now: datetime, limit: int = 50) -> list[tuple[uuid.UUID, Transition]]:
    """Return the transitions whose time has come, earliest first. Each is tried on its own and may lose a race."""
    rules: list[tuple[sa.ColumnElement[bool], InstrumentedAttribute[Any], Transition]] = [
        (
            sa.and_(
                Event.stage == Stage.PUBLISHED,
                Event.registration_opens_at <= now,
                Event.starts_at > now,
                sa.or_(Event.registration_closes_at.is_(None), Event.registration_closes_at > now),
            ),
            Event.registration_opens_at,
            open_registration,
        ),
        (
            sa.and_(Event.stage == Stage.REGISTRATION_OPEN, Event.registration_closes_at <= now),
            Event.registration_closes_at,
            close_registration,
        ),
        (sa.and_(Event.stage.in_(AHEAD), Event.starts_at <= now), Event.starts_at, start),
        (sa.and_(Event.stage == Stage.LIVE, Event.ends_at <= now), Event.ends_at, end),
        (
            sa.and_(
                Event.stage.in_((Stage.ENDED, Stage.ARCHIVED)),
                Event.survey_track == Track.RUNNING,
                Event.ended_at <= now - SURVEY_OPEN_FOR,
            ),
            Event.ended_at,
            close_survey,
        ),
        (
            sa.and_(Event.stage == Stage.ENDED, Event.ended_at <= now - ARCHIVE_AFTER),
            Event.ended_at,
            archive,
        ),
    ]
    found: list[tuple[datetime, uuid.UUID, Transition]] = []
    for condition, moment, transition in rules:
        rows = session.execute(sa.select(moment, Event.id).where(condition).order_by(moment, Event.id).limit(limit))
        found += [(at, event_id, transition) for at, event_id in rows]
    found.sort(key=lambda each: each[:2])
    return [(event_id, transition) for _, event_id, transition in found]
