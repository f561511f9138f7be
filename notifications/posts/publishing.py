"""Publishing what is approved and due: claim, hand to the network outside any transaction, settle with a fact.

A post is handed to a network again only when it is certain that it is not out. A worker that dies between the network's
answer and our note of it leaves the post *unknown*, and so does an answer that was lost on the way: the post is then
looked for among our own before anything else happens to it.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from events import outbox
from events.deliveries import Claim, claim, put_back, release_expired, settle
from events.errors import TryLater
from events.links import Links
from events.media.files import FileStore
from events.models import Event, Organiser
from events.storage import ReadSession, Transactions
from notifications.channels.limits import LIMITS
from notifications.channels.pictures import measure
from notifications.channels.preview import faults, picture_faults
from notifications.channels.protocol import (
    Channel,
    Disconnected,
    NotSent,
    Publication,
    Published,
    Rejected,
    Unclear,
)
from notifications.models.channel_connection import ChannelConnection, ConnectionState
from notifications.models.post import Post, PostState
from notifications.models.poster import Poster, PosterState
from notifications.posters.finding import picture_key
from notifications.posts import connecting
from notifications.posts.connecting import Opened, Opener
from notifications.posts.facts import PostFailed, PostPublished
from notifications.posts.following import follow, mark_if_outdated
from notifications.posts.wording import WORKER
from notifications.writing.details import event_address, marker

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
"""Longer than every timeout of one publication together: when it is over, nothing of ours is under way any more."""
LOOK_AFTER = timedelta(seconds=30)
"""How long to wait before looking for a post whose answer was lost: the network may still be at it."""
ATTEMPTS = 8
_BACKOFF = timedelta(seconds=30)
_LONGEST_BACKOFF = timedelta(hours=1)
_CLOCKS_APART = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Work:
    """A claimed post and all that is needed to publish it without the database."""

    claim: Claim
    opened: Opened
    state: PostState
    publication: Publication
    picture: str | None
    attempts: int
    first_sent_at: datetime

    @property
    def channel(self) -> Channel:
        """The network."""
        return self.opened.channel


def _unreadable(_connection: ChannelConnection) -> None:
    """Open no connection: there are only the installation's networks."""


@dataclass(frozen=True, slots=True)
class _Ways:
    """The ways out that there are."""

    channels: Mapping[str, Channel]
    opener: Opener


def publish_due(
    transactions: Transactions,
    channels: Mapping[str, Channel],
    files: FileStore,
    *,
    now: datetime,
    real_now: datetime,
    links: Links,
    limit: int = 20,
    opener: Opener = _unreadable,
) -> int:
    """Publish up to `limit` due posts and look for those whose outcome is unknown; returns how many were handled.

    Each goes out by its organiser's own connection, which `opener` makes a channel of, else by one of `channels`.

    Called by as many workers as like to, at any time: each post is claimed by one. Commits by itself. `now` is
    business time, `real_now` real time (leases).
    """
    transactions.write(lambda session: release_expired(session, Post, real_now=real_now, state=PostState.UNKNOWN))
    handled = 0
    for state in (PostState.UNKNOWN, PostState.QUEUED):
        while handled < limit:
            held = transactions.write(partial(_claim, channels=channels, state=state, now=now, real_now=real_now))
            if not held.ids:
                break
            handled += 1
            ways = _Ways(channels, opener)
            work = _prepare(transactions, ways, held, state, now=now, real_now=real_now, links=links)
            if work is not None:
                outcome = _look_for(work) if state is PostState.UNKNOWN else _publish(work, files)
                _settle(transactions, work, outcome, now=now, links=links)
    return handled


def has_work(session: ReadSession, channels: Collection[str], *, now: datetime, real_now: datetime) -> bool:
    """Tell whether a post is to be published by a connection or on one of `channels`, or looked for there.

    Approved posts of other channels wait for a person who takes them over by hand, and for nobody else.
    """
    due = sa.and_(Post.state.in_((PostState.QUEUED, PostState.UNKNOWN)), Post.due_at <= now)
    lost = sa.and_(Post.state == PostState.SENDING, Post.lease_until < real_now)
    wanted = sa.select(Post.id).where(sa.or_(sa.and_(due, _picture_is_settled(), connecting.ready(channels)), lost))
    return session.scalar(wanted.limit(1)) is not None


def _claim(
    session: Session, *, channels: Collection[str], state: PostState, now: datetime, real_now: datetime
) -> Claim:
    only = (connecting.ready(channels), _picture_is_settled())
    return claim(session, Post, now=now, real_now=real_now, limit=1, lease=LEASE, only=only, state=state)


