"""LinkedIn for one page: pictures, posts and statistics (https://learn.microsoft.com/linkedin/marketing/).

A text that is not escaped is cut off at the first reserved character, as LinkedIn does; a text that was posted before
is a duplicate.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from service.demo.standins.network import Answer, Asked, NetworkStandIn, main

_HASHTAG = r"\{hashtag\|\\#\|(?:\\.|[^}\\])*\}"
_WELL_FORMED = re.compile(rf"(?:{_HASHTAG}|\\.|[^\\|{{}}@\[\]()<>#*_~])*")


class LinkedInStandIn(NetworkStandIn):
    """One page."""

    author = "urn:li:organization:5590506"

    def __init__(self, *, token: str = "AQX-token", port: int = 0) -> None:  # noqa: S107 - a stand-in's
        super().__init__(token=token, port=port)
        self.pictures: dict[str, bytes] = {}

    def route(self, asked: Asked) -> Answer:
        """Look at token and version, then answer."""
        if self.expired or asked.bearer != self.token:
            return self.refuse("expired")
        if asked.path.startswith("/dms-uploads/"):
            self.pictures[asked.path.rpartition("/")[2]] = asked.body
            return Answer(201, b"", kind="text/plain")
        if not re.fullmatch(r"20\d{4}", asked.headers.get("linkedin-version", "")):
            return _refused(426, "NONEXISTENT_VERSION", "Requested version is not active")
        match (asked.method, asked.path):
            case ("GET", "/rest/organizations/5590506"):
                return Answer(200, {"id": 5590506, "localizedName": "Perpustakaan Kota Batam", "vanityName": "perpus"})
            case ("POST", "/rest/images"):
                key = f"C{len(self.pictures):04}"
                told = {"uploadUrl": f"{asked.host}/dms-uploads/{key}", "image": f"urn:li:image:{key}"}
                return Answer(200, {"value": told})
            case ("POST", "/rest/posts"):
                return self.accept(lambda: self._post(asked.json))
            case ("GET", "/rest/posts"):
                return self._list(asked)
            case ("GET", "/rest/organizationalEntityShareStatistics"):
                return self._statistics(asked)
            case _:
                return _refused(404, "NOT_FOUND", "Not found")

    def refuse(self, fault: str) -> Answer:
        """Answer as LinkedIn words it."""
        match fault:
            case "429":
                headers = {"Retry-After": str(self.retry_after)}
                return _refused(429, "TOO_MANY_REQUESTS", "Resource level throttle limit reached", headers)
            case "expired":
                return _refused(401, "EXPIRED_ACCESS_TOKEN", "The token used in the request has expired")
            case "400":
                return _refused(422, "INVALID", "ERROR :: /commentary :: invalid")
            case _:
                return _refused(int(fault), "SERVER_ERROR", "Internal Server Error")

    def _post(self, given: dict[str, Any]) -> Answer:
        commentary = given["commentary"]
        kept = _WELL_FORMED.match(commentary)
        shown = commentary[: kept.end()] if kept else ""
        if given["author"] != self.author or len(commentary) > 3000:
            return _refused(422, "INVALID", "ERROR :: /commentary :: is too long")
        if any(post["commentary"] == shown for post in self.posts):
            return _refused(422, "DUPLICATE_POST", "Content is a duplicate of urn:li:share:1")
        image = given.get("content", {}).get("media", {}).get("id", "")
        if image and image.rpartition(":")[2] not in self.pictures:
            return _refused(400, "INVALID", "The image has not been uploaded")
        urn, plain = f"urn:li:share:{7_000_000 + len(self.posts)}", re.sub(_HASHTAG, "#", shown)
        kept_post = {"id": urn, "commentary": shown, "text": plain.replace("\\", ""), "at": datetime.now(UTC)}
        self.posts.append({**kept_post, "given": given})
        return Answer(201, b"", {"x-restli-id": urn}, "text/plain")

    def _list(self, asked: Asked) -> Answer:
        begin, many = int(asked.query.get("start", 0)), int(asked.query.get("count", 10))
        shown = self.posts[::-1][begin : begin + many]
        elements = [
            {"id": each["id"], "commentary": each["commentary"], "createdAt": int(each["at"].timestamp() * 1000)}
            for each in shown
        ]
        return Answer(200, {"elements": elements, "paging": {"start": begin, "count": many, "links": []}})

    def _statistics(self, asked: Asked) -> Answer:
        wanted = asked.query.get("shares", "").removeprefix("List(").removesuffix(")")
        told = {"likeCount": 3, "commentCount": 4, "shareCount": 2, "impressionCount": 120}
        known = any(each["id"] == wanted for each in self.posts)
        return Answer(200, {"elements": [{"share": wanted, "totalShareStatistics": told}] if known else []})


def _refused(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, {"status": status, "code": code, "message": message}, headers or {})


if __name__ == "__main__":
    main(LinkedInStandIn)
