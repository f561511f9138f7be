"""Messages that staff write to a part of an event's people, as the API shows them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from events.storage import LocalizedText
from notifications.models.announcement import AnnouncementState, Segment
from notifications.planning.announcements import Progress
from service.api.resources.tallies import TextTallyView, tally_view


class AnnouncementView(msgspec.Struct, frozen=True, kw_only=True):
    """One message, and what has become of its e-mails and of what goes another way."""

    id: uuid.UUID
    event_id: uuid.UUID
    state: AnnouncementState
    segment: Segment
    slot_id: uuid.UUID | None
    subject: LocalizedText
    body: LocalizedText
    also_later: Annotated[bool, Meta(description="Whether who registers later reads it on their own page.")]
    version: int
    created_at: datetime
    sent_at: datetime | None
    sent: int
    waiting: int
    failed: int
    dropped: Annotated[int, Meta(description="Not sent, because the person had left meanwhile.")]
    texts: Annotated[list[TextTallyView], Meta(description="By channel, where there are any; the rest is e-mails.")]


class AnnouncementList(msgspec.Struct, frozen=True, kw_only=True):
    """An event's messages, the newest first."""

    items: list[AnnouncementView]


class AnnouncementSentView(msgspec.Struct, frozen=True, kw_only=True):
    """How many e-mails are owed, guardians' counted."""

    emails: int


def announcement_view(progress: Progress) -> AnnouncementView:
    """Return a message as it is shown."""
    found = progress.announcement
    return AnnouncementView(
        id=found.id,
        event_id=found.event_id,
        state=found.state,
        segment=found.segment,
        slot_id=found.slot_id,
        subject=found.subject,
        body=found.body,
        also_later=found.also_later,
        version=found.version,
        created_at=found.created_at,
        sent_at=found.sent_at,
        sent=progress.sent,
        waiting=progress.waiting,
        failed=progress.failed,
        dropped=progress.dropped,
        texts=[tally_view(each) for each in progress.texts],
    )
