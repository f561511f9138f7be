"""What is on the paper: read back by poppler and a QR reader, for every design, language and length of name."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from certificates.content import DESIGNS, Colours, Failure
from certificates.renderer import ProcessRenderer
from tests.certificates.looking import (
    CODE_URL,
    COLOURS,
    LONG,
    SHORT,
    codes_in,
    information_of,
    picture_of,
    run,
    sample,
    text_of,
)  # fmt: skip

ONE_WORD = "Wolfeschlegelsteinhausenbergerdorff" * 5 + "Muhammadiyah" * 2
NAMES = {
    "short": SHORT,
    "long": LONG,
    "one word": ONE_WORD[:200],
    "two hundred": ("Siti Nurhaliza " * 14)[:200].strip(),
}


def draw(renderer: ProcessRenderer, **changes: object) -> bytes:
    (pdf,) = renderer.render([sample(**changes)])
    assert not isinstance(pdf, Failure), pdf
    return pdf


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
@pytest.mark.parametrize("design", DESIGNS)
def test_everything_is_on_one_page_whatever_the_name(
    renderer: ProcessRenderer, tmp_path: Path, design: str, name: str
) -> None:
    content = sample(design=design, name=name)
    pdf = draw(renderer, design=design, name=name)
    information = information_of(pdf, tmp_path)
    assert (information["Pages"], information["Page size"]) == ("1", "841.89 x 595.276 pts (A4)")
    read = text_of(pdf, tmp_path)
    squeezed = read.replace(" ", "").casefold()
    for expected in (name, content.event_title, content.when, content.hours, content.number, content.organiser,
                     content.signatory_name, CODE_URL.removeprefix("https://")):  # fmt: skip
        assert expected.replace(" ", "").casefold() in squeezed
    assert codes_in(picture_of(pdf, tmp_path)) == [CODE_URL]


@pytest.mark.parametrize("design", DESIGNS)
def test_the_name_stays_on_the_paper(renderer: ProcessRenderer, tmp_path: Path, design: str) -> None:
    """No word of it crosses the margin: 25 mm where the text stands."""
    for name in NAMES.values():
        path = tmp_path / "certificate.pdf"
        path.write_bytes(draw(renderer, design=design, name=name))
        boxes = run("pdftotext", "-bbox", path, "-")
        right_edges = [float(line.split('xMax="')[1].split('"')[0]) for line in boxes.splitlines() if "<word" in line]
        assert max(right_edges) < 841.89 - 40


@pytest.mark.parametrize("design", DESIGNS)
def test_it_is_tagged_titled_and_in_its_language(renderer: ProcessRenderer, tmp_path: Path, design: str) -> None:
    for locale, heading in (("id", "Sertifikat"), ("en", "Certificate")):
        pdf = draw(renderer, design=design, locale=locale, heading=heading, name=SHORT)
        with pikepdf.open(io.BytesIO(pdf)) as document:
            root = document.Root
            assert str(root.Lang) == locale
            assert bool(root.MarkInfo.Marked)
            assert bool(root.ViewerPreferences.DisplayDocTitle)
            assert b"pdfuaid" in root.Metadata.read_bytes()
            contents = b"".join(each.read_bytes() for each in _streams(document.pages[0]))
            assert contents.lstrip().startswith(b"/Artifact BMC")
        title = information_of(pdf, tmp_path)["Title"]
        assert title == f"{heading}: Menulis Cerita Anak: dari Ide sampai Terbit – {SHORT}"
        structure = run("pdfinfo", "-struct-text", tmp_path / "certificate.pdf")
        assert structure.index("H1") < structure.index("H2")
        assert run("qpdf", "--check", tmp_path / "certificate.pdf")


def _streams(page: pikepdf.Page) -> list[pikepdf.Object]:
    contents = page.obj.Contents
    return list(contents) if isinstance(contents, pikepdf.Array) else [contents]


def test_fonts_are_embedded_and_are_those_of_the_design(renderer: ProcessRenderer, tmp_path: Path) -> None:
    families = {"melati": "Cormorant-Garamond", "samudra": "Fraunces"}
    for design, family in families.items():
        (tmp_path / f"{design}.pdf").write_bytes(draw(renderer, design=design))
        lines = run("pdffonts", tmp_path / f"{design}.pdf").splitlines()[2:]
        assert any(family in line for line in lines)
        assert all(line.split()[-5] == "yes" for line in lines), lines


SCRIPTS = {
    "latin": "Žofia Łukasiewicz-Đặng", "javanese": "ꦱꦶꦠꦶ", "arabic": "سيتي نورهاليزا", "chinese": "陳美玲",
    "tamil": "சித்தி", "devanagari": "सीता देवी", "cyrillic": "Анна Каренина", "greek": "Ελένη", "thai": "สมชาย",
    "hebrew": "מרים כהן",
}  # fmt: skip


@pytest.mark.parametrize("script", SCRIPTS)
def test_names_in_other_scripts_have_their_letters(renderer: ProcessRenderer, script: str) -> None:
    """Glyph 0 is the box that stands for a missing letter: no text of ours may show it."""
    with pikepdf.open(io.BytesIO(draw(renderer, name=SCRIPTS[script]))) as document:
        shown = [
            operand
            for instruction in pikepdf.parse_content_stream(document.pages[0])
            if str(instruction.operator) in ("Tj", "TJ")
            for operand in _texts(instruction.operands[0])
        ]
        glyphs = [bytes(text)[at : at + 2] for text in shown for at in range(0, len(bytes(text)), 2)]
    assert len(glyphs) > 100
    assert b"\x00\x00" not in glyphs


def _texts(operand: pikepdf.Object) -> list[pikepdf.Object]:
    parts = list(operand) if isinstance(operand, pikepdf.Array) else [operand]
    return [part for part in parts if isinstance(part, pikepdf.String)]


def test_a_logo_is_shown_and_a_broken_one_left_out(renderer: ProcessRenderer, tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGB", (60, 60), "#ff00ff").save(out, "PNG")
    shown = picture_of(draw(renderer, logo=out.getvalue()), tmp_path, 40)
    assert (255, 0, 255) in {colour for _, colour in shown.getcolors(1_000_000) or []}
    for broken in (b"", b"not an image", b"\x89PNG\r\n\x1a\nbroken", b"<svg"):
        assert SHORT in text_of(draw(renderer, logo=broken, name=SHORT), tmp_path)


def test_colours_that_are_none_are_refused() -> None:
    for colour in ("red", "#12345", "#0f5c5c; } @import url(http://evil)", "", "#0f5c5c\n"):
        with pytest.raises(ValueError, match="primary"):
            Colours(colour, *(4 * ["#ffffff"]))


def test_one_that_takes_too_long_fails_alone(renderer: ProcessRenderer, faces_dir: Path) -> None:
    impatient = ProcessRenderer(renderer._children, faces_dir, seconds_each=0.001)
    results = impatient.render([sample()])
    assert [each.reason for each in results if isinstance(each, Failure)] == ["took_too_long"]
    results = renderer.render([sample(), sample(design="no such design"), sample(name=SHORT)])
    assert [each.reason if isinstance(each, Failure) else "" for each in results] == ["", "not_drawn", ""]


# ---------------------------------------------------------------- nothing that people type reaches a file or a server
@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A web server that notes every request."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_error(404)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    thread.join()
    server.server_close()


def payloads(web: str, file: str) -> list[str]:
    markup = [
        '<img src="{}">', '<link rel="stylesheet" href="{}">', '<link rel="attachment" href="{}">',
        '<a rel="attachment" href="{}">x</a>', '<object data="{}"></object>', '<embed src="{}">',
        '<iframe src="{}"></iframe>', "<style>@import url({});</style>",
        "<style>@font-face{{font-family:x;src:url({})}}*{{font-family:x}}</style>",
        "<style>body{{background:url({})}}</style>", '<p style="background-image:url({})">x</p>',
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="{}"/></svg>',
        '<svg><use href="{}#a"/></svg>', '<base href="{}">', '<meta http-equiv="refresh" content="0;url={}">',
        '</title><img src="{}">', '"><img src="{}">', "'><img src='{}'>", '<video poster="{}"></video>',
        '<input type="image" src="{}">', '<?xml-stylesheet href="{}"?>',
        '<!DOCTYPE x [<!ENTITY e SYSTEM "{}">]><p>&e;</p>', '{{{{ url("{}") }}}}', '<p style="content:url({})">x</p>',
    ]  # fmt: skip
    return [pattern.format(address) for pattern in markup for address in (web, file)]


LOGOS = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{}" width="9" height="9"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><use href="{}#a"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><style>@import url({});</style><rect width="9" height="9"/></svg>',
    '<!DOCTYPE svg [<!ENTITY e SYSTEM "{}">]><svg xmlns="http://www.w3.org/2000/svg"><text>&e;</text></svg>',
    '<?xml-stylesheet href="{}"?><svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>',
)


def test_no_text_and_no_logo_reaches_a_server_or_a_file(
    renderer: ProcessRenderer, tmp_path: Path, listener: tuple[str, list[str]]
) -> None:
    web, seen = listener
    secret = tmp_path / "secret.txt"
    secret.write_text("RAHASIA-7f3a91")
    hostile = payloads(f"{web}/hit", secret.as_uri())
    assert len(hostile) >= 40
    contents = [
        sample(name=each[:200], event_title=each, organiser=each, number=each[:120], signatory_name=each, venue=each)
        for each in hostile
    ]
    contents += [sample(logo=each.format(address).encode()) for each in LOGOS for address in (web, secret.as_uri())]
    drawn = list(renderer.render(contents))
    assert [each for each in drawn if isinstance(each, Failure)] == []
    assert seen == []
    for pdf in drawn:
        assert isinstance(pdf, bytes)
        with pikepdf.open(io.BytesIO(pdf)) as document:
            everything = b"".join(
                each.read_bytes() for each in document.objects if isinstance(each, pikepdf.Stream) and _readable(each)
            )
            assert len(document.attachments) == 0
        assert b"RAHASIA" not in everything
        assert "RAHASIA" not in text_of(pdf, tmp_path)


def _readable(stream: pikepdf.Stream) -> bool:
    return str(stream.get("/Filter", "")) != "/DCTDecode"


def test_the_listener_would_have_noticed(listener: tuple[str, list[str]]) -> None:
    """The control of the test above: WeasyPrint with its own fetcher does knock."""
    import weasyprint  # noqa: PLC0415 - a second to import, for this test only

    web, seen = listener
    weasyprint.HTML(string=f'<img src="{web}/hit">').write_pdf()
    assert seen == ["/hit"]


def test_markup_in_a_name_is_printed_as_it_was_typed(renderer: ProcessRenderer, tmp_path: Path) -> None:
    name = "<b>Ani</b> & 'Budi' {{ 7*7 }}"
    assert name in text_of(draw(renderer, name=name), tmp_path)
    assert COLOURS.primary == "#0f5c5c"
