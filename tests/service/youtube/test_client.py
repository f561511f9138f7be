"""Every trap of the resumable protocol and of Google's client library, sprung on purpose by the stand-in."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from events.recordings.uploading import upload_due
from events.recordings.video_details import marker
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
from service.demo.standins.youtube import YouTubeStandIn
from service.demo.standins.youtube_channel import BLOCK, Channel, Fault
from service.files.stored import StoredFiles
from service.youtube.client import CHUNK_BYTES, YouTubeHost, YouTubeUpload
from service.youtube.rules import error_of, video_resource
from tests.support.life import Life
from tests.support.videos import Uploads, load, open_channel, receive, video_bytes

DETAILS = VideoDetails("Menulis Cerita Anak", "Belajar menulis.", "unlisted", "id", marker(uuid.UUID(int=7)))
BODY = video_bytes(3 * BLOCK + 1000)


@pytest.fixture
def channel() -> Channel:
    return Channel()


@pytest.fixture
def standin(channel: Channel) -> Iterator[YouTubeStandIn]:
    with YouTubeStandIn(channel) as running:
        yield running


@pytest.fixture
def open_host(standin: YouTubeStandIn) -> Iterator[Callable[..., YouTubeHost]]:
    """Opens hosts as other processes would, and closes them when the test is over."""
    opened: list[YouTubeHost] = []

    def open_one(**changes: Any) -> YouTubeHost:
        opened.append(open_channel(standin, **changes))
        return opened[-1]

    yield open_one
    for host in opened:
        host.close()


@pytest.fixture
def host(open_host: Callable[..., YouTubeHost]) -> YouTubeHost:
    return open_host()


def content(body: bytes = BODY) -> Content:
    return Content(len(body), "video/mp4", lambda start, length: body[start : start + length])


def begin(
    host: YouTubeHost,
    body: bytes = BODY,
    *,
    session_uri: str | None = None,
    save_session: Callable[[str], None] = lambda _: None,
) -> YouTubeUpload:
    return host.open_upload(DETAILS, content(body), session_uri=session_uri, save_session=save_session)


def send_all(upload: YouTubeUpload, *, errors: int = 0) -> tuple[HostedVideo, list[str]]:
    """Send until the video is there, calling again after up to `errors` failures; returns it and what failed."""
    failed: list[str] = []
    while True:
        try:
            progress = upload.send_chunk()
        except HostUnavailableError as error:
            failed.append(error.reason)
            assert len(failed) <= errors, failed
            continue
        if progress.video is not None:
            return progress.video, failed


def only_video(channel: Channel) -> str:
    """Return the hash of the one video there must be."""
    assert len(channel.videos) == 1
    return next(iter(channel.videos.values())).sha256


def sent_bytes(channel: Channel) -> int:
    return sum(length for session in channel.sessions.values() for _, length in session.puts)


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


# ---------------------------------------------------------------- the protocol


@pytest.mark.parametrize("size", [0, 1, 1000, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 3 * BLOCK + 7])
def test_a_file_of_any_size_arrives_whole(size: int, host: YouTubeHost, channel: Channel) -> None:
    body = video_bytes(size)
    video, failed = send_all(begin(host, body))
    assert (video.visibility, failed) == ("unlisted", [])
    assert only_video(channel) == sha256(body)
    assert sent_bytes(channel) == size


def test_progress_is_told_after_each_chunk(host: YouTubeHost) -> None:
    upload = begin(host, video_bytes(2 * BLOCK))
    assert upload.send_chunk() == Progress(BLOCK)
    done = upload.send_chunk()
    assert done.sent_bytes == 2 * BLOCK
    assert done.video is not None


def test_chunks_are_a_multiple_of_what_youtube_keeps() -> None:
    assert CHUNK_BYTES % BLOCK == 0


def test_what_is_told_about_the_video_arrives(host: YouTubeHost, channel: Channel) -> None:
    send_all(begin(host))
    (video,) = channel.videos.values()
    assert video.snippet == {
        "title": "Menulis Cerita Anak",
        "description": f"Belajar menulis.\n\n{DETAILS.marker}",
        "categoryId": "27",
        "defaultLanguage": "id",
        "defaultAudioLanguage": "id",
    }
    assert video.status == {"privacyStatus": "unlisted", "selfDeclaredMadeForKids": False, "uploadStatus": "uploaded"}
    assert video.content_type == "video/mp4"


def test_the_session_is_saved_before_the_first_byte(host: YouTubeHost, channel: Channel) -> None:
    """`next_chunk` opens the session and sends a chunk in one call: saved after it, a crash there loses the session."""
    saved: list[tuple[str, int]] = []
    upload = begin(host, save_session=lambda uri: saved.append((uri, channel.calls["chunk"])))
    send_all(upload)
    (session,) = channel.sessions.values()
    assert len(saved) == 1
    assert f"/session/{session.id}?" in saved[0][0]
    assert saved[0][1] == 0


def test_a_session_that_cannot_be_saved_is_not_used(host: YouTubeHost, channel: Channel) -> None:
    class DatabaseIsGoneError(Exception):
        pass

    def save(_: str) -> None:
        raise DatabaseIsGoneError

    with pytest.raises(DatabaseIsGoneError):
        begin(host, save_session=save).send_chunk()
    assert channel.calls["chunk"] == 0


def test_another_process_takes_the_session_up_where_it_was(
    host: YouTubeHost, open_host: Callable[..., YouTubeHost], channel: Channel
) -> None:
    """`from_json` drops the session, and a session without a question sends from the first byte again."""
    saved: list[str] = []
    begin(host, save_session=saved.append).send_chunk()
    video, failed = send_all(begin(open_host(), session_uri=saved[0], save_session=saved.append))
    assert (len(saved), failed, channel.calls["initiate"], channel.calls["status"]) == (1, [], 1, 1)
    assert only_video(channel) == sha256(BODY)
    assert [first for first, _ in channel.sessions.popitem()[1].puts] == [0, BLOCK, 2 * BLOCK, 3 * BLOCK]
    assert video.id in channel.videos


def test_a_finished_session_answers_with_its_video(
    host: YouTubeHost, open_host: Callable[..., YouTubeHost], channel: Channel
) -> None:
    """Killed between YouTube's last answer and our commit: asking the session gives the id, and no second video."""
    saved: list[str] = []
    video, _ = send_all(begin(host, save_session=saved.append))
    again = begin(open_host(), session_uri=saved[0]).send_chunk()
    assert again.video == video
    assert only_video(channel) == sha256(BODY)
    assert sent_bytes(channel) == len(BODY)


