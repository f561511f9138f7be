"""The running system inside a test: a runtime on the test's own database, with workers in this process."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import SecretStr

from events.outbox import FactRow
from service.broker import QUEUES
from service.processes.running import working
from service.settings import Settings
from service.wiring import Runtime
from tests.support.polling import until

UNLIMITED = {"public_posts_per_minute": 0, "public_registrations_per_hour": 0, "public_mails_per_day": 0}
"""For tests in which a crowd comes from one address, or one person time and again."""
TYPEFACES = Path(tempfile.gettempdir()) / "acara-tests-typefaces"


@cache
def _compiled() -> Path:
    """Return where this process keeps the pages' templates compiled: never those of a run before, made another way."""
    folder = Path(tempfile.mkdtemp(prefix="acara-tests-pages-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def make_runtime(database_url: str, folder: Path, **settings: Any) -> Runtime:
    """Return a runtime on a database that has its tables; `settings` are fields of `Settings`.

    A test types faster than a person, so forms may come back at once unless it says otherwise.
    """
    wanted: dict[str, Any] = {
        "data_dir": folder / "var",
        "database_url": SecretStr(database_url),
        "public_form_seconds": 0,
        **settings,
    }
    made = Runtime(Settings(**wanted))
    # Cutting the typefaces takes seconds; every test of every process shares them.
    TYPEFACES.mkdir(exist_ok=True)
    if not made.faces_dir.exists():
        made.faces_dir.symlink_to(TYPEFACES)
    if not made.pages_dir.exists():
        made.pages_dir.symlink_to(_compiled())
    return made


@contextmanager
def workers(runtime: Runtime, queues: Sequence[str] = QUEUES) -> Generator[None]:
    """Work off `queues` in this process while the block runs."""
    with working(runtime, role="test", queues=queues):
        yield


def unsettled(runtime: Runtime) -> int:
    """Return how many facts nobody has reacted to yet."""
    statement = sa.select(sa.func.count()).select_from(FactRow).where(FactRow.settled_at.is_(None))
    return int(runtime.database.read(lambda session: session.scalar(statement)) or 0)


def settled(runtime: Runtime, also: Callable[[], bool] = lambda: True) -> None:
    """Wait until every fact has been reacted to, and `also` is true."""
    until(lambda: unsettled(runtime) == 0 and also(), what="every fact settled")
