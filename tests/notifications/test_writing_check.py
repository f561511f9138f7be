"""The checker finds what a post says and its event does not. Each mutation here was a true text before."""

from __future__ import annotations

import pytest

from notifications.channels.limits import LIMITS
from notifications.models.moment import Moment
from notifications.writing import compose
from notifications.writing_check import Doubt, doubts
from tests.notifications.test_writing import WEBINAR

DETAILS = WEBINAR["id"]
TRUE = compose(Moment.ANNOUNCED, DETAILS, LIMITS["whatsapp"], seed=1).text


def test_a_true_text_raises_no_doubt() -> None:
    assert doubts(TRUE, Moment.ANNOUNCED, DETAILS) == ()


@pytest.mark.parametrize(
    ("was", "becomes", "found"),
    [
        ("12 Desember 2026", "13 Desember 2026", "dndnwnnw"),
        ("Sabtu,", "Minggu,", "dndnwnnw"),
        ("09.00–11.30", "10.00–11.30", "dndnwnnw"),
        ("Sulastri", "Sulastini", "w"),
        ("Siti Aminah", "Siti Aminath", "wwwwwwww"),
        ("p=k3x9mq", "p=k3x9mz", "l"),
        ("Gratis", "Berhadiah", "w"),
        ("https://acara.perpus-batam.go.id", "https://acara.perpus-batam.com", "l"),
    ],
)
def test_a_mutated_text_is_found_out(was: str, becomes: str, found: str) -> None:
    assert was in TRUE
    assert "".join(each.kind[0] for each in doubts(TRUE.replace(was, becomes), Moment.ANNOUNCED, DETAILS)) == found


def test_a_phrase_of_another_day_is_found_out() -> None:
    text = compose(Moment.H1, DETAILS, LIMITS["mastodon"], seed=0).text
    assert doubts(text, Moment.H1, DETAILS) == ()
    assert Doubt("word", "Besok") in doubts(text, Moment.TODAY, DETAILS)


def test_edited_texts_may_use_any_words_but_no_other_numbers() -> None:
    edited = TRUE + "\n\nTersedia 25 buku hadiah, sampai Minggu. Lihat https://hadiah.example"
    assert doubts(edited, Moment.ANNOUNCED, DETAILS, edited=True) == (
        Doubt("number", "25"),
        Doubt("date", "Minggu"),
        Doubt("link", "https://hadiah.example"),
    )


def test_a_short_number_of_the_event_excuses_no_longer_one() -> None:
    assert doubts("Kurang dari 100.", Moment.FEW_SEATS, DETAILS, edited=True) == (Doubt("number", "100"),)
    assert doubts("Kurang dari 10.", Moment.FEW_SEATS, DETAILS, edited=True) == ()
