"""One poster on one sheet, while it is being laid out: what is said, what is shown, and what it is drawn with."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import Any, cast
from urllib.parse import urlsplit

from events.media.typefaces import Face
from notifications.posters import ornament
from notifications.posters.canvas import Canvas
from notifications.posters.design import Design
from notifications.posters.lettering import Letters, Style
from notifications.posters.palette import Palette
from notifications.posters.pictures import Picture
from notifications.posters.sheets import Sheet

BODY, BOLD = Face("Plus Jakarta Sans", 500), Face("Plus Jakarta Sans", 700)
SERIF = Face("Fraunces", 600)
HEAVY = Face("Plus Jakarta Sans", 800)
TITLES = {
    "Plus Jakarta Sans": Style(HEAVY, leading=1.05, tracking=-0.022),
    "Bricolage Grotesque": Style(Face("Bricolage Grotesque", 800), leading=1.0, tracking=-0.015),
    "Archivo": Style(Face("Archivo", 800), leading=1.04, tracking=-0.018),
    "Fraunces": Style(SERIF, leading=1.07, tracking=-0.014),
    "Lora": Style(Face("Lora", 700), leading=1.1, tracking=-0.01),
    "DM Serif Display": Style(Face("DM Serif Display", 400), leading=1.07, tracking=-0.005),
}
"""How titles are set in each of the families that a brand may choose."""
_SERIFS = ("Fraunces", "Lora", "DM Serif Display")
FACES = (BODY, BOLD, HEAVY, SERIF)
"""What every poster needs; a brand's own title face comes on top."""


@dataclass
class Composition:
    """Everything that a family lays out, and the canvas that it lays it on."""

    design: Design
    sheet: Sheet
    palette: Palette
    letters: Letters
    logo: Picture | None = None
    logo_dark: Picture | None = None
    """The logo for dark grounds, where there is one."""
    main: Picture | None = None
    """The work, the cover or the speaker's photograph that the poster is about."""
    faces: tuple[Picture | None, ...] = ()
    qr: str = ""
    canvas: Canvas = field(init=False)

    def __post_init__(self) -> None:
        self.canvas = Canvas(self.sheet)

    @property
    def title_style(self) -> Style:
        """How titles are set: in the brand's own face."""
        return TITLES.get(self.design.font, TITLES["Plus Jakarta Sans"])

    @property
    def serif_style(self) -> Style:
        """How titles of quiet families are set: the brand's own face where it has serifs, else Fraunces."""
        return TITLES[self.design.font if self.design.font in _SERIFS else "Fraunces"]

    @property
    def quote_style(self) -> Style:
        """How somebody's words are set."""
        return Style(self.serif_style.face, leading=1.2, tracking=-0.008)

    @property
    def body(self) -> Style:
        """How plain words are set."""
        return Style(BODY, leading=1.32)

    @property
    def bold(self) -> Style:
        """How words that carry weight are set."""
        return Style(BOLD, leading=1.24)

    @property
    def figures(self) -> Style:
        """How the date's figures are set."""
        return Style(self.title_style.face, leading=0.98, tracking=-0.035)

    @cached_property
    def host(self) -> str:
        """The site's name, short enough to be typed."""
        return urlsplit(self.design.page).netloc.removeprefix("www.")

    def ornament(self, kind: str, width: float, height: float, *colours: str, cell: float = 110) -> str:
        """Return an ornament in three colours (the palette's own where none are given) as a data address."""
        p = self.palette
        one, two, three = (*colours, p.deep)[:3] if colours else (p.primary, p.soft, p.deep)
        drawn: Callable[[], str] = {
            "shoots": lambda: ornament.shoots(
                width, height, colours=(one, two, three), count=max(round(width / cell), 3)
            ),
            "kawung": lambda: ornament.kawung(width, height, ground=one, seed=two, heart=three, cell=cell),
            "star": lambda: ornament.star(width, colour=one, heart=two, ring=three),
            "slope": lambda: ornament.slope(width, height, ground=one, band=two, bead=three, step=cell / 2),
            "chain": lambda: ornament.chain(width, height, line=one, bead=two),
        }[kind]
        return "data:image/svg+xml;base64," + base64.b64encode(drawn().encode()).decode()


def code_of(address: str) -> str:
    """Return the QR code of an address as a data address."""
    code: Any = import_module("segno").make(address, error="m", micro=False)
    return cast("str", code.svg_data_uri(scale=6, border=2, dark="#000000", light="#ffffff"))
