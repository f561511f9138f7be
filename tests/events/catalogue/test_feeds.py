"""Addresses of personal feeds: one that counts for each owner, and none that comes back to life."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa

from events.catalogue import feeds
from events.catalogue.feeds import Owner
from events.errors import Gone
from events.models import CalendarFeed, FeedOf
from service.clock import real_now
from service.database.transactions import Database
from tests.support.life import Life

ANI = Owner(FeedOf.PERSON, "email:ani@example.org")


def _make(database: Database, owner: Owner) -> uuid.UUID:
    return database.write(lambda session: feeds.make(session, owner, real_now=real_now()))


def _find(database: Database, owner: Owner) -> uuid.UUID | None:
    return database.read(lambda session: feeds.find(session, owner))


def _owner(database: Database, feed_id: uuid.UUID) -> Owner:
    return database.read(lambda session: feeds.owner_of(session, feed_id))


def test_nobody_has_an_address_who_did_not_ask(database: Database) -> None:
    assert _find(database, ANI) is None


def test_a_new_address_replaces_the_one_before(database: Database) -> None:
    first, second = _make(database, ANI), _make(database, ANI)
    assert (_find(database, ANI), _owner(database, second)) == (second, ANI)
    with pytest.raises(Gone):
        _owner(database, first)
    assert database.read(lambda session: session.scalar(sa.select(sa.func.count()).select_from(CalendarFeed))) == 1


def test_who_switches_it_off_and_asks_again_gets_another(database: Database) -> None:
    first = _make(database, ANI)
    for _ in range(2):
        database.write(lambda session: feeds.stop(session, ANI))
        assert _find(database, ANI) is None
    assert _make(database, ANI) != first
    with pytest.raises(Gone):
        _owner(database, first)


def test_the_same_key_of_another_kind_is_somebody_else(database: Database) -> None:
    key = str(uuid.uuid4())
    kinds = [Owner(of, key) for of in FeedOf]
    made = [_make(database, owner) for owner in kinds]
    database.write(lambda session: feeds.stop(session, kinds[0]))
    assert [_find(database, owner) for owner in kinds] == [None, *made[1:]]


def test_an_address_is_not_offered_any_more_once_its_personal_link_was_revoked(database: Database) -> None:
    key = str(uuid.uuid4())
    before, after = (Owner(FeedOf.REGISTRATION, key, version) for version in (1, 2))
    first = _make(database, before)
    assert (_find(database, before), _find(database, after)) == (first, None)
    assert _find(database, after) is None
    second = _make(database, after)
    assert (_find(database, after), _find(database, before)) == (second, None)


def test_addresses_of_people_are_forgotten_with_their_last_registration(life: Life, database: Database) -> None:
    life.register(life.webinar(), 1)
    known = Owner(FeedOf.PERSON, "email:peserta1@example.org")
    staff = Owner(FeedOf.STAFF, str(uuid.uuid4()))
    kept = [_make(database, owner) for owner in (known, staff)]
    _make(database, ANI)
    database.write(feeds.prune)
    assert [_find(database, owner) for owner in (known, staff, ANI)] == [*kept, None]
