"""The actors' turns: no queue takes all threads of a process."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from service.processes.actors import in_turn


def test_further_bells_do_nothing_while_the_work_is_under_way() -> None:
    begun, finish = threading.Semaphore(0), threading.Event()
    runs: list[int] = []

    def deliver() -> None:
        runs.append(1)
        begun.release()
        assert finish.wait(60)

    ring = in_turn(2, deliver)
    with ThreadPoolExecutor(2) as pool:
        at_work = [pool.submit(ring) for _ in range(2)]
        assert all(begun.acquire(timeout=60) for _ in range(2))
        for _ in range(3):
            ring()  # would wait for a minute and fail if it worked
        assert len(runs) == 2
        finish.set()
        for each in at_work:
            each.result(60)
    ring()
    assert len(runs) == 3


def test_a_turn_that_failed_is_given_back() -> None:
    runs: list[int] = []

    def deliver() -> None:
        runs.append(1)
        raise InterruptedError

    ring = in_turn(1, deliver)
    for _ in range(2):
        try:
            ring()
        except InterruptedError:
            continue
    assert len(runs) == 2
