"""Mail out: over SMTP with one connection for many, or into a folder for people who only try Acara out.

While the server answers about one message, the next one is composed: `send` takes one message ahead of what it has
sent. Between batches a connection is kept for some seconds, because a new one costs more than a message.
"""

from __future__ import annotations

import enum
import smtplib
import ssl
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from notifications.transport.smtp_conversation import Conversation, ConversationOverTls, hand_over

TIMEOUT = 30.0
"""Seconds that a server may take for one answer."""
STILL_THERE_WITHIN = 5.0
"""Seconds that a server has to show that a kept connection still stands."""
_OK = 250
_TOO_BIG = 552


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way: its e-mail's id, its envelope and its bytes."""

    id: uuid.UUID
    sender: str
    recipient: str
    content: bytes


class Verdict(enum.Enum):
    """What became of a message."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    """Not now: a 4xx answer, or the connection broke during this message."""
    REFUSED = "refused"
    """Never: a 5xx answer to this message."""
    UNREACHABLE = "unreachable"
    """No server to talk to (or it does not let us in); this says nothing about the message."""


class Fault(enum.Enum):
    """What went wrong where no answer tells."""

    BROKEN = "broken"
    TIMED_OUT = "timed out"
    UNANSWERED = "unanswered"
    """The whole message was handed over, and the connection broke before the answer: it may have been taken."""
    SESSION = "session"
    """The connection takes no more messages, a new one may."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the server said about one message."""

    id: uuid.UUID
    verdict: Verdict
    reply: str
    fault: Fault | None = None


class Mailer(Protocol):
    """Hands messages over, in order."""

    def send(self, messages: Iterable[Outgoing]) -> Iterator[Outcome]:
        """Yield the outcome of each message before sending the next, which may have been taken already.

        Closing the iterator ends the sending: what was taken and not sent is not sent.
        """
        ...


class _Ahead:
    """Messages of which the next one can be fetched early. What goes wrong with it is raised when its turn comes."""

    def __init__(self, messages: Iterable[Outgoing]) -> None:
        self._messages = iter(messages)
        self._fetched: Outgoing | Exception | None = None
        self._is_fetched = False

    def fetch(self) -> None:
        """Have the next message made."""
        try:
            self._fetched = next(self._messages, None)
        except Exception as error:  # noqa: BLE001 - whatever it is: the outcome of the message before goes first
            self._fetched = error
        self._is_fetched = True

    def __iter__(self) -> Iterator[Outgoing]:
        while True:
            if not self._is_fetched:
                self.fetch()
            self._is_fetched = False
            match self._fetched:
                case None:
                    return
                case Exception():
                    raise self._fetched
                case message:
                    yield message


class SmtpMailer:
    """Speaks to one SMTP server. Threads may share a mailer: no connection serves two `send` at once."""

    def __init__(
        self, url: str, *, timeout: float = TIMEOUT, hostname: str | None = None, keep_for: float = 0.0
    ) -> None:
        """Take ``smtp://user:password@host:port``, ``smtp://…?starttls`` or ``smtps://…``; raises `ValueError`.

        `hostname` is what we call ourselves in EHLO. `keep_for` is how many seconds one connection is kept for the next
        batch; whoever keeps one calls `close` at the end.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("an SMTP address looks like smtp://user:password@host:587?starttls or smtps://host")
        self._host = parts.hostname
        self._implicit_tls = parts.scheme == "smtps"
        self._starttls = "starttls" in dict(parse_qsl(parts.query, keep_blank_values=True))
        self._port = parts.port or (465 if self._implicit_tls else 587 if self._starttls else 25)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password or "")
        self._timeout = timeout
        self._hostname = hostname
        self._keep_for = keep_for
        self._lock = threading.Lock()
        self._kept: tuple[smtplib.SMTP, threading.Timer] | None = None

    def send(self, messages: Iterable[Outgoing]) -> Iterator[Outcome]:
        """Send over one connection; see `Mailer`. A connection that breaks is opened again for the next message.

        A server that will not have us on a connection that it has just opened is left alone for the rest.
        """
        server: smtplib.SMTP | None = None
        gone, is_new = "", False
        ahead = _Ahead(messages)
        try:
            for message in ahead:
                if server is None and not gone:
                    try:
                        server = self._take_kept()
                        is_new = server is None
                        server = server or self._connect()
                    except (OSError, smtplib.SMTPException) as error:
                        gone = _describe(error)
                if server is None:
                    yield Outcome(message.id, Verdict.UNREACHABLE, gone)
                    continue
                outcome = _deliver(server, message, meanwhile=ahead.fetch, is_new=is_new)
                if server.sock is None:  # smtplib closes it when it breaks
                    server = None
                gone = outcome.reply if outcome.verdict is Verdict.UNREACHABLE and outcome.fault is None else ""
                is_new = False
                yield outcome
        finally:
            if server is not None and server.sock is not None:
                self._keep(server)

    def check(self) -> None:
        """Connect, log in and leave again; raises `OSError` or `smtplib.SMTPException` with what is wrong."""
        self._connect().quit()

    def close(self) -> None:
        """Take leave of the server on the connection that is kept, if one is."""
        server = self._let_go()
        if server is not None:
            _take_leave(server)

    # ------------------------------------------------------------ the connection that is kept
    def _keep(self, server: smtplib.SMTP) -> None:
        """Keep a connection on which nothing is under way for the next batch, or end it if there is one already."""
        if self._keep_for > 0:
            timer = threading.Timer(self._keep_for, self._expire, [server])
            timer.daemon = True
            with self._lock:
                if self._kept is None:
                    self._kept = server, timer
                    timer.start()
                    return
        _take_leave(server)

    def _let_go(self, only: smtplib.SMTP | None = None) -> smtplib.SMTP | None:
        """Return the connection that is kept, if there is one (and if it is `only`): now it is the caller's."""
        with self._lock:
            if self._kept is None or only not in (None, self._kept[0]):
                return None
            (server, timer), self._kept = self._kept, None
        timer.cancel()
        return server

    def _expire(self, server: smtplib.SMTP) -> None:
        if self._let_go(only=server) is not None:
            _take_leave(server)

    def _take_kept(self) -> smtplib.SMTP | None:
        """Return the connection that is kept, if its server is still there.

        Servers hang up on who says nothing; a mail must not pay for that with one of its attempts.
        """
        server = self._let_go()
        if server is None or server.sock is None:
            return None
        try:
            server.sock.settimeout(STILL_THERE_WITHIN)
            code, _ = server.noop()
            if code == _OK:
                server.sock.settimeout(self._timeout)
                return server
        except (OSError, smtplib.SMTPException):
            pass
        server.close()
        return None

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """The authorities that we trust. Reading them takes 30 ms, so it is done once, and only where TLS is spoken."""
        return ssl.create_default_context()

    def _connect(self) -> smtplib.SMTP:
        """Open, secure and authenticate a connection. It is closed again if any of that fails."""
        server = (
            ConversationOverTls(self._host, self._port, self._hostname, timeout=self._timeout, context=self._tls)
            if self._implicit_tls
            else Conversation(self._host, self._port, self._hostname, timeout=self._timeout)
        )
        try:
            server.ehlo_or_helo_if_needed()
            if self._starttls:
                server.starttls(context=self._tls)
                server.ehlo_or_helo_if_needed()  # what it offered in the clear counts no more (RFC 3207 §4.2)
            if self._user is not None:
                server.login(self._user, self._password)
        except BaseException:
            server.close()
            raise
        return server


