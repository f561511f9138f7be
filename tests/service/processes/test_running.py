"""Starting and ending a process: what `acara serve` does with the signal that a supervisor sends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from service.database.transactions import Database
from service.presence import Process


@contextmanager
def _serving(folder: Path, database_url: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Run `acara serve` until it says that it serves; yields it and the lines so far."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ACARA_")} | {
        "ACARA_DATA_DIR": str(folder),
        "ACARA_DATABASE_URL": database_url,
        "ACARA_PORT": "0",
        "ACARA_HOST": "127.0.0.1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "service.cli", "serve"],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    lines: list[str] = []
    try:
        for line in process.stdout:
            lines.append(line)
            if re.search("nobody is staff yet", line):
                break
        yield process, lines
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_service_signs_off(sqlite_url: str, tmp_path: Path, number: signal.Signals) -> None:
    database = Database(sqlite_url)
    with _serving(tmp_path / "var", sqlite_url) as (process, lines):
        assert process.poll() is None, "".join(lines)
        process.send_signal(number)
        said, _ = process.communicate(timeout=30)
        assert (process.returncode, "Traceback" in said) == (0, False), said
    assert database.read(lambda session: session.scalars(sa.select(Process.pid)).all()) == []
    database.close()
