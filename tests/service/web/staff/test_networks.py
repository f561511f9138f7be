"""An organiser's accounts on networks, on the staff's pages and in the API: secrets go in and never come out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from events.outbox import FactRow
from notifications.models.channel_connection import ChannelConnection, ConnectionState
from notifications.posts import connecting
from service.accounts.models import Role
from service.accounts.permissions import Action, StaffIdentity
from service.clock import real_now, set_clock
from service.demo.standins.bluesky import BlueskyStandIn
from service.demo.standins.mastodon import MastodonStandIn, running
from service.demo.standins.network import NetworkStandIn
from service.demo.standins.telegram_channel import TelegramChannelStandIn
from tests.service.api.conftest import make_token
from tests.service.web.staff.room import Room, open_room
from tests.support.app import create_app
from tests.support.life import NOW, add_organiser
from tests.support.running import make_runtime
from tests.support.site import words


@pytest.fixture
def mastodon() -> Iterator[MastodonStandIn]:
    with running() as standin:
        yield standin


@pytest.fixture
def standins() -> Iterator[dict[str, NetworkStandIn]]:
    with TelegramChannelStandIn.running() as telegram, BlueskyStandIn.running() as bluesky:
        yield {"telegram": telegram, "bluesky": bluesky}


@pytest.fixture
def room(
    database_url: str, tmp_path: Path, mastodon: MastodonStandIn, standins: dict[str, NetworkStandIn]
) -> Iterator[Room]:
    set_clock(tmp_path / "clock", NOW)
    roots = {name: each.url for name, each in standins.items()} | {"mastodon": mastodon.url}
    runtime = make_runtime(database_url, tmp_path, clock_file=tmp_path / "clock", smtp_url=None, network_roots=roots)
    yield open_room(runtime)
    runtime.close()


@pytest.fixture
def me(room: Room) -> StaffIdentity:
    return room.join(Role.OWNER)


@pytest.fixture
def client(room: Room, me: StaffIdentity) -> Iterator[TestClient[Any]]:
    with room.visitor() as made:
        room.sign_in(made, me.email)
        yield made


@pytest.fixture
def home(room: Room) -> str:
    return f"/staff/organisers/{room.life.organiser_id}/networks"


def held(room: Room) -> dict[str, ChannelConnection]:
    found = room.runtime.database.read(lambda s: connecting.list_connections(s, None))
    return {each.channel: each for each in found}


def bearer(room: Room, who: StaffIdentity) -> dict[str, str]:
    token = make_token(room.runtime, who, [action.value for action in Action])
    return {"authorization": f"Bearer {token}"}


def form(name: str, place: str, secret: str) -> dict[str, str]:
    return {f"{name}_place": place, f"{name}_secret": secret}


def test_pasted_secrets_are_asked_about_sealed_and_never_shown(
    room: Room, client: TestClient[Any], home: str, mastodon: MastodonStandIn, standins: dict[str, NetworkStandIn]
) -> None:
    given = {
        "telegram": (f"https://t.me/{TelegramChannelStandIn.chat}", standins["telegram"].token),
        "bluesky": (f"@{BlueskyStandIn.handle}", standins["bluesky"].token),
        "mastodon": (mastodon.url + "/", mastodon.token),
    }
    for name, (place, secret) in given.items():
        answer = client.post(f"{home}/{name}/connect", data=form(name, place, secret))
        assert answer.status_code == 303, words(answer.text)
    found = held(room)
    assert {each.state for each in found.values()} == {ConnectionState.CONNECTED}
    page = client.get(home).text
    everything = page + str(room.runtime.database.read(lambda s: s.execute(sa.select(FactRow.payload)).all()))
    for name, (_, secret) in given.items():
        assert room.runtime.secrets.unseal(found[name].sealed_secret) == secret
        assert secret not in found[name].sealed_secret
        assert secret not in everything
        assert found[name].account_name in page
        opened = room.runtime.connections.open(found[name])
        assert opened is not None
        assert opened.channel.check().name == found[name].account_name
        assert room.runtime.connections.open(found[name]) is opened
    assert client.post(f"{home}/mastodon/disconnect").status_code == 303
    gone = held(room)["mastodon"]
    assert (gone.state, gone.sealed_secret) == (ConnectionState.DISCONNECTED, "")
    assert room.runtime.connections.open(gone) is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("telegram", "perpusbatam", "4242:salah"), "tidak menerima"),
        (("telegram", "two words", "4242:standin"), "nama publik"),
        (("bluesky", "perpusbatam.bsky.social", "salah-salah"), "tidak menerima"),
        (("bluesky", "perpusbatam", "abcd"), "nama pengguna lengkap"),
        (("mastodon", "http://127.0.0.1:1", "token"), "alamat publik"),
        (("mastodon", "https://localhost", "token"), "alamat publik"),
        (("mastodon", "https://169.254.169.254", "token"), "alamat publik"),
        (("mastodon", "https://[::1]", "token"), "alamat publik"),
        (("telegram", "perpusbatam", ""), "Tempelkan"),
    ],
)
def test_what_is_refused_is_said_plainly_and_nothing_is_kept(
    room: Room, client: TestClient[Any], home: str, given: tuple[str, str, str], said: str
) -> None:
    name, place, secret = given
    answer = client.post(f"{home}/{name}/connect", data=form(name, place, secret))
    assert answer.status_code == 422
    assert said in words(answer.text)
    if secret:
        assert f'value="{secret}"' not in answer.text
    assert held(room) == {}


def test_a_bot_that_may_not_post_and_an_unknown_network_are_refused(
    room: Room, client: TestClient[Any], home: str, standins: dict[str, NetworkStandIn]
) -> None:
    telegram = standins["telegram"]
    assert isinstance(telegram, TelegramChannelStandIn)
    telegram.may_post = False
    answer = client.post(f"{home}/telegram/connect", data=form("telegram", telegram.chat, telegram.token))
    assert answer.status_code == 422
    assert "administrator" in words(answer.text)
    assert client.post(f"{home}/tiktok/connect", data=form("tiktok", "a", "b")).status_code == 404
    assert client.post(f"{home}/telegram/disconnect").status_code == 404
    assert held(room) == {}


def test_a_dead_account_is_told_on_the_overview_and_on_its_page(
    room: Room, client: TestClient[Any], home: str, mastodon: MastodonStandIn
) -> None:
    data = form("mastodon", mastodon.url, mastodon.token)
    assert client.post(f"{home}/mastodon/connect", data=data).status_code == 303
    own = held(room)["mastodon"]
    room.runtime.database.write(lambda s: connecting.mark_dead(s, own.id, own.serial, now=NOW))
    assert "harus dihubungkan lagi" in words(client.get("/staff").text)
    assert "harus dihubungkan lagi" in words(client.get(home).text)
    assert client.post(f"{home}/mastodon/connect", data=data).status_code == 303
    assert "harus dihubungkan lagi" not in words(client.get("/staff").text)
    assert held(room)["mastodon"].serial == own.serial + 1


def test_programs_list_and_disconnect_and_nobody_reaches_anothers(
    room: Room, me: StaffIdentity, client: TestClient[Any], home: str, mastodon: MastodonStandIn
) -> None:
    data = form("mastodon", mastodon.url, mastodon.token)
    client.post(f"{home}/mastodon/connect", data=data)
    other = room.runtime.database.write(lambda s: add_organiser(s, slug="lain"))
    foreign = f"/staff/organisers/{other}/networks"
    assert client.get(foreign).status_code == 404
    assert client.post(f"{foreign}/mastodon/connect", data=data).status_code == 404
    stranger = bearer(room, room.people.join(room.installation, other, Role.OWNER, name="lain", real_now=real_now()))
    ours = bearer(room, me)
    with TestClient(create_app(room.runtime)) as api:
        path = f"/api/v1{home}"
        assert api.get(path, headers=stranger).status_code == 404
        assert api.post(f"{path}/mastodon/disconnect", headers=stranger).status_code == 404
        listed = api.get(path, headers=ours)
        [one] = listed.json()["items"]
        assert (one["channel"], one["state"], one["account"]) == ("mastodon", "connected", "@perpustakaan")
        assert mastodon.token not in listed.text
        assert "secret" not in listed.text
        assert api.post(f"{path}/mastodon/disconnect", headers=ours).status_code == 204
        assert api.post(f"{path}/mastodon/disconnect", headers=ours).status_code == 204
        assert api.get(path, headers=ours).json()["items"][0]["state"] == "disconnected"
