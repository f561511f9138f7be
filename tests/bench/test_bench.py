"""Every work is measured once at its smallest: that it measures at all, and not how fast anything is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.bench import results
from tests.bench.__main__ import WORKS, measure
from tests.bench.latency import NO_RABBITMQ
from tests.bench.results import TINY, Result
from tests.support import rabbitmq
from tests.support.sizes import FULL

NEEDS_WRK = ("event_page", "registration", "mailing", "memory")


LONG = ("event_page", "registration", "growth", "crowd", "certificates", "mailing", "latency", "memory")
"""Works that start several servers or make a great deal: a minute each, left to the full size; flows test the same."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("work", WORKS if FULL else [work for work in WORKS if work not in LONG])
def test_work_is_measured(work: str) -> None:
    if work in NEEDS_WRK and shutil.which("wrk") is None:
        pytest.skip("wrk is not installed (deploy/system-packages.sh bench)")
    measured = measure(work, TINY)
    found = [each.ours for each in measured if each.ours is not None]
    assert found != []
    if work != "latency":  # on a loaded machine a mail may be accepted before the registration's answer is read
        assert [value > 0 for value in found] == [True] * len(found)
    unmeasured = [each.conditions for each in measured if each.ours is None]
    assert unmeasured == ([] if rabbitmq.is_installed() or work != "latency" else [NO_RABBITMQ])
    assert [each.baseline is None or each.baseline > 0 for each in measured] == [True] * len(measured)


def test_table_stands_between_its_markers(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    found = [Result(name="pages", ours=200, baseline=400, ratio=0.5, unit="pages/s", bar=0.33, conditions="8 callers")]
    readme.write_text("# Acara\n<!-- bench -->\nold\n<!-- /bench -->\nthe end\n")
    assert results.write_into(readme, found)
    assert readme.read_text() == (
        "# Acara\n<!-- bench -->\n"
        "| work | ours | baseline | ratio | bar |  | peers |\n| --- | --- | --- | --- | --- | --- | --- |\n"
        "| pages | 200 pages/s | 400 pages/s | 0.5 | ≥ 0.33 | met | – |\n\n- *pages*: 8 callers\n"
        "<!-- /bench -->\nthe end\n"
    )


def test_readme_without_markers_stays_as_it_is(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("# Acara\n")
    assert not results.write_into(readme, [])
    assert readme.read_text() == "# Acara\n"


def test_later_runs_replace_only_what_they_measured(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    results.enter("start", [Result(name="a", ours=1, unit="s")], file)
    results.enter("crowd", [Result(name="b", ours=1, unit="s")], file)
    results.enter("start", [Result(name="a", ours=2, unit="s")], file)
    assert [(each.name, each.ours) for each in results.load(file)] == [("a", 2), ("b", 1)]


def test_a_line_that_its_work_measures_no_more_goes(tmp_path: Path) -> None:
    """A work that renamed its lines would otherwise keep the old ones in the README for ever."""
    file = tmp_path / "results.json"
    results.enter("start", [Result(name="a", ours=1, unit="s")], file)
    results.enter("crowd", [Result(name=name, ours=1, unit="s") for name in ("10 people", "20 people")], file)
    results.enter("memory", [Result(name="c", ours=1, unit="MB")], file)
    results.enter("crowd", [Result(name="50 people", ours=3, unit="s")], file)
    assert [(each.work, each.name) for each in results.load(file)] == [
        ("start", "a"),
        ("crowd", "50 people"),
        ("memory", "c"),
    ]


def test_ceiling_is_met_from_below() -> None:
    assert Result(name="a", ours=1, unit="s", bar=2, at_most=True).met
    assert not Result(name="a", ours=1, unit="s", bar=2).met
    assert Result(name="a", ours=1, unit="s").met is None


def test_what_could_not_be_measured_is_said_and_keeps_no_bar() -> None:
    missing = Result(name="a", ours=None, unit="ms", bar=50, at_most=True, conditions="no broker here")
    assert missing.met is None
    assert results.row(missing) == ("a", "not measured", "–", "–", "≤ 50", "–", "–")
