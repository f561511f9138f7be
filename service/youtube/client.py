"""YouTube, the one video host we know: the only module that imports googleapiclient (which takes a while to load).

Traps of the client library that shape this module, each with a test in ``tests/service/youtube/test_client.py``:

* a body that is a stream is sent empty when a chunk is repeated, so chunks are read into bytes (`_StoredUpload`);
* a session is opened and its first chunk sent in one call, so the session is saved by a property (`_Request`);
* a session taken up again must be asked how far it is before anything is sent (`open_upload`);
* a short read makes the client shorten the video, so short reads are refused;
* httplib2 repeats a POST whose answer was lost, so playlists are looked at before and after;
* `api_endpoint` leaves uploads on https, so another root goes into the discovery document.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import json
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Final, cast

import google_auth_httplib2
import httplib2
from google.auth.exceptions import RefreshError, TransportError
from google.oauth2.credentials import Credentials
from googleapiclient import discovery, discovery_cache
from googleapiclient.errors import HttpError, MediaUploadSizeError, ResumableUploadError
from googleapiclient.http import HttpRequest, MediaIoBaseUpload, MediaUpload, build_http

from events.recordings.video_host import (
    Content,
    HostedVideo,
    HostUnavailableError,
    Progress,
    ReconnectNeededError,
    UploadRefusedError,
    VideoDetails,
)
from service.youtube.rules import clean, error_of, video_resource

PLAYLIST_LIMIT: Final = 150
"""Characters of a playlist's title."""
CHUNK_BYTES: Final = 8 * 1024 * 1024
"""A multiple of 256 KiB, as the protocol asks. One chunk is what a worker holds in memory."""
PAGES_SEARCHED: Final = 4
"""Pages of 50 uploads, newest first, in which a lost video is looked for: one quota unit each."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person's consent gave us, and whom it was given to."""

    refresh_token: str
    client_id: str
    client_secret: str
    token_url: str
    scopes: tuple[str, ...]
    on_dead: Callable[[], object] = lambda: None
    """Called when Google no longer accepts it, before `ReconnectNeededError` is raised."""


