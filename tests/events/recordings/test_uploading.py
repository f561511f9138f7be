"""What the upload decides: against a host that answers as a test has written it, on both databases."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from events import deliveries
from events.models import Event, Organiser, Recording, Track
from events.outbox import FactRow
from events.recordings import recording
from events.recordings.uploading import EXTRA_ATTEMPTS, MAX_ATTEMPTS, next_quota, upload_due
from events.recordings.video_details import describe, marker, playlist_title
from events.recordings.video_host import (
    Content,
    HostedVideo,
    HostError,
    HostUnavailableError,
    Progress,
    QuotaExceededError,
    ReconnectNeededError,
    SessionLostError,
    UploadLimitExceededError,
    UploadRefusedError,
    VideoDetails,
)
from events.storage import LocalizedText
from service.files.stored import StoredFiles
from tests.support.life import NOW, Life
from tests.support.videos import PICTURE, REAL_NOW, Uploads, load, receive

CHUNK = 10
BODY = bytes(range(25))


@dataclass
class ScriptedHost:
    """A host in memory that raises what `trouble` holds for a step, one after the other."""

    trouble: dict[str, list[Exception]] = field(default_factory=dict[str, list[Exception]])
    before_chunk: Callable[[int], None] = lambda _: None
    visibility: str | None = None
    sessions: dict[str, bytearray] = field(default_factory=dict[str, bytearray])
    videos: dict[str, bytes] = field(default_factory=dict[str, bytes])
    markers: dict[str, str] = field(default_factory=dict[str, str])
    thumbnails: list[tuple[str, bytes, str]] = field(default_factory=list[tuple[str, bytes, str]])
    playlist: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    steps: list[str] = field(default_factory=list[str])
    closed: int = 0

    def meet(self, step: str) -> None:
        self.steps.append(step)
        if self.trouble.get(step):
            raise self.trouble[step].pop(0)

    def open_upload(
        self, details: VideoDetails, content: Content, *, session_uri: str | None, save_session: Callable[[str], None]
    ) -> ScriptedUpload:
        return ScriptedUpload(self, details, content, session_uri, save_session)

    def find_video(self, marker: str) -> HostedVideo | None:
        self.meet("find")
        found = self.markers.get(marker)
        return None if found is None else HostedVideo(found, "unlisted")

    def fetch_video(self, video_id: str) -> HostedVideo | None:
        self.meet("fetch")
        return HostedVideo(video_id, self.visibility or "unlisted") if video_id in self.videos else None

    def set_thumbnail(self, video_id: str, image: bytes, *, content_type: str) -> None:
        self.meet("thumbnail")
        self.thumbnails.append((video_id, image, content_type))

    def add_to_playlist(self, video_id: str, playlist: str, *, visibility: str) -> None:
        self.meet("playlist")
        self.playlist.append((video_id, playlist, visibility))

    def close(self) -> None:
        self.closed += 1


@dataclass
class ScriptedUpload:
    host: ScriptedHost
    details: VideoDetails
    content: Content
    session_uri: str | None
    save_session: Callable[[str], None]

    def send_chunk(self) -> Progress:
        if self.session_uri is None:
            self.host.meet("open")
            uri = f"https://upload.example/{uuid.uuid4()}"
            self.host.sessions[uri] = bytearray()
            self.save_session(uri)
            self.session_uri = uri
        held = self.host.sessions[self.session_uri]
        self.host.before_chunk(len(held))
        self.host.meet("chunk")
        held += self.content.read(len(held), CHUNK)
        if len(held) < self.content.size:
            return Progress(len(held))
        video_id = f"video-{len(self.host.videos)}"
        self.host.videos[video_id] = bytes(held)
        self.host.markers[self.details.marker] = video_id
        return Progress(len(held), HostedVideo(video_id, self.host.visibility or self.details.visibility))


@pytest.fixture
def host() -> ScriptedHost:
    return ScriptedHost()


@pytest.fixture
def uploads(life: Life, files: StoredFiles) -> Uploads:
    return Uploads(life.database, files)


@pytest.fixture
def recording_id(life: Life, files: StoredFiles) -> uuid.UUID:
    return receive(life, files, BODY)


def facts_of(uploads: Uploads, *names: str) -> list[tuple[str, str | None]]:
    statement = sa.select(FactRow).where(FactRow.name.in_(names)).order_by(FactRow.id)
    rows = uploads.database.read(lambda session: session.scalars(statement).all())
    return [(row.name, row.payload.get("video_id") or row.payload.get("reason")) for row in rows]


def track_of(uploads: Uploads, recording_id: uuid.UUID) -> Track:
    event_id = load(uploads.database, recording_id).event_id
    event = uploads.database.read(lambda session: session.get(Event, event_id))
    assert event is not None
    return event.recording_track


# ---------------------------------------------------------------- the good way


def test_nothing_due_is_nothing_done(uploads: Uploads, host: ScriptedHost) -> None:
    assert upload_due(uploads.uploader(host)) is None
    assert host.closed == 0


def test_a_received_file_becomes_a_published_video(
    uploads: Uploads, host: ScriptedHost, recording_id: uuid.UUID
) -> None:
    assert upload_due(uploads.uploader(host)) == recording_id
    held = load(uploads.database, recording_id)
    assert (str(held.state), held.video_id, held.url) == (
        "published",
        "video-0",
        "https://www.youtube.com/watch?v=video-0",
    )
    assert (held.session_uri, held.lease_token, held.last_error) == (None, None, None)
    assert held.published_at == NOW
    assert host.videos == {"video-0": BODY}
    assert host.thumbnails == [("video-0", PICTURE, "image/png")]
    assert host.playlist == [("video-0", "Rekaman acara Perpustakaan Kota Batam", "unlisted")]
    assert track_of(uploads, recording_id) is Track.DONE
    assert facts_of(uploads, "RecordingPublished", "RecordingFailed") == [("RecordingPublished", "video-0")]
    assert host.closed == 1
    assert upload_due(uploads.uploader(host)) is None


def test_without_a_picture_the_host_chooses_its_own(
    uploads: Uploads, host: ScriptedHost, recording_id: uuid.UUID
) -> None:
    upload_due(uploads.uploader(host, thumbnail=lambda _event_id: None))
    held = load(uploads.database, recording_id)
    assert (str(held.state), held.thumbnail_set, held.last_error) == ("published", False, None)
    assert host.thumbnails == []


def test_the_bell_rung_eight_times_makes_one_video(
    uploads: Uploads, host: ScriptedHost, recording_id: uuid.UUID
) -> None:
    answers: list[uuid.UUID | None] = []
    start = threading.Barrier(8)

    def ring() -> None:
        start.wait()
        answers.append(upload_due(uploads.uploader(host)))

    threads = [threading.Thread(target=ring) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (answers.count(recording_id), answers.count(None)) == (1, 7)
    assert host.videos == {"video-0": BODY}
    assert facts_of(uploads, "RecordingPublished") == [("RecordingPublished", "video-0")]


def test_the_session_is_sealed_in_the_database_before_the_first_byte(
    uploads: Uploads, host: ScriptedHost, recording_id: uuid.UUID
) -> None:
    seen: list[tuple[int, bool, str | None]] = []

    def look(offset: int) -> None:
        held = load(uploads.database, recording_id)
        assert held.session_uri is not None
        (uri,) = host.sessions
        seen.append((offset, uri in held.session_uri, uploads.secrets.unseal(held.session_uri)))
        assert held.sent_bytes == offset

    host.before_chunk = look
    upload_due(uploads.uploader(host))
    (uri,) = host.sessions
    assert seen == [(0, False, uri), (10, False, uri), (20, False, uri)]


# ---------------------------------------------------------------- slices and leases


def test_a_slice_ends_after_its_time_and_the_rest_is_queued(
    uploads: Uploads, host: ScriptedHost, recording_id: uuid.UUID
) -> None:
    host.before_chunk = lambda _offset: uploads.clocks.advance(timedelta(minutes=3))
    uploader = uploads.uploader(host)
    assert upload_due(uploader) == recording_id
    held = load(uploads.database, recording_id)
    assert (str(held.state), held.sent_bytes, held.attempts, held.lease_token) == ("queued", 20, 0, None)
    assert host.videos == {}
    assert upload_due(uploader) == recording_id
    assert host.videos == {"video-0": BODY}
    assert len(host.sessions) == 1


def test_a_process_that_ends_gives_the_rest_back_after_the_chunk_under_way(
    uploads: Uploads, host: ScriptedHost, recording_id: uuid.UUID
) -> None:
    assert upload_due(uploads.uploader(host, stopping=lambda: True)) == recording_id
    held = load(uploads.database, recording_id)
    assert (str(held.state), held.sent_bytes, held.attempts, held.lease_token) == ("queued", 10, 0, None)
    assert host.videos == {}
    assert upload_due(uploads.uploader(host)) == recording_id
    assert host.videos == {"video-0": BODY}
    assert len(host.sessions) == 1


def test_the_lease_is_renewed_with_every_chunk(uploads: Uploads, host: ScriptedHost, recording_id: uuid.UUID) -> None:
    """Otherwise a slow line loses its recording to a second worker, and both send it."""
    given_back: list[int] = []

    def wait(_offset: int) -> None:
        uploads.clocks.advance(timedelta(minutes=9))
        given_back.append(
            uploads.database.write(
                lambda session: deliveries.release_expired(session, Recording, real_now=uploads.clocks.real)
            )
        )

    host.before_chunk = wait
    upload_due(uploads.uploader(host), slice_length=timedelta(hours=1), lease=timedelta(minutes=10))
    assert given_back == [0, 0, 0]
    assert host.videos == {"video-0": BODY}


def test_a_worker_that_has_lost_its_lease_stops_and_settles_nothing(
    uploads: Uploads, host: ScriptedHost, recording_id: uuid.UUID
) -> None:
    def lose(offset: int) -> None:
        if offset == 10:
            uploads.database.write(
                lambda session: deliveries.release_expired(session, Recording, real_now=REAL_NOW + timedelta(days=1))
            )

    host.before_chunk = lose
    assert upload_due(uploads.uploader(host)) == recording_id
    held = load(uploads.database, recording_id)
    assert (str(held.state), held.sent_bytes, held.video_id) == ("queued", 10, None)
    host.before_chunk = lambda _offset: None
    upload_due(uploads.uploader(host))
    assert len(host.sessions) == 1
    assert host.videos == {"video-0": BODY}


def test_a_defect_leaves_the_recording_to_its_lease(
    uploads: Uploads, host: ScriptedHost, recording_id: uuid.UUID
) -> None:
    host.trouble = {"chunk": [ZeroDivisionError()]}
    with pytest.raises(ZeroDivisionError):
        upload_due(uploads.uploader(host))
    assert host.closed == 1
    assert str(load(uploads.database, recording_id).state) == "sending"
    assert upload_due(uploads.uploader(host)) is None


def test_what_takes_its_worker_down_every_time_is_given_up(
    uploads: Uploads, host: ScriptedHost, recording_id: uuid.UUID
) -> None:
    uploads.database.write(lambda session: session.execute(sa.update(Recording).values(attempts=MAX_ATTEMPTS)).close())
    upload_due(uploads.uploader(host))
    held = load(uploads.database, recording_id)
    assert (str(held.state), held.last_error, host.steps) == ("failed", "gave_up", [])


# ---------------------------------------------------------------- what a no means


def test_a_host_that_is_away_is_asked_again_after_growing_pauses(
    uploads: Uploads, host: ScriptedHost, recording_id: uuid.UUID
) -> None:
    host.trouble = {"open": [HostUnavailableError("http_503") for _ in range(99)]}
    pauses: list[float] = []
    while str(load(uploads.database, recording_id).state) == "queued":
        due_at = load(uploads.database, recording_id).due_at
        assert due_at is not None
        pauses.append((due_at - uploads.clocks.business).total_seconds())
        uploads.clocks.advance(due_at - uploads.clocks.business)
        upload_due(uploads.uploader(host))
    assert pauses[:5] == [0, 2, 4, 8, 16]
    assert max(pauses) == 3600
    assert len(pauses) == MAX_ATTEMPTS
    held = load(uploads.database, recording_id)
    assert (str(held.state), held.last_error) == ("failed", "http_503")
    assert facts_of(uploads, "RecordingFailed") == [("RecordingFailed", "http_503")]
    assert track_of(uploads, recording_id) is Track.FAILED


def test_progress_makes_the_pauses_short_again(uploads: Uploads, host: ScriptedHost, recording_id: uuid.UUID) -> None:
    host.trouble = {"open": [HostUnavailableError("http_503") for _ in range(5)]}
    for _ in range(5):
        uploads.clocks.advance(timedelta(hours=1))
        upload_due(uploads.uploader(host))
    assert load(uploads.database, recording_id).attempts == 5

    def drop(offset: int) -> None:
        if offset == 20:
            raise HostUnavailableError("unreachable")

    host.before_chunk = drop
    uploads.clocks.advance(timedelta(hours=1))
    upload_due(uploads.uploader(host))
    held = load(uploads.database, recording_id)
    assert (held.attempts, held.sent_bytes, held.last_error) == (0, 20, "unreachable")
    assert held.due_at == uploads.clocks.business + timedelta(seconds=2)


def test_a_pause_that_the_host_asks_for_is_kept(uploads: Uploads, host: ScriptedHost, recording_id: uuid.UUID) -> None:
    host.trouble = {"open": [HostUnavailableError("http_429", retry_after=timedelta(seconds=77))]}
    upload_due(uploads.uploader(host))
    assert load(uploads.database, recording_id).due_at == NOW + timedelta(seconds=77)


def test_an_exhausted_quota_is_waited_out(uploads: Uploads, host: ScriptedHost, recording_id: uuid.UUID) -> None:
    """The pause is real, so it is added to the business time, which a demonstration may have moved."""
    uploads.clocks.business = NOW + timedelta(days=100)
    host.trouble = {"open": [QuotaExceededError("quota_exceeded")]}
    upload_due(uploads.uploader(host))
    held = load(uploads.database, recording_id)
    assert (str(held.state), held.last_error, held.attempts) == ("queued", "quota_exceeded", 0)
    # 22 November 10:00 UTC is 02:00 in California; the day ends there 22 hours later.
    assert held.due_at == uploads.clocks.business + timedelta(hours=22, minutes=5)


@pytest.mark.parametrize(
    ("real_now", "expected"),
    [
        (datetime(2026, 7, 1, 6, 59, tzinfo=UTC), datetime(2026, 7, 1, 7, 5, tzinfo=UTC)),
        (datetime(2026, 7, 1, 7, 0, tzinfo=UTC), datetime(2026, 7, 2, 7, 5, tzinfo=UTC)),
        (datetime(2026, 11, 1, 6, 0, tzinfo=UTC), datetime(2026, 11, 1, 7, 5, tzinfo=UTC)),
        (datetime(2026, 11, 1, 8, 0, tzinfo=UTC), datetime(2026, 11, 2, 8, 5, tzinfo=UTC)),
    ],
)
def test_quota_is_filled_up_at_midnight_in_california(real_now: datetime, expected: datetime) -> None:
    assert next_quota(real_now) == expected


def test_an_upload_limit_is_waited_out_for_a_day(uploads: Uploads, host: ScriptedHost, recording_id: uuid.UUID) -> None:
    host.trouble = {"open": [UploadLimitExceededError("upload_limit_exceeded")]}
    upload_due(uploads.uploader(host))
    held = load(uploads.database, recording_id)
    assert (str(held.state), held.last_error) == ("queued", "upload_limit_exceeded")
    assert held.due_at == NOW + timedelta(hours=24)


@pytest.mark.parametrize("error", [UploadRefusedError("invalid_title"), ReconnectNeededError("reconnect_needed")])
def test_a_refusal_asks_for_a_person(
    error: HostError, uploads: Uploads, host: ScriptedHost, recording_id: uuid.UUID
) -> None:
    host.trouble = {"open": [error]}
    upload_due(uploads.uploader(host))
    held = load(uploads.database, recording_id)
    assert (str(held.state), held.last_error, held.lease_token) == ("failed", error.reason, None)
    assert facts_of(uploads, "RecordingFailed") == [("RecordingFailed", error.reason)]


def test_without_a_channel_nothing_is_opened_and_connecting_queues_it_again(
    life: Life, uploads: Uploads, host: ScriptedHost, recording_id: uuid.UUID
) -> None:
    def no_channel(_organiser_id: uuid.UUID) -> ScriptedHost:
        raise ReconnectNeededError(recording.RECONNECT_NEEDED)

    upload_due(uploads.uploader(host_for=no_channel))
    assert load(uploads.database, recording_id).last_error == "reconnect_needed"
    queued = uploads.database.write(lambda session: recording.retry_reconnected(session, life.organiser_id, now=NOW))
    assert queued == 1
    upload_due(uploads.uploader(host))
    assert str(load(uploads.database, recording_id).state) == "published"


@pytest.mark.parametrize(("damage", "reason"), [("delete", "file_missing"), ("grow", "file_changed")])
def test_a_file_that_is_not_the_received_one_is_not_sent(
    damage: str, reason: str, uploads: Uploads, host: ScriptedHost, recording_id: uuid.UUID
) -> None:
    key = load(uploads.database, recording_id).storage_key
    assert key is not None
    if damage == "delete":
        uploads.files.delete(key)
    else:
        uploads.files.put(key, BODY + b"!", content_type="video/mp4")
    upload_due(uploads.uploader(host))
    assert load(uploads.database, recording_id).last_error == reason
    assert host.sessions == {}


# ---------------------------------------------------------------- a session that was forgotten


def test_before_anything_is_sent_again_the_channel_is_searched_for_a_while(
    uploads: Uploads, host: ScriptedHost, recording_id: uuid.UUID
) -> None:
    """A channel shows a new video after a moment only."""
    host.trouble = {"chunk": [SessionLostError("session_lost") for _ in range(3)]}
    for _ in range(3):
        uploads.clocks.advance(timedelta(hours=1))
        upload_due(uploads.uploader(host))
    assert host.steps == ["open", "chunk", "find", "chunk", "find", "chunk", "find"]
    held = load(uploads.database, recording_id)
    assert (str(held.state), held.session_uri, held.sent_bytes) == ("queued", None, 0)
    upload_due(uploads.uploader(host))
    assert (len(host.sessions), len(host.videos)) == (2, 1)


def test_a_video_that_shows_up_late_is_taken(uploads: Uploads, host: ScriptedHost, recording_id: uuid.UUID) -> None:
    host.trouble = {"chunk": [SessionLostError("session_lost") for _ in range(2)]}
    upload_due(uploads.uploader(host))
    host.videos["late"] = BODY
    host.markers[marker(recording_id)] = "late"
    uploads.clocks.advance(timedelta(hours=1))
    upload_due(uploads.uploader(host))
    held = load(uploads.database, recording_id)
    assert (str(held.state), held.video_id) == ("published", "late")
    assert len(host.sessions) == 1


def test_a_session_that_no_key_opens_is_treated_as_lost(
    uploads: Uploads, host: ScriptedHost, recording_id: uuid.UUID
) -> None:
    host.videos["ours"] = BODY
    host.markers[marker(recording_id)] = "ours"
    uploads.database.write(
        lambda session: session.execute(sa.update(Recording).values(session_uri="sealed with a lost key")).close()
    )
    upload_due(uploads.uploader(host))
    assert load(uploads.database, recording_id).video_id == "ours"
    assert host.sessions == {}


# ---------------------------------------------------------------- thumbnail, playlist, visibility


@pytest.mark.parametrize("step", ["thumbnail", "playlist"])
def test_a_step_after_the_upload_is_tried_again_without_the_others(
    step: str, uploads: Uploads, host: ScriptedHost, recording_id: uuid.UUID
) -> None:
    host.trouble = {step: [HostUnavailableError("http_503")]}
    upload_due(uploads.uploader(host))
    held = load(uploads.database, recording_id)
    assert (str(held.state), held.video_id, held.session_uri) == ("queued", "video-0", None)
    uploads.clocks.advance(timedelta(minutes=1))
    upload_due(uploads.uploader(host))
    assert str(load(uploads.database, recording_id).state) == "published"
    assert (len(host.videos), len(host.thumbnails), len(host.playlist)) == (1, 1, 1)


@pytest.mark.parametrize(
    ("errors", "claims"),
    [
        ([UploadRefusedError("forbidden")], 1),
        ([QuotaExceededError("quota_exceeded")], 1),
        ([HostUnavailableError("http_500") for _ in range(9)], EXTRA_ATTEMPTS + 1),
    ],
)
def test_people_do_not_wait_for_a_picture(
    errors: list[Exception], claims: int, uploads: Uploads, host: ScriptedHost, recording_id: uuid.UUID
) -> None:
    reason = errors[0].args[0]
    host.trouble = {"thumbnail": list(errors)}
    for _ in range(claims):
        assert str(load(uploads.database, recording_id).state) == "queued"
        uploads.clocks.advance(timedelta(hours=1))
        upload_due(uploads.uploader(host))
    held = load(uploads.database, recording_id)
    assert (str(held.state), held.last_error) == ("published", f"thumbnail: {reason}")
    assert (held.thumbnail_set, held.playlist_done) == (False, True)


def test_a_video_that_is_locked_is_announced_once_staff_have_opened_it(
    uploads: Uploads, host: ScriptedHost, recording_id: uuid.UUID
) -> None:
    host.visibility = "private"
    upload_due(uploads.uploader(host))
    held = load(uploads.database, recording_id)
    assert (str(held.state), held.last_error, held.video_id) == ("failed", "locked_private", "video-0")
    host.visibility = "public"
    uploads.database.write(lambda session: recording.retry(session, recording_id, now=NOW))
    upload_due(uploads.uploader(host))
    assert str(load(uploads.database, recording_id).state) == "published"
    assert len(host.videos) == 1


# ---------------------------------------------------------------- words


def test_the_description_tells_what_when_who_and_where() -> None:
    organiser = Organiser(name=LocalizedText("Perpustakaan Kota Batam", "Batam City Library"), locale="id")
    event = Event(
        title=LocalizedText("Menulis Cerita Anak", "Writing for Children"),
        summary=LocalizedText("Belajar menulis."),
        description=LocalizedText("", "Only in English."),
        starts_at=datetime(2026, 12, 12, 2, 0, tzinfo=UTC),
        ends_at=datetime(2026, 12, 12, 4, 30, tzinfo=UTC),
        timezone="Asia/Jakarta",
    )
    video = Recording(id=uuid.UUID(int=5), title="", visibility="public")
    assert describe(event, organiser, video, event_url="https://acara.example/menulis") == VideoDetails(
        title="Menulis Cerita Anak",
        description=(
            "Belajar menulis.\n\nOnly in English.\n\nSabtu, 12 Desember 2026, pukul 09.00–11.30 WIB\n\n"
            "Perpustakaan Kota Batam\nhttps://acara.example/menulis"
        ),
        visibility="public",
        language="id",
        marker="acara:recording:00000000-0000-0000-0000-000000000005",
    )
    organiser.locale = "en"
    assert playlist_title(organiser) == "Recordings: Batam City Library"


def test_one_that_cannot_be_prepared_keeps_no_other_from_going_up(
    life: Life, files: StoredFiles, uploads: Uploads, host: ScriptedHost
) -> None:
    """The event of the first has a time zone that nobody knows; it waits, longer every time, and is given up."""
    broken = receive(life, files, BODY)
    sound = receive(life, files, BODY)
    event_id = load(uploads.database, broken).event_id
    uploads.database.write(
        lambda s: s.execute(sa.update(Event).where(Event.id == event_id).values(timezone="Nowhere/None"))
    )
    uploader = uploads.uploader(host)
    assert {upload_due(uploader), upload_due(uploader)} == {broken, sound}
    assert str(load(uploads.database, sound).state) == "published"
    waiting = load(uploads.database, broken)
    assert (str(waiting.state), waiting.attempts) == ("queued", 1)
    assert upload_due(uploader) is None
    for _ in range(MAX_ATTEMPTS - 1):
        uploads.clocks.business += timedelta(hours=1)
        assert upload_due(uploader) == broken
    assert str(load(uploads.database, broken).state) == "failed"
    assert facts_of(uploads, "RecordingFailed") == [("RecordingFailed", "broken")]
