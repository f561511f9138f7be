"""Examples of messages to an event's people, by type."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from events.storage import LocalizedText
from notifications.models.announcement import AnnouncementState, Segment
from notifications.models.text_message import TextChannel
from service.api.resources import announcements, previews, tallies

_VIEW = announcements.AnnouncementView(
    id=uuid.UUID("01937a52-7c00-7abc-8def-0123456789ab"),
    event_id=uuid.UUID("01937a52-7c00-7abc-8def-ba9876543210"),
    state=AnnouncementState.SENT,
    segment=Segment.CONFIRMED,
    slot_id=None,
    subject=LocalizedText("Tautan rapat berubah: {judul}", "New meeting link: {judul}"),
    body=LocalizedText("Halo.\n\n[Gabung]({tautan_masuk})", "Hello.\n\n[Join]({tautan_masuk})"),
    also_later=False,
    version=2,
    created_at=datetime(2026, 11, 22, 3, 0, tzinfo=UTC),
    sent_at=datetime(2026, 11, 22, 3, 5, tzinfo=UTC),
    sent=80,
    waiting=6,
    failed=1,
    dropped=0,
    texts=[
        tallies.TextTallyView(channel=TextChannel.WHATSAPP, waiting=1, sent=4, failed=0, dropped=0),
        tallies.TextTallyView(channel=TextChannel.BY_HAND, waiting=2, sent=1, failed=0, dropped=0),
    ],
)

_REACH = previews.ReachView(by_email=86, guardians=2, texted=5, by_hand=3, partners=0, out_of_reach=0)

ANNOUNCEMENTS: dict[str, Any] = {
    "AnnouncementView": _VIEW,
    "AnnouncementList": announcements.AnnouncementList(items=[_VIEW]),
    "ReachView": _REACH,
    "PreviewView": previews.PreviewView(
        to="Rina Wulandari",
        example=False,
        subject="Tautan rapat berubah: Menulis Cerita Anak",
        text="Halo Rina.\n",
        html="<!doctype html><p>Halo Rina.",
        reach=_REACH,
        due_at=None,
    ),
    "AnnouncementSentView": announcements.AnnouncementSentView(emails=87),
}
