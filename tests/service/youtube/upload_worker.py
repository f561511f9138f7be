"""A worker process of its own: uploads what is due and says so. Started, and killed, by `test_youtube_killed`."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from events.recordings.uploading import upload_due
from service.database.transactions import Database
from service.files.stored import open_files
from service.youtube.client import CHUNK_BYTES, Consent, YouTubeHost
from service.youtube.connection import SCOPES
from tests.support.videos import Uploads


def peak_memory() -> int:
    """Return the most memory this process has held so far, in bytes."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


def upload(options: dict[str, str]) -> None:
    """Upload until nothing is due."""
    consent = Consent(options["refresh_token"], "client", "secret", options["token_url"], SCOPES)
    chunk_bytes = int(options.get("chunk_bytes", CHUNK_BYTES))

    def host_for(_organiser_id: uuid.UUID) -> YouTubeHost:
        return YouTubeHost(consent, api_root=options["root"], chunk_bytes=chunk_bytes)

    database = Database(options["database"])
    uploads = Uploads(database, open_files(options["files"]))
    uploads.clocks.business += timedelta(days=int(options.get("days", "1")))
    uploader = uploads.uploader(host_for=host_for, real_clock=lambda: datetime.now(UTC))
    host_for(uuid.uuid4()).close()  # the client library is loaded before memory is measured
    before = peak_memory()
    while upload_due(uploader) is not None:
        pass
    database.close()
    print(peak_memory() - before)


async def _zeros(size: int) -> AsyncIterator[bytes]:
    block = bytes(64 * 1024)
    for _ in range(size // len(block)):
        yield block


def receive(options: dict[str, str]) -> None:
    """Receive a stream of zeros."""
    files = open_files(options["files"])
    asyncio.run(files.receive("warm/up", _zeros(1 << 20), content_type="video/mp4"))
    before = peak_memory()
    received = asyncio.run(files.receive(options["key"], _zeros(int(options["size"])), content_type="video/mp4"))
    print(peak_memory() - before, received.size, received.sha256)


if __name__ == "__main__":
    {"upload": upload, "receive": receive}[sys.argv[1]](json.loads(sys.argv[2]))
