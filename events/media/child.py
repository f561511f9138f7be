"""The other end of `events.media.processes`: what runs in a child (``python -m events.media.child FD LIMITS``).

A request is a pickle ``(module, qualified name, arguments, seconds)`` from our own parent. The child answers twice: an
empty message when it has imported the function and begins, then MessagePack ``(succeeded, result or message)``.
"""

from __future__ import annotations

import contextlib
import importlib
import math
import os
import pickle
import resource
import select
import shutil
import signal
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec

_OOM_SCORE = Path("/proc/self/oom_score_adj")
_GRACE = 2
"""Seconds of CPU beyond a call's own time before the kernel ends the child, should the parent be unable to."""


def main(descriptor: int, limits: dict[str, Any]) -> None:
    """Serve the parent until it hangs up, `idle_seconds` pass without a request, or `calls` have been answered."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole terminal; the parent decides what ends
    if limits["cores"]:
        os.sched_setaffinity(0, limits["cores"])
    os.nice(limits["niceness"])
    resource.setrlimit(resource.RLIMIT_DATA, (limits["memory"], limits["memory"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold what people typed
    with contextlib.suppress(OSError):
        _OOM_SCORE.write_text("500")  # when memory runs out, rather a child than the service
    threading.Thread(target=_end_with_parent, args=(descriptor,), daemon=True).start()
    line: Connection[bytes, bytes] = Connection(descriptor)
    for _ in range(limits["calls"]):
        if not line.poll(limits["idle_seconds"]):
            return
        _serve(line)


def _end_with_parent(descriptor: int) -> None:
    """End this process the moment the parent's end of the line closes, however the parent died.

    (PR_SET_PDEATHSIG would fire when the *thread* that started us ends, which is not the same thing.)
    """
    watch = select.poll()
    watch.register(descriptor, 0)  # POLLHUP and POLLERR are always reported
    watch.poll()
    _tidy_up()
    os._exit(0)


def _tidy_up() -> None:
    """Remove our temporary files, which nobody would if the parent is dead."""
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)


def _serve(line: Connection[bytes, bytes]) -> None:
    try:
        module, name, args, seconds = pickle.loads(line.recv_bytes())  # noqa: S301 - written by our own parent
        function: Any = importlib.import_module(module)
        for part in name.split("."):
            function = getattr(function, part)
        line.send_bytes(b"")
        _limit_cpu(seconds)
        reply = msgspec.msgpack.encode((True, function(*args)))
    except Exception as error:  # noqa: BLE001 - whatever it was, the parent is told and this child serves on
        reply = msgspec.msgpack.encode((False, f"{type(error).__name__}: {error}"[:2000]))
    line.send_bytes(reply)


def _limit_cpu(seconds: float) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = math.ceil(used.ru_utime + used.ru_stime + seconds) + _GRACE
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.RLIM_INFINITY))


if __name__ == "__main__":
    with contextlib.suppress(EOFError, OSError):  # the parent hung up
        main(int(sys.argv[1]), msgspec.json.decode(sys.argv[2]))
    _tidy_up()
