"""A mail server in a process of its own, which only accepts: ``python -m tests.bench.sink`` prints its port.

With every message it prints whom it was for and when it was accepted (seconds of the machine's monotonic clock).
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import IO, Any

from aiosmtpd.smtp import SMTP

from service.demo.standins.mail import SmtpSink
from tests.bench.processes import ROOT


class _Accepting(SmtpSink):
    """Keeps nothing, so that what is measured is the sender."""

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        print(envelope.rcpt_tos[0], time.monotonic(), flush=True)
        return "250 2.0.0 accepted"


@dataclass
class Sink:
    """A running sink, and when each recipient's last message was accepted."""

    port: int
    accepted: dict[str, float] = field(default_factory=dict[str, float])
    total: int = 0
    """How many messages, copies included."""

    @property
    def url(self) -> str:
        """Its address, as ``ACARA_SMTP_URL`` takes it."""
        return f"smtp://127.0.0.1:{self.port}"

    def listen(self, lines: IO[str]) -> None:
        """Note what the process prints until it ends."""
        for line in lines:
            recipient, at = line.split()
            self.accepted[recipient] = float(at)
            self.total += 1

    def forget(self) -> None:
        """Count from nothing again."""
        self.accepted.clear()
        self.total = 0


@contextlib.contextmanager
def running() -> Generator[Sink]:
    """Run a sink until the block is left."""
    command = [sys.executable, "-m", "tests.bench.sink"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdin
    sink = Sink(int(process.stdout.readline()))
    listener = threading.Thread(target=sink.listen, args=(process.stdout,), daemon=True)
    listener.start()
    try:
        yield sink
    finally:
        process.stdin.close()
        process.wait(30)
        listener.join()
        process.stdout.close()


if __name__ == "__main__":
    accepting = _Accepting()
    print(accepting.port, flush=True)
    sys.stdin.read()  # until whoever started us hangs up
    accepting.stop()
