"""A file that somebody answered with, for themselves: to see what the library has of them."""

from __future__ import annotations

import uuid

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from events.links import MANAGE
from events.questions import answer_files
from service.web.answer_downloads import answer_file
from service.web.manage import open_link
from service.wiring import Runtime


@get("/r/{token:str}/files/{file_id:uuid}")
async def download_own_file(
    runtime: NamedDependency[Runtime], token: FromPath[str], file_id: FromPath[uuid.UUID]
) -> Response[bytes]:
    """Send a file of the registration that the link opens. Raises `NotFound` for everybody else's."""
    page = await open_link(runtime, MANAGE, token)
    held = await runtime.database.aread(lambda session: answer_files.file_of(session, page.id, file_id))
    return await answer_file(runtime.files, held)
