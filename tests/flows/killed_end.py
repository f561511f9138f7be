"""What must be there at the end, however often the service was killed."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

import sqlalchemy as sa

from certificates.models import Certificate, CertificateState
from events.models import Registration, SeatPool, Slot
from events.outbox import FactRow
from events.storage import ReadSession
from notifications.models.email import Email, EmailKind, EmailState
from notifications.models.post import Post, PostState
from tests.flows.killed_house import (
    ATTENDING,
    LEAVING,
    PARTIES,
    PARTY,
    PEOPLE,
    SEATS,
    WAITING,
    House,
)
from tests.support.running import unsettled


def at_rest(house: House) -> bool:
    due = sa.and_(Email.state == EmailState.QUEUED, Email.due_at <= house.runtime.clock.now())
    waiting = house.count(Email, sa.or_(due, Email.state == EmailState.SENDING))
    return unsettled(house.runtime) == 0 and waiting == 0


def registered(house: House) -> dict[str, str]:
    def query(session: ReadSession) -> dict[str, str]:
        return {str(row.id): str(row.email) for row in session.scalars(sa.select(Registration))}

    return house.runtime.database.read(query)


def seats_are_right(house: House, event_id: str) -> None:
    """Every seat is taken once; whoever left was replaced by whoever waited longest, each told by one fact."""

    def query(session: ReadSession) -> tuple[Counter[str], tuple[int, int], Counter[str]]:
        ours = Registration.event_id == uuid.UUID(event_id)
        states = Counter(session.scalars(sa.select(Registration.state).where(ours)))
        pool = session.scalars(sa.select(SeatPool).where(SeatPool.event_id == uuid.UUID(event_id))).one()
        facts = session.scalars(sa.select(FactRow.name).where(FactRow.event_id == uuid.UUID(event_id)))
        return (
            Counter({state.value: number for state, number in states.items()}),
            (
                pool.taken,
                pool.waiting,
            ),
            Counter(facts),
        )

    states, pool, facts = house.runtime.database.read(query)
    assert states == {"confirmed": SEATS, "cancelled": LEAVING, "declined": WAITING - LEAVING}
    assert pool == (SEATS, 0), "who waits for what has begun waits no longer"
    told = ("AttendeeRegistered", "RegistrationCancelled", "SeatOffered", "OfferAccepted", "EventRescheduled")
    assert [facts[name] for name in told] == [PEOPLE, LEAVING, LEAVING, LEAVING, 1]


def visits_are_right(house: House, event_id: str) -> None:
    """Every party has its hour, and each hour counts exactly its parties."""

    def query(session: ReadSession) -> list[int]:
        pools = sa.select(SeatPool.taken).join(Slot, Slot.pool_id == SeatPool.id).order_by(Slot.starts_at)
        return list(session.scalars(pools.where(Slot.event_id == uuid.UUID(event_id))))

    parties = Counter(number % 3 for number in range(PARTIES))
    assert house.runtime.database.read(query) == [parties[hour] * PARTY for hour in range(3)]
    assert {each["state"] for each in house.visits.values()} == {"confirmed"}


def mails_are_right(house: House) -> None:
    """Every mail arrived under the one Message-ID of its row; those that came again are few."""

    def query(session: ReadSession) -> dict[uuid.UUID, tuple[EmailState, str]]:
        return {row.id: (row.state, row.to_address) for row in session.scalars(sa.select(Email))}

    rows = house.runtime.database.read(query)
    arrived = Counter(
        (uuid.UUID(str(each.message["Message-ID"]).strip("<>").partition("@")[0]), each.recipients)
        for each in house.outside.mail.delivered
    )
    assert set(arrived) == {(key, (address,)) for key, (state, address) in rows.items() if state is EmailState.SENT}
    states = Counter(state for state, _ in rows.values())
    assert states.keys() <= {EmailState.SENT, EmailState.SUPERSEDED, EmailState.QUEUED}
    assert states[EmailState.QUEUED] == 3 * PARTIES, "visitors are yet to be reminded"
    assert arrived.total() - len(arrived) <= house.may_repeat
    sent = {kind: house.sent(kind) for kind in EmailKind}
    assert {kind: number for kind, number in sent.items() if number} == {
        EmailKind.CONFIRMATION: SEATS + PARTIES + LEAVING,
        EmailKind.WAITLISTED: WAITING,
        EmailKind.SEAT_OFFERED: LEAVING,
        EmailKind.WAITING_ENDED: WAITING - LEAVING,
        EmailKind.REGISTRATION_CANCELLED: LEAVING,
        EmailKind.EVENT_UPDATE: PEOPLE - LEAVING,
        EmailKind.REMINDER_7D: SEATS,
        EmailKind.REMINDER_1D: SEATS,
        EmailKind.REMINDER_1H: SEATS,
        EmailKind.CERTIFICATE: ATTENDING,
        EmailKind.RECORDING_AVAILABLE: SEATS,
    }


def certificates_are_right(house: House) -> None:
    """One for each who was there, numbered without a gap, each issued by one fact."""

    def query(session: ReadSession) -> tuple[list[tuple[Any, ...]], Counter[str]]:
        rows = session.execute(sa.select(Certificate.id, Certificate.number, Certificate.state)).all()
        issued = session.scalars(sa.select(FactRow).where(FactRow.name == "CertificateIssued")).all()
        return [tuple(row) for row in rows], Counter(str(fact.payload["certificate_id"]) for fact in issued)

    rows, facts = house.runtime.database.read(query)
    numbers = sorted(int(number.partition("/")[0]) for _, number, _ in rows)
    assert numbers == list(range(1, ATTENDING + 1))
    assert {state for _, _, state in rows} == {CertificateState.ISSUED}
    assert facts == Counter(str(key) for key, _, _ in rows)


def recording_and_posts_are_right(house: House, event_id: str) -> None:
    """One video, once in its playlist, told once; the post that was approved stands on Mastodon once."""
    channel = house.outside.youtube.channel
    assert len(channel.videos) == 1
    assert [item.video_id for item in channel.items] == list(channel.videos)
    assert house.count(FactRow, FactRow.name == "RecordingPublished", FactRow.event_id == uuid.UUID(event_id)) == 1
    assert house.count(Post, Post.state == PostState.PUBLISHED) == 1
    assert len(house.outside.mastodon.statuses) == 1
