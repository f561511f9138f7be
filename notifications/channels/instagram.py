"""Publishing on Instagram (professional accounts) through the Graph API: container, wait, publish.

Instagram fetches the picture from a public address, so the installation has to be reachable from the internet.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from notifications.channels.containers import await_finished
from notifications.channels.facebook import insight
from notifications.channels.graph import ROOT, TIMEOUT, Graph
from notifications.channels.limits import INSTAGRAM, LIMITS, Limits
from notifications.channels.prices import Cost
from notifications.channels.protocol import Account, Disconnected, Metrics, NotSent, Publication, Published, Rejected
from notifications.channels.recognising import is_same

_FULL = timedelta(hours=1)
"""How long to wait when the day's posts are used up; the day is a sliding one."""


class InstagramChannel:
    """One account. Implements `notifications.channels.protocol.Channel`; safe to use from one thread."""

    name = INSTAGRAM
    visible_after = timedelta(minutes=1)

    def __init__(
        self,
        user_id: str,
        token: str,
        *,
        app_secret: str = "",
        root: str = ROOT,
        timeout: float = TIMEOUT,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """`token` is the connected Page's, with instagram_basic and instagram_content_publish."""
        self._user, self._pause = user_id, pause
        self._graph = Graph(token, app_secret=app_secret, root=root, timeout=timeout)

    def limits(self) -> Limits:
        """Return Instagram's limits."""
        return LIMITS[INSTAGRAM]

    def cost(self, text: str) -> Cost | None:  # noqa: ARG002 - the protocol's
        """Nothing."""
        return None

    def check(self) -> Account:
        """Ask for the account."""
        me = self._graph.ask("GET", self._user, params={"fields": "id,username,name"})
        return Account(id=me["id"], name=f"@{me['username']}", url=f"https://www.instagram.com/{me['username']}/")

    def publish(self, publication: Publication) -> Published:
        """Make a container, wait until Instagram has fetched the picture, publish it."""
        if not publication.image_url:
            raise Rejected("missing", "Instagram takes no post without a picture")
        self._has_room()
        params: dict[str, Any] = {"image_url": publication.image_url, "caption": publication.text}
        if publication.alt_text:
            params["alt_text"] = publication.alt_text
        container = str(self._graph.ask("POST", self._user, "media", params=params)["id"])
        await_finished(self._graph.ask, container, "status_code", pause=self._pause)
        media = self._graph.ask("POST", self._user, "media_publish", params={"creation_id": container}, publishes=True)
        return Published(remote_id=media["id"], url=self._address(media["id"]))

    def reconcile(self, publication: Publication, *, since: datetime) -> Published | None:
        """Look through the account's media back to then."""
        params = {"fields": "id,caption,permalink,timestamp", "limit": 50}
        for media in self._graph.list(self._user, "media", params=params):
            if datetime.fromisoformat(media["timestamp"]) < since:
                return None
            if is_same(media.get("caption", ""), publication):
                return Published(remote_id=media["id"], url=media.get("permalink", ""))
        return None

    def metrics(self, remote_id: str) -> Metrics | None:
        """Read counters, and from the insights views and shares."""
        try:
            media = self._graph.ask("GET", remote_id, params={"fields": "like_count,comments_count"})
        except Disconnected:
            raise
        except Rejected:
            return None
        return Metrics(
            likes=media.get("like_count"),
            comments=media.get("comments_count"),
            shares=self._insight(remote_id, "shares"),
            views=self._insight(remote_id, "views"),
        )

    def close(self) -> None:
        """Hang up."""
        self._graph.close()

    def _has_room(self) -> None:
        """Ask how many posts of the day are left; documents disagree about how many there are."""
        fields = {"fields": "quota_usage,config"}
        answer = self._graph.ask("GET", self._user, "content_publishing_limit", params=fields)
        for quota in answer.get("data", []):
            total = quota.get("config", {}).get("quota_total")
            if total and quota.get("quota_usage", 0) >= total:
                raise NotSent("rate_limited", retry_after=_FULL)

    def _address(self, media: str) -> str:
        """Ask where the post can be seen. It is out: that this fails must never look as if it were not."""
        try:
            answer = self._graph.ask("GET", media, params={"fields": "permalink"})
        except (NotSent, Rejected):
            return ""
        return str(answer.get("permalink", ""))

    def _insight(self, remote_id: str, name: str) -> int | None:
        try:
            return insight(self._graph.ask("GET", remote_id, "insights", params={"metric": name}))
        except Rejected:
            return None
