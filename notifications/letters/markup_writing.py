"""Writing a text that was read (`notifications.letters.markup`): once for the HTML part, once for the text part.

A paragraph or an item of a list that asks for something that there is not (a link into the online room of an
exhibition) is left out as a whole: that is how a text fits every event without conditions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from markupsafe import Markup, escape

from notifications.contents import placeholders
from notifications.letters.mail_parts import DateList, EventLine, EventList, FactsCard, HousePart, LinkList, Prose
from notifications.letters.markup import Block, Bullets, Heading, Letter, Line, Paragraph, Part, Run
from notifications.letters.rendering_bookings import DateLine

_NEVER_MAIN = "{tautan_batal}"
_NOTHING = Markup()


@dataclass(frozen=True, slots=True)
class Filling:
    """What a text is filled with: `values` for placeholders in lines, `parts` and `texts` for those that are blocks."""

    values: Mapping[str, str]
    parts: Mapping[str, HousePart | None]
    texts: Mapping[str, Letter] = field(default_factory=dict[str, Letter])
    link_style: str = ""

    def has(self, names: Iterable[str]) -> bool:
        """Tell whether there is something for each of these names."""
        return all(self.values.get(name) for name in names)


@dataclass(frozen=True, slots=True)
class Written:
    """A piece of the HTML part for the layout to put into its place."""

    shape: str
    html: Markup = _NOTHING
    items: tuple[Markup, ...] = ()
    url: str = ""
    label: str = ""
    main: bool = True
    part: HousePart | None = None


def line(text: str, filling: Filling) -> str:
    """Return a line such as a subject, filled; what begins with a word of ours begins with a capital."""
    return placeholders.filled(text, _beginning(text, filling))


def _beginning(text: str, filling: Filling) -> _Known:
    soon = filling.values.get("hari", "")
    return _Known(
        {**filling.values, "hari": soon[:1].upper() + soon[1:]} if text.startswith("{hari}") else filling.values
    )


class _Known(dict[str, str]):
    """Values in which a placeholder that nobody knows is nothing: no text stops a mail."""

    def __missing__(self, name: str) -> str:
        return ""


# ------------------------------------------------------------ HTML
def pieces(blocks: Sequence[Block], filling: Filling) -> Iterator[Written]:
    """Yield the pieces of the HTML part."""
    main = True
    for block in blocks:
        match block:
            case Paragraph():
                yield from _paragraph(block, filling, main=main)
                main = main and not any(each.button for each in block.lines)
            case Heading():
                if filling.has(block.line.names):
                    yield Written("heading", html_line(block.line, filling))
            case Bullets():
                items = tuple(html_line(each, filling) for each in block.items if filling.has(each.names))
                if items:
                    yield Written("ordered" if block.ordered else "bullets", items=items)
            case Part():
                if block.name in filling.texts:
                    yield from pieces(filling.texts[block.name].blocks, filling)
                elif (part := filling.parts.get(block.name)) is not None:
                    yield Written(part.shape, part=part)


def _paragraph(block: Paragraph, filling: Filling, *, main: bool) -> Iterator[Written]:
    if not filling.has(block.names):
        return
    said: list[Markup] = []
    for each in block.lines:
        button = each.button
        if button is None:
            said.append(html_line(each, filling))
            continue
        if said:
            yield Written("paragraph", Markup("<br>").join(said))
            said = []
        main, first = False, main and button.url != _NEVER_MAIN
        label = placeholders.filled(button.text, _Known(filling.values))
        yield Written("button", url=_address(button, filling), label=label, main=first)
    if said:
        yield Written("paragraph", Markup("<br>").join(said))


def html_line(written: Line, filling: Filling) -> Markup:
    """Return a line as HTML, every value in it escaped."""
    return Markup().join(_run(run, filling) for run in written.runs)


def heading(written: Line, filling: Filling) -> str:
    """Return the mail's heading as text."""
    return plain_line(written, replace(filling, values=_beginning(written.runs[0].text, filling)))


