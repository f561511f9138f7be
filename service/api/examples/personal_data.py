"""Examples of what is held about a person, by type."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from service.api.resources import personal_data

_ID = uuid.UUID("01937a52-7c00-7abc-8def-0123456789ab")
_EVENT = uuid.UUID("01937a52-7c00-7abc-8def-ba9876543210")
_NAME, _EMAIL, _PHONE = "Rina Wulandari", "rina@example.org", "+6281298765432"

_FOUND = personal_data.PersonFound(
    registration_id=_ID, name=_NAME, email=_EMAIL, phone=_PHONE, others=[], registrations=2
)
_HELD = personal_data.HeldView(
    registration_id=_ID,
    event_id=_EVENT,
    name=_NAME,
    email=_EMAIL,
    phone=_PHONE,
    others=["Budi"],
    answers=3,
    files=1,
    messages=4,
    certificates=["0042/PERPUS-BTM/XII/2026"],
    news=1,
)
_NEWS = personal_data.NewsFound(
    organiser_id=_ID,
    email=_EMAIL,
    locale="id",
    audiences=["teachers"],
    topics=[],
    asked_at=datetime(2026, 11, 2, 3, 0, tzinfo=UTC),
    confirmed_at=datetime(2026, 11, 2, 3, 4, tzinfo=UTC),
)

PERSONAL_DATA: dict[str, Any] = {
    "PersonFound": _FOUND,
    "PersonFoundList": personal_data.PersonFoundList(items=[_FOUND], news=[_NEWS]),
    "NewsFound": _NEWS,
    "SubscribersErased": personal_data.SubscribersErased(subscriptions=1),
    "HeldView": _HELD,
    "HeldList": personal_data.HeldList(items=[_HELD]),
    "ErasedView": personal_data.ErasedView(registrations=[_ID], people=2),
}
