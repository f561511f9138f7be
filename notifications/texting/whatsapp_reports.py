"""What Meta posts to us: statuses of messages, and words of people who answer.

Shapes: https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/payload-examples. Everything that is none of
the two is left alone. The signature is checked before anything is read: `is_signed`.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec

from notifications.models.text_message import TextChannel, TextState
from notifications.texting.statuses import Report

STOP_WORDS = frozenset({"stop", "berhenti", "batal langganan", "unsubscribe", "henti"})
_STATES = {
    "sent": TextState.SENT,
    "delivered": TextState.DELIVERED,
    "read": TextState.READ,
    "played": TextState.READ,
    "failed": TextState.FAILED,
}
_SIGNED = "sha256="


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wrote to the number."""

    address: str
    """E.164."""
    text: str

    @property
    def wants_no_more(self) -> bool:
        """Whether it asks for no more messages."""
        return self.text.strip().strip(".!").casefold() in STOP_WORDS


class _Status(msgspec.Struct):
    id: str
    status: str
    timestamp: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,12}$", max_length=12)] = "0"
    biz_opaque_callback_data: str | None = None
    errors: list[dict[str, Any]] = []


class _Text(msgspec.Struct):
    body: str = ""


class _Message(msgspec.Struct):
    sender: str = msgspec.field(name="from")
    text: _Text | None = None
    button: dict[str, Any] | None = None


class _Value(msgspec.Struct):
    statuses: list[_Status] = []
    messages: list[msgspec.Raw] = []


class _Change(msgspec.Struct):
    field: str
    value: msgspec.Raw


class _Entry(msgspec.Struct):
    changes: list[_Change] = []


class _Update(msgspec.Struct):
    entry: list[_Entry] = []


def is_signed(secret: str, body: bytes, header: str | None) -> bool:
    """Tell whether `X-Hub-Signature-256` is the body's, made with the app's secret."""
    if header is None or not header.startswith(_SIGNED) or not header.isascii():
        return False
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, header.removeprefix(_SIGNED))


def read(body: bytes) -> tuple[Sequence[Report], Sequence[Said]]:
    """Return what a signed body tells. Raises `ValueError` for what is no update at all."""
    reports: list[Report] = []
    said: list[Said] = []
    for change in _changes(body):
        if change.field != "messages":
            continue
        value = msgspec.json.decode(change.value, type=_Value)
        reports += [_report(each) for each in value.statuses if each.status in _STATES]
        said += list(_said(value.messages))
    return reports, said


def _changes(body: bytes) -> Iterator[_Change]:
    try:
        update = msgspec.json.decode(body, type=_Update)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error
    for entry in update.entry:
        yield from entry.changes


def _report(status: _Status) -> Report:
    error = status.errors[0] if status.errors else {}
    reason = f"{error.get('code', '')}: {error.get('title', '')}" if error else None
    return Report(
        TextChannel.WHATSAPP,
        status.id,
        _key(status.biz_opaque_callback_data),
        _STATES[status.status],
        reason,
        datetime.fromtimestamp(int(status.timestamp), UTC),
    )


def _said(messages: Sequence[msgspec.Raw]) -> Iterator[Said]:
    for raw in messages:
        try:
            message = msgspec.json.decode(raw, type=_Message)
        except msgspec.MsgspecError:
            continue  # a picture, a place, whatever else people send
        text = message.text.body if message.text else str((message.button or {}).get("text", ""))
        if text:
            yield Said(f"+{message.sender.lstrip('+')}", text[:2000])


def _key(given: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(given) if given else None
    except ValueError:
        return None