# ---------------------------------------------------------------- what goes wrong on the way


def test_a_chunk_after_a_503_is_sent_with_its_bytes(host: YouTubeHost, channel: Channel) -> None:
    """The library's own retry sends a consumed stream: no bytes under a Content-Length, and both sides wait."""
    channel.faults.append(Fault("chunk", "answer", nth=2, status=503))
    _, failed = send_all(begin(host), errors=1)
    assert failed == ["http_503"]
    assert only_video(channel) == sha256(BODY)


def test_a_refused_access_token_is_renewed_under_way(host: YouTubeHost, channel: Channel) -> None:
    channel.faults.append(Fault("chunk", "answer", nth=2, status=401, reason="authError"))
    _, failed = send_all(begin(host))
    assert failed == []
    assert channel.calls["token"] == 2
    assert only_video(channel) == sha256(BODY)


@pytest.mark.parametrize("kept", [0, 1000, BLOCK, BLOCK + 5])
def test_a_connection_that_drops_within_a_chunk(
    kept: int, open_host: Callable[..., YouTubeHost], channel: Channel
) -> None:
    channel.faults.append(Fault("chunk", "drop", nth=1, kept=kept))
    body = video_bytes(5 * BLOCK)
    send_all(begin(open_host(chunk_bytes=2 * BLOCK), body), errors=2)
    assert only_video(channel) == sha256(body)
    assert len(channel.sessions) == 1
    assert sent_bytes(channel) <= len(body) + 2 * BLOCK


