"""Which language a person reads, and the words in it.

English texts in code and templates are the gettext ids; `locales/id` holds every one of them in Indonesian. The
catalogues are compiled when the process starts: one file fewer that can be stale.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Mapping
from datetime import datetime, time
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from events.days.dates import format_hour, format_moment
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
_POST_STATES = {
    "planned": N_("Planned"),
    "draft": N_("Waits for approval"),
    "queued": N_("Approved"),
    "sending": N_("Going out"),
    "unknown": N_("Being looked into"),
    "published": N_("Published"),
    "copied": N_("Put up by hand"),
    "failed": N_("Failed"),
    "withdrawn": N_("Withdrawn"),
}
_NAMED: Mapping[str, Mapping[str, str]] = {"stage": _STAGES, "state": _POST_STATES}
"""The words for values that the core says by their codes."""


def translate(message: str, locale: str, **params: object) -> str:
    """Return `message` (an English id) in `locale`, its ``%(name)s`` places filled from `params`.

    An aware moment is told by the clock of its zone (``zoneinfo``), a time of day as the language writes it.
    """
    find = translations(locale).gettext
    if not params:
        return find(message)
    return find(message) % {name: _said(name, value, locale) for name, value in params.items()}


def _said(name: str, value: object, locale: str) -> object:
    if isinstance(value, datetime) and isinstance(value.tzinfo, ZoneInfo):
        return format_moment(value, value.tzinfo.key, locale)
    if isinstance(value, time):
        return format_hour(value, locale)
    word = _NAMED.get(name, {}).get(value) if isinstance(value, str) else None
    return value if word is None else translations(locale).gettext(word)
