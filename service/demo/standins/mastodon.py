"""A Mastodon server for one account: the part of its REST API that publishing needs, faults included.

``python -m service.demo.standins.mastodon --port 0`` runs it as a process; tests run it in a thread. The paths below
``/standin`` are not Mastodon's: they show what was published and take faults for the next requests.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import threading
from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from service.demo.standins import mastodon_shapes
from service.demo.standins.mastodon_shapes import (
    DESCRIPTION_LIMIT,
    IMAGE_SIZE_LIMIT,
    MAX_CHARACTERS,
    MAX_MEDIA,
    PER_URL,
    URL,
)
from service.demo.standins.serving import QuietServer

REMEMBERED = timedelta(hours=1)
"""How long an Idempotency-Key gives the same status back."""
FAULTS = ("500", "503", "429", "422", "drop", "accept-drop", "accept-500", "accept-hold")


@dataclass
class Account:
    """Everything the server knows."""

    token: str
    statuses: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    media: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    pictures: dict[str, bytes] = field(default_factory=dict[str, bytes])
    keys: dict[str, tuple[datetime, dict[str, Any]]] = field(default_factory=dict[str, tuple[datetime, dict[str, Any]]])
    faults: deque[str] = field(default_factory=deque[str])
    requests: list[str] = field(default_factory=list[str])
    lock: threading.Lock = field(default_factory=threading.Lock)
    reset_after: timedelta = timedelta(minutes=2)
    held: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)


class MastodonStandIn:
    """A running stand-in: `url`, `statuses`, and `misbehave` for what happens to the next posts.

    Faults, one for each next ``POST /api/v1/statuses``: an HTTP status that is answered without posting, ``drop`` (the
    connection breaks before anything happened), ``accept-drop`` and ``accept-500`` (posted, and nobody is told),
    ``accept-hold`` (posted, then `account.held` is set and the answer waits for `account.release`).
    """

    def __init__(self, *, token: str = "standin-token", port: int = 0) -> None:  # noqa: S107 - a token of a stand-in
        self.account = Account(token)
        handler = type("Handler", (_Handler,), {"account": self.account})
        self._server = QuietServer(("127.0.0.1", port), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """Its address, as ``ACARA_MASTODON_URL`` takes it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def token(self) -> str:
        """The token that it takes."""
        return self.account.token

    @property
    def statuses(self) -> list[dict[str, Any]]:
        """What was published, oldest first."""
        with self.account.lock:
            return list(self.account.statuses)

    def misbehave(self, *faults: str) -> None:
        """Do these to the next posts, one each, then behave again."""
        unknown = set(faults) - set(FAULTS)
        if unknown:
            raise ValueError(f"no such fault: {sorted(unknown)}")
        with self.account.lock:
            self.account.faults.extend(faults)

    def start(self) -> MastodonStandIn:
        """Serve in a thread of its own."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving."""
        self.account.release.set()
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        self._thread.join()

    def serve(self) -> None:
        """Serve in this thread until it is interrupted."""
        self._server.serve_forever()


@contextlib.contextmanager
def running(**options: Any) -> Generator[MastodonStandIn]:
    """Run a stand-in for as long as the context lasts."""
    standin = MastodonStandIn(**options).start()
    try:
        yield standin
    finally:
        standin.stop()


class _Dropped(ConnectionError):  # noqa: N818 - what happens, not what went wrong
    """We hang up."""