def _take_leave(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def _deliver(server: smtplib.SMTP, message: Outgoing, *, meanwhile: Callable[[], None], is_new: bool) -> Outcome:
    """Send one message and class the answer. Leaves `server.sock` None if the connection is of no more use."""
    handed_over = False

    def wait() -> None:
        nonlocal handed_over
        handed_over = True
        meanwhile()

    try:
        hand_over(server, message.sender, message.recipient, message.content, meanwhile=wait)
    except smtplib.SMTPRecipientsRefused as error:
        code, reply = next(iter(error.recipients.values()))
        return _classed(server, message, code, reply)
    except smtplib.SMTPSenderRefused as error:
        outcome = _classed(server, message, error.smtp_code, error.smtp_error)
        if error.smtp_code == _TOO_BIG:  # the size was declared with the sender (RFC 1870 §6.1)
            return outcome
        # Not the message's fault: we are not let in, or not under this name ("530 Authentication required"), or no
        # longer on this connection ("452 too many mails in this session"): it would refuse all that follow as well.
        _take_leave(server)
        return Outcome(message.id, Verdict.UNREACHABLE, outcome.reply, None if is_new else Fault.SESSION)
    except smtplib.SMTPResponseException as error:
        return _classed(server, message, error.smtp_code, error.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        server.close()
        # smtplib hides a time-out behind "connection unexpectedly closed: timed out".
        fault = Fault.TIMED_OUT if isinstance(error, TimeoutError) or "timed out" in str(error) else Fault.BROKEN
        return Outcome(message.id, Verdict.DEFERRED, _describe(error), Fault.UNANSWERED if handed_over else fault)
    except BaseException:  # cut off in the middle of a message, whose answer nobody would read
        server.close()
        raise
    return Outcome(message.id, Verdict.ACCEPTED, "")


def _classed(server: smtplib.SMTP, message: Outgoing, code: int, reply: bytes | str) -> Outcome:
    """Class an answer by its first digit (RFC 5321 §4.2.1). 421 means that the server hangs up."""
    said = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    if code == 421 or code < 400:
        server.close()
    return Outcome(message.id, Verdict.REFUSED if code >= 500 else Verdict.DEFERRED, f"{code} {said}")


def _describe(error: Exception) -> str:
    """Return what went wrong: the server's own words where it said something."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
    return f"{type(error).__name__}: {error}"


class FolderMailer:
    """Writes each message as ``<id>.eml``. Ids are ordered by time, so the newest file is the last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, messages: Iterable[Outgoing]) -> Iterator[Outcome]:
        """Write each message whole, or not at all; a second copy of one replaces the first."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for message in messages:
            unfinished = self._folder / f".{message.id}.{uuid.uuid4().hex}"
            try:
                unfinished.write_bytes(message.content)
                unfinished.replace(self._folder / f"{message.id}.eml")
            except OSError as error:
                yield Outcome(message.id, Verdict.UNREACHABLE, _describe(error))
            else:
                yield Outcome(message.id, Verdict.ACCEPTED, "")
