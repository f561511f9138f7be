from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from events.errors import Conflict, Invalid, NotFound
from events.models import Event, Recording, RecordingState, Stage, Track
from events.outbox import FactRow
from events.recordings import recording
from tests.support.life import NOW, STAFF, Life

VIDEO = "dQw4w9WgXcQ"


def begin(life: Life, event_id: uuid.UUID, **changes: Any) -> uuid.UUID:
    columns = {
        "storage_key": f"recordings/{event_id}.mp4",
        "content_type": "video/mp4",
        "title": "Menulis Cerita Anak",
        "visibility": "unlisted",
        "now": NOW,
        "by": STAFF,
        **changes,
    }
    return life.database.write(lambda session: recording.begin(session, event_id, **columns))


def receive(life: Life, event_id: uuid.UUID) -> uuid.UUID:
    recording_id = begin(life, event_id)
    life.database.write(
        lambda session: recording.received(session, recording_id, size=5, sha256="a" * 64, now=NOW, by=STAFF)
    )
    return recording_id


def paste(life: Life, event_id: uuid.UUID, url: str) -> uuid.UUID:
    return life.database.write(
        lambda session: recording.paste_link(session, event_id, url, title="Judul", now=NOW, by=STAFF)
    )


def fail(life: Life, recording_id: uuid.UUID, reason: str = "invalid_title") -> None:
    life.database.write(lambda session: recording.failed(session, recording_id, reason=reason, now=NOW))


def load(life: Life, recording_id: uuid.UUID) -> Recording:
    found = life.database.read(lambda session: session.get(Recording, recording_id))
    assert found is not None
    return found


def facts_of(life: Life) -> list[tuple[str, str]]:
    statement = sa.select(FactRow).where(FactRow.name.startswith("Recording")).order_by(FactRow.id)
    return [(row.name, row.by) for row in life.database.read(lambda session: session.scalars(statement).all())]


def track(life: Life, event_id: uuid.UUID) -> Track:
    event = life.database.read(lambda session: session.get(Event, event_id))
    assert event is not None
    return event.recording_track


@pytest.mark.parametrize("stage", [Stage.LIVE, Stage.ENDED, Stage.ARCHIVED])
def test_a_file_is_received_and_queued_once_the_event_has_begun(stage: Stage, life: Life) -> None:
    event_id = life.webinar(stage)
    recording_id = begin(life, event_id)
    assert load(life, recording_id).state is RecordingState.RECEIVING
    life.database.write(
        lambda session: recording.received(session, recording_id, size=5, sha256="a" * 64, now=NOW, by=STAFF)
    )
    held = load(life, recording_id)
    assert (held.state, held.size, held.sha256, held.due_at) == (RecordingState.QUEUED, 5, "a" * 64, NOW)
    assert track(life, event_id) is Track.RUNNING
    assert facts_of(life) == [("RecordingReceived", STAFF)]


@pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.PUBLISHED, Stage.REGISTRATION_OPEN, Stage.CANCELLED])
def test_before_the_event_there_is_nothing_to_record(stage: Stage, life: Life) -> None:
    event_id = life.webinar(stage)
    with pytest.raises(Conflict):
        begin(life, event_id)
    with pytest.raises(Conflict):
        paste(life, event_id, f"https://youtu.be/{VIDEO}")


def test_an_unknown_event_or_recording_is_not_found(life: Life) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: begin(life, uuid.uuid4()),
        lambda: fail(life, uuid.uuid4()),
        lambda: life.database.write(lambda session: recording.retry(session, uuid.uuid4(), now=NOW)),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()


def test_an_event_has_one_recording_at_a_time(life: Life) -> None:
    event_id = life.webinar(Stage.ENDED)
    recording_id = receive(life, event_id)
    with pytest.raises(Conflict):
        begin(life, event_id)
    life.database.write(lambda session: recording.remove(session, recording_id, now=NOW, by=STAFF))
    begin(life, event_id)


def test_a_visibility_that_youtube_does_not_know_is_invalid(life: Life) -> None:
    with pytest.raises(Invalid) as caught:
        begin(life, life.webinar(Stage.ENDED), visibility="secret")
    assert [(error.field, error.code) for error in caught.value.errors] == [("visibility", "choice")]


def test_a_file_is_received_once(life: Life) -> None:
    recording_id = receive(life, life.webinar(Stage.ENDED))
    with pytest.raises(Conflict):
        life.database.write(
            lambda session: recording.received(session, recording_id, size=6, sha256="b" * 64, now=NOW, by=STAFF)
        )
    assert load(life, recording_id).size == 5


@pytest.mark.parametrize(
    "url",
    [
        f"https://youtu.be/{VIDEO}",
        f" https://youtu.be/{VIDEO}?si=abc ",
        f"https://www.youtube.com/watch?v={VIDEO}",
        f"https://m.youtube.com/watch?app=desktop&v={VIDEO}&t=5s",
        f"https://youtube.com/live/{VIDEO}?feature=share",
        f"https://www.youtube.com/embed/{VIDEO}",
    ],
)
def test_a_pasted_link_is_shown_at_once(url: str, life: Life) -> None:
    event_id = life.webinar(Stage.ENDED)
    held = load(life, paste(life, event_id, url))
    assert (held.state, held.video_id) == (RecordingState.PUBLISHED, VIDEO)
    assert held.url == f"https://www.youtube.com/watch?v={VIDEO}"
    assert track(life, event_id) is Track.DONE
    assert facts_of(life) == [("RecordingPublished", STAFF)]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "youtu.be",
        f"http://youtu.be/{VIDEO}",
        f"https://youtu.be.evil.example/{VIDEO}",
        f"https://evil.example/?u=https://youtu.be/{VIDEO}",
        f"https://youtu.be/{VIDEO}x",
        "https://youtu.be/short",
        f"javascript:alert('https://youtu.be/{VIDEO}')",
        f"https://youtu.be/{VIDEO}\nhttps://evil.example",
        "https://www.youtube.com/playlist?list=PL123",
    ],
)
def test_any_other_link_is_explained_at_its_field(url: str, life: Life) -> None:
    with pytest.raises(Invalid) as caught:
        paste(life, life.webinar(Stage.ENDED), url)
    assert [(error.field, error.code) for error in caught.value.errors] == [("url", "not_youtube")]


