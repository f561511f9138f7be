"""A `FileStore` over a folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


class FolderStore:
    """Keeps each key as a file below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, key: str, body: bytes | Iterable[bytes], *, content_type: str) -> int:
        """Store `body` whole."""
        del content_type
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.writelines([body] if isinstance(body, bytes) else body)
        return path.stat().st_size

    def get(self, key: str) -> bytes:
        """Return the whole file."""
        return (self.folder / key).read_bytes()

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """Return a part of the file."""
        with (self.folder / key).open("rb") as file:
            file.seek(start)
            return file.read(length)

    def size(self, key: str) -> int:
        """Return the size in bytes."""
        return (self.folder / key).stat().st_size

    def exists(self, key: str) -> bool:
        """Tell whether the key is there."""
        return (self.folder / key).exists()

    def delete(self, key: str) -> None:
        """Remove the file if it is there."""
        (self.folder / key).unlink(missing_ok=True)
