"""What a channel is to the rest of the house: limits to write within, and a way out for what was approved."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from notifications.channels.limits import Limits


@dataclass(frozen=True, slots=True)
class Publication:
    """Everything that a network is handed for one post."""

    key: uuid.UUID
    """The post's id: the idempotency key, the same in every attempt."""
    text: str
    locale: str
    link: str
    """An address that stands in the text and in no other post's: by it the post is recognised among others."""
    image: bytes | None
    image_type: str
    alt_text: str


@dataclass(frozen=True, slots=True)
class Published:
    """Where a post stands now."""

    remote_id: str
    url: str


class NotSent(Exception):  # noqa: N818 - an outcome
    """Nothing was published and trying again may help, after `retry_after` where the network said so."""

    def __init__(self, reason: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class Rejected(Exception):  # noqa: N818 - an outcome
    """The network refused for good; `reason` is a code, `message` what it said."""

    def __init__(self, reason: str, message: str = "") -> None:
        super().__init__(message or reason)
        self.reason = reason


class Unclear(Exception):  # noqa: N818 - an outcome
    """The answer was lost: the post may be out. It must be looked for before it is ever sent again."""


class Channel(Protocol):
    """A network that takes posts by itself. Copy-ready channels need none: a person takes text and picture over."""

    @property
    def name(self) -> str:
        """The channel's name, as posts have it."""
        ...

    def limits(self) -> Limits:
        """Return what the network takes. May ask it once; raises `NotSent` if that fails."""
        ...

    def publish(self, publication: Publication) -> Published:
        """Publish one post. Raises `NotSent`, `Rejected` or `Unclear`."""
        ...

    def reconcile(self, publication: Publication, *, since: datetime) -> Published | None:
        """Look for the post among our own ones since `since` (real time). None: it is certainly not there.

        Raises `NotSent` while the network cannot be asked.
        """
        ...
