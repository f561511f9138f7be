"""A library's staff see its branches' things; a branch's staff only their own; neither sees another library's."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from events import organisers
from events.errors import Conflict, NotAllowed, NotFound
from events.privacy import records
from events.registrations import desk
from events.storage import LocalizedText, Transactions
from service.accounts import invitations, sessions, staff
from service.accounts.models import Role, Staff
from service.accounts.permissions import Action, StaffIdentity, require_founder
from tests.service.accounts.people import NOW, People
from tests.support.life import Life, add_organiser


@dataclass(frozen=True)
class Houses:
    database: Transactions
    people: People
    installation: StaffIdentity
    library: uuid.UUID
    branch: uuid.UUID
    other: uuid.UUID

    def join(self, organiser_id: uuid.UUID, role: Role = Role.OWNER, name: str = "Budi") -> StaffIdentity:
        return self.people.join(self.installation, organiser_id, role, name)


@pytest.fixture
def houses(database: Transactions) -> Houses:
    people = People(database)
    library = database.write(add_organiser)
    other = database.write(lambda session: add_organiser(session, slug="perpustakaan-bintan"))
    branch = database.write(
        lambda session: organisers.add_organiser(
            session, slug="nongsa", name=LocalizedText("Nongsa"), parent_id=library, now=NOW
        )
    )
    return Houses(database, people, people.first_owner(), library, branch, other)


def test_who_sees_whose_things(houses: Houses) -> None:
    at_library, at_branch = houses.join(houses.library), houses.join(houses.branch)
    assert at_library.organiser_ids == frozenset({houses.library, houses.branch})
    assert at_branch.organiser_ids == frozenset({houses.branch})
    assert houses.installation.organiser_ids is None
    everything = (houses.library, houses.branch, houses.other)
    assert [at_library.sees(each) for each in everything] == [True, True, False]
    assert [at_branch.sees(each) for each in everything] == [False, True, False]
    assert all(houses.installation.sees(each) for each in everything)


def test_lists_follow(houses: Houses) -> None:
    made: dict[uuid.UUID, uuid.UUID] = {
        organiser: Life(houses.database, organiser).webinar()
        for organiser in (houses.library, houses.branch, houses.other)
    }

    def seen(identity: StaffIdentity) -> set[uuid.UUID]:
        owners = identity.organiser_ids
        rows = houses.database.read(lambda session: desk.list_events(session, owners=owners).rows)
        events = houses.database.read(lambda session: records.event_page(session, owners=owners, limit=9))
        assert {row.event.id for row in rows} == {event.id for event in events}
        return {event.id for event in events}

    assert seen(houses.join(houses.library)) == {made[houses.library], made[houses.branch]}
    assert seen(houses.join(houses.branch)) == {made[houses.branch]}
    assert seen(houses.installation) == set(made.values())


def test_a_new_branch_is_seen_at_the_next_request(houses: Houses) -> None:
    owner = houses.join(houses.other)
    secret = houses.people.sign_in(owner.email)
    branch = houses.database.write(
        lambda session: organisers.add_organiser(
            session, slug="tanjung-uban", name=LocalizedText("Uban"), parent_id=houses.other, now=NOW
        )
    )
    signed = houses.database.read(lambda session: sessions.read(session, secret, real_now=NOW))
    assert signed is not None
    assert signed.identity.organiser_ids == frozenset({houses.other, branch})


def test_colleagues_of_branches_are_the_librarys_to_manage_and_not_the_other_way_round(houses: Houses) -> None:
    head, of_branch = houses.join(houses.library), houses.join(houses.branch)
    door = houses.join(houses.branch, Role.DOOR, "Cici")

    def managed(identity: StaffIdentity) -> set[uuid.UUID]:
        return {each.id for each in houses.database.read(lambda session: staff.list_staff(session, identity))}

    assert managed(head) == {head.staff_id, of_branch.staff_id, door.staff_id}
    assert managed(of_branch) == {of_branch.staff_id, door.staff_id}
    with pytest.raises(NotFound):
        houses.database.write(lambda s: staff.disable(s, of_branch, head.staff_id, now=NOW, real_now=NOW))
    with pytest.raises(NotFound):
        houses.database.write(
            lambda s: invitations.invite(
                s, of_branch, email="x@example.org", role=Role.OWNER, organiser_id=houses.library, now=NOW, real_now=NOW
            )
        )


def test_a_colleague_moves_and_signs_in_again(houses: Houses) -> None:
    head = houses.join(houses.library)
    door = houses.join(houses.library, Role.DOOR, "Cici")
    secret = houses.people.sign_in(door.email)
    houses.database.write(lambda s: staff.move(s, head, door.staff_id, houses.branch, now=NOW))
    assert houses.database.read(lambda s: sessions.read(s, secret, real_now=NOW)) is None
    moved: Any = houses.database.read(lambda s: s.get(Staff, door.staff_id))
    assert moved.organiser_id == houses.branch
    for refusal, who, whom, where in (
        (NotFound, head, door.staff_id, houses.other),
        (NotFound, head, door.staff_id, uuid.uuid4()),
        (Conflict, head, head.staff_id, houses.branch),
        (NotFound, houses.join(houses.branch), head.staff_id, houses.branch),
        (NotAllowed, houses.join(houses.library, Role.EDITOR, "Dedi"), door.staff_id, houses.library),
    ):
        with pytest.raises(refusal):
            houses.database.write(
                lambda s, who=who, whom=whom, where=where: staff.move(s, who, whom, where, now=NOW)  # type: ignore[misc] # defaults bind the loop's values
            )


def test_who_may_set_up_what(houses: Houses) -> None:
    head = houses.join(houses.library)
    require_founder(houses.installation, None)
    require_founder(houses.installation, houses.other)
    require_founder(head, houses.library)
    with pytest.raises(NotAllowed):
        require_founder(head, None)
    with pytest.raises(NotFound):
        require_founder(head, houses.other)
    editor = houses.join(houses.library, Role.EDITOR, "Dedi")
    assert not editor.may(Action.EDIT_BRAND)
    with pytest.raises(NotAllowed):
        require_founder(editor, houses.library)
