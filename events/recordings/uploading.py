"""The upload of recordings: claim one, send it for a few minutes, settle.

A recording of many gigabytes takes hours, workers die and lines break. So the host's session is saved (encrypted)
before the first byte, the offset after every chunk, and work is done in slices: what is left is queued again and taken
up by whichever worker comes next. The session is the idempotency key: as long as it is known, no second video can
come of it; when the host has forgotten it, the channel is searched for our marker before anything is sent anew.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import deliveries
from events.errors import TryLater
from events.media.files import FileStore
from events.models import Event, Organiser, Recording
from events.recordings import recording
from events.recordings.video_details import describe, playlist_title
from events.recordings.video_host import (
    Content,
    HostedVideo,
    HostError,
    HostUnavailableError,
    QuotaExceededError,
    ReconnectNeededError,
    SessionLostError,
    UploadLimitExceededError,
    UploadRefusedError,
    VideoDetails,
    VideoHost,
)
from events.storage import ReadSession, Transactions

log = logging.getLogger(__name__)

SLICE: Final = timedelta(minutes=4)
"""How long one call works before it queues the rest, so that a second recording does not wait for hours."""
LEASE: Final = timedelta(minutes=10)
"""Renewed after every chunk: 8 MiB within ten minutes is the slowest line that still gets on (110 kbit/s)."""
MAX_ATTEMPTS: Final = 20
"""Claims in a row without one byte of progress before a person has to look. With the pauses, about half a day."""
SESSION_LOOKS: Final = 3
"""How often the channel is searched for a video that may just have been finished, before it is sent again."""
EXTRA_ATTEMPTS: Final = 4
"""Claims after which thumbnail and playlist are done without: people wait for the video, not for its picture."""
_PACIFIC: Final = ZoneInfo("America/Los_Angeles")


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """The still picture of a video: JPEG or PNG."""

    image: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Uploader:
    """All that an upload needs of the running system."""

    transactions: Transactions
    files: FileStore
    host_for: Callable[[uuid.UUID], VideoHost]
    """Opens the channel of an organiser; raises `ReconnectNeededError` if none is connected."""
    seal: Callable[[str], str]
    unseal: Callable[[str], str | None]
    """Returns None for what can no longer be read (a key that was thrown away)."""
    event_url: Callable[[str, str], str]
    """Returns the address of an event's page from the organiser's and the event's slug; asks nobody."""
    thumbnail: Callable[[uuid.UUID], Thumbnail | None]
    """Draws the picture of an event's recording, or returns None for the host's own choice."""
    clock: Callable[[], datetime]
    """Business time: when things are due."""
    real_clock: Callable[[], datetime]
    """Real time: leases and slices."""
    stopping: Callable[[], bool]
    """Tells whether the process is to end; then the rest is queued after the chunk under way, for another to go on."""


class _LeaseLostError(Exception):
    """Another worker holds the recording now; what happens to it is that worker's to say."""


@dataclass(frozen=True, slots=True)
class _Job:
    """A claimed recording, as it was when it was claimed."""

    id: uuid.UUID
    token: uuid.UUID
    organiser_id: uuid.UUID
    event_id: uuid.UUID
    attempts: int
    storage_key: str
    size: int
    content_type: str
    session: str | None
    video_id: str | None
    thumbnail_set: bool
    playlist_done: bool
    playlist: str
    details: VideoDetails


def upload_due(uploader: Uploader, *, slice_length: timedelta = SLICE, lease: timedelta = LEASE) -> uuid.UUID | None:
    """Claim one recording that is due, work on it for `slice_length`, and settle it.

    Returns its id, or None if nothing is due. May be called by any number of workers and after any crash: one recording
    becomes one video. Opens and commits its own transactions; touches the network outside of them. Whatever goes wrong
    at the host is settled here; an exception means a defect, and the lease gives the recording back.
    """
    now, real_now = uploader.clock(), uploader.real_clock()
    held = uploader.transactions.write(
        lambda session: deliveries.claim(session, Recording, now=now, real_now=real_now, limit=1, lease=lease)
    )
    if not held.ids:
        return None
    try:
        job = uploader.transactions.read(lambda session: _job(session, uploader, held))
    except TryLater:
        raise
    except Exception as error:
        log.exception("a recording could not be prepared", extra={"recording_id": str(held.ids[0])})
        message = f"{type(error).__name__}: {error}"
        uploader.transactions.write(lambda session: _postpone(session, held, message=message, now=now))
    else:
        _Delivery(uploader, job, ends_at=real_now + slice_length, lease=lease).run()
    return held.ids[0]


