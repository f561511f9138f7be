"""Drawing a poster: a `Design` becomes three pictures and one page to print. Runs in a child process.

WeasyPrint lays out, pdfium turns the page into pixels, Pillow writes the JPEG. The only addresses that can be read are
``data:`` ones and our own typefaces, and every text is escaped. The largest size at which a title fits is measured with
the typeface itself before anything is laid out.

A page is two layers. The ground (cloth, shoots, bands of colour) is the same on every poster of a brand and costs more
than all words, so a process draws it once and lays it under the words of each poster.
"""

from __future__ import annotations

import base64
import functools
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import jinja2
import msgspec

from events import typefaces, underlay
from events.processes import ChildProcesses
from events.typefaces import Face, Foundry
from notifications import posters_ornament as ornament
from notifications.posters_design import HOUSE_LAYOUT, Design, Draw
from notifications.posters_palette import Palette, palette_of
from notifications.posters_web import web_pictures

_TEMPLATES = Path(__file__).with_name("templates") / "posters"
_SANS, _SANS_BOLD, _SANS_HEAVY = (Face("Plus Jakarta Sans", weight) for weight in (500, 700, 800))
_SERIF = Face("Fraunces", 600)
FACES = (_SANS, _SANS_BOLD, _SANS_HEAVY, _SERIF)
TIMEOUT = 90.0
"""Seconds for all formats of one poster, of which the first one of a child also takes WeasyPrint's import."""
_A3_WIDTH = 297 / 25.4 * 96
_QUALITY = 90
_SMALLEST_TITLE, _LEADING = 26, 1.09
_GROUNDS_KEPT = 64
"""Three brands in every layout and format, at up to 150 kB each."""
_NOBODY = {"locale": "", "title": "", "organiser": ""}
"""Stands for the design where only the ground is drawn."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One format: its size in pixels, and the margins within which text may stand."""

    name: str
    width: int
    height: int
    side: int
    top: int
    bottom: int
    scale: float
    """How much larger small words are than on the square: a story is read at arm's length, a print from the wall."""


SHEETS = (
    Sheet("square", 1080, 1080, 72, 64, 60, 1.0),
    Sheet("portrait", 1080, 1350, 76, 76, 72, 1.08),
    # A story's upper and lower seventh lie below the app's own buttons.
    Sheet("story", 1080, 1920, 84, 250, 300, 1.22),
    Sheet("print", 1080, 1527, 84, 84, 84, 1.18),
)
CARD = Sheet("card", 1200, 630, 80, 72, 64, 1.2)
"""An organiser's card, in the size of a link's preview."""


def draw(design: bytes, pictures: Mapping[str, bytes], faces_dir: str) -> dict[str, bytes]:
    """Return the files of a design (MessagePack) by format.

    They are JPEG for screens, an A3 PDF under ``print``, and what pages show (`notifications.posters_web`); an
    organiser's card is one JPEG.

    `pictures` are the logo and the photographs that the design names by key; what cannot be read as a picture is left
    out. `faces_dir` is the folder of `events.typefaces`.
    """
    wanted = msgspec.msgpack.decode(design, type=Design)
    easel = _easel(faces_dir)
    drawn: dict[str, bytes] = {}
    for sheet in (CARD,) if wanted.layout == HOUSE_LAYOUT else SHEETS:
        pdf = easel.page(wanted, sheet, pictures)
        drawn[sheet.name] = pdf if sheet.name == "print" else _jpeg(pdf, sheet)
    return drawn | (web_pictures(drawn["portrait"]) if "portrait" in drawn else {})


def drawing_in(children: ChildProcesses, faces_dir: Path) -> Draw:
    """Return the `Draw` of `notifications.posters` that works in child processes, with its typefaces in `faces_dir`.

    Any number of threads may draw with it. It raises `events.processes.ChildFailed`.
    """
    foundry = Foundry(children, faces_dir)

    def draw_in_child(design: Design, pictures: Mapping[str, bytes]) -> Mapping[str, bytes]:
        foundry.provide(FACES)
        return children.run(draw, msgspec.msgpack.encode(design), dict(pictures), str(faces_dir), timeout=TIMEOUT)

    return draw_in_child


