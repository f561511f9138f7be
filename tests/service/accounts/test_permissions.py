"""One table says who may do what; tokens can only narrow it."""

from __future__ import annotations

import uuid

import pytest

from events.errors import NotAllowed, NotFound
from service.accounts.models import Role
from service.accounts.permissions import ROLES_OF, Action, StaffIdentity, require

OWN, OTHER = uuid.uuid4(), uuid.uuid4()


def somebody(role: Role, organiser_id: uuid.UUID | None = OWN, scopes: frozenset[str] | None = None) -> StaffIdentity:
    return StaffIdentity(uuid.uuid4(), organiser_id, role, "Ani", "ani@example.org", scopes=scopes)


def test_every_action_has_an_entry_and_owners_may_do_all() -> None:
    assert set(ROLES_OF) == set(Action)
    assert all(Role.OWNER in roles for roles in ROLES_OF.values())


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", Action)
def test_another_organisers_things_do_not_exist(role: Role, action: Action) -> None:
    with pytest.raises(NotFound):
        require(somebody(role), action, OTHER)
    if role in ROLES_OF[action]:
        require(somebody(role), action, OWN)
    else:
        with pytest.raises(NotAllowed):
            require(somebody(role), action, OWN)


def test_the_owner_of_the_installation_sees_everybodys() -> None:
    for action in Action:
        require(somebody(Role.OWNER, None), action, OTHER)


def test_a_token_does_what_its_scopes_say_and_no_more() -> None:
    reader = somebody(Role.OWNER, scopes=frozenset({Action.VIEW_EVENTS.value}))
    assert [action for action in Action if reader.may(action)] == [Action.VIEW_EVENTS]
    door = somebody(Role.DOOR, scopes=frozenset(action.value for action in Action))
    assert {action for action in Action if door.may(action)} == {
        action for action, roles in ROLES_OF.items() if Role.DOOR in roles
    }


def test_roles_without_need_see_no_personal_data() -> None:
    personal = {Action.VIEW_REGISTRATIONS, Action.EXPORT_REGISTRATIONS, Action.VIEW_CERTIFICATES, Action.VIEW_MAILBOX}
    assert not any(somebody(role).may(action) for role in (Role.VIEWER, Role.DOOR) for action in personal)
