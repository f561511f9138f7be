"""X for one account: pictures, posts, the timeline and its shortened links (https://docs.x.com/x-api)."""

from __future__ import annotations

import base64
import html
import re
import time
from datetime import UTC, datetime
from typing import Any

from twitter_text import parse_tweet  # pyright: ignore[reportUnknownVariableType] # a bare dict

from service.demo.standins.network import Answer, Asked, NetworkStandIn, main

_URL = re.compile(r"https?://\S+")


class XStandIn(NetworkStandIn):
    """One account."""

    user = "1789000000000000001"

    def __init__(self, *, token: str = "x-user-token", port: int = 0) -> None:  # noqa: S107 - a stand-in's
        super().__init__(token=token, port=port)
        self.pictures: dict[str, bytes] = {}
        self.descriptions: dict[str, str] = {}

    def route(self, asked: Asked) -> Answer:
        """Look at the token, then answer."""
        if self.expired or asked.bearer != self.token:
            return self.refuse("expired")
        match (asked.method, asked.path.removeprefix("/2/").split("/")):
            case ("GET", ["users", "me"]):
                me = {"id": self.user, "name": "Perpustakaan Kota Batam", "username": "perpusbatam"}
                return Answer(200, {"data": me})
            case ("POST", ["media", "upload"]):
                key = f"{1_900_000_000_000_000_000 + len(self.pictures)}"
                self.pictures[key] = base64.b64decode(asked.json["media"])
                return Answer(200, {"data": {"id": key, "media_key": f"3_{key}"}})
            case ("POST", ["media", "metadata"]):
                self.descriptions[asked.json["id"]] = asked.json["metadata"]["alt_text"]["text"]
                return Answer(200, {"data": {"id": asked.json["id"]}})
            case ("POST", ["tweets"]):
                return self.accept(lambda: self._post(asked.json))
            case ("GET", ["users", self.user, "tweets"]):
                return self._timeline(asked)
            case ("GET", ["tweets", key]):
                return self._one(key)
            case _:
                return _refused(404, "Not Found Error", "Could not find that.")

    def refuse(self, fault: str) -> Answer:
        """Answer as X words it."""
        match fault:
            case "429":
                reset = {"x-rate-limit-reset": str(int(time.time()) + self.retry_after), "x-rate-limit-remaining": "0"}
                return _refused(429, "Too Many Requests", "Too Many Requests", reset)
            case "expired":
                return _refused(401, "Unauthorized", "Unauthorized")
            case "400":
                return _refused(400, "Invalid Request", "One or more parameters to your request was invalid.")
            case _:
                return _refused(int(fault), "Service Unavailable", "Service Unavailable")

    def _post(self, given: dict[str, Any]) -> Answer:
        text = given["text"]
        if not parse_tweet(text).valid:
            return _refused(403, "Forbidden", "Your Tweet text is too long.")
        if any(post["text"] == text for post in self.posts):
            return _refused(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")
        media = given.get("media", {}).get("media_ids", [])
        if any(each not in self.pictures for each in media):
            return _refused(400, "Invalid Request", "Your media IDs are invalid.")
        key = f"{1_800_000_000_000_000_000 + len(self.posts)}"
        self.posts.append({"id": key, "text": text, "media": media, "at": datetime.now(UTC)})
        return Answer(201, {"data": {"id": key, "text": text}})

    def _timeline(self, asked: Asked) -> Answer:
        begin, many = int(asked.query.get("pagination_token", 0)), int(asked.query.get("max_results", 10))
        since = datetime.fromisoformat(asked.query["start_time"])
        newest = [post for post in self.posts if post["at"] >= since][::-1]
        shown = newest[begin : begin + many]
        meta: dict[str, Any] = {"result_count": len(shown)}
        if begin + many < len(newest):
            meta["next_token"] = str(begin + many)
        return Answer(200, {"data": [_shown(post) for post in shown], "meta": meta} if shown else {"meta": meta})

    def _one(self, key: str) -> Answer:
        found = next((post for post in self.posts if post["id"] == key), None)
        if found is None:
            problem = {"title": "Not Found Error", "type": "https://api.x.com/2/problems/resource-not-found"}
            return Answer(200, {"errors": [{**problem, "detail": f"Could not find tweet with id: [{key}]."}]})
        told = {"like_count": 3, "reply_count": 4, "repost_count": 1, "quote_count": 1, "impression_count": 120}
        return Answer(200, {"data": {**_shown(found), "public_metrics": {**told, "bookmark_count": 0}}})


def _shown(post: dict[str, Any]) -> dict[str, Any]:
    text, urls = post["text"], list[dict[str, Any]]()
    for number, address in enumerate(_URL.findall(text)):
        short = f"https://t.co/{post['id'][-6:]}{number:04}"
        text = text.replace(address, short, 1)
        urls.append({"url": short, "expanded_url": address, "display_url": address[8:30], "start": 0, "end": 23})
    moment = post["at"].strftime("%Y-%m-%dT%H:%M:%S.000Z")
    shown = {"id": post["id"], "text": html.escape(text, quote=False), "created_at": moment}
    return shown | ({"entities": {"urls": urls}} if urls else {})


def _refused(status: int, title: str, detail: str, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, {"title": title, "detail": detail, "type": "about:blank", "status": status}, headers or {})


if __name__ == "__main__":
    main(XStandIn)
