"""The bell: sends on what commits leave to do, together, and never stands in a commit's way."""

from __future__ import annotations

import threading
import uuid

from service.bell import FACTS_A_MESSAGE, Bell
from service.database.transactions import Committed


class Ear:
    """Hears what is sent; can be made slow or deaf."""

    def __init__(self) -> None:
        self.facts: list[list[str]] = []
        self.queues: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.reached = threading.Event()
        self.deaf = False

    def hear_facts(self, ids: list[str]) -> None:
        self.gate.wait(10)
        if self.deaf:
            raise ConnectionError
        self.facts.append(ids)

    def hear_queue(self, name: str) -> None:
        self.reached.set()
        self.gate.wait(10)
        if self.deaf:
            raise ConnectionError
        self.queues.append(name)


def test_facts_go_out_in_messages_of_16_and_queues_once() -> None:
    ear = Ear()
    ear.gate.clear()
    bell = Bell(send_facts=ear.hear_facts, send_queue=ear.hear_queue)
    bell.ring_queues("posts")
    assert ear.reached.wait(10)  # the bell's thread stands at the gate
    ids = [uuid.uuid4() for _ in range(FACTS_A_MESSAGE + 1)]
    for fact in ids:
        bell.ring(Committed(facts=(fact,), bells=frozenset({"emails"})))
    ear.gate.set()
    bell.close()
    assert [fact for message in ear.facts for fact in message] == [str(fact) for fact in ids]
    assert max(len(message) for message in ear.facts) <= FACTS_A_MESSAGE
    assert ear.queues == ["posts", "emails"]


def test_broker_that_is_down_costs_nothing_but_the_bell() -> None:
    ear = Ear()
    ear.deaf = True
    bell = Bell(send_facts=ear.hear_facts, send_queue=ear.hear_queue)
    bell.ring_facts([uuid.uuid4()])
    bell.close()
    assert (ear.facts, ear.queues) == ([], [])


def test_bell_that_is_behind_drops_instead_of_waiting() -> None:
    ear = Ear()
    ear.gate.clear()
    bell = Bell(send_facts=ear.hear_facts, send_queue=ear.hear_queue, limit=2)
    for _ in range(50):
        bell.ring_queues("emails")  # returns at once, though nothing is sent
    ear.gate.set()
    bell.close()
    assert set(ear.queues) == {"emails"}
    assert len(ear.queues) <= 3
