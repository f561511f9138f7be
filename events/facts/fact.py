"""What every fact is.

A fact carries ids and non-personal values only, so that a person can be erased and the log stays whole.
Changing a fact's fields means raising its `VERSION` and still reading the older one.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

import msgspec


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """What every fact says: whose it is and, nearly always, which event it belongs to."""

    VERSION: ClassVar[int] = 1

    organiser_id: uuid.UUID
    event_id: uuid.UUID | None = None
