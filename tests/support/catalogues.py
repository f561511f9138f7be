"""Every text that is to be translated, found in code and templates; and the catalogues that hold the translations.

`python -m tests.support.catalogues` adds new texts to the Indonesian catalogues, empty, and drops those that are gone.
Staff pages have a catalogue of their own, so that two people can translate at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "service/web/locales/id/LC_MESSAGES"
PACKAGES = ("events", "notifications", "certificates", "service")
_KEYWORDS: dict[str, Any] = {**DEFAULT_KEYWORDS, "N_": None}
_BEGUN = datetime(2026, 11, 22, tzinfo=UTC)
_JINJA = {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}


def sources() -> Iterator[Path]:
    """Return every file that may hold texts."""
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))
    yield from sorted((ROOT / "service/web/templates").rglob("*.html"))


def catalogue_of(source: Path) -> str:
    """Return which catalogue translates a file's texts."""
    path = source.relative_to(ROOT).as_posix()
    staff = ("service/web/staff", "service/web/templates/staff", "service/accounts/")
    return "staff" if path.startswith(staff) else "messages"


def extract(source: Path) -> list[str | tuple[str, ...]]:
    """Return the texts of one file; a tuple is a text with its plural."""
    method = "jinja2.ext:babel_extract" if source.suffix == ".html" else "python"
    options = _JINJA if source.suffix == ".html" else {}
    found = extract_from_file(method, source, keywords=_KEYWORDS, options=options)
    return [message for _, message, _, _ in found if message]


def wanted() -> dict[str, Catalog]:
    """Return, by catalogue, everything that is to be translated, each text once."""
    catalogues = {name: Catalog(locale="id", fuzzy=False) for name in ("messages", "staff")}
    for source in sources():
        for message in extract(source):
            if all(message not in catalogue for catalogue in catalogues.values()):
                catalogues[catalogue_of(source)].add(message)
    return catalogues


def kept(name: str) -> Catalog:
    """Return a catalogue as it lies in the tree; an empty one if there is none yet."""
    path = FOLDER / f"{name}.po"
    if not path.exists():
        return Catalog(locale="id", fuzzy=False)
    with path.open("rb") as source:
        return read_po(source, locale="id")


def update() -> None:
    """Write the catalogues anew: new texts empty, known ones kept, the rest dropped."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    known = {message.id: message.string for name in ("messages", "staff") for message in kept(name) if message.id}
    for name, catalogue in wanted().items():
        fresh = Catalog(
            locale="id",
            project="Acara",
            fuzzy=False,
            charset="utf-8",
            header_comment=f"# Indonesian: {name}",
            creation_date=_BEGUN,  # a date that moved with every run would be all that changes
        )
        # Babel has no rule for Indonesian, which counts without changing the noun, and takes it for English.
        setattr(fresh, "_num_plurals", 1)  # noqa: B010 - untyped in Babel
        setattr(fresh, "_plural_expr", "0")  # noqa: B010 - likewise
        for message in catalogue:
            if message.id:
                fresh.add(message.id, known.get(message.id, ""))
        with (FOLDER / f"{name}.po").open("wb") as target:
            write_po(target, fresh, width=118, sort_output=True, omit_header=False, no_location=True)


if __name__ == "__main__":
    update()
