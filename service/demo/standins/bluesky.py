"""A Bluesky server (PDS and AppView in one) for one account: sessions, blobs, records, counters.

Shapes: https://docs.bsky.app/docs/api. A record's key can be used once; text, facets and pictures are checked as the
lexicons have it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from datetime import UTC, datetime
from typing import Any

from service.demo.standins.network import Answer, Asked, NetworkStandIn, main

DID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
_CID = "bafyreib2rxk3rybloqtqwbo5xkyz3ndbtbgcvjbovx6vpvnpqxkhkvgk6i"
_KEY = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
_IMAGE_BYTES = 2_000_000


class BlueskyStandIn(NetworkStandIn):
    """One account; `token` is its app password."""

    handle = "perpusbatam.bsky.social"

    def __init__(self, *, token: str = "abcd-efgh-ijkl-mnop", port: int = 0) -> None:  # noqa: S107 - a stand-in's
        super().__init__(token=token, port=port)
        self.session = 1
        self.blobs: dict[str, bytes] = {}

    def end_sessions(self) -> None:
        """Let what was signed in be over; the app password stays good."""
        self.session += 1

    def route(self, asked: Asked) -> Answer:
        """Answer one method (XRPC)."""
        method = asked.path.removeprefix("/xrpc/")
        if method == "com.atproto.server.createSession":
            return self._sign_in(asked.json)
        if self.expired:
            return self.refuse("expired")
        if asked.bearer != self._jwt("access"):
            return _refused(400, "ExpiredToken", "Token has expired")
        match method:
            case "app.bsky.actor.getProfile":
                return Answer(200, {**_author(self.handle), "postsCount": len(self.posts)})
            case "com.atproto.repo.uploadBlob":
                return self._upload(asked)
            case "com.atproto.repo.createRecord":
                return self.accept(lambda: self._create(asked.json))
            case "com.atproto.repo.getRecord":
                return self._get(asked.query["rkey"])
            case "app.bsky.feed.getPosts":
                return self._counters(asked.query["uris"])
            case _:
                return _refused(501, "MethodNotImplemented", method)

    def refuse(self, fault: str) -> Answer:
        """Answer as the server words it."""
        match fault:
            case "429":
                reset = str(int(time.time()) + self.retry_after)
                return _refused(429, "RateLimitExceeded", "Rate Limit Exceeded", {"ratelimit-reset": reset})
            case "expired":
                return _refused(401, "AuthenticationRequired", "Invalid identifier or password")
            case "400":
                return _refused(400, "InvalidRequest", "Invalid app.bsky.feed.post record")
            case _:
                return _refused(int(fault), "InternalServerError", "Internal Server Error")

    def _jwt(self, scope: str) -> str:
        claims = {"scope": f"com.atproto.{scope}", "sub": DID, "exp": 4_102_444_800, "iat": self.session}
        parts = [{"alg": "HS256", "typ": "at+jwt"}, claims]
        return ".".join([*(_base64(json.dumps(part).encode()) for part in parts), _base64(b"signature")])

    def _sign_in(self, given: dict[str, Any]) -> Answer:
        if self.expired or (given["identifier"], given["password"]) != (self.handle, self.token):
            return self.refuse("expired")
        tokens = {"accessJwt": self._jwt("access"), "refreshJwt": self._jwt("refresh")}
        return Answer(200, {**tokens, "did": DID, "handle": self.handle, "active": True})

    def _upload(self, asked: Asked) -> Answer:
        if len(asked.body) > _IMAGE_BYTES * 50:
            return _refused(413, "PayloadTooLarge", "request entity too large")
        kind = "image/png" if asked.body.startswith(b"\x89PNG") else "image/jpeg"
        digest = hashlib.sha256(asked.body).digest()
        link = "b" + base64.b32encode(b"\x01\x55\x12\x20" + digest).decode().lower().rstrip("=")
        self.blobs[link] = asked.body
        blob = {"$type": "blob", "ref": {"$link": link}, "mimeType": kind, "size": len(asked.body)}
        return Answer(200, {"blob": blob})

    def _create(self, given: dict[str, Any]) -> Answer:
        record, key = given["record"], given["rkey"]
        if given["repo"] != DID or not _KEY.fullmatch(key) or given["collection"] != "app.bsky.feed.post":
            return _refused(400, "InvalidRequest", "Invalid record key")
        if any(post["id"] == key for post in self.posts):
            return _refused(500, "InternalServerError", "Internal Server Error")
        wrong = self._fault_in(record)
        if wrong:
            return _refused(400, "InvalidRequest", wrong)
        self.posts.append({"id": key, "text": record["text"], "record": record, "at": datetime.now(UTC)})
        return Answer(200, {"uri": _uri(key), "cid": _CID, "validationStatus": "valid"})

    def _fault_in(self, record: dict[str, Any]) -> str:
        octets = record["text"].encode()
        if len(octets) > 3000:
            return "Invalid app.bsky.feed.post record: Record/text must not be longer than 3000 bytes"
        for facet in record.get("facets", []):
            start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
            if not 0 <= start < end <= len(octets):
                return "Invalid app.bsky.feed.post record: facet out of range"
        images = record.get("embed", {}).get("images", [])
        sizes = [len(self.blobs.get(each["image"]["ref"]["$link"], b"")) for each in images]
        if any(size == 0 or size > _IMAGE_BYTES for size in sizes):
            return "This file is too large or could not be found"
        return ""

    def _get(self, key: str) -> Answer:
        found = next((post for post in self.posts if post["id"] == key), None)
        if found is None:
            return _refused(400, "RecordNotFound", f"Could not locate record: {_uri(key)}")
        return Answer(200, {"uri": _uri(key), "cid": _CID, "value": found["record"]})

    def _counters(self, uri: str) -> Answer:
        found = [post for post in self.posts if _uri(post["id"]) == uri]
        views = [
            {
                "uri": _uri(post["id"]),
                "cid": _CID,
                "author": _author(self.handle),
                "record": post["record"],
                "indexedAt": post["at"].isoformat().replace("+00:00", "Z"),
                "likeCount": 3,
                "repostCount": 2,
                "quoteCount": 1,
                "replyCount": 4,
            }
            for post in found
        ]
        return Answer(200, {"posts": views})


def _uri(key: str) -> str:
    return f"at://{DID}/app.bsky.feed.post/{key}"


def _author(handle: str) -> dict[str, Any]:
    return {"did": DID, "handle": handle, "displayName": "Perpustakaan Kota Batam"}


def _base64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _refused(status: int, error: str, message: str, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, {"error": error, "message": message}, headers or {})


if __name__ == "__main__":
    main(BlueskyStandIn)