def _open(session: Session, ways: _Ways, post: Post, *, now: datetime) -> tuple[Opened, str] | None:
    """Return the way out of a claimed post and the account's id; None where there is none any more."""
    own = connecting.own_connection(session, post.organiser_id, post.channel)
    if own is None:
        house = ways.channels.get(post.channel)
        return None if house is None else (Opened(house), "")
    if own.state is not ConnectionState.CONNECTED:
        return None
    opened = ways.opener(own)
    if opened is None:  # sealed with a key that is gone
        connecting.mark_dead(session, own.id, own.serial, now=now)
        return None
    return replace(opened, connection_id=own.id, serial=own.serial), own.account_id


def _prepare(
    transactions: Transactions,
    ways: _Ways,
    held: Claim,
    state: PostState,
    *,
    now: datetime,
    real_now: datetime,
    links: Links,
) -> _Work | None:
    """Return all that publishing a claimed post needs, or None where the event has overtaken the post.

    One that cannot be prepared waits, longer every time, and is given up in the end; nothing of it has been sent.
    """

    def use_case(session: Session) -> _Work | None:
        mine = sa.select(Post).where(Post.id == held.ids[0], Post.lease_token == held.token).with_for_update()
        post = session.scalar(mine)
        if post is None:
            return None
        way = _open(session, ways, post, now=now)
        if way is None or (state is PostState.UNKNOWN and post.sent_as != way[1]):
            put_back(session, Post, held.token, [post.id], state=state)
            return None
        event = session.get_one(Event, post.event_id)
        organiser = session.get_one(Organiser, post.organiser_id)
        if state is PostState.QUEUED and not _stands(session, event, post, now=now, links=links):
            return None
        first_sent_at = post.first_sent_at = post.first_sent_at or real_now
        post.sent_as = way[1]
        poster = session.get(Poster, post.poster_id) if post.poster_id else None
        session.flush()
        return _Work(
            claim=held,
            opened=way[0],
            state=state,
            publication=Publication(
                key=post.id,
                text=post.text,
                locale=post.locale,
                link=event_address(links, organiser, event, marker(post.id)),
                image=None,
                image_type="image/jpeg",
                alt_text=post.alt_text,
                title=event.title.to(post.locale),
            ),
            picture=picture_key(poster, LIMITS[post.channel].image_format) if poster else None,
            attempts=post.attempts,
            first_sent_at=first_sent_at,
        )

    try:
        return transactions.write(use_case)
    except TryLater:
        raise
    except Exception as error:
        log.exception("a post could not be prepared", extra={"post_id": str(held.ids[0])})
        message = f"{type(error).__name__}: {error}"
        transactions.write(partial(_postpone, held=held, state=state, message=message, now=now))
        return None


def _postpone(session: Session, *, held: Claim, state: PostState, message: str, now: datetime) -> None:
    """Let a post wait that could not be prepared. One whose fate is unknown is never given up."""
    attempts = session.scalar(sa.select(Post.attempts).where(Post.id == held.ids[0])) or 1
    values: dict[str, Any] = {"state": state, "due_at": now + _wait(attempts), "last_error": message[:500]}
    if state is PostState.QUEUED and attempts >= ATTEMPTS:
        values = _failed("broken", message, now=now)
    if settle(session, Post, held.token, held.ids, **values) and values["state"] is PostState.FAILED:
        _record(session, held.ids[0], now=now)


def _wait(attempts: int) -> timedelta:
    """Return the pause after the n-th attempt: 30 s, 1 min, 2 min … one hour."""
    doublings = min(max(attempts - 1, 0), 10)
    return min(_BACKOFF * (1 << doublings), _LONGEST_BACKOFF)


def _with_picture(work: _Work, files: FileStore) -> Publication:
    """Load the picture. One that is gone from storage is no reason not to say that an event is cancelled."""
    if work.picture is None:
        return work.publication
    try:
        return replace(work.publication, image=files.get(work.picture))
    except FileNotFoundError:
        return work.publication


def _picture_is_settled() -> sa.ColumnElement[bool]:
    """A post waits for its picture; one whose picture could not be made goes without."""
    settled = sa.select(Poster.id).where(
        Poster.id == Post.poster_id, Poster.state.in_((PosterState.DONE, PosterState.FAILED))
    )
    return sa.or_(Post.poster_id.is_(None), settled.exists())


def _stands(session: Session, event: Event, post: Post, *, now: datetime, links: Links) -> bool:
    """Let go of a claimed post that its event has overtaken; it was rewritten or withdrawn."""
    if follow(session, event, post, now=now, links=links):
        return True
    post.lease_token = post.lease_until = None
    session.flush()
    return False


Outcome = Published | NotSent | Rejected | Unclear | None


def _publish(work: _Work, files: FileStore) -> Outcome:
    try:
        said = _with_picture(work, files)
        limits, has_image = work.channel.limits(), said.image is not None
        picture = measure(said.image, said.image_type) if said.image is not None else None
        wrong = faults(said.text, said.alt_text, limits, has_image=has_image) + picture_faults(picture, limits)
        if wrong:
            return Rejected(wrong[0].code)
        return work.channel.publish(said)
    except (NotSent, Rejected, Unclear) as outcome:
        return outcome
    except Exception as error:  # noqa: BLE001 - whatever it was, the post may be out
        return Unclear(f"{type(error).__name__}: {error}")


