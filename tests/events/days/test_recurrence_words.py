"""Rules in plain words: what staff type, both ways, and what is refused with the word that was not understood."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.days.recurrence import Rule, from_text, to_text
from events.days.recurrence_words import EXAMPLES, describe, read_words, suggestions
from events.errors import Invalid
from tests.events.rules import rules

WEDNESDAY = date(2026, 12, 9)


@settings(deadline=None, max_examples=300)
@given(rule=rules(), locale=st.sampled_from(("id", "en")))
def test_the_sentence_of_a_rule_is_read_back_as_the_rule(rule: Rule, locale: str) -> None:
    assert read_words(describe(rule, locale), start=WEDNESDAY) == rule


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("setiap Sabtu", "FREQ=WEEKLY;BYDAY=SA"),
        ("SETIAP HARI SABTU", "FREQ=WEEKLY;BYDAY=SA"),
        ("tiap Jum’at", "FREQ=WEEKLY;BYDAY=FR"),
        ("setiap Rabu ketiga", "FREQ=MONTHLY;BYDAY=3WE"),
        ("setiap hari Rabu ke-3", "FREQ=MONTHLY;BYDAY=3WE"),
        ("setiap Rabu minggu ketiga", "FREQ=MONTHLY;BYDAY=3WE"),
        ("setiap bulan pada Rabu ketiga", "FREQ=MONTHLY;BYDAY=3WE"),
        ("setiap 2 minggu pada hari Senin dan Kamis", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH"),
        ("dua minggu sekali, hari Senin", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"),
        ("seminggu sekali", "FREQ=WEEKLY;BYDAY=WE"),
        ("hari kerja terakhir setiap bulan", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"),
        ("setiap 2 bulan pada hari kerja pertama", "FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1"),
        ("the last weekday of every month", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"),
        ("akhir pekan pertama setiap bulan", "FREQ=MONTHLY;BYDAY=1SA,1SU"),
        ("setiap hari kerja", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("setiap Rebo kecuali hari libur nasional", "FREQ=WEEKLY;BYDAY=WE"),
        ("setiap Selasa selama 3 bulan", "FREQ=WEEKLY;BYDAY=TU;UNTIL=20270308"),
        ("every Tuesday for 10 weeks", "FREQ=WEEKLY;BYDAY=TU;UNTIL=20270216"),
        ("setiap Sabtu selama satu tahun", "FREQ=WEEKLY;BYDAY=SA;UNTIL=20271208"),
        ("tanggal 5 setiap bulan", "FREQ=MONTHLY;BYMONTHDAY=5"),
        ("setiap tgl 5 dan 20", "FREQ=MONTHLY;BYMONTHDAY=5,20"),
        ("Senin s.d. Kamis", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH"),
        ("setiap Sabtu–Minggu", "FREQ=WEEKLY;BYDAY=SA,SU"),
        ("setiap akhir pekan", "FREQ=WEEKLY;BYDAY=SA,SU"),
        ("setiap hari", "FREQ=DAILY"),
        ("setiap bulan", "FREQ=MONTHLY;BYMONTHDAY=9"),
        # Minggu is Sunday and week.
        ("setiap Minggu", "FREQ=WEEKLY;BYDAY=SU"),
        ("setiap minggu pada hari Senin", "FREQ=WEEKLY;BYDAY=MO"),
        ("setiap Minggu dan Senin", "FREQ=WEEKLY;BYDAY=MO,SU"),
        ("setiap Minggu ketiga", "FREQ=MONTHLY;BYDAY=3SU"),
        ("every third Wednesday", "FREQ=MONTHLY;BYDAY=3WE"),
        ("on Saturdays", "FREQ=WEEKLY;BYDAY=SA"),
        ("every other week on Monday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"),
        ("monthly on the 5th", "FREQ=MONTHLY;BYMONTHDAY=5"),
        ("the last day of every month", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        # Ends.
        ("setiap Sabtu sampai 31 Januari", "FREQ=WEEKLY;BYDAY=SA;UNTIL=20270131"),
        ("setiap Sabtu sebanyak 10 kali", "FREQ=WEEKLY;BYDAY=SA;COUNT=10"),
        ("every Saturday until December 31, 2027", "FREQ=WEEKLY;BYDAY=SA;UNTIL=20271231"),
    ],
)
def test_what_people_type_is_the_rule_they_mean(words: str, rule: str) -> None:
    assert to_text(read_words(words, start=WEDNESDAY)) == rule


@pytest.mark.parametrize(
    ("words", "blamed"),
    [
        ("every blue moon", "blue"),
        ("setiap Sabtu jam 9", "jam"),
        ("setiap Rabu kelima", "kelima"),
        ("setiap Jumat kecuali Desember", "kecuali desember"),
        ("dua kali seminggu", "dua kali seminggu"),
        ("setiap Sabtu sampai 31 Brumaire", "31 brumaire"),
        ("setiap Sabtu sampai 31 Februari 2027", "31 februari"),
        ("<script>", "<"),
        ("", None),
        ("setiap", None),
        ("setiap Rabu tanggal 5", None),
        ("setiap hari tanggal 5", None),
    ],
)
def test_what_is_not_understood_is_refused_by_its_word(words: str, blamed: str | None) -> None:
    with pytest.raises(Invalid) as refusal:
        read_words(words, start=WEDNESDAY)
    [error] = refusal.value.errors
    assert (error.field, error.params.get("word")) == ("words", blamed)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_nothing_that_is_typed_breaks_the_reader(words: str) -> None:
    try:
        rule = read_words(words, start=WEDNESDAY)
    except Invalid:
        return
    assert from_text(to_text(rule)) == rule


def test_the_examples_that_we_give_are_understood() -> None:
    assert [to_text(read_words(each, start=WEDNESDAY)) for each in EXAMPLES["id"]] == [
        to_text(read_words(each, start=WEDNESDAY)) for each in EXAMPLES["en"]
    ]


def test_a_day_suggests_its_rules() -> None:
    assert [describe(rule, "id") for rule in suggestions(WEDNESDAY)] == [
        "Setiap hari Rabu",
        "Setiap 2 minggu pada hari Rabu",
        "Hari Rabu kedua setiap bulan",
        "Tanggal 9 setiap bulan",
    ]
    assert describe(list(suggestions(date(2026, 12, 30)))[2], "en") == "The last Wednesday of every month"
