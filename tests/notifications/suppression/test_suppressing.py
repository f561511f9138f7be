"""Stories of addresses that are left alone: who, why, for how long, and what still goes to them; on both databases."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from events.errors import Conflict, NotFound
from events.storage import Session
from notifications.models.email import Email, EmailKind, EmailState
from notifications.models.suppression import Suppression, SuppressionReason, SuppressionScope
from notifications.planning import emails
from notifications.suppression import suppressing
from tests.notifications.post_office import PostOffice


@pytest.fixture
def registration_id(post_office: PostOffice) -> uuid.UUID:
    """Somebody who registered."""
    return post_office.life.register(post_office.life.webinar(), 1).registration_id


def owe(post_office: PostOffice, registration_id: uuid.UUID, about: str = "") -> uuid.UUID:
    """Owe the person a confirmation and return its id."""

    def use_case(session: Session) -> uuid.UUID:
        key = emails.queue(
            session, EmailKind.CONFIRMATION, registration_id=registration_id, now=post_office.life.now, about=about
        )
        assert key is not None
        return key

    return post_office.write(use_case)


def address_of(post_office: PostOffice, registration_id: uuid.UUID) -> str:
    found = post_office.life.registration(registration_id).email
    assert found is not None
    return found


def leave_alone(post_office: PostOffice, address: str, reason: SuppressionReason, **more: object) -> uuid.UUID | None:
    return post_office.write(
        lambda s: suppressing.suppress(s, address, reason, now=post_office.life.now, by="staff:test", **more)  # type: ignore[arg-type] # what a test gives
    )


def rows(post_office: PostOffice) -> list[tuple[str, str, bool]]:
    """Return what there is: address, reason, whether it is in force."""
    found = post_office.life.database.read(lambda s: s.scalars(sa.select(Suppression).order_by(Suppression.id)).all())
    return [(each.address, each.reason.value, each.lifted_at is None) for each in found]


def test_address_that_does_not_exist_is_not_written_to_and_its_email_says_so(
    post_office: PostOffice, registration_id: uuid.UUID
) -> None:
    owe(post_office, registration_id)
    leave_alone(post_office, address_of(post_office, registration_id).upper(), SuppressionReason.BOUNCED)

    assert post_office.send() == []
    [email] = post_office.rows()
    assert (email.state, email.reason) == (EmailState.SUPPRESSED, "bounced")
    assert post_office.life.facts(email.about).count("EmailFailed") == 0


def test_who_unsubscribed_still_gets_what_they_asked_for(post_office: PostOffice, registration_id: uuid.UUID) -> None:
    email_id = owe(post_office, registration_id)
    post_office.write(lambda s: suppressing.unsubscribe(s, email_id, now=post_office.life.now))

    assert len(post_office.send()) == 1

    def what(session: Session) -> str | None:
        email = session.get_one(Email, email_id)
        email.kind = EmailKind.SERIES_ADDED
        return suppressing.suppressed(session, [email], now=post_office.life.now).get(email_id)

    assert post_office.write(what) == "unsubscribed"


def test_unsubscribing_twice_is_unsubscribing_once_and_concerns_one_organiser(
    post_office: PostOffice, registration_id: uuid.UUID
) -> None:
    email_id = owe(post_office, registration_id)
    for _ in range(2):
        post_office.write(lambda s: suppressing.unsubscribe(s, email_id, now=post_office.life.now))

    [row] = post_office.life.database.read(lambda s: s.scalars(sa.select(Suppression)).all())
    assert (row.organiser_id, row.scope) == (post_office.life.organiser_id, SuppressionScope.PROMOTIONAL)
    with pytest.raises(NotFound):
        post_office.write(lambda s: suppressing.unsubscribe(s, uuid.uuid4(), now=post_office.life.now))


def test_rest_ends_by_itself(post_office: PostOffice, registration_id: uuid.UUID) -> None:
    now = post_office.life.now
    leave_alone(
        post_office,
        address_of(post_office, registration_id),
        SuppressionReason.UNREACHABLE,
        until=now + timedelta(days=7),
    )
    owe(post_office, registration_id, "early")
    assert post_office.send(now=now + timedelta(days=6)) == []
    owe(post_office, registration_id, "late")
    assert len(post_office.send(now=now + timedelta(days=7))) == 1
    assert post_office.states() == ["suppressed", "sent"]


def test_three_mails_that_come_back_for_now_make_a_rest_and_two_do_not(
    post_office: PostOffice, registration_id: uuid.UUID
) -> None:
    now, ids = post_office.life.now, [owe(post_office, registration_id, str(n)) for n in range(4)]

    def soft(email_id: uuid.UUID, at: datetime) -> bool:
        return post_office.write(
            lambda s: suppressing.note_soft_bounce(s, s.get_one(Email, email_id), now=at, by="mail:x", said="452 4.2.2")
        )

    outcomes = [
        soft(ids[0], now - timedelta(days=20)),  # too long ago to count with the others
        soft(ids[1], now),
        soft(ids[1], now),  # the same e-mail once more
        soft(ids[2], now),
        soft(ids[3], now + timedelta(days=1)),
    ]
    assert outcomes == [False, False, False, False, True]
    [row] = post_office.life.database.read(lambda s: s.scalars(sa.select(Suppression)).all())
    assert (row.reason, row.until) == (SuppressionReason.UNREACHABLE, now + timedelta(days=8))


def test_who_types_the_address_again_gets_one_new_try_in_a_month(
    post_office: PostOffice, registration_id: uuid.UUID
) -> None:
    address, now = address_of(post_office, registration_id), post_office.life.now

    def retry(at: datetime) -> None:
        post_office.write(lambda s: suppressing.try_again(s, address, now=at, by=f"person:{registration_id}"))

    leave_alone(post_office, address, SuppressionReason.BOUNCED)
    retry(now)
    assert [each[2] for each in rows(post_office)] == [False]
    leave_alone(post_office, address, SuppressionReason.BOUNCED)
    retry(now + timedelta(days=1))
    assert [each[2] for each in rows(post_office)] == [False, True]
    retry(now + timedelta(days=31))
    assert [each[2] for each in rows(post_office)] == [False, False]


@pytest.mark.parametrize("reason", [SuppressionReason.COMPLAINED, SuppressionReason.BY_STAFF])
def test_typing_the_address_does_not_end_what_somebody_wanted(
    post_office: PostOffice, registration_id: uuid.UUID, reason: SuppressionReason
) -> None:
    address = address_of(post_office, registration_id)
    leave_alone(post_office, address, reason)
    post_office.write(lambda s: suppressing.try_again(s, address, now=post_office.life.now, by="person:x"))
    assert rows(post_office) == [(address, reason.value, True)]


def test_for_good_takes_the_place_of_for_now_but_not_the_other_way_round(post_office: PostOffice) -> None:
    until = post_office.life.now + timedelta(days=7)
    assert leave_alone(post_office, "ani@mail.example", SuppressionReason.UNREACHABLE, until=until)
    assert leave_alone(post_office, "ani@mail.example", SuppressionReason.BOUNCED)
    assert leave_alone(post_office, "ani@mail.example", SuppressionReason.UNREACHABLE, until=until) is None
    assert rows(post_office) == [
        ("ani@mail.example", "unreachable", False),
        ("ani@mail.example", "bounced", True),
    ]


def test_lifting_twice_is_refused_and_soft_bounces_begin_anew(
    post_office: PostOffice, registration_id: uuid.UUID
) -> None:
    address, now = address_of(post_office, registration_id), post_office.life.now
    key = leave_alone(post_office, address, SuppressionReason.BY_STAFF)
    assert key is not None
    post_office.write(lambda s: suppressing.lift(s, key, why="typed wrong", now=now, by="staff:test"))
    with pytest.raises(Conflict):
        post_office.write(lambda s: suppressing.lift(s, key, why="", now=now, by="staff:test"))
    owe(post_office, registration_id)
    assert len(post_office.send()) == 1


def test_what_ended_long_ago_is_forgotten_and_what_is_in_force_is_not(post_office: PostOffice) -> None:
    now = post_office.life.now
    leave_alone(post_office, "lama@mail.example", SuppressionReason.UNREACHABLE, until=now)
    leave_alone(post_office, "tetap@mail.example", SuppressionReason.COMPLAINED)
    post_office.write(lambda s: suppressing.prune(s, now=now + timedelta(days=89)))
    assert len(rows(post_office)) == 2
    post_office.write(lambda s: suppressing.prune(s, now=now + timedelta(days=91)))
    assert [each[0] for each in rows(post_office)] == ["tetap@mail.example"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Ani@Mail.Example ", "ani@mail.example"),
        ("a@exämple.id", "a@xn--exmple-cua.id"),
        ("no address", "no address"),
    ],
)
def test_address_is_compared_in_one_spelling(typed: str, kept: str) -> None:
    assert suppressing.normalised(typed) == kept
