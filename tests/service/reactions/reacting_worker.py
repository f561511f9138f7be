"""A worker process of its own: reacts to what has happened, and stops for ever inside a transaction it is told of.

Started, and killed, by `test_killed`.
"""

from __future__ import annotations

import itertools
import json
import sys
import threading
import uuid
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from events import outbox
from events.outbox import GOES_ON_WITHIN
from service.clock import real_now
from service.processes import work
from service.wiring import Runtime
from tests.support.running import make_runtime


def left(runtime: Runtime) -> Sequence[uuid.UUID]:
    """Return what is to be reacted to, also what another worker has only just left half done."""
    soon = real_now() + GOES_ON_WITHIN
    return runtime.database.read(lambda session: outbox.unsettled(session, real_now=soon))


def main() -> None:
    """React until nothing is left, or until the transaction ``stops_in`` (counted from 0) is to be committed."""
    options = json.loads(sys.argv[1])
    runtime = make_runtime(options["database"], Path(options["folder"]), clock_file=Path(options["clock"]))
    numbers = itertools.count()

    def stop(_connection: object) -> None:
        if next(numbers) == options["stops_in"]:
            Path(options["stopped"]).touch()
            threading.Event().wait()

    sa.event.listen(runtime.database.engines[0], "commit", stop)
    while found := left(runtime):
        work.react_to(runtime, found)
    runtime.close()


if __name__ == "__main__":
    main()
