"""Channels without an interface: the text, the picture and a link that opens the app, ready to be taken over by hand.

WhatsApp's groups and channels have no official interface, and Instagram's needs a reviewed business account: what a
library's staff do there is copy and paste, so this makes copying take two taps.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from events.errors import N_
from notifications.channels.limits import INSTAGRAM, LIMITS, PRINT, TIKTOK, WHATSAPP


@dataclass(frozen=True, slots=True)
class CopyReady:
    """What the staff page offers for one post."""

    text: str
    share_url: str
    """Opens WhatsApp with the text filled in, or where Instagram and TikTok take posts; empty elsewhere."""
    image_format: str
    checklist: tuple[str, ...] = ()
    """What to look at while taking it over, as texts to translate."""


_CHECKLISTS: dict[str, tuple[str, ...]] = {
    WHATSAPP: (
        N_("Save the picture and send it first; put the text into its caption."),
        N_("Open the link once yourself before you send it."),
        N_("In a group, ask who runs it; in the channel, pin the post until the event is over."),
    ),
    INSTAGRAM: (
        N_("Choose the whole picture: pinch it out so that nothing is cut off."),
        N_("Links cannot be followed in the text: put the link into your profile or a story."),
        N_("Add the description of the picture under “Advanced settings”, “Write alt text”."),
    ),
    TIKTOK: (
        N_("Upload the tall picture or the clip, and choose a calm sound that you may use."),
        N_("Paste the text; the first line is what people see."),
        N_("Links cannot be followed in the text: put the link into your profile."),
    ),
    PRINT: (
        N_("Print the A3 poster at 100 %, without fitting it to the page."),
        N_("Scan the code on the first print with your phone."),
        N_("Write down where posters hang, and take them down after the event."),
    ),
}


def copy_ready(channel: str, text: str) -> CopyReady:
    """Return what is copied for a post on `channel` (any: a network may be unreachable or not connected)."""
    share = {
        WHATSAPP: f"https://wa.me/?text={quote(text, safe='')}",
        INSTAGRAM: "https://www.instagram.com/",
        TIKTOK: "https://www.tiktok.com/upload",
    }
    return CopyReady(
        text=text,
        share_url=share.get(channel, ""),
        image_format=LIMITS[channel].image_format,
        checklist=_CHECKLISTS.get(channel, ()),
    )
