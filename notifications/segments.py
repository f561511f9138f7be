"""Segments: which part of an event's people a message is to, and by which channel each of them can be reached."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from events.models import (
    ACTIVE_STATES,
    Event,
    Participation,
    Partner,
    Registration,
    RegistrationState,
    Stage,
)
from events.presence import attendance
from events.storage import ReadSession
from notifications.models.announcement import Segment
from notifications.models.text_message import TextConsent, TextPurpose

_STATES: Mapping[Segment, tuple[RegistrationState, ...]] = {
    Segment.CONFIRMED: (RegistrationState.CONFIRMED,),
    Segment.WAITLISTED: (RegistrationState.WAITLISTED, RegistrationState.OFFERED),
    Segment.PENDING: (RegistrationState.PENDING, RegistrationState.REQUESTED),
    Segment.EVERYBODY: ACTIVE_STATES,
    Segment.ATTENDED: (RegistrationState.CONFIRMED,),
    Segment.MISSED: (RegistrationState.CONFIRMED,),
    Segment.PARTNERS: (),
}


def states_of(segment: Segment) -> tuple[RegistrationState, ...]:
    """Return the states of the registrations that a segment is made of; none for partners."""
    return _STATES[segment]


def next_in_segment(
    session: ReadSession,
    event: Event,
    segment: Segment,
    *,
    slot_id: uuid.UUID | None = None,
    after: uuid.UUID | None = None,
    limit: int,
) -> tuple[Sequence[Registration], uuid.UUID | None]:
    """Return those of the next `limit` registrations who belong, by id, and the id to go on after; None at the end."""
    statement = sa.select(Registration).where(
        Registration.event_id == event.id, Registration.state.in_(states_of(segment))
    )
    if slot_id is not None:
        statement = statement.where(Registration.slot_id == slot_id)
    if after is not None:
        statement = statement.where(Registration.id > after)
    found = session.scalars(statement.order_by(Registration.id).limit(limit)).all()
    further = found[-1].id if len(found) == limit else None
    return list(_narrowed(session, event, segment, found)), further


def _narrowed(
    session: ReadSession, event: Event, segment: Segment, found: Sequence[Registration]
) -> Iterator[Registration]:
    if segment not in (Segment.ATTENDED, Segment.MISSED):
        yield from found
        return
    came = attendance.attended_among(session, event, [each.id for each in found])
    yield from (each for each in found if (each.id in came) is (segment is Segment.ATTENDED))


def everybody_in(
    session: ReadSession, event: Event, segment: Segment, *, slot_id: uuid.UUID | None = None
) -> Iterator[Registration]:
    """Yield every registration of a segment, read in chunks."""
    after: uuid.UUID | None = None
    while True:
        found, after = next_in_segment(session, event, segment, slot_id=slot_id, after=after, limit=500)
        yield from found
        if after is None:
            return


def partners_of(session: ReadSession, event_id: uuid.UUID) -> Sequence[tuple[Participation, Partner]]:
    """Return who takes part in an event as a partner."""
    rows = session.execute(
        sa.select(Participation, Partner)
        .join(Partner, Partner.id == Participation.partner_id)
        .where(Participation.event_id == event_id, Participation.withdrawn_at.is_(None))
        .order_by(Participation.position, Participation.id)
    )
    return [(participation, partner) for participation, partner in rows]


@dataclass(frozen=True, slots=True)
class Reach:
    """How those of a segment can be reached.

    `guardians` counts the mails that go to guardians of minors beside their own, `texted` those who agreed to messages
    in a chat, with an address or without; `by_phone` are those whom staff tell by hand.
    """

    by_email: int
    guardians: int
    by_phone: Sequence[Registration]
    partners: int = 0
    out_of_reach: int = 0
    texted: int = 0

    @property
    def mails(self) -> int:
        """How many e-mails it takes."""
        return self.by_email + self.guardians + self.partners


def reach_of(
    session: ReadSession,
    event: Event,
    segment: Segment,
    *,
    slot_id: uuid.UUID | None = None,
    states: Collection[RegistrationState] = tuple(RegistrationState),
    by_text: bool = True,
) -> Reach:
    """Return how the people of a segment can be reached now.

    `states` narrows it further. Without `by_text` nothing goes by chat or by hand, only by e-mail.
    """
    if segment is Segment.PARTNERS:
        partners = partners_of(session, event.id)
        reachable = sum(1 for _, partner in partners if partner.email)
        return Reach(0, 0, (), reachable, len(partners) - reachable)
    by_email = guardians = out_of_reach = texted = 0
    by_phone: list[Registration] = []
    agreed = _texted(session, event.id) if by_text else ()
    for each in everybody_in(session, event, segment, slot_id=slot_id):
        if each.state not in states:
            continue
        by_email += each.email is not None
        guardians += has_guardian(each)
        texted += each.id in agreed
        if each.email is not None or each.id in agreed:
            continue
        if each.phone and by_text:
            by_phone.append(each)
        else:
            out_of_reach += 1
    return Reach(by_email, guardians, by_phone, 0, out_of_reach, texted)


def _texted(session: ReadSession, event_id: uuid.UUID) -> Collection[uuid.UUID]:
    """Return who of an event agreed to text messages."""
    statement = (
        sa.select(TextConsent.registration_id)
        .join(Registration, Registration.id == TextConsent.registration_id)
        .where(
            Registration.event_id == event_id,
            TextConsent.purpose == TextPurpose.REGISTRATION,
            TextConsent.withdrawn_at.is_(None),
        )
    )
    return set(session.scalars(statement))


def sizes(session: ReadSession, event: Event) -> Mapping[Segment, int]:
    """Return how many registrations are in each segment, and how many partners; who came only once it has begun."""
    rows = session.execute(
        sa.select(Registration.state, sa.func.count())
        .where(Registration.event_id == event.id)
        .group_by(Registration.state)
    )
    counts = {row[0]: row[1] for row in rows}
    found = {segment: sum(counts.get(state, 0) for state in states) for segment, states in _STATES.items()}
    if is_known(event, Segment.ATTENDED):
        came = sum(1 for _ in everybody_in(session, event, Segment.ATTENDED))
        found |= {Segment.ATTENDED: came, Segment.MISSED: found[Segment.CONFIRMED] - came}
    else:
        del found[Segment.ATTENDED], found[Segment.MISSED]
    return found | {Segment.PARTNERS: len(partners_of(session, event.id))}


_HAS_BEGUN = (Stage.LIVE, Stage.ENDED, Stage.ARCHIVED)


def is_known(event: Event, segment: Segment) -> bool:
    """Tell whether anybody can say who is in a segment: who came, and who did not, only once the event has begun."""
    return segment not in (Segment.ATTENDED, Segment.MISSED) or event.stage in _HAS_BEGUN


def has_guardian(registration: Registration) -> bool:
    """Tell whether a guardian is to read what concerns their child: one with an address of their own."""
    return bool(registration.guardian_email) and registration.guardian_email != registration.email


def first_of(
    session: ReadSession, event: Event, segment: Segment, *, slot_id: uuid.UUID | None = None
) -> Registration | None:
    """Return one person of a segment who has an address, to show what they would get; None where there is nobody."""
    return next((each for each in everybody_in(session, event, segment, slot_id=slot_id) if each.email), None)
