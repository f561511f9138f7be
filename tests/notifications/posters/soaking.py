"""Draws many pictures in a child process and says how much memory it held on the way."""

from __future__ import annotations

from pathlib import Path

import msgspec

from notifications.posters.choosing import CHOICES
from notifications.posters.drawing import Easel, rasterise
from notifications.posters.sheets import SHEET_OF
from tests.notifications.posters.samples import sample

_PAGE = 4096


def draw_many(count: int, folder: str) -> list[int]:
    """Draw `count` squares, every one with another title, and return the octets that were resident after each."""
    easel, square = Easel(Path(folder)), SHEET_OF["square"]
    held: list[int] = []
    for number in range(count):
        design, pictures = sample(("talk", "speaker", "show")[number % 3])
        shown = msgspec.structs.replace(
            design, layout=CHOICES[number % len(CHOICES)], title=f"{design.title}, bagian {number}"
        )
        rasterise(easel.page(shown, square, pictures), (square.width, square.height))
        held.append(int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE)
    return held
