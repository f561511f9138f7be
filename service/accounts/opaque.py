"""Secrets that open a door: made here, shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import secrets


def new_secret() -> str:
    """Return 256 random bits as 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Return what the database keeps of `secret`: its SHA-256 in hexadecimal.

    A slow hash would add nothing: 256 random bits cannot be guessed, however fast the guessing.
    """
    return hashlib.sha256(secret.encode()).hexdigest()
