"""Meta's Graph API for one Page and one Instagram account: errors in its words, containers with their states.

Shapes: https://developers.facebook.com/docs/graph-api, …/docs/instagram-platform/content-publishing. Pictures that
Instagram fetches are fetched in earnest, but for `picture` below ``/standin``, which is the stand-in's own.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx

from service.demo.standins.network import Answer, Asked, NetworkStandIn, main

PICTURE = b"\xff\xd8\xff\xe0 a picture"


class GraphStandIn(NetworkStandIn):
    """What everything of Meta's has in common."""

    owner = "17841400000000000"

    def route(self, asked: Asked) -> Answer:
        """Look at the token, then answer one node or edge."""
        if asked.path.startswith("/standin/picture"):
            return Answer(200, PICTURE, kind="image/jpeg")
        token = asked.bearer or asked.form.get("access_token", "")
        if self.expired or token != self.token:
            return self.refuse("expired")
        parts = asked.path.strip("/").split("/")
        return self.answer(asked, parts[1:] if parts[0].startswith("v") else parts)

    def answer(self, asked: Asked, path: list[str]) -> Answer:
        """Answer one node or edge; the version is left out."""
        raise NotImplementedError

    def refuse(self, fault: str) -> Answer:
        """Answer as Graph words it; one of its gateways answers in HTML."""
        match fault:
            case "429":
                uses = [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 0}]
                headers = {"X-Business-Use-Case-Usage": json.dumps({self.owner: uses})}
                headers["Retry-After"] = str(self.retry_after)
                return refused(403, 32, "(#32) Page request limit reached", headers)
            case "expired":
                return refused(401, 190, "Error validating access token: Session has expired", kind="OAuthException")
            case "400":
                return refused(400, 100, "(#100) Invalid parameter")
            case "503":
                return Answer(502, b"<html><body>Bad Gateway</body></html>", kind="text/html")
            case _:
                return refused(500, 2, "An unexpected error has occurred. Please retry your request later.")

    def find(self, key: str) -> dict[str, Any] | None:
        """Return the post with this id."""
        return next((post for post in self.posts if post["id"] == key), None)

    def page(self, asked: Asked, found: list[dict[str, Any]], show: Callable[[dict[str, Any]], Any]) -> Answer:
        """Return one page of a list, newest first, with a cursor where more follow."""
        begin, many = int(asked.form.get("after") or 0), int(asked.form.get("limit") or 25)
        newest = found[::-1]
        shown = newest[begin : begin + many]
        paging: dict[str, Any] = {"cursors": {"before": str(begin), "after": str(begin + len(shown))}}
        if begin + many < len(newest):
            paging["next"] = f"{asked.host}{asked.path}?after={begin + many}"
        return Answer(200, {"data": [show(post) for post in shown], "paging": paging if shown else {}})


class FacebookStandIn(GraphStandIn):
    """One Page."""

    owner = "104000000000001"

    def __init__(self, *, token: str = "EAA-page-token", port: int = 0) -> None:  # noqa: S107 - a stand-in's
        super().__init__(token=token, port=port)
        self.pictures: dict[str, bytes] = {}
        self.strict = False
        """Whether a text that was posted before is refused."""

    def answer(self, asked: Asked, path: list[str]) -> Answer:
        """Answer for the Page, its photos, its feed and its posts."""
        match (asked.method, path):
            case ("GET", [self.owner]):
                link = f"https://www.facebook.com/{self.owner}"
                return Answer(200, {"id": self.owner, "name": "Perpustakaan Kota Batam", "link": link})
            case ("POST", [self.owner, "photos"]):
                return self._upload(asked)
            case ("POST", [self.owner, "feed"]):
                return self.accept(lambda: self._post(asked.form))
            case ("GET", [self.owner, "published_posts"]):
                since = float(asked.form.get("since") or 0)
                return self.page(asked, [post for post in self.posts if post["at"].timestamp() >= since], _shown)
            case ("GET", [key, "insights"]) if self.find(key):
                return _insights(asked, {"post_media_view": 120})
            case ("GET", [key]) if self.find(key):
                counted: dict[str, Any] = {
                    name: {"data": [], "summary": {"total_count": n}} for name, n in _COUNTS.items()
                }
                return Answer(200, {"id": key, "shares": {"count": 2}, **counted})
            case _:
                return refused(400, 100, "(#100) Unsupported get request. Object does not exist")

    def _upload(self, asked: Asked) -> Answer:
        picture = asked.files.get("source", b"")
        if not picture.startswith((b"\xff\xd8\xff", b"\x89PNG")):
            return refused(400, 324, "(#324) Missing or invalid image file")
        key = f"{9000 + len(self.pictures)}"
        self.pictures[key] = picture
        return Answer(200, {"id": key})

    def _post(self, form: dict[str, str]) -> Answer:
        attached = json.loads(form.get("attached_media", "[]"))
        if any(each["media_fbid"] not in self.pictures for each in attached):
            return refused(400, 100, "(#100) Invalid photo")
        if self.strict and any(post["text"] == form["message"] for post in self.posts):
            return refused(400, 506, "(#506) Duplicate status message")
        key = f"{self.owner}_{len(self.posts) + 1}"
        self.posts.append({"id": key, "text": form["message"], "attached": attached, "at": datetime.now(UTC)})
        return Answer(200, {"id": key})


