"""Which language a visitor gets."""

from __future__ import annotations

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
