"""Signatures of itsdangerous with the key worked out once: it derives the key anew for every signature."""

from __future__ import annotations

import hashlib
import hmac

from itsdangerous import Signer
from itsdangerous.encoding import base64_encode, want_bytes


class PurposeSigner(Signer):
    """Signs and reads for one purpose (HMAC, SHA-256). It keeps nothing of what it signs, so threads may share it."""

    def __init__(self, secret_key: str, purpose: str) -> None:
        """Derive the key of a purpose from the installation's secret key."""
        super().__init__(secret_key, salt=f"acara.{purpose}", digest_method=hashlib.sha256)
        self._keyed = hmac.new(self.derive_key(), digestmod=hashlib.sha256)

    def get_signature(self, value: str | bytes) -> bytes:
        """Return the signature of `value`: URL-safe Base64, the same as itsdangerous's own."""
        # A copy, not `hmac.digest`: that lets go of the interpreter, and a link would wait for a thread that is busy.
        signing = self._keyed.copy()
        signing.update(want_bytes(value))
        return base64_encode(signing.digest())
