"""Jinja as the pages use it: one environment a language, everything escaped, every missing name an error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from events.days import dates
from events.storage import LOCALES, LocalizedText
from service.files.sniffing import size_of, suffixes_of
from service.web.languages import ENDONYMS, translate, translations
from service.web.static_files import StaticFiles

_DATES = (
    "format_date",
    "format_clock",
    "format_short_date",
    "format_time",
    "format_times",
    "format_moment",
    "format_dates",
    "format_when",
)
TEMPLATES = Path(__file__).parent / "templates"


class Templates:
    """The templates in every language."""

    def __init__(self, static_files: StaticFiles, folder: Path = TEMPLATES, *, compiled: Path | None = None) -> None:
        """Prepare the environments; templates are compiled when first used, and kept in `compiled` if it is given.

        A page's templates take a tenth of a second to compile, which the next start, the other language and the
        other processes of this machine need not pay again. Jinja compiles anew what has changed since.
        """
        cache = None
        if compiled is not None:
            compiled.mkdir(parents=True, exist_ok=True)
            cache = jinja2.FileSystemBytecodeCache(str(compiled))
        self._environments = {locale: _environment(locale, static_files, folder, cache) for locale in LOCALES}

    def render(self, name: str, locale: str, **context: object) -> str:
        """Return the page `name` in `locale` as HTML."""
        return self._environments[locale].get_template(name).render(**context)


def _environment(
    locale: str, static_files: StaticFiles, folder: Path, cache: jinja2.BytecodeCache | None
) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=cache,
        extensions=["jinja2.ext.i18n"],
    )
    words = translations(locale)
    install: Callable[..., None] = getattr(environment, "install_gettext_callables")  # noqa: B009 - added by the extension
    install(words.gettext, words.ngettext, newstyle=True, pgettext=words.pgettext, npgettext=words.npgettext)
    names: dict[str, Any] = environment.globals  # pyright: ignore[reportAssignmentType] # unannotated in Jinja
    filters: dict[str, Any] = environment.filters
    names |= {
        "locale": locale,
        "other_locales": [each for each in LOCALES if each != locale],
        "endonyms": ENDONYMS,
        "static": static_files.url,
        "leaf": partial(leaf, locale=locale),
        "spell": partial(format_date, locale=locale),
        "weekdays": weekdays(locale),
        "say": partial(translate_refusal, locale),
        "suffixes_of": suffixes_of,
        "size_of": size_of,
    }
    names |= {name: _said(getattr(dates, name), locale) for name in _DATES}
    filters |= {
        "text": partial(to_text, locale=locale),
        "number": partial(format_decimal, locale=locale),
        "paragraphs": paragraphs,
        "initials": initials,
    }
    return environment


def _said(function: Callable[..., str], locale: str) -> Callable[..., str]:
    def said(*moments_and_zone: Any, **more: Any) -> str:
        return function(*moments_and_zone, locale, **more)

    return said


def leaf(at: datetime, timezone: str, *, locale: str) -> dict[str, str]:
    """Return what a calendar's leaf shows: the month, the day and the weekday, short."""
    day = at.astimezone(ZoneInfo(timezone)).date()
    parts = {"month": "MMM", "day": "d", "weekday": "EEEE", "year": "y"}
    return {name: format_date(day, pattern, locale=locale) for name, pattern in parts.items()}


def weekdays(locale: str) -> list[tuple[str, str]]:
    """Return the days of the week from Sunday on, each in full and short."""
    week = [date(2026, 11, day) for day in range(1, 8)]
    return [(format_date(day, "EEEE", locale=locale), format_date(day, "EEE", locale=locale)) for day in week]


def translate_refusal(locale: str, message: str, params: dict[str, Any] | None = None) -> str:
    """Return a refusal's or a field error's message in the page's language."""
    return translate(message, locale, **(params or {}))


def to_text(value: LocalizedText | str | None, *, locale: str) -> str:
    """Return a text of the house in the page's language (or in the other, where this one is missing)."""
    return value.to(locale) if isinstance(value, LocalizedText) else (value or "")


def paragraphs(text: str) -> Markup:
    """Return plain text as HTML: blank lines part paragraphs, single ones break a line. Everything is escaped."""
    blocks = [block.strip() for block in text.replace("\r\n", "\n").split("\n\n")]
    lines = (Markup("<br>").join(escape(line) for line in block.split("\n")) for block in blocks if block)
    return Markup("").join(Markup("<p>{}</p>").format(block) for block in lines)


def initials(name: str) -> str:
    """Return up to two letters that stand for a person without a picture; titles before the name are left out."""
    words = [word for word in name.split(",", maxsplit=1)[0].split() if not word.endswith(".")]
    chosen = words if len(words) < 2 else (words[0], words[-1])
    return "".join(word[0] for word in chosen).upper() or "?"
