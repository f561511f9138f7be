"""Counting as each channel counts."""

from __future__ import annotations

import pytest

from notifications.channels.counting import (
    count_hashtags,
    graphemes,
    linkedin_length,
    little_text,
    mastodon_length,
    plain_text,
    threads_length,
    utf16_units,
    x_length,
)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("Halo", 4),
        ("👨‍👩‍👧‍👦", 1),
        ("🇮🇩", 1),
        ("é", 1),
        ("ꦗꦮ", 2),
        ("https://perpus-batam.go.id/events/menulis-cerita-anak?p=abc123", 23),
        ("http://a.id", 23),
        ("Lihat https://perpus.go.id/a.", 6 + 23 + 1),
        ("perpus-batam.go.id", 18),
        ("http://localhost:8000/events/x", 30),
        ("@pustaka@mastodon.social halo", 13),
        ("email pustaka@batam.go.id", 25),
    ],
)
def test_mastodon_counts_what_is_seen_and_every_link_as_23(text: str, length: int) -> None:
    assert mastodon_length(text) == length


def test_a_server_may_reserve_another_length_for_links() -> None:
    assert mastodon_length("https://perpus.go.id/x", url_length=30) == 30


def test_units_of_other_channels() -> None:
    assert (graphemes("👍🏽a"), utf16_units("👍🏽a")) == (2, 5)


@pytest.mark.parametrize(
    ("text", "count"),
    [("#satu #dua", 2), ("#2026", 0), ("#2026baru", 1), ("a#b", 0), ("https://x.id/#bagian", 0), ("#Ayo_Baca!", 1)],
)
def test_hashtags_are_what_channels_link(text: str, count: int) -> None:
    assert count_hashtags(text) == count


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("Halo", 4),
        ("👨‍👩‍👧‍👦", 2),
        ("🇮🇩", 2),
        ("ꦗꦮ", 4),
        ("https://perpus-batam.go.id/events/menulis-cerita-anak?p=abc123", 23),
        ("lihat kampus.ac.id", 6 + 23),
        ("“Malam”", 7),
    ],
)
def test_x_weighs(text: str, length: int) -> None:
    assert x_length(text) == length


@pytest.mark.parametrize(
    ("text", "length"), [("Halo", 4), ("é", 1), ("😀", 4), ("👨‍👩‍👧‍👦", 25), ("a🇮🇩b", 10), ("1️⃣", 7), ("ꦗꦮ", 2)]
)
def test_threads_counts_an_emoji_by_its_bytes(text: str, length: int) -> None:
    assert threads_length(text) == length


def test_linkedin_counts_what_is_escaped() -> None:
    said = r"Baca (yuk) #AyoBaca \ a_b <x> 50% @pustaka"
    little = little_text(said)
    assert little == r"Baca \(yuk\) {hashtag|\#|AyoBaca} \\ a\_b \<x\> 50% \@pustaka"
    assert plain_text(little) == said
    assert linkedin_length(said) == len(little)
    assert plain_text(little_text("#Ayo_Baca! {a|b}")) == "#Ayo_Baca! {a|b}"
