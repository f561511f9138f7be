"""The parts of the play behind the scenes: the YouTube connection, and posts that somebody has to approve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import sqlalchemy as sa

from events.models import Organiser
from events.storage import Session
from notifications import posts
from notifications.models.post import Post, PostState
from service.clock import real_now
from service.demo.theatre import Theatre
from service.youtube_connection import GoogleProject, connect

if TYPE_CHECKING:
    from service.demo.play import Play


def connect_youtube(theatre: Theatre) -> None:
    """Give consent to upload, as `acara youtube connect` does; the stand-in's sign-in page agrees at once."""
    settings = theatre.settings
    project = GoogleProject(
        client_id=settings.youtube_client_id or "",
        client_secret=settings.youtube_client_secret.get_secret_value() if settings.youtube_client_secret else "",
        api_root=theatre.youtube.root,
        token_url=theatre.youtube.token_url,
        auth_url=theatre.youtube.auth_url,
    )
    organiser_id = theatre.runtime.database.read(lambda session: session.scalar(sa.select(Organiser.id)))
    opened: list[str] = []

    def answer(_redirect_uri: str) -> str:
        consent = httpx.get(opened[-1], follow_redirects=False, timeout=10)
        return str(consent.headers["location"])

    connect(
        theatre.runtime.database,
        project,
        secrets=theatre.runtime.secrets,
        organiser_id=organiser_id,
        now=real_now(),
        say=opened.append,
        ask=answer,
    )


def approve_posts(play: Play) -> None:
    """Approve every draft by the use-case that pages and API call. Copy-ready ones then wait for a person."""

    def use_case(session: Session) -> int:
        now = play.theatre.clock.now()
        drafts = session.scalars(sa.select(Post).where(Post.state == PostState.DRAFT)).all()
        for post in drafts:
            posts.approve(session, post.id, now=now, by="staff:demo")
        return len(drafts)

    approved = play.theatre.runtime.database.write(use_case)
    if approved:
        play.say(f"{approved} posts approved")
    play.rest()
