"""A registration desk as beginners write it, over real HTTP: the control that must fail where the service must not.

It counts and then inserts, and it frees a seat in one transaction and offers it to who waits in the next.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Generator
from contextlib import contextmanager

import sqlalchemy as sa
import uvicorn
from litestar import Litestar, post
from sqlalchemy.orm import Session

from tests.support.polling import until

METADATA = sa.MetaData()
VISITORS = sa.Table(
    "careless_visitor",
    METADATA,
    sa.Column("id", sa.Uuid(), primary_key=True),
    sa.Column("state", sa.String(20)),
    sa.Column("came", sa.Integer()),
)


def _app(engine: sa.Engine, seats: int, meeting: threading.Barrier) -> Litestar:
    turn = iter(range(10**9))

    def seated(session: Session) -> int:
        statement = sa.select(sa.func.count()).select_from(VISITORS).where(VISITORS.c.state == "confirmed")
        return int(session.scalar(statement) or 0)

    @post("/register", sync_to_thread=True)
    def register() -> dict[str, str]:
        with Session(engine) as session:
            free = seated(session) < seats
            try:
                meeting.wait(timeout=0.2)  # only makes sure that some do meet, as crowds do
            except threading.BrokenBarrierError:
                meeting.reset()
            state = "confirmed" if free else "waitlisted"
            session.execute(sa.insert(VISITORS).values(id=uuid.uuid4(), state=state, came=next(turn)))
            session.commit()
        return {"state": state}

    @post("/cancel", sync_to_thread=True)
    def cancel() -> dict[str, str]:
        with Session(engine) as session:
            one = session.scalar(sa.select(VISITORS.c.id).where(VISITORS.c.state == "confirmed").limit(1))
            session.execute(sa.update(VISITORS).where(VISITORS.c.id == one).values(state="cancelled"))
            session.commit()
        return {"state": "cancelled"}  # who waits is looked for by a job that comes later

    return Litestar([register, cancel])


@contextmanager
def careless(database_url: str, *, seats: int, crowd: int) -> Generator[tuple[str, sa.Engine]]:
    """Serve the careless desk; yields its address and the database that it writes to."""
    app = _app(engine := sa.create_engine(database_url, pool_size=crowd, max_overflow=0), seats, threading.Barrier(4))
    METADATA.create_all(engine)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until(lambda: server.started, what="the careless desk is open")
        host, port = server.servers[0].sockets[0].getsockname()[:2]
        yield f"http://{host}:{port}", engine
    finally:
        server.should_exit = True
        thread.join()
        engine.dispose()