def test_the_server_may_keep_less_than_it_was_sent(open_host: Callable[..., YouTubeHost], channel: Channel) -> None:
    channel.faults.append(Fault("chunk", "keep", nth=2, kept=BLOCK))
    body = video_bytes(6 * BLOCK)
    _, failed = send_all(begin(open_host(chunk_bytes=2 * BLOCK), body))
    assert failed == []
    assert only_video(channel) == sha256(body)


def test_a_308_without_a_range_means_that_nothing_is_there(host: YouTubeHost, channel: Channel) -> None:
    channel.faults.append(Fault("chunk", "keep", nth=1, kept=0))
    _, failed = send_all(begin(host))
    assert failed == []
    assert only_video(channel) == sha256(BODY)


@pytest.mark.parametrize("nth", [1, 2, 4])
def test_an_answer_that_gets_lost_makes_no_second_video(nth: int, host: YouTubeHost, channel: Channel) -> None:
    channel.faults.append(Fault("chunk", "lose_response", nth=nth))
    send_all(begin(host), errors=1)
    assert only_video(channel) == sha256(BODY)
    assert len(channel.sessions) == 1


def test_a_lost_answer_to_the_opening_leaves_an_unused_session(host: YouTubeHost, channel: Channel) -> None:
    """httplib2 repeats the POST by itself; that is harmless here."""
    channel.faults.append(Fault("initiate", "lose_response"))
    send_all(begin(host), errors=1)
    assert only_video(channel) == sha256(BODY)
    assert sorted(session.received for session in channel.sessions.values()) == [0, len(BODY)]


@pytest.mark.parametrize("status", [404, 410])
def test_a_forgotten_session_is_said_to_be_lost(status: int, host: YouTubeHost, channel: Channel) -> None:
    upload = begin(host)
    upload.send_chunk()
    channel.forget_sessions(status)
    for _ in range(2):
        with pytest.raises(SessionLostError):
            upload.send_chunk()
    assert channel.videos == {}


def test_429_waits_as_long_as_it_is_told(host: YouTubeHost, channel: Channel) -> None:
    """The library ignores Retry-After."""
    channel.faults.append(Fault("chunk", "answer", status=429, reason="x", headers={"Retry-After": "77"}))
    with pytest.raises(HostUnavailableError) as caught:
        begin(host).send_chunk()
    assert caught.value.retry_after == timedelta(seconds=77)


def test_a_server_that_is_away_is_no_refusal() -> None:
    with YouTubeStandIn() as standin:
        host = open_channel(standin)
    with pytest.raises(HostUnavailableError) as caught:
        begin(host).send_chunk()
    assert caught.value.reason == "unreachable"
    host.close()


@pytest.mark.parametrize(
    ("status", "reason", "expected"),
    [
        (403, "quotaExceeded", QuotaExceededError("quota_exceeded")),
        (400, "uploadLimitExceeded", UploadLimitExceededError("upload_limit_exceeded")),
        (400, "invalidTitle", UploadRefusedError("invalid_title")),
        (401, "youtubeSignupRequired", UploadRefusedError("youtube_signup_required")),
        (403, "insufficientPermissions", ReconnectNeededError("reconnect_needed")),
        (403, "userRateLimitExceeded", HostUnavailableError("http_403")),
        (404, "notFound", UploadRefusedError("not_found")),
        (500, "backendError", HostUnavailableError("http_500")),
    ],
)
def test_a_refused_opening_says_why(
    status: int, reason: str, expected: HostError, host: YouTubeHost, channel: Channel
) -> None:
    channel.faults.append(Fault("initiate", "answer", times=9, status=status, reason=reason))
    with pytest.raises(type(expected)) as caught:
        begin(host).send_chunk()
    assert caught.value.reason == expected.reason
    assert channel.sessions == {}


