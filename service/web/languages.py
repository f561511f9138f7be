"""Which language a person reads, and the words in it.

English texts in code and templates are the gettext ids; `locales/id` holds every one of them in Indonesian. The
catalogues are compiled when the process starts: one file fewer that can be stale.
"""

from __future__ import annotations

import gettext
import io
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from events.errors import N_
from events.storage import LOCALES

CATALOGUES = Path(__file__).parent / "locales"
DEFAULT = LOCALES[0]
ENDONYMS = {"id": "Bahasa Indonesia", "en": "English"}
"""Each language in its own words."""


def choose(wanted: str | None, kept: str | None, accepted: str | None) -> str:
    """Return the locale: asked for in the address, kept in the cookie, sent by the browser, or Indonesian.

    `accepted` is an Accept-Language header (RFC 9110 §12.5.4); a malformed one is as good as none.
    """
    for choice in (wanted, kept):
        if choice in LOCALES:
            return choice
    ranked: list[tuple[float, str]] = []
    for part in (accepted or "")[:200].split(","):
        tag, _, weight = part.strip().partition(";")
        language = tag.split("-")[0].strip().lower()
        # "in" is what Java, and so old Android, calls Indonesian.
        language = "id" if language == "in" else language
        if language in LOCALES:
            ranked.append((_weight(weight), language))
    return max(ranked, key=lambda each: each[0])[1] if ranked else DEFAULT


def _weight(parameter: str) -> float:
    try:
        return float(parameter.strip().removeprefix("q=") or 1)
    except ValueError:
        return 0.0


@cache
def translations(locale: str) -> gettext.NullTranslations:
    """Return the words of `locale`, from every ``.po`` file of it; English needs none, it is the ids."""
    found: gettext.NullTranslations = gettext.NullTranslations()
    for path in sorted((CATALOGUES / locale / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as source:
            catalogue = read_po(source, locale=locale)
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        words = gettext.GNUTranslations(compiled)
        words.add_fallback(found)
        found = words
    return found


_STAGES = {
    "draft": N_("draft"),
    "published": N_("published"),
    "registration_open": N_("open for registration"),
    "registration_closed": N_("closed for registration"),
    "live": N_("taking place"),
    "ended": N_("over"),
    "archived": N_("archived"),
    "postponed": N_("postponed"),
    "cancelled": N_("cancelled"),
}


def translate(message: str, locale: str, **params: object) -> str:
    """Return `message` (an English id) in `locale`, its ``%(name)s`` places filled from `params`."""
    find = translations(locale).gettext
    if (stage := params.get("stage")) in _STAGES:
        params["stage"] = find(_STAGES[str(stage)])
    return find(message) % params if params else find(message)
