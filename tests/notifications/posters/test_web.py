"""Posters on the web: no more than 60 kB on a phone, whatever is on them, and still the poster."""

from __future__ import annotations

import io
import random

import msgspec
import pytest
from PIL import Image, ImageChops, ImageStat

from events.media.processes import ChildProcesses
from notifications.posters.drawing import drawing_in
from notifications.posters.web import MOST, WEB_FORMATS, WIDTHS, web_pictures
from tests.notifications.posters.samples import BAD_TITLES, TALK, portrait
from tests.support.running import TYPEFACES

LAYOUTS = ("cloth", "card", "photo")
"""What compresses worst, what is quietest, and what has a photograph."""
LYING = (1200, 630)
SMALL = [name for name in WEB_FORMATS if name != "preview"]


def _photographs(size: tuple[int, int] = (1080, 1350)) -> bytes:
    """A poster that is all fine detail: what compresses worst among what people put on posters."""
    chance = random.Random(7)
    coarse = Image.frombytes("RGB", (270, 338), chance.randbytes(270 * 338 * 3))
    out = io.BytesIO()
    coarse.resize(size, Image.Resampling.BICUBIC).save(out, "JPEG", quality=92)
    return out.getvalue()


def _size(body: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(body)) as picture:
        return picture.size


@pytest.fixture(scope="module")
def drawn() -> dict[str, dict[str, bytes]]:
    """Every layout of poster, by a real child, and one that nobody could draw worse."""
    TYPEFACES.mkdir(exist_ok=True)
    children = ChildProcesses(1)
    try:
        draw = drawing_in(children, TYPEFACES)
        shown = msgspec.structs.replace(TALK, title=BAD_TITLES["long"])
        pictures = {"siti": portrait(1)}
        made = {layout: dict(draw(msgspec.structs.replace(shown, layout=layout), pictures)) for layout in LAYOUTS}
    finally:
        children.close()
    return made | {"photographs": web_pictures(_photographs(), _photographs(LYING))}


def test_every_poster_is_small_enough_for_a_phone(drawn: dict[str, dict[str, bytes]]) -> None:
    sizes = {(layout, name): len(files[name]) for layout, files in drawn.items() for name in SMALL}
    assert {key: size for key, size in sizes.items() if size > MOST} == {}
    kinds = {name: files[name][:16] for files in drawn.values() for name in SMALL}
    assert {name: b"ftypavif" in head or head[8:12] == b"WEBP" for name, head in kinds.items()} == dict.fromkeys(
        SMALL, True
    )


def test_the_pictures_have_the_sizes_that_their_addresses_say(drawn: dict[str, dict[str, bytes]]) -> None:
    for files in drawn.values():
        assert {name: _size(files[name])[0] for name in SMALL} == {
            f"{kind}-{width}": width for kind in ("avif", "webp") for width in WIDTHS
        }
        assert _size(files["avif-752"]) == (752, 940)
        assert _size(files["preview"]) == LYING
        assert len(files["preview"]) < 600_000, "WhatsApp shows no larger one"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_small_picture_still_shows_the_poster(drawn: dict[str, dict[str, bytes]], layout: str) -> None:
    """Its words are read at arm's length: on average no pixel is off by more than 2 in a hundred."""
    files = drawn[layout]
    whole = Image.open(io.BytesIO(files["portrait"])).convert("RGB")
    for name in ("avif-752", "webp-752"):
        shown = Image.open(io.BytesIO(files[name])).convert("RGB")
        expected = whole.resize(shown.size, Image.Resampling.LANCZOS)
        off = ImageStat.Stat(ImageChops.difference(shown, expected).convert("L")).mean[0]
        assert off < 0.02 * 255, (name, off)
