"""The library of phrasings: complete, true only under its conditions, and never the same opening twice in a row."""

from __future__ import annotations

import dataclasses
import difflib
import itertools
import re
import uuid

import pytest

from notifications.channels.limits import CHANNELS, LIMITS
from notifications.models.moment import Moment
from notifications.writing.composing import compose, holding, places, seed_of
from notifications.writing.details import Details
from notifications.writing.phrases import DEFAULT_TONE, TONES, key_of, phrasing, said_at
from tests.notifications.writing.test_composing import EXHIBITION, SITI, WEBINAR, told


@pytest.mark.parametrize("locale", ["id", "en"])
def test_every_tone_knows_every_moment_and_fills_every_place(locale: str) -> None:
    filled = places(WEBINAR[locale])
    for tone, moment in itertools.product(TONES, Moment):
        phrase = phrasing(moment, locale, tone, 1)
        assert phrase.key == key_of(phrase.hook)
        for said in said_at(moment, locale):
            assert "{" not in said.format_map(filled)
            assert said == said.strip()
            assert "  " not in said


def test_indonesian_says_surel_and_keeps_its_forms_of_address_apart() -> None:
    for moment, tone in itertools.product(Moment, TONES):
        for seed in range(20):
            hook = phrasing(moment, "id", tone, seed, holds=frozenset({"webinar", "exhibition", "online"})).hook
            words = set(re.findall(r"\w+", hook.casefold()))
            assert not words & {"email", "e-mail", "silahkan", "dimana", "resiko"}
            if tone in ("formal", "warm"):
                assert not words & {"kak", "kamu", "banget", "gimana", "nggak"}
            if tone == "formal":
                assert "!" not in hook


def test_pantun_have_four_lines_that_rhyme_crosswise() -> None:
    verses = {each for moment in Moment for each in said_at(moment, "id") if "\n" in each}
    assert len(verses) >= 15
    for verse in verses:
        lines = [re.sub(r"\W+$", "", line) for line in verse.split("\n")]
        assert len(lines) == 4
        assert [lines[0][-1], lines[1][-1]] == [lines[2][-1], lines[3][-1]], verse
        for line in lines:
            syllables = len(re.findall(r"ai\b|au\b|oi\b|[aiueo]", line.casefold()))
            assert 7 <= syllables <= 13, line


def test_news_of_a_change_is_no_matter_for_verse() -> None:
    for moment in (Moment.CANCELLED, Moment.POSTPONED, Moment.RESCHEDULED):
        assert phrasing(moment, "id", "pantun", 1) == phrasing(moment, "id", DEFAULT_TONE, 1)
    details = dataclasses.replace(WEBINAR["id"], tone="pantun")
    assert compose(Moment.ANNOUNCED, details, LIMITS["whatsapp"], seed=1).text.count("\n") > 8
    short = compose(Moment.ANNOUNCED, details, LIMITS["mastodon"], seed=1).opening
    assert short in {key_of(said) for said in said_at(Moment.ANNOUNCED, "id") if "\n" not in said}


def test_conditions_hold() -> None:
    assert holding(WEBINAR["id"]) == {"webinar", "online", "attended"}
    assert holding(EXHIBITION["id"]) == {"exhibition", "onsite", "attended"}
    host = dataclasses.replace(SITI, moderates=True)
    hosted = dataclasses.replace(WEBINAR["id"], speakers=(host,))
    assert "moderator" in holding(hosted)
    for seed in range(20):
        assert "narasumber" not in compose(Moment.SPEAKER, hosted, LIMITS["whatsapp"], seed=seed).text.casefold()
        assert "terbatas" not in compose(Moment.REGISTRATION_OPEN, WEBINAR["id"], LIMITS["whatsapp"], seed=seed).text


def _event(number: int) -> Details:
    return dataclasses.replace(
        WEBINAR["id"],
        title=("Menulis Cerita", "Bedah Buku", "Kelas Baca Cepat", "Riset Arsip", "Mengenal Repositori")[number],
        speakers=(),
    )


@pytest.mark.parametrize("tone", TONES)
def test_an_organisers_posts_do_not_read_alike(tone: str) -> None:
    """Five events in a row on every channel: none begins like one of the two before it."""
    for moment in (Moment.ANNOUNCED, Moment.REGISTRATION_OPEN, Moment.H7, Moment.THANKS):
        said: list[str] = []
        for number in range(5):
            details = dataclasses.replace(_event(number), tone=tone)
            for channel in CHANNELS:
                seed = seed_of(uuid.UUID(int=number), moment, channel)
                draft = compose(moment, details, LIMITS[channel], seed=seed, avoid=said[::-1])
                said.append(draft.opening)
        # All are used before one comes again, and then the oldest.
        different = len(set(said))
        assert different >= min(len(said), 3)
        for place in range(len(said) - 2):
            assert len(set(said[place : place + 3])) == 3


def test_two_stages_of_one_event_are_two_texts() -> None:
    texts = {
        moment: compose(moment, told(moment, "id"), LIMITS["whatsapp"], seed=seed_of(uuid.UUID(int=1), moment)).text
        for moment in Moment
    }
    openings = {moment: text.replace("*", "").split("\n\n")[:2] for moment, text in texts.items()}
    for one, other in itertools.combinations(Moment, 2):
        ratio = difflib.SequenceMatcher(None, "".join(openings[one]), "".join(openings[other])).ratio()
        assert ratio < 0.9, (one, other)


def test_who_approves_again_reads_the_same_opening() -> None:
    first = phrasing(Moment.ANNOUNCED, "id", "warm", 4)
    assert phrasing(Moment.ANNOUNCED, "id", "warm", 4, avoid=[first.key]).key != first.key
    assert phrasing(Moment.ANNOUNCED, "id", "warm", 4, avoid=[first.key], keep=first.key) == first
