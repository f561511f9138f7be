"""The parts of the play behind the scenes: the YouTube connection, and posts that somebody has to approve."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx
import sqlalchemy as sa

from events.models import Organiser
from notifications.channels.limits import INSTAGRAM, WHATSAPP
from service.clock import real_now
from service.demo.theatre import Theatre
from service.youtube.connection import GoogleProject, connect

if TYPE_CHECKING:
    from service.demo.play import Play

_BY_HAND = (WHATSAPP, INSTAGRAM)


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


def tend_posts(play: Play) -> None:
    """Do what a person at the library does with posts, over the API: put up by hand what is ready, approve what is new.

    Mastodon's go out by themselves; those for WhatsApp and Instagram are copied, and stay in the list until somebody
    says that they are up. The last ones of the play stay there, for those who look around afterwards.
    """
    waiting = play.staff.get("/staff/posts", organiser=play.organiser)["items"]
    now = play.theatre.clock.now()
    ready = [
        each for each in waiting if each["state"] == "queued" and each["channel"] in _BY_HAND and _is_due(each, now)
    ]
    drafts = [each for each in waiting if each["state"] == "draft"]
    play.together(lambda each: play.staff.post(f"/staff/posts/{each['id']}/copied"), ready)
    play.together(lambda each: play.staff.post(f"/staff/posts/{each['id']}/approve?version={each['version']}"), drafts)
    play.tally.copied += len(ready)
    done = [f"{len(drafts)} posts approved"] if drafts else []
    done += [f"{len(ready)} put up by hand on WhatsApp and Instagram"] if ready else []
    if done:
        play.say("Staff look after the posts: " + ", ".join(done))
    play.rest()


def _is_due(post: dict[str, Any], now: datetime) -> bool:
    return post["has_picture"] and datetime.fromisoformat(post["due_at"]) <= now
