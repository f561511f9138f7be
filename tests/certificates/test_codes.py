"""Codes: 128 random bits that survive being read out and typed in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from certificates.codes import ALPHABET, LENGTH, new_code, normalise, spaced


def test_codes_do_not_repeat_and_use_all_their_bits() -> None:
    codes = {new_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert {len(code) for code in codes} == {LENGTH}
    assert {letter for code in codes for letter in code} == set(ALPHABET)
    # 26 symbols hold 130 bits; the first carries the three that are left.
    assert {code[0] for code in codes} == set("01234567")


@given(st.text(alphabet=ALPHABET, min_size=LENGTH, max_size=LENGTH))
def test_what_is_written_in_groups_is_the_same_code(code: str) -> None:
    assert normalise(spaced(code)) == code
    assert normalise(code.lower()) == code


@given(st.text())
def test_anything_else_is_no_code(text: str) -> None:
    plain = normalise(text)
    assert plain is None or (len(plain) == LENGTH and set(plain) <= set(ALPHABET))