class _Refused(Exception):  # noqa: N818 - an answer
    def __init__(self, status: int, error: str) -> None:
        self.status, self.error = status, error


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    account: Account

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name for it
        """Say nothing: whoever wants to know asks `/standin`."""

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer(b"")

    def do_POST(self) -> None:
        """Answer a POST."""
        self._answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _answer(self, body: bytes) -> None:
        path = urlsplit(self.path).path.rstrip("/")  # Rails knows no trailing slash, and the library sends one
        with self.account.lock:
            self.account.requests.append(f"{self.command} {path}")
        try:
            status, answer = self._route(path, body)
        except _Refused as refused:
            status, answer = refused.status, {"error": refused.error}
        except _Dropped:
            self.close_connection = True
            self.connection.close()
            return
        self._send(status, answer)

    def _send(self, status: int, answer: Any) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-RateLimit-Limit", "300")
        self.send_header("X-RateLimit-Remaining", "0" if status == 429 else "299")
        reset = datetime.now(UTC) + self.account.reset_after
        self.send_header("X-RateLimit-Reset", reset.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
        self.end_headers()
        self.wfile.write(body)

    def _route(self, path: str, body: bytes) -> tuple[int, Any]:
        if path.startswith("/standin"):
            return self._standin(path, body)
        if path in ("/api/v1/instance", "/api/v2/instance"):
            return 200, mastodon_shapes.instance(path, self.headers["Host"])
        if self.headers.get("Authorization") != f"Bearer {self.account.token}":
            raise _Refused(401, "The access token is invalid")
        match (self.command, path.strip("/").split("/")):
            case ("GET", ["api", "v1", "accounts", "verify_credentials"]):
                return 200, self._me()
            case ("GET", ["api", "v1", "accounts", "1", "statuses"]):
                return 200, self._own()
            case ("POST", ["api", "v2", "media"]):
                return 202, self._take_media(body)
            case ("GET", ["api", "v1", "media", key]):
                return self._media(key)
            case ("POST", ["api", "v1", "statuses"]):
                return self._post(mastodon_shapes.form(self.headers["Content-Type"] or "", body))
            case ("GET", ["api", "v1", "statuses", key]):
                return 200, next((each for each in self.account.statuses if each["id"] == key), None)
            case _:
                raise _Refused(404, "Record not found")

    def _standin(self, path: str, body: bytes) -> tuple[int, Any]:
        with self.account.lock:
            if self.command == "POST" and path == "/standin/faults":
                self.account.faults.extend(each for each in json.loads(body) if each in FAULTS)
            return 200, {"statuses": self.account.statuses, "faults": list(self.account.faults)}

    def _me(self) -> dict[str, Any]:
        return mastodon_shapes.account(self.headers["Host"])

    def _own(self) -> list[dict[str, Any]]:
        wanted = parse_qs(urlsplit(self.path).query)
        limit = min(int(wanted.get("limit", ["20"])[0]), 40)
        with self.account.lock:
            newest_first = self.account.statuses[::-1]
        if "max_id" in wanted:
            newest_first = [each for each in newest_first if int(each["id"]) < int(wanted["max_id"][0])]
        return newest_first[:limit]

    def _take_media(self, body: bytes) -> dict[str, Any]:
        fields = mastodon_shapes.multipart(self.headers["Content-Type"], body)
        picture = fields.get("file", b"")
        description = fields.get("description", b"").decode()
        if not picture.startswith((b"\xff\xd8\xff", b"\x89PNG")):
            raise _Refused(422, "Validation failed: File content type is invalid")
        if len(description) > DESCRIPTION_LIMIT or len(picture) > IMAGE_SIZE_LIMIT:
            raise _Refused(422, "Validation failed: too long")
        with self.account.lock:
            key = str(len(self.account.media) + 1)
            kept = {"id": key, "type": "image", "url": None, "preview_url": None, "description": description}
            self.account.media[key] = kept
            self.account.pictures[key] = picture
            return dict(kept)

    def _media(self, key: str) -> tuple[int, Any]:
        """A picture is being taken in when it is asked for the first time, and ready the second time."""
        with self.account.lock:
            kept = self.account.media.get(key)
            if kept is None:
                raise _Refused(404, "Record not found")
            if not kept.get("asked"):
                kept["asked"] = True
                return 206, {name: value for name, value in kept.items() if name != "asked"}
            kept["url"] = kept["preview_url"] = f"http://{self.headers['Host']}/media/{key}.jpg"
            return 200, {name: value for name, value in kept.items() if name != "asked"}

    def _post(self, form: dict[str, list[str]]) -> tuple[int, Any]:
        with self.account.lock:
            fault = self.account.faults.popleft() if self.account.faults else ""
            if fault == "drop":
                raise _Dropped
            if fault.isdigit():
                raise _Refused(int(fault), "Too many requests" if fault == "429" else "A fault was asked for")
            status = self._publish(form)
        if fault == "accept-drop":
            raise _Dropped
        if fault == "accept-hold":
            self.account.held.set()
            self.account.release.wait()
        if fault == "accept-500":
            raise _Refused(500, "Posted, and then something went wrong")
        return 200, status

    def _publish(self, form: dict[str, list[str]]) -> dict[str, Any]:
        key = self.headers.get("Idempotency-Key") or ""
        known = self.account.keys.get(key) if key else None
        if known is not None and datetime.now(UTC) - known[0] < REMEMBERED:
            return known[1]
        text = form.get("status", [""])[0]
        if len(URL.sub("x" * PER_URL, text)) > MAX_CHARACTERS:
            raise _Refused(422, f"Validation failed: Text character limit of {MAX_CHARACTERS} exceeded")
        media_ids = form.get("media_ids[]", [])
        if any(not self.account.media.get(each, {}).get("url") for each in media_ids) or len(media_ids) > MAX_MEDIA:
            raise _Refused(422, "Cannot attach files that have not finished processing")
        status = self._status(text, media_ids, form)
        self.account.statuses.append(status)
        if key:
            self.account.keys[key] = (datetime.now(UTC), status)
        return status

    def _status(self, text: str, media_ids: list[str], form: dict[str, list[str]]) -> dict[str, Any]:
        number = str(len(self.account.statuses) + 1)
        host = self.headers["Host"]
        attached = [
            {name: value for name, value in self.account.media[each].items() if name != "asked"} for each in media_ids
        ]
        return {
            "id": number,
            "uri": f"http://{host}/users/perpustakaan/statuses/{number}",
            "url": f"http://{host}/@perpustakaan/{number}",
            "created_at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "account": mastodon_shapes.account(host),
            "content": mastodon_shapes.as_html(text),
            "text": text,
            "visibility": form.get("visibility", ["public"])[0],
            "language": form.get("language", [None])[0],
            "media_attachments": attached,
            "sensitive": False,
            "spoiler_text": "",
            "favourites_count": 0,
            "reblogs_count": 0,
            "replies_count": 0,
            "mentions": [],
            "tags": [],
            "emojis": [],
            "reblog": None,
        }


def main() -> None:
    """Run as a process; the first line of output is the address."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--token", default="standin-token")
    given = arguments.parse_args()
    standin = MastodonStandIn(token=given.token, port=given.port)
    sys.stdout.write(f"{standin.url}\n")
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        standin.serve()


if __name__ == "__main__":
    main()