def test_a_dead_consent_asks_for_a_new_one(open_host: Callable[..., YouTubeHost], channel: Channel) -> None:
    """Google lets a consent die after seven days while the project is in testing."""
    died: list[bool] = []
    host = open_host(on_dead=lambda: died.append(True))
    channel.revoke()
    with pytest.raises(ReconnectNeededError):
        begin(host).send_chunk()
    assert died == [True]


def test_a_sign_in_that_is_away_for_a_moment_is_no_dead_consent(
    open_host: Callable[..., YouTubeHost], channel: Channel
) -> None:
    died: list[bool] = []
    host = open_host(on_dead=lambda: died.append(True))
    channel.faults.append(Fault("token", "answer", times=9, status=503, reason="temporarily_unavailable"))
    with pytest.raises(HostUnavailableError):
        begin(host).send_chunk()
    assert died == []


# ---------------------------------------------------------------- the file under our feet


def test_a_short_read_does_not_shorten_the_video(host: YouTubeHost, channel: Channel) -> None:
    """The library takes a short read for the end of the file, and the rest of the video would be missing."""
    short = Content(len(BODY), "video/mp4", lambda start, length: BODY[start : start + length - 1])
    with pytest.raises(UploadRefusedError) as caught:
        host.open_upload(DETAILS, short, session_uri=None, save_session=lambda _: None).send_chunk()
    assert caught.value.reason == "file_changed"
    assert channel.videos == {}


def test_a_file_that_vanishes_is_said_to_be_missing(host: YouTubeHost) -> None:
    def read(_start: int, _length: int) -> bytes:
        raise FileNotFoundError

    upload = host.open_upload(DETAILS, Content(10, "video/mp4", read), session_uri=None, save_session=lambda _: None)
    with pytest.raises(UploadRefusedError) as caught:
        upload.send_chunk()
    assert caught.value.reason == "file_missing"


def test_a_session_that_has_every_byte_but_no_video_is_asked_again_later(host: YouTubeHost, channel: Channel) -> None:
    """An empty chunk would go out as ``bytes 10-9/10``."""
    saved: list[str] = []
    upload = begin(host, video_bytes(2 * BLOCK), save_session=saved.append)
    upload.send_chunk()
    (session,) = channel.sessions.values()
    session.received = 2 * BLOCK
    with pytest.raises(HostUnavailableError) as caught:
        begin(host, video_bytes(2 * BLOCK), session_uri=saved[0]).send_chunk()
    assert caught.value.reason == "still_processing"


# ---------------------------------------------------------------- after the upload


def test_the_thumbnail_arrives_and_may_be_set_again(host: YouTubeHost, channel: Channel) -> None:
    video, _ = send_all(begin(host))
    for _ in range(2):
        host.set_thumbnail(video.id, b"\x89PNG picture", content_type="image/png")
    assert channel.thumbnails == {video.id: [sha256(b"\x89PNG picture")] * 2}


@pytest.mark.parametrize("lost", ["playlists.insert", "playlistItems.insert", "playlistItems.list"])
def test_a_video_is_in_its_playlist_once(lost: str, host: YouTubeHost, channel: Channel) -> None:
    """httplib2 sends a POST again when its answer is lost: the item, or the playlist, is there twice."""
    video, _ = send_all(begin(host))
    channel.faults.append(Fault(lost, "lose_response"))
    for _ in range(2):
        host.add_to_playlist(video.id, "Rekaman", visibility="unlisted")
    assert [(playlist.title, playlist.visibility) for playlist in channel.playlists.values()] == [
        ("Rekaman", "unlisted")
    ]
    assert [item.video_id for item in channel.items] == [video.id]


