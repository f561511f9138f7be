"""MIME: text + HTML (+ calendar, + files) as the bytes of one message (RFC 5322, RFC 2045–2047, RFC 6047 §2.4).

The tree has few shapes, and it is written directly: composing it with `email.message.EmailMessage` costs 2.7 ms of
processor time a mail, which is more than sending it over SMTP. The tests read every message back with the standard
library's parser. Nothing that a person typed can begin a header line: names and subjects are one line before they come
here (`events.plaintext`) and are encoded again here; an address that is not plain ASCII after IDNA is refused.
"""

from __future__ import annotations

import binascii
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache
from typing import NewType

import idna

from events.plaintext import one_line

_DOT_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62}))*")
_PLAIN = re.compile(r"[ !#-'*+\-/-9A-Z^-~]+")
"""ASCII words that need no quotes in a display name, and none of ``=?`` that would make them an encoded word."""
_QUOTABLE = re.compile(r"[ -<>-~]+")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
_LINE = 76


class BadAddress(Exception):  # noqa: N818 - says what the address is
    """The address cannot be written to an SMTP server that knows no SMTPUTF8."""


Quoted = NewType("Quoted", bytes)
"""Text as `quoted` returns it. Whole lines of it put one after another are what `quoted` makes of them together."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A display name and an address, as they were typed."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """An iCalendar object and its METHOD, which the MIME parameter must repeat (RFC 6047 §2.4)."""

    method: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to go with the mail; its `type` is ours, never a person's."""

    name: str
    """What it is to be called; written in plain ASCII: certificates are named by a number that staff form."""
    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """One press in the mail program (RFC 8058), or a mail to an address (RFC 2369)."""

    url: str
    address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What `assemble` puts together."""

    id: str
    """The Message-ID without its angle brackets; boundaries are made of it too."""
    date: datetime
    sender: Mailbox
    to: Mailbox
    reply_to: Mailbox | None
    subject: str
    text: str | Quoted
    html: str | Quoted
    calendar: CalendarPart | None = None
    attachments: Sequence[Attachment] = ()
    unsubscribe: Unsubscribe | None = None
    """Where to say that nothing like this is wanted any more; promotional mail has it, no other."""


@lru_cache(maxsize=1024)
def _ascii_host(host: str) -> str:
    try:
        encoded = host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise BadAddress("domain") from error
    if not _HOST.fullmatch(encoded):
        raise BadAddress("domain")
    return encoded


def ascii_address(address: str) -> str:
    """Return the address with its domain in ASCII (IDNA 2008).

    Raises `BadAddress` if the local part is not ASCII (that would need SMTPUTF8, which few servers have), is longer
    than 64 octets (RFC 5321 §4.5.3.1) or needs quotes: such an address is a typing error, or an attempt.
    """
    local, _, host = address.strip().rpartition("@")
    if len(local) > 64 or not _DOT_ATOM.fullmatch(local):
        raise BadAddress("local part")
    return f"{local}@{_ascii_host(host)}"


def _encoded(text: str, header: str) -> str:
    """Return `text` as RFC 2047 encoded words, folded so that the header's lines keep within 76 characters."""
    return Header(text, "utf-8", header_name=header, maxlinelen=_LINE).encode(linesep="\r\n")


@lru_cache(maxsize=4096)
def unstructured(header: str, text: str) -> str:
    """Return a header line such as ``Subject: …``. Only short plain ASCII is left as it is."""
    line = one_line(text)
    if line.isascii() and "=?" not in line and len(header) + 2 + len(line) <= _LINE:
        return f"{header}: {line}"
    return f"{header}: {_encoded(line, header)}"


def mailbox(header: str, box: Mailbox) -> str:
    """Return an address header with exactly one address in it, whatever the name holds. Raises `BadAddress`."""
    address, name = ascii_address(box.address), one_line(box.name)
    if not name:
        return f"{header}: {address}"
    short = len(header) + len(name) + len(address) + 8 <= _LINE
    if short and _PLAIN.fullmatch(name):
        return f"{header}: {name} <{address}>"
    if short and _QUOTABLE.fullmatch(name):
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'{header}: "{escaped}" <{address}>'
    return f"{header}: {_encoded(name, header)}\r\n <{address}>"


