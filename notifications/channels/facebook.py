"""Publishing on a Facebook Page: the picture is uploaded unpublished, then one request makes the post."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from notifications.channels.graph import ROOT, TIMEOUT, Graph
from notifications.channels.limits import FACEBOOK, LIMITS, Limits
from notifications.channels.prices import Cost
from notifications.channels.protocol import Account, Disconnected, Metrics, Publication, Published, Rejected
from notifications.channels.recognising import is_same

_LOOK_BACK = timedelta(days=1)


class FacebookChannel:
    """One Page. Implements `notifications.channels.protocol.Channel`; safe to use from one thread."""

    name = FACEBOOK
    visible_after = timedelta(minutes=1)

    def __init__(
        self, page_id: str, token: str, *, app_secret: str = "", root: str = ROOT, timeout: float = TIMEOUT
    ) -> None:
        """`token` is the Page's own, with pages_manage_posts and pages_read_engagement."""
        self._page = page_id
        self._graph = Graph(token, app_secret=app_secret, root=root, timeout=timeout)

    def limits(self) -> Limits:
        """Return Facebook's limits."""
        return LIMITS[FACEBOOK]

    def cost(self, text: str) -> Cost | None:  # noqa: ARG002 - the protocol's
        """Nothing."""
        return None

    def check(self) -> Account:
        """Ask for the Page."""
        page = self._graph.ask("GET", self._page, params={"fields": "id,name,link"})
        return Account(id=page["id"], name=page["name"], url=page.get("link", ""))

    def publish(self, publication: Publication) -> Published:
        """Upload the picture, then post. A text that Facebook calls a duplicate is looked for first."""
        params: dict[str, Any] = {"message": publication.text}
        if publication.image is not None:
            params["attached_media"] = [{"media_fbid": self._upload(publication)}]
        elif publication.link and publication.link in publication.text:
            params["link"] = publication.link
        try:
            post = self._graph.ask("POST", self._page, "feed", params=params, publishes=True)
        except Rejected as refused:
            found = None
            if refused.reason == "duplicate":
                found = self.reconcile(publication, since=datetime.now(UTC) - _LOOK_BACK)
            if found is None:
                raise
            return found
        return _published(post["id"])

    def reconcile(self, publication: Publication, *, since: datetime) -> Published | None:
        """Look through the Page's posts since then."""
        params = {"fields": "id,message,created_time", "since": int(since.timestamp()), "limit": 50}
        for post in self._graph.list(self._page, "published_posts", params=params):
            if is_same(post.get("message", ""), publication):
                return _published(post["id"])
        return None

    def metrics(self, remote_id: str) -> Metrics | None:
        """Read counters, and views where the Page's insights have them."""
        fields = "shares,comments.limit(0).summary(true),reactions.limit(0).summary(true)"
        try:
            post = self._graph.ask("GET", remote_id, params={"fields": fields})
        except Disconnected:
            raise
        except Rejected:
            return None
        return Metrics(
            likes=_total(post, "reactions"),
            comments=_total(post, "comments"),
            shares=post.get("shares", {}).get("count", 0),
            views=self._views(remote_id),
        )

    def close(self) -> None:
        """Hang up."""
        self._graph.close()

    def _upload(self, publication: Publication) -> str:
        picture = ("poster.jpg", publication.image, publication.image_type)
        params = {"published": False, "alt_text_custom": publication.alt_text}
        return str(self._graph.ask("POST", self._page, "photos", params=params, files={"source": picture})["id"])

    def _views(self, remote_id: str) -> int | None:
        """Ask for one number by itself: names of insights come and go, and an unknown one fails the whole request."""
        try:
            found = self._graph.ask("GET", remote_id, "insights", params={"metric": "post_media_view"})
        except Rejected:
            return None
        return insight(found)


def insight(answer: dict[str, Any]) -> int | None:
    """Return the value of the one number that was asked for."""
    for each in answer.get("data", []):
        values = each.get("values") or [each.get("total_value", {})]
        value = values[0].get("value")
        return int(value) if isinstance(value, int) else None
    return None


def _total(post: dict[str, Any], name: str) -> int | None:
    total = post.get(name, {}).get("summary", {}).get("total_count")
    return int(total) if isinstance(total, int) else None


def _published(remote_id: str) -> Published:
    return Published(remote_id=remote_id, url=f"https://www.facebook.com/{remote_id}")
