"""Posts as pages show them: plain rows with previews, nothing to query further."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from events.errors import NotFound
from events.links import Links
from events.models import Event
from events.ownership import Owners, owned_by
from events.storage import ReadSession
from notifications.channels.copying import CopyReady, copy_ready
from notifications.channels.limits import LIMITS, Limits
from notifications.channels.preview import preview
from notifications.models.post import Post, PostState
from notifications.models.poster import Poster
from notifications.posters.finding import picture_key
from notifications.posts import connecting
from notifications.posts.timing import Clash, clashes
from notifications.writing.checking import Doubt, doubts
from notifications.writing.details import details_of, marker

SHOWN = tuple(state for state in PostState if state is not PostState.PLANNED)


@dataclass(frozen=True, slots=True)
class PostRow:
    """One post, with how its channel will show it and what is doubtful about it."""

    id: uuid.UUID
    event_id: uuid.UUID
    event_title: str
    moment: str
    channel: str
    locale: str
    state: str
    text: str
    alt_text: str
    previous_text: str | None
    shown: str
    folded: str
    length: int
    limit: int
    doubts: tuple[Doubt, ...]
    clashes: tuple[Clash, ...]
    """Other events that speak on the same channel within the hour."""
    edited: bool
    outdated: bool
    publish_at: datetime | None
    due_at: datetime | None
    good_until: datetime | None
    approved_by: str | None
    published_at: datetime | None
    remote_url: str | None
    reason: str | None
    last_error: str | None
    picture: str | None
    """The file key of the picture that goes with it; None until it is drawn."""
    poster_id: uuid.UUID | None
    copy: CopyReady
    version: int
    account_is_dead: bool = False
    """Its organiser's account has to be connected again before it can go out."""

    @property
    def left(self) -> int:
        """Room that is left in the channel's own units."""
        return self.limit - self.length


def posts_of_event(
    session: ReadSession, event_id: uuid.UUID, *, links: Links, limits: Mapping[str, Limits] = LIMITS
) -> list[PostRow]:
    """Return every post of an event that has been written, in the order in which they (are to) go out."""
    return _rows(session, Post.event_id == event_id, Post.state.in_(SHOWN), links=links, limits=limits)


def posts_waiting(
    session: ReadSession, owners: Owners, *, links: Links, limits: Mapping[str, Limits] = LIMITS
) -> list[PostRow]:
    """Return what waits for a person: drafts to approve, approved ones to copy, and what failed."""
    waiting = Post.state.in_((PostState.DRAFT, PostState.QUEUED, PostState.FAILED, PostState.UNKNOWN))
    return _rows(session, owned_by(Post.organiser_id, owners), waiting, links=links, limits=limits)


def post_row(session: ReadSession, post_id: uuid.UUID, *, links: Links) -> PostRow:
    """Return one post. Raises `NotFound`."""
    found = _rows(session, Post.id == post_id, links=links, limits=LIMITS)
    if not found:
        raise NotFound
    return found[0]


def planned_of_event(session: ReadSession, event_id: uuid.UUID) -> Sequence[tuple[str, str, str, datetime | None]]:
    """Return what is still to be written: moment, channel, locale and when it should be out, earliest first."""
    rows = session.execute(
        sa.select(Post.moment, Post.channel, Post.locale, Post.publish_at)
        .where(Post.event_id == event_id, Post.state == PostState.PLANNED)
        .order_by(Post.publish_at, Post.moment, Post.channel, Post.locale)
    )
    return [(moment.value, channel, locale, at) for moment, channel, locale, at in rows]


def _rows(
    session: ReadSession, *conditions: sa.ColumnElement[bool], links: Links, limits: Mapping[str, Limits]
) -> list[PostRow]:
    rows = session.execute(
        sa.select(Post, Event, Poster, connecting.is_dead())
        .join(Event, Event.id == Post.event_id)
        .outerjoin(Poster, Poster.id == Post.poster_id)
        .where(*conditions)
        .order_by(sa.func.coalesce(Post.published_at, Post.publish_at, Post.created_at), Post.id)
    ).all()
    near = clashes(session, [post for post, *_ in rows])
    return [
        _row(session, post, event, poster, dead=dead, clashes=near.get(post.id, ()), links=links, limits=limits)
        for post, event, poster, dead in rows
    ]


def _row(
    session: ReadSession,
    post: Post,
    event: Event,
    poster: Poster | None,
    *,
    dead: bool,
    clashes: tuple[Clash, ...],
    links: Links,
    limits: Mapping[str, Limits],
) -> PostRow:
    shown = preview(post.text, limits[post.channel])
    return PostRow(
        id=post.id,
        event_id=post.event_id,
        event_title=event.title.to(post.locale),
        moment=post.moment.value,
        channel=post.channel,
        locale=post.locale,
        state=post.state.value,
        text=post.text,
        alt_text=post.alt_text,
        previous_text=post.previous_text,
        shown=shown.shown,
        folded=shown.folded,
        length=shown.length,
        limit=shown.limit,
        doubts=_doubts(session, post, event, links),
        clashes=clashes,
        edited=post.edited,
        outdated=post.outdated,
        publish_at=post.publish_at,
        due_at=post.due_at,
        good_until=post.good_until,
        approved_by=post.approved_by,
        published_at=post.published_at,
        remote_url=post.remote_url,
        reason=post.reason,
        last_error=post.last_error,
        picture=picture_key(poster, limits[post.channel].image_format) if poster else None,
        poster_id=post.poster_id,
        copy=copy_ready(post.channel, post.text),
        version=post.version,
        account_is_dead=bool(dead) and post.state in (PostState.QUEUED, PostState.UNKNOWN),
    )


def _doubts(session: ReadSession, post: Post, event: Event, links: Links) -> tuple[Doubt, ...]:
    """Check what a person wrote; what the library wrote says nothing but the event (and has tests to prove it)."""
    if not post.edited:
        return ()
    details = details_of(
        session, event, post.moment, locale=post.locale, links=links, subject=post.subject, code=marker(post.id)
    )
    return doubts(post.text, post.moment, details, edited=True)
