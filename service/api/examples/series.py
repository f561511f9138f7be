"""Examples of what is sent and answered about series."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from events.models import Additions, RegistrationState, Stage
from events.storage import LocalizedText
from service.api.resources import series

_ID = uuid.UUID("01937a52-7c00-7abc-8def-0123456789ab")
_OTHER = uuid.UUID("01937a52-7c00-7abc-8def-ba9876543210")
_STARTS = datetime(2026, 12, 16, 8, 0, tzinfo=UTC)
_ENDS = _STARTS + timedelta(minutes=90)
_TITLE = LocalizedText("Klub Baca", "Reading Club")
_TOKEN = "AZN6UnwAerz-3vASNFZ4mrMAAQ.wM0p5wB1pU3nqjH8Yw2r6vC4kT9zXeLbQdSfGhJkMnP"  # noqa: S105 - of nobody

SERIES_SENT: dict[str, Any] = {
    "SeriesInput": {
        "title": {"id": "Klub Baca", "en": "Reading Club"},
        "words": "setiap Rabu ketiga",
        "starts_on": "2026-12-02",
        "start_time": "15:00:00",
        "minutes": 90,
        "count": 6,
        "capacity": 20,
        "mode": "onsite",
        "venue": {"id": "Ruang Serbaguna"},
    },
    "RegistrationInput": {"name": "Rina Wulandari", "email": "rina@example.org", "consent": True},
    "EndInput": {"count": 3},
    "AdditionsInput": {"additions": "ask"},
    "SeriesChangeInput": {"scope": "following", "venue": {"id": "Aula Lantai 2"}},
    "CallOffInput": {"scope": "this", "reason": {"id": "Pembicara berhalangan.", "en": "The speaker cannot come."}},
}
SERIES: dict[str, Any] = {
    **SERIES_SENT,
    "SeriesView": series.SeriesView(
        id=_ID,
        organiser_id=_OTHER,
        slug="klub-baca",
        title=_TITLE,
        rule="FREQ=MONTHLY;BYDAY=3WE;COUNT=6",
        sentence=LocalizedText("Hari Rabu ketiga setiap bulan, 6 kali", "The third Wednesday of every month, 6 times"),
        starts_on=date(2026, 12, 2),
        start_time=time(15),
        minutes=90,
        timezone="Asia/Jakarta",
        additions=Additions.ASK,
        previous_id=None,
        bookings=12,
        dates=[
            series.SeriesDateView(
                event_id=_OTHER,
                day=date(2026, 12, 16),
                starts_at=_STARTS,
                ends_at=_ENDS,
                stage=Stage.REGISTRATION_OPEN,
                changed_by_hand=[],
            )
        ],
    ),
    "SeriesBooked": series.SeriesBooked(
        id=_ID,
        token=_TOKEN,
        manage_url=f"https://acara.perpustakaan.example/s/{_TOKEN}",
        dates=[
            series.DateOutcomeView(
                event_id=_OTHER, registration_id=_ID, state=RegistrationState.CONFIRMED, refusal=None
            )
        ],
    ),
    "OwnSeries": series.OwnSeries(
        id=_ID,
        title=_TITLE,
        name="Rina Wulandari",
        dates=[
            series.OwnDate(
                registration_id=_OTHER,
                state=RegistrationState.CONFIRMED,
                position=None,
                stage=Stage.REGISTRATION_OPEN,
                starts_at=_STARTS,
                ends_at=_ENDS,
                token=_TOKEN,
            )
        ],
        untaken=[],
    ),
}
