"""Workers that are killed, and how little of an upload they hold in memory. The worker is a process of its own."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from events import deliveries
from events.models import Recording, Stage
from events.recordings import recording
from events.recordings.uploading import upload_due
from events.storage import Session
from service.demo.standins.youtube import YouTubeStandIn
from service.demo.standins.youtube_channel import BLOCK, Channel, Fault
from service.files.stored import StoredFiles
from service.tables import metadata
from service.youtube.connection import connect, open_host
from tests.support.databases import Database
from tests.support.life import NOW, Life, add_organiser
from tests.support.polling import PATIENCE
from tests.support.sizes import FULL, size
from tests.support.videos import SECRET_KEY, Uploads, load, open_channel, project_of, receive, video_bytes

CHUNK = 2 * BLOCK
BODY = video_bytes(11 * CHUNK + 12345)
MIB = 1024 * 1024

KILLS = [
    Fault("initiate", "hold"),
    Fault("chunk", "hold", kept=0),
    Fault("chunk", "hold", nth=2, kept=BLOCK),
    Fault("chunk", "hold", nth=3),
    Fault("status", "hold"),
    Fault("chunk", "hold", kept=1000),
    Fault("chunk", "hold", nth=0),  # the last one, whichever that is
    Fault("thumbnails.set", "hold"),
    Fault("playlists.insert", "hold"),
    Fault("playlistItems.insert", "hold"),
]
"""Where the worker is when it is killed, each count beginning anew."""


@pytest.fixture
def standin() -> Iterator[YouTubeStandIn]:
    with YouTubeStandIn(Channel()) as running:
        yield running


def start(task: str, **options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.service.youtube.upload_worker", task, json.dumps(options)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def finish(worker: subprocess.Popen[str]) -> list[str]:
    """Wait for a worker that is not killed and return what it says."""
    said, _ = worker.communicate(timeout=240)
    assert worker.returncode == 0
    return said.split()


def kill_at(worker: subprocess.Popen[str], fault: Fault) -> None:
    """Kill the worker once it waits for the answer that `fault` holds back."""
    assert fault.held.wait(60), f"the worker never came to {fault.operation}"
    worker.kill()
    worker.communicate()
    fault.release.set()


def plan(channel: Channel, fault: Fault) -> Fault:
    """Count from now on, and know the last chunk."""
    left = len(BODY) - max((session.received for session in channel.sessions.values()), default=0)
    nth = fault.nth or -(-left // CHUNK)
    planned = Fault(fault.operation, fault.action, nth=channel.calls[fault.operation] + nth, kept=fault.kept)
    channel.faults.append(planned)
    return planned


def test_killed_at_every_step_there_is_one_video_and_it_is_whole(
    database_url: str, life: Life, files: StoredFiles, tmp_path: Path, standin: YouTubeStandIn
) -> None:
    recording_id = receive(life, files, BODY)
    channel = standin.channel
    options = {
        "database": database_url,
        "files": f"file://{tmp_path}/files",
        "root": standin.root,
        "token_url": standin.token_url,
        "refresh_token": channel.grant(),
        "chunk_bytes": str(CHUNK),
    }
    on_sqlite = database_url.startswith("sqlite")
    for fault in KILLS if FULL or on_sqlite else KILLS[::3]:
        planned = plan(channel, fault)
        kill_at(start("upload", **options), planned)
        assert str(load(life.database, recording_id).state) == "sending"
        life.database.write(
            lambda session: deliveries.release_expired(
                session, Recording, real_now=datetime.now(UTC) + timedelta(hours=1)
            )
        )
    finish(start("upload", **options))

    (video,) = channel.videos.values()
    held = load(life.database, recording_id)
    assert video.sha256 == held.sha256 == hashlib.sha256(BODY).hexdigest()
    assert (str(held.state), held.video_id, held.session_uri) == ("published", video.id, None)
    assert sorted(session.received for session in channel.sessions.values()) == [0, len(BODY)]
    sent = sum(length for session in channel.sessions.values() for _, length in session.puts)
    assert sent - len(BODY) <= CHUNK
    assert [item.video_id for item in channel.items] == [video.id]
    assert [playlist.title for playlist in channel.playlists.values()] == ["Rekaman acara Perpustakaan Kota Batam"]
    assert set(channel.thumbnails[video.id]) == {channel.thumbnails[video.id][0]}


def test_an_upload_holds_a_few_chunks_in_memory(
    sqlite_url: str, sqlite_database: Database, tmp_path: Path, files: StoredFiles, standin: YouTubeStandIn
) -> None:
    length = size(96, 1024) * MIB
    life = Life(sqlite_database, sqlite_database.write(add_organiser))
    event_id = life.webinar(Stage.ENDED)
    (used, received, sha256) = finish(
        start("receive", files=f"file://{tmp_path}/files", key="recordings/large", size=str(length))
    )
    assert int(received) == length

    def hand_over(session: Session) -> uuid.UUID:
        recording_id = recording.begin(
            session,
            event_id,
            storage_key="recordings/large",
            content_type="video/mp4",
            title="Besar",
            visibility="public",
            now=NOW,
            by="staff:test",
        )
        recording.received(session, recording_id, size=length, sha256=sha256, now=NOW, by="staff:test")
        return recording_id

    recording_id = sqlite_database.write(hand_over)
    uploaded = finish(
        start(
            "upload",
            database=sqlite_url,
            files=f"file://{tmp_path}/files",
            root=standin.root,
            token_url=standin.token_url,
            refresh_token=standin.channel.grant(),
        )
    )
    assert str(load(sqlite_database, recording_id).state) == "published"
    assert [video.sha256 for video in standin.channel.videos.values()] == [sha256]
    assert int(used) < 64 * MIB
    assert int(uploaded[0]) < 64 * MIB


def test_a_stolen_database_holds_no_token_and_no_session(
    life: Life, files: StoredFiles, standin: YouTubeStandIn, tmp_path: Path
) -> None:
    uploads = Uploads(life.database, files)
    project = project_of(standin)
    _connect(uploads, life, standin)
    recording_id = receive(life, files, BODY)
    host = open_host(life.database, project, secrets=uploads.secrets, organiser_id=life.organiser_id)
    host.close()
    upload_due(uploads.uploader(open_channel(standin)), slice_length=timedelta(0))
    (upload_session,) = standin.channel.sessions.values()
    tokens = [*standin.channel.refresh_tokens, *standin.channel.access_tokens, upload_session.id, SECRET_KEY]
    assert load(life.database, recording_id).session_uri is not None

    tables = metadata.sorted_tables
    dump = life.database.read(
        lambda session: "".join(repr(session.execute(sa.select(table)).all()) for table in tables).encode()
    )
    dump += b"".join(path.read_bytes() for path in tmp_path.glob("*.sqlite*"))
    assert [token for token in tokens if token.encode() in dump] == []
    assert str(life.organiser_id).encode() in dump  # the control: what is there is found


def _connect(uploads: Uploads, life: Life, standin: YouTubeStandIn) -> None:
    seen: list[str] = []

    def ask(_redirect_uri: str) -> str:
        return httpx.get(seen[0], timeout=PATIENCE).headers["Location"]

    connect(
        life.database,
        project_of(standin),
        secrets=uploads.secrets,
        organiser_id=life.organiser_id,
        now=NOW,
        say=seen.append,
        ask=ask,
    )