class Easel:
    """Typefaces and templates, made ready once for several pages."""

    def __init__(self, faces_dir: Path) -> None:
        self._folder = faces_dir
        self._faces = typefaces.make(faces_dir, FACES)
        import weasyprint  # noqa: PLC0415 - a second and 50 MB that only a drawing process should pay

        self._weasyprint: Any = weasyprint
        self._fonts: Any = self._weasyprint.text.fonts.FontConfiguration()
        self._sheet: Any = self._weasyprint.CSS(
            string=typefaces.stylesheet(self._faces), font_config=self._fonts, url_fetcher=self._fetcher(own=True)
        )
        self._grounds: dict[tuple[str, str, Palette], bytes] = {}

    def page(self, design: Design, sheet: Sheet, pictures: Mapping[str, bytes]) -> bytes:
        """Return one page as PDF, 1080 CSS pixels wide, or A3 for the sheet to print."""
        words = self._pdf(self.html(design, sheet, pictures), sheet)
        return underlay.lay_under(words, self._ground(design, sheet))

    def html(self, design: Design, sheet: Sheet, pictures: Mapping[str, bytes]) -> str:
        """Return the words of a page, before layout."""
        palette = palette_of(design.brand())
        return (
            _environment()
            .get_template(f"{design.layout}.html")
            .render(
                part="words",
                d=design,
                s=sheet,
                c=palette,
                fit=self._fit,
                ornament=functools.partial(_ornament, palette=palette),
                logo=_picture_uri(pictures.get(design.logo_key or "")),
                photos=[_picture_uri(pictures.get(voice.photo_key or "")) for voice in design.speakers],
                initials=[initials(voice.name) for voice in design.speakers],
                host=urlsplit(design.page).netloc,
                k=sheet.scale,
                qr=_qr(design.page) if sheet.name == "print" else "",
            )
        )

    def _ground(self, design: Design, sheet: Sheet) -> bytes:
        """Return what lies under the words: nothing of it depends on the event."""
        palette = palette_of(design.brand())
        key = (design.layout, sheet.name, palette)
        if key not in self._grounds:
            if len(self._grounds) >= _GROUNDS_KEPT:
                self._grounds.clear()
            template = _environment().get_template(f"{design.layout}.html")
            ornament_of = functools.partial(_ornament, palette=palette)
            html = template.render(part="ground", s=sheet, c=palette, k=sheet.scale, d=_NOBODY, ornament=ornament_of)
            self._grounds[key] = underlay.prepare(self._pdf(html, sheet))
        return self._grounds[key]

    def _pdf(self, html: str, sheet: Sheet) -> bytes:
        document = self._weasyprint.HTML(string=html, url_fetcher=self._fetcher(own=False))
        zoom = _A3_WIDTH / sheet.width if sheet.name == "print" else 1
        return cast("bytes", document.write_pdf(stylesheets=[self._sheet], font_config=self._fonts, zoom=zoom))

    def _fit(self, text: str, width: float, height: float, largest: int, *, serif: bool = False) -> int:
        """Return the largest size in px at which `text` fits into `width` × `height` px."""
        font = self._folder / (_SERIF if serif else _SANS_HEAVY).file_name
        measured = _widths(text.split(), str(font) if font.exists() else "")
        for size in range(largest, _SMALLEST_TITLE, -2):
            if _lines(measured, width / size * 0.98) * size * _LEADING <= height:
                return size
        return _SMALLEST_TITLE

    def _fetcher(self, *, own: bool) -> Any:
        plain: Any = self._weasyprint.urls.URLFetcher(allowed_protocols={"data"}, allow_redirects=False)

        def fetch(url: str, *args: Any, **kwargs: Any) -> Any:
            scheme, _, name = url.partition(":")
            if own and scheme == typefaces.SCHEME:
                return self._weasyprint.urls.URLFetcherResponse(url, (self._folder / Path(name).name).read_bytes())
            return plain.fetch(url, *args, **kwargs)

        return fetch if own else plain


