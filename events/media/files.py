"""Files of any size (videos, certificates, posters, logos), wherever they are kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class FileStore(Protocol):
    """A flat store of files by key, such as ``recordings/<id>``. Keys are ours, never a person's file name.

    Implemented by `service.files.stored` over a folder or an S3-compatible bucket. A missing key raises
    `FileNotFoundError`.
    """

    def put(self, key: str, body: bytes | Iterable[bytes], *, content_type: str) -> int:
        """Store `body` whole under `key`, replacing what was there, and return its size in bytes."""
        ...

    def get(self, key: str) -> bytes:
        """Return the whole file; for things that fit in memory."""
        ...

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """Return up to `length` bytes from `start`; fewer only at the end."""
        ...

    def size(self, key: str) -> int:
        """Return the size in bytes."""
        ...

    def exists(self, key: str) -> bool:
        """Tell whether the key is there."""
        ...

    def delete(self, key: str) -> None:
        """Remove the file; a key that is not there is no error."""
        ...