class YouTubeHost:
    """A channel on YouTube. Implements `VideoHost`; one per worker, since httplib2 is not thread-safe."""

    def __init__(
        self,
        consent: Consent,
        *,
        api_root: str | None = None,
        chunk_bytes: int = CHUNK_BYTES,
        timeout: timedelta | None = None,
    ) -> None:
        """Prepare a client; nothing is contacted. `timeout` is of one read or write on the connection (60 s)."""
        # from_authorized_user_info() would ignore the token address, so the credentials are put together by hand.
        credentials = Credentials(  # type: ignore[no-untyped-call] # google-auth is typed in part
            None,
            refresh_token=consent.refresh_token,
            client_id=consent.client_id,
            client_secret=consent.client_secret,
            token_uri=consent.token_url,
            scopes=list(consent.scopes),
        )
        transport: Any = build_http()  # never a bare Http(): it takes 308 for a redirect
        if timeout is not None:
            transport.timeout = timeout.total_seconds()
        self._http: Any = google_auth_httplib2.AuthorizedHttp(credentials, http=transport)
        self._api: Any = cast("Any", discovery).build_from_document(
            _discovery_document(api_root), http=self._http, requestBuilder=_Request
        )
        self._chunk_bytes = chunk_bytes
        self._on_dead = consent.on_dead

    def open_upload(
        self, details: VideoDetails, content: Content, *, session_uri: str | None, save_session: Callable[[str], None]
    ) -> YouTubeUpload:
        """Prepare an upload; the first `send_chunk` opens the session or asks for the saved one."""
        with _translated(self._on_dead):
            request = self._api.videos().insert(
                part="snippet,status",
                body=video_resource(details),
                media_body=_StoredUpload(content, self._chunk_bytes),
            )
        if session_uri is not None:
            request.resumable_uri = session_uri
            # The flag makes the client ask how far the session is; without it, it sends from the first byte.
            request._in_error_state = True  # noqa: SLF001 - the library offers no other way to take up a session
        request.save_session = save_session
        return YouTubeUpload(request, self._on_dead)

    def find_video(self, marker: str) -> HostedVideo | None:
        """Look for `marker` in the descriptions of the newest 200 uploads."""
        uploads = self.channel()["contentDetails"]["relatedPlaylists"]["uploads"]
        pages = self._pages(
            self._api.playlistItems(), part="snippet,status", playlistId=uploads, maxResults=50, pages=PAGES_SEARCHED
        )
        for item in pages:
            if marker in item["snippet"].get("description", "").splitlines():
                return HostedVideo(item["snippet"]["resourceId"]["videoId"], item["status"]["privacyStatus"])
        return None

    def fetch_video(self, video_id: str) -> HostedVideo | None:
        """Ask for one video."""
        items = self._execute(self._api.videos().list(part="status", id=video_id))["items"]
        return _hosted(items[0]) if items else None

    def set_thumbnail(self, video_id: str, image: bytes, *, content_type: str) -> None:
        """Set the still picture (JPEG or PNG, at most 50 MiB)."""
        media = MediaIoBaseUpload(io.BytesIO(image), mimetype=content_type, resumable=False)
        self._execute(self._api.thumbnails().set(videoId=video_id, media_body=media))

    def add_to_playlist(self, video_id: str, playlist: str, *, visibility: str) -> None:
        """Put the video into the playlist once: look, insert, look again and take away what was doubled."""
        playlist_id = self._ensure_playlist(clean(playlist)[:PLAYLIST_LIMIT], visibility)
        if not self._items_of(playlist_id, video_id):
            body = {
                "snippet": {
                    "playlistId": playlist_id,
                    "resourceId": {"kind": "youtube#video", "videoId": video_id},
                }
            }
            self._execute(self._api.playlistItems().insert(part="snippet", body=body))
        for doubled in self._items_of(playlist_id, video_id)[1:]:
            self._execute(self._api.playlistItems().delete(id=doubled["id"]))

    def channel(self) -> dict[str, Any]:
        """Return the channel that the consent is for, with ``snippet`` and ``contentDetails``."""
        found = self._execute(self._api.channels().list(part="snippet,contentDetails", mine=True)).get("items")
        if not found:
            raise UploadRefusedError("youtube_signup_required")
        return cast("dict[str, Any]", found[0])

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    # ------------------------------------------------------------ steps
    def _ensure_playlist(self, title: str, visibility: str) -> str:
        existing = self._playlists(title, visibility)
        if not existing:
            body = {"snippet": {"title": title}, "status": {"privacyStatus": visibility}}
            self._execute(self._api.playlists().insert(part="snippet,status", body=body))
            existing = self._playlists(title, visibility)
            for doubled in existing[1:]:
                if doubled["contentDetails"]["itemCount"] == 0:
                    self._execute(self._api.playlists().delete(id=doubled["id"]))
        if not existing:
            raise HostUnavailableError("playlist_not_shown_yet")
        return cast("str", existing[0]["id"])

    def _playlists(self, title: str, visibility: str) -> list[dict[str, Any]]:
        part = "snippet,status,contentDetails"
        mine = self._pages(self._api.playlists(), part=part, mine=True, maxResults=50, pages=20)
        return [
            playlist
            for playlist in mine
            if playlist["snippet"]["title"] == title and playlist["status"]["privacyStatus"] == visibility
        ]

    def _items_of(self, playlist_id: str, video_id: str) -> list[dict[str, Any]]:
        request = self._api.playlistItems().list(part="id", playlistId=playlist_id, videoId=video_id, maxResults=50)
        return cast("list[dict[str, Any]]", self._execute(request)["items"])

    def _pages(self, collection: Any, *, pages: int, **query: Any) -> Iterator[dict[str, Any]]:
        request = collection.list(**query)
        for _ in range(pages):
            answer = self._execute(request)
            yield from answer["items"]
            request = collection.list_next(request, answer)
            if request is None:
                return

    def _execute(self, request: Any) -> Any:
        with _translated(self._on_dead):
            return request.execute()


