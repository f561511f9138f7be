"""The public code of a certificate: unguessable, and forgiving to who types it from paper."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no I, L, O and U, which are misread (or spell something)."""
LENGTH = 26
"""Symbols for 128 bits."""

_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None, "‐": None, "–": None})


def new_code() -> str:
    """Return a new code of 128 random bits."""
    value = secrets.randbits(128)
    return "".join(ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))


def normalise(code: str) -> str | None:
    """Return the code that was meant (case, hyphens, spaces and look-alikes forgiven), or None if it is none."""
    plain = code[:100].upper().translate(_LOOK_ALIKES)
    return plain if len(plain) == LENGTH and set(plain) <= set(ALPHABET) else None


def spaced(code: str) -> str:
    """Return the code in groups that a person can read out: ``7K2M9-QXW4T-1BFH8-N3RJ6-CZ5D0E``."""
    return "-".join((code[0:5], code[5:10], code[10:15], code[15:20], code[20:]))
