"""Folders that are fast because they are not on a disk: databases of tests live there."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

_SHARED_MEMORY = Path("/dev/shm")
_ENOUGH = 2 * 1024**3


def make_folder(prefix: str) -> Path:
    """Make a folder in memory where there is plenty of it, otherwise on disk. The caller removes it."""
    roomy = _SHARED_MEMORY.is_dir() and shutil.disk_usage(_SHARED_MEMORY).free >= _ENOUGH
    return Path(tempfile.mkdtemp(prefix=prefix, dir=_SHARED_MEMORY if roomy else None))