class InstagramStandIn(GraphStandIn):
    """One professional account. A container is *in progress* when it is asked for first, and *finished* afterwards."""

    def __init__(self, *, token: str = "EAA-page-token", port: int = 0) -> None:  # noqa: S107 - a stand-in's
        super().__init__(token=token, port=port)
        self.containers: dict[str, dict[str, Any]] = {}
        self.used, self.quota = 0, 100

    def answer(self, asked: Asked, path: list[str]) -> Answer:
        """Answer for the account, its containers and its media."""
        match (asked.method, path):
            case ("GET", [self.owner]):
                return Answer(200, {"id": self.owner, "username": "perpusbatam", "name": "Perpustakaan Kota Batam"})
            case ("GET", [self.owner, "content_publishing_limit"]):
                config = {"quota_total": self.quota, "quota_duration": 86400}
                return Answer(200, {"data": [{"quota_usage": self.used, "config": config}]})
            case ("POST", [self.owner, "media"]):
                return self._make(asked.form)
            case ("POST", [self.owner, "media_publish"]):
                return self.accept(lambda: self._publish(asked.form))
            case ("GET", [self.owner, "media"]):
                return self.page(asked, self.posts, _media)
            case ("GET", [key]) if key in self.containers:
                return self._state(key)
            case ("GET", [key, "insights"]) if self.find(key):
                return _insights(asked, {"views": 120, "shares": 2})
            case ("GET", [key]) if post := self.find(key):
                return Answer(200, {**_media(post), "like_count": 3, "comments_count": 4})
            case _:
                return refused(400, 100, "(#100) Unsupported get request. Object does not exist")

    def _make(self, form: dict[str, str]) -> Answer:
        if len(form.get("caption", "").encode("utf-16-le")) // 2 > 2200:
            return refused(400, 100, "The caption is too long")
        key = f"{18_000 + len(self.containers)}"
        container = {"caption": form.get("caption", ""), "url": form["image_url"], "alt": form.get("alt_text", "")}
        self.containers[key] = {**container, "state": "IN_PROGRESS"}
        return Answer(200, {"id": key})

    def _state(self, key: str) -> Answer:
        container = self.containers[key]
        answer = {"id": key, "status_code": container["state"], "status": container.get("why", "")}
        if container["state"] == "IN_PROGRESS":
            fetched = fetch(container["url"])
            container["state"] = "FINISHED" if fetched.startswith(b"\xff\xd8\xff") else "ERROR"
            container["why"] = "" if fetched else "Error: Media download has failed"
        return Answer(200, answer)

    def _publish(self, form: dict[str, str]) -> Answer:
        container = self.containers.get(form["creation_id"], {})
        if container.get("state") != "FINISHED":
            return refused(400, 9007, "Media ID is not available")
        container["state"] = "PUBLISHED"
        key = f"{17_900 + len(self.posts)}"
        self.posts.append({"id": key, "text": container["caption"], "alt": container["alt"], "at": datetime.now(UTC)})
        self.used += 1
        return Answer(200, {"id": key})


_COUNTS = {"reactions": 3, "comments": 4}


def _shown(post: dict[str, Any]) -> dict[str, Any]:
    return {"id": post["id"], "message": post["text"], "created_time": stamp(post["at"])}


def _media(post: dict[str, Any]) -> dict[str, Any]:
    address = f"https://www.instagram.com/p/{post['id']}/"
    return {"id": post["id"], "caption": post["text"], "permalink": address, "timestamp": stamp(post["at"])}


def _insights(asked: Asked, known: dict[str, int]) -> Answer:
    wanted = asked.form.get("metric", "")
    if wanted not in known:
        return refused(400, 100, f"(#100) metric[0] must be one of the following values: {', '.join(known)}")
    return Answer(200, {"data": [{"name": wanted, "period": "lifetime", "values": [{"value": known[wanted]}]}]})


def stamp(moment: datetime) -> str:
    """Return a moment as Meta writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S+0000")


def fetch(address: str) -> bytes:
    """Fetch a picture as the network does; empty if it cannot be had."""
    try:
        return httpx.get(address, timeout=5).content
    except httpx.HTTPError:
        return b""


def refused(
    status: int, code: int, message: str, headers: dict[str, str] | None = None, *, kind: str = "OAuthException"
) -> Answer:
    """Return an error in the words of the Graph API."""
    error = {"message": message, "type": kind, "code": code, "fbtrace_id": "standin"}
    return Answer(status, {"error": error}, headers or {})


if __name__ == "__main__":
    main(FacebookStandIn)
