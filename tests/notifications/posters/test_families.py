"""Every family on every sheet: nothing leaves its sheet, nothing lies on something else, everything can be read."""

from __future__ import annotations

import io
import itertools
from collections.abc import Sequence

import msgspec
import pytest
from PIL import Image

from events.brand import contrast
from notifications.posters.canvas import Line
from notifications.posters.choosing import CHOICES
from notifications.posters.design import Design
from notifications.posters.drawing import Easel, rasterise
from notifications.posters.families import FAMILIES
from notifications.posters.sheets import SHEET_OF, SHEETS, Sheet
from tests.notifications.posters.samples import BAD_TITLES, sample
from tests.support.running import TYPEFACES

DRAWN = (*CHOICES, "notice")
SAMPLES = ("talk", "speaker", "show", "bare", *BAD_TITLES)


@pytest.fixture(scope="module")
def easel() -> Easel:
    TYPEFACES.mkdir(exist_ok=True)
    return Easel(TYPEFACES)


def in_family(name: str, family: str) -> tuple[Design, dict[str, bytes]]:
    design, pictures = sample(name)
    return msgspec.structs.replace(design, layout=family), pictures


def outside(lines: Sequence[Line], sheet: Sheet) -> list[str]:
    return [
        f"{line.text!r} at {line.left:.0f},{line.top:.0f} {line.width:.0f}×{line.height:.0f}"
        for line in lines
        if min(line.left, line.top) < 0 or line.left + line.width > sheet.width or line.top + line.height > sheet.height
    ]


def overlapping(lines: Sequence[Line]) -> list[str]:
    """Return pairs of lines whose letters meet; boxes are taken without the air above and below the letters."""
    found: list[str] = []
    for one, other in itertools.combinations(lines, 2):
        across = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
        down = min(_foot(one), _foot(other)) - max(_head(one), _head(other))
        if across > 2 and down > 1:
            found.append(f"{one.text!r} on {other.text!r}")
    return found


def _head(line: Line) -> float:
    return line.top + (line.height - line.size * 0.74) / 2


def _foot(line: Line) -> float:
    return line.top + (line.height + line.size * 0.74) / 2


@pytest.mark.parametrize("family", DRAWN)
@pytest.mark.parametrize("name", SAMPLES)
def test_words_stay_on_their_sheet_and_off_each_other(easel: Easel, family: str, name: str) -> None:
    design, pictures = in_family(name, family)
    wrong: list[str] = []
    for sheet in SHEETS if name in ("talk", "long") else (SHEET_OF["story"], SHEET_OF["landscape"]):
        lines = easel.compose(design, sheet, pictures).canvas.lines
        wrong += [f"{sheet.name}: {each}" for each in (*outside(lines, sheet), *overlapping(lines))]
    assert wrong == []


@pytest.mark.parametrize("family", DRAWN)
def test_the_title_is_told_whole_with_day_host_and_organiser(easel: Easel, family: str) -> None:
    design, pictures = in_family("talk", family)
    for sheet in SHEETS:
        lines = easel.compose(design, sheet, pictures).canvas.lines
        said = " ".join(line.text for line in lines)
        assert design.title in said, sheet.name
        for name in ("12", "Desember 2026", "acara.perpus-batam.go.id", "Perpustakaan Kota Batam"):
            assert name in said, sheet.name


@pytest.mark.parametrize("family", DRAWN)
@pytest.mark.parametrize(("name", "sheet"), [("speaker", "square"), ("show", "portrait"), ("talk", "landscape")])
def test_no_words_stand_on_pixels_they_cannot_be_read_on(easel: Easel, family: str, name: str, sheet: str) -> None:
    design, pictures = in_family(name, family)
    composition = easel.compose(design, SHEET_OF[sheet], pictures)
    size = (composition.sheet.width, composition.sheet.height)
    behind = rasterise(easel.set(composition, design.font, without_words=True), size)
    poor = [
        f"{line.text!r}: {ratio:.2f}"
        for line in composition.canvas.lines
        if (ratio := typical_contrast(behind, line)) < (3.0 if line.size >= 40 else 4.4)
    ]
    assert poor == []


def typical_contrast(behind: Image.Image, line: Line) -> float:
    """Return the contrast that all but a twentieth of the pixels behind a line give its colour."""
    box = (int(line.left), int(_head(line)), int(line.left + line.width), int(_foot(line)))
    pixels = behind.crop(box).resize((40, 6), Image.Resampling.BOX).tobytes()
    ratios = sorted(contrast(line.colour, f"#{pixels[at : at + 3].hex()}") for at in range(0, len(pixels), 3))
    return ratios[len(ratios) // 20]


def test_there_are_at_least_eight_families_and_each_is_drawn() -> None:
    assert len(CHOICES) >= 8
    assert set(DRAWN) | {"house", "leaf"} == set(FAMILIES)


def test_photographs_make_no_family_fail_when_they_are_tiny_or_no_pictures(easel: Easel) -> None:
    design, _ = sample("speaker")
    for body in (b"", b"not a picture", b"\x89PNG\r\n\x1a\n", _one_pixel()):
        for family in DRAWN:
            with_logo = msgspec.structs.replace(design, layout=family, logo_key="logo")
            lines = easel.compose(with_logo, SHEET_OF["square"], {"siti": body, "logo": body}).canvas.lines
            assert outside(lines, SHEET_OF["square"]) == []


def _one_pixel() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (1, 1), "red").save(out, "PNG")
    return out.getvalue()
