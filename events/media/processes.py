"""Child processes for work that holds the CPU (PDF, images), so that pages stay fast meanwhile.

The children know nothing: no environment variable of ours, no open file, no database. They are niced, limited in memory
and time, start when there is work, and go home when there is none. What they return is decoded as plain data, never
unpickled, because what they render was typed by strangers.

A caller's own thread talks to its child; nothing polls and no thread waits. (Pebble's pool wakes ten times a second
while idle, breaks as a whole when an idle child is killed, and unpickles what its children send.)
"""

from __future__ import annotations

import os
import pickle
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection, Pipe
from typing import Any, TypeVar, cast

import msgspec

_T = TypeVar("_T")

START_TIMEOUT = 60.0
"""Seconds that a child may take to start and import what it is asked to run (WeasyPrint takes one or two)."""
RETIRED = 0
"""Exit status of a child that went home by itself, having taken no work."""
_CORES = sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else []
"""Where children may run: wherever this process might when it began, for it may have withdrawn to one core since."""
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH")


class ChildFailed(Exception):  # noqa: N818 - "failed" says it
    """The function raised; the message is ``TypeName: what it said``."""


class ChildTimedOut(ChildFailed):
    """The function took longer than its caller wanted to wait. The child was killed."""


class ChildDied(ChildFailed):
    """The child ended in the middle: killed by somebody, by its limits, or by a crash in native code."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one child may use."""

    memory: int = 512 * 1024 * 1024
    """Bytes of private writable memory (RLIMIT_DATA); beyond it the function sees a `MemoryError`."""
    niceness: int = 10
    idle_seconds: float = 60.0
    """A child without work for this long ends, and its memory is free."""
    calls: int = 1000
    """A child ends after so many, before native leaks add up."""


class _Retired(Exception):  # noqa: N818 - never leaves this module
    """The child had gone home, or was killed, before it took the request: nothing was run, so another may."""


class ChildProcesses:
    """Up to `size` children; any number of threads may `run` something, and wait for a free child."""

    def __init__(self, size: int, *, limits: Limits | None = None) -> None:
        self.size = size
        self._limits = limits or Limits()
        # Last in, first out: warm children are used again before another is started, and spare ones retire.
        self._places: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        for _ in range(size):
            self._places.put(None)
        self._children: set[_Child] = set()
        self._lock = threading.Lock()
        self._closed = False

    def run(self, function: Callable[..., _T], *args: Any, timeout: float) -> _T:
        """Run ``function(*args)`` in a child and return what it returns.

        `function` is importable by its module and name, `args` can be pickled, the result is plain data: bytes, text,
        numbers, None, and lists (tuples arrive as lists) and dicts of them. `timeout` is in seconds of running;
        waiting for a free child and importing do not count. Raises `ChildFailed` or one of its kinds; never runs the
        function twice.
        """
        request = pickle.dumps((function.__module__, function.__qualname__, args, timeout))
        return cast("_T", _unwrap(self._answer(request, timeout)))

    def _answer(self, request: bytes, timeout: float) -> bytes:
        child, idle = self._places.get(), None
        try:
            while True:
                child = child or self._start()
                try:
                    answer = child.call(request, timeout)
                except _Retired:
                    self._forget(child)
                    child = None
                else:
                    idle = child
                    return answer
        finally:
            # Whatever interrupted us, a child that still owes an answer must not give it to the next caller.
            if child is not None and idle is None:
                self._forget(child)
            self._places.put(idle)

    def run_each(
        self, function: Callable[..., _T], calls: Sequence[tuple[Any, ...]], *, timeout: float
    ) -> Generator[_T | ChildFailed]:
        """Run ``function(*call)`` for every call, as many at once as there are children.

        Yields results in the order of `calls`, each as soon as it is there, so that the caller can go on with one while
        the children work on the next; a call that failed is its `ChildFailed`. `timeout` is for each. Closing the
        generator waits for the calls that are running and makes no more.
        """

        def one(call: tuple[Any, ...]) -> _T | ChildFailed:
            try:
                return self.run(function, *call, timeout=timeout)
            except ChildFailed as failure:
                return failure

        callers = ThreadPoolExecutor(self.size, thread_name_prefix="child-caller")
        try:
            yield from callers.map(one, calls)
        finally:
            callers.shutdown(cancel_futures=True)

    def close(self) -> None:
        """End every child now. Calls that are running raise `ChildDied`; later ones `RuntimeError`."""
        with self._lock:
            self._closed = True
            children, self._children = self._children, set()
        for child in children:
            child.end()

    def _start(self) -> _Child:
        with self._lock:
            if self._closed:
                raise RuntimeError("these child processes were closed")
            child = _Child(self._limits)
            self._children.add(child)
        return child

    def _forget(self, child: _Child) -> None:
        child.hang_up()
        with self._lock:
            self._children.discard(child)


def _unwrap(answer: bytes) -> Any:
    succeeded, value = msgspec.msgpack.decode(answer)
    if not succeeded:
        raise ChildFailed(value)
    return value


class _Child:
    """One process and the line to it."""

    def __init__(self, limits: Limits) -> None:
        self._line, theirs = cast("tuple[Connection[bytes, bytes], Connection[bytes, bytes]]", Pipe())
        self._proven = False  # a new child that dies before it takes its first work would die again
        settings = msgspec.json.encode(asdict(limits) | {"cores": _CORES}).decode()
        environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        # A folder of its own for temporary files: a child that is killed cannot tidy up, so its parent does.
        self._scratch = environment["TMPDIR"] = tempfile.mkdtemp(prefix="acara-child-")
        environment["PYTHONPATH"] = os.pathsep.join(path or os.getcwd() for path in sys.path)  # noqa: PTH109 - text
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", "events.media.child", str(theirs.fileno()), settings],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=environment,
            )
        finally:
            theirs.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def call(self, request: bytes, timeout: float) -> bytes:
        """Send one request and wait for its answer."""
        try:
            self._line.send_bytes(request)
        except OSError:
            raise _Retired from None
        # An empty message says that it begins; anything else is already the answer (it could not be imported).
        answer = self._receive(START_TIMEOUT, taken=False) or self._receive(timeout, taken=True)
        self._proven = True
        return answer

    def _receive(self, timeout: float, *, taken: bool) -> bytes:
        try:
            if self._line.poll(timeout):
                return self._line.recv_bytes()
        except (EOFError, OSError):
            self.hang_up()
            status = self._process.returncode
            if not taken and (status == RETIRED or self._proven):
                raise _Retired from None
            raise ChildDied(f"child process {self.pid} ended with status {status}") from None
        self.hang_up()
        raise ChildTimedOut(f"nothing came back within {timeout:g} s")

    def hang_up(self) -> None:
        """Close the line, upon which the child ends, however busy it is, and wait for that."""
        self._line.close()
        try:
            self._process.wait(0.5)
        except subprocess.TimeoutExpired:
            self.end()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def end(self) -> None:
        """End the process; whoever waits at the line sees it close. One that has ended keeps its own status."""
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)
