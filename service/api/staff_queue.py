"""Staff: whether work is waiting, and having failed work tried again."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter

from events.storage import ReadSession, Session
from service import presence, queues
from service.accounts.permissions import Action, require
from service.api.access import Acting, needs
from service.api.answers import STAFF_ACT, STAFF_READ
from service.api.parameters import Id
from service.api.resources.work import QueueReport, queue_report
from service.clock import real_now


@get("/queue", opt=needs(Action.VIEW_QUEUE), responses=STAFF_READ, operation_id="getQueue")
async def get_queue(acting: NamedDependency[Acting]) -> QueueReport:
    """Say what waits, what is at work, what failed, and which processes are alive."""
    now = acting.now

    def query(session: ReadSession) -> QueueReport:
        return queue_report(
            queues.health(session, now=now, real_now=real_now()),
            queues.failures(session, owners=acting.identity.organiser_ids),
            presence.alive(session, real_now=real_now()),
        )

    return await acting.see(query)


@post(
    "/queue/{kind:str}/{key:uuid}/retry",
    status_code=204,
    opt=needs(Action.RETRY_WORK),
    responses=STAFF_ACT,
    operation_id="retryWork",
)
async def retry_work(
    kind: Annotated[str, PathParameter(max_length=20)], key: Id, acting: NamedDependency[Acting]
) -> None:
    """Have one piece of work that was given up tried again."""
    now = acting.now

    def use_case(session: Session) -> None:
        owner = queues.owner_of_failure(session, kind, key)
        require(acting.identity, Action.APPROVE_POSTS if kind == "posts" else Action.RETRY_WORK, owner)
        queues.retry(session, kind, key, now=now, by=acting.by)

    await acting.change(use_case)


routes = Router("/", route_handlers=[get_queue, retry_work], tags=["Queue"])
