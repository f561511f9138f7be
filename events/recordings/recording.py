"""Recordings: a file that the staff hand over, or a link that they paste."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import deliveries, facts, outbox
from events.errors import N_, Conflict, FieldError, Invalid, NotFound
from events.models import Event, Recording, RecordingState, Stage, Track
from events.recordings import recording_consent
from events.storage import ReadSession

_YOUTUBE = re.compile(
    r"^https://(?:www\.|m\.)?(?:youtube\.com/(?:watch\?(?:[^#\s]*&)?v=|live/|shorts/|embed/)|youtu\.be/)([\w-]{11})(?:[?&#/]\S*)?$"
)
RECONNECT_NEEDED = "reconnect_needed"
"""The `reason` of a failure that ends when staff connect the channel again."""
QUEUE = "recordings"
VISIBILITIES = ("public", "unlisted", "private")
HIDDEN = "private"
"""The visibility of a video that only the channel's owner can watch."""
_ALIVE = (RecordingState.QUEUED, RecordingState.SENDING, RecordingState.PUBLISHED)


def begin(
    session: Session,
    event_id: uuid.UUID,
    *,
    storage_key: str,
    content_type: str,
    title: str,
    visibility: str,
    now: datetime,
    by: str,
    vouched: bool = False,
) -> uuid.UUID:
    """Note that a file is being received and return the recording's id. The caller commits, then streams.

    Whoever was on stage must have agreed (`events.recordings.recording_consent.clear`), unless nobody is to watch it
    yet.

    One that is still being received gives way: a browser or a service that died cannot say that it broke off, and a
    person who sends a file again means the new one. What comes of the old is refused by `received`.

    Raises `Conflict` if the event is not over (or live), already has a recording, or somebody on stage said no;
    `Invalid` for a word that is none, and where somebody has said nothing and nobody vouches for them.
    """
    event = _recordable(session, event_id)
    if visibility not in VISIBILITIES:
        raise Invalid([FieldError("visibility", "choice", N_("Choose one of the options."))])
    recording_consent.clear(session, event, publishes=visibility != HIDDEN, vouched=vouched, now=now, by=by)
    recording = Recording(
        event_id=event.id,
        state=RecordingState.RECEIVING,
        title=title[:100],
        visibility=visibility,
        storage_key=storage_key,
        content_type=content_type,
        created_at=now,
    )
    session.add(recording)
    session.flush()
    return recording.id


def received(session: Session, recording_id: uuid.UUID, *, size: int, sha256: str, now: datetime, by: str) -> None:
    """Note that the file is complete; a worker uploads it from here. The caller commits."""
    recording, event = _load(session, recording_id)
    if recording.state is not RecordingState.RECEIVING:
        raise Conflict
    recording.state = RecordingState.QUEUED
    recording.size, recording.sha256, recording.due_at = size, sha256, now
    event.recording_track = Track.RUNNING
    session.flush()
    deliveries.ring(session, QUEUE)
    outbox.record(
        session,
        facts.RecordingReceived(
            organiser_id=event.organiser_id, event_id=event.id, recording_id=recording.id, size=size
        ),
        now=now,
        by=by,
    )


def paste_link(
    session: Session, event_id: uuid.UUID, url: str, *, title: str, now: datetime, by: str, vouched: bool = False
) -> uuid.UUID:
    """Show a video that already is on YouTube; returns the recording's id. The caller commits.

    Raises `Invalid` for another address; consent is asked about as in `begin`.
    """
    match = _YOUTUBE.match(url.strip())
    if match is None:
        message = N_("Paste the address of a YouTube video, for example https://youtu.be/dQw4w9WgXcQ.")
        raise Invalid([FieldError("url", "not_youtube", message)])
    event = _recordable(session, event_id)
    recording_consent.clear(session, event, publishes=True, vouched=vouched, now=now, by=by)
    recording = Recording(
        event_id=event.id,
        state=RecordingState.SENDING,
        title=title[:100],
        visibility="public",
        created_at=now,
    )
    session.add(recording)
    session.flush()
    published(session, recording.id, video_id=match[1], now=now, by=by)
    return recording.id


def published(session: Session, recording_id: uuid.UUID, *, video_id: str, now: datetime, by: str) -> None:
    """Note that the video can be watched; noting it twice changes nothing. The caller commits."""
    recording, event = _load(session, recording_id)
    if recording.state is RecordingState.PUBLISHED:
        return
    recording.state = RecordingState.PUBLISHED
    recording.video_id = video_id
    recording.url = f"https://www.youtube.com/watch?v={video_id}"
    recording.published_at = now
    recording.session_uri = None
    event.recording_track = Track.DONE
    session.flush()
    outbox.record(
        session,
        facts.RecordingPublished(
            organiser_id=event.organiser_id, event_id=event.id, recording_id=recording.id, video_id=video_id
        ),
        now=now,
        by=by,
    )


