"""API tokens: shown once, kept as a hash, dead when revoked."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from events.errors import Invalid, NotAllowed, NotFound
from service.accounts import staff, tokens
from service.accounts.models import ApiToken, Role
from service.accounts.permissions import Action, StaffIdentity
from tests.service.accounts.people import NOW, People
from tests.support import life as lives
from tests.support.databases import Database
from tests.support.life import Life

SCOPES = (Action.VIEW_EVENTS.value, Action.EDIT_EVENTS.value)


@pytest.fixture
def people(database: Database) -> People:
    return People(database)


@pytest.fixture
def installation(people: People) -> StaffIdentity:
    return people.first_owner()


@pytest.fixture
def owner(people: People, installation: StaffIdentity, life: Life) -> StaffIdentity:
    return people.join(installation, life.organiser_id, Role.OWNER)


def make(database: Database, identity: StaffIdentity, *, scopes: tuple[str, ...] = SCOPES, days: int = 90) -> str:
    return database.write(
        lambda s: tokens.create(
            s,
            identity,
            name="Situs kota",
            scopes=scopes,
            now=NOW,
            real_now=NOW,
            expires_at=NOW + timedelta(days=days),
        )
    )


def read(database: Database, token: str, *, days: int = 0) -> StaffIdentity | None:
    return database.read(lambda s: tokens.read(s, token, real_now=NOW + timedelta(days=days)))


def test_a_token_acts_for_its_person_within_its_scopes(database: Database, owner: StaffIdentity) -> None:
    found = read(database, make(database, owner))
    assert found is not None
    assert (found.staff_id, found.scopes) == (owner.staff_id, frozenset(SCOPES))
    assert not found.may(Action.MANAGE_STAFF)


def test_the_database_holds_no_token(database: Database, owner: StaffIdentity) -> None:
    token = make(database, owner)
    assert token not in repr(database.read(lambda s: s.execute(sa.select(ApiToken.__table__)).all()))


def test_expired_and_unknown_tokens_are_nobody(database: Database, owner: StaffIdentity) -> None:
    token = make(database, owner)
    assert [read(database, token, days=89) is None, read(database, token, days=90) is None] == [False, True]
    assert read(database, "acara_" + "x" * 43) is None


def test_a_revoked_token_is_nobody(database: Database, owner: StaffIdentity) -> None:
    token = make(database, owner)
    [(row, name)] = database.read(lambda s: tokens.list_tokens(s, owner))
    assert name == owner.name
    for _ in range(2):
        database.write(lambda s: tokens.revoke(s, owner, row.id, now=NOW, real_now=NOW))
    assert read(database, token) is None


def test_a_disabled_persons_token_is_nobody(
    database: Database, owner: StaffIdentity, installation: StaffIdentity
) -> None:
    token = make(database, owner)
    database.write(lambda s: staff.disable(s, installation, owner.staff_id, now=NOW, real_now=NOW))
    assert read(database, token) is None
    database.write(lambda s: staff.enable(s, installation, owner.staff_id, now=NOW))
    assert read(database, token) is not None


def test_use_is_noted_but_not_at_every_request(database: Database, owner: StaffIdentity) -> None:
    token = make(database, owner)

    def used(minutes: int) -> object:
        at = NOW + timedelta(minutes=minutes)
        database.write(lambda s: tokens.note_use(s, token, real_now=at))
        return database.read(lambda s: s.scalar(sa.select(ApiToken.used_at)))

    assert [used(0), used(4), used(6)] == [NOW, NOW, NOW + timedelta(minutes=6)]


@pytest.mark.parametrize("scopes", [(), ("everything",)])
def test_scopes_are_chosen_from_the_list(database: Database, owner: StaffIdentity, scopes: tuple[str, ...]) -> None:
    with pytest.raises(Invalid):
        make(database, owner, scopes=scopes)


def test_only_owners_and_only_their_own(
    database: Database, people: People, installation: StaffIdentity, owner: StaffIdentity, life: Life
) -> None:
    other = database.write(lambda s: lives.add_organiser(s, slug="cabang"))
    stranger = people.join(installation, other, Role.OWNER, "Sari")
    editor = people.join(installation, life.organiser_id, Role.EDITOR, "Edi")
    make(database, owner)
    [(row, _)] = database.read(lambda s: tokens.list_tokens(s, owner))
    assert list(database.read(lambda s: tokens.list_tokens(s, stranger))) == []
    with pytest.raises(NotFound):
        database.write(lambda s: tokens.revoke(s, stranger, row.id, now=NOW, real_now=NOW))
    with pytest.raises(NotAllowed):
        make(database, editor)
