"""After the event: what the library tells a partner, and what the partner tells the library."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.errors import N_, Conflict, NotFound, WrongStage
from events.models import (
    SEATED_STATES,
    Event,
    Participation,
    PartnerReport,
    Registration,
    SeatAllotment,
    Stage,
)
from events.presence import attendance
from events.storage import ReadSession

OVER = (Stage.ENDED, Stage.ARCHIVED)


@dataclass(frozen=True, slots=True)
class Figures:
    """How a partner's seats were used."""

    seats: int
    registered: int
    came: int


def figures(session: ReadSession, participation_id: uuid.UUID) -> Figures | None:
    """Return how many of a partner's seats were filled and how many of those people came; None: they had none."""
    allotment = session.scalar(sa.select(SeatAllotment).where(SeatAllotment.participation_id == participation_id))
    if allotment is None:
        return None
    event = session.get(Event, allotment.event_id)
    assert event is not None  # noqa: S101 - a foreign key
    theirs = sa.select(Registration.id).where(
        Registration.allotment_id == allotment.id, Registration.state.in_(SEATED_STATES)
    )
    registered = set(session.scalars(theirs))
    came = registered.intersection(attendance.attended(session, event)) if registered else ()
    return Figures(allotment.seats, len(registered), len(came))


def report(
    session: Session, participation_id: uuid.UUID, *, people: int | None, comment: str, now: datetime, by: str
) -> None:
    """Note what a partner tells of the event; the last version counts. Raises `NotFound`, `WrongStage` before it ends.

    The caller commits.
    """
    part = session.get(Participation, participation_id, with_for_update={"key_share": True})
    if part is None:
        raise NotFound
    if part.withdrawn_at is not None:
        raise Conflict(N_("This invitation was withdrawn."))
    event = session.get_one(Event, part.event_id)
    if event.stage not in OVER:
        raise WrongStage(stage=event.stage.value)
    row = session.get(PartnerReport, participation_id)
    if row is not None and (row.people, row.comment) == (people, comment):
        return
    if row is None:
        row = PartnerReport(participation_id=participation_id, event_id=event.id)
        session.add(row)
    row.people, row.comment, row.given_at, row.given_by = people, comment, now, by
    session.flush()
    fact = facts.PartnerReported(
        organiser_id=event.organiser_id, event_id=event.id, participation_id=participation_id, people=people
    )
    outbox.record(session, fact, now=now, by=by)
