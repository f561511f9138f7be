"""Examples of an organiser's news by e-mail, by type."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from events.storage import LocalizedText
from service.api.resources import news

_EVENT = news.NewsEventView(
    id=uuid.UUID("01937a52-7c00-7abc-8def-0123456789ab"),
    title=LocalizedText("Menulis Cerita Anak", "Writing for Children"),
    starts_at=datetime(2026, 12, 12, 2, 0, tzinfo=UTC),
    further=0,
)
_SCHEDULE = news.NewsScheduleView(active=True, weekday="thursday", hour=9, timezone="Asia/Jakarta")
_READERS = news.NewsReadersView(
    count=318,
    unconfirmed=4,
    by_locale={"id": 296, "en": 22},
    by_audience={"teachers": 81, "parents": 40},
    any_audience=203,
    by_topic={"literasi": 120, "sejarah-melayu": 35},
    any_topic=174,
)
_NEXT = news.NextNewsView(
    at=datetime(2026, 12, 3, 2, 0, tzinfo=UTC),
    since=datetime(2026, 11, 26, 2, 0, tzinfo=UTC),
    new=[_EVENT],
    missed=[],
    recipients=290,
)
_ISSUE = news.NewsIssueView(
    id=uuid.UUID("01937a52-7c00-7abc-8def-ba9876543210"),
    at=datetime(2026, 11, 26, 2, 0, tzinfo=UTC),
    owed=311,
    sent=308,
    waiting=0,
    lost=2,
    dropped=1,
    left=3,
)

NEWS: dict[str, Any] = {
    "NewsScheduleView": _SCHEDULE,
    "NewsReadersView": _READERS,
    "NewsEventView": _EVENT,
    "NextNewsView": _NEXT,
    "NewsIssueView": _ISSUE,
    "NewsView": news.NewsView(schedule=_SCHEDULE, readers=_READERS, next=_NEXT, past=[_ISSUE]),
    "NewsPreviewView": news.NewsPreviewView(
        example=False,
        subject="Acara baru di Perpustakaan Kota Batam",
        text="Menulis Cerita Anak …",
        html="<!doctype html><p>Menulis Cerita Anak …</p>",
    ),
}
