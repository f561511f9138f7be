"""What people type, brought into one spelling, or refused with a reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from events import typed

NAMES = [
    "Sukarno",
    "Siti Aminah, S.Pd.",
    "dr. H. Muhammad Ma'ruf, Sp.OG(K)",
    "Ni Luh Putu Ayu",
    "D’Angelo",
    "R.A. Kartini",
    "I Gusti Ngurah Rai 2",
    "محمد",
    "王小明",
    "Ñusta-Ødegård",
    "Budi 🌸",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_come_out_as_typed(name: str) -> None:
    assert typed.name_of(f"  {name} ") == name


@pytest.mark.parametrize(
    ("read", "given_", "code"),
    [
        (typed.name_of, "", "name"),
        (typed.name_of, "081234", "name"),
        (typed.name_of, "Siti\0", "control_character"),
        (typed.line_of, "a\x1b[31m", "control_character"),
        (typed.line_of, "\ud800", "control_character"),
        (typed.line_of, "a\uffff", "control_character"),
        (typed.text_of, "a\U0001fffe", "control_character"),
        (typed.email_of, "siti", "email"),
        (typed.email_of, "siti@localhost", "email"),
        (typed.email_of, "sïti@example.org", "email"),
        (typed.email_of, "a@example.org\nBcc: b@example.org", "email"),
        (typed.phone_of, "12", "phone"),
        (typed.phone_of, "siti", "phone"),
        (typed.date_of, "31/2/2010", "date"),
        (typed.date_of, "2010", "date"),
        (typed.date_of, "12 bulan 2010", "date"),
        (typed.date_of, "٢٠١٠-١٢-١٢", "date"),
        (typed.number_of, "nan", "number"),
        (typed.number_of, "1e5", "number"),
        (typed.number_of, "=1+1", "number"),
        (typed.number_of, "9" * 40, "number"),
        (typed.number_of, float("inf"), "number"),
        (typed.number_of, True, "number"),
    ],
)
def test_what_cannot_be_used_is_refused(read: Callable[[Any], object], given_: Any, code: str) -> None:
    with pytest.raises(typed.Unusable) as refused:
        read(given_)
    assert refused.value.code == code
    assert refused.value.code in typed.MESSAGES


@pytest.mark.parametrize(
    "text", ["2010-08-12", "12/8/2010", "12-08-2010", "12.8.2010", "12 Agustus 2010", "12 aug 2010"]
)
def test_days_are_read_as_people_write_them(text: str) -> None:
    assert typed.date_of(f" {text} ") == date(2010, 8, 12)


@pytest.mark.parametrize(
    ("text", "number"), [("12", 12), ("-3", -3), ("1,5", 1.5), ("1.5", 1.5), ("1.500", 1500), ("1.234.567", 1234567)]
)
def test_numbers_are_read_as_indonesia_writes_them(text: str, number: float) -> None:
    assert typed.number_of(text) == number
    assert isinstance(typed.number_of(text), type(number))


def test_numbers_without_a_country_are_indonesian() -> None:
    assert {typed.phone_of(text) for text in ("0812 3456 7890", "+62 812-3456-7890", "62 812 3456 7890")} == {
        "+6281234567890"
    }


def test_marks_that_turn_the_direction_do_not_run_on_into_the_next_cell() -> None:
    assert typed.line_of("\u202eSiti\u2066") == "Siti"
    assert typed.line_of("می\u200cخواهم") == "می\u200cخواهم"  # a joiner is part of the word


def test_lines_have_single_blanks_and_texts_keep_theirs() -> None:
    assert typed.line_of(" a \r\n b\tc ") == "a b c"
    assert typed.text_of(" a\r\n\r\nb\rc ") == "a\n\nb\nc"


@pytest.mark.parametrize("text", ["\u200b", "\u3000\ufeff", "\u3164", "\u200d\u200d", "\u202e \u00ad"])
def test_what_nobody_could_see_is_no_text(text: str) -> None:
    assert (typed.text_of(text), typed.line_of(text)) == ("", "")


@given(st.text())
def test_whatever_is_typed_is_refused_or_stays_itself_the_second_time(text: str) -> None:
    for read in (typed.text_of, typed.line_of, typed.name_of):
        try:
            once = read(text)
        except typed.Unusable:
            continue
        assert read(once) == once
        assert "\0" not in once


_LABELS = st.text("ab1-Z_é", max_size=5)
_ADDRESSES = st.builds(
    lambda local, domain, dots: "." * dots + local + "@" + domain,
    st.one_of(st.text("aB1.+-_'\"é ", max_size=12), st.text("aB1._", min_size=60, max_size=70)),
    st.one_of(
        st.lists(_LABELS, min_size=1, max_size=4).map(".".join),
        st.sampled_from(
            ["example.org", "gmail.com", "x.test", "a.local", "b.invalid", "localhost", "y.onion", "in.arpa"]
        ),
        st.sampled_from(
            ["latest", "my-local.id", "xn--caf-dma.fr", "ab--c.id", "a.b-c.sch.id", "1.2", "a.12", "x.i-d"]
        ),
    ),
    st.sampled_from([0, 0, 0, 1]),
)


@given(st.one_of(_ADDRESSES, st.emails()))
@example("Siti.Aminah_2+perpus@smpn6-batam.sch.id")
@example("a" * 49 + "@gmail.com")
@example("a" * 65 + "@g.id")
def test_the_short_way_to_an_address_ends_where_the_library_does(text: str) -> None:
    def found(read: Callable[[str], str]) -> str:
        try:
            return read(text)
        except (typed.Unusable, EmailNotValidError):
            return "refused"

    def by_library(plain: str) -> str:
        checked = validate_email(plain.strip(), check_deliverability=False, allow_smtputf8=False)
        return checked.ascii_email or checked.normalized

    assert found(typed.email_of) == found(by_library)


@given(st.text(st.characters(max_codepoint=127), max_size=30))
def test_plain_texts_are_what_they_are_by_the_long_way(text: str) -> None:
    """Behind a letter that is not ASCII nothing is taken for plain."""
    try:
        long = typed.text_of(f"é{text}é")
    except typed.Unusable:
        with pytest.raises(typed.Unusable):
            typed.text_of(text)
        return
    assert typed.text_of(text) == long[1:-1].strip()
