"""Whose turn it is before the writers, without a database: the batches that writers are handed."""

from __future__ import annotations

import itertools
import threading
import time
import uuid

import pytest

from service.database.turns import BATCH, REST, WORK_BATCH, Turns, Waiting
from tests.support.polling import until

TALK, TOUR = uuid.UUID(int=1), uuid.UUID(int=2)


def waiting(event_id: uuid.UUID | None = None) -> Waiting:
    return Waiting(lambda _session: None, None, frozenset(() if event_id is None else (event_id,)))


def batches(turns: Turns) -> list[list[Waiting]]:
    """Return what one writer is handed until the queues, closed already, are empty."""
    handed: list[list[Waiting]] = []
    turns.close()
    turns.serve(handed.append)
    return handed


def test_work_is_taken_in_smaller_batches_and_after_people() -> None:
    turns = Turns()
    people, work = [waiting() for _ in range(BATCH + 1)], [waiting() for _ in range(WORK_BATCH + 1)]
    for queue, those in ((turns.work, work), (turns.people, people)):
        for each in those:
            turns.put(each, queue)
    assert batches(turns) == [people[:BATCH], people[BATCH:], work[:WORK_BATCH], work[WORK_BATCH:]]


def test_one_event_is_with_one_writer_at_a_time() -> None:
    """What two writers did to one event's seats at once, one of them would have to do again."""
    turns = Turns()
    first, same, other = waiting(TALK), waiting(TALK), waiting(TOUR)
    handed: list[Waiting] = []
    release = threading.Event()

    def commit(batch: list[Waiting]) -> None:
        handed.extend(batch)
        if batch == [first]:
            release.wait(10)

    turns.put(first, turns.people)
    writers = [threading.Thread(target=turns.serve, args=(commit,), daemon=True) for _ in range(2)]
    for writer in writers:
        writer.start()
    until(lambda: handed == [first], what="the first is at work")
    turns.put(same, turns.people)
    turns.put(other, turns.people)
    until(lambda: handed == [first, other], what="the other event's is at work")
    release.set()
    turns.close()
    for writer in writers:
        writer.join(10)
    assert handed == [first, other, same]


def test_while_somebody_waits_workers_have_one_writer_at_most() -> None:
    """Writers share one interpreter: people before one wait for what three do for workers."""
    turns = Turns()
    person, work = waiting(), [waiting() for _ in range(2 * WORK_BATCH)]
    at_once: list[int] = []
    handed: list[list[Waiting]] = []
    release = threading.Event()

    def commit(batch: list[Waiting]) -> None:
        handed.append(batch)
        if batch == [person]:
            release.wait(30)
        else:
            at_once.append(len(turns.at_work()))

    turns.put(person, turns.people)
    writers = [threading.Thread(target=turns.serve, args=(commit,), daemon=True) for _ in range(4)]
    for writer in writers:
        writer.start()
    until(lambda: handed == [[person]], what="the person is at work")
    for each in work:
        turns.put(each, turns.work)
    until(
        lambda: sum(map(len, handed[1:])) == len(work), what="work that has waited for long enough is done all the same"
    )
    release.set()
    turns.close()
    for writer in writers:
        writer.join(10)
    assert [each for batch in handed[1:] for each in batch] == work
    assert set(at_once) == {2}, "beside the person's writer only one other"


def test_however_much_is_overdue_people_have_most_of_a_rush() -> None:
    """Else who comes at the end of a crowd waits for the mails of all who came before."""
    turns = Turns()
    spans: list[tuple[bool, float, float]] = []
    """Whether a batch was workers', when it began and when it was done."""

    def commit(batch: list[Waiting]) -> None:
        began = time.monotonic()
        is_work = batch[0] in work
        time.sleep(0.02 if is_work else 0.002)
        spans.append((is_work, began, time.monotonic()))
        if sum(each[0] for each in spans) < 3:
            turns.put(waiting(), turns.people)  # somebody is always there
        else:
            turns.close()

    work = [waiting() for _ in range(3 * WORK_BATCH)]
    turns.put(waiting(), turns.people)
    for each in work:
        turns.put(each, turns.work)
    turns.serve(commit)
    at_work = [number for number, (is_work, _, _) in enumerate(spans) if is_work]
    for one, other in itertools.pairwise(at_work):
        assert spans[other][1] - spans[one][2] >= REST * (spans[one][2] - spans[one][1])
        assert other - one > 1, "people were served meanwhile"


def test_work_begins_with_every_writer_once_nobody_waits() -> None:
    turns = Turns()
    together = threading.Barrier(3)

    def commit(_: list[Waiting]) -> None:
        together.wait(30)

    writers = [threading.Thread(target=turns.serve, args=(commit,), daemon=True) for _ in range(3)]
    for _ in range(3 * WORK_BATCH):
        turns.put(waiting(), turns.work)
    turns.close()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(30)
    assert not together.broken
    assert not turns.at_work()


def test_who_comes_too_late_is_told() -> None:
    turns = Turns()
    turns.close()
    with pytest.raises(RuntimeError, match="closed"):
        turns.put(waiting(), turns.people)
