"""How the stand-in for YouTube talks HTTP: it answers, answers with an error as Google writes one, or hangs up."""

from __future__ import annotations

import contextlib
import json
import socket
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from service.demo.standins.youtube_channel import BLOCK


class HangUpError(Exception):
    """Close the connection without an answer."""


class AnswerError(Exception):
    """Answer with an error."""

    def __init__(self, status: int, reason: str, headers: dict[str, str] | None = None) -> None:
        self.status, self.reason, self.headers = status, reason, headers or {}
        super().__init__(reason)


class Frame(BaseHTTPRequestHandler):
    """One connection. Whoever derives says how a request is answered, in `route`."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def do_GET(self) -> None:
        """Answer whatever method the request has."""
        self._answer_request()

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - the names that http.server looks for

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the overridden parameter
        """Keep quiet."""

    def _answer_request(self) -> None:
        parts = urlsplit(self.path)
        self.query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        self.left = int(self.headers.get("Content-Length") or 0)
        try:
            self.route(parts.path)
        except AnswerError as error:
            self._read_rest()
            self._send_error_body(error)
        except (HangUpError, OSError):
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

    def route(self, path: str) -> None:
        """Answer a request; raises `AnswerError` or `HangUpError`."""
        raise NotImplementedError

    def read(self, length: int) -> bytes:
        """Return up to `length` octets of the request's body. Raises `HangUpError` where the client is gone."""
        data = self.rfile.read(min(length, self.left))
        self.left -= len(data)
        if len(data) < length and self.left:
            raise HangUpError
        return data

    def _read_rest(self) -> None:
        with contextlib.suppress(HangUpError, OSError):
            while self.left:
                self.read(min(self.left, BLOCK))

    def send(self, status: int, answer: Any = None, headers: dict[str, str] | None = None) -> None:
        """Answer, with `answer` as JSON or with nothing."""
        body = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _send_error_body(self, error: AnswerError) -> None:
        if self.path.startswith("/token"):
            self.send(error.status, {"error": error.reason, "error_description": "as planned"}, error.headers)
            return
        details = [{"domain": "youtube", "reason": error.reason, "message": error.reason}]
        self.send(
            error.status,
            {"error": {"code": error.status, "message": error.reason, "errors": details}},
            error.headers,
        )