def _look_for(work: _Work) -> Outcome:
    try:
        return work.channel.reconcile(work.publication, since=work.first_sent_at - _CLOCKS_APART)
    except Disconnected as outcome:
        return outcome if work.opened.connection_id else Unclear(str(outcome))
    except (NotSent, Rejected, Unclear) as outcome:
        return Unclear(str(outcome))
    except Exception as error:  # noqa: BLE001 - not being able to look changes nothing about the post
        return Unclear(f"{type(error).__name__}: {error}")


def _settle(transactions: Transactions, work: _Work, outcome: Outcome, *, now: datetime, links: Links) -> None:
    values = _values(work, outcome, now=now)
    if (said := values.get("last_error")) and work.opened.secret:
        values["last_error"] = said.replace(work.opened.secret, "…")

    def use_case(session: Session) -> None:
        _note(session, work, outcome, now=now)
        if not settle(session, Post, work.claim.token, work.claim.ids, **values):
            return  # the lease ran out; whoever has the post now looks for it
        post = session.get_one(Post, work.publication.key, populate_existing=True)
        if post.state is PostState.PUBLISHED:
            _compare(session, post, links=links)
        _record(session, post.id, now=now)

    transactions.write(use_case)


def _note(session: Session, work: _Work, outcome: Outcome, *, now: datetime) -> None:
    """Write down what an outcome says about the connection itself."""
    connection_id = work.opened.connection_id
    if connection_id is None:
        return
    if isinstance(outcome, Published):
        connecting.note_use(session, connection_id, now=now)
    elif isinstance(outcome, Disconnected):
        connecting.mark_dead(session, connection_id, work.opened.serial, now=now)


def _compare(session: Session, post: Post, *, links: Links) -> None:
    """Mark a post that the event overtook on its way; failing at that must not undo the note that it is out."""
    try:
        with session.begin_nested():
            mark_if_outdated(session, session.get_one(Event, post.event_id), post, links=links)
    except DBAPIError:
        raise
    except Exception:
        log.exception("a published post could not be compared", extra={"post_id": str(post.id)})


def _record(session: Session, post_id: uuid.UUID, *, now: datetime) -> None:
    """Record the fact of a post that is out, or given up."""
    post = session.get_one(Post, post_id, populate_existing=True)
    about: dict[str, Any] = {"organiser_id": post.organiser_id, "event_id": post.event_id, "post_id": post.id}
    if post.state is PostState.PUBLISHED:
        outbox.record(session, PostPublished(channel=post.channel, **about), now=now, by=WORKER)
    elif post.state is PostState.FAILED:
        outbox.record(session, PostFailed(reason=post.reason or "refused", **about), now=now, by=WORKER)


def _values(work: _Work, outcome: Outcome, *, now: datetime) -> dict[str, Any]:
    """Return what an outcome makes of the post's row."""
    match outcome:
        case Published():
            return {
                "state": PostState.PUBLISHED,
                "remote_id": outcome.remote_id,
                "remote_url": outcome.url,
                "published_at": now,
                "due_at": None,
                "last_error": None,
                "updated_at": now,
            }
        case Disconnected() if work.opened.connection_id is not None:
            # Nothing is out by this attempt. The post waits for its account, however often that takes.
            values = {"state": work.state, "due_at": now, "attempts": work.attempts - 1}
            return {**values, "last_error": "disconnected"}
        case Rejected():
            return _failed(outcome.reason, str(outcome), now=now)
        case NotSent() if work.attempts >= ATTEMPTS:
            return _failed("unreachable", outcome.reason, now=now)
        case NotSent():
            wait = outcome.retry_after or _wait(work.attempts)
            return {"state": PostState.QUEUED, "due_at": now + wait, "last_error": outcome.reason[:500]}
        case Unclear():
            first = max(LOOK_AFTER, work.channel.visible_after)
            wait = min(first * 2 ** min(work.attempts - 1, 6), _LONGEST_BACKOFF)
            return {"state": PostState.UNKNOWN, "due_at": now + wait, "last_error": str(outcome)[:500]}
        case None:
            # Looked for and certainly not there: it may be sent again, under the same idempotency key.
            return {"state": PostState.QUEUED, "due_at": now}


def _failed(reason: str, message: str, *, now: datetime) -> dict[str, Any]:
    values = {"state": PostState.FAILED, "reason": reason[:40], "last_error": message[:500]}
    return {**values, "due_at": None, "updated_at": now}


def in_flight(session: Session, event_id: uuid.UUID) -> int:
    """Return how many posts of an event are being sent or looked for at this moment."""
    flying = Post.state.in_((PostState.SENDING, PostState.UNKNOWN))
    return session.scalar(sa.select(sa.func.count()).where(Post.event_id == event_id, flying)) or 0
