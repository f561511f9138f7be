"""Recordings for tests: a file that was received, an uploader that sends it, and clocks that a test moves."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from events.models import Recording, Stage
from events.recordings import recording
from events.recordings.uploading import Thumbnail, Uploader
from events.recordings.video_host import VideoHost
from events.storage import Session, Transactions
from service.demo.standins.youtube import YouTubeStandIn
from service.demo.standins.youtube_channel import BLOCK
from service.files.stored import StoredFiles
from service.secrets import SecretBox
from service.youtube.client import Consent, YouTubeHost
from service.youtube.connection import SCOPES, GoogleProject
from tests.support.life import NOW, Life

SECRET_KEY = "a secret key for tests that is long enough"
REAL_NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
PICTURE = b"\x89PNG\r\n\x1a\n a picture"


@dataclass(slots=True)
class Clocks:
    """Business time and real time, moved by the test."""

    business: datetime = NOW
    real: datetime = REAL_NOW

    def now(self) -> datetime:
        """Return the business time."""
        return self.business

    def real_now(self) -> datetime:
        """Return the real time."""
        return self.real

    def advance(self, by: timedelta) -> None:
        """Let time pass on both."""
        self.business += by
        self.real += by


def video_bytes(size: int) -> bytes:
    """Return `size` bytes of which no two blocks are alike."""
    block = b"".join(hashlib.sha256(f"{n}".encode()).digest() for n in range(64))
    return b"".join(n.to_bytes(8, "big") + block[8:] for n in range(size // len(block) + 1))[:size]


async def _stream(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 100_000):
        yield body[start : start + 100_000]


def receive(life: Life, files: StoredFiles, body: bytes, **changes: Any) -> uuid.UUID:
    """Hand over a video of an ended webinar, as the staff's page does, and return the recording's id."""
    event_id = life.webinar(Stage.ENDED)
    key = f"recordings/{event_id}.mp4"
    columns = {"title": "Menulis Cerita Anak", "visibility": "unlisted", "content_type": "video/mp4", **changes}
    recording_id = life.database.write(
        lambda session: recording.begin(session, event_id, storage_key=key, now=NOW, by="staff:test", **columns)
    )
    received = asyncio.run(files.receive(key, _stream(body), content_type="video/mp4"))

    def settle(session: Session) -> None:
        recording.received(session, recording_id, size=received.size, sha256=received.sha256, now=NOW, by="staff:test")

    life.database.write(settle)
    return recording_id


def load(database: Transactions, recording_id: uuid.UUID) -> Recording:
    """Return a recording as it is stored now."""
    found = database.read(lambda session: session.get(Recording, recording_id))
    assert found is not None
    return found


def project_of(standin: YouTubeStandIn) -> GoogleProject:
    """Return the Google project whose Google is the stand-in."""
    return GoogleProject(
        "client", "secret", api_root=standin.root, token_url=standin.token_url, auth_url=standin.auth_url
    )


def open_channel(standin: YouTubeStandIn, *, chunk_bytes: int = BLOCK, **changes: Any) -> YouTubeHost:
    """Open the stand-in's channel with a fresh consent."""
    consent = Consent(
        refresh_token=standin.channel.grant(),
        client_id="client",
        client_secret="secret",
        token_url=standin.token_url,
        scopes=SCOPES,
        **changes,
    )
    return YouTubeHost(consent, api_root=standin.root, chunk_bytes=chunk_bytes, timeout=timedelta(seconds=10))


@dataclass(slots=True)
class Uploads:
    """What a test of the upload holds in its hands."""

    database: Transactions
    files: StoredFiles
    clocks: Clocks = field(default_factory=Clocks)
    secrets: SecretBox = field(default_factory=lambda: SecretBox(SECRET_KEY))

    def uploader(self, host: VideoHost | None = None, **changes: Any) -> Uploader:
        """Return an uploader to `host`; `changes` are fields of `Uploader`."""

        def host_for(_organiser_id: uuid.UUID) -> VideoHost:
            assert host is not None
            return host

        fields: dict[str, Any] = {
            "transactions": self.database,
            "files": self.files,
            "host_for": host_for,
            "seal": self.secrets.seal,
            "unseal": self.secrets.unseal,
            "event_url": lambda _organiser, event: f"https://acara.example/{event}",
            "thumbnail": lambda _event_id: Thumbnail(PICTURE, "image/png"),
            "clock": self.clocks.now,
            "real_clock": self.clocks.real_now,
            "stopping": lambda: False,
            **changes,
        }
        return Uploader(**fields)
