"""Publishing on Threads over its HTTP interface, for which Meta has no library: container, wait, publish.

https://developers.facebook.com/docs/threads/posts. Errors are those of the Graph API.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final, cast

import httpx

from notifications.channels.containers import await_finished
from notifications.channels.graph import failure
from notifications.channels.limits import LIMITS, THREADS, Limits
from notifications.channels.prices import Cost
from notifications.channels.protocol import Account, Disconnected, Metrics, NotSent, Publication, Published, Rejected
from notifications.channels.recognising import is_same
from notifications.channels.troubles import conclude, of_httpx

ROOT: Final = "https://graph.threads.net"
_VERSION: Final = "v1.0"
_PAGES: Final = 20
_COUNTED: Final = ("likes", "replies", "reposts", "quotes", "views")


class ThreadsChannel:
    """One profile. Implements `notifications.channels.protocol.Channel`; safe to use from one thread."""

    name = THREADS
    visible_after = timedelta(minutes=1)

    def __init__(
        self,
        user_id: str,
        token: str,
        *,
        root: str = ROOT,
        timeout: float = 20.0,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """`token` has threads_basic, threads_content_publish and threads_manage_insights."""
        self._user, self._token, self._pause = user_id, token, pause
        self._root, self._timeout = f"{root.rstrip('/')}/{_VERSION}", timeout

    @cached_property
    def _line(self) -> httpx.Client:
        return httpx.Client(timeout=self._timeout, headers={"Authorization": f"Bearer {self._token}"})

    def limits(self) -> Limits:
        """Return the limits of Threads."""
        return LIMITS[THREADS]

    def cost(self, text: str) -> Cost | None:  # noqa: ARG002 - the protocol's
        """Nothing."""
        return None

    def check(self) -> Account:
        """Ask for the profile."""
        me = self._ask("GET", self._user, params={"fields": "id,username,name"})
        return Account(id=str(me["id"]), name=f"@{me['username']}", url=f"https://www.threads.com/@{me['username']}")

    def publish(self, publication: Publication) -> Published:
        """Make a container, wait until it is taken in, publish it."""
        params = {"text": publication.text, "media_type": "TEXT"}
        if publication.image_url:
            params |= {"media_type": "IMAGE", "image_url": publication.image_url, "alt_text": publication.alt_text}
        container = str(self._ask("POST", self._user, "threads", params=params)["id"])
        await_finished(self._ask, container, "status", pause=self._pause)
        made = {"creation_id": container}
        post = str(self._ask("POST", self._user, "threads_publish", params=made, publishes=True)["id"])
        return Published(remote_id=post, url=self._address(post))

    def reconcile(self, publication: Publication, *, since: datetime) -> Published | None:
        """Look through the profile's posts since then."""
        params: dict[str, Any] = {"fields": "id,text,permalink,timestamp", "limit": 50, "since": int(since.timestamp())}
        for _ in range(_PAGES):
            page = self._ask("GET", self._user, "threads", params=params)
            for post in page.get("data", []):
                if is_same(post.get("text", ""), publication):
                    return Published(remote_id=post["id"], url=post.get("permalink", ""))
            paging = page.get("paging", {})
            if "next" not in paging:
                return None
            params["after"] = paging["cursors"]["after"]
        raise NotSent("there are too many posts to look through")

    def metrics(self, remote_id: str) -> Metrics | None:
        """Read the insights; quotes count as shares."""
        try:
            answer = self._ask("GET", remote_id, "insights", params={"metric": ",".join(_COUNTED)})
        except Disconnected:
            raise
        except Rejected:
            return None
        told = {each["name"]: each["values"][0]["value"] for each in answer.get("data", [])}
        shares = told.get("reposts", 0) + told.get("quotes", 0)
        return Metrics(told.get("likes"), told.get("replies"), shares, told.get("views"))

    def close(self) -> None:
        """Hang up."""
        line = self.__dict__.pop("_line", None)
        if line is not None:
            line.close()

    def _address(self, post: str) -> str:
        """Ask where the post can be seen. It is out: that this fails must never look as if it were not."""
        try:
            return str(self._ask("GET", post, params={"fields": "permalink"}).get("permalink", ""))
        except (NotSent, Rejected):
            return ""

    def _ask(
        self, method: str, *path: str, params: dict[str, Any] | None = None, publishes: bool = False
    ) -> dict[str, Any]:
        address = "/".join((self._root, *path))
        asking = method == "GET"
        try:
            answer = self._line.request(
                method, address, params=params if asking else None, data=None if asking else params
            )
        except httpx.HTTPError as error:
            raise conclude(of_httpx(error), type(error).__name__, publishes=publishes) from None
        try:
            body = answer.json()
        except ValueError:
            body = None
        if answer.status_code >= 400 or not isinstance(body, dict) or "error" in body:
            raise failure(answer.status_code, body, answer.headers, publishes=publishes)
        return cast("dict[str, Any]", body)
