"""Bringing in a list of people: tried first, then all of it or nothing.

A trial registers everybody as it would be done and undoes it: what it says is what the one set of rules says, seats,
queue, choices and approval included. Bringing them in says it again in its own transaction; where the world has moved
since somebody looked, nothing is written.
"""

from __future__ import annotations

import hashlib
import itertools
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.errors import N_, AlreadyRegistered, Conflict, FieldError, Invalid, NotFound, Refused
from events.models import SEATED_STATES, Event, Registration, RegistrationImport, RegistrationState, SeatPool
from events.outbox import RECORDED
from events.registrations import registration, rehearsing
from events.registrations.applications import Application, person_key
from events.registrations.registering_together import register_together
from events.registrations.rehearsing import Rows
from events.seating import claims
from events.storage import ReadSession

KEPT_FOR = timedelta(days=1)
WORST = ("error", "already", "waitlisted", "requested", "pending", "confirmed")
"""What may become of a row, the worst first."""


CHUNK, MANY = 200, 8
"""How many rows are registered with one statement, and how few are not worth it."""


class Moved(Conflict):
    """What would happen is not what somebody saw."""

    code = "import_moved"
    default = N_("Something changed since you looked: nothing was brought in. This is what would happen now.")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One row: the line it stands in, and an application, or what is wrong with it."""

    number: int
    name: str
    contact: str
    application: Application | None = None
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a row: a state of registrations, ``already`` or ``error``; the seats that are left after it."""

    candidate: Candidate
    becomes: str
    errors: tuple[FieldError, ...] = ()
    left: int | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """What becomes of every row."""

    outcomes: Sequence[Outcome]
    counts: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def digest(self) -> str:
        """What is sent back to say which trial somebody saw; other outcomes are another one."""
        said = "\n".join(f"{each.candidate.number}:{each.becomes}" for each in self.outcomes)
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def taken_in(self) -> int:
        """How many people would be registered, the waiting ones included."""
        return sum(count for becomes, count in self.counts.items() if becomes not in ("error", "already"))


def try_out(session: Session, candidates: Sequence[Candidate], *, now: datetime, by: str) -> Trial:
    """Return what would become of the rows. Writes nothing that stays.

    Everybody else waits while it runs, so it is run on a copy (`events.registrations.rehearsing`) wherever somebody
    else is there.
    """
    recorded = list(session.info.get(RECORDED, ()))
    undone = session.begin_nested()
    try:
        return _register_all(session, candidates, now=now, by=by)
    finally:
        undone.rollback()
        session.expunge_all()
        session.info[RECORDED] = recorded


def read_copy(session: ReadSession, event: Event, candidates: Sequence[Candidate]) -> Rows:
    """Read what a trial on a copy needs: `rehearse` does it later, when the transaction is over."""
    asked = [each.application for each in candidates if each.application is not None]
    return rehearsing.read_copy(session, event, {person_key(each.email, each.phone) for each in asked})