def test_httplib2_does_repeat_a_post(host: YouTubeHost, channel: Channel) -> None:
    """The control of the test above: without looking again, there would be two."""
    video, _ = send_all(begin(host))
    channel.faults.append(Fault("playlistItems.insert", "lose_response"))
    host.add_to_playlist(video.id, "Rekaman", visibility="public")
    assert (channel.calls["playlistItems.insert"], channel.calls["playlistItems.delete"]) == (2, 1)


def test_an_unlisted_video_is_not_shown_by_a_public_playlist(host: YouTubeHost, channel: Channel) -> None:
    public = channel.add_playlist("Rekaman", "public")
    video, _ = send_all(begin(host))
    host.add_to_playlist(video.id, "Rekaman", visibility="unlisted")
    (item,) = channel.items
    assert item.playlist_id != public.id


def test_a_playlist_is_found_behind_the_first_page(host: YouTubeHost, channel: Channel) -> None:
    for number in range(60):
        channel.add_playlist(f"Lainnya {number}", "unlisted")
    wanted = channel.add_playlist("Rekaman", "unlisted")
    video, _ = send_all(begin(host))
    host.add_to_playlist(video.id, "Rekaman", visibility="unlisted")
    assert [item.playlist_id for item in channel.items] == [wanted.id]


def test_a_video_is_found_by_its_marker_among_many(host: YouTubeHost) -> None:
    video, _ = send_all(begin(host, b"ours"))
    other = VideoDetails("Lain", "Lain", "public", "id", marker(uuid.UUID(int=8)))
    for _ in range(60):
        send_all(host.open_upload(other, content(b"x"), session_uri=None, save_session=lambda _: None))
    assert host.find_video(DETAILS.marker) == video
    assert host.find_video(marker(uuid.UUID(int=9))) is None


def test_a_video_is_fetched_as_it_is_now(host: YouTubeHost) -> None:
    video, _ = send_all(begin(host))
    assert host.fetch_video(video.id) == video
    assert host.fetch_video("not-there") is None


# ---------------------------------------------------------------- what YouTube accepts


def test_texts_are_cut_to_what_youtube_takes_and_the_marker_stays() -> None:
    long = VideoDetails("Ä" * 150, "é" * 5000, "public", "id", DETAILS.marker)
    snippet = video_resource(long)["snippet"]
    assert snippet["title"] == "Ä" * 100
    assert snippet["description"].endswith(f"é\n\n{DETAILS.marker}")
    assert 4998 <= len(snippet["description"].encode()) <= 5000


def test_angle_brackets_and_control_characters_are_not_sent() -> None:
    odd = VideoDetails("<b>A\x00cara</b>", "a < b\nc > d\x07", "public", "id", "acara:recording:1")
    snippet = video_resource(odd)["snippet"]
    assert snippet["title"] == "‹b›Acara‹/b›"
    assert snippet["description"] == "a ‹ b\nc › d\n\nacara:recording:1"


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private"])
def test_visibility_is_always_said(visibility: str) -> None:
    """Left out, it means public."""
    details = VideoDetails("A", "", visibility, "en", "acara:recording:1")
    assert video_resource(details)["status"] == {"privacyStatus": visibility, "selfDeclaredMadeForKids": False}
    assert video_resource(details)["snippet"]["description"] == "acara:recording:1"


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error": "text"}', b'{"error": {"errors": []}}', b"\xff"])
def test_an_answer_in_no_known_form_is_still_understood_by_its_status(body: bytes) -> None:
    assert error_of(403, body, retry_after=None, in_session=False).reason == "http_403"
    assert isinstance(error_of(502, body, retry_after="soon", in_session=True), HostUnavailableError)


