"""One IMAP mailbox (RFC 9051, RFC 3501): messages are read in part, put away once they are recorded, and waited for."""

from __future__ import annotations

import contextlib
import imaplib
import ssl
import threading
from collections.abc import Generator
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import imap_tools

from notifications.inbox.message import MOST_BYTES

TIMEOUT = 30.0
"""Seconds that a server may take for one answer."""

Failed = (OSError, imaplib.IMAP4.error, imap_tools.ImapToolsError)
"""What goes wrong between us and a mail server."""


class Mailbox:
    """Where a mailbox is, and who we are there.

    The address is ``imaps://user:password@host:993/INBOX?processed=Processed`` (the folder and the query may be left
    out), ``imap://…?starttls`` or ``imap://…`` without TLS, for a server on the same machine. Raises `ValueError`.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username:
            raise ValueError("an IMAP address looks like imaps://user:password@host:993/INBOX")
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        self._host = parts.hostname
        self._port = parts.port or (993 if parts.scheme == "imaps" else 143)
        self._tls = "implicit" if parts.scheme == "imaps" else "starttls" if "starttls" in options else ""
        self._user, self._password = unquote(parts.username), unquote(parts.password or "")
        self._folder = unquote(parts.path.strip("/")) or "INBOX"
        self._processed = options.get("processed") or "Processed"

    def __str__(self) -> str:
        return f"{self._user} at {self._host}"

    @contextlib.contextmanager
    def open(self) -> Generator[OpenMailbox]:
        """Log in, and make the folder for what is done with if there is none. Raises what `Failed` names."""
        box = self._connect()
        try:
            box.login(self._user, self._password, initial_folder=None)
            _ask_again_what_it_can(box.client)
            if not box.folder.exists(self._processed):
                box.folder.create(self._processed)
            box.folder.set(self._folder)
            yield OpenMailbox(box, self._processed)
        finally:
            with contextlib.suppress(*Failed):
                box.logout()
            with contextlib.suppress(*Failed):  # a server that is gone has not closed our end
                box.client.shutdown()

    def _connect(self) -> Any:  # a BaseMailBox, whose methods have no precise types
        if self._tls == "implicit":
            context = ssl.create_default_context()
            return imap_tools.MailBox(self._host, self._port, timeout=TIMEOUT, ssl_context=context)
        if self._tls == "starttls":
            context = ssl.create_default_context()
            return imap_tools.MailBoxStartTls(self._host, self._port, timeout=TIMEOUT, ssl_context=context)
        return imap_tools.MailBoxUnencrypted(self._host, self._port, timeout=TIMEOUT)


def _ask_again_what_it_can(client: Any) -> None:
    """Ask for the server's capabilities: many name IDLE and MOVE only to who has logged in (RFC 9051 §6.1.1).

    The client library asks once, before.
    """
    answer: tuple[str, list[bytes | None]] = client.capability()
    client.capabilities = tuple((answer[1][-1] or b"").decode("ascii", "replace").upper().split())


class OpenMailbox:
    """A mailbox that we are logged in to."""

    def __init__(self, box: Any, processed: str) -> None:
        self._box = box
        self._processed = processed

    def waiting(self) -> list[str]:
        """Return the UIDs of the messages in the folder, oldest first: what is done with lies elsewhere."""
        found: list[str] = self._box.uids(charset=None)
        return sorted(found, key=int)

    def read(self, uid: str) -> bytes | None:
        """Return a message, at most one octet more than is ever read of one; None if it is gone.

        It stays unread in a mail program's sense: nothing but `put_away` changes it.
        """
        answer: tuple[str, list[Any] | None] = self._box.client.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MOST_BYTES + 1}>)")
        status, found = answer
        if status != "OK":
            raise imaplib.IMAP4.error(f"FETCH: {found!r}")
        literals: list[tuple[bytes, bytes]] = [each for each in found or () if isinstance(each, tuple)]
        return literals[0][1] if literals else None

    def put_away(self, uid: str) -> None:
        """Move a message that is recorded to the folder for those."""
        self._box.move([uid], self._processed)

    def wait(self, seconds: int, stop: threading.Event) -> None:
        """Wait until the server says that something has changed (IDLE, RFC 2177), for `seconds`, or until `stop`."""
        with self._box.idle as idle:
            for _ in range(seconds):
                if stop.is_set() or idle.poll(timeout=1):
                    return

    @property
    def can_wait(self) -> bool:
        """Whether the server knows IDLE."""
        return "IDLE" in self._box.client.capabilities
