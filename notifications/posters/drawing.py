"""Drawing a poster: a `Design` becomes pictures for screens and sheets to print. Runs in a child process.

A family lays everything out by measure (`families`), WeasyPrint sets it, pdfium turns the page into pixels, Pillow
writes the JPEG. The only addresses that can be read are ``data:`` ones and our own typefaces; every text is escaped.

A page is two layers. The ground (cloth, shoots, bands of colour) is the same on every poster of a brand and costs more
than all words, so a process draws it once and lays it under the words of each poster.
"""

from __future__ import annotations

import functools
import hashlib
import io
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import msgspec

from events.media import typefaces, underlay
from events.media.processes import ChildProcesses
from events.media.typefaces import Foundry
from notifications.posters import printing
from notifications.posters.canvas import Canvas
from notifications.posters.composition import FACES, TITLES, Composition, code_of
from notifications.posters.design import HOUSE_LAYOUT, Design, Draw, leaves_of
from notifications.posters.families import FAMILIES
from notifications.posters.lettering import Letters
from notifications.posters.palette import palette_of
from notifications.posters.pictures import decode
from notifications.posters.sheets import PRINT, SHEET_OF, SHEETS, Sheet
from notifications.posters.web import web_pictures

TIMEOUT = 120.0
"""Seconds for all formats of one poster, of which the first one of a child also takes WeasyPrint's import."""
_QUALITY = 90
_GROUNDS_KEPT = 64
"""Some brands in the layouts and formats in use, at up to 150 kB each."""
CARD = SHEET_OF["landscape"]
"""An organiser's card is what a link's preview is: lying."""


def draw(design: bytes, pictures: Mapping[str, bytes], faces_dir: str) -> dict[str, bytes]:
    """Return the files of a design (MessagePack) by format.

    They are JPEG for screens; ``print``, an A3 PDF for the library's own printer; ``press``, the same with bleed and
    crop marks for a print shop; what pages show (`notifications.posters.web`); and ``leaf-1``, ``leaf-2`` … where there
    is a row of pictures to leaf through. An organiser's card is one JPEG.

    `pictures` are the logo and the photographs that the design names by key; what cannot be read as a picture is left
    out. `faces_dir` is the folder of `events.media.typefaces`.
    """
    wanted = msgspec.msgpack.decode(design, type=Design)
    easel = _easel(faces_dir)
    if wanted.layout == HOUSE_LAYOUT:
        return {"card": _jpeg(easel.page(wanted, CARD, pictures), CARD)}
    drawn: dict[str, bytes] = {}
    for sheet in SHEETS:
        pdf = easel.page(wanted, sheet, pictures)
        if sheet is PRINT:
            drawn["press"], drawn["print"] = printing.with_marks(pdf), printing.trimmed(pdf)
        else:
            drawn[sheet.name] = _jpeg(pdf, sheet)
    portrait = SHEET_OF["portrait"]
    for number, leaf in enumerate(leaves_of(wanted), start=1):
        drawn[f"leaf-{number}"] = _jpeg(easel.page(leaf, portrait, pictures), portrait)
    return drawn | web_pictures(drawn["portrait"], drawn["landscape"])


def drawing_in(children: ChildProcesses, faces_dir: Path) -> Draw:
    """Return a `Draw` that works in child processes, with its typefaces in `faces_dir`.

    Any number of threads may draw with it. It raises `events.media.processes.ChildFailed`.
    """
    foundry = Foundry(children, faces_dir)

    def draw_in_child(design: Design, pictures: Mapping[str, bytes]) -> Mapping[str, bytes]:
        foundry.provide(faces_of(design.font))
        return children.run(draw, msgspec.msgpack.encode(design), dict(pictures), str(faces_dir), timeout=TIMEOUT)

    return draw_in_child


def faces_of(font: str) -> list[typefaces.Face]:
    """Return the typefaces that a poster in a brand's `font` is set in."""
    own = TITLES.get(font)
    return list(dict.fromkeys((*FACES, *([own.face] if own else []))))


