"""Passkeys in a real browser, whose authenticator is Chromium's own virtual one (CDP's WebAuthn domain)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from service.accounts.models import Role
from service.clock import set_clock
from tests.service.accounts.people import PASSWORD
from tests.service.web.staff.room import Room, open_room
from tests.support.life import NOW
from tests.support.running import make_runtime
from tests.support.serving import serving


@pytest.fixture
def room(sqlite_url: str, tmp_path: Path) -> Iterator[Room]:
    """A library at an address with a name: browsers make no passkeys for numbers."""
    clock = tmp_path / "clock"
    set_clock(clock, NOW)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://localhost:{listening.getsockname()[1]}"
        runtime = make_runtime(sqlite_url, tmp_path, clock_file=clock, base_url=address, smtp_url=None)
        with serving(runtime, fd=listening.fileno()):
            yield open_room(runtime)
        runtime.close()


def plug_in(page: Page) -> None:
    """Give the browser a device with a screen lock, which says yes."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def sign_in(page: Page, url: str, email: str) -> None:
    page.goto(f"{url}/staff/sign-in")
    page.fill("#field-email", email)
    page.fill("#field-password", PASSWORD)
    page.click("form[action='/staff/sign-in'] button[type=submit]")


def test_a_passkey_is_made_and_signs_in_alone(room: Room, page: Page) -> None:
    url = room.runtime.settings.base_url
    me = room.join(Role.EDITOR)
    plug_in(page)
    sign_in(page, url, me.email)
    page.wait_for_url(f"{url}/staff")
    page.goto(f"{url}/staff/account/security?lang=en")
    page.fill("#field-name", "Laptop meja depan")
    page.click("[data-passkey=create] [data-passkey-start]")
    expect(page.locator("#codes li")).to_have_count(10)
    expect(page.get_by_text("Laptop meja depan", exact=True)).to_be_visible()

    page.context.clear_cookies()
    page.goto(f"{url}/staff/sign-in?next=/staff/account/devices")
    page.click("[data-passkey=get] [data-passkey-start]")
    page.wait_for_url(f"{url}/staff/account/devices")

    page.context.clear_cookies()
    sign_in(page, url, me.email)
    page.wait_for_url("**/staff/sign-in/second?**")
    page.click("[data-passkey=get] [data-passkey-start]")
    page.wait_for_url(f"{url}/staff")
