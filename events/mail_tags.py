"""Tags in our own mail addresses, so that what comes back says by itself what it is about: ``rsvp+<tag>@library``.

A tag is bound to its purpose and cannot be made without the installation's key. It survives what mail does to
addresses: no letter's case matters, and with the word before the plus sign it stays below the 64 octets of a local part
(RFC 5321 §4.5.3.1.1). The plus is "subaddressing" (RFC 5233), which mail servers put into one mailbox.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import uuid
from collections.abc import Sequence

from events.links import Target

RSVP = "rsvp"
"""Answers to a calendar invitation; the tag names a participation."""
RETURN = "return"
"""The envelope sender of an e-mail; the tag names the e-mail, so that a bounce tells which it was."""
UNSUBSCRIBE = "unsubscribe"
"""List-Unsubscribe by mail (RFC 2369); the tag names the e-mail that somebody wants no more of."""

_MAC_LENGTH = 8
_LENGTH = 16 + 2 + _MAC_LENGTH


class MailTags:
    """Makes tags with the installation's secret key, and reads them with that and with former ones.

    A key has at least 32 characters. Answers and bounces come back for months to addresses that were sent long before.
    """

    def __init__(self, secret_key: str, former_keys: Sequence[str] = ()) -> None:
        keys = (secret_key, *former_keys)
        if any(len(key) < 32 for key in keys):
            raise ValueError("a secret key needs at least 32 characters")
        self._keys = [hmac.digest(key.encode(), b"acara.mail-tags", "sha256") for key in keys]

    def address(self, mailbox: str, purpose: str, target: uuid.UUID, version: int = 1) -> str:
        """Return `mailbox` (``rsvp@library.example``) with the tag of one row: 42 letters and digits, lower case."""
        local, _, domain = mailbox.rpartition("@")
        return f"{local}+{self._tag(purpose, target, version)}@{domain}"

    def read(self, purpose: str, address: str) -> Target | None:
        """Return what the tag in `address` names; None where it has none that was made here for this purpose.

        The mailbox and its domain are not looked at: mail servers rewrite them.
        """
        local = address.rpartition("@")[0]
        tag = local.partition("+")[2].strip().upper()
        try:
            raw = base64.b32decode(tag + "=" * (-len(tag) % 8))
        except (binascii.Error, ValueError):
            return None
        body, mac = raw[:-_MAC_LENGTH], raw[-_MAC_LENGTH:]
        if len(raw) != _LENGTH or not any(hmac.compare_digest(mac, _mac(key, purpose, body)) for key in self._keys):
            return None
        return Target(uuid.UUID(bytes=raw[:16]), int.from_bytes(raw[16:18], "big"))

    def _tag(self, purpose: str, target: uuid.UUID, version: int) -> str:
        body = target.bytes + version.to_bytes(2, "big")
        return base64.b32encode(body + _mac(self._keys[0], purpose, body)).rstrip(b"=").decode("ascii").lower()


def _mac(key: bytes, purpose: str, body: bytes) -> bytes:
    return hmac.digest(key, purpose.encode("ascii") + b"\0" + body, "sha256")[:_MAC_LENGTH]
