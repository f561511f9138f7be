"""One measured work: what it gave, what it is held against, and how that is printed and kept."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path

import msgspec

FILE = Path(__file__).parent / "results.json"
BEGIN, END = "<!-- bench -->", "<!-- /bench -->"


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table. The bar is for the ratio where there is one, otherwise for `ours`."""

    name: str
    ours: float | None
    """None where it could not be measured on this machine; the conditions say why."""
    baseline: float | None = None
    ratio: float | None = None
    unit: str
    bar: float | None = None
    at_most: bool = False
    """Whether the bar is a ceiling."""
    peers: str = ""
    conditions: str = ""
    work: str = ""
    """Which work measured it; `enter` writes it."""

    @property
    def met(self) -> bool | None:
        """Whether the bar is met; None where there is none, or nothing was measured."""
        value = self.ours if self.ratio is None else self.ratio
        if self.bar is None or value is None:
            return None
        return value <= self.bar if self.at_most else value >= self.bar


class Effort(msgspec.Struct, frozen=True):
    """How long to measure: rounds, seconds of each, and the number of things that are made in each."""

    rounds: int
    seconds: float
    count: int

    def of(self, at_most: int) -> int:
        """Return the number of things to make where `at_most` are enough."""
        return min(self.count, at_most)


TINY = Effort(rounds=1, seconds=0.3, count=8)
QUICK = Effort(rounds=3, seconds=2.0, count=200)
USUAL = Effort(rounds=5, seconds=3.0, count=1_000)
FULL = Effort(rounds=7, seconds=5.0, count=10_000)


def compared(name: str, pairs: Sequence[tuple[float, float]], **more: object) -> Result:
    """Return the result of rounds ``(ours, baseline)`` measured in turn: the medians, and the median of the ratios."""
    return msgspec.convert(
        {
            "name": name,
            "ours": statistics.median(ours for ours, _ in pairs),
            "baseline": statistics.median(baseline for _, baseline in pairs),
            "ratio": statistics.median(ours / baseline for ours, baseline in pairs),
            **more,
        },
        Result,
    )


def enter(work: str, measured: Sequence[Result], file: Path = FILE) -> None:
    """Keep what `work` measured in the place of all that it measured before; other works' lines stay as they are.

    So a line whose name nobody measures any more goes with the next run of its work.
    """
    before = load(file)
    at = next((number for number, each in enumerate(before) if each.work == work), len(before))
    own = [msgspec.structs.replace(each, work=work) for each in measured]
    kept = [*before[:at], *own, *(each for each in before[at:] if each.work != work)]
    file.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=2) + b"\n")


def load(file: Path = FILE) -> list[Result]:
    """Return what the last runs measured."""
    return msgspec.json.decode(file.read_bytes(), type=list[Result]) if file.exists() else []


def figure(value: float | None) -> str:
    """Return a number with three digits that mean something."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def row(result: Result) -> tuple[str, ...]:
    """Return the cells of one line: work, ours, baseline, ratio, bar, verdict, peers."""
    sign = "≤" if result.at_most else "≥"
    verdict = {True: "met", False: "not met", None: "–"}[result.met]
    return (
        result.name,
        "not measured" if result.ours is None else f"{figure(result.ours)} {result.unit}",
        "–" if result.baseline is None else f"{figure(result.baseline)} {result.unit}",
        figure(result.ratio),
        "–" if result.bar is None else f"{sign} {figure(result.bar)}",
        verdict,
        result.peers or "–",
    )


HEADINGS = ("work", "ours", "baseline", "ratio", "bar", "", "peers")


def to_markdown(results: Sequence[Result]) -> str:
    """Return the table for the README."""
    lines = [HEADINGS, ("---",) * len(HEADINGS), *map(row, results)]
    table = "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
    conditions = "\n".join(f"- *{each.name}*: {each.conditions}" for each in results if each.conditions)
    return f"{table}\n\n{conditions}\n"


def write_into(readme: Path, results: Sequence[Result]) -> bool:
    """Put the table between its markers; returns False, and changes nothing, where the file has none."""
    text = readme.read_text("utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        return False
    readme.write_text(f"{before}{BEGIN}\n{to_markdown(results)}{END}{after}", "utf-8")
    return True
