"""The drawing itself: every layout in every format, with titles of any length, in any colours."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from events.brand import Brand, contrast
from events.processes import ChildProcesses
from notifications import posters_ornament as ornament
from notifications.channels.limits import LIMITS
from notifications.posters_design import Design, Voice
from notifications.posters_drawing import SHEETS, Easel, drawing_in, initials
from notifications.posters_palette import palette_of

LONG = (
    "Literasi Digital untuk Guru dan Orang Tua: Mendampingi Anak Membaca, Bertanya, dan Berkarya di Tengah Banjir "
    "Informasi"
)
LAYOUTS = ("pucuk", "arch", "ledger", "kawung", "notice")


def design(**changes: Any) -> Design:
    return msgspec.structs.replace(
        Design(
            layout="pucuk",
            locale="id",
            kicker="Webinar gratis",
            title="Menulis Cerita Anak",
            big="12",
            month="Desember 2026",
            weekday="Sabtu",
            hours="09.00–11.30 WIB",
            where="Daring",
            was="",
            speakers=(
                Voice(name="Dr. Hj. Siti Aminah, S.Pd., M.M.", affiliation="Universitas Maritim Raja Ali Haji"),
                Voice(name="Sulastri", affiliation="Komunitas Penulis Batam"),
            ),
            speaker_label="Narasumber",
            call="Daftar gratis",
            page="https://acara.perpus-batam.go.id/events/perpustakaan-batam/menulis-cerita-anak",
            organiser="Perpustakaan Kota Batam",
            tagline="",
            seed=1,
            primary="#0f5c5c",
            accent="#f2a541",
            paper="#fdfaf4",
            ink="#1d2b2f",
            font="Plus Jakarta Sans",
        ),
        **changes,
    )


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faces")


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


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("title", ["Literasi", "Menulis Cerita Anak", LONG])
def test_every_title_stands_whole_within_its_sheet(easel: Easel, layout: str, title: str) -> None:
    for sheet in SHEETS:
        told, boxes, (width, height) = words_and_boxes(easel.page(design(layout=layout, title=title), sheet, {}))
        said = " ".join(told.split())
        assert title in said, (sheet.name, said)
        assert "12" in said
        for left, bottom, right, top in boxes:
            assert left >= 0, sheet.name
            assert right <= width, sheet.name
            assert bottom >= 0, sheet.name
            assert top <= height, sheet.name


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
    for name in ("square", "portrait", "story"):
        with Image.open(io.BytesIO(files[name])) as picture:
            sizes[name] = (picture.format, *picture.size)
    assert sizes == {
        "square": ("JPEG", 1080, 1080),
        "portrait": ("JPEG", 1080, 1350),
        "story": ("JPEG", 1080, 1920),
    }
    smallest = min(limits.image_bytes for limits in LIMITS.values())
    assert all(len(body) < smallest / 4 for body in files.values())
    _, _, (width, height) = words_and_boxes(files["print"])
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (297, 420)


def test_what_people_typed_is_text_and_opens_nothing(easel: Easel, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    Image.new("RGB", (10, 10)).save(secret)
    title = f'<img src="{secret.as_uri()}"> & <b>tebal</b>'
    html = easel.html(design(title=title), SHEETS[0], {})
    assert "<b>" not in html
    assert "&lt;b&gt;tebal" in html
    told, _, _ = words_and_boxes(easel.page(design(title=title), SHEETS[0], {}))
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
    ):
        root = ET.fromstring(drawn)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert len(root) > 1
        assert "nan" not in drawn


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Dr. Hj. Siti Aminah, S.Pd., M.M.", "SA"), ("Sulastri", "S"), ("R.A. Kartini", "K"), ("Dr.", "D")],
)
def test_initials_leave_titles_out(name: str, letters: str) -> None:
    assert initials(name) == letters
