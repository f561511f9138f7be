"""Passkeys over HTTP: one alone lets its person in; a forged, copied, borrowed or late one nobody (trust S1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from service.accounts.models import Role
from service.accounts.permissions import StaffIdentity
from tests.service.web.staff.factors import (
    SECOND,
    Browser,
    add_passkey,
    by_passkey,
    device_of,
    inside,
    password,
)
from tests.service.web.staff.room import Room
from tests.support.authenticator import PRESENT, Authenticator


@pytest.fixture
def room(sqlite_room: Room) -> Room:
    """One engine will do here: what the rows decide is tested on both in `tests/service/accounts/test_factors.py`."""
    return sqlite_room


@pytest.fixture
def me(room: Room) -> StaffIdentity:
    return room.join(Role.OWNER)


@pytest.fixture
def browser(room: Room) -> Iterator[Browser]:
    with room.visitor() as client:
        yield client


def test_a_passkey_alone_signs_in(room: Room, me: StaffIdentity, browser: Browser) -> None:
    room.sign_in(browser, me.email)
    device = device_of(room)
    page = add_passkey(browser, device)
    assert page.status_code == 200
    assert "Ponsel" in page.text
    with room.visitor() as fresh:
        answer = by_passkey(fresh, device)
        assert (answer.status_code, answer.headers["location"]) == (303, "/staff")
        assert inside(fresh)
    with room.visitor() as fresh:
        assert password(fresh, me.email).headers["location"].startswith(SECOND)
        options = fresh.post(f"{SECOND}/options").json()
        assert fresh.post(SECOND, data={"credential": device.get(options)}).status_code == 303
        assert inside(fresh)


def _another_site(device: Authenticator) -> dict[str, Any]:
    device.origin = "https://perpustakaan-batam.example.evil"
    return {}


def _another_host(device: Authenticator) -> dict[str, Any]:
    device.rp_id = "evil.example"
    return {}


def _another_challenge(_: Authenticator) -> dict[str, Any]:
    return {"challenge": "x" * 43}


def _nobody_looked(device: Authenticator) -> dict[str, Any]:
    device.flags = PRESENT
    return {}


def _copied(device: Authenticator) -> dict[str, Any]:
    device.count = 0
    return {}


def _another_key(device: Authenticator) -> dict[str, Any]:
    device.key = Authenticator(device.origin, device.rp_id).key
    return {}


def _another_person(device: Authenticator) -> dict[str, Any]:
    device.user_handle = b"x" * 16
    return {}


def _unknown(device: Authenticator) -> dict[str, Any]:
    device.credential_id = b"y" * 32
    return {}


@pytest.mark.parametrize(
    "forge",
    [
        _another_site,
        _another_host,
        _another_challenge,
        _nobody_looked,
        _copied,
        _another_key,
        _another_person,
        _unknown,
    ],
)
def test_a_forged_passkey_is_refused(
    room: Room, me: StaffIdentity, browser: Browser, forge: Callable[[Authenticator], dict[str, Any]]
) -> None:
    room.sign_in(browser, me.email)
    device = device_of(room)
    add_passkey(browser, device)
    with room.visitor() as fresh:
        assert by_passkey(fresh, device).headers["location"] == "/staff"
    wrong = forge(device)
    with room.visitor() as thief:
        answer = by_passkey(thief, device, **wrong)
        assert answer.headers["location"] == "/staff/sign-in?done=passkey_refused"
        assert not inside(thief)


def test_an_answer_works_once_and_in_the_browser_that_asked(room: Room, me: StaffIdentity, browser: Browser) -> None:
    room.sign_in(browser, me.email)
    device = device_of(room)
    add_passkey(browser, device)
    with room.visitor() as first, room.visitor() as thief:
        options = first.post("/staff/sign-in/passkey/options").json()
        answer = device.get(options)
        thief.post("/staff/sign-in/passkey/options")
        stolen = thief.post("/staff/sign-in/passkey", data={"credential": answer})
        assert stolen.headers["location"] == "/staff/sign-in?done=passkey_refused"
        assert first.post("/staff/sign-in/passkey", data={"credential": answer}).headers["location"] == "/staff"
        again = first.post("/staff/sign-in/passkey", data={"credential": answer})
        assert again.headers["location"] == "/staff/sign-in?done=step_over"
    with room.visitor() as fresh:
        options = fresh.post("/staff/sign-in/passkey/options").json()
        fresh.post("/staff/sign-in/passkey", data={"credential": "{}"})
        late = fresh.post("/staff/sign-in/passkey", data={"credential": device.get(options)})
        assert late.headers["location"] == "/staff/sign-in?done=step_over"


@pytest.mark.parametrize(
    "nonsense", ["", "{", "[]", "null", '{"id": 5}', '{"id": "AA", "response": 7}', "[" * 5000, "x" * 20_000]
)
def test_nonsense_in_the_place_of_a_passkey_is_refused(room: Room, browser: Browser, nonsense: str) -> None:
    browser.post("/staff/sign-in/passkey/options")
    answer = browser.post("/staff/sign-in/passkey", data={"credential": nonsense})
    assert answer.headers["location"].startswith("/staff/sign-in?done=")


def test_anothers_passkey_is_no_second_factor_of_mine(room: Room, me: StaffIdentity, browser: Browser) -> None:
    device, others = device_of(room), device_of(room)
    other = room.join(Role.EDITOR)
    room.sign_in(browser, me.email)
    add_passkey(browser, device)
    with room.visitor() as client:
        room.sign_in(client, other.email)
        add_passkey(client, others)
    with room.visitor() as thief:
        password(thief, me.email)
        options = thief.post(f"{SECOND}/options").json()
        assert thief.post(SECOND, data={"credential": others.get(options)}).status_code == 422
        assert not inside(thief)


def test_a_disabled_person_s_passkey_opens_nothing(room: Room, me: StaffIdentity, browser: Browser) -> None:
    room.sign_in(browser, me.email)
    device = device_of(room)
    add_passkey(browser, device)
    with room.visitor() as owner, room.visitor() as fresh:
        room.sign_in(owner, room.installation.email)
        owner.post(f"/staff/people/{me.staff_id}/disable")
        assert by_passkey(fresh, device).headers["location"] == "/staff/sign-in?done=passkey_refused"
