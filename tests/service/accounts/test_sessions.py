"""A session belongs to the server: nobody can choose, keep or revive one."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from service.accounts import sessions, staff
from service.accounts.models import Role, StaffSession
from service.accounts.permissions import StaffIdentity
from tests.service.accounts.people import NOW, PASSWORD_HASH, People
from tests.support.databases import Database
from tests.support.life import Life


@pytest.fixture
def people(database: Database) -> People:
    return People(database)


@pytest.fixture
def owner(people: People) -> StaffIdentity:
    return people.first_owner()


def read(database: Database, cookie: str, *, later: timedelta = timedelta(0)) -> StaffIdentity | None:
    signed = database.read(lambda s: sessions.read(s, cookie, real_now=NOW + later))
    return signed.identity if signed else None


def test_the_cookie_tells_who_it_is(database: Database, people: People, owner: StaffIdentity) -> None:
    assert read(database, people.sign_in(owner.email)) == owner


def test_an_id_that_the_browser_chose_is_worth_nothing(
    database: Database, people: People, owner: StaffIdentity
) -> None:
    """Session fixation: the framework's own sessions wrote the sign-in into the id that the client had sent."""
    chosen = "attackerchosen"
    cookie = people.sign_in(owner.email, replacing=chosen)
    assert cookie != chosen
    assert read(database, chosen) is None


def test_signing_in_again_ends_the_session_that_the_browser_had(
    database: Database, people: People, owner: StaffIdentity
) -> None:
    first = people.sign_in(owner.email)
    second = people.sign_in(owner.email, replacing=first)
    assert read(database, first) is None
    assert read(database, second) == owner


def test_a_cookie_stolen_earlier_is_worth_nothing_after_signing_out(
    database: Database, people: People, owner: StaffIdentity
) -> None:
    cookie = people.sign_in(owner.email)
    database.write(lambda s: sessions.close(s, cookie))
    assert read(database, cookie) is None


def test_the_database_holds_no_cookie(database: Database, people: People, owner: StaffIdentity) -> None:
    cookie = people.sign_in(owner.email)
    held = database.read(lambda s: s.scalars(sa.select(StaffSession.id_hash)).all())
    assert len(held) == 1
    assert cookie not in held
    assert read(database, held[0]) is None


@pytest.mark.parametrize(
    ("later", "alive"),
    [
        (timedelta(0), True),
        (sessions.IDLE - timedelta(seconds=1), True),
        (sessions.IDLE, False),
    ],
)
def test_a_resting_browser_is_signed_out(
    database: Database, people: People, owner: StaffIdentity, later: timedelta, alive: bool
) -> None:
    cookie = people.sign_in(owner.email)
    assert (read(database, cookie, later=later) is not None) is alive


def test_a_busy_browser_is_signed_out_in_the_end(database: Database, people: People, owner: StaffIdentity) -> None:
    cookie = people.sign_in(owner.email)
    step = sessions.IDLE / 2
    at = NOW
    while at + step < NOW + sessions.ABSOLUTE:
        at += step
        signed = database.read(lambda s, at=at: sessions.read(s, cookie, real_now=at))  # type: ignore[misc] # bound now
        assert signed is not None
        assert signed.stale
        database.write(lambda s, at=at, key=signed.id_hash: sessions.touch(s, key, real_now=at))  # type: ignore[misc] # bound now
    assert read(database, cookie, later=sessions.ABSOLUTE) is None


def test_a_new_password_ends_every_other_session(database: Database, people: People, owner: StaffIdentity) -> None:
    elsewhere = people.sign_in(owner.email)
    here = people.sign_in(owner.email)
    renewed = database.write(
        lambda s: staff.change_password(s, owner, old_hash=PASSWORD_HASH, new_hash="another", now=NOW, real_now=NOW)
    )
    assert [read(database, cookie) for cookie in (elsewhere, here, renewed)] == [None, None, owner]


def test_another_role_needs_another_session(
    database: Database, people: People, owner: StaffIdentity, life: Life
) -> None:
    editor = people.join(owner, life.organiser_id, Role.EDITOR)
    cookie = people.sign_in(editor.email)
    database.write(lambda s: staff.change_role(s, owner, editor.staff_id, Role.VIEWER, now=NOW))
    assert read(database, cookie) is None
    seen = read(database, people.sign_in(editor.email))
    assert seen is not None
    assert seen.role is Role.VIEWER


def test_who_is_shut_out_is_out_at_once(database: Database, people: People, owner: StaffIdentity, life: Life) -> None:
    editor = people.join(owner, life.organiser_id, Role.EDITOR)
    cookie = people.sign_in(editor.email)
    database.write(lambda s: staff.disable(s, owner, editor.staff_id, now=NOW, real_now=NOW))
    assert read(database, cookie) is None
    with pytest.raises(staff.WrongCredentials):
        people.sign_in(editor.email)


def test_ended_sessions_are_swept_away(database: Database, people: People, owner: StaffIdentity) -> None:
    people.sign_in(owner.email)
    kept = people.sign_in(owner.email, real_now=NOW + sessions.IDLE)
    database.write(lambda s: staff.prune(s, real_now=NOW + sessions.IDLE))
    assert database.read(lambda s: s.scalar(sa.select(sa.func.count()).select_from(StaffSession))) == 1
    assert read(database, kept, later=sessions.IDLE) == owner
