"""Child processes: they compute, they are limited, they can be killed, and they never outlive their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from events.media.processes import ChildDied, ChildFailed, ChildProcesses, ChildTimedOut, Limits
from tests.events import work_for_children as work

PATIENCE = 60.0


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.01)


@pytest.fixture
def children() -> Iterator[ChildProcesses]:
    pool = ChildProcesses(2)
    yield pool
    pool.close()


def test_runs_functions_and_reuses_a_warm_child(children: ChildProcesses) -> None:
    assert children.run(work.add, 2, 3, timeout=PATIENCE) == 5
    pids = {children.run(work.whoami, timeout=PATIENCE) for _ in range(5)}
    assert len(pids) == 1
    assert pids != {os.getpid()}


def test_nothing_starts_before_there_is_work() -> None:
    before = set(psutil.Process().children())
    ChildProcesses(2).close()
    assert set(psutil.Process().children()) == before


def test_answers_come_in_the_order_of_the_calls_and_failures_stay_apart(children: ChildProcesses) -> None:
    calls = [(number, 1) for number in range(40)]
    assert list(children.run_each(work.add, calls, timeout=PATIENCE)) == list(range(1, 41))
    results = list(children.run_each(work.fail, [("one",), ("two",)], timeout=PATIENCE))
    assert [str(result) for result in results] == ["ValueError: one", "ValueError: two"]
    assert {type(result) for result in results} == {ChildFailed}


def test_results_come_one_by_one_and_who_stops_asking_gets_no_more(children: ChildProcesses) -> None:
    calls = [(1, 1), (2, 2), *((number, 0) for number in range(1000))]
    results = children.run_each(work.add, calls, timeout=PATIENCE)
    assert next(results) == 2
    results.close()
    assert children.run(work.add, 3, 4, timeout=PATIENCE) == 7


def test_a_child_serves_on_after_a_failure(children: ChildProcesses) -> None:
    pid = children.run(work.whoami, timeout=PATIENCE)
    for bad in (work.unpicklable_answer, lambda: None):
        with pytest.raises(ChildFailed):
            children.run(bad, timeout=PATIENCE)
    assert children.run(work.whoami, timeout=PATIENCE) == pid


def test_a_child_knows_no_secret(children: ChildProcesses) -> None:
    # The control: this process does have variables that a child must not see.
    assert "PYTEST_CURRENT_TEST" in os.environ
    allowed = {"PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "XDG_CACHE_HOME", "PYTHONPATH"}
    assert set(children.run(work.environment, timeout=PATIENCE)) <= allowed


def test_a_child_holds_no_file_of_ours(children: ChildProcesses, tmp_path: Path) -> None:
    secret = tmp_path / "acara.sqlite"
    with secret.open("w") as held:
        os.set_inheritable(held.fileno(), True)
        assert str(secret) not in children.run(work.open_files, timeout=PATIENCE)


def test_a_child_is_nicer_than_its_parent(children: ChildProcesses) -> None:
    assert children.run(work.niceness, timeout=PATIENCE) == min(os.nice(0) + 10, 19)


def test_a_call_that_takes_too_long_is_killed_and_the_next_one_served(children: ChildProcesses) -> None:
    pid = children.run(work.whoami, timeout=PATIENCE)
    with pytest.raises(ChildTimedOut):
        children.run(work.burn_for_ever, timeout=0.2)
    assert not psutil.pid_exists(pid)
    assert children.run(work.add, 1, 1, timeout=PATIENCE) == 2


def test_a_call_that_wants_too_much_memory_fails_alone() -> None:
    pool = ChildProcesses(1, limits=Limits(memory=128 * 1024 * 1024))
    try:
        assert pool.run(work.swallow_memory, 16 * 1024 * 1024, timeout=PATIENCE) == 16 * 1024 * 1024
        with pytest.raises(ChildFailed, match="MemoryError"):
            pool.run(work.swallow_memory, 256 * 1024 * 1024, timeout=PATIENCE)
        assert pool.run(work.add, 1, 1, timeout=PATIENCE) == 2
    finally:
        pool.close()


def test_a_child_that_dies_at_work_fails_its_call_only(children: ChildProcesses) -> None:
    with pytest.raises(ChildDied, match="-9"):
        children.run(work.die, timeout=PATIENCE)
    assert children.run(work.add, 1, 1, timeout=PATIENCE) == 2


def test_an_idle_child_that_is_killed_breaks_nothing(children: ChildProcesses) -> None:
    """Pebble's pool gave up altogether when this happened."""
    os.kill(pid := children.run(work.whoami, timeout=PATIENCE), signal.SIGKILL)
    wait_until(lambda: psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    assert children.run(work.add, 1, 1, timeout=PATIENCE) == 2


@pytest.mark.parametrize("limits", [Limits(idle_seconds=0.0), Limits(calls=1)], ids=["idle", "worn"])
def test_a_child_that_went_home_is_replaced_without_a_word(limits: Limits) -> None:
    pool = ChildProcesses(1, limits=limits)
    try:
        for _ in range(5):
            assert pool.run(work.add, 1, 1, timeout=PATIENCE) == 2
    finally:
        pool.close()


def test_a_caller_that_is_interrupted_leaves_no_answer_for_the_next_one(tmp_path: Path) -> None:
    pool = ChildProcesses(1)
    started = tmp_path / "pid"
    outcome: list[str] = []

    def ask() -> None:
        try:
            pool.run(work.note_and_sleep, str(started), PATIENCE, timeout=PATIENCE)
        except ChildDied:
            outcome.append("died")

    caller = threading.Thread(target=ask)
    caller.start()
    wait_until(lambda: started.exists() and bool(started.read_text()))
    pool.close()
    caller.join(PATIENCE)
    assert outcome == ["died"]
    with pytest.raises(RuntimeError):
        pool.run(work.add, 1, 1, timeout=PATIENCE)


PARENT = """
import sys
from events.media.processes import ChildProcesses
from tests.events import work_for_children as work
ChildProcesses(1).run(work.note_and_sleep, sys.argv[1], 600.0, timeout=600.0)
"""


def test_no_child_outlives_a_parent_that_was_killed(tmp_path: Path) -> None:
    started = tmp_path / "pid"
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(started)])
    wait_until(lambda: started.exists() and bool(started.read_text()))
    pid, scratch = started.read_text().split()
    assert Path(scratch).is_dir()
    child = psutil.Process(int(pid))
    parent.kill()
    parent.wait()
    wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
    assert not Path(scratch).exists()


@pytest.mark.parametrize("limits", [Limits(), Limits(calls=1)], ids=["closed", "worn"])
def test_temporary_files_go_with_their_child(limits: Limits) -> None:
    pool = ChildProcesses(1, limits=limits)
    path = Path(pool.run(work.write_temporary_file, timeout=PATIENCE))
    pool.close()
    assert not path.parent.exists()
    assert path.parent.name.startswith("acara-child-")
