"""The API over real HTTP on each database, with a library, staff of every role, and a token for each."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.accounts import tokens
from service.accounts.models import Role
from service.accounts.permissions import ROLES_OF, StaffIdentity
from service.clock import real_now, set_clock
from service.wiring import Runtime
from tests.service.accounts.people import People
from tests.support.life import NOW, Life, add_organiser
from tests.support.running import UNLIMITED, make_runtime
from tests.support.serving import serving


@dataclass(frozen=True)
class Site:
    """A running installation of two libraries."""

    runtime: Runtime
    url: str
    clock: Path
    life: Life
    other: Life
    owner: StaffIdentity

    def at(self, moment: datetime) -> None:
        """Move the business clock."""
        set_clock(self.clock, moment)

    def staff(self, role: Role = Role.OWNER, *, life: Life | None = None) -> StaffIdentity:
        """Let a new colleague in."""
        organiser_id = (life or self.life).organiser_id
        name = f"n{uuid.uuid4().hex[:8]}"
        return People(self.runtime.database).join(self.owner, organiser_id, role, name, real_now=real_now())

    def token(self, identity: StaffIdentity, *scopes: str) -> str:
        """Make a token for somebody, by default for everything that the role allows."""
        wanted = scopes or [action.value for action, roles in ROLES_OF.items() if identity.role in roles]
        return make_token(self.runtime, identity, wanted)

    def client(self, token: str | None = None, **headers: str) -> httpx.Client:
        """Return a client of the API, with a token or without."""
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        # Without `verify=False` every client reads the system's certificates anew, for plain http too.
        return httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=120, verify=False)


def make_token(runtime: Runtime, identity: StaffIdentity, scopes: Any) -> str:
    """Make a token whatever the role; only owners may make one for themselves."""
    return runtime.database.write(
        lambda session: tokens.create(
            session, identity, name="Uji", scopes=scopes, now=NOW, real_now=real_now(), expires_at=None
        )
    )


@pytest.fixture
def runtime(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    """A runtime whose business clock stands at the tests' now."""
    clock = tmp_path / "clock"
    set_clock(clock, NOW)
    made = make_runtime(database_url, tmp_path, clock_file=clock, **UNLIMITED)
    yield made
    made.close()


@pytest.fixture
def site(runtime: Runtime, tmp_path: Path) -> Iterator[Site]:
    """A running installation of two libraries, nothing in them yet."""
    database = runtime.database
    life = Life(database, database.write(add_organiser))
    other = Life(database, database.write(lambda session: add_organiser(session, slug="perpustakaan-lain")))
    owner = People(database).first_owner(real_now=real_now())
    with serving(runtime) as url:
        yield Site(runtime, url, tmp_path / "clock", life, other, owner)


@pytest.fixture
def staff(site: Site) -> Iterator[httpx.Client]:
    """A client for an owner of the first library."""
    with site.client(site.token(site.staff())) as client:
        yield client


@pytest.fixture
def anybody(site: Site) -> Iterator[httpx.Client]:
    """A client without a token, which reads English."""
    with site.client(**{"Accept-Language": "en"}) as client:
        yield client
