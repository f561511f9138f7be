"""The drawing itself: every layout in every format, with titles of any length, in any colours."""

from __future__ import annotations

import io
import itertools
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from events.brand import Brand, contrast
from events.media.processes import ChildProcesses
from notifications.channels.limits import LIMITS
from notifications.posters import ornament, printing
from notifications.posters.choosing import CHOICES
from notifications.posters.design import Design, Voice, leaves_of
from notifications.posters.drawing import Easel, drawing_in, rasterise
from notifications.posters.palette import palette_of
from notifications.posters.pieces import initials
from notifications.posters.sheets import PRINT, SHEET_OF
from tests.notifications.posters.samples import BAD_TITLES, TALK, sample
from tests.support.running import TYPEFACES


def design(**changes: Any) -> Design:
    return msgspec.structs.replace(TALK, **changes)


@pytest.fixture(scope="module")
def faces() -> Path:
    TYPEFACES.mkdir(exist_ok=True)
    return TYPEFACES


@pytest.fixture(scope="module")
def easel(faces: Path) -> Easel:
    return Easel(faces)


@pytest.fixture
def children() -> Iterator[ChildProcesses]:
    pool = ChildProcesses(1)
    yield pool
    pool.close()


def words_and_boxes(pdf: bytes) -> tuple[str, list[tuple[float, float, float, float]], tuple[float, float]]:
    """Return a page's text, the box of each of its visible characters, and the page's size, in points."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        assert len(document) == 1
        page = document[0]
        text = page.get_textpage()
        told = text.get_text_range()
        boxes = [text.get_charbox(at) for at in range(text.count_chars()) if text.get_text_range(at, 1).strip()]
        return told, boxes, page.get_size()
    finally:
        document.close()


@pytest.mark.parametrize(("title", "family"), [*zip(BAD_TITLES, itertools.cycle(CHOICES), strict=False)])
def test_what_was_measured_is_what_is_printed(easel: Easel, title: str, family: str) -> None:
    shown, pictures = sample(title)
    for sheet in (SHEET_OF["square"], SHEET_OF["landscape"]):
        pdf = easel.page(msgspec.structs.replace(shown, layout=family), sheet, pictures)
        _, boxes, (width, height) = words_and_boxes(pdf)
        for left, bottom, right, top in boxes:
            assert left >= 0, sheet.name
            assert right <= width, sheet.name
            assert bottom >= 0, sheet.name
            assert top <= height, sheet.name


def test_a_print_shop_gets_bleed_and_marks_and_the_library_a_sheet_of_a3(easel: Easel) -> None:
    pdf = easel.page(design(layout="cloth"), PRINT, {})
    for body, media, bleed in (
        (printing.with_marks(pdf), (0, 0, 317, 440), (7, 7, 310, 433)),
        (printing.trimmed(pdf), (10, 10, 307, 430), (10, 10, 307, 430)),
    ):
        with pikepdf.open(io.BytesIO(body)) as document:
            page = document.pages[0]
            boxes = [[round(float(side) / 72 * 25.4, 1) for side in box] for box in (page.mediabox, page.bleedbox)]
            assert boxes == [list(media), list(bleed)]
            assert [round(float(side) / 72 * 25.4, 1) for side in page.trimbox] == [10, 10, 307, 430]
    pixels = rasterise(printing.with_marks(pdf), (1585, 2200))
    assert [pixels.getpixel(at) for at in ((20, 1100), (5, 30), (37, 1100))].count((255, 255, 255)) == 2
    assert pixels.getpixel((37, 1100)) != (255, 255, 255), "the cloth runs over the cut"
    assert min(pixels.crop((15, 45, 33, 55)).convert("L").tobytes()) < 90, "a crop mark"


def test_who_speaks_and_what_hangs_is_leafed_through(easel: Easel) -> None:
    talk, pictures = sample("talk")
    show, _ = sample("show")
    assert [leaf.title for leaf in leaves_of(talk)] == [voice.name for voice in talk.speakers]
    assert [leaf.title for leaf in leaves_of(show)] == ["Gurindam Dua Belas", "Syair Perahu"]
    assert leaves_of(sample("speaker")[0]) == ()
    for leaf in (*leaves_of(talk), *leaves_of(show)):
        lines = easel.compose(leaf, SHEET_OF["portrait"], pictures).canvas.lines
        said = " ".join(line.text for line in lines)
        assert leaf.title in said
        assert leaf.about in said


def test_a_child_draws_all_formats_in_their_sizes(children: ChildProcesses, faces: Path) -> None:
    photo = io.BytesIO()
    Image.new("RGB", (2000, 1500), "#884422").save(photo, "JPEG")
    voices = (
        Voice(name="Sulastri", affiliation="", photo_key="photo"),
        Voice(name="X", affiliation="", photo_key="bad"),
    )
    pictures = {"photo": photo.getvalue(), "bad": b"not a picture"}
    files = drawing_in(children, faces)(design(speakers=voices), pictures)
    sizes = {}
    for name in ("square", "portrait", "story", "landscape", "slide", "leaf-1", "leaf-2"):
        with Image.open(io.BytesIO(files[name])) as picture:
            sizes[name] = (picture.format, *picture.size)
    assert sizes == {
        "square": ("JPEG", 1080, 1080),
        "portrait": ("JPEG", 1080, 1350),
        "story": ("JPEG", 1080, 1920),
        "landscape": ("JPEG", 1200, 630),
        "slide": ("JPEG", 1920, 1080),
        "leaf-1": ("JPEG", 1080, 1350),
        "leaf-2": ("JPEG", 1080, 1350),
    }
    smallest = min(limits.image_bytes for limits in LIMITS.values())
    assert all(len(body) < smallest / 4 for body in files.values())
    _, _, (width, height) = words_and_boxes(files["print"])
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (297, 420)


def test_what_people_typed_is_text_and_opens_nothing(easel: Easel, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    Image.new("RGB", (10, 10)).save(secret)
    title = f'<img src="{secret.as_uri()}"> & <b>tebal</b>'
    composition = easel.compose(design(title=title), SHEET_OF["square"], {})
    assert not [each for each in composition.canvas.over if "<b>" in each or "<img src" in each]
    told, _, _ = words_and_boxes(easel.set(composition, "Fraunces"))
    assert "<b>tebal</b>" in "".join(told.split("\r\n")).replace("\n", "")


def test_no_address_but_data_is_read(easel: Easel) -> None:
    for address in ("file:///etc/hostname", "http://127.0.0.1:1/x", "acara-face:plus.ttf"):
        with pytest.raises(Exception, match=r".+"):
            easel._fetcher(own=False).fetch(address)


colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(primary=colours, accent=colours, paper=colours, ink=colours)
def test_no_text_stands_on_a_ground_it_cannot_be_read_on(primary: str, accent: str, paper: str, ink: str) -> None:
    palette = palette_of(Brand(primary=primary, accent=accent, paper=paper, ink=ink))
    for text, ground in (
        (palette.on_paper, palette.paper),
        (palette.quiet, palette.paper),
        (palette.on_primary, palette.primary),
        (palette.on_accent, palette.accent),
    ):
        assert contrast(text, ground) >= 4.5
    assert contrast(palette.loud_on_primary, palette.primary) >= 3
    assert contrast(palette.loud_on_paper, palette.paper) >= 3


def test_ornaments_are_well_formed() -> None:
    for drawn in (
        ornament.shoots(900, 200, colours=("#000000", "#111111", "#222222")),
        ornament.kawung(300, 300, ground="#000000", seed="#111111", heart="#222222"),
        ornament.star(100, colour="#000000", heart="#111111", ring="#222222"),
        ornament.slope(300, 90, ground="#000000", band="#111111", bead="#222222"),
        ornament.chain(300, 20, line="#000000", bead="#111111"),
        ornament.chain(20, 300, line="#000000", bead="#111111"),
    ):
        root = ET.fromstring(drawn)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert len(list(root.iter())) > 2, "more than a sheet and one shape"
        assert "nan" not in drawn


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Dr. Hj. Siti Aminah, S.Pd., M.M.", "SA"), ("Sulastri", "S"), ("R.A. Kartini", "K"), ("Dr.", "D")],
)
def test_initials_leave_titles_out(name: str, letters: str) -> None:
    assert initials(name) == letters
