"""Threads for one profile: containers with their states, posts, insights (https://developers.facebook.com/docs/threads)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from service.demo.standins.meta import GraphStandIn, fetch, refused, stamp
from service.demo.standins.network import Answer, Asked, main

_INSIGHTS = {"likes": 3, "replies": 4, "reposts": 1, "quotes": 1, "views": 120}


class ThreadsStandIn(GraphStandIn):
    """One profile."""

    owner = "25500000000000001"

    def __init__(self, *, token: str = "THAA-token", port: int = 0) -> None:  # noqa: S107 - a stand-in's
        super().__init__(token=token, port=port)
        self.containers: dict[str, dict[str, Any]] = {}

    def answer(self, asked: Asked, path: list[str]) -> Answer:
        """Answer for the profile, its containers and its posts."""
        match (asked.method, path):
            case ("GET", [self.owner]):
                return Answer(200, {"id": self.owner, "username": "perpusbatam", "name": "Perpustakaan Kota Batam"})
            case ("POST", [self.owner, "threads"]):
                return self._make(asked.form)
            case ("POST", [self.owner, "threads_publish"]):
                return self.accept(lambda: self._publish(asked.form))
            case ("GET", [self.owner, "threads"]):
                since = float(asked.form.get("since") or 0)
                return self.page(asked, [post for post in self.posts if post["at"].timestamp() >= since], _post)
            case ("GET", [key]) if key in self.containers:
                return self._state(key)
            case ("GET", [key, "insights"]) if self.find(key):
                wanted = asked.form["metric"].split(",")
                return Answer(200, {"data": [{"name": n, "values": [{"value": _INSIGHTS[n]}]} for n in wanted]})
            case ("GET", [key]) if post := self.find(key):
                return Answer(200, _post(post))
            case _:
                return refused(400, 100, "(#100) Unsupported get request. Object does not exist")

    def _make(self, form: dict[str, str]) -> Answer:
        if len(form.get("text", "")) > 500:
            return refused(400, 100, "Param text must be at most 500 characters long.")
        key = f"{18_000 + len(self.containers)}"
        self.containers[key] = {**form, "state": "IN_PROGRESS", "why": ""}
        return Answer(200, {"id": key})

    def _state(self, key: str) -> Answer:
        container = self.containers[key]
        answer = {"id": key, "status": container["state"], "error_message": container["why"]}
        if container["state"] == "IN_PROGRESS":
            picture = fetch(container["image_url"]) if container["media_type"] == "IMAGE" else b"\xff\xd8\xff"
            good = picture.startswith((b"\xff\xd8\xff", b"\x89PNG"))
            container["state"], container["why"] = ("FINISHED", "") if good else ("ERROR", "FAILED_DOWNLOADING_IMAGE")
        return Answer(200, answer)

    def _publish(self, form: dict[str, str]) -> Answer:
        container = self.containers.get(form["creation_id"], {})
        if container.get("state") != "FINISHED":
            return refused(400, 24, "The requested resource does not exist")
        container["state"] = "PUBLISHED"
        key = f"{17_900 + len(self.posts)}"
        self.posts.append({"id": key, "text": container["text"], "at": datetime.now(UTC), "of": container})
        return Answer(200, {"id": key})


def _post(post: dict[str, Any]) -> dict[str, Any]:
    address = f"https://www.threads.com/@perpusbatam/post/{post['id']}"
    return {"id": post["id"], "text": post["text"], "permalink": address, "timestamp": stamp(post["at"])}


if __name__ == "__main__":
    main(ThreadsStandIn)
