"""Secrets at rest: OAuth tokens and upload sessions are encrypted, so that a stolen database opens nothing.

Fernet (AES-128-CBC with HMAC-SHA256) with keys derived from the installation's secret key, which lives outside the
database. Former keys still read what they wrote, so a key can be changed without a day of downtime.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_INFO: Final = b"acara secrets at rest v1"


class SecretBox:
    """Seals short texts with the installation's secret key (at least 32 characters)."""

    def __init__(self, secret_key: str, old_secret_keys: Sequence[str] = ()) -> None:
        self._box = MultiFernet([_derive(key) for key in (secret_key, *old_secret_keys)])

    def seal(self, secret: str) -> str:
        """Return `secret` encrypted with the current key: ASCII, about 1.4 times as long plus 100 characters."""
        return self._box.encrypt(secret.encode()).decode("ascii")

    def unseal(self, sealed: str) -> str | None:
        """Return the secret, or None if it was sealed with a key that is gone (or is no sealed text at all)."""
        try:
            return self._box.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None

    def reseal(self, sealed: str) -> str | None:
        """Return the same secret under the current key, or None if it can no longer be read."""
        secret = self.unseal(sealed)
        return None if secret is None else self.seal(secret)


def _derive(secret_key: str) -> Fernet:
    """Derive a key of our own from the secret key (RFC 5869), so that its other uses cannot help to break this one."""
    if len(secret_key) < 32:
        raise ValueError("a secret key needs at least 32 characters")
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_INFO).derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
