"""Reading a message that somebody sent us (RFC 5322, RFC 2045): its parts within limits, its headers as plain text.

The standard library's tolerant reader is used (`policy.compat32`): the modern one raises on headers that real programs
send. What costs more than a letter may cost is refused before it is read: size, number of parts, depth.
"""

from __future__ import annotations

import email
import email.message
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.utils import getaddresses, parseaddr, parsedate_to_datetime

from events.plaintext import lines, one_line

MOST_BYTES = 2 * 1024 * 1024
"""Octets of one message that are read. An answer has 5 kB; a bounce quotes what bounced, some 100 kB."""
MOST_PARTS = 60
DEEPEST = 12
"""Multiparts within multiparts; each level costs the reader a stack frame or two."""
MOST_COMPARISONS = 3_000_000
"""Parts times lines: the reader compares every line with the boundary of every part around it. 2 s of it at most."""
MOST_COMMENTS = 100
"""Comments in the sender's name; real ones have one or none."""
MOST_HEADERS = 500
MOST_HEADER_BYTES = 128 * 1024
"""Octets before the first blank line: taking addresses apart costs more than their length."""

_BOUNDARY = re.compile(
    rb"(?:^|[\r\n])content-type:[^\r\n]*(?:(?:\r\n|\r|\n)[ \t][^\r\n]*)*\bboundary[*\d]*\s*=", re.IGNORECASE
)
"""Where a part says that it has parts, with every line end and every spelling (RFC 2231) that the reader knows."""
_HEADER_END = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_NO_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"})
"""Codecs of the language that are no charsets of mail: slow, or not able to pass over what they cannot read."""


class UnreadableError(ValueError):
    """The message cannot be read, or not at a sensible cost; the text says why, in a word for the log."""


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of the message: its type (lower case), its file name and its content, decoded from transfer encoding."""

    content_type: str
    filename: str
    content: bytes
    charset: str
    method: str
    """The ``method`` parameter of a calendar part (RFC 6047 §2.4), upper case; empty elsewhere."""

    def text(self) -> str:
        """Return the content as text; what its charset cannot say becomes U+FFFD."""
        charset = self.charset.replace("-", "_")
        try:
            return self.content.decode("utf-8" if charset in _NO_CHARSETS else self.charset or "utf-8", "replace")
        except (LookupError, ValueError):
            return self.content.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it came: what its headers say and its own parts, without those of messages that it carries."""

    message: email.message.Message
    message_id: str
    """Without angle brackets; empty where there is none."""
    sender: str
    """The address in From, lower case; empty where there is none that could be one."""
    sender_name: str
    recipients: tuple[str, ...]
    """Every address that it came to, lower case: Delivered-To and X-Original-To before To and Cc."""
    refers_to: tuple[str, ...]
    """Message-IDs in In-Reply-To and References, without brackets."""
    subject: str
    sent_at: datetime | None
    parts: tuple[Part, ...]

    def header(self, name: str) -> str:
        """Return the first header of that name as one decoded line, or an empty text."""
        return _decoded(field(self.message, name))

    def text(self) -> str:
        """Return what a person wrote, as plain text without what they quoted, at most 4,000 characters."""
        for part in self.parts:
            if part.content_type == "text/plain" and not part.filename:
                return lines(_own_words(part.text()))[:4000]
        return ""


def read(raw: bytes) -> Received:
    """Return what `raw` (the octets of one message) says. Raises `UnreadableError`."""
    if len(raw) > MOST_BYTES:
        raise UnreadableError("too large")
    header_end = _HEADER_END.search(raw)
    if (header_end.start() if header_end else len(raw)) > MOST_HEADER_BYTES:
        raise UnreadableError("too many headers")
    parts_within = len(_BOUNDARY.findall(raw))
    if parts_within > MOST_PARTS or parts_within * (raw.count(b"\n") + raw.count(b"\r")) > 2 * MOST_COMPARISONS:
        raise UnreadableError("too many parts")
    try:
        return _read(raw)
    except RecursionError as error:
        raise UnreadableError("nested too deeply") from error


def beginning(raw: bytes) -> Received | None:
    """Return what the headers of a message say that is too large or too odd to be read; None where that is nothing."""
    header_end = _HEADER_END.search(raw)
    headers = raw[: header_end.end() if header_end else 0][:MOST_HEADER_BYTES]
    plain = re.sub(rb"(?im)^content-(?:type|transfer-encoding):", b"X-\\g<0>", headers)
    try:
        return _read(plain)
    except (UnreadableError, RecursionError):
        return None


