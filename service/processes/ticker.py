"""The tick: once a second every process looks for what the clock has made due and for what a lost bell has left.

All of it is safe to do in several processes at once: transitions check the stage they start from, claims are
conditional, and a bell too many meets nothing to do.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from certificates import issuing
from certificates.models import Certificate
from events import deliveries, outbox
from events.catalogue import feeds
from events.drafts import lifecycle
from events.errors import Refused, TryLater
from events.models import Recording
from events.pages import own_events
from events.presence import meeting_reports
from events.privacy import retention
from events.questions import answer_files
from events.recordings import recording
from events.registrations import guardians, importing
from events.seating import allotment_release, invitees, queueing, waitlist
from events.storage import ReadSession
from notifications import erasure
from notifications.inbox import listing
from notifications.models.email import Email
from notifications.models.poster import Poster
from notifications.models.text_message import TextChannel
from notifications.news import issuing as issuing_news
from notifications.news import subscribing
from notifications.posts import due, publishing
from notifications.suppression import suppressing
from notifications.texting import sending
from notifications.transport import quotas
from service.accounts import sealing, staff
from service.clock import real_now
from service.database import idempotency
from service.database.outages import Unavailable
from service.database.transactions import Committed
from service.limits import rate_counts
from service.processes import partner_sweeping
from service.processes.takeover import Watch
from service.wiring import Runtime

log = logging.getLogger(__name__)

CLAIMED: Mapping[str, Sequence[type[deliveries.Claimable]]] = {
    "emails": (Email,),
    "posts": (Poster,),
    "certificates": (Certificate,),
    "recordings": (Recording,),
}
"""The rows behind each queue."""

GIVEN_BACK = frozenset({"emails", "certificates", "recordings"})
"""Queues whose lost work is simply done again. A post is not: whether it went out must be asked of its network."""

TIDY_EVERY = timedelta(hours=1)
FIRST_TIDY = timedelta(minutes=1)
"""After the start: a process that never runs for an hour removes what it promised to remove all the same."""
KEYS_KEPT = timedelta(days=7)
UPLOADS_KEPT = timedelta(days=1)
TEXTS_KEPT = timedelta(days=90)
"""After the event that they were about: as long as that is not archived."""

NEWS_CHUNKS = 20
"""Parts of an issue that one tick owes; the next tick goes on."""

INTERVAL = timedelta(seconds=1)
BELL_GRACE = timedelta(seconds=2)
"""How old an unsettled fact must be before its bell counts as lost."""


class Ticker:
    """Ticks in a thread of its own until it is stopped."""

    def __init__(self, runtime: Runtime, *, first_tidy: timedelta = FIRST_TIDY) -> None:
        self._runtime = runtime
        self._watch = Watch(runtime.database, own_id=runtime.process_id)
        self._tidy_at = real_now() + first_tidy
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ticker", daemon=True)

    def start(self) -> None:
        """Begin to tick."""
        self._thread.start()

    def stop(self) -> None:
        """Stop ticking."""
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.wait(INTERVAL.total_seconds()):
            # Each for itself: an event that cannot begin must not keep the work of the dead from the living.
            for step in (
                self._watch.look,
                partial(tick, self._runtime),
                partial(seal_trail, self._runtime),
                self._tidy_up,
            ):
                try:
                    step()
                except Unavailable:
                    log.debug("nothing to be done while the database cannot be used")
                except Exception:
                    log.exception("a tick failed; the next one follows in a second")

    def _tidy_up(self) -> None:
        now = real_now()
        if now >= self._tidy_at:
            self._tidy_at = now + TIDY_EVERY
            tidy_up(self._runtime)


def tidy_up(runtime: Runtime) -> None:
    """Forget what nobody needs any more: old keys, dead sessions and links, uploads that broke off yesterday."""
    now = real_now()
    runtime.database.write(lambda session: idempotency.forget_before(session, now - KEYS_KEPT))
    runtime.database.write(lambda session: staff.prune(session, real_now=now))
    runtime.database.write(lambda session: own_events.prune(session, real_now=now))
    runtime.database.write(feeds.prune)
    runtime.database.write(lambda session: rate_counts.prune(session, real_now=now))
    runtime.database.write(lambda session: suppressing.prune(session, now=runtime.clock.now()))
    runtime.database.write(lambda session: quotas.prune(session, real_now=now))
    remove_answers(runtime)
    partner_sweeping.sweep(runtime)
    runtime.database.write(lambda session: importing.forget_old(session, now=runtime.clock.now()))
    runtime.database.write(lambda session: meeting_reports.forget_old(session, now=runtime.clock.now()))
    forget_letters(runtime)
    forget_texts(runtime)
    forget_unconfirmed(runtime)
    begun_before = runtime.clock.now() - UPLOADS_KEPT
    for key in runtime.database.write(lambda session: recording.discard_unfinished(session, begun_before=begun_before)):
        runtime.files.delete(key)


def forget_letters(runtime: Runtime) -> None:
    """Empty what people wrote in messages that came in long ago, some hundred in a transaction."""
    now = runtime.clock.now()
    before = now - timedelta(days=runtime.settings.inbound_days)
    while runtime.database.write(lambda session: listing.forget(session, before=before, now=now)):
        pass


def forget_texts(runtime: Runtime) -> None:
    """Empty text messages, and what was agreed to about them, of events that ended long ago."""
    now = runtime.clock.now()
    while runtime.database.write(lambda session: erasure.forget_texts(session, ended_before=now - TEXTS_KEPT, now=now)):
        pass


def forget_unconfirmed(runtime: Runtime) -> None:
    """Forget addresses for which news was asked and never agreed to, some hundred in a transaction."""
    now = runtime.clock.now()
    while runtime.database.write(lambda session: subscribing.forget_unconfirmed(session, now=now)):
        pass


def seal_trail(runtime: Runtime) -> None:
    """Chain what staff have done since the last time; looking first spares a write in most seconds."""
    now = real_now()
    if runtime.database.read(lambda session: sealing.has_unsealed(session, real_now=now)):
        runtime.database.write(lambda session: sealing.seal(session, runtime.chain_key, real_now=now))


def remove_answers(runtime: Runtime) -> None:
    """Remove answers whose time is over, then files that nobody registered with or that went with their answer."""
    now = runtime.clock.now()
    for what in runtime.database.read(lambda session: retention.due(session, now=now)):
        while runtime.database.write(partial(_purge, what=what, now=now)):
            pass
    sent_before = now - UPLOADS_KEPT
    while swept := runtime.database.read(lambda session: answer_files.list_swept(session, sent_before=sent_before)):
        for key in swept.values():
            runtime.files.delete(key)
        runtime.database.write(partial(_forget, ids=list(swept)))


def _purge(session: Session, *, what: retention.Due, now: datetime) -> int:
    return retention.purge(session, what, now=now)


def _forget(session: Session, *, ids: Sequence[uuid.UUID]) -> None:
    answer_files.forget(session, ids)


def tick(runtime: Runtime) -> None:
    """Do once what the clock has made due, and ring for everything that waits."""
    now = runtime.clock.now()
    for event_id, transition in runtime.database.read(lambda session: lifecycle.due(session, now=now)):
        _try(runtime, event_id, transition)
    if runtime.database.read(lambda session: waitlist.has_expired_offers(session, now=now)):
        runtime.database.write(lambda session: waitlist.expire_offers(session, now=now))
    if runtime.database.read(lambda session: queueing.has_waited_in_vain(session, now=now)):
        runtime.database.write(lambda session: queueing.end_waiting(session, now=now))
    if runtime.database.read(lambda session: invitees.has_overdue(session, now=now)):
        runtime.database.write(lambda session: invitees.release_overdue(session, now=now))
    if runtime.database.read(lambda session: allotment_release.has_overdue(session, now=now)):
        runtime.database.write(lambda session: allotment_release.release_overdue(session, now=now))
    if runtime.database.read(lambda session: guardians.has_due(session, now=now)):
        runtime.database.write(lambda session: guardians.expire(session, now=now))
    _issue_news(runtime, now)
    lost = runtime.database.read(lambda session: outbox.unsettled(session, real_now=real_now(), grace=BELL_GRACE))
    waiting = runtime.database.read(
        lambda session: queues_with_work(
            session, channels=runtime.channels, texters=runtime.texters, now=now, real_now=real_now()
        )
    )
    for queue in waiting & GIVEN_BACK:
        for model in CLAIMED[queue]:
            _give_back(runtime, model)
    if runtime.bell is not None and (lost or waiting):
        runtime.bell.ring(Committed(facts=tuple(lost), bells=frozenset(waiting)))


def _issue_news(runtime: Runtime, now: datetime) -> None:
    """Begin the news whose moment has come and owe it, each part in a transaction of its own, so that nobody waits."""
    if not runtime.database.read(lambda session: issuing_news.has_due(session, now=now)):
        return
    runtime.database.write(lambda session: issuing_news.begin(session, now=now))
    for _ in range(NEWS_CHUNKS):
        if not runtime.database.write(lambda session: issuing_news.plan_chunk(session, now=now)):
            return


def _give_back(runtime: Runtime, model: type[deliveries.Claimable]) -> None:
    """Queue again what dead workers held; looking first spares a write in the second that nobody died."""
    if runtime.database.read(lambda session: deliveries.has_lost(session, model, real_now=real_now())):
        runtime.database.write(lambda session: deliveries.release_expired(session, model, real_now=real_now()))


def queues_with_work(
    session: ReadSession,
    *,
    channels: Collection[str],
    texters: Collection[TextChannel] = (),
    now: datetime,
    real_now: datetime,
) -> set[str]:
    """Return the queues in which something is due, or is held by a worker that must be dead."""
    waiting = {
        queue
        for queue, models in CLAIMED.items()
        if any(deliveries.has_work(session, model, now=now, real_now=real_now) for model in models)
    }
    if due.has_work(session, now=now) or publishing.has_work(session, channels, now=now, real_now=real_now):
        waiting.add("posts")
    if texters and sending.has_work(session, texters, now=now, real_now=real_now):
        waiting.add("texts")
    if issuing.due(session, now=now, limit=1):
        waiting.add("certificates")
    return waiting


def _try(runtime: Runtime, event_id: uuid.UUID, transition: Callable[..., None]) -> None:
    """Make one transition; another process may have been faster, and then the stage refuses it."""

    def use_case(session: Session) -> None:
        transition(session, event_id, now=runtime.clock.now(), by=lifecycle.CLOCK)

    try:
        runtime.database.write(use_case, seats_of=[event_id])
    except TryLater:
        raise  # it would meet the other events too
    except Refused as refusal:
        log.debug("transition refused: %s", refusal)
    except Exception:  # one event that cannot move must not keep the rest of the tick from everybody
        log.exception("a transition failed", extra={"event_id": str(event_id)})
