"""The dramatiq actors: thin wrappers that turn a bell into a call of `service.processes.work`.

`service.processes.work` brings what only deliveries need; it is imported when the first bell rings, or by
`service.processes.warming`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from threading import BoundedSemaphore

import dramatiq
from dramatiq.actor import Actor

from service.bell import Bell
from service.broker import QUEUES
from service.wiring import Runtime


def connect(runtime: Runtime, *, threads_each: int = 1) -> Bell:
    """Declare the actors of a process on its own broker (dramatiq's global one is not used) and hang up its bell.

    At most `threads_each` threads of the process deliver one queue. Bells ring every second while there is work, and a
    thousand certificates would otherwise take every thread there is, and keep mails and facts waiting.
    """
    broker = runtime.broker

    def declare(name: str, function: Callable[..., None]) -> Actor[..., None]:
        return dramatiq.actor(actor_name=name, queue_name=name, broker=broker)(function)

    def facts(ids: list[str]) -> None:
        from service.processes import work  # noqa: PLC0415 - see above

        work.react_to(runtime, [uuid.UUID(fact_id) for fact_id in ids])

    def deliveries(queue: str) -> Callable[[], None]:
        def deliver() -> None:
            from service.processes import work  # noqa: PLC0415 - see above

            work.deliver(runtime, queue)

        return deliver

    actors = {name: declare(name, in_turn(threads_each, deliveries(name))) for name in QUEUES if name != "facts"}
    facts_actor = declare("facts", facts)

    def send_facts(ids: list[str]) -> None:
        facts_actor.send(ids)

    def send_queue(name: str) -> None:
        actors[name].send()

    runtime.bell = Bell(send_facts=send_facts, send_queue=send_queue)
    return runtime.bell


def in_turn(threads: int, function: Callable[[], None]) -> Callable[[], None]:
    """Let `function` be run by `threads` threads at once; what is called beyond that does nothing.

    Nothing is lost by that: those who are at it go on until nothing is left, and the next tick looks again.
    """
    turns = BoundedSemaphore(threads)

    def run() -> None:
        if turns.acquire(blocking=False):
            try:
                function()
            finally:
                turns.release()

    return run
