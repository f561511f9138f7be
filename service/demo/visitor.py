"""Talking to the service over HTTP, as staff with a token and as people with their personal links."""

from __future__ import annotations

import itertools
import re
import uuid
from collections.abc import Iterable
from ipaddress import IPv4Network
from typing import Any

import httpx

from service.demo.standins.mail import SmtpSink

MANAGE_LINK = re.compile(r"/r/([A-Za-z0-9_.\-]{40,})")
_PEOPLE = IPv4Network("10.0.0.0/8")
PARTNER_LINK = re.compile(r"/p/([A-Za-z0-9_.\-]{40,})")


class UnexpectedAnswerError(Exception):
    """The service answered otherwise than the play expects."""


class Visitor:
    """An HTTP client for `/api/v1`; with a `token` it acts as staff, without as a crowd. Safe to use from many threads.

    The people of a crowd have an address each, as a proxy before the service tells it.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._people = itertools.count() if token is None else None
        self.http = httpx.Client(base_url=url, headers=headers, timeout=60, limits=httpx.Limits(max_connections=40))

    def ask(self, method: str, path: str, *, expect: Iterable[int] = (200, 201, 202, 204), **options: Any) -> Any:
        """Send a request to `/api/v1` and return its JSON. Raises `UnexpectedAnswerError` for any other status."""
        headers = dict(options.pop("headers", {}))
        if self._people is not None:
            headers["X-Forwarded-For"] = str(_PEOPLE[next(self._people) % _PEOPLE.num_addresses])
        answer = self.http.request(method, f"/api/v1{path}", headers=headers, **options)
        if answer.status_code not in expect:
            raise UnexpectedAnswerError(f"{method} {path}: {answer.status_code} {answer.text[:400]}")
        is_json = "json" in answer.headers.get("content-type", "")
        return answer.json() if is_json else answer.content

    def get(self, path: str, **params: Any) -> Any:
        """Return what is at `path`."""
        return self.ask("GET", path, params=params)

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """Post a JSON `body`; `key` is the Idempotency-Key."""
        headers = {"Idempotency-Key": key} if key else {}
        return self.ask("POST", path, json=body if body is not None else {}, headers=headers)

    def register(self, event_id: uuid.UUID | str, body: dict[str, Any], *, locale: str, key: str) -> Any:
        """Register a person, in their language."""
        headers = {"Idempotency-Key": key, "Accept-Language": locale}
        return self.ask("POST", f"/events/{event_id}/registrations", json=body, headers=headers)

    def close(self) -> None:
        """Close every connection."""
        self.http.close()


def text_of(sink: SmtpSink, recipient: str, *, containing: str = "") -> str:
    """Return the text part of the newest mail to `recipient` that contains `containing`, or an empty text."""
    for delivered in reversed(sink.to(recipient)):
        part = delivered.message.get_body(("plain",))
        text = str(part.get_content()) if part is not None else ""
        if containing in text:
            return text
    return ""


def link_in(text: str, pattern: re.Pattern[str]) -> str | None:
    """Return the token of the first link of that kind in a mail."""
    found = pattern.search(text)
    return found[1] if found else None
