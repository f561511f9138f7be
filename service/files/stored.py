"""Files in a folder or in an S3-compatible bucket: whole ones, ranges of large ones, and streams of any length.

What is half received is never seen under its key: a folder writes beside the key and renames, a bucket completes a
multipart upload. A stream that breaks off leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, unquote, urlsplit

import anyio
import anyio.to_thread
import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from events.errors import N_, Refused

if TYPE_CHECKING:
    from obstore import Attributes

PART_BYTES: Final = 8 * 1024 * 1024
"""Size of the parts in which a stream is written: a bucket takes 10,000 of them, so files up to 80 GiB."""
PARTS_AT_ONCE: Final = 2
_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*", re.ASCII)


class StorageError(OSError):
    """The storage fails or cannot be reached."""


class TooLarge(Refused):
    """The file is larger than what is accepted."""

    code = "too_large"
    default = N_("The file is too large.")


@dataclass(frozen=True, slots=True)
class Received:
    """What a stream came to: its size in bytes and its SHA-256 as 64 hexadecimal digits."""

    size: int
    sha256: str


class StoredFiles:
    """Implements `events.media.files.FileStore`, and receives streams in constant memory.

    Safe to use from many threads.
    """

    def __init__(self, store: LocalStore | S3Store, *, folder: Path | None = None) -> None:
        """Keep files in `store`; `folder` is where a `LocalStore` has its root."""
        self._store = store
        self._folder = folder

    def put(self, key: str, body: bytes | Iterable[bytes], *, content_type: str) -> int:
        """Store `body` whole under `key`, replacing what was there, and return its size in bytes."""
        _check(key)
        counted = _Counter()
        chunks = counted.pass_on([body] if isinstance(body, bytes) else body)
        try:
            obstore.put(
                self._store,
                key,
                chunks,
                attributes=self._attributes(content_type),
                chunk_size=PART_BYTES,
                max_concurrency=PARTS_AT_ONCE,
            )
        except BaseError as error:
            raise StorageError(str(error)) from error
        self._sync(key)
        return counted.size

    async def receive(
        self, key: str, chunks: AsyncIterable[bytes], *, content_type: str, limit: int | None = None
    ) -> Received:
        """Store a stream under `key` in constant memory (about three parts) and return its size and hash.

        An exception of the stream (a closed connection) or a cancellation passes through and leaves nothing; more than
        `limit` bytes raise `TooLarge`. On return the file survives a power cut, so a row may name it.
        """
        _check(key)
        counted = _Counter(limit)
        cancelled = asyncio.Event()
        storing = asyncio.ensure_future(self._store_stream(key, counted.pass_on_async(chunks, cancelled), content_type))
        try:
            await asyncio.shield(storing)
        except asyncio.CancelledError:
            # Dropped in the middle, a bucket would keep (and charge for) the parts: let it end as a broken stream does.
            cancelled.set()
            with anyio.CancelScope(shield=True):
                await asyncio.wait({storing})
            storing.exception()
            raise
        await anyio.to_thread.run_sync(self._sync, key)
        return Received(counted.size, counted.hash.hexdigest())

    async def _store_stream(self, key: str, chunks: AsyncIterator[bytes], content_type: str) -> None:
        try:
            await obstore.put_async(
                self._store,
                key,
                chunks,
                attributes=self._attributes(content_type),
                chunk_size=PART_BYTES,
                max_concurrency=PARTS_AT_ONCE,
            )
        except BaseError as error:
            raise StorageError(str(error)) from error

    def get(self, key: str) -> bytes:
        """Return the whole file. Raises `FileNotFoundError`."""
        _check(key)
        try:
            return bytes(obstore.get(self._store, key).bytes())
        except BaseError as error:
            raise StorageError(str(error)) from error

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """Return up to `length` bytes from `start`; fewer only at the end. Raises `FileNotFoundError`."""
        left = self.size(key) - start
        if left <= 0 or length <= 0:
            return b""  # stores refuse a range that begins at the end
        try:
            return bytes(obstore.get_range(self._store, key, start=start, length=min(length, left)))
        except BaseError as error:
            raise StorageError(str(error)) from error

    def size(self, key: str) -> int:
        """Return the size in bytes. Raises `FileNotFoundError`."""
        _check(key)
        try:
            return obstore.head(self._store, key)["size"]
        except BaseError as error:
            raise StorageError(str(error)) from error

    def exists(self, key: str) -> bool:
        """Tell whether the key is there."""
        try:
            self.size(key)
        except FileNotFoundError:
            return False
        return True

    def delete(self, key: str) -> None:
        """Remove the file; a key that is not there is no error."""
        _check(key)
        try:
            obstore.delete(self._store, key)
        except FileNotFoundError:
            return
        except BaseError as error:
            raise StorageError(str(error)) from error

    def _attributes(self, content_type: str) -> Attributes | None:
        """Return what a bucket remembers of a file; a folder remembers nothing, and refuses to be asked."""
        return None if self._folder is not None else {"Content-Type": content_type}

    def _sync(self, key: str) -> None:
        """Have a folder's file and its name on disk before a row says that it is there."""
        if self._folder is None:
            return
        path = self._folder / key
        for target in (path, path.parent):
            handle = os.open(target, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def open_files(address: str) -> StoredFiles:
    """Open the storage at `address`: ``file:///folder`` or ``s3://bucket/prefix?endpoint=https://…&region=…``.

    A bucket's credentials come from ``AWS_ACCESS_KEY_ID`` and ``AWS_SECRET_ACCESS_KEY``, or from the machine's role.
    Nothing is contacted. Raises `ValueError` for any other address.
    """
    parts = urlsplit(address)
    if parts.scheme == "file":
        folder = Path(unquote(parts.path))
        return StoredFiles(LocalStore(folder, mkdir=True), folder=folder)
    if parts.scheme != "s3" or not parts.netloc:
        raise ValueError("files are kept at file:///folder or at s3://bucket?endpoint=…")
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    endpoint = asked.pop("endpoint", None)
    region = asked.pop("region", "us-east-1")
    if asked:
        raise ValueError(f"unknown in the address of the files: {', '.join(sorted(asked))}")
    options = {"endpoint": endpoint} if endpoint is not None else {}
    return StoredFiles(
        S3Store(
            parts.netloc,
            prefix=parts.path.strip("/") or None,
            region=region,
            virtual_hosted_style_request=endpoint is None,
            client_options={"allow_http": endpoint is not None and endpoint.startswith("http://")},
            **options,  # type: ignore[arg-type] # keys of S3Config, some left out
        )
    )


class _Counter:
    """Counts and hashes what passes, and stops what is too much."""

    def __init__(self, limit: int | None = None) -> None:
        self.size = 0
        self.hash = hashlib.sha256()
        self._limit = limit

    def pass_on(self, chunks: Iterable[bytes]) -> Iterable[bytes]:
        for chunk in chunks:
            yield self._note(chunk)

    async def pass_on_async(self, chunks: AsyncIterable[bytes], cancelled: asyncio.Event) -> AsyncIterator[bytes]:
        """Pass chunks on until they end or `cancelled` is set, even while the next one is being waited for."""
        iterator = aiter(chunks)
        stop = asyncio.ensure_future(cancelled.wait())
        try:
            while True:
                coming = asyncio.ensure_future(_next_of(iterator))
                await asyncio.wait({coming, stop}, return_when=asyncio.FIRST_COMPLETED)
                if stop.done():
                    coming.cancel()
                    raise InterruptedError
                chunk = coming.result()
                if chunk is None:
                    return
                if chunk:
                    yield self._note(chunk)
        finally:
            stop.cancel()

    def _note(self, chunk: bytes) -> bytes:
        self.size += len(chunk)
        if self._limit is not None and self.size > self._limit:
            raise TooLarge
        self.hash.update(chunk)
        return chunk


async def _next_of(iterator: AsyncIterator[bytes]) -> bytes | None:
    return await anext(iterator, None)


def _check(key: str) -> None:
    """Refuse keys that could leave the storage. Keys are ours, so a bad one is a defect and no refusal."""
    if len(key) > 200 or _KEY.fullmatch(key) is None:
        raise ValueError(f"not a storage key: {key!r}")
