"""Handing in a recording: streamed, sent by an ordinary form, or pasted as a link."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient

from events.models import Recording, RecordingState, Stage
from events.registrations import desk as lists
from service.web.multipart import first_file
from tests.service.web.staff.room import Room

VIDEO = b"\x00\x00\x00\x20ftypisom" + b"film" * 300_000


def current(room: Room, event_id: Any) -> Recording | None:
    return room.runtime.database.read(lambda session: lists.current_recording(session, event_id))


def chunks() -> Iterator[bytes]:
    for start in range(0, len(VIDEO), 64_000):
        yield VIDEO[start : start + 64_000]


def kept(room: Room, event_id: Any) -> tuple[RecordingState, int, str | None, str]:
    found = current(room, event_id)
    assert found is not None
    assert found.storage_key is not None
    assert room.runtime.files.get(found.storage_key) == VIDEO
    return found.state, found.size, found.sha256, found.visibility


EXPECTED = (RecordingState.QUEUED, len(VIDEO), hashlib.sha256(VIDEO).hexdigest(), "unlisted")


def test_a_file_is_streamed_as_the_body_of_one_request(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar(Stage.ENDED)
    page = f"/staff/events/{event_id}/recording"
    answer = owner.put(f"{page}?visibility=unlisted", content=chunks(), headers={"content-type": "video/mp4"})
    assert (answer.status_code, answer.headers["x-location"]) == (201, f"{page}?done=received")
    assert kept(room, event_id) == EXPECTED
    again = owner.put(page, content=b"more", headers={"content-type": "video/mp4"})
    assert again.status_code == 409


def test_without_a_script_the_same_file_comes_by_the_form(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar(Stage.ENDED)
    page = f"/staff/events/{event_id}/recording"
    sent = owner.post(page, data={"visibility": "unlisted"}, files={"file": ("webinar.mp4", VIDEO, "video/mp4")})
    assert (sent.status_code, sent.headers["location"]) == (303, f"{page}?done=received")
    assert kept(room, event_id) == EXPECTED


def test_a_pasted_link_is_shown_at_once(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar(Stage.ENDED)
    page = f"/staff/events/{event_id}/recording"
    bad = owner.post(f"{page}/link", data={"url": "https://evil.example/watch?v=dQw4w9WgXcQ"})
    assert bad.status_code == 422
    assert owner.post(f"{page}/link", data={"url": "https://youtu.be/dQw4w9WgXcQ"}).status_code == 303
    found = current(room, event_id)
    assert found is not None
    assert (found.state, found.video_id) == (RecordingState.PUBLISHED, "dQw4w9WgXcQ")
    assert owner.post(f"{page}/remove").status_code == 303
    assert current(room, event_id) is None


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ({"file": ("malware.exe", b"MZ", "application/x-msdownload")}, 422),
        ({"file": ("leer.mp4", b"", "video/mp4")}, 422),
        ({"file": ("", b"", "application/octet-stream")}, 422),
        ({}, 400),
    ],
)
def test_what_is_no_video_leaves_nothing(room: Room, owner: TestClient[Any], files: Any, status: int) -> None:
    event_id = room.life.webinar(Stage.ENDED)
    page = f"/staff/events/{event_id}/recording"
    assert owner.post(page, data={"visibility": "unlisted"}, files=files).status_code == status
    assert current(room, event_id) is None
    assert owner.put(page, content=VIDEO[:99], headers={"content-type": "text/html"}).status_code == 422
    assert owner.put(f"{page}?visibility=wild", content=VIDEO, headers={"content-type": "video/mp4"}).status_code == 422
    assert current(room, event_id) is None


def test_a_broken_upload_lets_one_try_again(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar(Stage.ENDED)
    page = f"/staff/events/{event_id}/recording"
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\nContent-Type: video/mp4\r\n\r\nhalf'
    )
    broken = owner.post(page, content=body, headers={"content-type": "multipart/form-data; boundary=x"})
    assert broken.status_code == 400
    assert current(room, event_id) is None
    assert owner.put(page, content=VIDEO, headers={"content-type": "video/mp4"}).status_code == 201
    assert kept(room, event_id) == EXPECTED


async def _pieces(body: bytes, size: int) -> Any:
    for start in range(0, len(body), size):
        yield body[start : start + size]


@pytest.mark.parametrize("size", [1, 3, 7, 64, 100_000])
def test_the_form_is_read_alike_however_it_is_cut(size: int) -> None:

    content = b"--x--\r\n--xy\r\n" * 50
    body = (
        (
            b'--x\r\nContent-Disposition: form-data; name="visibility"\r\n\r\npublic\r\n'
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\nContent-Type: video/mp4\r\n\r\n'
        )
        + content.replace(b"--x", b"-.x")
        + b"\r\n--x--\r\n"
    )

    async def read() -> tuple[str, str, dict[str, str], bytes]:
        found = await first_file('multipart/form-data; boundary="x"', _pieces(body, size))
        assert found is not None
        return found.filename, found.content_type, found.fields, b"".join([chunk async for chunk in found.chunks])

    assert asyncio.run(read()) == ("a.mp4", "video/mp4", {"visibility": "public"}, content.replace(b"--x", b"-.x"))
