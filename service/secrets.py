"""Secrets at rest: OAuth tokens and upload sessions are encrypted, so that a stolen database opens nothing.

Fernet (AES-128-CBC with HMAC-SHA256) with keys derived from the installation's secret key, which lives outside the
database. Former keys still read what they wrote, so a key can be changed without a day of downtime.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_SEALING: Final = b"acara secrets at rest v1"
_AUTHENTICATING: Final = b"acara audit chain v1"


class SecretBox:
    """Seals short texts with the installation's secret key (at least 32 characters)."""

    def __init__(self, secret_key: str, old_secret_keys: Sequence[str] = ()) -> None:
        self._box = MultiFernet(
            [Fernet(base64.urlsafe_b64encode(_derive(key, _SEALING))) for key in (secret_key, *old_secret_keys)]
        )

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


class MessageAuthenticator:
    """Keyed hashes (HMAC-SHA256, RFC 2104): who lacks the secret key can neither make nor repair one."""

    def __init__(self, secret_key: str, old_secret_keys: Sequence[str] = ()) -> None:
        self._keys = [_derive(key, _AUTHENTICATING) for key in (secret_key, *old_secret_keys)]

    def sign(self, message: bytes) -> str:
        """Return the hash of `message` under the current key: 64 hexadecimal digits."""
        return hmac.digest(self._keys[0], message, "sha256").hex()

    def verify(self, message: bytes, signature: str) -> bool:
        """Tell whether `signature` is the hash of `message` under the current key or a former one."""
        return any(
            hmac.compare_digest(hmac.digest(key, message, "sha256").hex().encode(), signature.encode())
            for key in self._keys
        )


def _derive(secret_key: str, purpose: bytes) -> bytes:
    """Derive a key of our own from the secret key (RFC 5869), so that its other uses cannot help to break this one."""
    if len(secret_key) < 32:
        raise ValueError("a secret key needs at least 32 characters")
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret_key.encode())
