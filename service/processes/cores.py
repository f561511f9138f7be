"""One core for all threads of a service on SQLite, see decision 2.

Python runs one of a process's threads at a time. Where they stand on several cores, each that takes its turn does so
with caches that know nothing of the work, and the one before waits to be woken again: a quarter of a registration's
processor time. On one core the next thread goes on where the last has left off.
"""

from __future__ import annotations

import contextlib
import os
import random
import sys
from pathlib import Path


def stay_on_one_core() -> int | None:
    """Keep this process's threads, also those to come, on one core that it may use, and return which.

    None where there is no choice, or no way (only Linux has one). Child processes inherit it and have to be let out:
    `events.media.processes` does that for those that draw and render.
    """
    if sys.platform != "linux" or len(allowed := os.sched_getaffinity(0)) == 1:
        return None
    # Any of them: two services on a machine must not agree on the same one. Everybody else there can move away.
    core = random.choice(sorted(allowed))  # noqa: S311 - it spreads, it hides nothing
    for thread in Path("/proc/self/task").iterdir():
        with contextlib.suppress(ProcessLookupError):  # it has ended meanwhile
            os.sched_setaffinity(int(thread.name), {core})
    return core
