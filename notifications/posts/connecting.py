"""Connections of organisers to networks: made, lost, taken back, and which posts may go out by them.

An organiser's own connection comes before the installation's. While it is dead its posts wait, and are never published
by another account. No secret is read here: the service seals it, and opens it again to make a channel of it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import deliveries, outbox
from events.errors import NotFound
from events.models import Organiser
from events.ownership import Owners, owned_by
from events.storage import LocalizedText, ReadSession
from notifications.channels.limits import CHANNELS
from notifications.channels.protocol import Account, Channel
from notifications.models.channel_connection import ChannelConnection, ConnectionState
from notifications.models.post import Post, PostState
from notifications.posts.facts import ChannelConnected, ChannelConnectionDied, ChannelDisconnected
from notifications.posts.wording import WORKER


@dataclass(frozen=True, slots=True)
class Opened:
    """A channel that is ready to be used. What it says is written down only with `secret` taken out."""

    channel: Channel
    secret: str = ""
    connection_id: uuid.UUID | None = None
    """None: the installation's own."""
    serial: int = 0


Opener = Callable[[ChannelConnection], Opened | None]
"""Makes a channel of a connection without reaching the network; None where its secret can no longer be read."""


def connect(
    session: Session,
    organiser_id: uuid.UUID,
    channel: str,
    *,
    account: Account,
    place: str,
    sealed_secret: str,
    now: datetime,
    by: str,
) -> ChannelConnection:
    """Keep a checked connection in the place of the one before; posts that waited go out. The caller commits."""
    # Held, so that of two who connect the first account at the same time the second replaces what the first has kept.
    session.get_one(Organiser, organiser_id, with_for_update={"key_share": True})
    held = _find(session, organiser_id, channel)
    if held is None:
        held = ChannelConnection(organiser_id=organiser_id, channel=channel, serial=0)
        session.add(held)
    held.state = ConnectionState.CONNECTED
    held.account_id, held.account_name = account.id[:200], account.name[:200]
    held.account_url, held.place = account.url[:500], place[:200]
    held.sealed_secret, held.serial = sealed_secret, held.serial + 1
    held.connected_at, held.connected_by, held.died_at = now, by, None
    session.flush()
    outbox.record(session, ChannelConnected(organiser_id=organiser_id, channel=channel), now=now, by=by)
    deliveries.ring(session, "posts")
    return held


def disconnect(session: Session, organiser_id: uuid.UUID, channel: str, *, now: datetime, by: str) -> None:
    """Erase the secret of a connection; repeated, nothing happens. Raises `NotFound`. The caller commits."""
    held = _find(session, organiser_id, channel)
    if held is None:
        raise NotFound
    if held.state is ConnectionState.DISCONNECTED:
        return
    held.state, held.sealed_secret, held.serial = ConnectionState.DISCONNECTED, "", held.serial + 1
    session.flush()
    outbox.record(session, ChannelDisconnected(organiser_id=organiser_id, channel=channel), now=now, by=by)


def mark_dead(session: Session, connection_id: uuid.UUID, serial: int, *, now: datetime) -> None:
    """Note that a network takes a connection's secret no longer; one that was given meanwhile is left alone."""
    table = ChannelConnection
    died = session.execute(
        sa.update(table)
        .where(table.id == connection_id, table.serial == serial, table.state == ConnectionState.CONNECTED)
        .values(state=ConnectionState.DEAD, died_at=now)
        .returning(table.organiser_id, table.channel)
    ).one_or_none()
    if died is not None:
        fact = ChannelConnectionDied(organiser_id=died.organiser_id, channel=died.channel)
        outbox.record(session, fact, now=now, by=WORKER)


def note_use(session: Session, connection_id: uuid.UUID, *, now: datetime) -> None:
    """Note that a post went out by a connection."""
    table = ChannelConnection
    session.execute(sa.update(table).where(table.id == connection_id).values(last_used_at=now))


def own_connection(session: ReadSession, organiser_id: uuid.UUID, channel: str) -> ChannelConnection | None:
    """Return the organiser's connection, alive or dead; None where there is none, or it was taken back."""
    held = _find(session, organiser_id, channel)
    return None if held is None or held.state is ConnectionState.DISCONNECTED else held


def list_connections(session: ReadSession, owners: Owners) -> Sequence[ChannelConnection]:
    """Return the connections of `owners`, also those that were taken back, by organiser and channel."""
    table = ChannelConnection
    wanted = sa.select(table).where(owned_by(table.organiser_id, owners))
    return session.scalars(wanted.order_by(table.organiser_id, table.channel)).all()


def owners_of_dead(session: ReadSession, owners: Owners) -> Sequence[tuple[uuid.UUID, LocalizedText]]:
    """Return the organisers of whose accounts one or more have to be connected again: their id and name."""
    table = ChannelConnection
    dead = sa.select(table.organiser_id).where(
        table.state == ConnectionState.DEAD, owned_by(table.organiser_id, owners)
    )
    wanted = sa.select(Organiser.id, Organiser.name).where(Organiser.id.in_(dead)).order_by(Organiser.id)
    return [(key, name) for key, name in session.execute(wanted)]


def count_waiting(session: ReadSession, organiser_id: uuid.UUID) -> dict[str, int]:
    """Return how many approved posts, and such as have to be looked for, each network has."""
    states = (PostState.QUEUED, PostState.UNKNOWN)
    counted = sa.select(Post.channel, sa.func.count()).where(Post.organiser_id == organiser_id, Post.state.in_(states))
    return {row[0]: row[1] for row in session.execute(counted.group_by(Post.channel))}


def channels_of(session: ReadSession, organiser_id: uuid.UUID) -> Sequence[str]:
    """Return what an organiser's posts are drafted for: the usual channels, and what it has connected besides."""
    table = ChannelConnection
    held = sa.select(table.channel).where(
        table.organiser_id == organiser_id, table.state != ConnectionState.DISCONNECTED
    )
    return (*CHANNELS, *sorted(set(session.scalars(held)) - set(CHANNELS)))


def ready(installed: Collection[str]) -> sa.ColumnElement[bool]:
    """Return the condition that a post has a way out: its organiser's live connection, or the installation's.

    A post whose fate is unknown is looked for only where it was sent; in another account it would seem not to be out.
    """
    table = ChannelConnection
    mine = (table.organiser_id == Post.organiser_id, table.channel == Post.channel)
    same = sa.or_(Post.state != PostState.UNKNOWN, Post.sent_as == table.account_id)
    alive = sa.select(table.id).where(*mine, table.state == ConnectionState.CONNECTED, same).exists()
    held = sa.select(table.id).where(*mine, table.state != ConnectionState.DISCONNECTED).exists()
    house = sa.or_(Post.state != PostState.UNKNOWN, Post.sent_as == "")
    return sa.or_(alive, sa.and_(Post.channel.in_(tuple(installed)), sa.not_(held), house))


def is_dead() -> sa.ColumnElement[bool]:
    """Return whether a post's account has to be connected again, as a column."""
    table = ChannelConnection
    mine = (table.organiser_id == Post.organiser_id, table.channel == Post.channel)
    return sa.select(table.id).where(*mine, table.state == ConnectionState.DEAD).exists()


def _find(session: ReadSession, organiser_id: uuid.UUID, channel: str) -> ChannelConnection | None:
    table = ChannelConnection
    found: ChannelConnection | None = session.scalar(
        sa.select(table).where(table.organiser_id == organiser_id, table.channel == channel)
    )
    return found
