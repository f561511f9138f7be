"""The markup of e-mails: what it may say, and what a text says in it.

Paragraphs, ``**bold**``, ``*italic*``, lists, ``[label](address)`` and headings, as CommonMark writes them, and nothing
else of it: no HTML, no pictures, no code. A line that is one link and nothing more is a button. A placeholder of the
shape *block* stands in a paragraph of its own. Addresses lead to http, https or mailto, or are one placeholder.

Values are put in after a text is read, so that nothing in a name or a title is markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

from notifications.contents import placeholders
from notifications.contents.placeholders import PLACEHOLDERS, Shape

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text that looks alike; `url` is empty unless it is a link. Both may hold placeholders."""

    text: str
    strong: bool = False
    slanted: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a paragraph, or one item of a list."""

    runs: tuple[Run, ...]

    @property
    def button(self) -> Run | None:
        """The link that is the whole line, unless it only shows its own address."""
        [first, *others] = self.runs
        alone = not others and first.url and first.text != first.url
        return first if alone else None

    @property
    def names(self) -> set[str]:
        """The placeholders that it asks for."""
        return set[str]().union(*(placeholders.names(run.text) | placeholders.names(run.url) for run in self.runs))


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some lines."""

    lines: tuple[Line, ...]

    @property
    def names(self) -> set[str]:
        """The placeholders that it asks for."""
        return set[str]().union(*(line.names for line in self.lines))


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading further down; the first one of a text is its `Letter.heading`."""

    line: Line


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; nested ones are flat."""

    items: tuple[Line, ...]
    ordered: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A placeholder of the shape *block*."""

    name: str


Block: TypeAlias = Paragraph | Heading | Bullets | Part


@dataclass(frozen=True, slots=True)
class Letter:
    """A text as it was read: the heading that it begins with, if it does, and what follows."""

    heading: Line | None
    blocks: tuple[Block, ...]


@lru_cache(maxsize=512)
def read(text: str) -> Letter:
    """Return what `text` says. Whatever is not of the markup is text, so nothing is refused here."""
    blocks = list(_blocks(_parser().parse(text)))
    if blocks and isinstance(blocks[0], Heading):
        return Letter(blocks[0].line, tuple(blocks[1:]))
    return Letter(None, tuple(blocks))


def may_lead_to(address: str) -> bool:
    """Tell whether a link may have this address: http, https or mailto with nothing to fill in, or one placeholder."""
    named = _PLACEHOLDER.fullmatch(address)
    if named is not None:
        known = PLACEHOLDERS.get(named[1])
        return known is None or known.shape is Shape.LINK
    if "{" in address or "}" in address:
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return "@" in parts.path and not parts.netloc and not parts.query
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - 40 ms of every start

    class Parser(MarkdownIt):
        """Knows placeholders in addresses."""

        def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
            return may_lead_to(url)

        def normalizeLink(self, url: str) -> str:  # noqa: N802 - the library's name
            return url if "{" in url or "}" in url else super().normalizeLink(url)

    parser = Parser("zero", {"html": False, "linkify": False, "maxNesting": 20})
    return parser.enable(["heading", "list", "newline", "escape", "emphasis", "link"])


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    depth, ordered, heading, items = 0, False, False, list[Line]()
    for token in tokens:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                ordered = token.type == "ordered_list_open" if depth == 0 else ordered
                depth += 1
            case "bullet_list_close" | "ordered_list_close":
                depth -= 1
                if depth == 0:
                    yield Bullets(tuple(items), ordered)
                    items = []
            case "heading_open" | "heading_close":
                heading = token.nesting == 1
            case "inline":
                lines = tuple(_lines(token.children or ()))
                if lines and depth:
                    items.append(_joined(lines))
                elif lines:
                    yield Heading(_joined(lines)) if heading else _paragraph(lines)
            case _:
                pass


def _joined(lines: Sequence[Line]) -> Line:
    """Return several lines as one."""
    runs: list[Run] = []
    for line in lines:
        runs += [Run(" "), *line.runs] if runs else line.runs
    return Line(tuple(runs))


def _paragraph(lines: tuple[Line, ...]) -> Block:
    runs = lines[0].runs
    named = _PLACEHOLDER.fullmatch(runs[0].text.strip()) if len(lines) == len(runs) == 1 else None
    if named is not None and (known := PLACEHOLDERS.get(named[1])) is not None and known.shape is Shape.BLOCK:
        return Part(named[1])
    return Paragraph(lines)


def _lines(tokens: Sequence[Token]) -> Iterator[Line]:
    runs: list[Run] = []
    strong, slanted, url = 0, 0, ""
    for token in tokens:
        match token.type:
            case "strong_open" | "strong_close":
                strong += token.nesting
            case "em_open" | "em_close":
                slanted += token.nesting
            case "link_open":
                url = str(token.attrs["href"])
            case "link_close":
                url = ""
            case "softbreak" | "hardbreak":
                if runs:
                    yield Line(tuple(runs))
                runs = []
            case _:
                runs += _runs(token.content, strong=strong > 0, slanted=slanted > 0, url=url)
    if runs:
        yield Line(tuple(runs))


def _runs(text: str, *, strong: bool, slanted: bool, url: str) -> Iterator[Run]:
    """Yield a text as it is, but for addresses that stand bare in it: they are links to themselves."""
    at = 0
    for found in _PLACEHOLDER.finditer(text):
        known = PLACEHOLDERS.get(found[1])
        if url or known is None or known.shape is not Shape.LINK:
            continue
        if found.start() > at:
            yield Run(text[at : found.start()], strong, slanted)
        yield Run(found[0], strong, slanted, found[0])
        at = found.end()
    if at < len(text):
        yield Run(text[at:], strong, slanted, url)
