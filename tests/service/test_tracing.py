"""A request's id: said in the answer, kept by what follows, and no personal link in the logs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
from litestar.testing import TestClient

from events.models import Recording, RecordingState, Stage
from events.outbox import FactRow
from events.recordings import recording
from notifications.models.email import Email
from service.processes.ticker import tidy_up
from service.tracing import trace_requests
from service.wiring import Runtime
from tests.support.app import create_app
from tests.support.life import Life, add_organiser
from tests.support.running import make_runtime, settled, workers


@pytest.fixture
def runtime(sqlite_url: str, tmp_path: Path) -> Iterator[Runtime]:
    made = make_runtime(sqlite_url, tmp_path, base_url="http://testserver.local")
    yield made
    made.close()


def test_id_of_the_request_is_found_in_its_facts_and_in_the_mail_that_a_worker_owes(runtime: Runtime) -> None:
    event_id = Life(runtime.database, runtime.database.write(add_organiser)).webinar()
    person = {"name": "Ani", "email": "ani@example.org", "consent": True}
    with TestClient(create_app(runtime), base_url="http://testserver.local") as client, workers(runtime):
        answer = client.post(f"/api/v1/events/{event_id}/registrations", json=person)
        settled(runtime)
    assert answer.status_code == 201
    request_id = answer.headers["x-request-id"]
    fact = sa.select(FactRow.request_id).where(FactRow.name == "AttendeeRegistered")
    assert runtime.database.read(lambda session: session.scalar(fact)) == request_id
    mails = runtime.database.read(lambda session: set(session.scalars(sa.select(Email.request_id))))
    assert mails == {request_id}


def test_personal_links_are_not_logged() -> None:
    token = "AbCdEf0123456789AbCdEf0123456789AbCdEf.signature"

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})

    async def receive() -> Any:
        raise AssertionError("nothing is read")

    async def send(message: Any) -> None:
        assert message["status"] == 204

    scope: Any = {"type": "http", "method": "GET", "path": f"/r/{token}/cancel"}
    with structlog.testing.capture_logs() as lines:
        asyncio.run(_run(trace_requests(app), scope, receive, send))
    assert [line["path"] for line in lines] == ["/r/…/cancel"]


async def _run(app: Any, scope: Any, receive: Any, send: Any) -> None:
    await app(scope, receive, send)


def test_broken_off_uploads_are_tidied_away_after_a_day(runtime: Runtime) -> None:
    event_id = Life(runtime.database, runtime.database.write(add_organiser)).webinar(Stage.ENDED)
    long_ago = runtime.clock.now() - timedelta(days=2)
    runtime.files.put("recordings/half", b"half a video", content_type="video/mp4")
    recording_id = runtime.database.write(
        lambda session: recording.begin(
            session,
            event_id,
            storage_key="recordings/half",
            content_type="video/mp4",
            title="Rekaman",
            visibility="unlisted",
            now=long_ago,
            by="staff:test",
        )
    )
    tidy_up(runtime)
    state = sa.select(Recording.state).where(Recording.id == recording_id)
    assert runtime.database.read(lambda session: session.scalar(state)) is RecordingState.REMOVED
    assert not runtime.files.exists("recordings/half")
