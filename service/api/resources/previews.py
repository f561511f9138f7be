"""E-mails as one of those whom they are for would read them, as the API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from notifications.mailing.person_preview import Preview


class ReachView(msgspec.Struct, frozen=True, kw_only=True):
    """How those whom it is for can be reached now."""

    by_email: int
    guardians: Annotated[int, Meta(description="E-mails to guardians of minors, beside their own.")]
    texted: Annotated[int, Meta(description="Who agreed to messages on WhatsApp or Telegram.")]
    by_hand: Annotated[int, Meta(description="Who gave a number only and is told by staff.")]
    partners: int
    out_of_reach: int


class PreviewView(msgspec.Struct, frozen=True, kw_only=True):
    """What one of those whom it is for would read; its links lead nowhere."""

    to: Annotated[str, Meta(description="Whose name it carries.")]
    example: Annotated[bool, Meta(description="Whether that person is made up, because there is nobody yet.")]
    subject: str
    text: str
    html: str
    reach: Annotated[ReachView | None, Meta(description="Null where nobody can know yet, or no event is named.")]
    due_at: Annotated[datetime | None, Meta(description="When a rule's e-mail goes out to this person.")]


def preview_view(shown: Preview) -> PreviewView:
    """Return a preview as it is shown."""
    reach = shown.reach
    return PreviewView(
        to=shown.to,
        example=shown.example,
        subject=shown.words.subject,
        text=shown.words.text,
        html=shown.words.html,
        reach=ReachView(
            by_email=reach.by_email,
            guardians=reach.guardians,
            texted=reach.texted,
            by_hand=len(reach.by_phone),
            partners=reach.partners,
            out_of_reach=reach.out_of_reach,
        )
        if reach is not None
        else None,
        due_at=shown.due_at,
    )
