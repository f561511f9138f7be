"""What a way out for text messages is to the rest of the house.

What is raised is what channels of posts raise (`notifications.channels.protocol`): `NotSent`, `Rejected`, `Unclear`.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from notifications.models.email import EmailKind


@dataclass(frozen=True, slots=True)
class Text:
    """Everything that a network is handed for one message."""

    key: uuid.UUID
    """The row's id, which the network gives back in what it reports where it can."""
    address: str
    """A number as E.164, or the id of a chat."""
    kind: EmailKind
    locale: str
    values: Sequence[str]
    """What stands in the places of the words (`notifications.texting.wording`), each a single line."""
    link: str
    """The person's own page."""


class Texter(Protocol):
    """A network that takes text messages by itself."""

    def send(self, text: Text) -> str:
        """Send one message and return the network's name of it. See the module for what is raised."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
