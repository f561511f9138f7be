"""Long and odd texts fit their channels without being cut inside a word, an emoji or a link."""

from __future__ import annotations

import dataclasses

import pytest
import regex

from notifications.channels.counting import graphemes
from notifications.channels.limits import LIMITS, Limits
from notifications.models.moment import Moment
from notifications.writing.checking import doubts, omissions
from notifications.writing.composing import compose
from notifications.writing.details import Speaker
from notifications.writing.fitting import ELLIPSIS, shorten
from tests.notifications.writing.test_composing import SITI, WEBINAR, told

FAMILY = "👨‍👩‍👧‍👦"
TITLES = {
    "long": ("Pentingnya membaca nyaring bagi anak usia dini di rumah dan di sekolah " * 5)[:300].strip(),
    "capitals": "PELATIHAN LITERASI DIGITAL BAGI GURU SEKOLAH DASAR SE-KOTA BATAM TAHUN INI " * 3,
    "emoji": " ".join([FAMILY] * 60),
    "one word": "Pertanggungjawaban" * 17,
    "arabic": "دور المكتبة العامة في نشر ثقافة القراءة بين الأطفال والشباب " * 4,
    "javanese": "ꦥꦼꦂꦥꦸꦱ꧀ꦠꦏꦄꦤ꧀ꦏꦺꦴꦠꦧꦠꦩ꧀" * 14,
    "markup": "<b>Menulis</b> & <script>alert(1)</script> *Cerita* _Anak_",
}
SMALL = dataclasses.replace(LIMITS["mastodon"], text=280, measure=graphemes)


@pytest.mark.parametrize("title", TITLES.values(), ids=list(TITLES))
@pytest.mark.parametrize("limits", [*LIMITS.values(), SMALL], ids=[*LIMITS, "small"])
def test_every_title_fits_every_channel(title: str, limits: Limits) -> None:
    title = " ".join(title.split())
    for moment in Moment:
        details = dataclasses.replace(told(moment, "id"), title=title)
        text = compose(moment, details, limits, seed=2).text
        assert limits.measure(text) <= limits.text
        assert details.url in text
        assert doubts(text, moment, details) == ()
        shown = next(line for line in text.split("\n") if line.strip("*").startswith(title.split(" ")[0][:3]))
        assert _is_whole(shown.strip("*") if shown.startswith("*") else shown, title)
        # Whoever sees the post knows when it is, however long the title.
        if moment in (Moment.ANNOUNCED, Moment.H1, Moment.RESCHEDULED):
            assert details.when in text


def _is_whole(shown: str, title: str) -> bool:
    if not shown.endswith(ELLIPSIS):
        return shown == title
    kept, rest = shown[:-1], title[len(shown) - 1 :]
    clusters = regex.findall(r"\X", title)
    at_grapheme = kept in {"".join(clusters[:count]) for count in range(len(clusters) + 1)}
    return title.startswith(kept) and at_grapheme and (rest[:1] in " ,;:–-(" or " " not in kept)


def test_a_word_is_cut_only_where_it_is_longer_than_its_room() -> None:
    assert shorten("satu dua tiga", 9, len) == "satu dua…"
    assert shorten("satu dua tiga", 8, len) == "satu…"
    assert shorten("satu, dua", 6, len) == "satu…"
    assert shorten("Pertanggungjawaban", 8, len) == "Pertang…"
    assert shorten(FAMILY * 3, 2, graphemes) == FAMILY + ELLIPSIS
    assert shorten("apa saja", 0, len) == ""
    assert shorten("apa saja", 8, len) == "apa saja"


def test_a_name_from_right_to_left_does_not_turn_its_line_around() -> None:
    speaker = Speaker(SITI.participation_id, "محمد الأمين", "UIN Jakarta", "", None)
    details = dataclasses.replace(WEBINAR["id"], speakers=(speaker, SITI))
    text = compose(Moment.ANNOUNCED, details, LIMITS["whatsapp"], seed=1).text
    assert "Narasumber: \u2068محمد الأمين (UIN Jakarta)\u2069; Dr. Hj. Siti Aminah" in text
    assert doubts(text, Moment.ANNOUNCED, details) == ()
    assert omissions(text, Moment.ANNOUNCED, details) == ()


def test_a_title_with_stars_is_not_bold() -> None:
    for title, shown in (("Bintang *baru*", "\nBintang *baru*\n"), ("Bintang baru", "\n*Bintang baru*\n")):
        details = dataclasses.replace(WEBINAR["id"], title=title)
        assert shown in "\n" + compose(Moment.CANCELLED, details, LIMITS["whatsapp"], seed=1).text
