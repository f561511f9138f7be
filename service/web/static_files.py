"""The built styles, scripts and fonts: found by their source's name, served from memory for ever.

`deploy/build-assets.sh` puts a hash into every file's name, so a browser never asks for one twice.
"""

from __future__ import annotations

import gzip
import json
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import litestar
from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

BUILT = Path(__file__).parent / "static"
_IMMUTABLE = "public, max-age=31536000, immutable"
_COMPRESSED = frozenset({".woff2", ".png", ".webp", ".jpg"})
mimetypes.add_type("font/woff2", ".woff2")


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One built file as it is sent."""

    body: bytes
    gzipped: bytes | None
    content_type: str


class StaticFiles:
    """What the build made. Read once; the whole of it is smaller than one poster."""

    def __init__(self, folder: Path = BUILT) -> None:
        """Read the manifest and its files. Raises `RuntimeError` if nothing was built."""
        manifest = folder / "manifest.json"
        if not manifest.exists():
            raise RuntimeError("The pages' styles and scripts are not built yet: run deploy/build-assets.sh (or make).")
        entries: dict[str, dict[str, str]] = json.loads(manifest.read_text())
        self._paths = {source.removeprefix("src/"): entry["file"] for source, entry in entries.items()}
        self._files = {path: _read(folder / path) for path in self._paths.values()}

    def url(self, source: str) -> str:
        """Return the address of what was built from `source`, such as ``site.css``."""
        return f"/static/{self._paths[source]}"

    def find(self, path: str) -> StaticFile | None:
        """Return the file at `path` below ``/static/``, or None."""
        return self._files.get(path)


@cache
def built_files() -> StaticFiles:
    """Return what the build made, read once a process."""
    return StaticFiles()


def _read(path: Path) -> StaticFile:
    body = path.read_bytes()
    gzipped = None if path.suffix in _COMPRESSED else gzip.compress(body, mtime=0)
    return StaticFile(body, gzipped, mimetypes.guess_type(path.name)[0] or "application/octet-stream")


@get("/static/{path:path}", sync_to_thread=False, include_in_schema=False)
def static_file(request: litestar.Request[Any, Any, Any], path: FromPath[str]) -> Response[bytes]:
    """Send one built file."""
    files: StaticFiles = request.app.state.static_files
    found = files.find(path.lstrip("/"))
    if found is None:
        raise NotFoundException
    headers = {"Cache-Control": _IMMUTABLE, "Vary": "Accept-Encoding"}
    body = found.body
    if found.gzipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        body = found.gzipped
        headers["Content-Encoding"] = "gzip"
    return Response(body, media_type=found.content_type, headers=headers)