class YouTubeUpload:
    """A resumable upload. Implements `events.recordings.video_host.Upload`."""

    def __init__(self, request: Any, on_dead: Callable[[], object]) -> None:
        self._request = request
        self._on_dead = on_dead

    def send_chunk(self) -> Progress:
        """Send one chunk, after opening the session or asking for it where that is due."""
        with _translated(self._on_dead, in_session=True):
            _, answer = self._request.next_chunk()
        if answer is not None:
            return Progress(self._request.resumable.size(), _hosted(answer))
        return Progress(self._request.resumable_progress)


class _Request(HttpRequest):  # type: ignore[misc] # the library is untyped
    """A request whose session is saved the moment it is known, which is before the first byte is sent."""

    save_session: Callable[[str], None] | None = None
    _session_uri: str | None = None

    @property
    def resumable_uri(self) -> str | None:
        """The address of the resumable session."""
        return self._session_uri

    @resumable_uri.setter
    def resumable_uri(self, value: str | None) -> None:
        changed = value != self._session_uri
        if changed and value is not None and self.save_session is not None:
            self.save_session(value)
        self._session_uri = value


class _StoredUpload(MediaUpload):  # type: ignore[misc] # the library is untyped
    """A stored file as the client wants it: in chunks of bytes, which can be sent twice."""

    def __init__(self, content: Content, chunk_bytes: int) -> None:
        self._content = content
        self._chunk_bytes = chunk_bytes

    def chunksize(self) -> int:
        return self._chunk_bytes

    def mimetype(self) -> str:  # pyright: ignore[reportIncompatibleMethodOverride] # inferred from a stub
        kind = self._content.content_type
        return kind if kind.startswith("video/") else "application/octet-stream"

    def size(self) -> int:  # pyright: ignore[reportIncompatibleMethodOverride] # inferred from a stub
        return self._content.size

    def resumable(self) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride] # inferred from a stub
        return True

    def has_stream(self) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride] # inferred from a stub
        return False

    def getbytes(self, begin: int, end: int) -> bytes:
        """Return one chunk. A short one in the middle would be taken for the end of the video."""
        size, length = self._content.size, end  # the library calls the length "end"
        if begin >= size > 0:
            # All bytes are there and YouTube has not said so yet; an empty chunk would be an invalid request.
            raise HostUnavailableError("still_processing")
        try:
            data = self._content.read(begin, length)
        except FileNotFoundError as error:
            raise UploadRefusedError("file_missing") from error
        if len(data) != min(length, size - begin):
            raise UploadRefusedError("file_changed")
        return data


def _hosted(resource: dict[str, Any]) -> HostedVideo:
    return HostedVideo(resource["id"], resource["status"]["privacyStatus"])


@cache
def _static_document() -> str:
    """Return the API's description as it came with the library: no network is needed to read it."""
    return cast("str", cast("Any", discovery_cache).get_static_doc("youtube", "v3"))


def _discovery_document(api_root: str | None) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(_static_document())
    if api_root is not None:
        # The `api_endpoint` option redirects everything but uploads, which then go to https at the other host.
        document["rootUrl"] = document["baseUrl"] = f"{api_root.rstrip('/')}/"
        document.pop("mtlsRootUrl", None)
    return document


# ---------------------------------------------------------------- what went wrong
@contextlib.contextmanager
def _translated(on_dead: Callable[[], object], *, in_session: bool = False) -> Generator[None]:
    """Turn the libraries' errors into those of `events.recordings.video_host`."""
    try:
        yield
    except HttpError as error:
        response: Any = error.resp
        raise error_of(
            int(response.status),
            error.content,
            retry_after=response.get("retry-after"),
            in_session=in_session and not isinstance(error, ResumableUploadError),
        ) from error
    except RefreshError as error:
        if cast("Any", error).retryable:
            raise HostUnavailableError("sign_in_unavailable") from error
        on_dead()
        raise ReconnectNeededError("reconnect_needed") from error
    except MediaUploadSizeError as error:
        raise UploadRefusedError("too_large") from error
    except (TransportError, httplib2.HttpLib2Error, http.client.HTTPException, OSError) as error:
        raise HostUnavailableError("unreachable") from error
    except json.JSONDecodeError as error:
        raise HostUnavailableError("unintelligible") from error
