"""What people send us, checked: every error at once, each with its code."""

from __future__ import annotations

from typing import Any

import pytest

from events.errors import Invalid
from service.inputs.checking import RegistrationInput, parse
from service.inputs.types import LineInput, ParagraphInput

GOOD: dict[str, Any] = {"name": "Siti Aminah", "email": "siti@gmail.com", "consent": "yes"}


def codes(**changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        parse(RegistrationInput, {**GOOD, **changes})
    return [(error.field, error.code) for error in caught.value.errors]


def test_every_error_is_told_at_once_in_the_order_of_the_form() -> None:
    with pytest.raises(Invalid) as caught:
        parse(RegistrationInput, {"party_size": "many", "slot_id": "x"})
    assert [(error.field, error.code) for error in caught.value.errors] == [
        ("name", "missing"),
        ("email", "contact_missing"),
        ("party_size", "number"),
        ("slot_id", "choice"),
        ("consent", "consent"),
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"name": "a" * 201}, ("name", "too_long")),
        ({"name": "Siti\x00"}, ("name", "control_character")),
        ({"name": "Siti\x1b[2J"}, ("name", "control_character")),
        ({"name": "   "}, ("name", "missing")),
        ({"name": "12345"}, ("name", "name")),
        ({"institution": "\u200b\u2060"}, ("institution", "missing")),
        ({"institution": "SMP\uffff"}, ("institution", "control_character")),
        ({"email": "siti"}, ("email", "email")),
        ({"email": "siti@x.id\r\nBcc: a@b.id"}, ("email", "email")),
        ({"email": "sití@gmail.com"}, ("email", "email")),
        ({"phone": "12"}, ("phone", "phone")),
        ({"phone": "+62 812 3456 7890; drop"}, ("phone", "phone")),
        ({"party_size": "0"}, ("party_size", "too_small")),
        ({"party_size": "101"}, ("party_size", "too_large")),
        ({"party_size": "9" * 5000}, ("party_size", "number")),
        ({"party_size": "1.5"}, ("party_size", "number")),
        ({"slot_id": "../etc"}, ("slot_id", "choice")),
        ({"consent": "no"}, ("consent", "consent")),
        ({"admin": "yes"}, ("admin", "unknown")),
    ],
)
def test_refuses(changes: dict[str, Any], expected: tuple[str, str]) -> None:
    assert codes(**changes) == [expected]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0812 3456 7890", "+6281234567890"),
        ("+62 812-3456-7890", "+6281234567890"),
        ("62 812 3456 7890", "+6281234567890"),
        ("(0778) 460123", "+62778460123"),
        ("+65 6123 4567", "+6561234567"),
    ],
)
def test_phones_become_e164_indonesian_unless_they_say_otherwise(typed: str, kept: str) -> None:
    assert parse(RegistrationInput, {**GOOD, "phone": typed}).phone == kept


def test_names_of_one_word_and_with_titles_are_names() -> None:
    assert parse(RegistrationInput, {**GOOD, "name": " Sulastri "}).name == "Sulastri"
    titled = "Dr. Hj. Siti  Aminah, S.Pd., M.M."
    assert parse(RegistrationInput, {**GOOD, "name": titled}).name == "Dr. Hj. Siti Aminah, S.Pd., M.M."


def test_a_domain_in_another_script_is_kept_as_it_travels() -> None:
    assert (
        parse(RegistrationInput, {**GOOD, "email": "siti@bücher.example.org"}).email == "siti@xn--bcher-kva.example.org"
    )


def test_a_whatsapp_number_alone_is_a_contact() -> None:
    given = parse(RegistrationInput, {"name": "Siti", "phone": "0812 3456 7890", "consent": "yes"})
    assert (given.email, given.phone) == (None, "+6281234567890")


def test_what_word_processors_put_between_words_is_a_blank() -> None:
    given = LineInput(id="Bedah\u00a0Buku\u2009“Laut\u202f Bercerita” 👩\u200d🏫", en="a\tb")
    assert (given.id, given.en) == ("Bedah Buku “Laut Bercerita” 👩\u200d🏫", "a b")
    told = ParagraphInput(id="Sabtu,\u00a012\u00a0Desember\r\n\r\nBersama\u00ad Ibu Siti ")
    assert told.id == "Sabtu,\u00a012\u00a0Desember\n\nBersama\u00ad Ibu Siti"
    with pytest.raises(Invalid) as caught:
        parse(LineInput, {"id": "a\nb", "en": "a\x07"})
    assert [(error.field, error.code) for error in caught.value.errors] == [
        ("id", "control_character"),
        ("en", "control_character"),
    ]
