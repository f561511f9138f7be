"""Names as people write them in forms and as their telephones write them in meetings."""

from __future__ import annotations

import pytest

from service.importing.names import LIKELY, Names, likeness, spellings


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("Dr. Hj. Siti Aminah, S.Pd., M.M.", ("aminah siti",)),
        ("SITI AMINAH S.Pd", ("aminah siti",)),
        ("Aminah, Siti", ("aminah siti",)),
        ("iPhone Siti", ("siti",)),
        ("Ani's iPhone", ("ani",)),
        ("Galaxy A12 (Siti Aminah)", ("aminah siti",)),
        ("Siti (Sri Rahayu)", ("siti", "rahayu sri")),
        ("Moh. Yusuf", ("muhammad yusuf",)),
        ("M. Yusuf", ("m yusuf",)),
        ("Ani_SMPN 3", ("ani smpn",)),
        ("Café Ñ", ("cafe n",)),
        ("Suparman", ("suparman",)),
        ("iPhone", ()),
        ("", ()),
        ("123", ()),
    ],
)
def test_what_is_no_name_is_left_aside(name: str, spelled: tuple[str, ...]) -> None:
    assert spellings(name) == spelled


@pytest.mark.parametrize(
    ("one", "other", "likely"),
    [
        ("Siti Aminah", "AMINAH SITI", True),
        ("Siti Aminh", "Siti Aminah", True),
        ("Siti", "Siti Aminah", True),
        ("Muh. Rizki Ramadhan", "Mohammad Rizky Ramadan", True),
        ("Siti Aminah SMPN 3 Batam", "Siti Aminah", True),
        ("Budi Santoso", "Siti Aminah", False),
        ("Dewi", "Dedi Kurniawan", False),
    ],
)
def test_alike_names_are_likely_and_others_not(one: str, other: str, *, likely: bool) -> None:
    assert bool(Names([other]).nearest(one)) is likely


def test_the_most_alike_come_first_and_only_a_few() -> None:
    found = Names([f"Siti Nomor {letter}" for letter in "ABCDEFGH"] + ["Siti Aminah"]).nearest("Siti Aminah")
    assert (found[0].place, found[0].likeness) == (8, 100)
    assert len(found) <= 5
    assert all(each.likeness >= LIKELY for each in found)
    assert Names([]).nearest("Siti") == []
    assert Names(["Siti"]).nearest("iPhone") == []


def test_one_word_is_never_the_same_as_two() -> None:
    assert LIKELY <= likeness("siti", "aminah siti") < 100
