"""One-time links open the door once, for whom and for how long they were made."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from events.errors import Conflict, Gone, Invalid, NotAllowed, NotFound
from events.outbox import FactRow
from service.accounts import invitations, passwords, sessions
from service.accounts.models import LinkPurpose, Role, Staff, StaffLink
from service.accounts.permissions import StaffIdentity
from tests.service.accounts.people import NOW, PASSWORD, PASSWORD_HASH, People
from tests.support import life as lives
from tests.support.databases import Database
from tests.support.life import Life


@pytest.fixture
def people(database: Database) -> People:
    return People(database)


@pytest.fixture
def owner(people: People) -> StaffIdentity:
    return people.first_owner()


def test_the_first_owner_comes_in_once(database: Database, people: People) -> None:
    token = database.write(lambda s: invitations.invite_owner(s, now=NOW, real_now=NOW))
    assert token is not None
    welcome = database.read(lambda s: invitations.look(s, token, real_now=NOW))
    assert (welcome.purpose, welcome.role, welcome.organiser_id) == (LinkPurpose.JOIN, Role.OWNER, None)
    owner = people.accept(token, "Ibu Pemilik", "  Pemilik@Example.ORG ")
    assert (owner.role, owner.organiser_id, owner.email) == (Role.OWNER, None, "pemilik@example.org")
    with pytest.raises(Gone):
        people.accept(token, "Orang Lain", "lain@example.org")
    assert database.write(lambda s: invitations.invite_owner(s, now=NOW, real_now=NOW)) is None


@pytest.mark.parametrize("used", [0, 1])
def test_of_two_processes_that_start_together_either_link_works_and_then_none(
    database: Database, people: People, used: int
) -> None:
    moments = (NOW, NOW + timedelta(seconds=2))
    links = [database.write(lambda s, at=at: invitations.invite_owner(s, now=at, real_now=at)) for at in moments]  # type: ignore[misc] # a loop variable kept
    mine, other = (str(links[used]), str(links[1 - used]))
    assert people.accept(mine, "Ibu", "ibu@example.org").role is Role.OWNER
    with pytest.raises(Gone):
        database.read(lambda s: invitations.look(s, other, real_now=NOW))
    with pytest.raises(Gone):
        people.accept(other, "Orang", "orang@example.org")


def test_a_link_of_an_earlier_start_is_dead(database: Database, people: People) -> None:
    """Each start prints a link; the ones of earlier starts may have scrolled into somebody's log."""
    again = NOW + invitations.STARTED_TOGETHER + timedelta(seconds=1)
    first, second = (
        database.write(lambda s, at=at: invitations.invite_owner(s, now=at, real_now=at))  # type: ignore[misc] # a loop variable kept
        for at in (NOW, again)
    )
    assert first is not None
    assert second is not None
    with pytest.raises(Gone):
        people.accept(first, "Orang", "orang@example.org", real_now=again)
    assert people.accept(second, "Ibu", "ibu@example.org", real_now=again).role is Role.OWNER


def test_eight_who_open_the_first_link_at_once(database: Database, people: People) -> None:
    token = database.write(lambda s: invitations.invite_owner(s, now=NOW, real_now=NOW))
    assert token is not None
    assert Counter(all_come(people, [token] * 8)) == {StaffIdentity: 1, Gone: 7}


def test_of_two_first_links_that_were_made_at_once_one_works(database: Database, people: People) -> None:
    """Two web processes that start together cannot see each other's link."""
    first, second = (database.write(lambda s: invitations.invite_owner(s, now=NOW, real_now=NOW)) for _ in range(2))
    assert Counter(all_come(people, [first or "", second or ""] * 4)) == {StaffIdentity: 1, Gone: 7}
    assert database.read(lambda s: s.scalar(sa.select(sa.func.count()).select_from(Staff))) == 1


def all_come(people: People, tokens: list[str]) -> list[type]:
    """Have one person come for each token, all at once; return what became of each."""
    start = threading.Barrier(len(tokens), timeout=60)

    def come(number: int) -> type:
        start.wait()
        try:
            return type(people.accept(tokens[number], f"Orang {number}", f"orang{number}@example.org"))
        except Gone as gone:
            return type(gone)

    with ThreadPoolExecutor(len(tokens)) as pool:
        return list(pool.map(come, range(len(tokens))))


def test_looking_does_not_use_it_up(database: Database, people: People) -> None:
    """Scanners of mail and chat open every link they see."""
    token = database.write(lambda s: invitations.invite_owner(s, now=NOW, real_now=NOW))
    assert token is not None
    for _ in range(3):
        database.read(lambda s: invitations.look(s, token, real_now=NOW))
    assert people.accept(token, "Ibu", "ibu@example.org").name == "Ibu"


