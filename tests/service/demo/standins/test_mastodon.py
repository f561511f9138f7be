"""The stand-in, asked over HTTP by something other than the library that it was made for."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from service.demo.standins.mastodon import MastodonStandIn, running
from tests.support.polling import PATIENCE


@pytest.fixture
def standin() -> Iterator[MastodonStandIn]:
    with running() as standin:
        yield standin


@pytest.fixture
def client(standin: MastodonStandIn) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=standin.url, headers={"Authorization": f"Bearer {standin.token}"}, timeout=PATIENCE
    ) as client:
        yield client


def test_a_token_is_needed_and_errors_are_mastodons(client: httpx.Client) -> None:
    answer = client.get("/api/v1/accounts/verify_credentials", headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.json()) == (401, {"error": "The access token is invalid"})
    assert client.get("/api/v1/nothing").status_code == 404
    assert (
        client.get("/api/v1/instance", headers={"Authorization": ""}).json()["configuration"]
        == (client.get("/api/v2/instance").json()["configuration"])
    )


def test_too_long_a_status_is_refused(client: httpx.Client, standin: MastodonStandIn) -> None:
    for text, status in (("x" * 501, 422), ("x" * 476 + " https://perpus.go.id/" + "y" * 300, 200)):
        assert client.post("/api/v1/statuses", data={"status": text}).status_code == status
    assert len(standin.statuses) == 1


def test_faults_come_once_and_in_order(client: httpx.Client, standin: MastodonStandIn) -> None:
    standin.misbehave("429", "accept-500")
    answers = [client.post("/api/v1/statuses", data={"status": "x"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 500, 200]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["0", "299", "299"]
    assert len(standin.statuses) == 2
    with pytest.raises(ValueError, match="no such fault"):
        standin.misbehave("hiccup")


def test_links_are_rendered_with_their_whole_address(client: httpx.Client) -> None:
    link = "https://acara.perpus-batam.go.id/events/menulis?p=abc&x=1"
    content = client.post("/api/v1/statuses", data={"status": f"A < B\n{link}"}).json()["content"]
    assert 'href="https://acara.perpus-batam.go.id/events/menulis?p=abc&amp;x=1"' in content
    assert content.startswith("<p>A &lt; B<br />")


def test_it_runs_as_a_process() -> None:
    command = [sys.executable, "-m", "service.demo.standins.mastodon", "--port", "0", "--token", "t"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
            httpx.post(f"{url}/standin/faults", json=["503"], timeout=PATIENCE)
            headers = {"Authorization": "Bearer t"}
            said = [
                httpx.post(f"{url}/api/v1/statuses", json={"status": "x"}, headers=headers, timeout=PATIENCE)
                for _ in range(2)
            ]
            assert [answer.status_code for answer in said] == [503, 200]
            assert len(httpx.get(f"{url}/standin", timeout=PATIENCE).json()["statuses"]) == 1
        finally:
            process.terminate()
