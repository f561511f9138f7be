"""What a partner's own page holds beside the invitation: their seats, what is asked of them, consent, the report."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from events.catalogue.listing import video_id_of
from events.models import (
    SEATED_STATES,
    Contribution,
    Event,
    Participation,
    PartnerFile,
    PartnerReport,
    RecordingConsent,
    Registration,
    SeatAllotment,
    Slot,
)
from events.partnership import contributions, partner_files, partner_reports
from events.partnership.partner_reports import Figures
from events.questions.form_reading import AskedForm, asked_form
from events.recordings import recording_consent
from events.storage import ReadSession


@dataclass(frozen=True, slots=True)
class Seats:
    """The seats that a partner fills, and with whom."""

    allotment: SeatAllotment
    people: Sequence[Registration]
    slot: Slot | None

    def is_open(self, now: datetime) -> bool:
        """Whether people can be named and changed now."""
        return self.allotment.released_at is None and now < self.allotment.release_at


@dataclass(frozen=True, slots=True)
class Collaboration:
    """Everything that a partner and the library arrange for one event."""

    seats: Seats | None
    asked: Sequence[Contribution]
    files: Sequence[PartnerFile]
    consent: RecordingConsent | None
    report: PartnerReport | None
    figures: Figures | None
    video_id: str | None
    guardians: bool
    """Whether minors may come, with a guardian's consent."""


def collaboration(session: ReadSession, participation_id: uuid.UUID, event_id: uuid.UUID) -> Collaboration:
    """Return what is arranged with one partner; the same few queries however many people they bring."""
    event = session.get(Event, event_id)
    return Collaboration(
        seats=seats_of(session, participation_id),
        asked=contributions.asked_of(session, participation_id),
        files=partner_files.files_of(session, participation_id),
        consent=recording_consent.current(session, participation_id),
        report=session.get(PartnerReport, participation_id),
        figures=partner_reports.figures(session, participation_id),
        video_id=video_id_of(session, event_id),
        guardians=event is not None and event.guardian_consent,
    )


def seats_of(session: ReadSession, participation_id: uuid.UUID) -> Seats | None:
    """Return a partner's seats with the people in them, by name; None: they were given none."""
    allotment = session.scalar(sa.select(SeatAllotment).where(SeatAllotment.participation_id == participation_id))
    if allotment is None:
        return None
    people = session.scalars(
        sa.select(Registration)
        .where(Registration.allotment_id == allotment.id, Registration.state.in_(SEATED_STATES))
        .order_by(Registration.name, Registration.id)
    ).all()
    return Seats(allotment, people, session.get(Slot, allotment.slot_id) if allotment.slot_id else None)


def asked_of_people(session: ReadSession, event_id: uuid.UUID) -> AskedForm:
    """Return the event's questions, which everybody answers who comes with a partner as well."""
    event = session.get(Event, event_id)
    return asked_form(session, event_id, event.form_revision if event is not None else 0)


def participation_of(session: ReadSession, participation_id: uuid.UUID) -> Participation | None:
    """Return the row itself."""
    return session.get(Participation, participation_id)
