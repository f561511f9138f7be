"""From "has earned it" to a row that waits to be drawn; corrections and revocations. No use-case here commits.

An event's certificates are planned in chunks. While planning, its track stays *waiting*; the chunk that finds nothing
left moves it to *running*. A process that dies in between is therefore found by the next tick, and planning again from
the start writes only what is missing.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from certificates import facts
from certificates.codes import new_code
from certificates.earning import Earned, earned, earned_by
from certificates.models import WAITING_STATES, Certificate, CertificateState
from certificates.numbering import format_number, lock_counter
from certificates.settings import CertificateSettings, settings_of
from events import deliveries, outbox
from events.drafts import lifecycle
from events.errors import N_, Conflict, FieldError, Invalid, NotFound
from events.models import Event, Organiser, Registration, Stage, Track
from events.storage import ReadSession, new_id

CHUNK = 200
QUEUE = "certificates"
"""The queue whose workers draw what is planned here."""
_OVER = (Stage.ENDED, Stage.ARCHIVED)


class Plan(NamedTuple):
    """What one call of `plan` did."""

    written: int
    complete: bool


def due(session: ReadSession, *, now: datetime, limit: int = 20) -> Sequence[uuid.UUID]:
    """Return events whose certificates are to be planned now, the longest waiting first."""
    return session.scalars(
        sa.select(Event.id)
        .where(
            Event.certificate_track == Track.WAITING,
            Event.certificates_due_at <= now,
            Event.stage.in_(_OVER),
        )
        .order_by(Event.certificates_due_at, Event.id)
        .limit(limit)
    ).all()


def plan(session: Session, event_id: uuid.UUID, *, now: datetime, chunk: int = CHUNK) -> Plan:
    """Write rows for up to `chunk` certificates that were earned and not planned yet. Call again until complete.

    Any number of workers may do it at once and as often as they like: nobody gets two, and no number is skipped.
    """
    event = _load_event(session, event_id)
    settings = settings_of(event)
    if settings is None:
        if event.certificate_track is Track.WAITING:
            event.certificate_track = Track.NONE
        return Plan(0, complete=True)
    written = _write(session, event, settings, earned(session, event, settings), now=now, limit=chunk)
    if written == chunk:
        return Plan(written, complete=False)
    lifecycle.begin_certificates(session, event_id, now=now)
    close_if_done(session, event_id, now=now)
    return Plan(written, complete=True)


def plan_for(session: Session, registration_id: uuid.UUID, *, now: datetime) -> bool:
    """Write the certificate of somebody whose evidence came after planning; returns whether one was written.

    Does nothing before the event's certificates have been planned: planning will find the evidence by itself.
    """
    event = session.scalar(
        sa.select(Event).join(Registration, Registration.event_id == Event.id).where(Registration.id == registration_id)
    )
    if event is None:
        raise NotFound
    settings = settings_of(event)
    if settings is None or event.stage not in _OVER or event.certificate_track not in (Track.RUNNING, Track.DONE):
        return False
    late = earned_by(session, event, settings, registration_id)
    return late is not None and _write(session, event, settings, [late], now=now, limit=1) == 1


def plan_late(session: Session, event_id: uuid.UUID, *, now: datetime, chunk: int = CHUNK) -> bool:
    """Write up to `chunk` certificates that were earned by a rule that changed after planning; tells whether more wait.

    Does nothing before the event's certificates have been planned. Whoever has one keeps it.
    """
    event = _load_event(session, event_id)
    settings = settings_of(event)
    if settings is None or event.stage not in _OVER or event.certificate_track not in (Track.RUNNING, Track.DONE):
        return False
    return _write(session, event, settings, earned(session, event, settings), now=now, limit=chunk) == chunk


def close_if_done(session: Session, event_id: uuid.UUID, *, now: datetime) -> bool:
    """Close the event's certificate track if everything planned is out; returns whether nothing is left to do.

    The event's row is held first: of two workers that settle the last two certificates, the second sees the first's.
    """
    track = session.scalar(
        sa.select(Event.certificate_track).where(Event.id == event_id).with_for_update(key_share=True)
    )
    if track is not Track.RUNNING:
        return track is Track.DONE
    rows = session.execute(
        sa.select(Certificate.state, sa.func.count())
        .where(Certificate.event_id == event_id)
        .group_by(Certificate.state)
    )
    counts = {state: count for state, count in rows}  # noqa: C416 - a Row is not quite a tuple to the type checker
    if any(counts.get(state) for state in (*WAITING_STATES, CertificateState.FAILED)):
        return False
    lifecycle.close_certificates(session, event_id, issued=counts.get(CertificateState.ISSUED, 0), now=now)
    return True


def correct_name(session: Session, certificate_id: uuid.UUID, name: str, *, now: datetime, by: str) -> uuid.UUID:
    """Issue the certificate anew under a corrected name; returns the id of the one that will be valid.

    It keeps its number and gets the next version and a code of its own; the old code answers "replaced". One that is
    not out yet is simply corrected. Raises `Invalid` for no name or the same, `Conflict` if it was replaced or revoked.
    """
    name = " ".join(name.split())
    old = _hold(session, certificate_id)
    if not name or len(name) > 200:
        raise Invalid([FieldError("name", "length", N_("Give a name of 1 to 200 characters."))])
    if name == old.name:
        raise Invalid([FieldError("name", "same", N_("This is the name that it already has."))])
    if old.state in (CertificateState.REPLACED, CertificateState.REVOKED):
        raise Conflict(N_("This certificate is no longer valid."))
    if old.state is not CertificateState.ISSUED:
        _queue_again(session, old, now=now)
        old.name = name
        return old.id
    new = Certificate(
        organiser_id=old.organiser_id,
        event_id=old.event_id,
        registration_id=old.registration_id,
        participation_id=old.participation_id,
        role=old.role,
        version=old.version + 1,
        name=name,
        locale=old.locale,
        number=old.number,
        code=new_code(),
        created_at=now,
        due_at=now,
        request_id=session.info.get(outbox.REQUEST_ID),
    )
    session.add(new)
    session.flush()
    old.state, old.replaced_by = CertificateState.REPLACED, new.id
    session.flush()
    deliveries.ring(session, QUEUE)
    fact = facts.CertificateReplaced(
        organiser_id=old.organiser_id, event_id=old.event_id, certificate_id=old.id, replacement_id=new.id
    )
    outbox.record(session, fact, now=now, by=by)
    return new.id


def revoke(session: Session, certificate_id: uuid.UUID, *, reason: str, now: datetime, by: str) -> None:
    """Declare a certificate worthless, for good; doing it twice changes nothing.

    Raises `Conflict` if it was replaced, `Invalid` without a reason (which only the staff will see).
    """
    certificate = _hold(session, certificate_id)
    if certificate.state is CertificateState.REVOKED:
        return
    if certificate.state is CertificateState.REPLACED:
        raise Conflict(N_("This certificate has been replaced. Revoke the newer one."))
    if not reason.strip():
        raise Invalid([FieldError("reason", "missing", N_("Say why."))])
    certificate.state = CertificateState.REVOKED
    certificate.revoked_at, certificate.revoked_reason = now, reason.strip()[:500]
    certificate.lease_token = certificate.lease_until = None
    session.flush()
    fact = facts.CertificateRevoked(
        organiser_id=certificate.organiser_id, event_id=certificate.event_id, certificate_id=certificate.id
    )
    outbox.record(session, fact, now=now, by=by)
    close_if_done(session, certificate.event_id, now=now)


def retry(session: Session, certificate_id: uuid.UUID, *, now: datetime) -> None:
    """Queue a certificate that failed once more. Raises `Conflict` if it did not fail."""
    certificate = _hold(session, certificate_id)
    if certificate.state is not CertificateState.FAILED:
        raise Conflict
    _queue_again(session, certificate, now=now)


def _queue_again(session: Session, certificate: Certificate, *, now: datetime) -> None:
    """Put it back in the queue; a worker that still holds it can no longer settle it."""
    certificate.state, certificate.due_at, certificate.attempts = CertificateState.QUEUED, now, 0
    certificate.lease_token = certificate.lease_until = None
    deliveries.ring(session, QUEUE)


def _write(
    session: Session,
    event: Event,
    settings: CertificateSettings,
    wanted: Sequence[Earned],
    *,
    now: datetime,
    limit: int,
) -> int:
    """Write up to `limit` of the wanted certificates that nobody has yet, numbered in order; returns how many."""
    zone = session.scalar(sa.select(Organiser.timezone).where(Organiser.id == event.organiser_id))
    today = now.astimezone(ZoneInfo(zone or event.timezone)).date()
    # The counter first: whoever waits for it then sees what the one before has written.
    counter = lock_counter(session, event.organiser_id, today.year)
    present = {
        (role, registration_id, participation_id)
        for role, registration_id, participation_id in session.execute(
            sa.select(Certificate.role, Certificate.registration_id, Certificate.participation_id).where(
                Certificate.event_id == event.id
            )
        )
    }
    missing = [each for each in wanted if each.key not in present][:limit]
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "organiser_id": event.organiser_id,
            "event_id": event.id,
            "registration_id": each.registration_id,
            "participation_id": each.participation_id,
            "role": each.role,
            "version": 1,
            "name": each.name,
            "locale": each.locale,
            "number": format_number(settings.number_pattern, sequence, today),
            "code": new_code(),
            "state": CertificateState.QUEUED,
            "created_at": now,
            "due_at": now,
            "attempts": 0,
            "request_id": session.info.get(outbox.REQUEST_ID),
        }
        for sequence, each in enumerate(missing, start=counter.last + 1)
    ]
    if rows:
        session.execute(sa.insert(Certificate), rows)
        counter.last += len(rows)
        session.flush()
        deliveries.ring(session, QUEUE)
    return len(rows)


def _load_event(session: Session, event_id: uuid.UUID) -> Event:
    event = session.get(Event, event_id, populate_existing=True)
    if event is None:
        raise NotFound
    return event


def _hold(session: Session, certificate_id: uuid.UUID) -> Certificate:
    """Load a certificate for changing it. Its event is held first, as where it is settled: one order, no deadlock."""
    session.execute(
        sa.select(Event.id)
        .join(Certificate, Certificate.event_id == Event.id)
        .where(Certificate.id == certificate_id)
        .with_for_update(of=Event, key_share=True)
    )
    certificate = session.scalar(
        sa.select(Certificate)
        .where(Certificate.id == certificate_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if certificate is None:
        raise NotFound
    return certificate