def rehearse(copy: Rows, candidates: Sequence[Candidate], *, now: datetime, by: str) -> Trial:
    """Return what would become of the rows, as `try_out` does, on a copy: nobody waits. Run it in a thread."""
    return rehearsing.on_copy(copy, lambda session: _register_all(session, candidates, now=now, by=by))


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody decided: how these people agreed, what was seen, and whether rows with errors may be left out."""

    consent: str
    seen: str | None = None
    """The digest of the trial that somebody looked at; None: nobody did."""
    leave_out_errors: bool = False


def bring_in(
    session: Session,
    import_id: uuid.UUID,
    candidates: Sequence[Candidate],
    order: Order,
    *,
    now: datetime,
    by: str,
) -> Trial:
    """Register everybody on a list, or nobody. Who is registered already stays as they are. The caller commits.

    Raises `Moved` where other things would happen than were seen, `Invalid` for rows with errors unless they may be
    left out and for a consent that nobody described, `Conflict` for a list that was brought in before or forgotten.
    """
    claims.claim(session, _event_of(session, import_id))
    row = _claim(session, import_id)
    event = session.get_one(Event, row.event_id)
    if not order.consent.strip():
        raise Invalid([FieldError("consent", "missing", N_("Write how these people agreed to be registered."))])
    if row.applied_at is not None or not candidates:
        raise Conflict(N_("This list was brought in before, or forgotten after a day."))
    trial = _register_all(session, candidates, now=now, by=by)
    if order.seen is not None and order.seen != trial.digest:
        raise Moved
    wrong = [each for each in trial.outcomes if each.becomes == "error"]
    if wrong and not order.leave_out_errors:
        raise Invalid([_at_row(each, error) for each in wrong for error in each.errors])
    row.applied_at, row.imported, row.rows, row.numbers = now, trial.taken_in, [], []
    row.consent = order.consent.strip()[:1000]
    session.flush()
    fact = facts.RegistrationsImported(
        organiser_id=event.organiser_id, event_id=event.id, import_id=import_id, people=trial.taken_in
    )
    outbox.record(session, fact, now=now, by=by)
    return trial


def _at_row(outcome: Outcome, error: FieldError) -> FieldError:
    return FieldError(f"rows.{outcome.candidate.number}.{error.field}", error.code, error.message, error.params)


def _event_of(session: Session, import_id: uuid.UUID) -> uuid.UUID:
    found: uuid.UUID | None = session.scalar(
        sa.select(RegistrationImport.event_id).where(RegistrationImport.id == import_id)
    )
    if found is None:
        raise NotFound
    return found


def _claim(session: Session, import_id: uuid.UUID) -> RegistrationImport:
    row = session.scalar(
        sa.select(RegistrationImport)
        .where(RegistrationImport.id == import_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound
    return row


def _register_all(session: Session, candidates: Sequence[Candidate], *, now: datetime, by: str) -> Trial:
    outcomes: list[Outcome] = []
    for some in _chunks(candidates):
        outcomes += _together(session, some, now=now, by=by) or (
            _register(session, each, now=now, by=by) for each in some
        )
    counts: dict[str, int] = {}
    for outcome in outcomes:
        counts[outcome.becomes] = counts.get(outcome.becomes, 0) + 1
    return Trial(outcomes, counts)


def _chunks(candidates: Sequence[Candidate]) -> Iterator[list[Candidate]]:
    """Yield the rows in their order, those that follow each other and ask for the same place together."""
    for _, run in itertools.groupby(candidates, lambda each: each.application and (each.application.slot_id,)):
        rows = list(run)
        for start in range(0, len(rows), CHUNK):
            yield rows[start : start + CHUNK]


def _together(session: Session, some: Sequence[Candidate], *, now: datetime, by: str) -> list[Outcome] | None:
    applications = [each.application for each in some if each.application is not None]
    if len(applications) < MANY:
        return None
    done = register_together(session, applications, now=now, by=by)
    if done is None:
        return None
    outcomes: list[Outcome] = []
    left = done.left
    for candidate, made in zip(reversed(some), reversed(done.made), strict=True):
        if made is None:
            outcomes.append(Outcome(candidate, "already", (_error(AlreadyRegistered()),)))
            continue
        outcomes.append(Outcome(candidate, made.state.value, left=left))
        if left is not None and made.state in SEATED_STATES and candidate.application is not None:
            left += candidate.application.party_size
    return outcomes[::-1]


def _register(session: Session, candidate: Candidate, *, now: datetime, by: str) -> Outcome:
    if candidate.application is None:
        return Outcome(candidate, "error", candidate.errors)
    recorded = len(session.info.get(RECORDED, ()))
    point = session.begin_nested()
    try:
        made = registration.register(session, candidate.application, now=now, by=by)
    except AlreadyRegistered as refusal:
        point.rollback()
        return Outcome(candidate, "already", (_error(refusal),))
    except Invalid as refusal:
        point.rollback()
        del session.info.setdefault(RECORDED, [])[recorded:]
        return Outcome(candidate, "error", refusal.errors)
    except Refused as refusal:
        point.rollback()
        del session.info.setdefault(RECORDED, [])[recorded:]
        return Outcome(candidate, "error", (_error(refusal),))
    point.commit()
    return Outcome(candidate, made.state.value, left=_left(session, made.registration_id, made.state))


def _error(refusal: Refused) -> FieldError:
    return FieldError(refusal.field or "row", refusal.code, refusal.message, refusal.params)


_LEFT = (
    sa.select(SeatPool.capacity, SeatPool.sellable - SeatPool.taken - SeatPool.reserved)
    .join(Registration, Registration.pool_id == SeatPool.id)
    .where(Registration.id == sa.bindparam("registration"))
)


def _left(session: Session, registration_id: uuid.UUID, state: RegistrationState) -> int | None:
    if state is RegistrationState.WAITLISTED:
        return 0
    capacity, left = session.connection().execute(_LEFT, {"registration": registration_id}).one()
    return None if capacity is None else max(0, int(left))


# ---------------------------------------------------------------- lists that wait to be looked at
def keep(session: Session, row: RegistrationImport) -> uuid.UUID:
    """Keep a list until it is brought in, or for a day. The caller commits."""
    session.add(row)
    session.flush()
    return row.id


def find(session: ReadSession, event_id: uuid.UUID, import_id: uuid.UUID) -> RegistrationImport:
    """Return a list of this event. Raises `NotFound`, also for one of another event."""
    found = session.get(RegistrationImport, import_id)
    if found is None or found.event_id != event_id:
        raise NotFound
    return found


def set_mapping(session: Session, event_id: uuid.UUID, import_id: uuid.UUID, mapping: dict[str, Any]) -> None:
    """Say what the columns of a list hold. The caller commits."""
    find(session, event_id, import_id).mapping = mapping
    session.flush()


def forget_old(session: Session, *, now: datetime) -> int:
    """Forget the rows of lists that nobody brought in for a day, and return how many. The caller commits."""
    changed: Any = session.execute(
        sa.update(RegistrationImport)
        .where(RegistrationImport.created_at < now - KEPT_FOR, RegistrationImport.applied_at.is_(None))
        .values(rows=[], numbers=[])
    )
    return int(changed.rowcount)