def html_heading(written: Line, filling: Filling) -> Markup:
    """Return the mail's heading as HTML."""
    return html_line(written, replace(filling, values=_beginning(written.runs[0].text, filling)))


def _run(run: Run, filling: Filling) -> Markup:
    said = Markup(escape(placeholders.filled(run.text, _Known(filling.values))))  # noqa: S704 - escaped
    if run.slanted:
        said = Markup("<em>{}</em>").format(said)
    if run.strong:
        said = Markup("<strong>{}</strong>").format(said)
    return (
        Markup('<a href="{}" style="{}">{}</a>').format(_address(run, filling), filling.link_style, said)
        if run.url
        else said
    )


def _address(run: Run, filling: Filling) -> str:
    return placeholders.filled(run.url, _Known(filling.values))


# ------------------------------------------------------------ text
def plain(blocks: Sequence[Block], filling: Filling) -> str:
    """Return the text part: written for reading, with every address on a line of its own below its paragraph."""
    return "\n\n".join(_plain(blocks, filling))


def _plain(blocks: Sequence[Block], filling: Filling) -> Iterator[str]:
    for block in blocks:
        match block:
            case Paragraph():
                if filling.has(block.names):
                    yield "\n".join(_spoken(block.lines, filling))
            case Heading():
                if filling.has(block.line.names):
                    yield plain_line(block.line, filling)
            case Bullets():
                kept = [each for each in block.items if filling.has(each.names)]
                signs = (f"{number}." if block.ordered else "-" for number in range(1, len(kept) + 1))
                if kept:
                    yield "\n".join(f"{sign} {_item(each, filling)}" for sign, each in zip(signs, kept, strict=True))
            case Part():
                if block.name in filling.texts:
                    yield from _plain(filling.texts[block.name].blocks, filling)
                elif (part := filling.parts.get(block.name)) is not None:
                    yield plain_part(part)


def _spoken(lines: Sequence[Line], filling: Filling) -> Iterator[str]:
    """Yield a paragraph's lines. Its links follow it, the label before the address where there are several."""
    links: list[Run] = []
    for each in lines:
        if (button := each.button) is not None:
            yield f"{placeholders.filled(button.text, _Known(filling.values))}:\n{_address(button, filling)}"
            continue
        yield plain_line(each, filling)
        links += [run for run in each.runs if run.url and run.text != run.url]
    for run in links:
        label = placeholders.filled(run.text, _Known(filling.values))
        address = _address(run, filling)
        yield f"{label}: {address}" if len(links) > 1 else address


def _item(written: Line, filling: Filling) -> str:
    links = [_address(run, filling) for run in written.runs if run.url and run.text != run.url]
    return " ".join([plain_line(written, filling), *links])


def plain_line(written: Line, filling: Filling) -> str:
    """Return a line as text."""
    return "".join(placeholders.filled(run.text, _Known(filling.values)) for run in written.runs)


def plain_part(part: HousePart) -> str:
    """Return a part of the house's as text."""
    match part:
        case FactsCard():
            return "\n".join(f"{label}: {value}" for label, value in part.rows)
        case DateList():
            title = [f"{part.title[0]}: {part.title[1]}"] if part.title else []
            dates = [_date(each) for each in part.lines]
            return "\n".join([*title, *dates])
        case LinkList():
            return "\n".join([f"{part.label}:", *(f"- {title}: {url}" for title, url in part.links)])
        case EventList():
            events = "\n\n".join(_event(each) for each in part.lines)
            return f"{part.label}\n\n{events}" if part.label else events
        case Prose():
            return f"{part.label}: {part.text}" if part.label else part.text


def _event(written: EventLine) -> str:
    where = " · ".join(filter(None, (written.where, written.whose)))
    said = (written.title, written.when, written.further, where, written.summary, written.url)
    return "\n  ".join(["- " + said[0], *filter(None, said[1:])])


def _date(written: DateLine) -> str:
    said = f"- {written.when}: {written.state}" if written.state else f"- {written.when}"
    return f"{said}\n  {written.url}" if written.url else said
