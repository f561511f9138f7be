"""The folder and the bucket, by the same tests: nobody who stores or reads may see a difference."""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from service.files.stored import PART_BYTES, Received, StorageError, StoredFiles, TooLarge, open_files
from tests.support.polling import until
from tests.support.s3 import Bucket

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    before = {name: os.environ.get(name) for name in CREDENTIALS}
    os.environ.update(CREDENTIALS)
    with Bucket() as running:
        yield running
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> StoredFiles:
    if request.param == "folder":
        return open_files(f"file://{tmp_path}/a%20folder")
    bucket: Bucket = request.getfixturevalue("bucket")
    return open_files(f"s3://berkas?endpoint={bucket.endpoint}&region=ap-southeast-1")


async def stream(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def receive(store: StoredFiles, key: str, chunks: AsyncIterator[bytes], limit: int | None = None) -> Received:
    return asyncio.run(store.receive(key, chunks, content_type="video/mp4", limit=limit))


def test_what_is_put_can_be_read_whole_and_in_ranges(store: StoredFiles) -> None:
    assert store.put("posters/1.png", b"0123456789", content_type="image/png") == 10
    assert store.get("posters/1.png") == b"0123456789"
    assert store.size("posters/1.png") == 10
    assert store.read_range("posters/1.png", 2, 3) == b"234"
    assert store.read_range("posters/1.png", 8, 100) == b"89"
    assert store.read_range("posters/1.png", 10, 5) == b""
    assert store.read_range("posters/1.png", 50, 5) == b""
    assert store.read_range("posters/1.png", 0, 0) == b""


@pytest.mark.parametrize("body", [b"", b"x", b"y" * (PART_BYTES + 1)], ids=["empty", "one byte", "two parts"])
def test_a_file_of_any_size_is_replaced_whole(body: bytes, store: StoredFiles) -> None:
    store.put("a", b"something that was longer or shorter before", content_type="text/plain")
    assert store.put("a", (part for part in (body[:100], body[100:])), content_type="text/plain") == len(body)
    assert store.get("a") == body


def test_a_missing_key_is_a_file_not_found(store: StoredFiles) -> None:
    assert not store.exists("nothing/here")
    for attempt in (
        lambda: store.get("nothing/here"),
        lambda: store.size("nothing/here"),
        lambda: store.read_range("nothing/here", 0, 1),
    ):
        with pytest.raises(FileNotFoundError):
            attempt()


def test_deleting_twice_is_no_error(store: StoredFiles) -> None:
    store.put("a/b", b"x", content_type="text/plain")
    assert store.exists("a/b")
    store.delete("a/b")
    store.delete("a/b")
    assert not store.exists("a/b")


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "../a",
        "a/../b",
        "a/./b",
        "a//b",
        "a/",
        ".hidden",
        "a\\b",
        "a b",
        "a\x00",
        "é",
        "a\n",
        "a" * 201,
    ],
)
def test_a_key_that_could_lead_elsewhere_is_refused(key: str, store: StoredFiles, tmp_path: Path) -> None:
    for attempt in (
        lambda: store.put(key, b"x", content_type="text/plain"),
        lambda: store.get(key),
        lambda: store.read_range(key, 0, 1),
        lambda: store.size(key),
        lambda: store.exists(key),
        lambda: store.delete(key),
        lambda: receive(store, key, stream(b"x")),
    ):
        with pytest.raises(ValueError, match="not a storage key"):
            attempt()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


# ---------------------------------------------------------------- streams


def test_a_stream_is_received_with_its_size_and_hash(store: StoredFiles) -> None:
    chunks = [os.urandom(70_000) for _ in range(200)]
    body = b"".join(chunks)
    received = receive(store, "recordings/1.mp4", stream(b"", *chunks, b""))
    assert received == Received(len(body), hashlib.sha256(body).hexdigest())
    assert store.get("recordings/1.mp4") == body
    assert store.read_range("recordings/1.mp4", PART_BYTES - 5, 10) == body[PART_BYTES - 5 : PART_BYTES + 5]


def test_an_empty_stream_is_an_empty_file(store: StoredFiles) -> None:
    assert receive(store, "a", stream()) == Received(0, hashlib.sha256(b"").hexdigest())
    assert store.get("a") == b""


class CutError(Exception):
    """The line broke."""


async def cut_after(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 1_000_000):
        yield bytes(1_000_000)
    raise CutError


