"""The brand kit: sensible by default, readable whatever the colours, refused where they are none."""

from __future__ import annotations

import fontpkg
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events import brand
from events.brand import Brand
from events.errors import Invalid

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


def test_an_organiser_without_a_brand_has_the_houses() -> None:
    assert brand.brand_of({}) == Brand()


def test_what_was_chosen_is_kept() -> None:
    chosen = brand.brand_of({"primary": "#123ABC", "hashtags": ["#batam", "#baca"], "tagline": {"id": "Ayo baca"}})
    assert (chosen.primary, chosen.hashtags, chosen.tagline) == ("#123ABC", ("#batam", "#baca"), {"id": "Ayo baca"})


@pytest.mark.parametrize("colour", ["", "red", "#fff", "#12345g", "123456", "#1234567", "#123456\n", "url(x)"])
def test_colours_that_are_none(colour: str) -> None:
    with pytest.raises(Invalid) as refused:
        brand.brand_of({"primary": colour, "ink": colour})
    assert [(error.field, error.code) for error in refused.value.errors] == [
        ("primary", "colour"),
        ("ink", "colour"),
    ]


def test_a_brand_of_the_wrong_shape_is_an_error() -> None:
    with pytest.raises(msgspec.ValidationError):
        brand.brand_of({"hashtags": "batam"})


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#767676", "#ffffff", 4.54),
        ("#777777", "#ffffff", 4.48),
        ("#0000ff", "#ffffff", 8.59),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast_as_the_guidelines_count_it(one: str, other: str, ratio: float) -> None:
    """The values that every contrast checker shows for these pairs (WCAG 2.2, relative luminance)."""
    assert brand.contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert brand.contrast(other, one) == brand.contrast(one, other)


@given(ground=COLOURS, ink=COLOURS, paper=COLOURS)
def test_text_can_be_read_on_any_ground(ground: str, ink: str, paper: str) -> None:
    chosen = Brand(ink=ink, paper=paper).on(ground)
    assert brand.contrast(chosen, ground) >= 4.5
    readable = [colour for colour in (ink, paper) if brand.contrast(colour, ground) >= 4.5]
    if readable:
        assert chosen == readable[0]


@given(colour=COLOURS, ground=COLOURS)
def test_the_nearest_good_colour_can_be_read_and_a_good_one_stays(colour: str, ground: str) -> None:
    better = brand.nearest(colour, ground)
    assert brand.contrast(better, ground) >= brand.READABLE
    if brand.contrast(colour, ground) >= brand.READABLE:
        assert better == colour


def test_every_typeface_that_may_be_chosen_is_shipped_and_open() -> None:
    licences = {font: fontpkg.family(font).license for font in brand.FONTS}
    assert licences == dict.fromkeys(brand.FONTS, "OFL-1.1")


def test_a_typeface_that_is_not_shipped_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        brand.brand_of({"font": "Comic Sans"})
    assert [(error.field, error.code) for error in refused.value.errors] == [("font", "unknown")]
