"""The checker finds what a post says and its event does not. Each mutation here was a true text before."""

from __future__ import annotations

import dataclasses
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.channels.limits import LIMITS
from notifications.models.moment import Moment
from notifications.writing.checking import Doubt, doubts, omissions
from notifications.writing.composing import compose
from notifications.writing.details import Details
from notifications.writing.phrases import TONES
from tests.notifications.writing.test_composing import WEBINAR, told

DETAILS = WEBINAR["id"]
TRUE = compose(Moment.ANNOUNCED, DETAILS, LIMITS["whatsapp"], seed=1).text


def test_a_true_text_raises_no_doubt() -> None:
    assert doubts(TRUE, Moment.ANNOUNCED, DETAILS) == ()


@pytest.mark.parametrize(
    ("was", "becomes", "found"),
    [
        ("12 Desember 2026", "13 Desember 2026", {"date", "number", "word"}),
        ("Sabtu,", "Minggu,", {"date", "number", "word"}),
        ("09.00–11.30", "10.00–11.30", {"date", "number", "word"}),
        ("Sulastri", "Sulastini", {"word"}),
        ("Siti Aminah", "Siti Aminath", {"word"}),
        ("p=k3x9mq", "p=k3x9mz", {"link"}),
        ("Gratis", "Berhadiah", {"word"}),
        ("https://acara.perpus-batam.go.id", "https://acara.perpus-batam.com", {"link"}),
    ],
)
def test_a_mutated_text_is_found_out(was: str, becomes: str, found: set[str]) -> None:
    assert was in TRUE
    assert {each.kind for each in doubts(TRUE.replace(was, becomes), Moment.ANNOUNCED, DETAILS)} == found


MUTABLE = tuple((moment, tone, locale) for moment in Moment for tone in TONES for locale in ("id", "en"))


@settings(max_examples=100, deadline=None)
@given(told_of=st.sampled_from(MUTABLE), seed=st.integers(0, 50), data=st.data())
def test_no_digit_letter_of_a_name_or_day_can_be_changed_unseen(
    told_of: tuple[Moment, str, str], seed: int, data: st.DataObject
) -> None:
    """The texts of the library, and the same texts read as if somebody had rewritten them."""
    moment, tone, locale = told_of
    details = dataclasses.replace(told(moment, locale), tone=tone)
    text = compose(moment, details, LIMITS["whatsapp"], seed=seed).text
    assert doubts(text, moment, details) == doubts(text, moment, details, edited=True) == ()
    assert omissions(text, moment, details) == ()
    start, end = data.draw(st.sampled_from(_telling(text, details)))
    place = data.draw(st.integers(start, end - 1))
    other = "0123456789" if text[place].isdigit() else "abcdefghijklmnopqrstuvwxyz"
    letter = data.draw(st.sampled_from([each for each in other if each != text[place].casefold()]))
    changed = text[:place] + (letter.upper() if text[place].isupper() else letter) + text[place + 1 :]
    assert doubts(changed, moment, details)
    assert doubts(changed, moment, details, edited=True) or omissions(changed, moment, details)


def _telling(text: str, details: Details) -> list[tuple[int, int]]:
    """Return where digits, days and names of people stand."""
    names = "|".join(re.escape(name) for name in ("Siti", "Aminah", "Sulastri", "Sabtu", "Saturday", "Desember"))
    link = text.index(details.url)
    found = [match.span() for match in re.finditer(rf"\d+|{names}", text)]
    return [*found, (link + len("https://"), link + len(details.url))]


