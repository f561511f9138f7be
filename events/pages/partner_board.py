"""The board of an event's partners: who was asked, who looked, who answered what, what is still missing."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from events.models import (
    SEATED_STATES,
    Contribution,
    Participation,
    Partner,
    PartnerAnswer,
    PartnerFile,
    PartnerReport,
    RecordingConsent,
    Registration,
    SeatAllotment,
)
from events.partnership import contributions
from events.recordings import recording_consent
from events.registrations.desk import list_participations
from events.storage import ReadSession


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One partner on the board."""

    participation: Participation
    partner: Partner
    allotment: SeatAllotment | None
    filled: int
    asked: Sequence[Contribution]
    files: Sequence[PartnerFile]
    consent: RecordingConsent | None
    report: PartnerReport | None

    @property
    def missing(self) -> Sequence[Contribution]:
        """What was asked for and has not come."""
        return [each for each in self.asked if each.given_at is None]

    @property
    def standing(self) -> str:
        """Return the one word that says how it stands: an answer, ``opened``, ``invited`` or ``withdrawn``."""
        if self.participation.withdrawn_at is not None:
            return "withdrawn"
        if self.participation.answer is not PartnerAnswer.NEEDS_ACTION:
            return self.participation.answer.value
        return "opened" if self.participation.opened_at is not None else "silent"


def board(session: ReadSession, event_id: uuid.UUID) -> list[BoardRow]:
    """Return everybody, those who were taken off last. Seven queries, however many partners there are."""
    rows = list_participations(session, event_id)
    allotments = {
        each.participation_id: each
        for each in session.scalars(sa.select(SeatAllotment).where(SeatAllotment.event_id == event_id))
    }
    filled = _filled(session, event_id)
    asked = contributions.asked_at_event(session, event_id)
    files: dict[uuid.UUID, list[PartnerFile]] = {}
    sent = sa.select(PartnerFile).where(PartnerFile.event_id == event_id, PartnerFile.discarded_at.is_(None))
    for file in session.scalars(sent.order_by(PartnerFile.created_at, PartnerFile.id)):
        if file.participation_id is not None:
            files.setdefault(file.participation_id, []).append(file)
    consents = {each.participation_id: each.consent for each in recording_consent.standings(session, event_id)}
    reports = {
        each.participation_id: each
        for each in session.scalars(sa.select(PartnerReport).where(PartnerReport.event_id == event_id))
    }
    found: list[BoardRow] = []
    for row in rows:
        key = row.participation.id
        allotment = allotments.get(key)
        count = filled.get(allotment.id, 0) if allotment is not None else 0
        found.append(
            BoardRow(
                row.participation,
                row.partner,
                allotment,
                count,
                asked.get(key, ()),
                files.get(key, ()),
                consents.get(key),
                reports.get(key),
            )
        )
    return found


def _filled(session: ReadSession, event_id: uuid.UUID) -> Mapping[uuid.UUID, int]:
    rows = session.execute(
        sa.select(Registration.allotment_id, sa.func.sum(Registration.party_size))
        .where(
            Registration.event_id == event_id,
            Registration.allotment_id.is_not(None),
            Registration.state.in_(SEATED_STATES),
        )
        .group_by(Registration.allotment_id)
    )
    return {key: int(count) for key, count in rows if key is not None}


def counts(rows: Sequence[BoardRow]) -> Mapping[str, int]:
    """Return how many partners stand how, by `BoardRow.standing`."""
    return Counter(row.standing for row in rows)