def test_without_another_root_the_upload_goes_to_google() -> None:
    """The description of the API comes with the library: to prepare an upload, no name is looked up."""
    program = (
        "import json, socket, sys\n"
        "asked = []\n"
        "sys.addaudithook(lambda name, args: asked.append(args[0]) if name == 'socket.getaddrinfo' else None)\n"
        "from datetime import timedelta\n"
        "from service.youtube.client import Consent, YouTubeHost\n"
        "from tests.service.youtube.test_client import DETAILS, content\n"
        "host = YouTubeHost(Consent('r', 'c', 's', 'https://oauth2.googleapis.com/token', ()))\n"
        "upload = host.open_upload(DETAILS, content(), session_uri=None, save_session=print)\n"
        "print(json.dumps([upload._request.uri.partition('?')[0], asked]))\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(result.stdout) == ["https://youtube.googleapis.com/upload/youtube/v3/videos", []]


# ---------------------------------------------------------------- the whole way, on both databases


@pytest.fixture
def uploads(life: Life, files: StoredFiles) -> Uploads:
    return Uploads(life.database, files)


def work(uploads: Uploads, standin: YouTubeStandIn, *, rounds: int = 20, **changes: Any) -> int:
    """Let one worker after the other work until nothing is left; returns how many claims it took."""
    for claims in range(rounds):
        uploads.clocks.advance(timedelta(hours=1))
        if upload_due(uploads.uploader(open_channel(standin)), **changes) is None:
            return claims
    raise AssertionError("there is no end to it")


def test_a_recording_goes_online_on_a_bad_day(
    life: Life, files: StoredFiles, uploads: Uploads, standin: YouTubeStandIn, channel: Channel
) -> None:
    channel.faults += [
        Fault("initiate", "answer", status=500),
        Fault("chunk", "answer", nth=1, status=503),
        Fault("chunk", "drop", nth=2, kept=1000),
        Fault("chunk", "answer", nth=4, status=401, reason="authError"),
        Fault("chunk", "lose_response", nth=6),
        Fault("thumbnails.set", "answer", status=503),
        Fault("playlistItems.insert", "lose_response"),
    ]
    recording_id = receive(life, files, BODY)
    work(uploads, standin)
    (video,) = channel.videos.values()
    held = load(uploads.database, recording_id)
    assert video.sha256 == held.sha256 == sha256(BODY)
    assert (str(held.state), held.video_id, held.session_uri) == ("published", video.id, None)
    assert (held.thumbnail_set, held.playlist_done, held.last_error) == (True, True, None)
    assert len(channel.thumbnails[video.id]) == 1
    assert [channel.playlists[item.playlist_id].title for item in channel.items] == [
        "Rekaman acara Perpustakaan Kota Batam"
    ]


def test_a_lost_session_whose_video_exists_is_not_sent_again(
    life: Life, files: StoredFiles, uploads: Uploads, standin: YouTubeStandIn, channel: Channel
) -> None:
    recording_id = receive(life, files, BODY)
    # The last answer, and httplib2's own repetition of the chunk, are lost; then YouTube forgets the session.
    channel.faults.append(Fault("chunk", "lose_response", nth=4, times=2))
    assert upload_due(uploads.uploader(open_channel(standin))) == recording_id
    channel.forget_sessions(410)
    work(uploads, standin)
    assert only_video(channel) == sha256(BODY)
    assert len(channel.sessions) == 1
    assert str(load(uploads.database, recording_id).state) == "published"


def test_a_lost_session_without_a_video_is_begun_anew(
    life: Life, files: StoredFiles, uploads: Uploads, standin: YouTubeStandIn, channel: Channel
) -> None:
    recording_id = receive(life, files, BODY)
    channel.faults.append(Fault("chunk", "answer", nth=2, status=404, reason="notFound"))
    work(uploads, standin)
    assert only_video(channel) == sha256(BODY)
    assert len(channel.sessions) == 2
    assert str(load(uploads.database, recording_id).state) == "published"


def test_a_video_that_youtube_keeps_private_is_shown_to_nobody(
    life: Life, files: StoredFiles, uploads: Uploads, standin: YouTubeStandIn, channel: Channel
) -> None:
    channel.forced_visibility = "private"
    recording_id = receive(life, files, BODY, visibility="public")
    work(uploads, standin)
    held = load(uploads.database, recording_id)
    assert (str(held.state), held.last_error) == ("failed", "locked_private")
