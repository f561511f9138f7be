"""Keeping secrets out of what people read: logs, the doctor's findings, the list of settings.

A library may put an address with its password into any error it raises. So it is not left to each place to think of
it: whatever is about to be written passes through here, and every secret of the settings is replaced by stars.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import cast
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from pydantic import SecretStr

from service.settings import Settings

STARS = "**********"
_SHORTEST = 4
"""What is shorter stands in too many other words; and a password that short is none."""
_HARMLESS = frozenset({"endpoint", "region", "starttls", "sslmode", "application_name", "host", "port", "heartbeat"})
"""Parameters of addresses that people need to see when something is wrong."""


def concealer(settings: Settings) -> Callable[[str], str]:
    """Return the function that replaces every secret of `settings` in a text by stars."""
    found = {secret for secret in _secrets(settings) if len(secret) >= _SHORTEST}
    if not found:
        return lambda text: text
    # The longest first: an address goes as a whole before the password in it does.
    pattern = re.compile("|".join(re.escape(each) for each in sorted(found, key=len, reverse=True)))
    return lambda text: pattern.sub(STARS, text)


def _secrets(settings: Settings) -> Iterator[str]:
    for name in type(settings).model_fields:
        value: object = getattr(settings, name)
        for each in cast("Sequence[object]", value) if isinstance(value, list) else [value]:
            if isinstance(each, SecretStr):
                text = each.get_secret_value()
                yield from _in_address(text) if "://" in text else _spellings(text)
            elif isinstance(each, str) and "://" in each:
                yield from _in_address(each)


def _in_address(address: str) -> Iterator[str]:
    """Yield what is secret in an address: the password, and what its parameters say."""
    try:
        parts = urlsplit(address)
    except ValueError:
        yield address
        return
    if parts.password:
        yield from _spellings(parts.password)
    for name, value in parse_qsl(parts.query):
        if name not in _HARMLESS:
            yield from _spellings(value)


def _spellings(secret: str) -> Iterator[str]:
    """Yield a secret as it stands, as it is meant, and as it may be written in an address or in JSON."""
    for plain in (secret, unquote(secret)):
        yield plain
        yield quote(plain, safe="")
        yield plain.replace("\\", "\\\\").replace('"', '\\"')
