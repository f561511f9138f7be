"""Pictures of posters by a process that keeps its typefaces and grounds, against each by itself."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import msgspec

from notifications.posters.choosing import CHOICES
from notifications.posters.drawing import Easel, rasterise
from notifications.posters.sheets import PRINT, SHEETS
from tests.bench import house
from tests.bench.results import Effort, Result, compared
from tests.notifications.posters.samples import sample

_ALONE = 4
"""How many are drawn by themselves in each round: each makes everything anew."""


def measure(effort: Effort) -> list[Result]:
    """Draw pictures of every family and format with one easel, and some of the same with an easel each, in turn."""
    count = effort.of(60)
    pairs: list[tuple[float, float]] = []
    with house.folder() as folder:
        easel = Easel(folder)
        _draw(easel, len(CHOICES))  # the first of each family draws its ground
        for _ in range(effort.rounds):
            began = time.perf_counter()
            _draw(easel, count)
            ours = count / (time.perf_counter() - began)
            pairs.append((ours, _alone(folder)))
    return [
        compared(
            "pictures of posters",
            pairs,
            unit="images/s",
            conditions=f"{count} in eleven families and six formats in turn, laid out, set, turned into pixels, in one "
            "process; baseline: typefaces, stylesheet and grounds made anew for each, in the same process",
        )
    ]


def _alone(folder: Path) -> float:
    began = time.perf_counter()
    for number in range(_ALONE):
        _draw(Easel(folder), 1, first=number)
    return _ALONE / (time.perf_counter() - began)


def _draw(easel: Easel, count: int, *, first: int = 0) -> None:
    work = itertools.islice(itertools.cycle(zip(CHOICES, itertools.cycle(SHEETS), strict=False)), first, first + count)
    for number, (family, sheet) in enumerate(work):
        design, pictures = sample(("talk", "speaker", "show")[number % 3])
        shown = msgspec.structs.replace(design, layout=family)
        size = (1153, 1601) if sheet is PRINT else (sheet.width, sheet.height)
        rasterise(easel.page(shown, sheet, pictures), size)
