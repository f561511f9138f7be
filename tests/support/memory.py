"""Folders that are fast because they are not on a disk: databases of tests live there."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from pathlib import Path

_SHARED_MEMORY = Path("/dev/shm")
_ENOUGH = 2 * 1024**3
_A_DAY = 24 * 3600


def make_folder(prefix: str) -> Path:
    """Make a folder in memory where there is plenty of it, otherwise on disk. The caller removes it.

    What a killed run could not remove is removed by a run of another day.
    """
    roomy = _SHARED_MEMORY.is_dir() and shutil.disk_usage(_SHARED_MEMORY).free >= _ENOUGH
    made = Path(tempfile.mkdtemp(prefix=prefix, dir=_SHARED_MEMORY if roomy else None))
    for other in made.parent.glob(f"{prefix}*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - other.stat().st_mtime > _A_DAY:
                shutil.rmtree(other, ignore_errors=True)
    return made
