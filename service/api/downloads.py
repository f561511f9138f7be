"""Answers that are files: calendars, certificates, pictures."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from litestar import Response
from litestar.openapi.datastructures import ResponseSpec

from events.errors import NotFound
from service.files.stored import StoredFiles

SANDBOX = "default-src 'none'; sandbox"
"""A file that a browser shows must run nothing, whatever is in it."""


def described(media_type: str, description: str) -> dict[int, ResponseSpec]:
    """Return the documentation of an answer that is a file."""
    return {
        200: ResponseSpec(data_container=bytes, media_type=media_type, description=description, generate_examples=False)
    }


def file_answer(body: bytes, *, media_type: str, name: str) -> Response[bytes]:
    """Return a file to keep, that nobody else keeps."""
    headers: dict[str, Any] = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "Content-Security-Policy": SANDBOX,
    }
    return Response(body, media_type=media_type, headers=headers)


async def stored_answer(files: StoredFiles, key: str | None, *, media_type: str, name: str) -> Response[bytes]:
    """Return a stored file. Raises `NotFound` for one that was not made yet."""
    if key is None:
        raise NotFound
    try:
        body = await anyio.to_thread.run_sync(files.get, key)
    except FileNotFoundError:
        raise NotFound from None
    return file_answer(body, media_type=media_type, name=name)
