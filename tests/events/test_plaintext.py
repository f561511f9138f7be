import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from events.plaintext import lines, one_line


def test_a_name_stays_as_people_write_it() -> None:
    for name in ("Dr. Hj. Siti Aminah, S.Pd., M.M.", "I Gusti Ngurah ꦲꦏ꧀ꦱꦫ", "‘Aisyah", "ᨒᨚᨈᨑ"):
        assert one_line(name) == name


def test_line_ends_of_every_kind_become_a_space() -> None:
    assert one_line("Ani\r\nBcc: x@y\u2028z\u0085q\v1\f2") == "Ani Bcc: x@y z q 1 2"


def test_what_is_not_seen_vanishes() -> None:
    assert one_line("Ani\x00\u202eevil\ufeff\x1b[31m\ud800") == "Anievil[31m"


def test_paragraphs_keep_their_blank_lines() -> None:
    assert lines("satu\r\n\r\ndua\u2028tiga\x00\t.") == "satu\n\ndua\ntiga ."


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    found = one_line(text)
    assert found.splitlines() in ([], [found])
    assert one_line(found) == found
    assert not [letter for letter in found if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")]


@given(st.text())
def test_lines_hold_no_control_but_newlines(text: str) -> None:
    found = lines(text)
    assert {letter for letter in found if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")} <= {"\n"}
