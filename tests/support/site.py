"""The site on a real server, in a thread of the test, for browsers."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any

import uvicorn
from litestar import get

from service.clock import set_clock
from service.web.site import pages_router
from service.wiring import Runtime
from tests.support.app import create_app
from tests.support.life import Life, add_organiser
from tests.support.polling import until
from tests.support.running import make_runtime


@dataclass(frozen=True, slots=True)
class Site:
    """A running site and what fills it."""

    url: str
    runtime: Runtime
    life: Life


def at(runtime: Runtime, moment: datetime) -> None:
    """Move the business clock."""
    path = runtime.settings.clock_file
    assert path is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    set_clock(path, moment)


@get("/failing", sync_to_thread=False)
def _fail() -> None:
    raise ZeroDivisionError


_FAILING = (pages_router([_fail]),)


@contextmanager
def serving(database_url: str, folder: Path, *, now: datetime, **settings: Any) -> Generator[Site]:
    """Serve the site on a port that the system chooses, for as long as the context lasts.

    `settings` are fields of `Settings`. ``/failing`` is a page with a mistake of ours in it.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        runtime = make_runtime(database_url, folder, base_url=url, clock_file=folder / "clock", **settings)
        at(runtime, now)
        organiser_id = runtime.database.write(lambda session: add_organiser(session, now=now))
        config = uvicorn.Config(
            create_app(runtime, _FAILING), log_config=None, access_log=False, ws="none", lifespan="on"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            until(lambda: server.started, what="the site answers")
            yield Site(url, runtime, Life(runtime.database, organiser_id, now))
        finally:
            server.should_exit = True
            thread.join()
            runtime.close()


def words(html: str) -> str:
    """Return what a person reads in the main part of a page, in one line."""
    main = html.split("<main", 1)[1].split("</main>", 1)[0].split(">", 1)[1]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())
