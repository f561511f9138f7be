"""A stand-in for YouTube and for Google's sign-in that speaks the real protocols over loopback.

Resumable uploads (308 and Range, whole blocks of 256 KiB), thumbnails, playlists, videos, channels, OAuth with PKCE,
Google's error bodies. It checks what the real service checks, and goes wrong where a test or the demonstration has
planned it. Run by itself: ``python -m service.demo.standins.youtube --port 8090``.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import email.parser
import email.policy
import hashlib
import json
import re
import secrets
import threading
from http.server import ThreadingHTTPServer
from typing import Any, Final, Self, cast
from urllib.parse import parse_qs, urlencode

from service.demo.standins.youtube_channel import BLOCK, Channel, Fault, UploadSession, demonstration_faults
from service.demo.standins.youtube_http import AnswerError, Frame, HangUpError

_CONTENT_RANGE: Final = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+)")


class YouTubeStandIn:
    """The stand-in as a server on loopback; a context manager that serves from a thread of its own."""

    def __init__(self, channel: Channel | None = None, *, host: str = "127.0.0.1", port: int = 0) -> None:
        """Bind at once; port 0 lets the system choose."""
        self.channel = channel or Channel()
        self._server = _Server((host, port), self.channel)
        self.root = f"http://{host}:{self._server.server_address[1]}/"
        """What `ACARA_YOUTUBE_API_ROOT` is set to."""
        self.token_url = f"{self.root}token"
        self.auth_url = f"{self.root}o/oauth2/v2/auth"

    def serve(self) -> None:
        """Serve until `close`."""
        self._server.serve_forever(poll_interval=0.05)

    def close(self) -> None:
        """Stop serving and let go of the port."""
        for fault in self.channel.faults:
            fault.release.set()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve, name="youtube-stand-in", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], channel: Channel) -> None:
        self.channel = channel
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: connections that break off are what this server is for."""


