"""One core for all threads of a service, and every core for the children that draw for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

PROGRAM = """
import json, os, threading
from events.media.processes import ChildProcesses
from service.processes.cores import stay_on_one_core
from tests.events.work_for_children import cores

before, over = threading.Barrier(2), threading.Event()
threading.Thread(target=lambda: (before.wait(), over.wait()), daemon=True).start()
before.wait()
chosen = stay_on_one_core()
threading.Thread(target=over.wait, daemon=True).start()
threads = [sorted(os.sched_getaffinity(int(thread))) for thread in os.listdir("/proc/self/task")]
children = ChildProcesses(1)
print(json.dumps({"chosen": chosen, "threads": threads, "child": children.run(cores, timeout=60)}))
children.close()
over.set()
"""


def run(allowed: set[int]) -> dict[str, object]:
    program = f"import os; os.sched_setaffinity(0, {sorted(allowed)})\n{PROGRAM}"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=120)
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process choose its cores")
def test_all_threads_share_a_core_and_children_do_not() -> None:
    allowed = os.sched_getaffinity(0)
    if len(allowed) == 1:
        pytest.skip("this machine has one core")
    found = run(allowed)
    assert found["chosen"] in allowed
    assert found["threads"] == [[found["chosen"]]] * 3
    assert found["child"] == sorted(allowed)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process choose its cores")
def test_where_there_is_one_core_nothing_is_chosen() -> None:
    only = min(os.sched_getaffinity(0))
    assert run({only}) == {"chosen": None, "threads": [[only]] * 3, "child": [only]}
