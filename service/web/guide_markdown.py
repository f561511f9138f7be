"""How a topic of the guide becomes a page: CommonMark and tables, every heading an anchor, no raw HTML.

What other modules want to know about a text (its headings, labels, links, pictures) is read from the same tokens.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from events.tags import plain

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

PICTURES = Path(__file__).parent / "help" / "pictures"
ADDRESS = "/staff/help"
_Env = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading; `anchor` and `title` are empty for what stands above the first."""

    anchor: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Read:
    """A text as it was read: the page, and what is in it."""

    title: str
    html: Markup
    sections: tuple[Section, ...]
    labels: tuple[str, ...]
    pictures: tuple[str, ...]
    links: tuple[str, ...]


def read_markdown(text: str, locale: str) -> Read:
    """Return a text that begins with its title (``# …``), with the pictures of `locale`."""
    parser = _parser()
    tokens = parser.parse(text)
    body = tokens[3:]  # what follows the title, which the page shows by itself
    inline = [each for token in body for each in token.children or ()]
    return Read(
        title=_words(tokens[1]),
        html=Markup(parser.renderer.render(body, parser.options, {"locale": locale})),  # noqa: S704 - raw HTML is off
        sections=tuple(_sections(body)),
        labels=tuple(inline[at + 1].content for at, each in enumerate(inline) if each.type == "strong_open"),
        pictures=tuple(str(each.attrs["src"]) for each in inline if each.type == "image"),
        links=tuple(str(each.attrs["href"]) for each in inline if each.type == "link_open"),
    )


@cache
def known_pictures() -> Mapping[str, Mapping[str, Any]]:
    """Return every picture, as ``id/waitlist``, with its width and height (CSS pixels) and what names its content."""
    listed: dict[str, dict[str, Any]] = json.loads((PICTURES / "pictures.json").read_text(encoding="utf-8"))
    return listed


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - 40 ms of every start, and most processes show no help

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.core.ruler.push("anchors", lambda state: _anchor(state.tokens))
    parser.add_render_rule("image", _picture)
    parser.add_render_rule("link_open", _link)
    parser.add_render_rule("table_open", _open_table)
    parser.add_render_rule("table_close", _close_table)
    return parser


def _anchor(tokens: Sequence[Token]) -> None:
    """Name every heading, so that it can be linked to."""
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrs["id"] = re.sub(r"\W+", "-", plain(_words(tokens[at + 1]))).strip("-")


def _picture(renderer: Any, tokens: Sequence[Token], at: int, options: Any, env: _Env) -> str:
    """Show a picture in the page's language; pressing it shows it in full, for small screens."""
    del renderer, options
    name = f"{env['locale']}/{tokens[at].attrs['src']}"
    shown = known_pictures()[name]
    address = f"{ADDRESS}/pictures/{name}.webp?v={shown['digest']}"
    return Markup('<a class="guide-picture" href="{}"><img src="{}" alt="{}" width="{}" height="{}"></a>').format(
        address, address, tokens[at].content, shown["width"], shown["height"]
    )


def _link(renderer: Any, tokens: Sequence[Token], at: int, options: Any, env: _Env) -> str:
    """Lead from topic to topic: texts name each other as ``waitlist`` or ``waitlist#heading``."""
    del renderer, options, env
    href = str(tokens[at].attrs["href"])
    return Markup('<a class="text-link" href="{}">').format(href if href.startswith("#") else f"{ADDRESS}/{href}")


def _open_table(renderer: Any, tokens: Sequence[Token], at: int, options: Any, env: _Env) -> str:
    del renderer, tokens, at, options, env
    return '<div class="table-frame" tabindex="0"><table class="table">'


def _close_table(renderer: Any, tokens: Sequence[Token], at: int, options: Any, env: _Env) -> str:
    del renderer, tokens, at, options, env
    return "</table></div>"


def _words(token: Token) -> str:
    """Return what a line says, without its marks and pictures."""
    spoken = (
        " " if each.type == "softbreak" else each.content for each in token.children or () if each.type != "image"
    )
    return "".join(spoken)


def _sections(tokens: Sequence[Token]) -> Iterator[Section]:
    anchor, title, lines = "", "", list[str]()
    for before, token in zip((None, *tokens), tokens, strict=False):
        if token.type != "inline":
            continue
        if before is not None and before.type == "heading_open" and before.tag == "h2":
            yield Section(anchor, title, " ".join(lines))
            anchor, title, lines = str(before.attrs["id"]), _words(token), []
        elif words := _words(token):
            lines.append(words)
    yield Section(anchor, title, " ".join(lines))