def next_quota(real_now: datetime) -> datetime:
    """Return when Google's daily quota is filled up next: five minutes after midnight, Pacific time."""
    tomorrow = real_now.astimezone(_PACIFIC).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(0, 5), tzinfo=_PACIFIC)


def _postpone(session: Session, held: deliveries.Claim, *, message: str, now: datetime) -> None:
    """Let a recording wait that could not be prepared, and give it up in the end."""
    attempts = session.scalar(sa.select(Recording.attempts).where(Recording.id == held.ids[0])) or 1
    values = {"state": deliveries.QUEUED, "due_at": now + _backoff(attempts), "last_error": message[:500]}
    if deliveries.settle(session, Recording, held.token, held.ids, **values) and attempts >= MAX_ATTEMPTS:
        recording.failed(session, held.ids[0], reason="broken", now=now)


def _job(session: ReadSession, uploader: Uploader, held: deliveries.Claim) -> _Job:
    """Return a claimed recording and all that its upload needs to know."""
    video, event, organiser = session.execute(
        sa.select(Recording, Event, Organiser)
        .join(Event, Event.id == Recording.event_id)
        .join(Organiser, Organiser.id == Event.organiser_id)
        .where(Recording.id == held.ids[0])
        .execution_options(populate_existing=True)
    ).one()
    return _Job(
        id=video.id,
        token=held.token,
        organiser_id=organiser.id,
        event_id=event.id,
        attempts=video.attempts,
        storage_key=video.storage_key or "",
        size=video.size,
        content_type=video.content_type,
        session=video.session_uri,
        video_id=video.video_id,
        thumbnail_set=video.thumbnail_set,
        playlist_done=video.playlist_done,
        playlist=playlist_title(organiser),
        details=describe(event, organiser, video, event_url=uploader.event_url(organiser.slug, event.slug)),
    )


