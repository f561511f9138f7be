"""A certificate as the person who holds it downloads it, from their own page."""

from __future__ import annotations

from collections.abc import Sequence

import anyio.to_thread
from litestar.response import Response

from certificates.listing import CertificateView
from events.errors import NotFound
from service.files.stored import StoredFiles
from service.web.headers import PERSONAL


async def certificate_file(files: StoredFiles, held: Sequence[CertificateView], code: str) -> Response[bytes]:
    """Send the certificate with `code` out of those that the person holds. Raises `NotFound` for any other code."""
    found = next((each for each in held if each.code == code), None)
    if found is None or found.file_key is None:
        raise NotFound
    body = await anyio.to_thread.run_sync(files.get, found.file_key)
    headers = {"Content-Disposition": f'attachment; filename="{found.file_name}"'} | PERSONAL
    return Response(body, media_type="application/pdf", headers=headers)
