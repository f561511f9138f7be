"""What tests/events/media/test_processes.py has its child processes do."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from pathlib import Path


def add(one: int, other: int) -> int:
    return one + other


def whoami() -> int:
    return os.getpid()


def environment() -> list[str]:
    return sorted(os.environ)


def open_files() -> list[str]:
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found.append(str(entry.readlink()))
        except FileNotFoundError:  # the descriptor with which the folder is being read
            continue
    return found


def niceness() -> int:
    return os.nice(0)


def fail(message: str) -> None:
    raise ValueError(message)


def swallow_memory(size: int) -> int:
    return len(bytearray(size))


def burn_for_ever() -> None:
    while True:
        pass


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def write_temporary_file() -> str:
    descriptor, path = tempfile.mkstemp()
    os.close(descriptor)
    return path


def note_and_sleep(path: str, seconds: float) -> None:
    write_temporary_file()
    Path(path).write_text(f"{os.getpid()} {tempfile.gettempdir()}")
    time.sleep(seconds)


def unpicklable_answer() -> object:
    return object()


def cores() -> list[int]:
    return sorted(os.sched_getaffinity(0))