def leftovers(request: pytest.FixtureRequest, tmp_path: Path) -> list[object]:
    """Return everything that lies about: files, whatever their names, and uploads that nobody finished."""
    if "bucket" in request.fixturenames:
        bucket: Bucket = request.getfixturevalue("bucket")
        return [*bucket.objects, *bucket.open_uploads]
    return [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("size", [0, 1_000_000, 30_000_000])
def test_a_stream_that_breaks_off_leaves_nothing(
    size: int, request: pytest.FixtureRequest, store: StoredFiles, tmp_path: Path
) -> None:
    with pytest.raises(CutError):
        receive(store, "recordings/1.mp4", cut_after(size))
    assert not store.exists("recordings/1.mp4")
    until(lambda: leftovers(request, tmp_path) == [], what="something is left")


def test_a_stream_that_breaks_off_leaves_what_was_there(store: StoredFiles) -> None:
    store.put("a", b"before", content_type="text/plain")
    with pytest.raises(CutError):
        receive(store, "a", cut_after(20_000_000))
    assert store.get("a") == b"before"


def test_a_file_that_is_too_large_is_stopped_where_it_becomes_so(
    request: pytest.FixtureRequest, store: StoredFiles, tmp_path: Path
) -> None:
    assert receive(store, "a", stream(bytes(500), bytes(500)), limit=1000).size == 1000
    store.delete("a")
    with pytest.raises(TooLarge):
        receive(store, "a", stream(bytes(500), bytes(501)), limit=1000)
    until(lambda: leftovers(request, tmp_path) == [], what="something is left")


def test_a_cancelled_receiving_leaves_nothing(
    request: pytest.FixtureRequest, store: StoredFiles, tmp_path: Path
) -> None:
    """A person closes the page: the server cancels the request."""

    async def story() -> None:
        flowing = asyncio.Event()

        async def endless() -> AsyncIterator[bytes]:
            while True:
                yield bytes(1_000_000)
                flowing.set()
                await asyncio.sleep(0)

        task = asyncio.create_task(store.receive("a", endless(), content_type="video/mp4"))
        await flowing.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(story())
    assert not store.exists("a")
    until(lambda: leftovers(request, tmp_path) == [], what="something is left")


# ---------------------------------------------------------------- the folder


def test_a_half_received_file_is_never_seen_under_its_key(tmp_path: Path) -> None:
    store = open_files(f"file://{tmp_path}")
    seen: list[bool] = []

    async def watched() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield bytes(1_000_000)
            seen.append(store.exists("a"))

    receive(store, "a", watched())
    assert seen == [False] * 20
    assert store.size("a") == 20_000_000


def test_a_folder_that_cannot_be_written_is_a_storage_error(tmp_path: Path) -> None:
    store = open_files(f"file://{tmp_path}")
    (tmp_path / "a").write_bytes(b"a file where a folder is needed")
    with pytest.raises(StorageError):
        store.put("a/b", b"x", content_type="text/plain")


# ---------------------------------------------------------------- the bucket


def test_a_bucket_is_told_content_types_and_gets_signed_parts_of_bounded_size(bucket: Bucket) -> None:
    store = open_files(f"s3://berkas/acara/files?endpoint={bucket.endpoint}")
    store.put("posters/1.png", b"x", content_type="image/png")
    receive(store, "recordings/1.mp4", stream(*(bytes(1_000_000) for _ in range(20))))
    assert {key: content_type for key, (_, content_type) in bucket.objects.items()} == {
        "acara/files/posters/1.png": "image/png",
        "acara/files/recordings/1.mp4": "video/mp4",
    }
    assert bucket.unsigned == 0
    assert bucket.largest_body <= PART_BYTES


def test_a_bucket_that_refuses_is_a_storage_error(bucket: Bucket) -> None:
    store = open_files(f"s3://berkas?endpoint={bucket.endpoint}")
    bucket.failing = True
    for attempt in (
        lambda: store.put("a", b"x", content_type="text/plain"),
        lambda: store.get("a"),
        lambda: store.size("a"),
        lambda: receive(store, "a", stream(b"x")),
    ):
        with pytest.raises(StorageError):
            attempt()


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    "address", ["", "/a/folder", "http://bucket", "s3://", "s3://berkas?secret=x", "gs://berkas", "memory:///"]
)
def test_an_address_of_another_kind_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="files"):
        open_files(address)


def test_opening_contacts_nobody(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "asked = []\n"
        "sys.addaudithook(lambda name, args: asked.append(name) if name.startswith('socket.connect') else None)\n"
        "from service.files.stored import open_files\n"
        "open_files('s3://berkas?region=ap-southeast-3')\n"
        "print(asked)\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"
