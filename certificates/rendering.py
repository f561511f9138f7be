"""From a `CertificateContent` to a tagged PDF (PDF/UA-1). Runs in a child process; knows no database and no network.

Nothing that people typed can reach a file or a server: the document may load ``data:`` addresses only, and its markup
is escaped. What stays the same between certificates (typefaces, stylesheets, ornaments) is parsed once a process,
which makes it 2.5 times as fast.
"""

from __future__ import annotations

import base64
import functools
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import segno

from certificates.content import CertificateContent, Colours, mix
from certificates.fitting import Measure, fit, measure_of
from events.media import typefaces, underlay
from events.media.typefaces import Face

_TEMPLATES = Path(__file__).parent / "templates"
_QR_MASK = 3
"""A fixed mask saves the search for the best one: 2 ms instead of 6, and every reader copes."""
_IMAGE_TYPES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"RIFF", "image/webp"))


@dataclass(frozen=True, slots=True)
class Box:
    """Where a text of any length must fit: its typeface, the width in points, sizes to try, and how many lines."""

    face: Face
    width: float
    largest: int
    smallest: int
    lines: int

    @property
    def sizes(self) -> tuple[float, ...]:
        """Return the sizes in points, largest first."""
        return tuple(map(float, range(self.largest, self.smallest - 1, -1)))


@dataclass(frozen=True, slots=True)
class Design:
    """What a design is set in, and its two texts of unknown length."""

    faces: tuple[Face, ...]
    name: Box
    title: Box


_SANS = (Face("Plus Jakarta Sans", 400), Face("Plus Jakarta Sans", 600))
_BOOK, _BOOK_BOLD, _BOOK_ITALIC = (
    Face("Cormorant Garamond", 500),
    Face("Cormorant Garamond", 600),
    Face("Cormorant Garamond", 500, italic=True),
)
_SOFT, _SOFT_BOLD, _SOFT_ITALIC = Face("Fraunces", 400), Face("Fraunces", 600), Face("Fraunces", 400, italic=True)

_DESIGNS = {
    "melati": Design(
        (*_SANS, _BOOK, _BOOK_BOLD, _BOOK_ITALIC), Box(_BOOK_BOLD, 610, 52, 13, 2), Box(_BOOK_BOLD, 560, 26, 10, 3)
    ),
    "samudra": Design(
        (*_SANS, _SOFT, _SOFT_BOLD, _SOFT_ITALIC), Box(_SOFT_BOLD, 500, 44, 11, 2), Box(_SOFT, 500, 22, 9, 3)
    ),
}


def render(content: CertificateContent, faces_dir: str) -> bytes:
    """Return the PDF of one certificate: A4 landscape, one page, tagged, with title and language.

    `faces_dir` is the folder of `events.media.typefaces`; faces that are missing there are made first, and where their
    package is not installed the system's fonts stand in. Raises `KeyError` for a design that does not exist.
    """
    press = _press(content.design, content.colours, faces_dir)
    return press.print(content)


def faces_of(designs: Iterable[str]) -> set[Face]:
    """Return the typefaces that `designs` are set in; designs that do not exist have none."""
    return {face for name in designs if name in _DESIGNS for face in _DESIGNS[name].faces}


@functools.lru_cache(maxsize=16)
def _press(design: str, colours: Colours, faces_dir: str) -> _Press:
    return _Press(design, colours, Path(faces_dir))