class _Handler(Frame):
    @property
    def _channel(self) -> Channel:
        return cast("_Server", self.server).channel

    def route(self, path: str) -> None:
        if path.startswith("/session/"):
            self._put_session(path.removeprefix("/session/"))
            return
        route = _ROUTES.get((self.command, path))
        if route is None:
            raise AnswerError(404, "notFound")
        operation, method = route
        fault = self._channel.note_call(operation)
        if fault is not None and fault.action == "answer":
            raise AnswerError(fault.status, fault.reason, fault.headers)
        if operation not in _OPEN:
            self._authorise()
        body = self.read(self.left)
        if fault is not None and fault.action == "drop":
            raise HangUpError
        status, answer, headers = getattr(self, method)(body)
        self._hold_or_lose(fault)
        self.send(status, answer, headers)

    def _hold_or_lose(self, fault: Fault | None) -> None:
        if fault is not None and fault.action == "hold":
            fault.held.set()
            fault.release.wait(60)
            raise HangUpError
        if fault is not None and fault.action == "lose_response":
            raise HangUpError

    def _authorise(self) -> None:
        scheme, _, token = (self.headers.get("Authorization") or "").partition(" ")
        if scheme != "Bearer" or token not in self._channel.access_tokens:
            raise AnswerError(401, "authError")

    # ------------------------------------------------------------ uploads
    def _initiate(self, body: bytes) -> tuple[int, Any, dict[str, str]]:
        if self.query.get("uploadType") != "resumable":
            raise AnswerError(400, "badRequest")
        asked = json.loads(body)
        title, description = asked["snippet"].get("title", ""), asked["snippet"].get("description", "")
        if not 0 < len(title) <= 100 or re.search("[<>]", title):
            raise AnswerError(400, "invalidTitle")
        if len(description.encode()) > 5000 or re.search("[<>]", description):
            raise AnswerError(400, "invalidDescription")
        session = self._channel.open_session(
            asked,
            content_type=self.headers["X-Upload-Content-Type"],
            size=int(self.headers["X-Upload-Content-Length"]),
        )
        host = self.headers["Host"]
        return 200, None, {"Location": f"http://{host}/session/{session.id}?upload_id={secrets.token_urlsafe(16)}"}

    def _put_session(self, session_id: str) -> None:
        session = self._channel.sessions.get(session_id)
        if session is None:
            raise AnswerError(404, "notFound")
        match = _CONTENT_RANGE.fullmatch(self.headers.get("Content-Range") or "")
        asks = match is not None and match[1] is None
        fault = self._channel.note_call("status" if asks else "chunk")
        if fault is not None and fault.action == "answer":
            if fault.status in (404, 410):
                session.forgotten = fault.status
            raise AnswerError(fault.status, fault.reason, fault.headers)
        if session.forgotten is not None:
            raise AnswerError(session.forgotten, "notFound")
        if match is None:
            self._channel.finish_empty(session)
        elif not asks and session.video_id is None:
            self._take_chunk(session, int(match[1]), int(match[2]), int(match[3]), fault)
        self._read_rest()
        self._hold_or_lose(fault)
        self._tell_progress(session)

    def _take_chunk(self, session: UploadSession, first: int, last: int, total: int, fault: Fault | None) -> None:
        length = last - first + 1
        is_last = last + 1 == total
        if total != session.size or length != self.left or first != session.received:
            raise AnswerError(400, "badRequest")
        if length % BLOCK and not is_last:
            raise AnswerError(400, "badRequest")
        session.puts.append((first, 0))
        wanted = length if fault is None or fault.kept is None else min(fault.kept, length)
        while wanted > 0:
            block = self.read(min(BLOCK, wanted))
            session.puts[-1] = (first, session.puts[-1][1] + len(block))
            wanted -= len(block)
            # A broken-off block is not kept, and neither is a short one but at the very end.
            if len(block) == BLOCK or session.received + len(block) == session.size:
                self._channel.keep(session, block)
        if fault is not None and fault.action == "drop":
            raise HangUpError
        if fault is not None and fault.action == "hold" and fault.kept is not None:
            self._hold_or_lose(fault)

    def _tell_progress(self, session: UploadSession) -> None:
        if session.video_id is not None:
            self.send(200, self._channel.videos[session.video_id].resource())
        elif session.received:
            self.send(308, None, {"Range": f"bytes=0-{session.received - 1}"})
        else:
            self.send(308)

    def _set_thumbnail(self, body: bytes) -> tuple[int, Any, None]:
        video_id = self.query.get("videoId", "")
        if video_id not in self._channel.videos:
            raise AnswerError(404, "videoNotFound")
        content_type = self.headers["Content-Type"]
        if content_type.startswith("multipart/"):
            head = f"Content-Type: {content_type}\r\n\r\n".encode()
            message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
            part = list(message.iter_parts())[-1]
            body, content_type = cast("bytes", part.get_payload(decode=True)), part.get_content_type()
        if content_type not in ("image/jpeg", "image/png") or not body:
            raise AnswerError(400, "mediaBodyRequired")
        self._channel.thumbnails.setdefault(video_id, []).append(hashlib.sha256(body).hexdigest())
        return 200, {"kind": "youtube#thumbnailSetResponse"}, None

    # ------------------------------------------------------------ lists
    def _list_videos(self, _body: bytes) -> tuple[int, Any, None]:
        wanted = self.query.get("id", "").split(",")
        return 200, {"items": [v.resource() for v in self._channel.videos.values() if v.id in wanted]}, None

    def _list_channels(self, _body: bytes) -> tuple[int, Any, None]:
        channel = self._channel
        mine = {
            "id": channel.id,
            "snippet": {"title": channel.title},
            "contentDetails": {"relatedPlaylists": {"uploads": channel.uploads}},
        }
        return 200, {"items": [mine]}, None

    def _list_items(self, _body: bytes) -> tuple[int, Any, None]:
        playlist_id = self.query.get("playlistId", "")
        if playlist_id != self._channel.uploads and playlist_id not in self._channel.playlists:
            raise AnswerError(404, "playlistNotFound")
        found = self._channel.list_items(playlist_id, self.query.get("videoId"))
        items = [
            {
                "id": item.id,
                "snippet": {
                    **self._channel.videos[item.video_id].snippet,
                    "playlistId": item.playlist_id,
                    "resourceId": {"kind": "youtube#video", "videoId": item.video_id},
                },
                "status": {"privacyStatus": self._channel.videos[item.video_id].status["privacyStatus"]},
            }
            for item in found
        ]
        return 200, self._page(items), None

    def _insert_item(self, body: bytes) -> tuple[int, Any, None]:
        snippet = json.loads(body)["snippet"]
        if snippet["playlistId"] not in self._channel.playlists:
            raise AnswerError(404, "playlistNotFound")
        if snippet["resourceId"]["videoId"] not in self._channel.videos:
            raise AnswerError(404, "videoNotFound")
        item = self._channel.add_item(snippet["playlistId"], snippet["resourceId"]["videoId"])
        return 200, {"id": item.id, "snippet": snippet}, None

    def _delete_item(self, _body: bytes) -> tuple[int, Any, None]:
        with self._channel.lock:
            before = len(self._channel.items)
            self._channel.items[:] = [item for item in self._channel.items if item.id != self.query.get("id")]
            if len(self._channel.items) == before:
                raise AnswerError(404, "playlistItemNotFound")
        return 204, None, None

    def _list_playlists(self, _body: bytes) -> tuple[int, Any, None]:
        channel = self._channel
        items = [
            {
                "id": playlist.id,
                "snippet": {"title": playlist.title},
                "status": {"privacyStatus": playlist.visibility},
                "contentDetails": {"itemCount": sum(item.playlist_id == playlist.id for item in channel.items)},
            }
            for playlist in list(channel.playlists.values())
        ]
        return 200, self._page(items), None

    def _insert_playlist(self, body: bytes) -> tuple[int, Any, None]:
        asked = json.loads(body)
        playlist = self._channel.add_playlist(asked["snippet"]["title"], asked["status"]["privacyStatus"])
        return 200, {"id": playlist.id, **asked}, None

    def _delete_playlist(self, _body: bytes) -> tuple[int, Any, None]:
        if self._channel.playlists.pop(self.query.get("id", ""), None) is None:
            raise AnswerError(404, "playlistNotFound")
        return 204, None, None

    def _page(self, items: list[dict[str, Any]]) -> dict[str, Any]:
        start = int(self.query.get("pageToken", "0"))
        end = start + min(int(self.query.get("maxResults", "5")), 50)
        page: dict[str, Any] = {"items": items[start:end], "pageInfo": {"totalResults": len(items)}}
        if end < len(items):
            page["nextPageToken"] = str(end)
        return page

    # ------------------------------------------------------------ sign-in
    def _consent(self, _body: bytes) -> tuple[int, Any, dict[str, str]]:
        """Say yes for the person, at once."""
        code = secrets.token_urlsafe(16)
        self._channel.codes[code] = dict(self.query)
        answer = urlencode({"code": code, "state": self.query["state"], "scope": self.query["scope"]})
        return 302, None, {"Location": f"{self.query['redirect_uri']}?{answer}"}

    def _issue_token(self, body: bytes) -> tuple[int, Any, None]:
        asked = {name: values[-1] for name, values in parse_qs(body.decode()).items()}
        answer: dict[str, Any] = {"expires_in": 3599, "token_type": "Bearer"}
        if asked.get("grant_type") == "authorization_code":
            granted = self._channel.codes.pop(asked.get("code", ""), None)
            verifier = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
            challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
            if (
                granted is None
                or granted.get("code_challenge") != challenge
                or granted["redirect_uri"] != asked.get("redirect_uri")
            ):
                raise AnswerError(400, "invalid_grant")
            answer |= {"refresh_token": self._channel.grant(), "scope": granted["scope"]}
        elif asked.get("refresh_token") not in self._channel.refresh_tokens:
            raise AnswerError(400, "invalid_grant")
        return 200, {**answer, "access_token": self._channel.issue_access_token()}, None

    def _describe(self, _body: bytes) -> tuple[int, Any, None]:
        return 200, self._channel.describe(), None


