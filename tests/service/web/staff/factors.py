"""Second factors as a browser sets them up and shows them, for tests: apps, codes, passkeys."""

from __future__ import annotations

import re
from typing import Any

import pyotp
from litestar.testing import TestClient

from service.clock import real_now
from tests.service.accounts.people import PASSWORD
from tests.service.web.staff.room import Room
from tests.support.authenticator import Authenticator

Browser = TestClient[Any]
SECURITY, SECOND, CONFIRM = "/staff/account/security", "/staff/sign-in/second", "/staff/account/confirm"


def set_up_app(client: Browser) -> tuple[str, list[str]]:
    """Set an authenticator app up and return its secret and the recovery codes."""
    assert client.post("/staff/account/authenticator").status_code == 303
    page = client.get(SECURITY).text
    secret = re.search(r'id="key">([A-Z2-7]{32})<', page)
    assert secret is not None
    code = pyotp.TOTP(secret.group(1)).at(int(real_now().timestamp()) - 30)
    answer = client.post("/staff/account/authenticator/confirm", data={"code": code})
    assert answer.status_code == 200
    codes = re.findall(r'<li class="code-text">([a-z2-9-]{19})</li>', answer.text)
    assert len(codes) == len(set(codes)) == 10
    return secret.group(1), codes


def code_of(secret: str, step: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(real_now().timestamp()) + 30 * step)


def password(client: Browser, email: str) -> Any:
    return client.post("/staff/sign-in", data={"email": email, "password": PASSWORD})


def inside(client: Browser) -> bool:
    return client.get("/staff/account").status_code == 200


def device_of(room: Room) -> Authenticator:
    host = room.runtime.settings.base_url
    return Authenticator(origin=host, rp_id=host.partition("//")[2].partition(":")[0])


def add_passkey(client: Browser, device: Authenticator) -> Any:
    options = client.post("/staff/account/passkeys/options").json()
    return client.post("/staff/account/passkeys", data={"credential": device.create(options), "name": "Ponsel"})


def by_passkey(client: Browser, device: Authenticator, **wrong: Any) -> Any:
    options = client.post("/staff/sign-in/passkey/options").json()
    return client.post("/staff/sign-in/passkey", data={"credential": device.get(options, **wrong)})
