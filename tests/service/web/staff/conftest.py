"""The staff's pages over HTTP, on each database in turn, or on SQLite where the engine does not matter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser, Page

from service.clock import set_clock
from service.wiring import Runtime
from tests.service.web.staff.room import Room, open_room
from tests.support.life import NOW
from tests.support.running import make_runtime


def _runtime(url: str, folder: Path) -> Runtime:
    clock = folder / "clock"
    set_clock(clock, NOW)
    return make_runtime(url, folder, clock_file=clock, mailbox_page=True, smtp_url=None)


@pytest.fixture
def room(database_url: str, tmp_path: Path) -> Iterator[Room]:
    """Two libraries with their staff, on each database in turn."""
    runtime = _runtime(database_url, tmp_path)
    yield open_room(runtime)
    runtime.close()


@pytest.fixture
def sqlite_room(sqlite_url: str, tmp_path: Path) -> Iterator[Room]:
    """The same on SQLite."""
    runtime = _runtime(sqlite_url, tmp_path)
    yield open_room(runtime)
    runtime.close()


@pytest.fixture
def owner(room: Room) -> Iterator[TestClient[Any]]:
    """The browser of the owner of the installation."""
    with room.visitor() as client:
        room.sign_in(client, room.installation.email)
        yield client


@pytest.fixture(params=[True, False], ids=["scripted", "scriptless"])
def scripted(request: pytest.FixtureRequest) -> bool:
    """Whether the browser runs scripts: every task works without, and with them the same."""
    return bool(request.param)


@pytest.fixture
def phone(scripted: bool, browser: Browser) -> Iterator[Page]:
    """A page on a phone, with scripts and without."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="id-ID", java_script_enabled=scripted)
    yield context.new_page()
    context.close()
