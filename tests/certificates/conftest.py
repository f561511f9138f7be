"""Fixtures for certificates: an event that has ended and people who attended, a press and a signing key."""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from certificates import issuing
from certificates.content import CertificateContent, Failure
from certificates.delivery import render_due
from certificates.models import Certificate
from certificates.renderer import ProcessRenderer, Renderer
from certificates.signing import PadesSigner, own_key
from events.drafts import lifecycle
from events.media.processes import ChildProcesses
from events.models import Evidence, Stage
from events.outbox import FactRow
from events.presence import attendance
from service.database.transactions import Database
from service.files.stored import StoredFiles
from tests.support.life import STAFF, Life

SETTINGS: dict[str, Any] = {"number_pattern": "{seq:04}/PERPUS-BTM/{roman_month}/{year}", "hours": 3}
REAL = datetime(2030, 1, 1, tzinfo=UTC)
"""A real time far from business time, so that mixing them up shows."""


def verify_url(code: str) -> str:
    return f"https://acara.example/v/{code}"


@pytest.fixture(scope="session")
def faces_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for typefaces, filled by whoever draws first; all processes of one test run share it."""
    own = tmp_path_factory.getbasetemp()
    return (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "faces"


@pytest.fixture(scope="session")
def children() -> Iterator[ChildProcesses]:
    pool = ChildProcesses(2)
    yield pool
    pool.close()


@pytest.fixture(scope="session")
def renderer(children: ChildProcesses, faces_dir: Path) -> ProcessRenderer:
    """The real thing: WeasyPrint in child processes."""
    return ProcessRenderer(children, faces_dir, seconds_each=120.0)


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> PadesSigner:
    return PadesSigner(own_key(tmp_path_factory.mktemp("keys"), "Perpustakaan Kota Batam", real_now=datetime.now(UTC)))


@dataclass
class Typist:
    """A renderer for tests about books and not about looks: writes the name, counts, and fails where it is told to."""

    failing: set[str] = field(default_factory=set)
    drawn: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def render(self, contents: Sequence[CertificateContent]) -> Generator[bytes | Failure]:
        with self._lock:
            self.drawn += [content.name for content in contents]
        return (
            Failure("not_drawn", "told to") if content.name in self.failing else content.name.encode()
            for content in contents
        )


class Stamp:
    """A signer for the same tests."""

    def sign(self, pdf: bytes, *, reason: str, location: str) -> bytes:  # noqa: ARG002 - the protocol has them
        return b"signed:" + pdf


@pytest.fixture
def typist() -> Typist:
    return Typist()


@dataclass
class Hall:
    """An ended webinar of which some people have proof that they were there."""

    life: Life
    database: Database
    files: StoredFiles
    event_id: uuid.UUID
    attended: list[uuid.UUID]
    missed: list[uuid.UUID]

    @property
    def later(self) -> datetime:
        """When certificates are due."""
        return self.life.now + lifecycle.CERTIFICATE_DELAY + timedelta(seconds=1)

    def plan(self, **options: Any) -> int:
        """Plan until nothing is left, as the tick does; returns how many were written."""
        total = 0
        while True:
            done = self.database.write(lambda session: issuing.plan(session, self.event_id, now=self.later, **options))
            total += done.written
            if done.complete:
                return total

    def render(self, renderer: Renderer, signer: Any = None, **options: Any) -> int:
        wanted: dict[str, Any] = {"now": self.later, "real_now": lambda: REAL, "verify_url": verify_url, **options}
        return render_due(self.database, self.files, renderer, signer or Stamp(), **wanted)

    def render_all(self, renderer: Renderer, signer: Any = None) -> None:
        while self.render(renderer, signer):
            pass

    def certificates(self) -> list[Certificate]:
        """Return every row, by number and version."""
        statement = sa.select(Certificate).order_by(Certificate.number, Certificate.version)
        return list(self.database.read(lambda session: session.scalars(statement).all()))

    def facts(self, name: str) -> list[dict[str, Any]]:
        statement = sa.select(FactRow.payload).where(FactRow.name == name).order_by(FactRow.id)
        return list(self.database.read(lambda session: session.scalars(statement).all()))


def make_hall(
    life: Life, database: Database, files: StoredFiles, *, attended: int = 3, missed: int = 1, **changes: Any
) -> Hall:
    event_id = life.webinar(**{"certificate": SETTINGS, **changes})
    people = [life.register(event_id, number).registration_id for number in range(attended + missed)]

    def happen(session: Any) -> None:
        lifecycle.start(session, event_id, now=life.now, by=STAFF)
        for registration_id in people[:attended]:
            attendance.note(session, registration_id, Evidence.JOINED, now=life.now, by="test")
        lifecycle.end(session, event_id, now=life.now, by=STAFF)

    database.write(happen)
    assert life.event(event_id).stage is Stage.ENDED
    return Hall(life, database, files, event_id, people[:attended], people[attended:])


@pytest.fixture
def hall(life: Life, database: Database, files: StoredFiles) -> Hall:
    return make_hall(life, database, files)


@pytest.fixture
def sqlite_hall(sqlite_database: Database, files: StoredFiles) -> Hall:
    """The same on SQLite only, for what does not depend on the engine."""
    from tests.support import life as lives  # noqa: PLC0415 - its name is that of a fixture

    life = Life(sqlite_database, sqlite_database.write(lives.add_organiser))
    return make_hall(life, sqlite_database, files)