class Easel:
    """Typefaces made ready once for several pages."""

    def __init__(self, faces_dir: Path) -> None:
        self._folder = faces_dir
        import weasyprint  # noqa: PLC0415 - a second and 50 MB that only a drawing process should pay

        self._weasyprint: Any = weasyprint
        self._fonts: Any = self._weasyprint.text.fonts.FontConfiguration()
        self._letters = Letters(faces_dir)
        self._sheets: dict[str, Any] = {}
        self._grounds: dict[str, bytes] = {}

    def page(self, design: Design, sheet: Sheet, pictures: Mapping[str, bytes]) -> bytes:
        """Return one page as PDF, a CSS pixel for each of the sheet's; the sheet to print with its margins, in A3."""
        return self.set(self.compose(design, sheet, pictures), design.font)

    def compose(self, design: Design, sheet: Sheet, pictures: Mapping[str, bytes]) -> Composition:
        """Return everything of a page at its place, before it is set."""
        self._style(design.font)  # measuring needs the typefaces' files
        alone = design.speakers[0].photo_key if len(design.speakers) == 1 else None
        composition = Composition(
            design=design,
            sheet=sheet,
            palette=palette_of(design.brand()),
            letters=self._letters,
            logo=decode(pictures.get(design.logo_key or "")),
            logo_dark=decode(pictures.get(design.logo_dark_key or "")),
            main=decode(pictures.get(design.picture_key or alone or "")),
            faces=tuple(decode(pictures.get(each.photo_key or "")) for each in design.speakers),
            qr=code_of(design.page) if sheet is PRINT else "",
        )
        FAMILIES[design.layout](composition)
        return composition

    def set(self, composition: Composition, font: str, *, without_words: bool = False) -> bytes:
        """Return a composition as PDF; `without_words` shows what is behind them."""
        canvas = composition.canvas
        over = [each for each in canvas.over if not (without_words and each.startswith('<div class="t"'))]
        words = self._pdf(_html(composition.design, canvas, over), canvas.sheet, font)
        return underlay.lay_under(words, self._ground(canvas, font)) if canvas.ground else words

    def _ground(self, canvas: Canvas, font: str) -> bytes:
        """Return what lies under the words: nothing of it depends on the event."""
        page = _html(None, canvas, canvas.ground)
        key = hashlib.sha256(page.encode()).hexdigest()
        if key not in self._grounds:
            if len(self._grounds) >= _GROUNDS_KEPT:
                self._grounds.clear()
            self._grounds[key] = underlay.prepare(self._pdf(page, canvas.sheet, font))
        return self._grounds[key]

    def _pdf(self, page: str, sheet: Sheet, font: str) -> bytes:
        document = self._weasyprint.HTML(string=page, url_fetcher=self._fetcher(own=False))
        zoom = printing.ZOOM if sheet is PRINT else 1
        return cast("bytes", document.write_pdf(stylesheets=[self._style(font)], font_config=self._fonts, zoom=zoom))

    def _style(self, font: str) -> Any:
        if font not in self._sheets:
            made = typefaces.make(self._folder, faces_of(font))
            self._sheets[font] = self._weasyprint.CSS(
                string=typefaces.stylesheet(made), font_config=self._fonts, url_fetcher=self._fetcher(own=True)
            )
        return self._sheets[font]

    def _fetcher(self, *, own: bool) -> Any:
        plain: Any = self._weasyprint.urls.URLFetcher(allowed_protocols={"data"}, allow_redirects=False)

        def fetch(url: str, *args: Any, **kwargs: Any) -> Any:
            scheme, _, name = url.partition(":")
            if own and scheme == typefaces.SCHEME:
                return self._weasyprint.urls.URLFetcherResponse(url, (self._folder / Path(name).name).read_bytes())
            return plain.fetch(url, *args, **kwargs)

        return fetch if own else plain


def _html(design: Design | None, canvas: Canvas, parts: list[str]) -> str:
    """Return a page of boxes; on the sheet to print they lie within margins, cut off where the bleed ends."""
    s = canvas.sheet
    margin = printing.MARGIN if s is PRINT else 0
    marks = printing.crop_marks(s) if s is PRINT and design is not None else ""
    cut = (
        f"left:{margin - s.bleed:.2f}px;top:{margin - s.bleed:.2f}px;"
        f"width:{s.width + 2 * s.bleed:.2f}px;height:{s.height + 2 * s.bleed:.2f}px"
    )
    return (
        f'<!doctype html><html lang="{design.locale if design else ""}"><meta charset="utf-8"><title>Poster</title>'
        "<style>"
        f"@page{{size:{s.width + 2 * margin:.2f}px {s.height + 2 * margin:.2f}px;margin:0}}"
        "*{margin:0;padding:0;box-sizing:border-box}div,img{position:absolute;display:block}.t{white-space:pre}"
        f'</style><body><div style="{cut};overflow:hidden"><div style="left:{s.bleed:.2f}px;top:{s.bleed:.2f}px;'
        f'width:{s.width}px;height:{s.height}px">{"".join(parts)}</div></div>{marks}</body></html>'
    )


@functools.lru_cache(maxsize=1)
def _easel(faces_dir: str) -> Easel:
    return Easel(Path(faces_dir))


def rasterise(pdf: bytes, size: tuple[int, int]) -> Any:
    """Return a page's pixels (`PIL.Image`, RGB)."""
    pdfium: Any = import_module("pypdfium2")
    document = pdfium.PdfDocument(pdf)
    try:
        picture = document[0].render(scale=96 / 72).to_pil().convert("RGB")
    finally:
        document.close()
    return picture if picture.size == size else picture.resize(size)


def _jpeg(pdf: bytes, sheet: Sheet) -> bytes:
    """Return the page as JPEG: progressive, and far below what any channel takes."""
    out = io.BytesIO()
    rasterise(pdf, (sheet.width, sheet.height)).save(out, "JPEG", quality=_QUALITY, progressive=True, optimize=True)
    return out.getvalue()