def assemble(message: Message) -> bytes:
    """Return the message as it goes over the wire: CRLF line ends, no line over 998 octets. Raises `BadAddress`."""
    headers = [
        mailbox("From", message.sender),
        mailbox("To", message.to),
        unstructured("Subject", message.subject),
        f"Date: {format_datetime(message.date)}",
        f"Message-ID: <{message.id}>",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
    ]
    if message.reply_to is not None:
        headers.insert(2, mailbox("Reply-To", message.reply_to))
    if message.unsubscribe is not None:
        headers += _unsubscribing(message.unsubscribe)
    return "\r\n".join(headers).encode("ascii") + b"\r\n" + _body(message)


def _unsubscribing(unsubscribe: Unsubscribe) -> list[str]:
    """Return the two header lines that providers of mailboxes ask of promotional mail; addresses hold no ``>``."""
    ways = [f"<{unsubscribe.url}>"]
    if unsubscribe.address is not None:
        ways.append(f"<mailto:{ascii_address(unsubscribe.address)}?subject=unsubscribe>")
    return ["List-Unsubscribe: " + ",\r\n ".join(ways), "List-Unsubscribe-Post: List-Unsubscribe=One-Click"]


def _body(message: Message) -> bytes:
    """Return the content headers and the parts, nested as clients expect them (multipart/mixed > alternative)."""
    boundary = re.sub(r"[^A-Za-z0-9]", "", message.id)[:40]
    alternatives = [_text("plain", message.text), _text("html", message.html)]
    attached: list[bytes] = []
    if message.calendar is not None:
        encoded = _base64(message.calendar.content)
        alternatives.append(_encoded_part(f"text/calendar; charset=utf-8; method={message.calendar.method}", encoded))
        attached.append(_attached("invite.ics", "application/ics", encoded))
    attached += [_attached(file.name, file.type, _base64(file.content)) for file in message.attachments]
    body = _multipart("alternative", f"=_a_{boundary}", alternatives)
    return _multipart("mixed", f"=_m_{boundary}", [body, *attached]) if attached else body


def _multipart(subtype: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    """Return a multipart entity. ``=_`` cannot stand in quoted-printable or base64, so no part holds the boundary."""
    edge = f"--{boundary}".encode("ascii")
    opening = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n'.encode("ascii")
    return opening + b"".join(edge + b"\r\n" + part for part in parts) + edge + b"--\r\n"


def quoted(text: str) -> Quoted:
    """Return `text` in quoted-printable: readable where it is ASCII, and never a long line (RFC 2045 §6.7)."""
    body = "\r\n".join(text.splitlines()).encode("utf-8", "replace") + b"\r\n"
    return Quoted(binascii.b2a_qp(body, istext=True))


def _text(subtype: str, text: str | Quoted) -> bytes:
    """Return a text part."""
    body = quoted(text) if isinstance(text, str) else text
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    # The last line end before a boundary belongs to the boundary (RFC 2046 §5.1.1), hence one more.
    return head.encode("ascii") + body + b"\r\n"


def _base64(content: bytes) -> bytes:
    """Return `content` in base64, which keeps CRLF and octets exactly as they are, in lines of 76 characters."""
    encoded = binascii.b2a_base64(content, newline=False)
    return b"".join(encoded[start : start + _LINE] + b"\r\n" for start in range(0, len(encoded), _LINE))


def _encoded_part(content_type: str, encoded: bytes, disposition: str = "") -> bytes:
    """Return a part whose content is in base64 already."""
    head = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: base64\r\n"
    if disposition:
        head += f"Content-Disposition: {disposition}\r\n"
    return head.encode("ascii") + b"\r\n" + encoded


def _attached(name: str, content_type: str, encoded: bytes) -> bytes:
    name = file_name(name)
    return _encoded_part(f'{content_type};\r\n name="{name}"', encoded, f'attachment;\r\n filename="{name}"')


def file_name(name: str) -> str:
    """Return a name that every program shows alike (RFC 2231 is read by some): at most 60 letters, digits, ``.-_``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    stem, _, ending = _NOT_IN_NAMES.sub("-", plain).rpartition(".")
    return f"{stem.strip('-.')[:50] or 'file'}.{ending[:9]}"
