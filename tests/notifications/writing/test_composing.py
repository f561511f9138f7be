"""What posts say, at every moment, on every channel, in both languages."""

from __future__ import annotations

import dataclasses
import os
import uuid
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.models import EventKind
from notifications.channels.counting import count_hashtags
from notifications.channels.limits import CHANNELS, LIMITS, Limits
from notifications.models.moment import Moment
from notifications.writing.checking import doubts
from notifications.writing.composing import compose, seed_of
from notifications.writing.details import Details, Item, Speaker, Work
from notifications.writing.phrases import TONES, phrasing

SNAPSHOTS = Path(__file__).parents[2] / "snapshots" / "posts"

SITI = Speaker(
    participation_id=uuid.UUID(int=1),
    name="Dr. Hj. Siti Aminah, S.Pd., M.M.",
    affiliation="Universitas Maritim Raja Ali Haji",
    topic="Dari ide ke halaman pertama",
    photo_key=None,
)
SULASTRI = Speaker(participation_id=uuid.UUID(int=2), name="Sulastri", affiliation="", topic="", photo_key=None)

WEBINAR = {
    "id": Details(
        locale="id",
        tone="warm",
        organiser="Perpustakaan Kota Batam",
        kind=EventKind.WEBINAR,
        title="Menulis Cerita Anak",
        summary="Dua jam bersama penulis, dari gagasan sampai naskah yang siap dibacakan.",
        when="Sabtu, 12 Desember 2026, pukul 09.00–11.30 WIB",
        old_when="Sabtu, 5 Desember 2026, pukul 09.00–11.30 WIB",
        where="",
        online=True,
        speakers=(SITI, SULASTRI),
        subject=str(SITI.participation_id),
        page="https://acara.perpus-batam.go.id/events/menulis-cerita-anak",
        url="https://acara.perpus-batam.go.id/events/menulis-cerita-anak?p=k3x9mq",
        recording_url="https://www.youtube.com/watch?v=abcdefghijk",
        hashtags=("#LiterasiBatam", "#PerpustakaanBatam", "#AyoMembaca", "#MenulisCerita", "#Batam", "#Kepri"),
        reason="Narasumber berhalangan hadir.",
        certificate=True,
        seats_under=10,
        attended=1250,
        programme=(
            Item("09.00", "Pembukaan"),
            Item("09.15", "Dari ide ke halaman pertama", SITI.name),
            Item("10.45", "Tanya jawab"),
        ),
    )
}
WEBINAR["en"] = dataclasses.replace(
    WEBINAR["id"],
    locale="en",
    organiser="Batam City Library",
    title="Writing for Children",
    summary="Two hours with an author, from first idea to a story ready to be read aloud.",
    when="Saturday, 12 December 2026, 09:00–11:30 WIB",
    old_when="Saturday, 5 December 2026, 09:00–11:30 WIB",
    reason="The speaker cannot come.",
    speakers=(dataclasses.replace(SITI, topic="From idea to first page"), SULASTRI),
    programme=(
        Item("09:00", "Opening"),
        Item("09:15", "From idea to first page", SITI.name),
        Item("10:45", "Questions and answers"),
    ),
)
EXHIBITION = {
    locale: dataclasses.replace(
        details,
        kind=EventKind.EXHIBITION,
        title={"id": "Pameran Naskah Melayu", "en": "Malay Manuscripts"}[locale],
        when={
            "id": "Sabtu, 12 – Senin, 21 Desember 2026",
            "en": "Saturday, 12 – Monday, 21 December 2026",
        }[locale],
        where={"id": "Lantai 2, Perpustakaan Kota Batam", "en": "Second floor, Batam City Library"}[locale],
        online=False,
        speakers=(),
        certificate=False,
        work={
            "id": Work("Surat Raja Ali Haji", "tanpa nama", "Ditulis dengan tinta hitam, huruf Jawi."),
            "en": Work("A Letter by Raja Ali Haji", "unknown hand", "Black ink, in Jawi script."),
        }[locale],
    )
    for locale, details in WEBINAR.items()
}
ONLY_WEBINAR = (Moment.SPEAKER, Moment.PROGRAMME, Moment.LIVE, Moment.RECORDING, Moment.CERTIFICATES)
ONLY_EXHIBITION = (Moment.EXHIBITION_OPENING, Moment.EXHIBITION_LAST_DAYS, Moment.WORK)


def told(moment: Moment, locale: str) -> Details:
    return (EXHIBITION if moment in ONLY_EXHIBITION else WEBINAR)[locale]


