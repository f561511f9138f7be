"""A mail server that keeps what it is given, and misbehaves when told to."""

from __future__ import annotations

import asyncio
import email
import email.policy
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

LETTER_EVERY = 0.02
"""Seconds from one letter to the next of an answer that comes letter by letter."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """One accepted message: its envelope, its bytes as they came over the wire, and the bytes parsed."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The message, parsed."""
        return email.message_from_bytes(self.content, _class=EmailMessage, policy=email.policy.SMTP)

    @property
    def message_id(self) -> str:
        """Its Message-ID; the rest is not parsed."""
        head = self.content.partition(b"\r\n\r\n")[0]
        return str(email.message_from_bytes(head, policy=email.policy.compat32)["Message-ID"])


class SmtpSink:
    """Listens on a port that the operating system chose and keeps what it accepts in `delivered`.

    `misbehave` takes what happens to the next messages, one each, in order: a full answer such as
    ``"451 4.3.0 try later"`` or ``"550 5.1.1 no such user"``, ``"hang"`` (no answer until the sink stops),
    ``"dribble"`` (an answer without an end, letter by letter; the message is not kept), ``"slow"`` (it is kept, and the
    answer comes letter by letter), ``"accept-hang"`` (it is kept, and no answer comes), ``"disconnect"`` (the
    connection breaks instead of an answer; the message is not kept) or ``"accept-disconnect"`` (it is kept, and the
    sender never hears so). `pipelining` announces that extension (RFC 2920), as most relays do.
    """

    def __init__(self, *, pipelining: bool = False) -> None:
        self.delivered: list[Delivered] = []
        self.connections = 0
        self.attempts = 0
        self._pipelining = pipelining
        self._standing: set[asyncio.Transport] = set()
        self._faults: deque[str] = deque()
        self._lock = threading.Lock()
        self._released = threading.Event()
        self._controller = _OnAnyPort(self)
        self._controller.start()
        self.connections = 0  # the controller connected once to see that it listens

    @property
    def host(self) -> str:
        """Where it listens."""
        return "127.0.0.1"

    @property
    def port(self) -> int:
        """The port that the operating system chose."""
        return self._controller.listening_port

    @property
    def url(self) -> str:
        """Its address, as ``ACARA_SMTP_URL`` takes it."""
        return f"smtp://{self.host}:{self.port}"

    def misbehave(self, *faults: str) -> None:
        """Do these things to the next messages, one each, then behave again."""
        with self._lock:
            self._faults.extend(faults)

    def to(self, recipient: str) -> Sequence[Delivered]:
        """Return what was accepted for one recipient, in order."""
        with self._lock:
            return [each for each in self.delivered if recipient in each.recipients]

    @property
    def standing(self) -> int:
        """How many connections stand."""
        with self._lock:
            return len(self._standing)

    def hang_up(self) -> None:
        """End every connection, as a server does to who says nothing for long."""
        with self._lock:
            standing = list(self._standing)
        for transport in standing:
            self._controller.loop.call_soon_threadsafe(transport.abort)

    def note(self, transport: asyncio.Transport, *, stands: bool) -> None:
        """Note that a connection was made, or has ended."""
        with self._lock:
            (self._standing.add if stands else self._standing.discard)(transport)

    def stop(self) -> None:
        """Let go of hanging connections and stop listening."""
        self._released.set()
        self._controller.stop()

    # aiosmtpd calls the hooks below by these names.
    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        """Greet, and say what we can do."""
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", *responses[-1:]] if self._pipelining else responses

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the message, or do what `misbehave` asked for."""
        with self._lock:
            self.attempts += 1
            fault = self._faults.popleft() if self._faults else ""
        if fault == "hang":
            await asyncio.to_thread(self._released.wait)
            return "451 4.3.0 hung up"
        if fault == "dribble":
            await self._dribble(server, "250-2.0.0 " + "wait " * 1_000)
            return "451 4.3.0 hung up"
        if fault and fault[0].isdigit():
            return fault
        if fault != "disconnect":
            content: bytes = envelope.original_content
            with self._lock:
                self.delivered.append(Delivered(envelope.mail_from, tuple(envelope.rcpt_tos), content))
        if fault == "accept-hang":
            await asyncio.to_thread(self._released.wait)
        if fault == "slow":
            await self._dribble(server, "250-2.0.0 kept\r\n")
        if fault.endswith("disconnect"):
            cast("asyncio.WriteTransport", server.transport).abort()
        return "250 2.0.0 kept"

    async def _dribble(self, server: SMTP, answer: str) -> None:
        """Say something a letter at a time, as long as somebody listens."""
        transport = cast("asyncio.WriteTransport", server.transport)
        for letter in answer.encode("ascii"):
            if transport.is_closing() or self._released.is_set():
                return
            transport.write(bytes([letter]))
            await asyncio.sleep(LETTER_EVERY)


class _Connection(SMTP):
    """aiosmtpd's protocol, which tells the sink when it begins and ends."""

    def __init__(self, sink: SmtpSink, **options: Any) -> None:
        self._sink = sink
        self._stands: asyncio.Transport | None = None
        super().__init__(sink, **options)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has come."""
        self._stands = cast("asyncio.Transport", transport)
        self._sink.note(self._stands, stands=True)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """The client has gone, or was sent away."""
        if self._stands is not None:
            self._sink.note(self._stands, stands=False)
        super().connection_lost(error)


class _OnAnyPort(Controller):
    """aiosmtpd's controller, which otherwise insists on knowing its port before it listens."""

    def __init__(self, sink: SmtpSink) -> None:
        self._sink = sink
        options: dict[str, Any] = {"ready_timeout": 20, "data_size_limit": 50_000_000}
        super().__init__(sink, hostname="127.0.0.1", port=0, **options)  # pyright: ignore[reportUnknownMemberType] # aiosmtpd leaves its options untyped

    @property
    def listening_port(self) -> int:
        """The port that the operating system chose."""
        return int(cast("asyncio.Server", self.server).sockets[0].getsockname()[1])

    def factory(self) -> SMTP:
        """Make the protocol of one connection, and count it."""
        self._sink.connections += 1
        return _Connection(self._sink, **self.SMTP_kwargs)

    def _trigger_server(self) -> None:
        """Connect once so that the first error shows: to the port that the system chose, not to port 0."""
        self.port = self.listening_port
        super()._trigger_server()  # type: ignore[no-untyped-call] # aiosmtpd does not type it
