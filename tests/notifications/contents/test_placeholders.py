"""Placeholders: a fixed list, and no way from a placeholder into the program."""

from __future__ import annotations

import pytest

from notifications.contents import placeholders

KNOWN = ("nama", "judul", "tautan_kelola")


def test_names_of_the_list_are_filled_once() -> None:
    text = "Halo {nama}, ini {judul}. {judul}!"
    assert placeholders.filled(text, {"nama": "{judul}", "judul": "Kelas"}) == "Halo {judul}, ini Kelas. Kelas!"
    assert placeholders.names(text) == {"nama", "judul"}
    assert list(placeholders.errors(text, KNOWN, field="body")) == []


@pytest.mark.parametrize(
    ("text", "found", "suggestion"),
    [
        ("a\n{jdul}", "{jdul}", "{judul}"),
        ("a\n{ nama }", "{ nama }", "{nama}"),
        ("a\n{Nama}", "{Nama}", "{nama}"),
        ("a\n{tautan kelola}", "{tautan kelola}", "{tautan_kelola}"),
    ],
)
def test_a_slip_is_refused_with_its_line_and_a_suggestion(text: str, found: str, suggestion: str) -> None:
    [error] = placeholders.errors(text, KNOWN, field="body")
    assert (error.field, error.code) == ("body", "placeholder")
    assert error.params == {"line": 2, "found": found, "suggestion": suggestion}


@pytest.mark.parametrize(
    "text",
    [
        "{event.__init__.__code__.co_filename}",
        "{nama.__class__}",
        "{nama!r}",
        "{nama:>1000000}",
        "{0}",
        "{}",
        "{{nama}}",
        "{% if nama %}",
        "{{ 7 * 7 }}",
        "{nama[0]}",
        "{nama",
        "nama}",
        "{wali}",
    ],
)
def test_whatever_is_no_name_of_the_list_is_refused(text: str) -> None:
    assert list(placeholders.errors(text, KNOWN, field="subject")) != []


@pytest.mark.parametrize("text", ["{nama.__class__}", "{nama!r}", "{nama:>9}", "{ nama }", "{}"])
def test_even_if_it_were_saved_it_would_only_be_text(text: str) -> None:
    assert placeholders.filled(text, {"nama": "Budi"}) == text


def test_each_placeholder_has_one_name() -> None:
    assert [each.name for each in placeholders.PLACEHOLDERS.values()] == list(placeholders.PLACEHOLDERS)
