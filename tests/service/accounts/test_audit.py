"""The audit trail: who, when, from where, on what, never a secret, and only for who may read it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from events.drafts import lifecycle
from events.errors import NotAllowed
from events.models import Stage
from events.storage import Session, Transactions
from service.accounts import audit, staff
from service.accounts.audit import Line, Origin, Wanted
from service.accounts.models import Role
from service.accounts.permissions import Action, StaffIdentity
from tests.service.accounts.people import NOW, People
from tests.support.life import Life, add_organiser

HERE = "192.0.2.7"


@dataclass(frozen=True)
class House:
    database: Transactions
    life: Life
    other: Life
    owner: StaffIdentity
    editor: StaffIdentity
    others_owner: StaffIdentity
    installation: StaffIdentity

    def origin(self, who: StaffIdentity, action: str = Action.EDIT_EVENTS, **things: Any) -> Origin:
        return Origin(
            by=who.by,
            organiser_id=who.organiser_id,
            action=action,
            act="POST /staff/events/{event_id}/edit",
            address=HERE,
            device="Firefox · Linux",
            things=audit.things_in(things),
        )

    def act(self, who: StaffIdentity, *, minutes: int = 0, **things: Any) -> uuid.UUID:
        origin = self.origin(who, **things)
        return self.database.write(
            lambda session: audit.note(session, origin, real_now=NOW + timedelta(minutes=minutes))
        )

    def seen(self, who: StaffIdentity, wanted: Wanted | None = None, **more: Any) -> list[Line]:
        return list(self.database.read(lambda session: audit.search(session, who, wanted or Wanted(), **more)))


@pytest.fixture
def house(database: Transactions) -> House:
    people = People(database)
    life = Life(database, database.write(add_organiser))
    other = Life(database, database.write(lambda session: add_organiser(session, slug="perpustakaan-bintan")))
    installation = people.first_owner()
    owner = people.join(installation, life.organiser_id, Role.OWNER)
    editor = people.join(installation, life.organiser_id, Role.EDITOR, "Cici")
    elsewhere = people.join(installation, other.organiser_id, Role.OWNER, "Dedi")
    return House(database, life, other, owner, editor, elsewhere, installation)


def test_an_act_and_its_facts_stand_or_fall_together(house: House) -> None:
    event_id = house.life.webinar(Stage.DRAFT)
    origin = house.origin(house.editor, Action.PUBLISH_EVENTS, event_id=event_id)

    def publish(session: Session, *, fail: bool) -> None:
        lifecycle.publish(session, event_id, now=NOW, by=house.editor.by)
        audit.note(session, origin, real_now=NOW)
        if fail:
            raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        house.database.write(lambda session: publish(session, fail=True))
    assert house.seen(house.owner) == []
    house.database.write(lambda session: publish(session, fail=False))
    [line] = house.seen(house.owner)
    entry = line.entry
    assert (entry.by, entry.address, entry.device, entry.at) == (house.editor.by, HERE, "Firefox · Linux", NOW)
    assert (entry.action, entry.organiser_id, entry.event_id) == (
        "events.publish",
        house.life.organiser_id,
        event_id,
    )
    assert "EventPublished" in [fact.name for fact in line.facts]


def test_everybody_reads_about_their_own_things_whoever_touched_them(house: House) -> None:
    mine = house.life.webinar()
    by_installation = house.act(house.installation, event_id=mine)
    registration = house.life.register(mine).registration_id
    by_registration = house.act(house.installation, registration_id=registration)
    theirs = house.act(house.others_owner)
    assert [line.entry.id for line in house.seen(house.owner)] == [by_registration, by_installation]
    assert [line.entry.event_id for line in house.seen(house.owner)] == [mine, mine]
    assert [line.entry.id for line in house.seen(house.others_owner)] == [theirs]
    assert len(house.seen(house.installation)) == 3


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
def test_only_owners_read_the_trail(house: House, role: Role) -> None:
    with pytest.raises(NotAllowed):
        house.seen(replace(house.owner, role=role))


def test_the_trail_is_filtered_and_paged(house: House) -> None:
    event_id = house.life.webinar()
    first = house.act(house.editor, event_id=event_id)
    second = house.act(house.owner, minutes=10)
    third = house.act(house.editor, minutes=20)

    def found(**wanted: Any) -> list[uuid.UUID]:
        return [line.entry.id for line in house.seen(house.owner, Wanted(**wanted))]

    assert found() == [third, second, first]
    assert found(by=house.editor.staff_id) == [third, first]
    assert found(event_id=event_id) == [first]
    assert found(since=NOW + timedelta(minutes=10)) == [third, second]
    assert found(until=NOW + timedelta(minutes=10)) == [first]
    assert found(action="staff.manage") == []
    assert [line.entry.id for line in house.seen(house.owner, limit=2)] == [third, second]
    assert [line.entry.id for line in house.seen(house.owner, before=second)] == [first]


def test_no_secret_is_kept(house: House) -> None:
    house.act(house.owner, token="x" * 43, code="ABCD", staff_id=house.editor.staff_id)
    [line] = house.seen(house.owner)
    assert line.entry.things == {"staff_id": str(house.editor.staff_id)}


def test_the_act_of_disabling_somebody_names_them_and_says_where_from(house: House) -> None:
    origin = house.origin(house.owner, Action.MANAGE_STAFF, staff_id=house.editor.staff_id)

    def disable(session: Session) -> None:
        staff.disable(session, house.owner, house.editor.staff_id, now=NOW, real_now=NOW)
        audit.note(session, origin, real_now=NOW)

    house.database.write(disable)
    [line] = house.seen(house.owner)
    assert [(fact.name, fact.payload["staff_id"]) for fact in line.facts] == [
        ("StaffDisabled", str(house.editor.staff_id))
    ]
