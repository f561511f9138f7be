"""From a report's HTML to a tagged PDF (PDF/UA-1). Runs in a child process; knows no database and no network.

The document may load ``data:`` addresses only, and everything that people typed came into it escaped.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, cast

from events.media import typefaces
from events.media.typefaces import Face

FACES = tuple(Face("Plus Jakarta Sans", weight) for weight in (400, 600, 800))
SECONDS = 120.0
"""A thousand lines take some seconds; what takes two minutes was made to."""


def draw(html: str, faces_dir: str) -> bytes:
    """Return the PDF of a report. Faces that are missing in `faces_dir` are made first, or the system's stand in."""
    weasyprint = _weasyprint()
    sheet, fonts = _typefaces(faces_dir)
    document = weasyprint.HTML(string=html, url_fetcher=_fetcher())
    return cast("bytes", document.write_pdf(stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/ua-1"))


@functools.cache
def _weasyprint() -> Any:
    """Import WeasyPrint: a second and 50 MB that only a drawing process should pay."""
    import weasyprint  # noqa: PLC0415 - see above

    return weasyprint


@functools.cache
def _fetcher() -> Any:
    return _weasyprint().urls.URLFetcher(allowed_protocols={"data"}, allow_redirects=False)


@functools.lru_cache(maxsize=2)
def _typefaces(faces_dir: str) -> tuple[Any, Any]:
    """Parse our own stylesheet, which alone may also load typefaces, and only from `faces_dir`."""
    weasyprint, folder, own = _weasyprint(), Path(faces_dir), _fetcher()
    made = typefaces.make(folder, FACES)

    def fetch(url: str, *args: Any, **kwargs: Any) -> Any:
        scheme, _, file_name = url.partition(":")
        if scheme != typefaces.SCHEME:
            return own.fetch(url, *args, **kwargs)
        return weasyprint.urls.URLFetcherResponse(url, (folder / Path(file_name).name).read_bytes())

    fonts = weasyprint.text.fonts.FontConfiguration()
    return weasyprint.CSS(string=typefaces.stylesheet(made), font_config=fonts, url_fetcher=fetch), fonts
