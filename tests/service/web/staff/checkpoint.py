"""A moment of an installation that a test comes back to: what an act used up is there again, what it made is not.

Making one of each thing anew takes thirty times as long, and there are hundreds of acts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from typing import Any

from litestar.testing import TestClient

from service.wiring import Runtime


@contextmanager
def checkpoint(runtime: Runtime, client: TestClient[Any]) -> Generator[Callable[[], None]]:
    """Keep an SQLite installation's rows and a browser's cookies as they are; what it yields brings them back.

    Cookies too: an act may have replaced the session, and who is signed out would be refused for another reason.
    """
    file = runtime.database.engine.url.database
    assert file is not None
    cookies = list(client.cookies.jar)
    with closing(sqlite3.connect(":memory:")) as kept, closing(sqlite3.connect(file)) as live:
        live.backup(kept)

        def go_back() -> None:
            kept.backup(live)
            client.cookies.jar.clear()
            for cookie in cookies:
                client.cookies.jar.set_cookie(cookie)
            client.app.state.pages.recent.forget()

        yield go_back
