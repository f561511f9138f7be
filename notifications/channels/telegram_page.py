"""Reading a public Telegram channel as everybody sees it at ``https://t.me/s/<name>``.

Bots cannot read what stands in a channel (https://core.telegram.org/bots/api), so this page is the only place to ask
whether a post is out, and how often it was seen. A page has the last twenty posts; older ones follow by number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser

_TENS = {"K": 1_000, "M": 1_000_000}
_VOID = {"br", "img", "input", "meta", "link", "source", "hr", "wbr"}


@dataclass(slots=True)
class Seen:
    """One post of a channel."""

    number: int
    text: str = ""
    at: datetime | None = None
    views: int | None = None
    reactions: int | None = None


@dataclass(slots=True)
class _Field:
    """A piece of text that is being read, and how deep in elements we are in it."""

    name: str
    depth: int = 1
    text: list[str] = field(default_factory=list[str])


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Seen] = []
        self._field: _Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = given.get("class", "").split()
        if "data-post" in given:
            number = given["data-post"].rpartition("/")[2]
            self.found.append(Seen(int(number) if number.isdigit() else 0))
        if not self.found:
            return
        if self._field is not None:
            if tag == "br":
                self._field.text.append("\n")
            elif tag not in _VOID:
                self._field.depth += 1
        elif "js-message_text" in classes:
            self._field = _Field("text")
        elif "tgme_widget_message_views" in classes:
            self._field = _Field("views")
        elif "tgme_reaction" in classes:
            self._field = _Field("reactions")
        elif tag == "time" and given.get("datetime"):
            self.found[-1].at = datetime.fromisoformat(given["datetime"])

    def handle_endtag(self, tag: str) -> None:
        if self._field is None or tag in _VOID:
            return
        self._field.depth -= 1
        if self._field.depth == 0:
            self._keep("".join(self._field.text), self._field.name)
            self._field = None

    def handle_data(self, data: str) -> None:
        if self._field is not None:
            self._field.text.append(data)

    def _keep(self, text: str, name: str) -> None:
        post = self.found[-1]
        if name == "text":
            post.text = text
        elif name == "views":
            post.views = as_number(text)
        else:
            post.reactions = (post.reactions or 0) + (as_number("".join(filter(_is_numeral, text))) or 0)


def read_page(markup: str) -> list[Seen]:
    """Return the posts of a page, oldest first, as the page has them."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader.found


def as_number(text: str) -> int | None:
    """Return what ``1.2K`` stands for; None for what is no number."""
    text = text.strip()
    factor = _TENS.get(text[-1:].upper(), 1)
    try:
        return round(float(text.rstrip("KMkm")) * factor)
    except ValueError:
        return None


def _is_numeral(letter: str) -> bool:
    return letter in "0123456789.KM"
