"""What a process that begins to serve has loaded: the first page waits for nothing that only deliveries need."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

HEAVY = {
    "PIL",
    "alembic",
    "certificates.rendering",
    "cryptography.x509",
    "googleapiclient",
    "mastodon",
    "notifications.letters.composing",
    "pikepdf",
    "pyhanko",
    "requests",
    "segno",
    "service.reactions.story",
    "service.processes.work",
    "service.youtube.client",
    "weasyprint",
}
"""Libraries and rooms that make mails, pictures and documents, or talk to networks."""

_PROGRAM = """
import json, sys
from service.app import create_app
from service.cli import _runtime
from service.processes.running import serve
from service.processes.warming import warm_up

runtime = _runtime()
create_app(runtime)
serving = sorted(sys.modules)
warm_up()
print(json.dumps([serving, sorted(sys.modules)]))
runtime.close()
"""


def _loaded(folder: Path) -> tuple[set[str], set[str]]:
    """Return the modules of a process that serves, and of one that has warmed up."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ACARA_")}
    answer = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        env=environment | {"ACARA_DATA_DIR": str(folder)},
        check=True,
        text=True,
        stdout=subprocess.PIPE,
    )
    serving, warm = json.loads(answer.stdout)
    return set(serving), set(warm)


def test_serving_begins_without_what_only_deliveries_need(tmp_path: Path) -> None:
    serving, warm = _loaded(tmp_path)
    assert serving & HEAVY == set()
    # What draws, signs and uploads stays away until there is something to draw, to sign or to upload.
    assert warm & HEAVY == {"notifications.letters.composing", "service.reactions.story", "service.processes.work"}
