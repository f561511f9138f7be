"""Fixtures of tests about mail."""

from __future__ import annotations

import pytest

from events.media.files import FileStore
from tests.notifications.post_office import PostOffice
from tests.support.life import Life


@pytest.fixture
def post_office(life: Life, files: FileStore) -> PostOffice:
    """The library's mail, on each database in turn."""
    return PostOffice(life, files)