def test_publishing_and_failing_are_noted_once(life: Life) -> None:
    recording_id = receive(life, life.webinar(Stage.ENDED))

    def publish() -> None:
        life.database.write(
            lambda session: recording.published(session, recording_id, video_id=VIDEO, now=NOW, by="worker")
        )

    publish()
    publish()
    fail(life, recording_id)
    assert load(life, recording_id).state is RecordingState.PUBLISHED
    assert facts_of(life) == [("RecordingReceived", STAFF), ("RecordingPublished", "worker")]


def test_a_failed_upload_can_be_tried_again(life: Life) -> None:
    event_id = life.webinar(Stage.ENDED)
    recording_id = receive(life, event_id)
    with pytest.raises(Conflict):
        life.database.write(lambda session: recording.retry(session, recording_id, now=NOW))
    fail(life, recording_id)
    assert (load(life, recording_id).last_error, track(life, event_id)) == ("invalid_title", Track.FAILED)
    later = NOW + timedelta(hours=1)
    life.database.write(lambda session: recording.retry(session, recording_id, now=later))
    held = load(life, recording_id)
    assert (held.state, held.due_at, held.attempts, held.last_error) == (RecordingState.QUEUED, later, 0, None)
    assert track(life, event_id) is Track.RUNNING


def test_connecting_queues_what_waited_for_a_channel_and_nothing_else(life: Life) -> None:
    waiting, refused = receive(life, life.webinar(Stage.ENDED)), receive(life, life.webinar(Stage.ENDED))
    fail(life, waiting, recording.RECONNECT_NEEDED)
    fail(life, refused, "invalid_title")

    def reconnect(organiser_id: uuid.UUID) -> int:
        return life.database.write(lambda session: recording.retry_reconnected(session, organiser_id, now=NOW))

    assert reconnect(uuid.uuid4()) == 0
    assert reconnect(life.organiser_id) == 1
    assert reconnect(life.organiser_id) == 0
    assert [load(life, waiting).state, load(life, refused).state] == [RecordingState.QUEUED, RecordingState.FAILED]


@pytest.mark.parametrize("another", ["file", "link"])
def test_an_upload_that_broke_off_gives_way_at_once(life: Life, another: str) -> None:
    event_id = life.webinar(Stage.ENDED)
    broken = begin(life, event_id, storage_key="recordings/broken.mp4")
    if another == "file":
        again = begin(life, event_id, storage_key="recordings/again.mp4")
    else:
        again = paste(life, event_id, f"https://youtu.be/{VIDEO}")
    assert load(life, broken).state is RecordingState.REMOVED
    with pytest.raises(Conflict):  # it was slow, not dead: its end comes too late
        life.database.write(
            lambda session: recording.received(session, broken, size=5, sha256="a" * 64, now=NOW, by=STAFF)
        )
    assert load(life, again).state is (RecordingState.RECEIVING if another == "file" else RecordingState.PUBLISHED)
    late = NOW + timedelta(days=2)
    discarded = life.database.write(lambda session: recording.discard_unfinished(session, begun_before=late))
    assert "recordings/broken.mp4" in discarded
    assert life.database.write(lambda session: recording.discard_unfinished(session, begun_before=late)) == []


def test_a_file_that_is_here_does_not_give_way(life: Life) -> None:
    event_id = life.webinar(Stage.ENDED)
    recording_id = receive(life, event_id)
    with pytest.raises(Conflict):
        begin(life, event_id)
    assert load(life, recording_id).state is RecordingState.QUEUED


def test_what_was_never_received_whole_is_forgotten(life: Life) -> None:
    """A service that is killed while it receives cannot say so; its event could take no other file."""
    old_event, new_event, done_event = (life.webinar(Stage.ENDED) for _ in range(3))
    old = begin(life, old_event)
    young = begin(life, new_event, now=NOW + timedelta(hours=2))
    done = receive(life, done_event)

    def discard() -> list[str]:
        return list(
            life.database.write(
                lambda session: recording.discard_unfinished(session, begun_before=NOW + timedelta(hours=1))
            )
        )

    assert discard() == [f"recordings/{old_event}.mp4"]
    assert discard() == []
    assert [load(life, key).state for key in (old, young, done)] == [
        RecordingState.REMOVED,
        RecordingState.RECEIVING,
        RecordingState.QUEUED,
    ]
    begin(life, old_event)


def test_a_recording_is_removed_but_not_from_under_its_upload(life: Life) -> None:
    event_id = life.webinar(Stage.ENDED)
    recording_id = receive(life, event_id)

    def remove() -> None:
        life.database.write(lambda session: recording.remove(session, recording_id, now=NOW, by=STAFF))

    life.database.write(lambda session: session.execute(sa.update(Recording).values(state="sending")).close())
    with pytest.raises(Conflict):
        remove()
    life.database.write(lambda session: session.execute(sa.update(Recording).values(state="published")).close())
    remove()
    remove()
    assert load(life, recording_id).state is RecordingState.REMOVED
    assert track(life, event_id) is Track.WAITING
    assert facts_of(life) == [("RecordingReceived", STAFF), ("RecordingRemoved", STAFF)]
