"""Passwords: hashed with Argon2id, judged before they are taken."""

from __future__ import annotations

import functools
import re
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from events.errors import N_, FieldError

MINIMUM = 12
MAXIMUM = 200
"""Characters. The upper bound keeps a megabyte of password from holding the CPU."""

# The first choice of OWASP's password storage cheat sheet: 19 MiB, two passes, one lane; about 25 ms here.
_HASHER = PasswordHasher(memory_cost=19_456, time_cost=2, parallelism=1)

_COMMON_WORDS = """
password passwort kata sandi katasandi admin administrator rahasia bismillah alhamdulillah indonesia merdeka
perpustakaan perpus pustaka library librarian batam kepri riau qwerty qwertyuiop asdfgh asdfghjkl zxcvbnm
welcome selamat datang selamatdatang letmein iloveyou sayang cintaku acara garuda pancasila doraemon naruto
persib persija arema sunshine princess dragon football monkey superman batman changeme default ganti
abc abcd abcdef abcdefgh abcdefghij
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def hash_password(password: str) -> str:
    """Return the Argon2id hash of `password`, parameters and salt included. Holds the CPU for about 25 ms."""
    return _HASHER.hash(_normal(password))


def verify(password_hash: str | None, password: str) -> bool:
    """Tell whether `password` is the right one; without a hash the same work is done and the answer is no.

    That second half is why nobody can tell by the clock whether an account exists (ASVS 6.3.8).
    """
    try:
        _HASHER.verify(password_hash or _nobodys_hash(), _normal(password)[:MAXIMUM])
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Tell whether the hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def judge(password: str, *, field: str = "password", personal: tuple[str, ...] = ()) -> list[FieldError]:
    """Return what is wrong with a new password: too short, too long, too easy to guess, or made of `personal` words.

    Length is what counts (NIST SP 800-63B §3.1.1.2): no rule asks for digits or signs.
    """
    given = _normal(password)
    if len(given) < MINIMUM:
        message = N_("Use at least %(minimum)s characters. A short sentence is easy to remember.")
        return [FieldError(field, "too_short", message, {"minimum": MINIMUM})]
    if len(given) > MAXIMUM:
        return [FieldError(field, "too_long", N_("Use at most %(maximum)s characters."), {"maximum": MAXIMUM})]
    if _is_easy(given, personal):
        message = N_("This password is easy to guess. Choose words that others would not think of.")
        return [FieldError(field, "too_easy", message)]
    return []


def _is_easy(password: str, personal: tuple[str, ...]) -> bool:
    plain = password.casefold()
    if len(set(plain)) < 6:
        return True
    letters = re.sub(r"[\W\d_]+", " ", plain).split()
    own = {part for word in personal for part in re.split(r"[\W_]+", word.casefold()) if len(part) > 3}
    telling = [word for word in letters if word not in _COMMON and word not in own]
    return sum(map(len, telling)) < 6


def _normal(password: str) -> str:
    """One spelling of what looks the same on every keyboard (RFC 8265 §4.1: Unicode NFC)."""
    return unicodedata.normalize("NFC", password)


@functools.cache
def _nobodys_hash() -> str:
    return _HASHER.hash("nobody signs in with this")