@pytest.mark.parametrize(
    ("moment", "locale", "sentence", "found"),
    [
        (Moment.ANNOUNCED, "id", "Kami tunggu besok!", [Doubt("date", "besok")]),
        (Moment.H7, "id", "Ajak dua teman.", [Doubt("number", "dua")]),
        (Moment.ANNOUNCED, "id", "Ada doorprize menarik.", [Doubt("promise", "doorprize")]),
        (Moment.ANNOUNCED, "id", "Acara ini dibuka oleh Bapak Wali Kota Amsakar.", ["Wali", "Amsakar"]),
        (
            Moment.ANNOUNCED,
            "id",
            "Kata orang, “menulis itu gampang sekali”.",
            [Doubt("quote", "menulis itu gampang sekali")],
        ),
        (Moment.ANNOUNCED, "id", "Mulai hari minggu, ya.", []),
        (Moment.ANNOUNCED, "id", "Lihat juga bit.ly/daftar-sini.", [Doubt("link", "bit.ly/daftar-sini.")]),
        (
            Moment.ANNOUNCED,
            "id",
            "Sebut @perpusbatam dan #Viral.",
            [Doubt("link", "@perpusbatam"), Doubt("hashtag", "#Viral")],
        ),
        (Moment.FEW_SEATS, "id", "Mulai pukul 10.", [Doubt("number", "10")]),
        (
            Moment.ANNOUNCED,
            "en",
            "Join us tomorrow, lunch included.",
            [Doubt("date", "tomorrow"), Doubt("promise", "lunch")],
        ),
        (
            Moment.THANKS,
            "en",
            "Hundreds came, and 1,205 stayed.",
            [Doubt("number", "Hundreds"), Doubt("number", "1,205")],
        ),
    ],
)
def test_inventions_are_found_in_texts_that_were_rewritten(
    moment: Moment, locale: str, sentence: str, found: list[Doubt | str]
) -> None:
    details = WEBINAR[locale]
    text = compose(moment, details, LIMITS["whatsapp"], seed=1).text + "\n\n" + sentence
    said = doubts(text, moment, details, edited=True)
    expected = [each if isinstance(each, Doubt) else Doubt("name", each) for each in found]
    assert sorted(said, key=lambda each: each.said) == sorted(expected, key=lambda each: each.said)


def test_the_new_date_told_as_the_old_one_is_found_out() -> None:
    text = compose(Moment.RESCHEDULED, DETAILS, LIMITS["whatsapp"], seed=1).text
    swapped = text.replace(DETAILS.when, "X").replace(DETAILS.old_when, DETAILS.when).replace("X", DETAILS.old_when)
    for edited in (False, True):
        said = doubts(swapped, Moment.RESCHEDULED, DETAILS, edited=edited)
        assert said == (Doubt("date", DETAILS.when), Doubt("date", DETAILS.old_when))


def test_what_people_need_cannot_be_left_out() -> None:
    assert omissions(TRUE, Moment.ANNOUNCED, DETAILS) == ()
    for needed in (DETAILS.title, DETAILS.when, DETAILS.url):
        assert omissions(TRUE.replace(needed, ""), Moment.ANNOUNCED, DETAILS) == (Doubt("missing", needed),)
    assert omissions(TRUE.replace("k3x9mq", "k3x9mq7"), Moment.ANNOUNCED, DETAILS) == (Doubt("missing", DETAILS.url),)


def test_a_phrase_of_another_day_is_found_out() -> None:
    text = compose(Moment.H1, DETAILS, LIMITS["mastodon"], seed=0).text
    assert doubts(text, Moment.H1, DETAILS) == ()
    assert Doubt("word", "Besok") in doubts(text, Moment.TODAY, DETAILS)


def test_edited_texts_may_use_any_words_but_no_other_numbers() -> None:
    edited = TRUE + "\n\nTersedia 25 buku hadiah, sampai Minggu. Lihat https://hadiah.example"
    assert doubts(edited, Moment.ANNOUNCED, DETAILS, edited=True) == (
        Doubt("number", "25"),
        Doubt("promise", "hadiah"),
        Doubt("date", "Minggu"),
        Doubt("link", "https://hadiah.example"),
    )


def test_a_short_number_of_the_event_excuses_no_longer_one() -> None:
    assert doubts("Kurang dari 100.", Moment.FEW_SEATS, DETAILS, edited=True) == (Doubt("number", "100"),)
    assert doubts("Kurang dari 10.", Moment.FEW_SEATS, DETAILS, edited=True) == ()
