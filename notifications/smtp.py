"""Mail out: over SMTP with one connection for many, or into a folder for people who only try Acara out."""

from __future__ import annotations

import contextlib
import enum
import smtplib
import ssl
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

TIMEOUT = 30.0
"""Seconds that a server may take for one answer."""


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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the server said about one message."""

    id: uuid.UUID
    verdict: Verdict
    reply: str


class Mailer(Protocol):
    """Hands messages over, in order."""

    def send(self, messages: Iterable[Outgoing]) -> Iterator[Outcome]:
        """Yield the outcome of each message before taking the next. Closing the iterator ends the connection."""
        ...


class SmtpMailer:
    """Speaks to one SMTP server; every `send` has a connection of its own, so that threads may share a mailer."""

    def __init__(self, url: str, *, timeout: float = TIMEOUT, hostname: str | None = None) -> None:
        """Take ``smtp://user:password@host:port``, ``smtp://…?starttls`` or ``smtps://…``; raises `ValueError`.

        `hostname` is what we call ourselves in EHLO.
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

    def send(self, messages: Iterable[Outgoing]) -> Iterator[Outcome]:
        """Send over one connection; see `Mailer`. A connection that breaks is opened again for the next message."""
        server: smtplib.SMTP | None = None
        gone = ""
        try:
            for message in messages:
                if server is None and not gone:
                    try:
                        server = self._connect()
                    except (OSError, smtplib.SMTPException) as error:
                        gone = _describe(error)
                if server is None:
                    yield Outcome(message.id, Verdict.UNREACHABLE, gone)
                    continue
                outcome = _deliver(server, message)
                if server.sock is None:  # smtplib closes it when it breaks
                    server = None
                yield outcome
        finally:
            if server is not None:
                with contextlib.suppress(OSError, smtplib.SMTPException):
                    server.quit()

    def check(self) -> None:
        """Connect, log in and leave again; raises `OSError` or `smtplib.SMTPException` with what is wrong."""
        self._connect().quit()

    def _connect(self) -> smtplib.SMTP:
        """Open, secure and authenticate a connection. It is closed again if any of that fails."""
        context = ssl.create_default_context()
        server = (
            smtplib.SMTP_SSL(self._host, self._port, self._hostname, timeout=self._timeout, context=context)
            if self._implicit_tls
            else smtplib.SMTP(self._host, self._port, self._hostname, timeout=self._timeout)
        )
        try:
            server.ehlo_or_helo_if_needed()
            if self._starttls:
                server.starttls(context=context)
            if self._user is not None:
                server.login(self._user, self._password)
        except BaseException:
            server.close()
            raise
        return server


def _deliver(server: smtplib.SMTP, message: Outgoing) -> Outcome:
    """Send one message and class the answer. Leaves `server.sock` None if the connection is of no more use."""
    try:
        server.sendmail(message.sender, [message.recipient], message.content)
    except smtplib.SMTPRecipientsRefused as error:
        code, reply = next(iter(error.recipients.values()))
        return _classed(server, message, code, reply)
    except smtplib.SMTPSenderRefused as error:
        # Not the message's fault: we are not let in, or not under this name ("530 Authentication required").
        outcome = _classed(server, message, error.smtp_code, error.smtp_error)
        return Outcome(message.id, Verdict.UNREACHABLE, outcome.reply)
    except smtplib.SMTPResponseException as error:
        return _classed(server, message, error.smtp_code, error.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        server.close()
        return Outcome(message.id, Verdict.DEFERRED, _describe(error))
    return Outcome(message.id, Verdict.ACCEPTED, "")


def _classed(server: smtplib.SMTP, message: Outgoing, code: int, reply: bytes | str) -> Outcome:
    """Class an answer by its first digit (RFC 5321 §4.2.1). 421 means that the server hangs up."""
    said = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    if code == 421 or code < 400:
        server.close()
    return Outcome(message.id, Verdict.REFUSED if code >= 500 else Verdict.DEFERRED, f"{code} {said}")


def _describe(error: Exception) -> str:
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
