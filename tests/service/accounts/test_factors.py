"""Codes, recovery codes and steps at the rows: each works once, of two at once one, and only for whom it was made."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
import pytest

from events.errors import Conflict, Invalid, NotFound
from events.storage import Session, Transactions
from service.accounts import factors, one_time_codes, passkeys, recovery_codes, staff, steps
from service.accounts.factor_rows import Purpose
from service.accounts.models import Role
from service.accounts.passkeys import Made, PasskeyRefused
from service.accounts.permissions import StaffIdentity
from service.accounts.steps import StepOver
from service.secrets import SecretBox
from tests.service.accounts.people import NOW, PASSWORD_HASH, People
from tests.support.life import add_organiser

BOX = SecretBox("a key of the installation, 32 characters or more")


@dataclass(frozen=True)
class Desk:
    database: Transactions
    owner: StaffIdentity
    editor: StaffIdentity

    def enrol(self, who: StaffIdentity) -> str:
        """Set up an authenticator, whose first code was that of the half minute before."""
        self.database.write(lambda s: one_time_codes.begin(s, who, BOX, real_now=NOW))
        pending = self.database.read(lambda s: one_time_codes.pending(s, who, BOX, real_now=NOW))
        assert pending is not None
        code = pyotp.TOTP(pending[0]).at(NOW - timedelta(seconds=30))
        self.database.write(lambda s: one_time_codes.confirm(s, who, code, BOX, now=NOW, real_now=NOW))
        return pending[0]

    def take(self, who: StaffIdentity, code: str, *, at: datetime = NOW) -> bool:
        return self.database.write(lambda s: one_time_codes.take_of(s, who.staff_id, code, BOX, real_now=at))


@pytest.fixture
def desk(database: Transactions) -> Desk:
    people = People(database)
    organiser = database.write(add_organiser)
    first = people.first_owner()
    return Desk(database, first, people.join(first, organiser, Role.EDITOR, "Cici"))


def at_once(work: Callable[[], bool], times: int = 8) -> list[bool]:
    """Run `work` in as many threads and return what each got."""
    got: list[bool] = []
    start = threading.Barrier(times)

    def run() -> None:
        start.wait()
        got.append(work())

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


def test_a_code_is_taken_once_by_one_of_many(desk: Desk) -> None:
    secret = desk.enrol(desk.editor)
    code = pyotp.TOTP(secret).at(NOW)
    assert sorted(at_once(lambda: desk.take(desk.editor, code))) == [False] * 7 + [True]
    assert not desk.take(desk.editor, pyotp.TOTP(secret).at(NOW - timedelta(seconds=30)))
    assert desk.take(desk.editor, pyotp.TOTP(secret).at(NOW + timedelta(seconds=30)))


@pytest.mark.parametrize("seconds", [-600, -90, 90, 600])
def test_a_code_of_another_time_is_wrong(desk: Desk, seconds: int) -> None:
    secret = desk.enrol(desk.editor)
    assert not desk.take(desk.editor, pyotp.TOTP(secret).at(NOW + timedelta(seconds=seconds)))


@pytest.mark.parametrize(
    "nonsense", ["", "12345", "1234567", "abcdef", "１２３４５６", "12 34 5", "-12345", "\x00" * 6]
)
def test_nonsense_is_no_code(desk: Desk, nonsense: str) -> None:
    desk.enrol(desk.editor)
    assert not desk.take(desk.editor, nonsense)


def test_an_app_that_was_never_confirmed_is_no_factor(desk: Desk) -> None:
    desk.database.write(lambda s: one_time_codes.begin(s, desk.editor, BOX, real_now=NOW))
    pending = desk.database.read(lambda s: one_time_codes.pending(s, desk.editor, BOX, real_now=NOW))
    assert pending is not None
    assert not desk.take(desk.editor, pyotp.TOTP(pending[0]).at(NOW))
    with pytest.raises(Invalid):
        desk.database.write(lambda s: one_time_codes.confirm(s, desk.editor, "000000", BOX, now=NOW, real_now=NOW))
    assert not desk.database.read(lambda s: factors.factors_of(s, desk.editor.staff_id)).any


def test_an_app_that_was_begun_and_left_cannot_be_finished_by_who_finds_the_session_later(desk: Desk) -> None:
    desk.database.write(lambda s: one_time_codes.begin(s, desk.editor, BOX, real_now=NOW))
    found = desk.database.read(lambda s: one_time_codes.pending(s, desk.editor, BOX, real_now=NOW))
    assert found is not None
    later = NOW + one_time_codes.PENDING_FOR
    assert desk.database.read(lambda s: one_time_codes.pending(s, desk.editor, BOX, real_now=later)) is None
    code = pyotp.TOTP(found[0]).at(later)
    with pytest.raises(Invalid):
        desk.database.write(lambda s: one_time_codes.confirm(s, desk.editor, code, BOX, now=NOW, real_now=later))
    assert not desk.database.read(lambda s: factors.factors_of(s, desk.editor.staff_id)).any


def test_half_a_way_in_ends_with_the_password_that_opened_it(desk: Desk) -> None:
    member, old = desk.editor, PASSWORD_HASH
    secret = desk.database.write(lambda s: steps.begin(s, Purpose.SECOND, staff_id=member.staff_id, real_now=NOW))
    other = desk.database.write(lambda s: steps.begin(s, Purpose.SECOND, staff_id=desk.owner.staff_id, real_now=NOW))
    desk.database.write(
        lambda s: staff.change_password(s, member, old_hash=old, new_hash=f"{old}2", now=NOW, real_now=NOW)
    )
    with pytest.raises(StepOver):
        desk.database.read(lambda s: steps.look(s, secret, Purpose.SECOND, real_now=NOW))
    kept = desk.database.read(lambda s: steps.look(s, other, Purpose.SECOND, real_now=NOW))
    assert kept.staff_id == desk.owner.staff_id


def test_an_app_in_use_is_not_replaced_behind_ones_back(desk: Desk) -> None:
    desk.enrol(desk.editor)
    with pytest.raises(Conflict):
        desk.database.write(lambda s: one_time_codes.begin(s, desk.editor, BOX, real_now=NOW))


def test_without_the_installations_key_no_code_is_right(desk: Desk) -> None:
    secret = desk.enrol(desk.editor)
    stranger = SecretBox("another key, which is also long enough 123")
    code = pyotp.TOTP(secret).at(NOW)
    assert not desk.database.write(
        lambda s: one_time_codes.take_of(s, desk.editor.staff_id, code, stranger, real_now=NOW)
    )


def test_a_recovery_code_is_taken_once_and_by_its_owner_only(desk: Desk) -> None:
    codes = desk.database.write(lambda s: recovery_codes.make(s, desk.editor, now=NOW))
    assert not desk.database.write(lambda s: recovery_codes.take(s, desk.owner.staff_id, codes[0]))
    taken = at_once(lambda: desk.database.write(lambda s: recovery_codes.take(s, desk.editor.staff_id, codes[0])))
    assert sorted(taken) == [False] * 7 + [True]
    assert desk.database.read(lambda s: factors.factors_of(s, desk.editor.staff_id)).recovery_codes == 9


def test_who_takes_the_last_factor_away_loses_the_recovery_codes_too(desk: Desk) -> None:
    desk.enrol(desk.editor)
    desk.database.write(lambda s: recovery_codes.make(s, desk.editor, now=NOW))
    desk.database.write(lambda s: one_time_codes.remove(s, desk.editor, now=NOW))
    held = desk.database.read(lambda s: factors.factors_of(s, desk.editor.staff_id))
    assert (held.any, held.recovery_codes) == (False, 0)


def test_a_passkey_counts_on_once_and_is_removed_by_its_owner_only(desk: Desk) -> None:
    made = Made(b"c" * 32, b"k" * 77, 5)
    key_id = desk.database.write(lambda s: passkeys.add(s, desk.editor, made, name="HP", now=NOW, real_now=NOW))
    with pytest.raises(PasskeyRefused):
        desk.database.write(lambda s: passkeys.add(s, desk.owner, made, name="HP", now=NOW, real_now=NOW))
    [held] = desk.database.read(lambda s: factors.factors_of(s, desk.editor.staff_id)).passkeys

    def use() -> bool:
        try:
            desk.database.write(lambda s: passkeys.note_use(s, held, 6, real_now=NOW))
        except PasskeyRefused:
            return False
        return True

    assert sorted(at_once(use)) == [False] * 7 + [True]
    with pytest.raises(NotFound):
        desk.database.write(lambda s: passkeys.remove(s, desk.owner, key_id, now=NOW))


def test_a_step_is_for_its_purpose_its_minutes_and_one_end(desk: Desk) -> None:
    def begin(session: Session) -> str:
        return steps.begin(session, Purpose.SECOND, staff_id=desk.editor.staff_id, real_now=NOW)

    secret = desk.database.write(begin)
    for purpose, at in ((Purpose.PASSKEY, NOW), (Purpose.SECOND, NOW + steps.OPEN_FOR)):
        with pytest.raises(StepOver):
            desk.database.read(lambda s, p=purpose, t=at: steps.look(s, secret, p, real_now=t))  # type: ignore[misc] # defaults bind the loop's values

    def end() -> bool:
        try:
            desk.database.write(lambda s: steps.end(s, secret, Purpose.SECOND, real_now=NOW))
        except StepOver:
            return False
        return True

    assert sorted(at_once(end)) == [False] * 7 + [True]


def test_a_step_bears_five_tries(desk: Desk) -> None:
    secret = desk.database.write(lambda s: steps.begin(s, Purpose.SECOND, staff_id=desk.editor.staff_id, real_now=NOW))
    for _ in range(steps.TRIES):
        desk.database.write(lambda s: steps.count_try(s, secret, Purpose.SECOND, real_now=NOW))
    with pytest.raises(StepOver):
        desk.database.write(lambda s: steps.count_try(s, secret, Purpose.SECOND, real_now=NOW))
