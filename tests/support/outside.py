"""The world outside: mail, Mastodon and YouTube as stand-ins, and a library that is connected to them."""

from __future__ import annotations

import threading
import uuid
from typing import Self

import httpx
import sqlalchemy as sa

from events.models import Organiser
from events.storage import Session
from service.accounts import invitations, tokens
from service.accounts.permissions import Action
from service.clock import real_now
from service.demo.standins.mail import SmtpSink
from service.demo.standins.mastodon import MastodonStandIn
from service.demo.standins.youtube import YouTubeStandIn
from service.demo.standins.youtube_channel import Channel
from service.wiring import Runtime
from service.youtube.connection import GoogleProject, connect
from tests.support.life import NOW, add_organiser


class Outside:
    """A context manager: the stand-ins run while it is open, and outlive every process of the service."""

    def __init__(self) -> None:
        self.mail = SmtpSink()
        self.mastodon = MastodonStandIn()
        self.youtube = YouTubeStandIn(Channel())

    @property
    def variables(self) -> dict[str, str]:
        """The settings that lead the service to them."""
        return {
            "ACARA_SMTP_URL": self.mail.url,
            "ACARA_MAIL_FROM": "perpustakaan@batam.example",
            "ACARA_MAIL_DOMAIN": "batam.example",
            "ACARA_YOUTUBE_CLIENT_ID": "client",
            "ACARA_YOUTUBE_CLIENT_SECRET": "secret",
            "ACARA_YOUTUBE_API_ROOT": self.youtube.root,
            "ACARA_YOUTUBE_TOKEN_URL": self.youtube.token_url,
            "ACARA_MASTODON_URL": self.mastodon.url,
            "ACARA_MASTODON_TOKEN": self.mastodon.token,
        }

    def __enter__(self) -> Self:
        self.mastodon.start()
        threading.Thread(target=self.youtube.serve, name="youtube-stand-in", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.youtube.close()
        self.mastodon.stop()
        self.mail.stop()


def found_library(runtime: Runtime) -> str:
    """Make the library, its owner and a token that may do everything, as the first hour does; return the token."""

    def use_case(session: Session) -> str:
        add_organiser(session)
        link = invitations.invite_owner(session, now=NOW, real_now=real_now())
        newcomer = invitations.Newcomer(name="Rosmala", email="rosmala@batam.example", password_hash="-")
        owner = invitations.accept(session, link or "", newcomer, now=NOW, real_now=real_now())
        scopes = [action.value for action in Action]
        return tokens.create(session, owner, name="test", scopes=scopes, now=NOW, real_now=real_now())

    return runtime.database.write(use_case)


def consent_to_uploads(runtime: Runtime, youtube: YouTubeStandIn) -> uuid.UUID:
    """Connect the library to the stand-in's channel, as `acara youtube connect` does; return the library's id."""
    project = GoogleProject(
        "client", "secret", api_root=youtube.root, token_url=youtube.token_url, auth_url=youtube.auth_url
    )
    organiser_id: uuid.UUID = runtime.database.read(lambda session: session.scalars(sa.select(Organiser.id)).one())
    asked: list[str] = []

    def agree(_redirect_uri: str) -> str:
        return str(httpx.get(asked[-1], follow_redirects=False, timeout=10).headers["location"])

    connect(
        runtime.database,
        project,
        secrets=runtime.secrets,
        organiser_id=organiser_id,
        now=NOW,
        say=asked.append,
        ask=agree,
    )
    return organiser_id
