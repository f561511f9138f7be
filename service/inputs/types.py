"""What fields of staff's inputs hold: lines and texts in two languages, moments, links; checked once for pages and API.

Built beside the types of `service.inputs.checking`. A text in two languages is `{"id": …, "en": …}`; either may be
empty.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from events import typed
from events.days.dates import INDONESIAN_ZONES
from events.storage import LocalizedText
from service.inputs.checking import Input, refuse


def one_line(text: str) -> str:
    """Return a line with single blanks, whatever a word processor put between the words. Refuses line breaks."""
    if "\n" in text or "\r" in text:
        raise refuse("control_character")
    return _typed(typed.line_of, text)


def several_lines(text: str) -> str:
    """Return a text without blanks around it, its line ends line feeds. Refuses control characters."""
    return _typed(typed.text_of, text)


def _typed(brought: Callable[[str], str], text: str) -> str:
    try:
        return brought(text)
    except typed.Unusable as error:
        raise refuse("control_character") from error


def _moment(at: datetime) -> datetime:
    # Beyond these years, turning a moment into another zone's overflows somewhere.
    if not 2000 <= at.year <= 2100:
        raise refuse("moment")
    return at.astimezone(UTC).replace(microsecond=0)


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and text.isprintable() and " " not in text
    except ValueError:
        usable = False
    if not usable:
        raise refuse("invalid")
    return text


def _zone(name: str) -> str:
    if name not in INDONESIAN_ZONES:
        raise refuse("choice")
    return name


Moment = Annotated[
    AwareDatetime,
    AfterValidator(_moment),
    Field(description="RFC 3339, with the offset from UTC.", examples=["2026-12-12T09:00:00+07:00"]),
]


Link = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000), AfterValidator(_web_address)]


Zone = Annotated[str, StringConstraints(max_length=40), AfterValidator(_zone), Field(examples=["Asia/Jakarta"])]


Code = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40), AfterValidator(one_line)]


Capacity = Annotated[int, Field(ge=1, le=100_000)]


_Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(one_line)]
_Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000), AfterValidator(several_lines)]
_Story = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000), AfterValidator(several_lines)]


class LocalizedInput(Input):
    """A text in two languages, of any length."""

    id: str = ""
    en: str = ""

    def stored(self) -> LocalizedText:
        """Return the text as tables keep it."""
        return LocalizedText(self.id, self.en)


class LineInput(LocalizedInput):
    """One line in two languages."""

    id: _Line = ""
    en: _Line = ""


class ParagraphInput(LocalizedInput):
    """A short text in two languages."""

    id: _Paragraph = ""
    en: _Paragraph = ""


class StoryInput(LocalizedInput):
    """A long text in two languages: plain, blank lines between paragraphs."""

    id: _Story = ""
    en: _Story = ""
