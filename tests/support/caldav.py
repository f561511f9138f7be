"""A real calendar server on loopback: Radicale, which stores only what it accepts, and gives back what it understood.

It is under the GPL and runs as a process of its own that is spoken to by HTTP (CalDAV, RFC 4791): nothing of it is
imported here, and it is no part of what is installed to run Acara.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import httpx

from tests.support.polling import until
from tests.support.valkey import free_port

_CALENDAR = {"content-type": "text/calendar; charset=utf-8"}


class CalendarServer:
    """One running server with an empty store and one user."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "radicale.log"
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        with_parent = ["setpriv", "--pdeathsig=KILL"] if shutil.which("setpriv") else []
        config = folder / "radicale.ini"
        config.write_text(
            f"[server]\nhosts = 127.0.0.1:{port}\n[auth]\ntype = none\n[rights]\ntype = owner_only\n"
            f"[storage]\nfilesystem_folder = {folder / 'radicale'}\n[web]\ntype = none\n",
            encoding="utf-8",
        )
        with self._log.open("ab") as log:
            program = [*with_parent, sys.executable, "-m", "radicale", "--config", str(config)]
            self._process = subprocess.Popen(program, stdout=log, stderr=log)
        self._client = httpx.Client(base_url=self.url, auth=("pembaca", "rahasia"), timeout=20)
        until(self._answers, what=f"the calendar server answers ({self._log})")

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise AssertionError(self._log.read_text())
        try:
            self._client.get("/")
        except httpx.TransportError:
            return False
        return True

    def put(self, name: str, body: bytes) -> httpx.Response:
        """Store a whole calendar, as programs do that bring one in."""
        return self._client.put(f"/pembaca/{name}/", content=body, headers=_CALENDAR)

    def get(self, name: str) -> httpx.Response:
        """Read the whole calendar back."""
        return self._client.get(f"/pembaca/{name}/")

    def close(self) -> None:
        """End the server."""
        self._client.close()
        self._process.terminate()
        self._process.wait(timeout=20)
