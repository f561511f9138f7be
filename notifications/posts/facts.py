"""Facts of posts: what became of each announcement. Ids and codes only, never a text."""

from __future__ import annotations

import uuid

from events.facts import Fact


class PostDrafted(Fact, frozen=True, kw_only=True):
    """A post waits for a person's approval."""

    post_id: uuid.UUID
    moment: str
    channel: str
    locale: str


class PostRewritten(Fact, frozen=True, kw_only=True):
    """The event changed, so a post that was not out yet was written anew and waits for approval again."""

    post_id: uuid.UUID


class PostApproved(Fact, frozen=True, kw_only=True):
    """A person approved a post; it goes out when it is due."""

    post_id: uuid.UUID


class PostMoved(Fact, frozen=True, kw_only=True):
    """A person gave a post that is not out another day or hour."""

    post_id: uuid.UUID


class PostPublished(Fact, frozen=True, kw_only=True):
    """A post is out, by the network's own answer or because a person took it over by hand."""

    post_id: uuid.UUID
    channel: str


class PostWithdrawn(Fact, frozen=True, kw_only=True):
    """A post will not go out; `reason` is a code."""

    post_id: uuid.UUID
    reason: str


class PostFailed(Fact, frozen=True, kw_only=True):
    """A network refused a post for good; `reason` is a code."""

    post_id: uuid.UUID
    reason: str


class ChannelConnected(Fact, frozen=True, kw_only=True):
    """An organiser's account on a network was connected, or connected again."""

    channel: str


class ChannelDisconnected(Fact, frozen=True, kw_only=True):
    """An organiser's account on a network was disconnected; its secret is erased."""

    channel: str


class ChannelConnectionDied(Fact, frozen=True, kw_only=True):
    """A network takes our access to an account no longer; posts wait until it is connected again."""

    channel: str
