"""The pages, asked over HTTP: in process for most tests, by a real server where a browser looks at them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from service.wiring import Runtime
from tests.support.app import create_app
from tests.support.life import NOW
from tests.support.running import make_runtime
from tests.support.site import Site, at, serving
from tests.support.visitor import Visitor


@pytest.fixture
def runtime(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    """A runtime on each database in turn, at the business time of tests."""
    made = make_runtime(database_url, tmp_path, clock_file=tmp_path / "clock")
    at(made, NOW)
    yield made
    made.close()


@pytest.fixture
def client(runtime: Runtime) -> Iterator[TestClient[Any]]:
    """A visitor who follows no redirect, has no cookies yet and reads Indonesian."""
    with Visitor(create_app(runtime)) as visitor:
        visitor.follow_redirects = False
        yield visitor


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    """The pages on a real server with a library in it."""
    with serving(sqlite_url, tmp_path, now=NOW) as running:
        yield running
