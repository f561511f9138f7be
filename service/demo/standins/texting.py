"""WhatsApp's Cloud API and Telegram's Bot API for one number and one bot: what sending needs, faults included.

Shapes: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages, https://core.telegram.org/bots/api.
``python -m service.demo.standins.texting --port 0`` runs it as a process; tests run it in a thread. What is below
``/standin`` is neither's: it shows what was sent, takes faults, and lets people write to the bot.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import hmac
import json
import re
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from service.demo.standins.serving import QuietServer

FAULTS = ("500", "503", "429", "drop", "accept-drop", "accept-500", "blocked", "no-account", "token", "template")
"""What can happen to the next message, on either network."""
_WHATSAPP_FAULTS = {
    "429": (429, 130429, "Rate limit hit"),
    "500": (500, 131000, "Something went wrong"),
    "503": (503, 131016, "Service unavailable"),
    "blocked": (400, 131050, "User has stopped receiving messages"),
    "no-account": (400, 131026, "Message undeliverable"),
    "token": (401, 190, "Invalid OAuth access token"),
    "template": (404, 132001, "Template name does not exist in the translation"),
    "accept-500": (500, 131000, "Something went wrong"),
}
_TELEGRAM_FAULTS = {
    "429": (429, "Too Many Requests: retry after 7"),
    "500": (500, "Internal Server Error"),
    "503": (502, "Bad Gateway"),
    "blocked": (403, "Forbidden: bot was blocked by the user"),
    "no-account": (400, "Bad Request: chat not found"),
    "token": (401, "Unauthorized"),
    "template": (400, "Bad Request: can't parse entities"),
    "accept-500": (500, "Internal Server Error"),
}
BOT = {"id": 4242, "is_bot": True, "first_name": "Perpustakaan", "username": "perpus_bot"}
LONGEST_POLL = 1.0
"""Seconds that the stand-in waits for what people write; a client may ask for longer, and asks again."""


@dataclass
class Networks:
    """Everything that both know."""

    whatsapp: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    telegram: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    templates: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    updates: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    faults: deque[str] = field(default_factory=deque[str])
    written: threading.Condition = field(default_factory=threading.Condition)
    lock: threading.RLock = field(default_factory=threading.RLock)


class TextingStandIn:
    """Both networks at one address: `url`, what was sent, and `misbehave` for what happens to the next messages.

    ``drop`` breaks the connection before anything happened; ``accept-drop`` and ``accept-500`` send the message, and
    nobody is told.
    """

    phone_id, token, secret, verify_token = "10501", "standin-token", "standin-secret", "standin-verify"
    account_id, bot_token = "20900", "4242:standin"

    def __init__(self, *, port: int = 0) -> None:
        self.networks = Networks()
        handler = type("Handler", (_Handler,), {"networks": self.networks, "standin": self})
        self._server = QuietServer(("127.0.0.1", port), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def misbehave(self, *faults: str) -> None:
        """Do these to the next messages, one each, then behave again."""
        unknown = set(faults) - set(FAULTS)
        if unknown:
            raise ValueError(f"no such fault: {sorted(unknown)}")
        with self.networks.lock:
            self.networks.faults.extend(faults)

    def write(self, chat: int, text: str, *, language: str = "id") -> None:
        """Let somebody write to the bot."""
        person = {"id": chat, "is_bot": False, "first_name": "Siti", "language_code": language}
        message = {
            "message_id": len(self.networks.updates) + 1,
            "date": 1_796_000_000,
            "chat": {"id": chat, "type": "private", "first_name": "Siti"},
            "from": person,
            "text": text,
        }
        self._update({"message": message})

    def block(self, chat: int) -> None:
        """Let somebody block the bot."""
        person = {"id": chat, "is_bot": False, "first_name": "Siti"}
        change = {
            "chat": {"id": chat, "type": "private", "first_name": "Siti"},
            "from": person,
            "date": 1_796_000_000,
            "old_chat_member": {"status": "member", "user": BOT},
            "new_chat_member": {"status": "kicked", "user": BOT, "until_date": 0},
        }
        self._update({"my_chat_member": change})

    def _update(self, update: Mapping[str, Any]) -> None:
        with self.networks.written:
            self.networks.updates.append({"update_id": 7000 + len(self.networks.updates), **update})
            self.networks.written.notify_all()

    def report(self, address: str, number: int, status: str, **more: Any) -> int:
        """Post a status of the message with this number (0: the first) to a webhook; returns the HTTP status."""
        message = self.networks.whatsapp[number]
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "62778000000", "phone_number_id": self.phone_id},
            "statuses": [
                {
                    "id": message["id"],
                    "status": status,
                    "timestamp": "1796000000",
                    "recipient_id": message["to"],
                    "biz_opaque_callback_data": message.get("biz_opaque_callback_data"),
                    **more,
                }
            ],
        }
        return self.post_signed(address, value)

    def answer(self, address: str, number: str, text: str) -> int:
        """Post what somebody wrote to our number to a webhook; returns the HTTP status."""
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "62778000000", "phone_number_id": self.phone_id},
            "contacts": [{"profile": {"name": "Siti"}, "wa_id": number.lstrip("+")}],
            "messages": [
                {
                    "from": number.lstrip("+"),
                    "id": "wamid.in",
                    "timestamp": "1796000000",
                    "type": "text",
                    "text": {"body": text},
                }
            ],
        }
        return self.post_signed(address, value)

    def post_signed(self, address: str, value: Mapping[str, Any], *, secret: str | None = None) -> int:
        """Post one change to a webhook, signed with the app's secret or another one; returns the HTTP status."""
        update = {
            "object": "whatsapp_business_account",
            "entry": [{"id": self.account_id, "changes": [{"field": "messages", "value": value}]}],
        }
        body = json.dumps(update).encode()
        signature = hmac.new((secret or self.secret).encode(), body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"}
        request = urllib.request.Request(address, body, headers)  # noqa: S310 - the caller's own loopback address
        try:
            with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - likewise
                return int(response.status)
        except urllib.error.HTTPError as error:
            return int(error.code)

    def start(self) -> TextingStandIn:
        """Serve in a thread of its own."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        self._thread.join()

    def serve(self) -> None:
        """Serve in this thread until it is interrupted."""
        self._server.serve_forever()


@contextlib.contextmanager
def running(**options: Any) -> Generator[TextingStandIn]:
    """Run a stand-in for as long as the context lasts."""
    standin = TextingStandIn(**options).start()
    try:
        yield standin
    finally:
        standin.stop()


class _Dropped(ConnectionError):  # noqa: N818 - what happens, not what went wrong
    """We hang up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    networks: Networks
    standin: TextingStandIn

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name for it
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer(b"")

    def do_POST(self) -> None:
        """Answer a POST."""
        self._answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _answer(self, body: bytes) -> None:
        path = urlsplit(self.path).path
        try:
            if path.startswith("/standin"):
                status, answer = self._standin(path, body)
            elif path.startswith("/bot"):
                status, answer = self._telegram(path, self._given(body))
            else:
                status, answer = self._whatsapp(path, body)
        except _Dropped:
            self.close_connection = True
            self.connection.close()
            return
        octets = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(octets)))
        if status == 429:
            self.send_header("Retry-After", "7")
        self.end_headers()
        self.wfile.write(octets)

    def _standin(self, path: str, body: bytes) -> tuple[int, Any]:
        if self.command == "POST" and path == "/standin/faults":
            self.standin.misbehave(*json.loads(body))
        if self.command == "POST" and path == "/standin/write":
            self.standin.write(**json.loads(body))
        with self.networks.lock:
            return 200, {"whatsapp": self.networks.whatsapp, "telegram": self.networks.telegram}

    def _fault(self) -> str:
        with self.networks.lock:
            fault = self.networks.faults.popleft() if self.networks.faults else ""
        if fault == "drop":
            raise _Dropped
        return fault

    # ---------------------------------------------------------------- WhatsApp
    def _whatsapp(self, path: str, body: bytes) -> tuple[int, Any]:
        if self.headers.get("Authorization") != f"Bearer {self.standin.token}":
            return 401, _graph_error(190, "Invalid OAuth access token")
        found = re.fullmatch(r"/v\d+\.\d+/(\d+)/(messages|message_templates)", path)
        if found is None:
            return 404, _graph_error(100, "Unsupported request")
        if found[2] == "messages":
            return self._message(found[1], json.loads(body))
        if self.command == "GET":
            return 200, self._templates()
        return self._template(json.loads(body))

    def _templates(self) -> dict[str, Any]:
        with self.networks.lock:
            found = list(self.networks.templates)
        summary = {"total_count": len(found), "message_template_count": len(found), "message_template_limit": 250}
        paging = {"cursors": {"before": "a", "after": "b"}}
        return {"data": found, "paging": paging, "summary": {**summary, "are_translations_complete": True}}

    def _template(self, given: dict[str, Any]) -> tuple[int, Any]:
        texts = [each.get("text", "") for each in given["components"] if each["type"] == "BODY"]
        if not texts or re.match(r"\{\{|.*\}\}$", texts[0], re.DOTALL) or len(texts[0]) > 1024:
            return 400, _graph_error(2388299, "Variables can't be at the start or end of the template")
        with self.networks.lock:
            kept = {"id": str(len(self.networks.templates) + 1), "status": "APPROVED", "category": "UTILITY", **given}
            self.networks.templates.append(kept)
        return 200, {"id": kept["id"], "status": "PENDING", "category": "UTILITY"}

    def _message(self, phone_id: str, given: dict[str, Any]) -> tuple[int, Any]:
        if phone_id != self.standin.phone_id or given.get("messaging_product") != "whatsapp":
            return 400, _graph_error(100, "Unsupported post request")
        fault = self._fault()
        if fault and not fault.startswith("accept"):
            status, code, message = _WHATSAPP_FAULTS[fault]
            return status, _graph_error(code, message)
        bad = _bad_template(given.get("template", {}))
        if bad:
            return 400, _graph_error(132000, bad)
        with self.networks.lock:
            key = f"wamid.{len(self.networks.whatsapp) + 1}"
            self.networks.whatsapp.append({"id": key, **given})
        if fault == "accept-drop":
            raise _Dropped
        if fault == "accept-500":
            return 500, _graph_error(131000, "Something went wrong")
        contact = {"input": given["to"], "wa_id": given["to"]}
        answer = {"messaging_product": "whatsapp", "contacts": [contact]}
        return 200, {**answer, "messages": [{"id": key, "message_status": "accepted"}]}

    # ---------------------------------------------------------------- Telegram
    def _given(self, body: bytes) -> dict[str, Any]:
        if "json" in (self.headers.get("Content-Type") or ""):
            return dict(json.loads(body or b"{}"))
        return {name: values[0] for name, values in parse_qs(body.decode()).items()}

    def _telegram(self, path: str, given: dict[str, Any]) -> tuple[int, Any]:
        _, token, method = path.split("/", 2)[0], *path.removeprefix("/bot").split("/", 1)
        if token != self.standin.bot_token:
            return 401, _bot_error(401, "Unauthorized")
        if method == "getMe":
            return 200, {"ok": True, "result": BOT}
        if method == "getUpdates":
            return 200, {
                "ok": True,
                "result": self._wait(int(given.get("offset") or 0), float(given.get("timeout") or 0)),
            }
        if method != "sendMessage":
            return 404, _bot_error(404, "Not Found")
        fault = self._fault()
        if fault and not fault.startswith("accept"):
            return _TELEGRAM_FAULTS[fault][0], _bot_error(*_TELEGRAM_FAULTS[fault])
        if len(str(given["text"])) > 4096:
            return 400, _bot_error(400, "Bad Request: message is too long")
        with self.networks.lock:
            number = len(self.networks.telegram) + 1
            self.networks.telegram.append({"message_id": number, **given})
        if fault == "accept-drop":
            raise _Dropped
        if fault == "accept-500":
            return 500, _bot_error(500, "Internal Server Error")
        chat = {"id": int(given["chat_id"]), "type": "private", "first_name": "Siti"}
        return 200, {"ok": True, "result": {"message_id": number, "date": 1_796_000_000, "chat": chat, "from": BOT}}

    def _wait(self, offset: int, seconds: float) -> list[dict[str, Any]]:
        until = time.monotonic() + min(seconds, LONGEST_POLL)
        with self.networks.written:
            while True:
                found = [each for each in self.networks.updates if each["update_id"] >= offset]
                left = until - time.monotonic()
                if found or left <= 0:
                    return found
                self.networks.written.wait(left)


def _bad_template(template: dict[str, Any]) -> str:
    """Return what WhatsApp would say about the parameters; empty where it takes them."""
    bodies = [each for each in template.get("components", []) if each["type"].lower() == "body"]
    values = [each.get("text", "") for body in bodies for each in body["parameters"]]
    if not template.get("name") or len(values) != 4:
        return "Number of parameters does not match the expected number of params"
    if any(not value or re.search(r"[\n\t]| {5}", value) for value in values):
        return "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
    return ""


def _graph_error(code: int, message: str) -> dict[str, Any]:
    return {"error": {"message": f"(#{code}) {message}", "type": "OAuthException", "code": code, "fbtrace_id": "x"}}


def _bot_error(code: int, description: str) -> dict[str, Any]:
    more = {"parameters": {"retry_after": 7}} if code == 429 else {}
    return {"ok": False, "error_code": code, "description": description, **more}


def main() -> None:
    """Run the stand-in as a process; its address is the first line that it prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    standin = TextingStandIn(port=parser.parse_args().port)
    sys.stdout.write(f"{standin.url}\n")
    sys.stdout.flush()
    standin.serve()


if __name__ == "__main__":
    main()
