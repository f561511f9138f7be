"""What the recording needs of a place that shows videos, and the ways in which such a place says no.

Implemented by `service.youtube.client`. Implementations raise nothing but the errors of this module (and what
`save_session` raises, unchanged), so that `events.recordings.uploading` can decide without knowing whose host it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class VideoDetails:
    """What is told about a video. The host shortens and cleans it to what it accepts."""

    title: str
    description: str
    visibility: str
    """``public``, ``unlisted`` or ``private``."""
    language: str
    """BCP 47, such as ``id``."""
    marker: str
    """One line that ends the description and by which the video is found again; never shortened."""


@dataclass(frozen=True, slots=True)
class Content:
    """The file to upload, read piece by piece: `read(start, length)` returns fewer bytes only at the end."""

    size: int
    content_type: str
    read: Callable[[int, int], bytes]


@dataclass(frozen=True, slots=True)
class HostedVideo:
    """A video as the host holds it; `visibility` may differ from the one that was asked for."""

    id: str
    visibility: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How many bytes the host holds, and the video once it has them all."""

    sent_bytes: int
    video: HostedVideo | None = None


class Upload(Protocol):
    """One resumable upload under way."""

    def send_chunk(self) -> Progress:
        """Send the next chunk; the first call opens the session, or asks how far a saved one has come.

        After an error the call may be repeated: the host is asked first what it has kept.
        """
        ...


class VideoHost(Protocol):
    """A channel on a video platform. Not thread-safe: one worker, one host."""

    def open_upload(
        self, details: VideoDetails, content: Content, *, session_uri: str | None, save_session: Callable[[str], None]
    ) -> Upload:
        """Begin an upload, or take up the one behind `session_uri`.

        `save_session` is called with the session's address before the first byte is sent: who holds it can resume.
        """
        ...

    def find_video(self, marker: str) -> HostedVideo | None:
        """Return the video whose description holds `marker`, looking at the channel's newest uploads."""
        ...

    def fetch_video(self, video_id: str) -> HostedVideo | None:
        """Return the video as it is now, or None if the host does not (yet) show it."""
        ...

    def set_thumbnail(self, video_id: str, image: bytes, *, content_type: str) -> None:
        """Set the still picture; setting it again replaces it."""
        ...

    def add_to_playlist(self, video_id: str, playlist: str, *, visibility: str) -> None:
        """Put the video into the playlist of that title and visibility, once, however often this is called.

        A missing playlist is made. Videos of another visibility have a playlist of their own under the same title,
        because a public playlist would show an unlisted video to everybody.
        """
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


class HostError(Exception):
    """The root of what can go wrong at a video host; `reason` is a code, never a person's words."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class HostUnavailableError(HostError):
    """The host, or the way to it, fails for the moment. What was sent so far is kept."""

    def __init__(self, reason: str, *, retry_after: timedelta | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(reason)


class SessionLostError(HostError):
    """The host has forgotten the upload; it may or may not have finished before."""


class ReconnectNeededError(HostError):
    """Nobody has given consent, or the consent is no longer valid: a person has to connect the channel again."""


class QuotaExceededError(HostError):
    """The project has used up its calls for today."""


class UploadLimitExceededError(HostError):
    """The channel has uploaded as much as it may for now."""


class UploadRefusedError(HostError):
    """The host will not take this, however often it is asked."""
