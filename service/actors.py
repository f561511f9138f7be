"""The dramatiq actors: thin wrappers that turn a bell into a call of `service.work`."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial

import dramatiq
from dramatiq.actor import Actor

from service import work
from service.bell import Bell
from service.broker import QUEUES
from service.wiring import Runtime


def connect(runtime: Runtime) -> Bell:
    """Declare the actors of a process on its own broker (dramatiq's global one is not used) and hang up its bell."""
    broker = runtime.broker

    def declare(name: str, function: Callable[..., None]) -> Actor[..., None]:
        return dramatiq.actor(actor_name=name, queue_name=name, broker=broker)(function)

    def facts(ids: list[str]) -> None:
        work.react_to(runtime, [uuid.UUID(fact_id) for fact_id in ids])

    actors = {name: declare(name, partial(work.deliver, runtime, name)) for name in QUEUES if name != "facts"}
    facts_actor = declare("facts", facts)

    def send_facts(ids: list[str]) -> None:
        facts_actor.send(ids)

    def send_queue(name: str) -> None:
        actors[name].send()

    runtime.bell = Bell(send_facts=send_facts, send_queue=send_queue)
    return runtime.bell
