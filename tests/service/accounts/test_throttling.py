"""Guessing gets slow; owning the account does not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from service.accounts import passwords, staff
from service.accounts.permissions import StaffIdentity
from service.accounts.throttling import FORGET_AFTER, TooManyAttempts
from tests.service.accounts.people import HERE, NOW, People
from tests.support.databases import Database


@pytest.fixture
def people(database: Database) -> People:
    return People(database)


@pytest.fixture
def owner(people: People) -> StaffIdentity:
    return people.first_owner()


def guess(people: People, email: str, *, address: str = HERE, real_now: datetime = NOW) -> None:
    with pytest.raises(staff.WrongCredentials):
        people.sign_in(email, "salah sama sekali", address=address, real_now=real_now)


def test_the_sixth_guess_waits_and_so_does_the_right_password(people: People, owner: StaffIdentity) -> None:
    for _ in range(5):
        guess(people, owner.email)
    with pytest.raises(TooManyAttempts) as refusal:
        people.sign_in(owner.email)
    assert refusal.value.retry_after == 2
    assert people.sign_in(owner.email, real_now=NOW + timedelta(seconds=2))


def test_each_further_guess_doubles_the_wait(people: People, owner: StaffIdentity) -> None:
    at, waits = NOW, []
    for _ in range(5):
        guess(people, owner.email, real_now=at)
    for _ in range(5):
        with pytest.raises(TooManyAttempts) as refusal:
            people.sign_in(owner.email, real_now=at)
        waits.append(refusal.value.retry_after)
        at += timedelta(seconds=refusal.value.retry_after)
        guess(people, owner.email, real_now=at)
    assert waits == [2, 4, 8, 16, 32]


def test_an_unknown_account_answers_the_same(people: People, owner: StaffIdentity) -> None:
    def answers(email: str, address: str) -> list[str]:
        told = []
        for _ in range(6):
            try:
                people.sign_in(email, "salah sama sekali", address=address)
            except (staff.WrongCredentials, TooManyAttempts) as refusal:
                told.append(f"{refusal.code} {refusal.message} {refusal.params}")
        return told

    known, unknown = answers(owner.email, "192.0.2.1"), answers("tidak.ada@example.org", "192.0.2.2")
    assert known == unknown
    assert len(known) == 6


def test_a_colleague_elsewhere_is_not_locked_out(people: People, owner: StaffIdentity) -> None:
    for _ in range(5):
        guess(people, owner.email, address="203.0.113.66")
    assert people.sign_in(owner.email, address=HERE)


def test_one_address_that_tries_many_accounts_is_slowed(people: People, owner: StaffIdentity) -> None:
    for number in range(40):
        guess(people, f"orang{number}@example.org")
    with pytest.raises(TooManyAttempts):
        people.sign_in(owner.email)
    assert people.sign_in(owner.email, address="192.0.2.99")


def test_failures_are_forgiven_and_forgotten(people: People, owner: StaffIdentity) -> None:
    for _ in range(4):
        guess(people, owner.email)
    assert people.sign_in(owner.email)
    for _ in range(4):
        guess(people, owner.email)
    later = NOW + FORGET_AFTER + timedelta(seconds=1)
    for _ in range(4):
        guess(people, owner.email, real_now=later)
    assert people.sign_in(owner.email, real_now=later)


def test_a_burst_is_counted_before_it_is_judged(database: Database, people: People, owner: StaffIdentity) -> None:
    """Forty guesses at once: were they counted after judging, all forty would be judged."""

    def attempt(_: int) -> bool:
        try:
            credentials = database.write(lambda s: staff.begin_sign_in(s, owner.email, HERE, real_now=NOW))
        except TooManyAttempts:
            return False
        return not passwords.verify(credentials.password_hash, "salah")

    with ThreadPoolExecutor(8) as pool:
        judged = list(pool.map(attempt, range(40)))
    assert judged.count(True) == 5
