"""``python -m tests.bench [work …]``: measure, print the table, keep it in `results.json` and in the README.

Every work is a module of this package and names its own bar, where it has one (``bar=``).
``ACARA_TEST_SIZE=full`` measures longer and makes more.
"""

from __future__ import annotations

import argparse
import os
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import results
from tests.bench.results import FULL, QUICK, USUAL, Effort, Result
from tests.support.sizes import FULL as AT_FULL_SIZE

WORKS = (
    "event_page",
    "registration",
    "growth",
    "crowd",
    "certificates",
    "posters",
    "emails",
    "mailing",
    "latency",
    "memory",
    "start",
)
README = Path(__file__).parents[2] / "README.md"


def measure(work: str, effort: Effort) -> list[Result]:
    """Measure one work: a module of this package."""
    measured: list[Result] = import_module(f"tests.bench.{work}").measure(effort)
    return measured


def main() -> None:
    """Measure the works that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("works", nargs="*", metavar="work", help=", ".join(WORKS))
    parser.add_argument("--quick", action="store_true", help="a first look: fewer and shorter rounds, nothing is kept")
    given = parser.parse_args()
    wanted = given.works or WORKS
    unknown = set(wanted) - set(WORKS)
    if unknown:
        parser.error(f"no such work: {', '.join(sorted(unknown))}")
    console = Console()
    measured: list[Result] = []
    for work in wanted:
        with console.status(f"measuring: {work}"):
            found = measure(work, QUICK if given.quick else FULL if AT_FULL_SIZE else USUAL)
        if not given.quick:
            results.enter(work, found)
        measured += found
    console.print(_table(measured))
    for each in measured:
        console.print(f"[bold]{each.name}[/]: {each.conditions}", highlight=False)
    console.print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", style="dim")
    if not given.quick:
        results.write_into(README, results.load())


def _table(measured: list[Result]) -> Table:
    table = Table(*results.HEADINGS)
    for each in measured:
        table.add_row(*results.row(each), style="red" if each.met is False else None)
    return table


if __name__ == "__main__":
    main()
