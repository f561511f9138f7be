"""What the YouTube stand-in remembers: a channel with its videos, playlists and upload sessions, and planned faults."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

BLOCK = 256 * 1024
"""YouTube keeps whole blocks of this size, and wants every chunk but the last to be a multiple of it."""

Action = Literal["answer", "drop", "lose_response", "keep", "hold"]


@dataclass(slots=True)
class Fault:
    """One planned misfortune: the `nth` request of an operation (and the `times - 1` after it) goes wrong.

    ``answer``         answer `status` with `reason` and do nothing
    ``drop``           take `kept` bytes of the body, then close the connection
    ``lose_response``  do what was asked, then close the connection instead of answering
    ``keep``           keep only `kept` bytes of a chunk, and say so
    ``hold``           take `kept` bytes of a body (everything and act on it, if None), then wait for `release`
    """

    operation: str
    action: Action
    nth: int = 1
    times: int = 1
    status: int = 503
    reason: str = "backendError"
    kept: int | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])
    held: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)


@dataclass(slots=True)
class UploadSession:
    """A resumable upload: what is kept of it is hashed at once and thrown away."""

    id: str
    body: dict[str, Any]
    content_type: str
    size: int
    received: int = 0
    digest: Any = field(default_factory=hashlib.sha256)
    video_id: str | None = None
    forgotten: int | None = None
    """The status with which the session is denied, once it is forgotten."""
    puts: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    """First byte and number of bytes (as they came in) of every chunk."""


@dataclass(frozen=True, slots=True)
class StoredVideo:
    """A video of the channel."""

    id: str
    snippet: dict[str, Any]
    status: dict[str, Any]
    size: int
    sha256: str
    content_type: str

    def resource(self) -> dict[str, Any]:
        """Return the video as the API shows it."""
        return {"kind": "youtube#video", "id": self.id, "snippet": self.snippet, "status": self.status}


@dataclass(frozen=True, slots=True)
class Playlist:
    """A playlist of the channel."""

    id: str
    title: str
    visibility: str


@dataclass(frozen=True, slots=True)
class PlaylistItem:
    """A video in a playlist."""

    id: str
    playlist_id: str
    video_id: str


class Channel:
    """Everything on one channel. Every method may be called by many request threads at once."""

    id = "UCacaraStandIn0000000000"
    uploads = "UUacaraStandIn0000000000"
    title = "Perpustakaan Kota Batam"

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self.lock = threading.RLock()
        self.faults = list(faults)
        self.calls: Counter[str] = Counter()
        self.sessions: dict[str, UploadSession] = {}
        self.videos: dict[str, StoredVideo] = {}
        self.thumbnails: dict[str, list[str]] = {}
        self.playlists: dict[str, Playlist] = {}
        self.items: list[PlaylistItem] = []
        self.refresh_tokens: set[str] = set()
        self.access_tokens: set[str] = set()
        self.codes: dict[str, dict[str, str]] = {}
        self.forced_visibility: str | None = None
        """What new videos get instead of what was asked for."""

    # ------------------------------------------------------------ faults
    def note_call(self, operation: str) -> Fault | None:
        """Count a request and return what is planned to go wrong with it."""
        with self.lock:
            self.calls[operation] += 1
            count = self.calls[operation]
            for fault in self.faults:
                if fault.operation == operation and fault.nth <= count < fault.nth + fault.times:
                    return fault
        return None

    # ------------------------------------------------------------ tokens
    def grant(self) -> str:
        """Give consent and return a refresh token."""
        token = f"1//{secrets.token_urlsafe(30)}"
        self.refresh_tokens.add(token)
        return token

    def issue_access_token(self) -> str:
        """Return a new access token."""
        token = f"ya29.{secrets.token_urlsafe(30)}"
        self.access_tokens.add(token)
        return token

    def revoke(self) -> None:
        """Take every consent back."""
        with self.lock:
            self.refresh_tokens.clear()
            self.access_tokens.clear()

    # ------------------------------------------------------------ uploads
    def open_session(self, body: dict[str, Any], *, content_type: str, size: int) -> UploadSession:
        """Begin a resumable upload."""
        session = UploadSession(secrets.token_urlsafe(24), body, content_type, size)
        with self.lock:
            self.sessions[session.id] = session
        return session

    def keep(self, session: UploadSession, data: bytes) -> None:
        """Add bytes to what a session holds; with the last one it becomes a video."""
        session.digest.update(data)
        with self.lock:
            session.received += len(data)
            if session.received == session.size and session.video_id is None:
                self._publish(session)

    def finish_empty(self, session: UploadSession) -> None:
        """Make a video of a file of no bytes."""
        with self.lock:
            if session.size == 0 and session.video_id is None:
                self._publish(session)

    def _publish(self, session: UploadSession) -> None:
        session.video_id = secrets.token_urlsafe(8)[:11]
        asked = session.body.get("status", {})
        # Without the field the real service makes a video public.
        visibility = self.forced_visibility or asked.get("privacyStatus", "public")
        self.videos[session.video_id] = StoredVideo(
            id=session.video_id,
            snippet=dict(session.body.get("snippet", {})),
            status={**asked, "privacyStatus": visibility, "uploadStatus": "uploaded"},
            size=session.size,
            sha256=session.digest.hexdigest(),
            content_type=session.content_type,
        )

    def forget_sessions(self, status: int = 404) -> None:
        """Let every session expire."""
        with self.lock:
            for session in self.sessions.values():
                session.forgotten = status

    # ------------------------------------------------------------ playlists
    def add_playlist(self, title: str, visibility: str) -> Playlist:
        """Make a playlist, also a second one of that title."""
        playlist = Playlist(f"PL{secrets.token_urlsafe(12)}", title, visibility)
        with self.lock:
            self.playlists[playlist.id] = playlist
        return playlist

    def add_item(self, playlist_id: str, video_id: str) -> PlaylistItem:
        """Put a video at the end of a playlist, also a second time."""
        item = PlaylistItem(secrets.token_urlsafe(12), playlist_id, video_id)
        with self.lock:
            self.items.append(item)
        return item

    def list_items(self, playlist_id: str, video_id: str | None) -> list[PlaylistItem]:
        """Return what is in a playlist; the uploads are one too, newest first."""
        with self.lock:
            if playlist_id == self.uploads:
                found = [PlaylistItem(f"upload-{key}", self.uploads, key) for key in reversed(self.videos)]
            else:
                found = [item for item in self.items if item.playlist_id == playlist_id]
            return [item for item in found if video_id in (None, item.video_id)]

    def describe(self) -> dict[str, Any]:
        """Return everything that a person or the demonstration may want to see."""
        with self.lock:
            return {
                "calls": dict(self.calls),
                "sessions": len(self.sessions),
                "received_bytes": sum(length for session in self.sessions.values() for _, length in session.puts),
                "videos": [
                    {
                        "id": video.id,
                        "title": video.snippet.get("title"),
                        "visibility": video.status["privacyStatus"],
                        "size": video.size,
                        "sha256": video.sha256,
                        "thumbnails": len(self.thumbnails.get(video.id, [])),
                        "playlists": [
                            self.playlists[i.playlist_id].title for i in self.items if i.video_id == video.id
                        ],
                    }
                    for video in self.videos.values()
                ],
            }


def demonstration_faults() -> list[Fault]:
    """Return a bad day at YouTube: every upload of three chunks or more meets each of these once."""
    return [
        Fault("chunk", "answer", nth=1, status=503),
        Fault("chunk", "drop", nth=2, kept=BLOCK),
        Fault("chunk", "lose_response", nth=3),
        Fault("playlistItems.insert", "lose_response"),
    ]
