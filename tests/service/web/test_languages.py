"""Which language a visitor gets."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from service.web.languages import choose, translate


@pytest.mark.parametrize(
    ("wanted", "kept", "accepted", "expected"),
    [
        (None, None, None, "id"),
        ("en", "id", "id", "en"),
        ("fr", "en", "id", "en"),
        (None, None, "en-GB,en;q=0.9,id;q=0.8", "en"),
        (None, None, "ms;q=1, en;q=0.3, id-ID;q=0.7", "id"),
        (None, None, "in-ID,en;q=0.5", "id"),
        (None, None, "de,fr;q=0.5", "id"),
        (None, None, "en;q=x, ;;;, id;q=0.1", "id"),
        (None, None, "en" * 10_000, "id"),
    ],
)
def test_choose(wanted: str | None, kept: str | None, accepted: str | None, expected: str) -> None:
    assert choose(wanted, kept, accepted) == expected


def test_a_stage_within_a_refusal_is_said_in_the_same_language() -> None:
    message = "That is not possible while the event is “%(stage)s”."
    assert translate(message, "id", stage="ended") == "Hal itu tidak dapat dilakukan selama acara berstatus “selesai”."
    assert translate(message, "en", stage="live") == "That is not possible while the event is “taking place”."


def test_moments_hours_and_states_within_a_refusal_are_said_as_the_reader_says_them() -> None:
    near = "At %(at)s this channel has another post (%(title)s), less than an hour away."
    told = {locale: translate(near, locale, at=time(9, 30), title="Bedah buku") for locale in ("id", "en")}
    assert told["en"] == "At 09:30 this channel has another post (Bedah buku), less than an hour away."
    assert told["id"].startswith("Pukul 09.30 saluran ini")
    late = "What it says is true until %(last)s only. Choose an earlier moment."
    last = datetime(2026, 12, 12, 10, 0, tzinfo=ZoneInfo("Asia/Makassar"))
    assert "sampai Sabtu, 12 Desember 2026, pukul 10.00 WITA." in translate(late, "id", last=last)
    assert "until Saturday, 12 December 2026, 10:00 WITA only." in translate(late, "en", last=last)
    over = "This post is “%(state)s” and cannot be changed any more."
    assert translate(over, "id", state="published") == "Unggahan ini berstatus “Terbit” dan tidak dapat diubah lagi."
