"""What is said to an SMTP server about one message (RFC 5321 §3.3), with as little waiting as the server allows.

`smtplib.SMTP.sendmail` waits for an answer four times a message. A server that announces PIPELINING (RFC 2920) is told
the whole envelope at once; and while it thinks about the content, the caller may get on with something else.
"""

from __future__ import annotations

import smtplib
import socket
import time
from collections.abc import Callable

_OK = (250, 251)
_GO_AHEAD = 354
_CLOSING = 421
_REFUSAL = 400
"""The first of the codes that say no (RFC 5321 §4.2.1)."""

_Reply = tuple[int, bytes]
_AT_ONCE = 4096


class _Answers:
    """Reads a server's answers, each of them whole within the socket's time-out.

    `smtplib` gives every piece of an answer that long: a server that says a letter a second would never be given up.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._heard: bytes = b""
        self._until: float | None = None

    def begin(self) -> None:
        """An answer is waited for from now on."""
        patience = self._sock.gettimeout()
        self._until = None if patience is None else time.monotonic() + patience

    def readline(self, limit: int) -> bytes:
        """Return the next line, cut off after `limit` octets; raises `TimeoutError` and what the socket raises."""
        patience = self._sock.gettimeout()
        try:
            while (end := self._heard.find(b"\n") + 1) == 0 and len(self._heard) < limit:
                if self._until is not None:
                    left = self._until - time.monotonic()
                    if left <= 0:
                        raise TimeoutError("timed out")
                    self._sock.settimeout(left)
                if not (heard := self._sock.recv(_AT_ONCE)):
                    break
                self._heard += heard
        finally:
            self._sock.settimeout(patience)
        taken = min(end or limit, limit)
        line, self._heard = self._heard[:taken], self._heard[taken:]
        return line

    def close(self) -> None:
        """Nothing of its own is open."""


class Conversation(smtplib.SMTP):
    """`smtplib.SMTP` that waits for an answer as long as its time-out says, and not for each piece of it."""

    def getreply(self) -> _Reply:
        """Return the code and the text of the next answer."""
        if self.sock is not None:
            if self.file is None:
                self.file = _Answers(self.sock)
            self.file.begin()
        return super().getreply()


class ConversationOverTls(Conversation, smtplib.SMTP_SSL):
    """The same, encrypted from the first octet."""


def hand_over(
    server: smtplib.SMTP, sender: str, recipient: str, content: bytes, *, meanwhile: Callable[[], None]
) -> None:
    """Hand over one message to one recipient; `meanwhile` is called once the server has it all and has yet to answer.

    The addresses are as `notifications.transport.mime.ascii_address` returns them. On return the message was accepted.
    Raises
    what `smtplib.SMTP.sendmail` raises: `SMTPSenderRefused`, `SMTPRecipientsRefused`, `SMTPDataError`, after which the
    connection can be used again unless the code was 421, and `SMTPServerDisconnected` or `OSError` where it broke.
    """
    _begin(server, sender, recipient, len(content))
    server.send(_stuffed(content))
    meanwhile()
    code, reply = server.getreply()
    if code not in _OK:
        _reset(server, code)
        raise smtplib.SMTPDataError(code, reply)


def _begin(server: smtplib.SMTP, sender: str, recipient: str, size: int) -> None:
    """Say whom the message is from and for, and that its content follows."""
    declared = f" SIZE={size}" if server.has_extn("size") else ""
    commands = (f"MAIL FROM:<{sender}>{declared}", f"RCPT TO:<{recipient}>", "DATA")
    mail, rcpt, data = (_pipelined if server.has_extn("pipelining") else _in_turn)(server, commands)
    if mail[0] not in _OK:
        _reset(server, mail[0])
        raise smtplib.SMTPSenderRefused(*mail, sender)
    if rcpt[0] not in _OK:
        _reset(server, rcpt[0])
        raise smtplib.SMTPRecipientsRefused({recipient: rcpt})
    if data[0] != _GO_AHEAD:
        _reset(server, data[0])
        raise smtplib.SMTPDataError(*data)


def _in_turn(server: smtplib.SMTP, commands: tuple[str, str, str]) -> list[_Reply]:
    """Say one thing after the other, and nothing more after a no."""
    replies: list[_Reply] = []
    for command in commands:
        if not replies or replies[-1][0] in _OK:
            server.putcmd(command)
            replies.append(server.getreply())
        else:
            replies.append(replies[-1])
    return replies


def _pipelined(server: smtplib.SMTP, commands: tuple[str, str, str]) -> list[_Reply]:
    """Say everything at once, then listen. A server that wants the content all the same is given none.

    What is said after a no changes nothing, and so it does if the server hangs up instead.
    """
    server.send("".join(f"{command}\r\n" for command in commands).encode("ascii"))
    replies: list[_Reply] = []
    try:
        for _ in commands:
            # After 421 nothing more comes.
            closing = bool(replies) and replies[-1][0] == _CLOSING
            replies.append(replies[-1] if closing else server.getreply())
        refused = any(code not in _OK for code, _ in replies[:2])
        if refused and replies[2][0] == _GO_AHEAD:
            server.send(b".\r\n")  # RFC 2920 §3.1
            server.getreply()
    except smtplib.SMTPServerDisconnected:
        if all(code < _REFUSAL for code, _ in replies):
            raise
    return replies + replies[-1:] * (len(commands) - len(replies))


def _stuffed(content: bytes) -> bytes:
    """Return the content with its leading dots doubled (RFC 5321 §4.5.2), and its end."""
    doubled = content.replace(b"\n.", b"\n..")
    ending = b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"
    return (b"." if content.startswith(b".") else b"") + doubled + ending


def _reset(server: smtplib.SMTP, code: int) -> None:
    """Let go of the message that was refused. 421 means that the server hangs up."""
    if code == _CLOSING:
        server.close()
        return
    try:
        server.rset()
    except smtplib.SMTPServerDisconnected:
        server.close()  # the refusal stands; the next message gets a new connection
