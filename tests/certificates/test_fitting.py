"""Text of any length finds its size."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from certificates.fitting import fit, measure_of

SIZES = tuple(map(float, range(48, 9, -1)))


def half(text: str) -> float:
    """A typeface in which every letter is half as wide as it is high."""
    return len(text) / 2


def test_short_text_gets_the_largest_size_and_one_line() -> None:
    assert fit("Ani", half, width=600, sizes=SIZES, lines=2) == (48.0, 1)


def test_longer_text_shrinks_before_it_breaks() -> None:
    assert fit("x" * 30, half, width=600, sizes=SIZES, lines=2) == (40.0, 1)
    assert fit("xxxx " * 12, half, width=600, sizes=SIZES, lines=2) == (41.0, 2)


def test_one_long_word_is_broken_over_the_lines() -> None:
    assert fit("x" * 200, half, width=600, sizes=SIZES, lines=2) == (12.0, 2)


def test_what_fits_nowhere_gets_the_smallest_size() -> None:
    size, lines = fit("x" * 1000, half, width=600, sizes=SIZES, lines=2)
    assert (size, lines) == (10.0, 9)


@given(st.text(min_size=1, max_size=200))
def test_it_never_fails_and_never_lies_about_fitting(text: str) -> None:
    size, lines = fit(text, half, width=600, sizes=SIZES, lines=2)
    assert size in SIZES
    assert lines >= 1
    if size > SIZES[-1]:
        assert lines <= 2


def test_letters_that_a_typeface_lacks_are_guessed_wide() -> None:
    measure = measure_of(None)
    assert measure("陳") > measure("a") > measure("\u0301") == 0