@pytest.mark.parametrize("moment", Moment)
def test_posts_read_like_their_snapshot(moment: Moment) -> None:
    """The review diff of a phrasing is the post itself. ``ACARA_WRITE_SNAPSHOTS=1`` writes them anew."""
    parts = []
    for locale in ("id", "en"):
        for channel in CHANNELS:
            draft = compose(moment, told(moment, locale), LIMITS[channel], seed=1)
            length = LIMITS[channel].measure(draft.text)
            parts.append(f"──── {channel} · {locale} · {length}/{LIMITS[channel].text}\n{draft.text}\n")
            parts.append(f"[{draft.alt_text}]\n" if draft.alt_text else "")
    said = "\n".join(part for part in parts if part)
    file = SNAPSHOTS / f"{moment.value}.txt"
    if os.environ.get("ACARA_WRITE_SNAPSHOTS"):
        file.write_text(said)
    assert said == file.read_text()


@pytest.mark.parametrize("moment", Moment)
@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("locale", ["id", "en"])
def test_every_phrasing_fits_and_says_nothing_but_the_event(moment: Moment, tone: str, locale: str) -> None:
    kinds = (
        (EXHIBITION,) if moment in ONLY_EXHIBITION else (WEBINAR,) if moment in ONLY_WEBINAR else (WEBINAR, EXHIBITION)
    )
    for kind in kinds:
        details = dataclasses.replace(kind[locale], tone=tone)
        for channel in CHANNELS:
            for seed in range(12):
                draft = compose(moment, details, LIMITS[channel], seed=seed)
                assert doubts(draft.text, moment, details) == ()
                assert LIMITS[channel].measure(draft.text) <= LIMITS[channel].text
                assert count_hashtags(draft.text) <= LIMITS[channel].hashtags
                assert len(draft.alt_text) <= LIMITS[channel].alt_text
                assert details.title in draft.text
                assert details.url in draft.text
                assert "{" not in draft.text


def test_an_event_always_sounds_the_same_and_two_events_do_not() -> None:
    one, other = uuid.UUID(int=6), uuid.UUID(int=7)

    def text(event_id: uuid.UUID) -> str:
        return compose(Moment.ANNOUNCED, WEBINAR["id"], LIMITS["mastodon"], seed=seed_of(event_id)).text

    assert text(one) == text(one)
    assert text(one) != text(other)


def test_tones_differ_and_an_unknown_one_is_warm() -> None:
    said = {tone: phrasing(Moment.TODAY, "id", tone, 0).hook for tone in (*TONES, "pirate")}
    assert len(set(said.values())) == len(TONES)
    assert said["pirate"] == said["warm"]


@pytest.mark.parametrize(("policy", "tone", "most"), [("none", "young", 0), ("few", "formal", 3), ("", "formal", 0)])
def test_emoji_follow_the_policy(policy: str, tone: str, most: int) -> None:
    details = dataclasses.replace(WEBINAR["id"], tone=tone, emoji=policy)
    for moment in Moment:
        text = compose(moment, details, LIMITS["whatsapp"], seed=0).text
        assert sum(ord(character) >= 0x2190 and character != "\ufe0f" for character in text) <= most
    many = dataclasses.replace(WEBINAR["id"], emoji="many")
    assert "🎉" in compose(Moment.ANNOUNCED, many, LIMITS["whatsapp"], seed=0).text


LONG = " ".join(["Literasi", "informasi", "dan", "budaya", "membaca"] * 5)


def test_what_is_needed_least_is_left_out_first() -> None:
    details = dataclasses.replace(WEBINAR["id"], title=LONG[:120].rsplit(" ", 1)[0])
    text = compose(Moment.ANNOUNCED, details, LIMITS["mastodon"], seed=0).text
    assert details.title in text
    assert details.when in text
    assert details.url in text
    assert "Gratis dan terbuka untuk umum" not in text
    assert "Gratis dan terbuka untuk umum" in compose(Moment.ANNOUNCED, details, LIMITS["whatsapp"], seed=0).text


@settings(max_examples=60, deadline=None)
@given(
    words=st.lists(st.text("abcdefghijé👍🏽", min_size=1, max_size=14), min_size=1, max_size=90),
    moment=st.sampled_from(Moment),
    limit=st.integers(220, 700),
)
def test_no_limit_is_passed_and_the_link_is_whole(words: list[str], moment: Moment, limit: int) -> None:
    title = " ".join(words)
    details = dataclasses.replace(WEBINAR["id"], title=title)
    limits: Limits = dataclasses.replace(LIMITS["mastodon"], text=limit)
    draft = compose(moment, details, limits, seed=3)
    assert limits.measure(draft.text) <= limit
    assert details.url in draft.text