_OPEN: Final = {"token", "consent", "state"}
_ROUTES: Final = {
    ("POST", "/upload/youtube/v3/videos"): ("initiate", "_initiate"),
    ("POST", "/resumable/upload/youtube/v3/videos"): ("initiate", "_initiate"),
    ("POST", "/upload/youtube/v3/thumbnails/set"): ("thumbnails.set", "_set_thumbnail"),
    ("GET", "/youtube/v3/videos"): ("videos.list", "_list_videos"),
    ("GET", "/youtube/v3/channels"): ("channels.list", "_list_channels"),
    ("GET", "/youtube/v3/playlistItems"): ("playlistItems.list", "_list_items"),
    ("POST", "/youtube/v3/playlistItems"): ("playlistItems.insert", "_insert_item"),
    ("DELETE", "/youtube/v3/playlistItems"): ("playlistItems.delete", "_delete_item"),
    ("GET", "/youtube/v3/playlists"): ("playlists.list", "_list_playlists"),
    ("POST", "/youtube/v3/playlists"): ("playlists.insert", "_insert_playlist"),
    ("DELETE", "/youtube/v3/playlists"): ("playlists.delete", "_delete_playlist"),
    ("GET", "/o/oauth2/v2/auth"): ("consent", "_consent"),
    ("POST", "/token"): ("token", "_issue_token"),
    ("GET", "/stand-in/state"): ("state", "_describe"),
}


def main() -> None:
    """Serve until interrupted, with the faults of the demonstration."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--no-faults", action="store_true", help="a good day at YouTube")
    parser.add_argument("--refresh-token", help="a consent that was given before")
    options = parser.parse_args()
    channel = Channel([] if options.no_faults else demonstration_faults())
    if options.refresh_token:
        channel.refresh_tokens.add(options.refresh_token)
    standin = YouTubeStandIn(channel, host=options.host, port=options.port)
    print(standin.root, flush=True)  # noqa: T201 - whoever starts this wants to know the port
    with contextlib.suppress(KeyboardInterrupt):
        standin.serve()


if __name__ == "__main__":
    main()
