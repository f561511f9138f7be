"""The service as real processes, started by the commands that the files in `deploy/` name."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import httpx

from tests.support.polling import until
from tests.support.running import UNLIMITED
from tests.support.valkey import free_port

ROOT = Path(__file__).parents[2]
WORKERS = ("facts,emails,posts", "certificates,recordings")
"""How the queues are shared out, as in `deploy/compose.distributed.yaml`."""

PATIENCE = 90.0
"""Seconds that a process may take to start, on a machine that does much else."""


class AcaraProcess:
    """One `acara` command as a process, which may be killed and started again. It dies with its parent."""

    def __init__(self, name: str, arguments: Sequence[str], variables: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._arguments = list(arguments)
        self._variables = dict(variables)
        self._process: subprocess.Popen[bytes] | None = None
        self._log_begins = 0

    def launch(self) -> None:
        """Start the process without waiting for it."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ACARA_")}
        with_parent = ["setpriv", "--pdeathsig=TERM"] if shutil.which("setpriv") else []
        with self.log.open("ab") as log:
            self._log_begins = log.tell()
            self._process = subprocess.Popen(
                [*with_parent, sys.executable, "-m", "service.cli", *self._arguments],
                env=environment | self._variables,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @property
    def pid(self) -> int:
        """The process's number."""
        assert self._process is not None
        return self._process.pid

    def said(self) -> str:
        """Return what the process has logged since it was last started."""
        return self.log.read_bytes()[self._log_begins :].decode(errors="replace")

    def wait(self) -> int:
        """Wait for the end of a command that ends by itself and return its exit code."""
        assert self._process is not None
        return self._process.wait(PATIENCE)

    def is_up(self) -> bool:
        """Tell whether it works; raises if it has ended."""
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"{self.name} ended with {self._process.returncode}:\n{self.said()[-4000:]}")
        return "working" in self.said()

    def start(self) -> None:
        """Start the process and wait until it works."""
        self.launch()
        until(self.is_up, seconds=PATIENCE, what=f"{self.name} works")

    def freeze(self) -> None:
        """Suspend the process where it is, until `thaw`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a suspended process go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """Kill the process without warning, as a power cut would."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def ask_to_stop(self) -> None:
        """Send SIGTERM, as systemd and container engines do."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def stop(self) -> None:
        """Stop the process; it is given as long as the units give it."""
        self.ask_to_stop()
        if self._process is not None:
            try:
                self._process.wait(40)
            except subprocess.TimeoutExpired:
                self.kill()


class WebProcess(AcaraProcess):
    """One `acara serve`, always on the same port."""

    def __init__(self, name: str, variables: Mapping[str, str], folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        super().__init__(
            name, ["serve"], {"ACARA_BASE_URL": self.url, **variables, "ACARA_PORT": str(self.port)}, folder
        )

    def is_up(self) -> bool:
        """Tell whether it answers; raises if it has ended."""
        super().is_up()
        try:
            return httpx.get(f"{self.url}/healthz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False


def migrate(variables: Mapping[str, str], folder: Path) -> None:
    """Run `acara migrate`. Raises `AssertionError` with what it said if it fails."""
    command = AcaraProcess("migrate", ["migrate"], variables, folder)
    command.launch()
    if command.wait() != 0:
        raise AssertionError(command.said())


class Cluster:
    """A context manager: web and worker processes on one database and one broker, after `acara migrate`."""

    def __init__(
        self, folder: Path, variables: Mapping[str, str], *, web: int = 2, workers: Sequence[str] = WORKERS
    ) -> None:
        """`workers` are the queues of each.

        `variables` must name the database and the broker; every process shares them and the data folder.
        """
        self.folder = folder
        unlimited = {f"ACARA_{name.upper()}": str(most) for name, most in UNLIMITED.items()}
        self.variables = {"ACARA_DATA_DIR": str(folder / "var"), **unlimited, **variables}
        first = WebProcess("web-1", self.variables, folder)
        self.variables.setdefault("ACARA_BASE_URL", first.url)
        others = [WebProcess(f"web-{number}", self.variables, folder) for number in range(2, web + 1)]
        self.web = [first, *others]
        self.workers = [
            AcaraProcess(f"work-{number}", ["work", "--queues", queues], self.variables, folder)
            for number, queues in enumerate(workers, 1)
        ]

    @property
    def processes(self) -> Sequence[AcaraProcess]:
        """Every process, web first."""
        return [*self.web, *self.workers]

    def __enter__(self) -> Self:
        migrate(self.variables, self.folder)
        try:
            for process in self.processes:
                process.launch()
            for process in self.processes:
                until(process.is_up, seconds=PATIENCE, what=f"{process.name} works")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.ask_to_stop()
        for process in self.processes:
            process.stop()
