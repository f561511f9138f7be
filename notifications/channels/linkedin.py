"""Publishing on a LinkedIn page over its versioned HTTP interface (https://learn.microsoft.com/linkedin/marketing/).

The text is *little text*: what is reserved there is escaped, or the post would be cut off at it without a word.
LinkedIn's own library was given up in 2023.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final, cast
from urllib.parse import quote

import httpx

from notifications.channels.counting import little_text, plain_text
from notifications.channels.limits import LIMITS, LINKEDIN, Limits
from notifications.channels.prices import Cost
from notifications.channels.protocol import Account, Disconnected, Metrics, NotSent, Publication, Published, Rejected
from notifications.channels.recognising import is_same
from notifications.channels.troubles import Trouble, conclude, of_httpx, of_status, wait_for

ROOT: Final = "https://api.linkedin.com"
VERSION: Final = "202605"
"""A version is served for about a year; then it has to be a later one."""
_PAGE, _PAGES = 50, 20
_LOOK_BACK: Final = timedelta(days=1)


class LinkedInChannel:
    """One page (organisation). Implements `notifications.channels.protocol.Channel`; safe to use from one thread."""

    name = LINKEDIN
    visible_after = timedelta(minutes=1)

    def __init__(self, author: str, token: str, *, root: str = ROOT, timeout: float = 20.0) -> None:
        """`author` is a URN such as ``urn:li:organization:123``; `token` has w_ and r_organization_social."""
        self._author, self._token = author, token
        self._root, self._timeout = root.rstrip("/"), timeout

    @cached_property
    def _line(self) -> httpx.Client:
        headers = {
            "Authorization": f"Bearer {self._token}",
            "LinkedIn-Version": VERSION,
            "X-Restli-Protocol-Version": "2.0.0",
        }
        return httpx.Client(timeout=self._timeout, headers=headers)

    def limits(self) -> Limits:
        """Return LinkedIn's limits."""
        return LIMITS[LINKEDIN]

    def cost(self, text: str) -> Cost | None:  # noqa: ARG002 - the protocol's
        """Nothing."""
        return None

    def check(self) -> Account:
        """Ask for the page."""
        number = self._author.rpartition(":")[2]
        page = self._ask("GET", f"/rest/organizations/{number}").json()
        return Account(
            id=self._author, name=page["localizedName"], url=f"https://www.linkedin.com/company/{page['vanityName']}/"
        )

    def publish(self, publication: Publication) -> Published:
        """Upload the picture, then post. What LinkedIn calls a duplicate is looked for first."""
        post: dict[str, Any] = {
            "author": self._author,
            "commentary": little_text(publication.text),
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        }
        if publication.image is not None:
            media = {"id": self._upload(publication.image), "altText": publication.alt_text}
            post["content"] = {"media": media}
        try:
            answer = self._ask("POST", "/rest/posts", json=post, publishes=True)
        except Rejected as refused:
            found = None
            if refused.reason == "duplicate":
                found = self.reconcile(publication, since=datetime.now(UTC) - _LOOK_BACK)
            if found is None:
                raise
            return found
        return _published(answer.headers.get("x-restli-id", ""))

    def reconcile(self, publication: Publication, *, since: datetime) -> Published | None:
        """Look through the page's posts, newest first, back to then."""
        for number in range(_PAGES):
            params = {
                "q": "author",
                "author": self._author,
                "count": _PAGE,
                "start": number * _PAGE,
                "sortBy": "CREATED",
            }
            found = self._ask("GET", "/rest/posts", params=params).json()["elements"]
            for post in found:
                if post["createdAt"] < since.timestamp() * 1000:
                    return None
                if is_same(plain_text(post.get("commentary", "")), publication):
                    return _published(post["id"])
            if len(found) < _PAGE:
                return None
        raise NotSent("there are too many posts to look through")

    def metrics(self, remote_id: str) -> Metrics | None:
        """Read the statistics of one post of the page."""
        kind = "shares" if ":share:" in remote_id else "ugcPosts"
        listed = f"List({quote(remote_id, safe='')})"
        query = f"q=organizationalEntity&organizationalEntity={quote(self._author, safe='')}&{kind}={listed}"
        try:
            found = self._ask("GET", f"/rest/organizationalEntityShareStatistics?{query}").json()["elements"]
        except Disconnected:
            raise
        except Rejected:
            return None
        if not found:
            return None
        told = found[0]["totalShareStatistics"]
        return Metrics(
            told.get("likeCount"), told.get("commentCount"), told.get("shareCount"), told.get("impressionCount")
        )

    def close(self) -> None:
        """Hang up."""
        line = self.__dict__.pop("_line", None)
        if line is not None:
            line.close()

    def _upload(self, image: bytes) -> str:
        begin = {"initializeUploadRequest": {"owner": self._author}}
        told = self._ask("POST", "/rest/images?action=initializeUpload", json=begin).json()["value"]
        self._ask("PUT", told["uploadUrl"], content=image)
        return str(told["image"])

    def _ask(self, method: str, path: str, *, publishes: bool = False, **more: Any) -> httpx.Response:
        address = path if path.startswith("http") else f"{self._root}{path}"
        try:
            answer = self._line.request(method, address, **more)
        except httpx.HTTPError as error:
            raise conclude(of_httpx(error), type(error).__name__, publishes=publishes) from None
        trouble = of_status(answer.status_code)
        if trouble is None:
            return answer
        told = _told(answer)
        if answer.status_code == 403:
            trouble = Trouble.DISCONNECTED
        wait = wait_for(answer.headers.get("Retry-After"))
        message = str(told.get("message") or f"HTTP {answer.status_code}")[:300]
        reason = "duplicate" if "duplicate" in message.lower() else "refused"
        raise conclude(trouble, message, publishes=publishes, retry_after=wait, reason=reason)


def _told(answer: httpx.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return cast("dict[str, Any]", body) if isinstance(body, dict) else {}


def _published(urn: str) -> Published:
    return Published(remote_id=urn, url=f"https://www.linkedin.com/feed/update/{urn}/")
