"""Running the service: `serve` answers requests (and works, in the embedded shape), `work` only works."""

from __future__ import annotations

import contextlib
import gc
import signal
import socket
import threading
from collections.abc import Callable, Generator, Sequence
from types import FrameType
from typing import TYPE_CHECKING

import dramatiq
import structlog
import uvicorn

from service.accounts import invitations
from service.broker import QUEUES
from service.clock import real_now
from service.database.stalls import StallWatch
from service.processes.actors import connect
from service.processes.cores import stay_on_one_core
from service.processes.heartbeat import Heartbeat
from service.processes.takeover import take_over
from service.processes.ticker import Ticker
from service.processes.warming import warm_up, warm_up_soon
from service.wiring import Runtime

if TYPE_CHECKING:
    from litestar.types import ControllerRouterHandler

    from service.mail.chat_reader import ChatReader
    from service.mail.inbox_reader import InboxReader

log = structlog.stdlib.get_logger(__name__)

COLLECT_AFTER = 5_000
"""Objects, made and not yet gone, after which garbage is looked for; Python's own number is 700."""


@contextlib.contextmanager
def working(runtime: Runtime, *, role: str, queues: Sequence[str]) -> Generator[None]:
    """Work off `queues` in this process, and tick, until the block is left. No queues: only tick."""
    threads = runtime.settings.worker_threads
    connect(runtime, threads_each=max(1, threads // len(queues)) if queues else 1)
    heartbeat = Heartbeat(runtime, role=role, queues=queues)
    heartbeat.start()
    worker: dramatiq.Worker | None = None
    if queues:
        take_over(runtime)
        worker = dramatiq.Worker(
            runtime.broker,
            queues=set(queues),
            worker_threads=threads,
            worker_timeout=100,
        )
        worker.start()
    stalls = StallWatch(runtime.database)
    stalls.start()
    looking: list[Ticker | InboxReader | ChatReader] = [Ticker(runtime), *_readers(runtime, queues)]
    for each in looking:
        each.start()
    try:
        yield
    finally:
        runtime.stopping = True
        for each in looking:
            each.stop()
        if worker is not None:
            worker.stop(timeout=30_000)
        heartbeat.stop()
        stalls.stop()


def _readers(runtime: Runtime, queues: Sequence[str]) -> Sequence[InboxReader | ChatReader]:
    """Return what reads what people write to us, where this process works on its queue and the settings connect it."""
    readers: list[InboxReader | ChatReader] = []
    url = runtime.settings.inbox_url
    if url is not None and "emails" in queues:
        from service.mail.inbox_reader import InboxReader  # noqa: PLC0415 - IMAP and calendars, which most processes lack
        from service.mail.mailbox import Mailbox  # noqa: PLC0415 - likewise

        readers.append(InboxReader(runtime, Mailbox(url.get_secret_value())))
    if runtime.settings.telegram_token is not None and "texts" in queues:
        from service.mail.chat_reader import ChatReader  # noqa: PLC0415 - likewise
        from service.texters import telegram  # noqa: PLC0415 - likewise

        readers.append(ChatReader(runtime, telegram(runtime.settings)))
    return readers


def work(runtime: Runtime, queues: Sequence[str] = QUEUES) -> None:
    """Work off `queues` until SIGTERM or SIGINT; what is under way is finished or given back."""
    stop = threading.Event()
    _on_stop_signals(stop.set)
    warm_up()
    with working(runtime, role="work", queues=queues):
        _keep_what_was_loaded()
        log.info("working", queues=list(queues), broker=runtime.settings.broker_kind)
        stop.wait()
        log.info("stopping")


def _keep_what_was_loaded() -> None:
    """Tell the garbage collector to pass over what has been made so far, which stays for good.

    Looking through it takes 100 ms, and every thread waits meanwhile. From here on garbage is looked for, but not after
    every dozen requests: that was 60 µs of each.
    """
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    gc.enable()


def _on_stop_signals(act: Callable[[], None]) -> None:
    """Call `act` on SIGTERM and SIGINT instead of dying of them."""

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        act()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)


def welcome_first_owner(runtime: Runtime) -> str | None:
    """Return the one-time address at which the first owner of an installation signs up, or None if somebody has.

    Each start makes a new one: those of earlier starts die, those of processes that start together all work. Raises
    what the database raises if `acara migrate` never ran.
    """
    now = runtime.clock.now()
    token = runtime.database.write(lambda session: invitations.invite_owner(session, now=now, real_now=real_now()))
    return None if token is None else runtime.links.url(f"staff/welcome/{token}")


def serve(runtime: Runtime, routes: Sequence[ControllerRouterHandler] = ()) -> None:
    """Answer requests until SIGTERM or SIGINT; in the embedded shape work off every queue as well.

    `routes` are answered beside the service's own.
    """
    from service.app import create_app  # noqa: PLC0415 - litestar takes half a second that other commands save

    settings = runtime.settings
    if runtime.database.is_sqlite:
        stay_on_one_core()
    welcome = welcome_first_owner(runtime)
    config = uvicorn.Config(
        create_app(runtime, routes),
        log_config=None,
        access_log=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        server_header=False,
        timeout_graceful_shutdown=20,
    )
    server = uvicorn.Server(config)
    runtime.served = lambda: server.server_state.total_requests
    # uvicorn raises the signal that ended it once more, to whoever handled it before: with the system's own handler the
    # process would die there, in the middle of what its workers are doing. This also covers a signal before that.
    _on_stop_signals(lambda: setattr(server, "should_exit", True))
    listener = socket.create_server((settings.host, settings.port), backlog=1024)
    # Accepted connections inherit it. asyncio sets it only on sockets made with the protocol's number, which these are
    # not; without it a kept connection waits 40 ms between an answer's head and its body (Nagle meets delayed ACK).
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    queues = QUEUES if settings.works_in_process else ()
    with listener, working(runtime, role="serve", queues=queues):
        host, port = listener.getsockname()[:2]
        log.info("serving", url=f"http://{host}:{port}", public=settings.base_url, works=bool(queues))
        if welcome is not None:
            log.warning("nobody is staff yet: the first owner opens this address once, within a week", url=welcome)
        _keep_what_was_loaded()
        warming = warm_up_soon(_keep_what_was_loaded) if queues else None
        server.run(sockets=[listener])
        if warming is not None:
            warming.cancel()