def _read(raw: bytes) -> Received:
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    if len(message.keys()) > MOST_HEADERS:
        raise UnreadableError("too many headers")
    if not message.keys():
        raise UnreadableError("no headers")
    parts = tuple(_leaf(part) for part in own_parts(message) if not part.is_multipart())
    if field(message, "From").count("(") > MOST_COMMENTS:  # comments nest, and some readers follow every one
        raise UnreadableError("nested too deeply")
    name, address = parseaddr(field(message, "From"))
    return Received(
        message=message,
        message_id=_ids(message, "Message-ID")[0] if _ids(message, "Message-ID") else "",
        sender=address.strip().casefold() if "@" in address else "",
        sender_name=_decoded(name),
        recipients=_recipients(message),
        refers_to=tuple(dict.fromkeys((*_ids(message, "In-Reply-To"), *_ids(message, "References")))),
        subject=_decoded(field(message, "Subject")),
        sent_at=_date(message),
        parts=parts,
    )


def own_parts(message: email.message.Message) -> Iterator[email.message.Message]:
    """Yield the message and its parts, without descending into messages that it carries (forwarded or bounced).

    Raises `UnreadableError` where there are more than `MOST_PARTS`, or deeper than `DEEPEST`.
    """
    waiting = [(message, 0)]
    seen = 0
    while waiting:
        part, depth = waiting.pop(0)
        seen += 1
        if seen > MOST_PARTS:
            raise UnreadableError("too many parts")
        if depth > DEEPEST:
            raise UnreadableError("nested too deeply")
        yield part
        if part.is_multipart() and part.get_content_maintype() != "message":
            children = part.get_payload()
            waiting[:0] = [(child, depth + 1) for child in children if isinstance(child, email.message.Message)]


def carried(message: email.message.Message) -> Iterator[email.message.Message]:
    """Yield the messages that this one carries: what bounced, what was forwarded. Only the first level."""
    for part in own_parts(message):
        kind = part.get_content_type()
        if kind == "message/rfc822" and part.is_multipart():
            yield from (each for each in part.get_payload() if isinstance(each, email.message.Message))
        elif kind in ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers"):
            yield email.message_from_bytes(_content(part), policy=email.policy.compat32)


def _leaf(part: email.message.Message) -> Part:
    return Part(
        content_type=part.get_content_type(),
        filename=_decoded(part.get_filename()),
        content=_content(part),
        charset=part.get_content_charset("") or "",
        method=str(part.get_param("method", "") or "").upper(),
    )


def _content(part: email.message.Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def fields(message: email.message.Message, name: str) -> list[str]:
    """Return the values of every header of that name as they were written, octets beyond ASCII read as UTF-8.

    Addresses are taken apart before encoded words are decoded: a comma in a decoded name would part it.
    """
    wanted = name.casefold()
    return [
        str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        for key, value in message.raw_items()
        if key.casefold() == wanted
    ]


def field(message: email.message.Message, name: str) -> str:
    """Return the first header of that name as it was written, or an empty text."""
    return next(iter(fields(message, name)), "")


def _decoded(text: str | None) -> str:
    """Return a header as one line of text; one that is encoded wrongly stands as it came."""
    if not text:
        return ""
    try:
        return one_line(str(make_header(decode_header(text))))
    except (ValueError, LookupError):  # a charset that does not exist, base64 that is none
        return one_line(text)


def _ids(message: email.message.Message, name: str) -> list[str]:
    found: list[str] = []
    for value in fields(message, name):
        found += re.findall(r"<([^<>\s]{1,500})>", value)
    return found


def _recipients(message: email.message.Message) -> tuple[str, ...]:
    """Return who it was delivered to. ``Delivered-To`` is written by the last server; ``To`` by whoever sent it."""
    found: list[str] = []
    for name in ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Cc"):
        values = fields(message, name)
        found += [address.strip().casefold() for _, address in getaddresses(values) if "@" in address]
    return tuple(dict.fromkeys(found))


def _date(message: email.message.Message) -> datetime | None:
    try:
        sent = parsedate_to_datetime(field(message, "Date"))
    except (ValueError, TypeError, OverflowError):
        return None
    return sent.astimezone(UTC) if sent.tzinfo else sent.replace(tzinfo=UTC)


_QUOTING = re.compile(
    r"^\s*(?:>|-{2,}\s*(?:original message|pesan asli|forwarded message|pesan terusan)|_{10,}\s*$"
    r"|(?:on|pada)\b.{4,200}\b(?:wrote|menulis)\s*:?\s*$|(?:from|dari|de|von)\s*:\s.*@)",
    re.IGNORECASE,
)


def _own_words(text: str) -> str:
    """Return `text` up to where the mail that is answered begins. It is for reading only; nothing is decided by it."""
    own: list[str] = []
    for line in text.splitlines():
        if _QUOTING.match(line):
            break
        own.append(line)
    return "\n".join(own)
