"""How many text messages wait, went out or did not, as the API shows them."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from notifications.models.text_message import TextChannel
from notifications.texting.tallies import Tally


class TextTallyView(msgspec.Struct, frozen=True, kw_only=True):
    """What has become of the messages of one channel. Who has a chat and an e-mail address gets both."""

    channel: Annotated[TextChannel, Meta(description="`by_hand`: staff tell who has neither an address nor a chat.")]
    waiting: Annotated[int, Meta(description="Not sent yet; by hand: to be told by staff.")]
    sent: Annotated[int, Meta(description="Taken by the network; by hand: staff have told them.")]
    failed: int
    dropped: Annotated[int, Meta(description="Not sent, because it was not true any more, or the person left.")]


def tally_view(tally: Tally) -> TextTallyView:
    """Return a tally as it is shown."""
    return TextTallyView(
        channel=tally.channel, waiting=tally.waiting, sent=tally.sent, failed=tally.failed, dropped=tally.dropped
    )
