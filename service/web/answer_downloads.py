"""A file that somebody answered with, as it leaves the house: to be kept, never to be shown or run in our name."""

from __future__ import annotations

from urllib.parse import quote

import anyio.to_thread
from litestar.response import Response

from events.errors import NotFound
from events.models import AnswerFile
from service.files.stored import StoredFiles
from service.web.headers import PERSONAL

_SANDBOX = "sandbox; default-src 'none'"


async def answer_file(files: StoredFiles, held: AnswerFile) -> Response[bytes]:
    """Send the file as an attachment (RFC 6266). Raises `NotFound` where storage has it no more."""
    try:
        body = await anyio.to_thread.run_sync(files.get, held.storage_key)
    except FileNotFoundError as error:
        raise NotFound from error
    ascii_name = held.filename.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    disposition = f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(held.filename)}"
    return Response(
        body,
        media_type=held.content_type,
        headers={
            "Content-Disposition": disposition,
            "Content-Security-Policy": _SANDBOX,
            "X-Content-Type-Options": "nosniff",
            **PERSONAL,
        },
    )
