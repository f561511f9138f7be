"""A real IMAP server on loopback (pymap, everything in memory) with one account."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import imap_tools

from tests.support.polling import until
from tests.support.valkey import free_port

USER, PASSWORD = "rsvp", "kata-sandi"


class ImapServer:
    """One running server, which a test may kill and start again (its mail is gone then). `url` is for the settings."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "imap.log"
        self._port = free_port()
        self.url = f"imap://{USER}:{PASSWORD}@127.0.0.1:{self._port}/INBOX"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        with_parent = ["setpriv", "--pdeathsig=KILL"] if shutil.which("setpriv") else []
        program = [sys.executable, "-W", "ignore", "-c", "from pymap.main import main; main()"]
        listen = ["--host", "127.0.0.1", "--port", str(self._port), "--no-tls"]
        account = ["dict", "--demo-user", USER, "--demo-password", PASSWORD]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([*with_parent, *program, *listen, *account], stdout=log, stderr=log)
        until(self._answers, what=f"the IMAP server answers ({self._log})")

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(self._log.read_text())
        try:
            with self.logged_in():
                return True
        except OSError:
            return False

    @contextmanager
    def logged_in(self) -> Generator[imap_tools.BaseMailBox]:
        """A mail program's view of the account."""
        box = imap_tools.MailBoxUnencrypted("127.0.0.1", self._port, timeout=10)
        with box.login(USER, PASSWORD):
            yield box

    def put(self, raw: bytes) -> None:
        """Deliver a message."""
        with self.logged_in() as box:
            box.append(raw, "INBOX", dt=None, flag_set=None)

    def count(self, folder: str) -> int:
        """Return how many messages are in a folder; 0 where there is no such folder."""
        with self.logged_in() as box:
            if not box.folder.exists(folder):
                return 0
            box.folder.set(folder)
            return len(box.uids(charset=None))

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(timeout=10)