class _Press:
    """One design in one brand's colours, ready to print."""

    def __init__(self, design: str, colours: Colours, faces_dir: Path) -> None:
        self._design = _DESIGNS[design]
        templates = _environment()
        self._page = templates.get_template(f"{design}/certificate.html")
        stylesheet = templates.get_template(f"{design}/certificate.css").render(colours=colours)
        made = typefaces.make(faces_dir, self._design.faces)
        self._measures: dict[Face, Measure] = {face: measure_of(faces_dir / face.file_name) for face in made}
        self._fonts, self._sheet = _parse(typefaces.stylesheet(made) + stylesheet, faces_dir)
        self._ground = _ground(templates.get_template(f"{design}/ornament.svg").render(colours=colours))

    def print(self, content: CertificateContent) -> bytes:
        html = self._page.render(
            c=content,
            qr=_qr(content.verify_url, content.colours.ink),
            logo=_image_uri(content.logo),
            name=self._fit(content.name, self._design.name),
            title=self._fit(content.event_title, self._design.title),
        )
        document = _weasyprint().HTML(string=html, url_fetcher=_document_fetcher())
        text = document.write_pdf(stylesheets=[self._sheet], font_config=self._fonts, pdf_variant="pdf/ua-1")
        return underlay.lay_under(text, self._ground)

    def _fit(self, text: str, box: Box) -> dict[str, float]:
        measure: Measure = self._measures.get(box.face) or measure_of(None)
        size, lines = fit(text, measure, width=box.width, sizes=box.sizes, lines=box.lines)
        return {"size": size, "lines": lines}


@functools.cache
def _environment() -> jinja2.Environment:
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = templates.filters
    filters.update(mix=mix, spoken_url=_spoken_url)
    return templates


def _spoken_url(url: str) -> str:
    """Return an address as people write it down: without its scheme."""
    return url.partition("://")[2] or url


@functools.cache
def _weasyprint() -> Any:
    """Import WeasyPrint: a second and 50 MB that only a rendering process should pay."""
    import weasyprint  # noqa: PLC0415 - see above

    return weasyprint


@functools.cache
def _document_fetcher() -> Any:
    return _weasyprint().urls.URLFetcher(allowed_protocols={"data"}, allow_redirects=False)


def _parse(stylesheet: str, faces_dir: Path) -> tuple[Any, Any]:
    """Parse a design's own stylesheet, which alone may also load typefaces, and only from `faces_dir`."""
    weasyprint = _weasyprint()
    own = _document_fetcher()

    def fetch(url: str, *args: Any, **kwargs: Any) -> Any:
        scheme, _, file_name = url.partition(":")
        if scheme != typefaces.SCHEME:
            return own.fetch(url, *args, **kwargs)
        return weasyprint.urls.URLFetcherResponse(url, (faces_dir / Path(file_name).name).read_bytes())

    fonts = weasyprint.text.fonts.FontConfiguration()
    return fonts, weasyprint.CSS(string=stylesheet, font_config=fonts, url_fetcher=fetch)


def _ground(ornament: str) -> bytes:
    """Return the ornament alone, ready to lie under a page: parsing it costs more than everything else."""
    image = _data_uri("image/svg+xml", ornament.encode())
    html = (
        "<style>@page { size: A4 landscape; margin: 0 } body { margin: 0 } img { display: block }</style>"
        f'<img src="{image}" alt="">'
    )
    return underlay.prepare(_weasyprint().HTML(string=html, url_fetcher=_document_fetcher()).write_pdf())


def _qr(url: str, colour: str) -> str:
    """Return a QR code of `url` as a ``data:`` address, quiet zone included (ISO/IEC 18004 asks for 4 modules).

    A PNG: WeasyPrint would take longer for the SVG's path than for all the text.
    """
    out = io.BytesIO()
    segno.make(url, error="m", mask=_QR_MASK, micro=False).save(
        out, kind="png", scale=8, border=4, dark=colour, light="#ffffff"
    )
    return _data_uri("image/png", out.getvalue())


def _image_uri(image: bytes | None) -> str | None:
    if not image:
        return None
    for signature, media_type in _IMAGE_TYPES:
        if image.startswith(signature):
            return _data_uri(media_type, image)
    return _data_uri("image/svg+xml", image) if b"<svg" in image[:2000] else None


def _data_uri(media_type: str, body: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(body).decode()}"
