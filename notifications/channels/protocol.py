"""What a channel is to the rest of the house: limits to write within, and a way out for what was approved."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from notifications.channels.limits import Limits
from notifications.channels.prices import Cost


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
    image_url: str = ""
    """A public address of the picture, for networks that fetch it themselves."""
    title: str = ""
    """The event's, for the card of a link."""


@dataclass(frozen=True, slots=True)
class Published:
    """Where a post stands now."""

    remote_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Account:
    """Whose account it is that posts go to, as the network names it."""

    id: str
    name: str
    url: str = ""
    expires_at: datetime | None = None
    """When the network says that a person will have to connect it again."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """What people did with a post so far; None where the network does not tell."""

    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    views: int | None = None


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


class Disconnected(Rejected):
    """The token is dead: nothing was published, and nothing will be until somebody connects the account again."""

    def __init__(self, message: str = "") -> None:
        super().__init__("not_authorised", message)


class Unclear(Exception):  # noqa: N818 - an outcome
    """The answer was lost: the post may be out. It must be looked for before it is ever sent again."""


class Channel(Protocol):
    """A network that takes posts by itself. Copy-ready channels need none: a person takes text and picture over.

    What the network takes is checked and shown without it: `limits`, with `preview.faults`, `preview.picture_faults`,
    `preview.preview` and `prices.cost_of`. Everything else asks the network, and may be asked any number of times.
    """

    @property
    def name(self) -> str:
        """The channel's name, as posts have it."""
        ...

    @property
    def visible_after(self) -> timedelta:
        """How long after it was taken a post may still be missing from what `reconcile` looks at."""
        ...

    def limits(self) -> Limits:
        """Return what the network takes. May ask it once; raises `NotSent` if that fails."""
        ...

    def cost(self, text: str) -> Cost | None:
        """Return what publishing `text` costs; None where it is free of charge."""
        ...

    def check(self) -> Account:
        """Ask whose account it is: proves that the connection works. Raises `NotSent`, `Disconnected`, `Rejected`."""
        ...

    def publish(self, publication: Publication) -> Published:
        """Publish one post. Raises `NotSent`, `Disconnected`, `Rejected` or `Unclear`."""
        ...

    def reconcile(self, publication: Publication, *, since: datetime) -> Published | None:
        """Look for the post among our own ones since `since` (real time). None: it is certainly not there.

        Raises `NotSent` while the network cannot be asked, `Disconnected` when it will not answer us.
        """
        ...

    def metrics(self, remote_id: str) -> Metrics | None:
        """Return what people did with a post; None if it is there no longer. Raises as `reconcile` does."""
        ...

    def close(self) -> None:
        """Let go of connections; what is asked afterwards opens them again."""
        ...