@functools.lru_cache(maxsize=1)
def _easel(faces_dir: str) -> Easel:
    return Easel(Path(faces_dir))


@functools.lru_cache(maxsize=8)
def _font(path: str) -> Any:
    fonts = import_module("PIL.ImageFont")
    return fonts.truetype(path, 100) if path else fonts.load_default(100)


def _widths(words: Sequence[str], font: str) -> tuple[list[float], float]:
    """Return the width of each word and of a blank, for a size of 1 px."""
    measure = _font(font)
    return [float(measure.getlength(word)) / 100 for word in words], float(measure.getlength(" ")) / 100


def _lines(measured: tuple[list[float], float], width: float) -> int:
    """Return how many lines greedy breaking takes; a word that is too wide by itself never fits."""
    widths, blank = measured
    lines, used = 1, 0.0
    for word in widths:
        if word > width:
            return 1_000
        needed = used + blank + word if used else word
        if needed > width:
            lines, needed = lines + 1, word
        used = needed
    return lines


def initials(name: str) -> str:
    """Return up to two letters of a name without its titles: ``Dr. Hj. Siti Aminah, S.Pd.`` gives ``SA``."""
    words = [word for word in name.partition(",")[0].split() if not word.endswith(".") and word[0].isalpha()]
    return "".join(word[0].upper() for word in words[:2]) or name[:1].upper()


def _ornament(kind: str, width: float, height: float, *, palette: Palette, on: str = "primary", **more: Any) -> str:
    """Return an ornament in the palette's colours as a data address."""
    ground, middle, far = (
        (palette.primary, palette.soft, palette.deep)
        if on == "primary"
        else (palette.paper, palette.tint, palette.accent)
    )
    drawn = {
        "shoots": lambda: ornament.shoots(width, height, colours=(palette.deep, palette.soft, palette.accent), **more),
        "kawung": lambda: ornament.kawung(width, height, ground=ground, seed=middle, heart=far, **more),
        "kawung_loud": lambda: ornament.kawung(
            width, height, ground=palette.primary, seed=palette.accent, heart=palette.deep, **more
        ),
        "star": lambda: ornament.star(width, colour=palette.accent, heart=palette.accent, ring=palette.primary),
        "slope": lambda: ornament.slope(
            width, height, ground=palette.primary, band=palette.soft, bead=palette.accent, **more
        ),
    }[kind]()
    return _data_uri("image/svg+xml", drawn.encode())


def _data_uri(kind: str, body: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(body).decode()}"


def _picture_uri(body: bytes | None) -> str:
    """Return a picture as a data address, made anew from its pixels and no larger than it is shown."""
    if not body:
        return ""
    image: Any = import_module("PIL.Image")
    try:
        with image.open(io.BytesIO(body)) as picture:
            picture.thumbnail((600, 600))
            out = io.BytesIO()
            picture.convert("RGBA").save(out, "PNG")
    except (OSError, ValueError, SyntaxError, image.DecompressionBombError):
        return ""
    return _data_uri("image/png", out.getvalue())


def _qr(address: str) -> str:
    code: Any = import_module("segno").make(address, error="m", micro=False)
    return cast("str", code.svg_data_uri(scale=6, border=2, dark="#000000", light="#ffffff"))


def _jpeg(pdf: bytes, sheet: Sheet) -> bytes:
    """Return the page's pixels as JPEG: progressive, and far below what any channel takes."""
    pdfium: Any = import_module("pypdfium2")
    document = pdfium.PdfDocument(pdf)
    try:
        picture = document[0].render(scale=96 / 72).to_pil().convert("RGB")
    finally:
        document.close()
    if picture.size != (sheet.width, sheet.height):
        picture = picture.resize((sheet.width, sheet.height))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY, progressive=True, optimize=True)
    return out.getvalue()


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
