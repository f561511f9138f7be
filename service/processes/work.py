"""What workers do: one function a queue, each taking a `Runtime` and returning whether more may be waiting.

The same functions run inside `serve` and in `acara work`; only the broker that calls them differs.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from certificates import delivery as rendering
from events import outbox
from notifications.letters import house_cards
from notifications.mailing import delivery
from notifications.posters.delivering import draw_due
from notifications.posts import due, publishing
from notifications.texting import sending
from service.clock import real_now
from service.database.outages import Unavailable
from service.mail.courtesy import CourteousMailer
from service.reactions.reacting import Context
from service.reactions.story import react
from service.wiring import Runtime

log = logging.getLogger(__name__)

RETRY_FACT_AFTER = timedelta(seconds=10)
RETRY_FACT_AT_LEAST_EVERY = timedelta(hours=1)


def react_to(runtime: Runtime, fact_ids: Sequence[uuid.UUID]) -> None:
    """React to facts: all in one transaction, or, where one of them fails, each in its own."""
    try:
        runtime.database.write(lambda session: _react_to_all(runtime, session, fact_ids))
    except Unavailable:
        log.debug("the facts wait until the database can be used again")
    except Exception as error:
        if len(fact_ids) > 1:
            for fact_id in fact_ids:
                react_to(runtime, [fact_id])
            return
        log.exception("reacting failed", extra={"fact_id": str(fact_ids[0])})
        _note_failure(runtime, fact_ids[0], error)


def _react_to_all(runtime: Runtime, session: Session, fact_ids: Sequence[uuid.UUID]) -> None:
    now = runtime.clock.now()
    for fact_id in fact_ids:
        row = session.get(outbox.FactRow, fact_id)
        if row is None:
            continue
        # What follows from a request carries that request's id, in rows and in logs.
        session.info[outbox.REQUEST_ID] = row.request_id
        with structlog.contextvars.bound_contextvars(request_id=row.request_id):
            context = Context(session=session, now=now, links=runtime.links, by=row.by)
            react(context, fact_id, real_now=real_now())
            log.debug("reacted", extra={"fact": row.name, "fact_id": str(fact_id)})


def _note_failure(runtime: Runtime, fact_id: uuid.UUID, error: Exception) -> None:
    """Leave the fact alone for a while, longer each time: `acara doctor` tells of it meanwhile."""

    def use_case(session: Session) -> None:
        row = session.get_one(outbox.FactRow, fact_id)
        pause = min(RETRY_FACT_AFTER * 2 ** min(row.attempts, 10), RETRY_FACT_AT_LEAST_EVERY)
        message = f"{type(error).__name__}: {error}"
        outbox.fail(session, fact_id, error=message, retry_at=real_now() + pause)

    runtime.database.write(use_case)


Delivery = Callable[[Runtime], bool]
"""Delivers what is due in one queue; returns True where more may be waiting."""


def send_emails(runtime: Runtime) -> bool:
    """Send one batch of e-mails over one connection, behind visitors where there are any."""
    served = runtime.served
    claimed = delivery.send_due(
        runtime.database,
        runtime.mailer if served is None else CourteousMailer(runtime.mailer, served),
        runtime.composer,
        now=runtime.clock.now(),
        real_now=real_now(),
        relay=runtime.relay,
    )
    return claimed > 0


def send_texts(runtime: Runtime) -> bool:
    """Send a few text messages."""
    claimed = sending.send_due(
        runtime.database, runtime.texters, links=runtime.links, now=runtime.clock.now(), real_now=real_now()
    )
    return claimed > 0


def issue_certificates(runtime: Runtime) -> bool:
    """Plan the certificates that are due, then draw, sign and store a batch of those that wait."""
    now = runtime.clock.now()
    rendering.plan_due(runtime.database, now=now)
    claimed = rendering.render_due(
        runtime.database,
        runtime.files,
        runtime.renderer,
        runtime.signer,
        now=now,
        real_now=real_now,
        verify_url=runtime.links.certificate_url,
    )
    return claimed > 0


def publish_posts(runtime: Runtime) -> bool:
    """Draw the posters that were asked for, write what is due to be written, publish what was approved."""
    now = runtime.clock.now()
    database, files, links = runtime.database, runtime.files, runtime.links
    at_once = runtime.settings.render_processes
    drawn = draw_due(database, files, runtime.draw_poster, now=now, real_now=real_now(), links=links, at_once=at_once)
    drawn += house_cards.draw_cards(database, files, runtime.draw_poster, links=links)
    written = due.draft_due(database, now=now, links=links)
    published = publishing.publish_due(
        database,
        runtime.channels,
        files,
        now=now,
        real_now=real_now(),
        links=links,
        opener=runtime.connections.open,
    )
    return drawn + written + published > 0


def upload_recordings(runtime: Runtime) -> bool:
    """Work on one recording for a slice of time."""
    from service.processes.uploads import upload_recording  # noqa: PLC0415 - Google's library is large; most processes never upload

    return upload_recording(runtime)


DELIVERIES: Mapping[str, Delivery] = {
    "emails": send_emails,
    "texts": send_texts,
    "certificates": issue_certificates,
    "posts": publish_posts,
    "recordings": upload_recordings,
}


def deliver(runtime: Runtime, queue: str) -> None:
    """Deliver until nothing is due. Faults of one round are logged and left to the next tick."""
    work = DELIVERIES.get(queue)
    try:
        while work is not None and not runtime.stopping and work(runtime):
            pass
    except Unavailable:
        log.debug("the queue waits until the database can be used again")
    except Exception:
        log.exception("delivery failed", extra={"queue": queue})
