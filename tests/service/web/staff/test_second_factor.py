"""The second factor over HTTP: what it lets in, and everything that must not get past it (trust S1)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from service.accounts import audit, tokens
from service.accounts.audit import Wanted
from service.accounts.factor_rows import SignInStep, StaffPasskey, StaffRecoveryCode, StaffTotp
from service.accounts.models import Role, StaffSession
from service.accounts.permissions import Action, StaffIdentity
from service.clock import real_now
from service.web.staff.access import FRESH
from tests.service.accounts.people import PASSWORD
from tests.service.web.staff.factors import (
    CONFIRM,
    SECOND,
    SECURITY,
    Browser,
    add_passkey,
    by_passkey,
    code_of,
    device_of,
    inside,
    password,
    set_up_app,
)
from tests.service.web.staff.room import Room
from tests.support.life import NOW


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


# ---------------------------------------------------------------- the way in
def test_with_an_app_the_password_alone_opens_nothing(room: Room, me: StaffIdentity, browser: Browser) -> None:
    room.sign_in(browser, me.email)
    secret, _ = set_up_app(browser)
    with room.visitor() as fresh:
        half = password(fresh, me.email)
        assert (half.status_code, half.headers["location"]) == (303, f"{SECOND}?next=%2Fstaff")
        assert not inside(fresh)
        assert fresh.get(SECOND).status_code == 200
        done = fresh.post(SECOND, data={"code": code_of(secret), "next": "/staff/events"})
        assert (done.status_code, done.headers["location"]) == (303, "/staff/events")
        assert inside(fresh)
        assert fresh.get(SECOND).headers["location"].startswith("/staff/sign-in?")


def test_the_step_is_no_session_under_any_name(room: Room, me: StaffIdentity, browser: Browser) -> None:
    """Pre-authentication state reused: the step's cookie in the place of the session's."""
    room.sign_in(browser, me.email)
    set_up_app(browser)
    with room.visitor() as thief:
        password(thief, me.email)
        step = thief.cookies["staff-step"]
        assert "staff" not in thief.cookies
        thief.cookies.set("staff", step)
        assert not inside(thief)
        assert thief.post("/staff/account/passkeys/options").status_code == 303
        assert thief.post(f"{SECOND}/options").json()["challenge"]
    with room.visitor() as nobody:
        assert nobody.get(SECOND).status_code == 303
        assert nobody.post(f"{SECOND}/options").status_code >= 400
        assert nobody.post(SECOND, data={"code": "123456"}).headers["location"] == "/staff/sign-in?done=step_over"


def test_a_code_works_once(room: Room, me: StaffIdentity, browser: Browser) -> None:
    """Who looked over a shoulder types the same six digits half a minute later."""
    room.sign_in(browser, me.email)
    secret, _ = set_up_app(browser)
    code = code_of(secret)
    with room.visitor() as first, room.visitor() as second:
        password(first, me.email)
        password(second, me.email)
        assert first.post(SECOND, data={"code": code}).status_code == 303
        refused = second.post(SECOND, data={"code": code})
        assert refused.status_code == 422
        assert not inside(second)
        older = second.post(SECOND, data={"code": code_of(secret, -1)})
        assert older.status_code == 422
        assert second.post(SECOND, data={"code": code_of(secret, 1)}).status_code == 303


def test_guessing_codes_ends_the_step_and_slows_the_account_down(
    room: Room, me: StaffIdentity, browser: Browser
) -> None:
    room.sign_in(browser, me.email)
    secret, _ = set_up_app(browser)
    wrong = f"{(int(code_of(secret)) + 7) % 1_000_000:06d}"
    with room.visitor() as thief:
        password(thief, me.email)
        answers = [thief.post(SECOND, data={"code": wrong}).status_code for _ in range(7)]
        assert answers[:4] == [422] * 4
        # The fifth is judged, and ends the step or meets the delay; after that the right code helps no more.
        assert set(answers[4:]) <= {422, 429, 303}
        assert thief.post(SECOND, data={"code": code_of(secret)}).headers.get("location", "") != "/staff"
        assert not inside(thief)
        tries = 0
        for _ in range(4):
            password(thief, me.email)
            tries += sum(thief.post(SECOND, data={"code": wrong}).status_code == 422 for _ in range(6))
        assert tries <= 6
    failed = room.runtime.database.read(
        lambda session: audit.search(session, me, Wanted(by=me.staff_id, action=audit.SIGN_IN_FAILED), limit=100)
    )
    assert len(failed) >= 5


def test_a_recovery_code_works_once_and_new_ones_kill_the_old(room: Room, me: StaffIdentity, browser: Browser) -> None:
    room.sign_in(browser, me.email)
    _, codes = set_up_app(browser)
    for code, status in ((codes[0].upper().replace("-", " "), 303), (codes[0], 422), (codes[1], 303)):
        with room.visitor() as fresh:
            password(fresh, me.email)
            assert fresh.post(SECOND, data={"code": code}).status_code == status
    page = browser.post("/staff/account/recovery-codes")
    assert len(re.findall(r'<li class="code-text">', page.text)) == 10
    with room.visitor() as fresh:
        password(fresh, me.email)
        assert fresh.post(SECOND, data={"code": codes[2]}).status_code == 422


def test_a_new_password_by_link_does_not_pass_the_second_factor(
    room: Room, me: StaffIdentity, browser: Browser
) -> None:
    room.sign_in(browser, me.email)
    set_up_app(browser)
    with room.visitor() as owner, room.visitor() as fresh:
        room.sign_in(owner, room.installation.email)
        page = owner.post(f"/staff/people/{me.staff_id}/reset").text
        link = re.search(r"/staff/welcome/([\w-]+)", page)
        assert link is not None
        new = "sepuluh burung di pohon jambu"
        answer = fresh.post(f"/staff/welcome/{link.group(1)}", data={"password": new, "repeated": new})
        assert answer.headers["location"].startswith(SECOND)
        assert not inside(fresh)


# ---------------------------------------------------------------- proof, rotation, sessions
def grow_old(room: Room, me: StaffIdentity) -> None:
    room.runtime.database.write(
        lambda session: session.execute(
            sa.update(StaffSession)
            .where(StaffSession.staff_id == me.staff_id)
            .values(proved_at=real_now() - FRESH - FRESH / 10)
        )
    )


def test_locks_are_changed_only_after_a_fresh_proof(room: Room, me: StaffIdentity, browser: Browser) -> None:
    room.sign_in(browser, me.email)
    secret, _ = set_up_app(browser)
    grow_old(room, me)
    for path in (
        "/staff/account/authenticator/remove",
        "/staff/account/recovery-codes",
        "/staff/account/passkeys/options",
        "/staff/tokens",
        "/staff/people/rule",
    ):
        assert browser.post(path).headers["location"].startswith(CONFIRM), path
    assert inside(browser)
    before = browser.cookies["staff"]
    assert browser.post(CONFIRM, data={"password": "salah sama sekali"}).status_code == 422
    for code in ("", "000000"):  # the password alone takes no second factor away
        answer = browser.post(CONFIRM, data={"password": PASSWORD, "code": code})
        assert answer.status_code == 422
        assert 'id="error-code"' in answer.text
    proof = {"password": PASSWORD, "code": code_of(secret), "next": SECURITY}
    assert browser.post(CONFIRM, data=proof).headers["location"] == SECURITY
    after = browser.cookies["staff"]
    assert after != before
    with room.visitor() as thief:
        thief.cookies.set("staff", before)
        assert not inside(thief)
    assert browser.post("/staff/account/authenticator/remove").headers["location"].startswith(SECURITY)


def test_a_passkey_is_a_fresh_proof(room: Room, me: StaffIdentity, browser: Browser) -> None:
    room.sign_in(browser, me.email)
    device = device_of(room)
    add_passkey(browser, device)
    grow_old(room, me)
    options = browser.post(f"{CONFIRM}/options").json()
    forged = device.get(options, challenge="x" * 43)
    assert browser.post(CONFIRM, data={"credential": forged}).status_code == 422
    options = browser.post(f"{CONFIRM}/options").json()
    assert browser.post(CONFIRM, data={"credential": device.get(options)}).status_code == 303
    assert browser.post("/staff/account/recovery-codes").status_code == 200


@pytest.mark.parametrize("way", ["password", "second factor", "passkey", "enrolment"])
def test_a_session_that_an_attacker_chose_is_never_taken(
    room: Room, me: StaffIdentity, browser: Browser, way: str
) -> None:
    """Session fixation: the browser comes with an id that somebody else knows."""
    device = device_of(room)
    if way in {"second factor", "passkey"}:
        room.sign_in(browser, me.email)
        secret, _ = set_up_app(browser)
        add_passkey(browser, device)
    with room.visitor() as victim, room.visitor() as thief:
        chosen = "x" * 43
        for name in ("staff", "staff-step"):
            victim.cookies.set(name, chosen, domain="testserver.local", path="/")
        thief.cookies.set("staff", chosen)
        thief.cookies.set("staff-step", chosen)
        if way == "passkey":
            by_passkey(victim, device)
        else:
            password(victim, me.email)
        if way == "second factor":
            victim.post(SECOND, data={"code": code_of(secret)})
        if way == "enrolment":
            before = dict(victim.cookies)["staff"]
            set_up_app(victim)
            thief.cookies.set("staff", before)
        assert inside(victim)
        assert not inside(thief)
        assert thief.get(SECOND).status_code == 303


def test_a_person_sees_and_ends_their_own_sessions_only(room: Room, me: StaffIdentity, browser: Browser) -> None:
    other = room.join(Role.OWNER, room.branch.organiser_id)
    agent = {"user-agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"}
    with room.visitor() as phone, room.visitor() as library, room.visitor() as stranger:
        for client, who in ((browser, me), (library, me), (stranger, other)):
            room.sign_in(client, who.email)
        phone.post("/staff/sign-in", data={"email": me.email, "password": PASSWORD}, headers=agent)
        page = browser.get("/staff/account/devices").text
        assert page.count("Chrome · Android") == 2  # said, and said again for who cannot see the button's row
        ids = re.findall(r"/staff/account/devices/([0-9a-f-]{36})/end", page)
        assert len(ids) == 2
        for each in ids:
            assert stranger.post(f"/staff/account/devices/{each}/end").status_code == 404
        assert inside(phone)
        assert inside(library)
        found = room.runtime.database.read(
            lambda session: {
                row.device: row.id for row in session.execute(sa.select(StaffSession.device, StaffSession.id))
            }
        )
        browser.post(f"/staff/account/devices/{found['Chrome · Android']}/end")
        assert (inside(phone), inside(library), inside(browser)) == (False, True, True)
        browser.post("/staff/account/devices/end-others")
        assert (inside(library), inside(browser), inside(stranger)) == (False, True, True)


# ---------------------------------------------------------------- the rule of the house
def test_where_the_house_asks_for_it_nothing_opens_before_it_is_set_up(
    room: Room, me: StaffIdentity, browser: Browser
) -> None:
    at_branch = room.join(Role.EDITOR, room.branch.organiser_id)
    elsewhere = room.join(Role.EDITOR, room.other.organiser_id)
    token = room.runtime.database.write(
        lambda session: tokens.create(
            session, me, name="x", scopes=[Action.VIEW_EVENTS.value], now=NOW, real_now=real_now()
        )
    )
    room.sign_in(browser, me.email)
    browser.post("/staff/people/rule", data={"organiser": str(room.life.organiser_id), "required": "yes"})
    event_id = room.life.webinar()
    for path in ("/staff", "/staff/events", f"/staff/events/{event_id}", "/staff/people", "/staff/account/devices"):
        assert browser.get(path).headers["location"] == SECURITY, path
    assert browser.post("/staff/people/invite").headers["location"] == SECURITY
    bearer = {"authorization": f"Bearer {token}"}
    assert browser.get("/api/v1/staff/events", headers=bearer).status_code == 403
    with room.visitor() as client:
        room.sign_in(client, at_branch.email)
        assert client.get("/staff/events").headers["location"] == SECURITY
        assert client.get(SECURITY).status_code == 200
    with room.visitor() as client:
        room.sign_in(client, elsewhere.email)
        assert client.get("/staff/events").status_code == 200
    set_up_app(browser)
    assert browser.get("/staff/events").status_code == 200
    assert browser.get("/api/v1/staff/events", headers=bearer).status_code == 200


def test_who_lost_the_phone_is_helped_by_an_owner_and_it_is_told(
    room: Room, me: StaffIdentity, browser: Browser
) -> None:
    editor = room.join(Role.EDITOR)
    with room.visitor() as theirs:
        room.sign_in(theirs, editor.email)
        set_up_app(theirs)
        assert theirs.post(f"/staff/people/{me.staff_id}/second-factor").status_code == 403
        room.sign_in(browser, me.email)
        browser.post(f"/staff/people/{editor.staff_id}/second-factor")
        assert not inside(theirs)
        room.sign_in(theirs, editor.email)
    lines = room.runtime.database.read(lambda session: audit.search(session, me, Wanted(by=me.staff_id)))
    assert "SecondFactorReset" in [fact.name for line in lines for fact in line.facts]
    with room.visitor() as client:
        others = room.join(Role.OWNER, room.other.organiser_id)
        room.sign_in(client, others.email)
        assert client.post(f"/staff/people/{editor.staff_id}/second-factor").status_code == 404


# ---------------------------------------------------------------- a stolen database
def test_a_stolen_database_opens_nothing(room: Room, me: StaffIdentity, browser: Browser) -> None:
    room.sign_in(browser, me.email)
    secret, codes = set_up_app(browser)
    device = device_of(room)
    add_passkey(browser, device)
    with room.visitor() as half:
        password(half, me.email)
        secrets_held = [secret, *codes, *(code.replace("-", "") for code in codes), PASSWORD]
        secrets_held += [browser.cookies["staff"], half.cookies["staff-step"]]
        tables = (StaffTotp, StaffRecoveryCode, StaffPasskey, SignInStep, StaffSession)
        dump = room.runtime.database.read(
            lambda session: json.dumps(
                [
                    [str(value) for value in row]
                    for table in tables
                    for row in session.execute(sa.select(table.__table__))
                ]
            )
        )
        assert len(dump) > 1000
        assert [each for each in secrets_held if each in dump] == []
        # What stands in it, tried as it stands.
        values = {value for row in json.loads(dump) for value in row if 16 <= len(value) <= 400 and value.isascii()}
        with room.visitor() as thief:
            for value in sorted(values):
                thief.cookies.set("staff", value.replace(";", ""))
                thief.cookies.set("staff-step", value.replace(";", ""))
                assert not inside(thief)
                assert thief.get(SECOND).status_code == 303
                half_open = half.post(SECOND, data={"code": value})
                assert half_open.headers.get("location") != "/staff"
