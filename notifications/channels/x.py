"""Publishing on X by its own library, which is imported when the first post goes out. Every post is billed (`prices`).

X takes no idempotency key but refuses a text that was posted before. A post is recognised on our own timeline, where
its links are shortened and spelt out beside the text.
"""

from __future__ import annotations

import base64
import html
import importlib
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import Any, Final

from notifications.channels.limits import LIMITS, Limits
from notifications.channels.limits import X as NAME
from notifications.channels.prices import Cost, cost_of
from notifications.channels.protocol import (
    Account,
    Disconnected,
    Metrics,
    NotSent,
    Publication,
    Published,
    Rejected,
    Unclear,
)
from notifications.channels.recognising import is_same
from notifications.channels.troubles import Trouble, conclude, of_requests, of_status, wait_for, wait_until

ROOT: Final = "https://api.x.com"
_LOOK_BACK: Final = timedelta(days=1)
_PAGES: Final = 20


class XChannel:
    """One account. Implements `notifications.channels.protocol.Channel`; safe to use from one thread."""

    name = NAME
    visible_after = timedelta(minutes=1)

    def __init__(self, token: str, *, root: str = ROOT, timeout: float = 20.0) -> None:
        """`token` is a person's (OAuth 2.0) with tweet.read, tweet.write, users.read and media.write."""
        self._token, self._root, self._timeout = token, root.rstrip("/"), timeout

    @cached_property
    def _client(self) -> Any:
        client = importlib.import_module("xdk").Client(base_url=self._root, access_token=self._token)
        client.session.request = partial(client.session.request, timeout=self._timeout)  # it waits for ever otherwise
        return client

    @cached_property
    def _me(self) -> Any:
        return _plain(self._ask(lambda client: client.users.get_me()))["data"]

    def limits(self) -> Limits:
        """Return the limits of an account that does not pay for more."""
        return LIMITS[NAME]

    def cost(self, text: str) -> Cost | None:
        """Return what X bills for the post."""
        return cost_of(NAME, text)

    def check(self) -> Account:
        """Ask whose token it is."""
        self.__dict__.pop("_me", None)
        return Account(id=self._me["id"], name=f"@{self._me['username']}", url=f"https://x.com/{self._me['username']}")

    def publish(self, publication: Publication) -> Published:
        """Upload the picture with its description, then post. A duplicate is looked for before it is refused."""
        post: dict[str, Any] = {"text": publication.text}
        if publication.image is not None:
            post["media"] = {"media_ids": [self._upload(publication)]}
        try:
            answer = self._ask(lambda client: client.posts.create(post), publishes=True)
        except Rejected as refused:
            found = None
            if refused.reason == "duplicate":
                found = self.reconcile(publication, since=datetime.now(UTC) - _LOOK_BACK)
            if found is None:
                raise
            return found
        return _published(_plain(answer)["data"]["id"])

    def reconcile(self, publication: Publication, *, since: datetime) -> Published | None:
        """Look through our own timeline since then."""
        wanted = {
            "max_results": 100,
            "start_time": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "post_fields": ["created_at", "entities", "text"],
        }
        me = self._me["id"]
        pages = iter(self._ask(lambda client: client.users.get_posts(me, **wanted)))
        for _ in range(_PAGES):
            page = self._ask(lambda _client: next(pages, None))
            if page is None:
                return None
            for post in _listed(_plain(page), "data"):
                if is_same(_spelt_out(post), publication):
                    return _published(post["id"])
        raise NotSent("there are too many posts to look through")

    def metrics(self, remote_id: str) -> Metrics | None:
        """Read the public counters; quotes count as shares."""
        fields = ["public_metrics"]
        try:
            answer = _plain(self._ask(lambda client: client.posts.get_by_id(remote_id, post_fields=fields)))
        except Disconnected:
            raise
        except Rejected:
            return None
        told: Any = answer["data"].get("public_metrics") if "data" in answer else None
        if told is None:
            return None
        shares = (told.get("repost_count") or 0) + (told.get("quote_count") or 0)
        return Metrics(told.get("like_count"), told.get("reply_count"), shares, told.get("impression_count"))

    def close(self) -> None:
        """Hang up."""
        client = self.__dict__.pop("_client", None)
        if client is not None:
            client.session.close()

    def _upload(self, publication: Publication) -> str:
        body = {
            "media": base64.b64encode(publication.image or b"").decode(),
            "media_category": "tweet_image",
            "media_type": publication.image_type,
        }
        media = str(_plain(self._ask(lambda client: client.media.upload(body)))["data"]["id"])
        if publication.alt_text:
            described = {"id": media, "metadata": {"alt_text": {"text": publication.alt_text}}}
            self._ask(lambda client: client.media.create_metadata(described))
        return media

    def _ask(self, request: Callable[[Any], Any], *, publishes: bool = False) -> Any:
        client = self._client
        lines = importlib.import_module("requests.exceptions")
        try:
            return request(client)
        except lines.HTTPError as error:
            raise _refused(error.response, publishes=publishes) from None
        except lines.RequestException as error:
            raise conclude(of_requests(error), type(error).__name__, publishes=publishes) from None
        except ValueError as error:  # an answer that the library could not read
            raise (Unclear("unreadable") if publishes else NotSent("unreadable")) from error


def _refused(answer: Any, *, publishes: bool) -> Exception:
    told: Any
    try:
        told = answer.json()
    except ValueError:
        told = {}
    message = str(told.get("detail") or told.get("title") or f"HTTP {answer.status_code}")[:300]
    trouble = of_status(answer.status_code) or Trouble.LOST
    if answer.status_code == 402:  # the credit is used up; somebody has to pay
        trouble = Trouble.LIMITED
    headers = answer.headers
    wait = wait_for(headers.get("Retry-After")) or wait_until(headers.get("x-rate-limit-reset"), clock=time.time())
    reason = "duplicate" if "duplicate" in message.lower() else "refused"
    return conclude(trouble, message, publishes=publishes, retry_after=wait, reason=reason)


def _plain(answer: Any) -> Any:
    return answer.model_dump(exclude_none=True) if hasattr(answer, "model_dump") else dict(answer)


def _listed(found: Any, name: str) -> list[Any]:
    return found.get(name) or []


def _spelt_out(post: Any) -> str:
    """Return the text with its links as they were written; one for the picture stands for nothing."""
    text = html.unescape(post.get("text", ""))
    for link in _listed(post.get("entities", {}), "urls"):
        text = text.replace(link["url"], "" if link.get("media_key") else link.get("expanded_url", ""))
    return text


def _published(remote_id: str) -> Published:
    return Published(remote_id=remote_id, url=f"https://x.com/i/status/{remote_id}")
