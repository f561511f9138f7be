from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from events.recordings.uploading import upload_due
from events.recordings.video_host import ReconnectNeededError
from events.storage import Session
from service.demo.standins.youtube import YouTubeStandIn
from service.demo.standins.youtube_channel import Channel, Fault
from service.files.stored import StoredFiles
from service.secrets import SecretBox
from service.youtube import connection as youtube_connection
from service.youtube.connection import (
    ConnectionState,
    ConnectRefused,
    GoogleProject,
    OAuthConnection,
    begin_connect,
    connect,
    disconnect,
    finish_connect,
    open_host,
)
from tests.support.life import NOW, Life
from tests.support.polling import PATIENCE
from tests.support.videos import SECRET_KEY, Uploads, load, project_of, receive

SECRETS = SecretBox(SECRET_KEY)


@pytest.fixture
def standin() -> Iterator[YouTubeStandIn]:
    with YouTubeStandIn(Channel()) as running:
        yield running


@pytest.fixture
def project(standin: YouTubeStandIn) -> GoogleProject:
    return project_of(standin)


@pytest.fixture
def paste(life: Life, project: GoogleProject) -> Callable[[], str]:
    """Connects as a person over ssh does: opens the address elsewhere and pastes where the browser ended."""

    def connect_once() -> str:
        seen: list[str] = []
        return connect(
            life.database,
            project,
            secrets=SECRETS,
            organiser_id=life.organiser_id,
            now=NOW,
            say=seen.append,
            ask=lambda _: f"  {httpx.get(seen[0], timeout=PATIENCE).headers['Location']}\n",
        )

    return connect_once


def held_by(life: Life) -> OAuthConnection | None:
    return life.database.read(lambda session: youtube_connection.connection(session, life.organiser_id))


def test_a_person_is_asked_for_both_permissions_offline_and_with_pkce(project: GoogleProject) -> None:
    asked = begin_connect(project, redirect_uri="http://127.0.0.1:1234/")
    query = {name: values[0] for name, values in parse_qs(urlsplit(asked.url).query).items()}
    assert asked.url.startswith(f"{project.auth_url}?")
    assert (query["access_type"], query["prompt"], query["code_challenge_method"]) == ("offline", "consent", "S256")
    assert query["redirect_uri"] == "http://127.0.0.1:1234/"
    assert query["scope"].split() == list(youtube_connection.SCOPES)
    assert asked.code_verifier not in asked.url
    assert begin_connect(project, redirect_uri="http://127.0.0.1:1234/").state != asked.state


def test_a_pasted_address_connects_the_channel(life: Life, standin: YouTubeStandIn, paste: Callable[[], str]) -> None:
    assert paste() == "Perpustakaan Kota Batam"
    held = held_by(life)
    assert held is not None
    assert (held.state, held.channel_id, held.connected_at) == (ConnectionState.CONNECTED, Channel.id, NOW)
    (token,) = standin.channel.refresh_tokens
    assert token not in held.refresh_token
    assert SECRETS.unseal(held.refresh_token) == token


def test_the_browser_of_this_machine_connects_the_channel(life: Life, project: GoogleProject) -> None:
    answers: list[int] = []

    def open_browser(url: str) -> None:
        def visit() -> None:
            answers.append(
                httpx.get(
                    f"{parse_qs(urlsplit(url).query)['redirect_uri'][0]}favicon.ico", timeout=PATIENCE
                ).status_code
            )
            answers.append(httpx.get(url, follow_redirects=True, timeout=PATIENCE).status_code)

        browser = threading.Thread(target=visit)
        browser.start()
        browsers.append(browser)

    browsers: list[threading.Thread] = []
    title = connect(life.database, project, secrets=SECRETS, organiser_id=life.organiser_id, now=NOW, say=open_browser)
    browsers[0].join()
    assert (title, answers) == ("Perpustakaan Kota Batam", [200, 200])
    assert held_by(life) is not None


def test_nobody_comes_back(life: Life, project: GoogleProject) -> None:
    with pytest.raises(ConnectRefused):
        connect(
            life.database,
            project,
            secrets=SECRETS,
            organiser_id=life.organiser_id,
            now=NOW,
            say=lambda _: None,
            timeout_seconds=0.01,
        )


@pytest.mark.parametrize(
    "answer",
    [
        "http://127.0.0.1/?error=access_denied&state={state}",
        "http://127.0.0.1/?code={code}&state=forged",
        "http://127.0.0.1/?code=forged&state={state}",
        "http://127.0.0.1/?code={code}",
        "not an address",
        "",
    ],
)
def test_any_other_answer_connects_nothing(answer: str, life: Life, project: GoogleProject) -> None:
    asked = begin_connect(project, redirect_uri="http://127.0.0.1:1234/")
    location = httpx.get(asked.url, timeout=PATIENCE).headers["Location"]
    code = parse_qs(urlsplit(location).query)["code"][0]
    with pytest.raises(ConnectRefused):
        finish_connect(
            life.database,
            project,
            asked,
            answer.format(code=code, state=asked.state),
            secrets=SECRETS,
            organiser_id=life.organiser_id,
            now=NOW,
            by="test",
        )
    assert held_by(life) is None


@pytest.mark.parametrize("operation", ["token", "channels.list"])
def test_a_google_that_is_away_connects_nothing(
    operation: str, life: Life, standin: YouTubeStandIn, paste: Callable[[], str]
) -> None:
    standin.channel.faults.append(Fault(operation, "answer", times=9, status=503))
    with pytest.raises(ConnectRefused):
        paste()
    assert held_by(life) is None


def test_a_dead_consent_is_marked_and_a_new_one_sends_what_waited(
    life: Life, files: StoredFiles, standin: YouTubeStandIn, project: GoogleProject, paste: Callable[[], str]
) -> None:
    paste()
    recording_id = receive(life, files, b"a video")
    uploads = Uploads(life.database, files)
    uploader = uploads.uploader(
        host_for=lambda organiser_id: open_host(life.database, project, secrets=SECRETS, organiser_id=organiser_id)
    )
    standin.channel.revoke()
    upload_due(uploader)
    held = held_by(life)
    assert held is not None
    assert held.state is ConnectionState.RECONNECT_NEEDED
    assert load(life.database, recording_id).last_error == "reconnect_needed"

    paste()
    upload_due(uploader)
    assert str(load(life.database, recording_id).state) == "published"
    assert len(standin.channel.videos) == 1


def test_without_consent_no_host_is_opened(life: Life, project: GoogleProject, paste: Callable[[], str]) -> None:
    def attempt(project: GoogleProject | None, secrets: SecretBox = SECRETS) -> None:
        with pytest.raises(ReconnectNeededError):
            open_host(life.database, project, secrets=secrets, organiser_id=life.organiser_id)

    attempt(project)
    paste()
    attempt(None)
    attempt(GoogleProject("another client", "secret"))
    attempt(project, SecretBox("another secret key that is long enough"))

    def forget(session: Session) -> None:
        disconnect(session, life.organiser_id)
        disconnect(session, life.organiser_id)

    life.database.write(forget)
    attempt(project)


def test_the_client_library_is_loaded_by_workers_only() -> None:
    program = "import sys, service.youtube.connection, service.tables; print('googleapiclient' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"
