"""What a channel shows, and what it would refuse."""

from __future__ import annotations

from notifications.channels.limits import INSTAGRAM, LIMITS, MASTODON, WHATSAPP
from notifications.channels.preview import faults, preview


def test_instagram_folds_between_words() -> None:
    text = "Kata " * 60
    shown = preview(text.strip(), LIMITS[INSTAGRAM])
    assert (shown.shown, shown.folded) == (("Kata " * 25).strip(), ("Kata " * 35).strip())
    assert (shown.length, shown.left) == (299, 1901)


def test_mastodon_shows_everything() -> None:
    shown = preview("Satu\n\ndua", LIMITS[MASTODON])
    assert (shown.shown, shown.folded, shown.length, shown.left) == ("Satu\n\ndua", "", 9, 491)


def test_what_a_channel_would_refuse_is_said_with_numbers() -> None:
    def told(text: str, channel: str, alt: str = "") -> list[tuple[str, str, dict[str, object]]]:
        return [(each.field, each.code, each.params) for each in faults(text, alt, LIMITS[channel])]

    assert told("x" * 500, MASTODON) == []
    assert told("x" * 501, MASTODON) == [("text", "too_long", {"length": 501, "limit": 500})]
    assert told("https://perpus.go.id/" + "x" * 600, MASTODON) == []
    assert told("x", MASTODON, "y" * 1501) == [("alt_text", "too_long", {"length": 1501, "limit": 1500})]
    assert told(" \n", WHATSAPP) == [("text", "missing", {})]
    assert told("#a #b #c #d #e", INSTAGRAM) == []
    assert told("#a #b #c #d #e #f", INSTAGRAM) == [("text", "hashtags", {"count": 6, "limit": 5})]
