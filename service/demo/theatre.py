"""What the play needs around it: a folder, a clock, the stand-ins, and the service as a process of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Self

import httpx
import sqlalchemy as sa

from events import deliveries, outbox
from events.drafts import lifecycle
from events.seating import queueing, waitlist
from events.storage import ReadSession
from notifications.models.post import Post
from service.clock import FileClock, real_now, set_clock
from service.demo.standins.mail import SmtpSink
from service.demo.standins.mastodon import MastodonStandIn
from service.demo.standins.youtube import YouTubeStandIn
from service.demo.standins.youtube_channel import Channel, demonstration_faults
from service.processes.ticker import CLAIMED, queues_with_work
from service.settings import Settings
from service.wiring import Runtime

PATIENCE = 300.0
"""Seconds that anything may take before the play says that it did not happen."""
_HELD: tuple[type[deliveries.Claimable], ...] = (Post, *chain.from_iterable(CLAIMED.values()))


class DidNotHappenError(Exception):
    """Something that should have followed did not, within `PATIENCE`."""


class Theatre:
    """A context manager: the stand-ins and the service run while it is open.

    The service is a real `acara serve` in a process of its own with the embedded shape; the driver talks to it over
    HTTP. `runtime` reads the same database, to see whether everything has come to rest.
    """

    def __init__(self, folder: Path, *, port: int, begins_at: datetime) -> None:
        """Prepare an empty `folder`; `port` 0 lets the system choose."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.folder = folder
        self._clock_file = folder / "clock"
        set_clock(self._clock_file, begins_at)
        self.clock = FileClock(self._clock_file)
        self.mail = SmtpSink()
        self.mastodon = MastodonStandIn()
        self.youtube = YouTubeStandIn(Channel(faults=demonstration_faults()))
        self.port = port or _free_port()
        self._variables = {
            "ACARA_DATA_DIR": str(folder / "var"),
            "ACARA_PORT": str(self.port),
            "ACARA_BASE_URL": f"http://localhost:{self.port}",
            "ACARA_SMTP_URL": self.mail.url,
            "ACARA_MAIL_FROM": "perpustakaan@batam.example",
            "ACARA_MAIL_DOMAIN": "batam.example",
            "ACARA_YOUTUBE_CLIENT_ID": "demo-client",
            "ACARA_YOUTUBE_CLIENT_SECRET": "demo-secret",
            "ACARA_YOUTUBE_API_ROOT": self.youtube.root,
            "ACARA_YOUTUBE_TOKEN_URL": self.youtube.token_url,
            "ACARA_MASTODON_URL": self.mastodon.url,
            "ACARA_MASTODON_TOKEN": self.mastodon.token,
            "ACARA_CLOCK_FILE": str(self._clock_file),
            "ACARA_RENDER_PROCESSES": "2",
            "ACARA_LOG_LEVEL": "info",
        }
        self.settings = Settings.model_validate(
            {name.removeprefix("ACARA_").lower(): value for name, value in self._variables.items()}
        )
        self.runtime = Runtime(self.settings)
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folder / "service.log"

    @property
    def url(self) -> str:
        """Where the service answers."""
        return f"http://localhost:{self.port}"

    def __enter__(self) -> Self:
        self.mastodon.start()
        threading.Thread(target=self.youtube.serve, name="youtube-stand-in", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop_service()
        self.runtime.close()
        self.youtube.close()
        self.mastodon.stop()
        self.mail.stop()

    # ------------------------------------------------------------ the service
    def start_service(self) -> None:
        """Start `acara serve` and wait until it answers."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ACARA_")}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "service.cli", "serve"],
                env=environment | self._variables,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        self.wait_until(self._answers, "the service answers")

    def _answers(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            raise DidNotHappenError(f"the service ended with {self.process.returncode}; see {self.log}")
        try:
            return httpx.get(f"{self.url}/healthz", timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    def stop_service(self) -> None:
        """Ask the service to stop, and insist after half a minute."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    # ------------------------------------------------------------ time
    def turn_clock_to(self, moment: datetime) -> None:
        """Make it `moment` for everybody; never back."""
        if moment > self.clock.now():
            set_clock(self._clock_file, moment)

    def rest(self) -> None:
        """Wait until every fact has its reactions and nothing that is due waits in a queue."""
        self.wait_until(self._rests, "everything comes to rest")

    def _rests(self) -> bool:
        now = self.clock.now()

        def anything_waits(session: ReadSession) -> bool:  # what is likeliest first: this is asked many times
            return bool(
                outbox.unsettled(session, real_now=real_now() + outbox.GOES_ON_WITHIN, limit=1)
                or any(_is_held(session, model) for model in _HELD)
                or queues_with_work(session, channels=self.runtime.channels, now=now, real_now=real_now())
                or waitlist.has_expired_offers(session, now=now)
                or queueing.has_waited_in_vain(session, now=now)
                or lifecycle.due(session, now=now)
            )

        return not self.runtime.database.read(anything_waits)

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for `condition`; raises `DidNotHappenError` with `what` when patience ends."""
        deadline = time.monotonic() + PATIENCE
        while True:
            began = time.monotonic()
            if condition():
                return
            looked = time.monotonic()
            if looked > deadline:
                raise DidNotHappenError(what)
            # Who only watches must not take the machine from those who work, however slow looking is.
            time.sleep(max(0.05, 10 * (looked - began)))


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _is_held(session: ReadSession, model: type[deliveries.Claimable]) -> bool:
    columns = sa.inspect(model).columns
    return session.scalar(sa.select(columns["id"]).where(columns["state"] == deliveries.SENDING).limit(1)) is not None
