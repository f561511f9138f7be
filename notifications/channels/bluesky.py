"""Publishing on Bluesky by the AT Protocol's library, which is imported when the first post goes out.

A post is a record whose key we choose: it follows from the post's id, so the same post can exist only once, and asking
whether it is out is reading one record. The account is known by its handle and an app password.
"""

from __future__ import annotations

import hashlib
import importlib
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final

import httpx

from notifications.channels.counting import hashtags, link_spans
from notifications.channels.limits import BLUESKY, LIMITS, Limits
from notifications.channels.pictures import measure
from notifications.channels.prices import Cost
from notifications.channels.protocol import Account, Disconnected, Metrics, NotSent, Publication, Published, Unclear
from notifications.channels.troubles import Trouble, conclude, of_httpx, of_status, wait_for, wait_until

SERVER: Final = "https://bsky.social"
APP: Final = "https://bsky.app"
TIMEOUT: Final = 20.0
_POSTS: Final = "app.bsky.feed.post"
_SORTABLE: Final = "234567abcdefghijklmnopqrstuvwxyz"
_STALE: Final = frozenset({"ExpiredToken", "InvalidToken"})
_DEAD: Final = frozenset({"AuthenticationRequired", "AccountTakedown", "AccountDeactivated", "AuthFactorTokenRequired"})
_LONGEST_TAG: Final = 64