class _Delivery:
    """One slice of work on one claimed recording."""

    def __init__(self, uploader: Uploader, job: _Job, *, ends_at: datetime, lease: timedelta) -> None:
        self._uploader = uploader
        self._job = job
        self._ends_at = ends_at
        self._lease = lease
        self._attempts = job.attempts
        self._notes: list[str] = []

    def run(self) -> None:
        """Work and settle; every outcome but a defect ends in a settled row."""
        if self._attempts > MAX_ATTEMPTS:
            self._fail("gave_up")  # it takes its worker down every time
            return
        try:
            host = self._uploader.host_for(self._job.organiser_id)
            try:
                self._work(host)
            finally:
                host.close()
        except _LeaseLostError:
            return
        except HostError as error:
            self._settle_trouble(error)

    def _work(self, host: VideoHost) -> None:
        video = self._upload(host) if self._job.video_id is None else host.fetch_video(self._job.video_id)
        video_id = self._job.video_id if video is None else video.id
        if video_id is None:
            self._requeue(timedelta(0))
            return
        if video is not None and video.visibility == "private" != self._job.details.visibility:
            # The link would lead people to a locked door; staff open it at the host and try again.
            raise UploadRefusedError("locked_private")
        self._set_thumbnail(host, video_id)
        self._add_to_playlist(host, video_id)
        self._publish(video_id)

    # ------------------------------------------------------------ the bytes
    def _upload(self, host: VideoHost) -> HostedVideo | None:
        """Send chunks until the video is there or the slice is over (then None)."""
        try:
            video = self._send(host)
        except SessionLostError as lost:
            video = self._recover(host, lost)
        if video is not None:
            self._save(video_id=video.id, session_uri=None, sent_bytes=self._job.size, attempts=0)
            self._attempts = 0
        return video

    def _send(self, host: VideoHost) -> HostedVideo | None:
        session_uri = None if self._job.session is None else self._unseal(self._job.session)
        upload = host.open_upload(
            self._job.details, self._content(), session_uri=session_uri, save_session=self._save_session
        )
        while True:
            progress = upload.send_chunk()
            if progress.video is not None:
                return progress.video
            self._save(sent_bytes=progress.sent_bytes, attempts=0)
            self._attempts = 0
            if self._uploader.real_clock() >= self._ends_at or self._uploader.stopping():
                return None

    def _recover(self, host: VideoHost, lost: SessionLostError) -> HostedVideo | None:
        """Find the video that a forgotten session may have made; without one, let the next claim start anew."""
        video = host.find_video(self._job.details.marker)
        if video is None and self._attempts < SESSION_LOOKS:
            # A channel shows a new upload after a moment only: what was finished just now must not be sent again.
            raise HostUnavailableError(lost.reason)
        if video is None:
            self._save(session_uri=None, sent_bytes=0, attempts=0)
            self._attempts = 0
        return video

    def _unseal(self, sealed: str) -> str:
        session_uri = self._uploader.unseal(sealed)
        if session_uri is None:
            raise SessionLostError("session_unreadable")
        return session_uri

    def _content(self) -> Content:
        """Return the file, after making sure that it is still the one that was received."""
        key, size = self._job.storage_key, self._job.size
        try:
            stored = self._uploader.files.size(key)
        except FileNotFoundError as error:
            raise UploadRefusedError("file_missing") from error
        if stored != size:
            raise UploadRefusedError("file_changed")
        return Content(
            size, self._job.content_type, lambda start, length: self._uploader.files.read_range(key, start, length)
        )

    # ------------------------------------------------------------ the steps after it
    def _set_thumbnail(self, host: VideoHost, video_id: str) -> None:
        if self._job.thumbnail_set:
            return
        picture = self._uploader.thumbnail(self._job.event_id)
        if picture is not None:
            self._try_extra(
                "thumbnail",
                lambda: host.set_thumbnail(video_id, picture.image, content_type=picture.content_type),
                thumbnail_set=True,
            )

    def _add_to_playlist(self, host: VideoHost, video_id: str) -> None:
        if not self._job.playlist_done:
            title, visibility = self._job.playlist, self._job.details.visibility
            self._try_extra(
                "playlist", lambda: host.add_to_playlist(video_id, title, visibility=visibility), playlist_done=True
            )

    def _try_extra(self, name: str, step: Callable[[], None], **done: Any) -> None:
        """Take a step that people would miss little; what cannot be had is noted, and the video goes out without."""
        try:
            step()
        except ReconnectNeededError:
            raise
        except HostError as error:
            if isinstance(error, HostUnavailableError) and self._attempts < EXTRA_ATTEMPTS:
                raise
            self._notes.append(f"{name}: {error.reason}")
        else:
            self._save(**done)

    # ------------------------------------------------------------ the database
    def _save_session(self, session_uri: str) -> None:
        self._save(session_uri=self._uploader.seal(session_uri))

    def _save(self, **values: Any) -> None:
        """Commit what has been reached and hold on to the recording; raises `_LeaseLostError` if it is not ours."""
        until = self._uploader.real_clock() + self._lease
        statement = (
            sa.update(Recording)
            .where(Recording.id == self._job.id, Recording.lease_token == self._job.token)
            .values(lease_until=until, **values)
            .execution_options(synchronize_session=False)
        )
        if not self._uploader.transactions.write(
            lambda session: cast("sa.CursorResult[Any]", session.execute(statement)).rowcount
        ):
            raise _LeaseLostError

    def _publish(self, video_id: str) -> None:
        now = self._uploader.clock()
        note = "; ".join(self._notes) or None

        def settle(session: Session) -> None:
            if deliveries.settle(session, Recording, self._job.token, [self._job.id], last_error=note):
                recording.published(session, self._job.id, video_id=video_id, now=now, by="worker")

        self._uploader.transactions.write(settle)

    def _requeue(self, pause: timedelta, *, note: str | None = None, **values: Any) -> None:
        due_at = self._uploader.clock() + pause

        def settle(session: Session) -> None:
            values.update(state=deliveries.QUEUED, due_at=due_at, last_error=note)
            deliveries.settle(session, Recording, self._job.token, [self._job.id], **values)
            if not pause:
                deliveries.ring(session, recording.QUEUE)

        self._uploader.transactions.write(settle)

    def _fail(self, reason: str) -> None:
        now = self._uploader.clock()

        def settle(session: Session) -> None:
            if deliveries.settle(session, Recording, self._job.token, [self._job.id]):
                recording.failed(session, self._job.id, reason=reason, now=now)

        self._uploader.transactions.write(settle)

    def _settle_trouble(self, error: HostError) -> None:
        """Decide what a host's no means: wait and try again, or ask a person."""
        real_now = self._uploader.real_clock()
        if isinstance(error, QuotaExceededError):
            # Not the recording's fault, so it does not count as an attempt.
            self._requeue(next_quota(real_now) - real_now, note=error.reason, attempts=max(0, self._attempts - 1))
        elif isinstance(error, UploadRefusedError | ReconnectNeededError) or self._attempts >= MAX_ATTEMPTS:
            self._fail(error.reason)
        elif isinstance(error, UploadLimitExceededError):
            self._requeue(timedelta(hours=24), note=error.reason)
        else:
            told = error.retry_after if isinstance(error, HostUnavailableError) else None
            self._requeue(told or _backoff(self._attempts), note=error.reason)


def _backoff(attempts: int) -> timedelta:
    """Return the pause after the n-th fruitless attempt: 2 s, 4 s, 8 s … one hour."""
    doublings = min(max(attempts - 1, 0), 12)
    return min(timedelta(seconds=2 * 2**doublings), timedelta(hours=1))
