"""Bounces and complaints: which address could not be reached, for how long, and who called a mail spam.

A delivery status notification (RFC 3464) is read as it is written, because it says why (RFC 3463); other bounces are
recognised by `flufl.bounce`, which knows the handwriting of many servers but tells only whom they are about. Complaints
come as feedback reports (ARF, RFC 5965).
"""

from __future__ import annotations

import email
import email.message
import email.policy
import enum
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import flufl.bounce

from events.plaintext import one_line
from notifications.inbox.message import Received, carried, field, own_parts

_scan: Any = flufl.bounce.all_failures  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] # its argument has no type

# It tells every detector that stumbles over a malformed notice, with its stack; that is expected of some.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)


class Failure(enum.Enum):
    """Why mail did not arrive, as far as the next step depends on it."""

    NO_SUCH_ADDRESS = "no-such-address"
    """The mailbox or its domain does not exist: writing again helps nobody."""
    MAILBOX_FULL = "mailbox-full"
    REFUSED = "refused"
    """The other side does not want it: policy, reputation, size. The address itself may be right."""
    DELAYED = "delayed"
    """It is still being tried."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FailedRecipient:
    """One address in a bounce, lower case, with the enhanced status code (``5.1.1``) and what the server said."""

    address: str
    failure: Failure
    status: str
    said: str


@dataclass(frozen=True, slots=True)
class Bounce:
    """Mail of ours that did not arrive."""

    failed: tuple[FailedRecipient, ...]
    about: str
    """The Message-ID of what bounced, without brackets; empty where it is not told."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """Somebody pressed "this is spam" (or a provider reports in their stead)."""

    kind: str
    """The feedback type: ``abuse``, ``fraud``, ``not-spam``, ``virus``, ``other``."""
    address: str
    about: str


_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_NO_SUCH = ("1.0", "1.1", "1.2", "1.3", "1.6", "1.10", "2.1", "4.4")
"""Subject and detail of status codes that name an address or a domain nobody answers for (RFC 3463, RFC 7505)."""
_FULL = ("2.2", "2.3")


def complaint(received: Received) -> Complaint | None:
    """Return the complaint that the message is, or None."""
    if received.message.get_content_type() != "multipart/report":
        return None
    report = next((p for p in own_parts(received.message) if p.get_content_type() == "message/feedback-report"), None)
    if report is None:
        return None
    report_fields = next(_blocks(report), None)
    if report_fields is None:
        return None
    original = next(carried(received.message), None)
    address = _address(field(report_fields, "Original-Rcpt-To")) or _address(field(original, "To") if original else "")
    return Complaint(one_line(field(report_fields, "Feedback-Type") or "other").casefold(), address, _id_of(original))


def bounce(received: Received) -> Bounce | None:
    """Return the bounce that the message is, or None where it is not one."""
    original = next(carried(received.message), None)
    notified = tuple(_notified(received.message))
    if notified:
        return Bounce(notified, _id_of(original) or _quoted_id(received))
    if not _looks_like_notice(received):
        return None
    try:
        failures: tuple[frozenset[bytes], frozenset[bytes]] = _scan(received.message)
    except Exception:  # noqa: BLE001 - its detectors raise whatever a malformed notice makes them raise
        return None
    delayed, lost = failures
    said = _reason(received)
    failed = [FailedRecipient(_plain(each), _class(said, "failed"), _status(said), said) for each in sorted(lost)]
    failed += [FailedRecipient(_plain(each), Failure.DELAYED, _status(said), said) for each in sorted(delayed - lost)]
    return Bounce(tuple(failed), _id_of(original) or _quoted_id(received)) if failed else None


def _notified(message: email.message.Message) -> Iterator[FailedRecipient]:
    """Yield what a delivery status notification says of each recipient; deliveries that went well are no failures."""
    for part in own_parts(message):
        if part.get_content_type() not in ("message/delivery-status", "message/global-delivery-status"):
            continue
        for block in _blocks(part):
            action = one_line(field(block, "Action")).casefold()
            address = _address(field(block, "Final-Recipient")) or _address(field(block, "Original-Recipient"))
            if not address or action not in ("failed", "delayed"):
                continue
            said = one_line(re.sub(r"^\s*[\w-]+\s*;", "", field(block, "Diagnostic-Code")))[:500]
            status = _status(field(block, "Status")) or _status(said)
            # Exchange and Gmail write 5.0.0 into Status and the truth into the diagnosis.
            if status.endswith(".0.0"):
                status = _status(said) or status
            yield FailedRecipient(address, _class(f"{status} {said}", action), status, said)


def _blocks(part: email.message.Message) -> Iterator[email.message.Message]:
    """Yield the groups of fields of a report, which the reader makes a list of messages or leaves as one text."""
    payload: Any = part.get_payload()
    if not isinstance(payload, str):
        blocks: list[email.message.Message] = payload
        for each in blocks:
            yield each
            nested = each.get_payload()
            # A feedback report's fields are read as the body of an inner message by some writers' blank first line.
            if not each.keys() and isinstance(nested, str) and nested.strip():
                yield email.message_from_string(nested.lstrip(), policy=email.policy.compat32)
        return
    for text in re.split(r"\r?\n\s*\r?\n", str(payload)):
        if text.strip():
            yield email.message_from_string(text.strip() + "\n", policy=email.policy.compat32)


def _class(said: str, action: str) -> Failure:
    if action == "delayed":
        return Failure.DELAYED
    code = _STATUS.search(said)
    detail = f"{code[2]}.{code[3]}" if code else ""
    if detail in _FULL or re.search(
        r"(?i)\b(?:over ?quota|quota exceeded|mailbox (?:is )?full|out of storage)\b", said
    ):
        return Failure.MAILBOX_FULL
    if detail in _NO_SUCH and not (code and code[1] == "4"):
        return Failure.NO_SUCH_ADDRESS
    if detail.startswith(("7.", "3.", "6.", "5.")):
        return Failure.REFUSED
    if re.search(
        r"(?i)user unknown|no such (?:user|recipient|mailbox)|does(?: not|n't) exist|unknown (?:user|address)"
        r"|invalid recipient|address (?:not found|rejected)|host (?:or domain name )?not found",
        said,
    ):
        return Failure.NO_SUCH_ADDRESS
    return Failure.UNKNOWN


def _looks_like_notice(received: Received) -> bool:
    """A bounce comes from nobody (RFC 3464 §2: an empty return path) or from the postmaster.

    The detectors are not asked about a person's letter, in which they would find addresses.
    """
    local = received.sender.partition("@")[0]
    return received.header("Return-Path") == "<>" or local in ("mailer-daemon", "postmaster", "mailerdaemon", "")


def _reason(received: Received) -> str:
    """Return the line of a bounce that says why: the one with a status code or an SMTP answer."""
    texts = [part.text() for part in received.parts if part.content_type == "text/plain"]
    for line in "\n".join(texts).splitlines()[:300]:
        if _STATUS.search(line) or re.search(r"(?:^|\W)(?:4[2-5]\d|5[0-57]\d)[ -]", line):
            return one_line(line)[:500]
    return one_line(texts[0])[:500] if texts else ""


def _status(text: str) -> str:
    found = _STATUS.search(text)
    return found[0] if found else ""


def _address(value: str) -> str:
    """Return the address in ``rfc822; <a@x>`` or ``a@x``, lower case."""
    text = one_line(value).partition(";")
    found = re.search(r"[^\s<>\"(),;]+@[^\s<>\"(),;]+", text[2] or text[0])
    return found[0].casefold().rstrip(".") if found else ""


def _plain(address: bytes) -> str:
    return address.decode("utf-8", "replace").casefold()


def _id_of(message: email.message.Message | None) -> str:
    found = re.search(r"<([^<>\s]{1,500})>", field(message, "Message-ID")) if message is not None else None
    return found[1] if found else ""


def _quoted_id(received: Received) -> str:
    """Return the Message-ID that is only quoted: in the headers, or in the text of a notice without a second part."""
    if received.refers_to:
        return received.refers_to[0]
    for part in received.parts:
        found = re.search(r"(?im)^\s*>?\s*message-id:\s*<([^<>\s]{1,500})>", part.text())
        if found:
            return found[1]
    return ""
