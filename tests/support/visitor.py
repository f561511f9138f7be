"""Somebody at a browser: opens a form before sending it, so that it carries what the page gave it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx
from litestar.testing import TestClient

_STAMP = re.compile(r'name="stamp" value="([^"]+)"')
_FORMS = ("/register", "/mine", "/news")
"""How the addresses of forms end that anybody may send."""


def stamp_in(page: str) -> str | None:
    """Return the stamp of the form on a page, if there is one."""
    found = _STAMP.search(page)
    return found[1] if found else None


class Visitor(TestClient[Any]):
    """A client that opens each public form before it sends one, unless the test brings a stamp of its own."""

    def post(self, url: Any, *, data: Any = None, **options: Any) -> httpx.Response:
        """Send a form."""
        if str(url).endswith(_FORMS) and isinstance(data, Mapping) and "stamp" not in data:
            stamp = stamp_in(self.get(url).text)
            data = dict(data) | ({"stamp": stamp} if stamp else {})
        return super().post(url, data=data, **options)
