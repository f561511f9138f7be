"""Every text that people read exists in Indonesian, with the same places to fill in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.web.languages import translations
from tests.support.catalogues import kept, wanted

_PLACE = re.compile(r"%\(\w+\)s|\{\w+[^}]*\}")


def _joined(text: str | Sequence[str] | None) -> str:
    """Return a text, or all its plural forms, as one."""
    return text if isinstance(text, str) else " ".join(text or ())


def test_every_text_is_translated_none_is_left_over_and_none_is_guessed() -> None:
    missing: list[object] = []
    lost: list[object] = []
    for name, texts in wanted().items():
        catalogue = kept(name)
        asked = {message.id for message in texts if message.id}
        for message in catalogue:
            if not message.id:
                continue
            translated = _joined(message.string)
            if not translated or message.fuzzy:
                missing.append(message.id)
            if message.id not in asked:
                lost.append(message.id)
        missing += sorted(asked - {message.id for message in catalogue}, key=str)
    assert missing == [], "run `python -m tests.support.catalogues`, then translate"
    assert lost == [], "run `python -m tests.support.catalogues`"


def test_a_translation_fills_the_same_places_as_its_text() -> None:
    wrong = [
        message.id
        for name in wanted()
        for message in kept(name)
        if message.id and set(_PLACE.findall(_joined(message.id))) != set(_PLACE.findall(_joined(message.string)))
    ]
    assert wrong == []


def test_numbers_take_no_plural_in_indonesian() -> None:
    words = translations("id")
    said = [words.ngettext("%(num)s seat left", "%(num)s seats left", count) for count in (1, 2)]
    assert said == ["Sisa %(num)s kursi", "Sisa %(num)s kursi"]