def failed(session: Session, recording_id: uuid.UUID, *, reason: str, now: datetime) -> None:
    """Note that the upload was given up; `reason` is a code such as ``reconnect_needed``. The caller commits."""
    recording, event = _load(session, recording_id)
    if recording.state in (RecordingState.PUBLISHED, RecordingState.FAILED):
        return
    recording.state = RecordingState.FAILED
    recording.last_error = reason
    event.recording_track = Track.FAILED
    session.flush()
    outbox.record(
        session,
        facts.RecordingFailed(
            organiser_id=event.organiser_id, event_id=event.id, recording_id=recording.id, reason=reason
        ),
        now=now,
        by="worker",
    )


def retry(session: Session, recording_id: uuid.UUID, *, now: datetime) -> None:
    """Queue a failed upload again; what YouTube already holds is not sent a second time. The caller commits."""
    recording, event = _load(session, recording_id)
    if recording.state is not RecordingState.FAILED:
        raise Conflict
    recording.state, recording.due_at, recording.attempts = RecordingState.QUEUED, now, 0
    recording.last_error = None
    event.recording_track = Track.RUNNING
    deliveries.ring(session, QUEUE)


def retry_reconnected(session: Session, organiser_id: uuid.UUID, *, now: datetime) -> int:
    """Queue what failed for want of a channel, now that one is connected; returns how many. The caller commits."""
    waiting = session.scalars(
        sa.select(Recording.id)
        .join(Event, Event.id == Recording.event_id)
        .where(
            Event.organiser_id == organiser_id,
            Recording.state == RecordingState.FAILED,
            Recording.last_error == RECONNECT_NEEDED,
        )
    ).all()
    for recording_id in waiting:
        retry(session, recording_id, now=now)
    return len(waiting)


def discard_unfinished(session: Session, *, begun_before: datetime) -> Sequence[str]:
    """Forget files whose receiving was broken off, and return their storage keys for deletion. The caller commits.

    A service that is killed while it receives cannot say so itself, and what it had stored would stay for ever.
    """
    given_up = sa.or_(
        Recording.state == RecordingState.RECEIVING,
        sa.and_(Recording.state == RecordingState.REMOVED, Recording.sha256.is_(None)),
    )
    keys: list[str] = []
    for recording in session.scalars(
        sa.select(Recording)
        .where(given_up, Recording.storage_key.is_not(None), Recording.created_at < begun_before)
        .with_for_update(key_share=True)
    ):
        keys.append(recording.storage_key or "")
        recording.state, recording.storage_key = RecordingState.REMOVED, None
    session.flush()
    return keys


def remove(session: Session, recording_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Take the recording off the event (the video on YouTube is the staff's to delete). The caller commits."""
    recording, event = _load(session, recording_id)
    if recording.state is RecordingState.REMOVED:
        return
    if recording.state is RecordingState.SENDING:
        raise Conflict(N_("The upload is running. Wait until it has ended."))
    recording.state = RecordingState.REMOVED
    event.recording_track = Track.WAITING if event.stage is Stage.ENDED else Track.NONE
    session.flush()
    outbox.record(
        session,
        facts.RecordingRemoved(organiser_id=event.organiser_id, event_id=event.id, recording_id=recording.id),
        now=now,
        by=by,
    )


def _recordable(session: Session, event_id: uuid.UUID) -> Event:
    event = session.scalar(sa.select(Event).where(Event.id == event_id).with_for_update(key_share=True))
    if event is None:
        raise NotFound
    if event.stage not in (Stage.LIVE, Stage.ENDED, Stage.ARCHIVED):
        raise Conflict(N_("A recording can be added once the event has begun."))
    session.execute(
        sa.update(Recording)
        .where(Recording.event_id == event_id, Recording.state == RecordingState.RECEIVING)
        .values(state=RecordingState.REMOVED)
        .execution_options(synchronize_session=False)
    )
    held = session.scalar(
        sa.select(Recording.id).where(Recording.event_id == event_id, Recording.state.in_(_ALIVE)).limit(1)
    )
    if held is not None:
        raise Conflict(N_("This event already has a recording. Remove it first."))
    return event


def urls_of(session: ReadSession, event_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the address of each event's newest published recording, where there is one. One query."""
    rows = session.execute(
        sa.select(Recording.event_id, Recording.url)
        .where(
            Recording.event_id.in_(event_ids),
            Recording.state == RecordingState.PUBLISHED,
            Recording.url.is_not(None),
        )
        .order_by(Recording.published_at, Recording.id)
    )
    return {event_id: url for event_id, url in rows if url}


def url_of(session: ReadSession, event_id: uuid.UUID) -> str | None:
    """Return the address of the event's newest published recording, if there is one."""
    return urls_of(session, (event_id,)).get(event_id)


def _load(session: Session, recording_id: uuid.UUID) -> tuple[Recording, Event]:
    row = session.execute(
        sa.select(Recording, Event)
        .join(Event, Event.id == Recording.event_id)
        .where(Recording.id == recording_id)
        .with_for_update(of=Recording, key_share=True)
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise NotFound
    return row[0], row[1]
