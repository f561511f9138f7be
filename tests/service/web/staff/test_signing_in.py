"""Signing in over HTTP: no fixation, no way elsewhere, no telling who works here, no use of a stolen cookie."""

from __future__ import annotations

import math
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from litestar.testing import TestClient

from events.storage import Session
from service.accounts import invitations, staff, throttling
from service.accounts.invitations import account_key
from service.accounts.models import Role
from service.clock import real_now
from service.tables import metadata
from service.web.staff.access import way_on
from service.wiring import Runtime
from tests.service.accounts.people import PASSWORD
from tests.service.web.staff.room import Room, open_room, visitor
from tests.support.life import NOW
from tests.support.running import make_runtime


def sign_in(client: TestClient[Any], email: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/staff/sign-in", data={"email": email, "password": password, **more})


def test_the_cookie_is_for_this_host_and_no_script(room: Room) -> None:
    with room.visitor() as client:
        cookie = sign_in(client, room.installation.email).headers["set-cookie"]
    parts = {part.strip().partition("=")[0].lower(): part.strip().partition("=")[2] for part in cookie.split(";")}
    secret = parts.pop("staff")
    assert len(secret) == 43
    assert {name: value.lower() for name, value in parts.items()} == {"httponly": "", "path": "/", "samesite": "lax"}


def test_over_https_the_cookie_is_bound_to_the_host(sqlite_url: str, tmp_path: Any) -> None:
    runtime: Runtime = make_runtime(sqlite_url, tmp_path, base_url="https://acara.example")
    room = open_room(runtime)
    with room.visitor() as client:
        cookie = sign_in(client, room.installation.email).headers["set-cookie"]
    runtime.close()
    assert cookie.startswith("__Host-staff=")
    assert "secure" in cookie.lower()
    assert "domain" not in cookie.lower()


def test_an_id_that_the_browser_brought_is_never_signed_in(room: Room) -> None:
    """Session fixation: an attacker's cookie, planted before the sign-in, sees nothing after it."""
    with room.visitor() as client:
        client.cookies.set("staff", "attackerchosen", domain="testserver.local", path="/")
        sign_in(client, room.installation.email)
        assert client.get("/staff").status_code == 200
    with room.visitor() as attacker:
        attacker.cookies.set("staff", "attackerchosen", domain="testserver.local", path="/")
        assert attacker.get("/staff").status_code == 303


def test_a_stolen_cookie_dies_with_the_sign_out(room: Room) -> None:
    with room.visitor() as client, room.visitor() as thief:
        room.sign_in(client, room.installation.email)
        stolen = client.cookies["staff"]
        thief.cookies.set("staff", stolen, domain="testserver.local", path="/")
        assert thief.get("/staff").status_code == 200
        assert client.post("/staff/sign-out").status_code == 303
        assert thief.get("/staff").status_code == 303
        assert client.get("/staff").status_code == 303


def test_signing_in_again_leaves_the_old_cookie_worthless(room: Room) -> None:
    with room.visitor() as client, room.visitor() as thief:
        room.sign_in(client, room.installation.email)
        thief.cookies.set("staff", client.cookies["staff"], domain="testserver.local", path="/")
        room.sign_in(client, room.installation.email)
        assert thief.get("/staff").status_code == 303
        assert client.get("/staff").status_code == 200


def test_a_new_password_signs_other_devices_out(room: Room) -> None:
    fresh = "empat ayam makan jagung"
    with room.visitor() as here, room.visitor() as there:
        for client in (here, there):
            room.sign_in(client, room.installation.email)
        form = {"old": PASSWORD, "password": fresh, "repeated": fresh}
        assert here.post("/staff/account", data=form | {"old": "salah"}).status_code == 422
        assert here.post("/staff/account", data=form).status_code == 303
        assert here.get("/staff").status_code == 200
        assert there.get("/staff").status_code == 303
        assert sign_in(there, room.installation.email).status_code == 422
        assert sign_in(there, room.installation.email, fresh).status_code == 303


def test_unknown_disabled_and_wrong_get_one_answer(room: Room) -> None:
    gone = room.join(Role.EDITOR)
    with room.visitor() as client:
        assert sign_in(client, gone.email).status_code == 303
        room.runtime.database.write(
            lambda s: staff.disable(s, room.installation, gone.staff_id, now=NOW, real_now=real_now())
        )
        wrong = "salah sama sekali"
        emails = {"known": room.installation.email, "unknown": "tidak.ada@example.org", "disabled": gone.email}
        answers = {which: sign_in(client, email, wrong) for which, email in emails.items()}
        answers["disabled, right password"] = sign_in(client, gone.email)
    assert {which: answer.status_code for which, answer in answers.items()} == dict.fromkeys(answers, 422)
    texts = [answers[which].text.replace(emails[which.split(",")[0]], "…") for which in answers]
    assert texts == [texts[0]] * 4
    assert PASSWORD not in texts[0]
    assert wrong not in texts[0]


def test_guessing_is_slowed_and_says_for_how_long(room: Room) -> None:
    """After thirteen failures, each when its delay was over, the next one costs a quarter of an hour."""
    email, longest = room.installation.email, 15 * 60
    with room.visitor() as client:
        before = real_now()
        for number in range(13, 0, -1):
            then = before - number * timedelta(minutes=16)
            failed = partial(throttling.count_attempt, account=account_key(email), address="testclient", real_now=then)
            room.runtime.database.write(failed)
        assert sign_in(client, email, "salah sama sekali").status_code == 422
        slowed = sign_in(client, email)
        passed = (real_now() - before).total_seconds()
    assert slowed.status_code == 429
    assert math.ceil(longest - passed) <= int(slowed.headers["retry-after"]) <= longest
    assert "set-cookie" not in slowed.headers


@pytest.mark.parametrize("given", ["\x01", "a" * 5000, "é\u202e@example.org", "", "' OR 1=1 --"])
def test_nonsense_is_a_clear_no(room: Room, given: str) -> None:
    with room.visitor() as client:
        assert sign_in(client, given, given).status_code == 422


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (None, "/staff"),
        ("/staff/events?show=past", "/staff/events?show=past"),
        ("/staff", "/staff"),
        ("https://evil.example/", "/staff"),
        ("//evil.example/staff", "/staff"),
        ("/\\evil.example", "/staff"),
        ("/staff//evil.example", "/staff"),
        ("/staff\\@evil.example", "/staff"),
        ("/staffevil", "/staff"),
        ("javascript:alert(1)", "/staff"),
        ("/staff\r\nSet-Cookie: a=b", "/staff"),
        ("/events/batam", "/staff"),
    ],
)
def test_the_way_on_stays_with_us(wanted: str | None, found: str) -> None:
    assert way_on(wanted) == found