class BlueskyChannel:
    """One account. Implements `notifications.channels.protocol.Channel`; safe to use from several threads."""

    name = BLUESKY
    visible_after = timedelta(0)

    def __init__(
        self,
        handle: str,
        password: str,
        *,
        server: str = SERVER,
        timeout: float = TIMEOUT,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`password` is an app password; `server` the account's own (its PDS)."""
        self._handle, self._password = handle.strip().removeprefix("@"), password
        self._server, self._timeout, self._clock = server, timeout, clock
        self._opened: Any = None
        self._opening = threading.Lock()

    @cached_property
    def _library(self) -> Any:
        return importlib.import_module("atproto")

    @cached_property
    def _errors(self) -> Any:
        return importlib.import_module("atproto_client.exceptions")

    def limits(self) -> Limits:
        """Return the lexicon's limits."""
        return LIMITS[BLUESKY]

    def cost(self, text: str) -> Cost | None:  # noqa: ARG002 - the protocol's
        """Nothing."""
        return None

    def check(self) -> Account:
        """Sign in anew, and ask who that is."""
        self._forget()
        me = self._ask(lambda client: client.app.bsky.actor.get_profile({"actor": client.me_did}), publishes=False)
        return Account(id=str(me.did), name=str(me.display_name or me.handle), url=f"{APP}/profile/{me.handle}")

    def publish(self, publication: Publication) -> Published:
        """Upload the picture, then create the record under the post's own key."""
        image = publication.image
        blob = None
        if image is not None:
            # Not by `upload_blob`, which hands the octets to httpx in a way that it will take no longer.
            upload = {"content": image, "input_encoding": publication.image_type, "output_encoding": "application/json"}
            blob = self._ask(
                lambda client: client.invoke_procedure("com.atproto.repo.uploadBlob", **upload).content["blob"],
                publishes=False,
            )
        record = self._record(publication, blob)
        key = record_key(publication.key)
        data = {"collection": _POSTS, "record": record, "rkey": key}
        self._ask(lambda client: client.com.atproto.repo.create_record({**data, "repo": client.me_did}), publishes=True)
        return self._published(key)

    def reconcile(self, publication: Publication, *, since: datetime) -> Published | None:  # noqa: ARG002 - by key
        """Read the record with the post's own key."""
        key = record_key(publication.key)
        wanted = {"collection": _POSTS, "rkey": key}
        found = self._ask(
            lambda client: client.com.atproto.repo.get_record({**wanted, "repo": client.me_did}),
            publishes=False,
            missing="RecordNotFound",
        )
        return None if found is None else self._published(key)

    def metrics(self, remote_id: str) -> Metrics | None:
        """Read the counters; quotes count as shares, and views are not told."""
        answer = self._ask(
            lambda client: client.app.bsky.feed.get_posts({"uris": [f"at://{client.me_did}/{_POSTS}/{remote_id}"]}),
            publishes=False,
        )
        if not answer.posts:
            return None
        post = answer.posts[0]
        shares = (post.repost_count or 0) + (post.quote_count or 0)
        return Metrics(likes=post.like_count, comments=post.reply_count, shares=shares)

    def close(self) -> None:
        """Hang up, and sign in anew when asked again."""
        self._forget()

    def _published(self, key: str) -> Published:
        return Published(remote_id=key, url=f"{APP}/profile/{self._handle}/post/{key}")

    def _record(self, publication: Publication, blob: Any) -> dict[str, Any]:
        text = publication.text
        record: dict[str, Any] = {
            "$type": _POSTS,
            "text": text,
            "langs": [publication.locale],
            "createdAt": self._clock().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "facets": facets(text),
        }
        if blob is not None:
            image: dict[str, Any] = {"image": blob, "alt": publication.alt_text}
            picture = measure(publication.image or b"", publication.image_type)
            if picture.width and picture.height:
                image["aspectRatio"] = {"width": picture.width, "height": picture.height}
            record["embed"] = {"$type": "app.bsky.embed.images", "images": [image]}
        elif publication.link and publication.link in text:
            card = {"uri": publication.link, "title": publication.title or publication.link, "description": ""}
            record["embed"] = {"$type": "app.bsky.embed.external", "external": card}
        return record

    def _client(self) -> Any:
        """Return a client that is signed in; signing in is limited to a few times an hour, so it is kept."""
        with self._opening:
            if self._opened is None:
                request = importlib.import_module("atproto_client.request").Request(timeout=self._timeout)
                client = self._library.Client(self._server, request=request)
                try:
                    client.login(self._handle, self._password, fetch_bsky_profile=False)
                except BaseException:
                    request.close()
                    raise
                client.me_did = client._session.did  # noqa: SLF001 - the library shows it only with a profile
                self._opened = client
            return self._opened

    def _forget(self) -> None:
        with self._opening:
            opened, self._opened = self._opened, None
            if opened is not None:
                opened.request.close()

    def _ask(self, request: Callable[[Any], Any], *, publishes: bool, missing: str = "") -> Any:
        """Make a request, signed in. `missing` is the error that means that there is nothing: then None."""
        client = self._signed_in()
        try:
            return request(client)
        except (self._errors.AtProtocolError, httpx.HTTPError) as error:
            code, status = _code(error), _status(error)
            if missing and code == missing:
                return None
            if code in _STALE:
                self._forget()  # the session is over; the app password may still be good
                raise NotSent("session over") from error
            if status == 0 and not isinstance(error, httpx.HTTPError | self._errors.RequestErrorBase):
                # Something that the library could not read: an answer that came, of a request that was made.
                raise (Unclear(str(error)) if publishes else NotSent(str(error))) from error
            raise self._conclude(error, code, status, publishes=publishes) from error

    def _signed_in(self) -> Any:
        try:
            return self._client()
        except (self._errors.AtProtocolError, httpx.HTTPError) as error:
            raise self._conclude(error, _code(error), _status(error), publishes=False) from error

    def _conclude(self, error: Exception, code: str, status: int, *, publishes: bool) -> Exception:
        if code in _DEAD:
            return Disconnected(str(error))
        headers: dict[str, str] = getattr(getattr(error, "response", None), "headers", None) or {}
        clock = self._clock().timestamp()
        wait = wait_for(headers.get("retry-after")) or wait_until(headers.get("ratelimit-reset"), clock=clock)
        trouble = of_status(status) or _unanswered(error)
        return conclude(trouble, str(error), publishes=publishes, retry_after=wait)


def record_key(key: uuid.UUID) -> str:
    """Return the key of a post's record: a TID (https://atproto.com/specs/tid) that follows from its id.

    Its time is the id's own where that has one (UUIDv7), else a moment in the years before 2005, so that no key of
    ours lies in the future.
    """
    digest = int.from_bytes(hashlib.sha256(key.bytes).digest()[:8], "big")
    milliseconds = int.from_bytes(key.bytes[:6], "big") if key.version == 7 else digest % (1 << 40)
    number = (milliseconds * 1000 + digest % 1000) << 10 | (digest >> 40) & 0x3FF
    return "".join(_SORTABLE[number >> shift & 31] for shift in range(60, -1, -5))


def facets(text: str) -> list[dict[str, Any]]:
    """Return links and hashtags of `text` as Bluesky wants them: by their places in UTF-8 bytes."""
    found = [(span, {"$type": "app.bsky.richtext.facet#link", "uri": text[slice(*span)]}) for span in link_spans(text)]
    for start, end in hashtags(text):
        if end - start - 1 <= _LONGEST_TAG:
            tag = text[start + 1 : end]
            found.append(((start, end), {"$type": "app.bsky.richtext.facet#tag", "tag": tag}))
    return [
        {
            "index": {"byteStart": len(text[:start].encode()), "byteEnd": len(text[:end].encode())},
            "features": [feature],
        }
        for (start, end), feature in sorted(found, key=lambda each: each[0])
    ]


def _code(error: BaseException) -> str:
    return str(getattr(getattr(getattr(error, "response", None), "content", None), "error", ""))


def _status(error: BaseException) -> int:
    return int(getattr(getattr(error, "response", None), "status_code", 0) or 0)


def _unanswered(error: BaseException) -> Trouble:
    cause = error if isinstance(error, httpx.HTTPError) else error.__cause__
    return of_httpx(cause) if isinstance(cause, httpx.HTTPError) else Trouble.LOST