def test_a_link_dies_of_age(database: Database, people: People) -> None:
    token = database.write(lambda s: invitations.invite_owner(s, now=NOW, real_now=NOW))
    assert token is not None
    late = NOW + invitations.OPEN_FOR
    with pytest.raises(Gone):
        database.read(lambda s: invitations.look(s, token, real_now=late))
    with pytest.raises(Gone):
        people.accept(token, "Ibu", "ibu@example.org", real_now=late)


def test_an_unknown_link_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound):
        database.read(lambda s: invitations.look(s, "x" * 43, real_now=NOW))


def test_the_database_holds_no_link(database: Database, people: People, owner: StaffIdentity) -> None:
    token = database.write(lambda s: invitations.invite_back(s, owner, owner.staff_id, now=NOW, real_now=NOW))
    rows = database.read(lambda s: s.execute(sa.select(StaffLink.__table__)).all())
    facts = database.read(lambda s: s.execute(sa.select(FactRow.payload)).all())
    assert token not in repr(rows) + repr(facts)


def test_a_refused_newcomer_may_try_again(database: Database, people: People, owner: StaffIdentity, life: Life) -> None:
    token = database.write(
        lambda s: invitations.invite(
            s, owner, email="a@example.org", role=Role.DOOR, organiser_id=life.organiser_id, now=NOW, real_now=NOW
        )
    )
    with pytest.raises(Invalid):
        people.accept(token, "   ", "a@example.org")
    assert people.accept(token, "Ani", "").email == "a@example.org"


def test_an_address_has_one_account(database: Database, people: People, owner: StaffIdentity, life: Life) -> None:
    with pytest.raises(Conflict):
        database.write(
            lambda s: invitations.invite(
                s,
                owner,
                email=owner.email.upper(),
                role=Role.DOOR,
                organiser_id=life.organiser_id,
                now=NOW,
                real_now=NOW,
            )
        )


def test_only_owners_invite_and_only_to_their_own(
    database: Database, people: People, owner: StaffIdentity, life: Life
) -> None:
    other = database.write(lambda s: lives.add_organiser(s, slug="cabang"))
    branch_owner = people.join(owner, life.organiser_id, Role.OWNER, "Cici")
    editor = people.join(owner, life.organiser_id, Role.EDITOR, "Edi")

    def invite(by: StaffIdentity, organiser_id: uuid.UUID | None, role: Role = Role.VIEWER) -> None:
        database.write(
            lambda s: invitations.invite(
                s,
                by,
                email="baru@example.org",
                role=role,
                organiser_id=organiser_id,
                now=NOW,
                real_now=NOW,
            )
        )

    with pytest.raises(NotAllowed):
        invite(editor, life.organiser_id)
    with pytest.raises(NotFound):
        invite(branch_owner, other)
    with pytest.raises(NotAllowed):
        invite(branch_owner, None, Role.OWNER)
    with pytest.raises(NotAllowed):
        invite(owner, None, Role.VIEWER)
    invite(branch_owner, life.organiser_id)


def test_a_revoked_link_is_dead(database: Database, people: People, owner: StaffIdentity, life: Life) -> None:
    token = database.write(
        lambda s: invitations.invite(
            s, owner, email="a@example.org", role=Role.DOOR, organiser_id=life.organiser_id, now=NOW, real_now=NOW
        )
    )
    link_id = database.read(lambda s: s.scalar(sa.select(StaffLink.id).where(StaffLink.email == "a@example.org")))
    for _ in range(2):
        database.write(lambda s: invitations.revoke(s, owner, link_id, now=NOW, real_now=NOW))
    with pytest.raises(Gone):
        people.accept(token, "Ani", "a@example.org")


def test_the_way_back_ends_every_session(database: Database, people: People, owner: StaffIdentity) -> None:
    cookie = people.sign_in(owner.email)
    token = database.write(lambda s: invitations.invite_back(s, owner, owner.staff_id, now=NOW, real_now=NOW))
    back = people.accept(token, "", "")
    assert back == owner
    assert database.read(lambda s: sessions.read(s, cookie, real_now=NOW)) is None
    late = NOW + timedelta(minutes=1)
    assert people.sign_in(owner.email, real_now=late)


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        (PASSWORD, []),
        ("pendek", ["too_short"]),
        ("a" * 12, ["too_easy"]),
        ("Perpustakaan2026!", ["too_easy"]),
        ("sitiaminah1234567", ["too_easy"]),
        ("password password", ["too_easy"]),
        ("x" * 201, ["too_long"]),
    ],
)
def test_easy_passwords_are_refused(password: str, codes: list[str]) -> None:
    found = passwords.judge(password, personal=("Siti Aminah", "sitiaminah"))
    assert [error.code for error in found] == codes


def test_a_hash_is_salted_and_verified() -> None:
    assert passwords.hash_password(PASSWORD) != PASSWORD_HASH
    assert passwords.verify(PASSWORD_HASH, PASSWORD)
    assert not passwords.verify(PASSWORD_HASH, PASSWORD + " ")
    assert not passwords.verify(None, "nobody signs in with this")
    assert not passwords.needs_rehash(PASSWORD_HASH)