def test_the_page_one_wanted_comes_after_signing_in(room: Room) -> None:
    with room.visitor() as client:
        sent = client.get("/staff/events?show=past").headers["location"]
        assert sent == "/staff/sign-in?next=%2Fstaff%2Fevents%3Fshow%3Dpast"
        answer = sign_in(client, room.installation.email, next="/staff/events?show=past")
        assert answer.headers["location"] == "/staff/events?show=past"


def test_the_first_owner_sets_up_the_library(sqlite_url: str, tmp_path: Any) -> None:
    """From an empty installation: the link on the terminal, a password, a library, the first page."""
    runtime = make_runtime(sqlite_url, tmp_path)
    token = runtime.database.write(lambda s: invitations.invite_owner(s, now=NOW, real_now=real_now()))
    with visitor(runtime) as client:
        page = f"/staff/welcome/{token}"
        assert client.get(page).status_code == 200
        weak = {"name": "Ibu Ratna", "email": "ratna@perpus.example", "password": "pendek", "repeated": "lain"}
        refused = client.post(page, data=weak)
        assert refused.status_code == 422
        assert 'value="Ibu Ratna"' in refused.text
        good = weak | {"password": PASSWORD, "repeated": PASSWORD}
        assert client.post(page, data=good).status_code == 303
        assert client.post(page, data=good).status_code == 410
        first = client.get("/staff")
        assert "organisers/new" in first.text
        library = {"slug": "perpustakaan-batam", "name_id": "Perpustakaan Kota Batam", "timezone": "Asia/Jakarta"}
        assert client.post("/staff/organisers/new", data=library | {"slug": "Tidak Boleh"}).status_code == 422
        assert client.post("/staff/organisers/new", data=library).status_code == 303
        assert "Perpustakaan Kota Batam" in client.get("/staff").text
    runtime.close()


def test_an_invited_colleague_comes_in_with_their_role(room: Room, owner: TestClient[Any]) -> None:
    form = {"email": "dewi@perpus.example", "role": "approver", "organiser": str(room.life.organiser_id)}
    page = owner.post("/staff/people/invite", data=form).text
    token = page.split("/staff/welcome/")[1][:43]
    with room.visitor() as client:
        made = {"name": "Dewi", "password": PASSWORD, "repeated": PASSWORD}
        assert client.post(f"/staff/welcome/{token}", data=made).status_code == 303
        assert client.get("/staff/posts").status_code == 200
        assert client.get("/staff/people").status_code == 403
    assert owner.post("/staff/people/invite", data=form).status_code == 409
    assert token not in owner.get("/staff/people").text


def test_the_database_knows_no_secret(room: Room, owner: TestClient[Any]) -> None:
    """A stolen database opens no door: session, link and token are kept as hashes."""
    link = owner.post("/staff/people/invite", data={"email": "a@b.example", "role": "viewer"}).text
    token = owner.post("/staff/tokens", data={"token_name": "Situs", "scopes": "events.view", "days": "90"}).text
    secrets = [
        owner.cookies["staff"],
        link.split("/staff/welcome/")[1][:43],
        token.split("acara_")[1][:43],
    ]

    def dump(session: Session) -> str:
        return repr([session.execute(table.select()).all() for table in metadata.sorted_tables])

    everything = room.runtime.database.write(dump)
    assert [secret for secret in secrets if secret in everything] == []
    assert "a@b.example" in everything
