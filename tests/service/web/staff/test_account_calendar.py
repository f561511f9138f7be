"""The calendar of all events that staff see: drafts too, of their own houses only, until they are shut out."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import sqlalchemy as sa
from litestar.testing import TestClient

from events.models import Event, Stage
from events.storage import ReadSession
from service.accounts import staff
from service.accounts.models import Role
from service.accounts.permissions import StaffIdentity
from service.clock import real_now
from tests.service.web.staff.room import Room
from tests.support.calendars import complaints
from tests.support.counting import counted
from tests.support.life import NOW
from tests.support.readings import read

PAGE = "/staff/account"


def _address(room: Room, page: str) -> str:
    [shown] = re.findall(r'id="feed-address">([^<]+)<', page)
    return unescape(shown).removeprefix(room.runtime.settings.base_url)


def _made(room: Room, client: TestClient[Any], what: str = "new") -> str:
    answer = client.post(f"{PAGE}/calendar", data={"do": what})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?calendar={what}#calendar")
    return client.get(f"{PAGE}?calendar={what}").text


def _told(client: TestClient[Any], address: str) -> dict[str, str]:
    answer = client.get(address)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-cache")
    assert complaints(answer.content) == []
    return {each.uid: each.status for each in read(answer.content)}


def test_staff_subscribe_to_what_they_see_drafts_too(room: Room) -> None:
    viewer = room.join(Role.VIEWER)
    draft, open_ = room.life.webinar(Stage.DRAFT), room.life.webinar()
    room.other.webinar()
    with room.visitor() as client, room.visitor() as program:
        room.sign_in(client, viewer.email)
        assert "feed-address" not in client.get(PAGE).text
        address = _address(room, _made(room, client))
        found = _told(program, address)
        assert {str(draft): "TENTATIVE", str(open_): "CONFIRMED"}.items() <= found.items()
        theirs = room.runtime.database.read(lambda session: _uids(session, viewer))
        assert set(found) == theirs
        with counted(room.runtime.database) as statements:
            program.get(address)
        assert len([each for each in statements if each.lstrip().startswith("SELECT")]) == 5


def _uids(session: ReadSession, identity: StaffIdentity) -> set[str]:
    own = sa.select(Event.id).where(Event.organiser_id.in_(identity.organiser_ids or ()))
    return {str(each) for each in session.scalars(own)}


def test_one_branch_alone_and_never_another_librarys(room: Room) -> None:
    owner = room.join(Role.OWNER)
    theirs, own = room.branch.webinar(Stage.DRAFT), room.life.webinar()
    with room.visitor() as client:
        room.sign_in(client, owner.email)
        page = _made(room, client)
        address = _address(room, page)
        branch = f"{address}&branch=cabang-nongsa"
        assert branch.replace("&", "&amp;") in page
        assert _told(client, branch)[str(theirs)] == "TENTATIVE"
        assert (str(own) in _told(client, branch), str(own) in _told(client, address)) == (False, True)
        for slug in ("perpustakaan-bintan", "nobody", ""):
            assert client.get(f"{address}&branch={slug}").status_code == 404


def test_an_old_address_is_dead_and_so_is_that_of_who_was_shut_out(room: Room) -> None:
    editor = room.join(Role.EDITOR)
    with room.visitor() as client:
        room.sign_in(client, editor.email)
        first = _address(room, _made(room, client))
        second = _address(room, _made(room, client))
        assert [client.get(each).status_code for each in (first, second)] == [410, 200]
        room.runtime.database.write(
            lambda session: staff.disable(session, room.installation, editor.staff_id, now=NOW, real_now=real_now())
        )
        assert [client.get(each).status_code for each in (first, second)] == [410, 410]


def test_it_can_be_switched_off(room: Room) -> None:
    with room.visitor() as client:
        room.sign_in(client, room.installation.email)
        address = _address(room, _made(room, client))
        assert "feed-address" not in _made(room, client, "off")
        assert client.get(address).status_code == 410
