"""What stand-ins of networks have in common: a server over real HTTP, what was posted, and faults for the next posts.

A network is a subclass that knows its own paths and shapes; its one publishing request goes through `accept`, where
faults happen. Everything else that arrives is answered by the rules of the network itself.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from service.demo.standins.mastodon_shapes import multipart
from service.demo.standins.serving import QuietServer

FAULTS = ("500", "503", "429", "400", "drop", "accept-drop", "accept-500", "accept-hold", "expired")
"""An HTTP status that is answered without posting; ``drop``: the connection breaks before anything happened;
``accept-drop`` and ``accept-500``: posted, and nobody is told; ``accept-hold``: posted, and the answer waits for
`release`; ``expired``: the token is dead from now on, until `renew`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    host: str

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body or b"{}")

    @property
    def form(self) -> dict[str, str]:
        """The fields of the body, of whatever kind, and of the query."""
        kind = self.headers.get("content-type", "")
        fields: dict[str, str] = dict(self.query)
        if kind.startswith("application/json"):
            return fields | {
                name: value if isinstance(value, str) else json.dumps(value) for name, value in self.json.items()
            }
        if kind.startswith("multipart/"):
            parts = multipart(kind, self.body)
            return fields | {name: part.decode("utf-8", "replace") for name, part in parts.items()}
        return fields | dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def files(self) -> dict[str, bytes]:
        """The parts of a multipart body, as octets."""
        return multipart(self.headers.get("content-type", ""), self.body)

    @property
    def bearer(self) -> str:
        """The token of the Authorization header."""
        return self.headers.get("authorization", "").removeprefix("Bearer ")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: JSON, or octets of another kind."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    kind: str = "application/json; charset=utf-8"


class Dropped(ConnectionError):  # noqa: N818 - what happens, not what went wrong
    """We hang up."""


class NetworkStandIn:
    """A running stand-in: `url`, `posts`, and `misbehave` for what happens to the next posts."""

    def __init__(self, *, token: str = "standin-token", port: int = 0) -> None:  # noqa: S107 - a token of a stand-in
        self.token, self.retry_after = token, 7
        self.posts: list[dict[str, Any]] = []
        """What was published, oldest first."""
        self.requests: list[str] = []
        self.expired = False
        self.lock = threading.RLock()
        self.held, self.release = threading.Event(), threading.Event()
        self._faults: deque[str] = deque()
        handler = type("Handler", (_Handler,), {"network": self})
        self._server = QuietServer(("127.0.0.1", port), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def route(self, asked: Asked) -> Answer:
        """Answer one request by the network's own rules."""
        raise NotImplementedError

    def refuse(self, fault: str) -> Answer:
        """Return how the network words ``500``, ``503``, ``429``, ``400`` or ``expired``."""
        raise NotImplementedError

    def misbehave(self, *faults: str) -> None:
        """Do these to the next posts, one each, then behave again."""
        if unknown := set(faults) - set(FAULTS):
            raise ValueError(f"no such fault: {sorted(unknown)}")
        with self.lock:
            self._faults.extend(faults)

    def renew(self) -> None:
        """Let the token live again."""
        self.expired = False

    def accept(self, publish: Callable[[], Answer]) -> Answer:
        """Publish, or do what was asked for instead of or after it."""
        with self.lock:
            fault = self._faults.popleft() if self._faults else ""
            self.expired = self.expired or fault == "expired"
            if fault == "drop":
                raise Dropped
            if fault.isdigit() or fault == "expired":
                return self.refuse(fault)
            answer = publish()
        if fault == "accept-drop":
            raise Dropped
        if fault == "accept-hold":
            self.held.set()
            self.release.wait()
        return self.refuse("500") if fault == "accept-500" else answer

    def start(self) -> Self:
        """Serve in a thread of its own."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving."""
        self.release.set()
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        self._thread.join()

    def serve(self) -> None:
        """Serve in this thread until it is interrupted."""
        self._server.serve_forever()

    @classmethod
    @contextlib.contextmanager
    def running(cls, **options: Any) -> Generator[Self]:
        """Run a stand-in for as long as the context lasts."""
        standin = cls(**options).start()
        try:
            yield standin
        finally:
            standin.stop()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    network: NetworkStandIn

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name for it
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._answer()

    def do_PUT(self) -> None:
        """Answer a PUT."""
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        address = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = dict(parse_qsl(address.query, keep_blank_values=True))
        asked = Asked(self.command, address.path, query, headers, body, f"http://{self.headers['Host']}")
        with self.network.lock:
            self.network.requests.append(f"{asked.method} {asked.path}")
        try:
            answer = self.network.route(asked)
        except Dropped:
            self.close_connection = True
            self.connection.close()
            return
        octets = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(octets)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(octets)


def main(network: type[NetworkStandIn]) -> None:
    """Run a network as a process; the first line of output is the address."""
    arguments = argparse.ArgumentParser(description=(network.__doc__ or "").splitlines()[0])
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--token", default="standin-token")
    given = arguments.parse_args()
    standin = network(token=given.token, port=given.port)
    sys.stdout.write(f"{standin.url}\n")
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        standin.serve()
