"""A public Telegram channel: what of the Bot API posting needs, and the channel's page at ``/s/<name>``.

Shapes: https://core.telegram.org/bots/api; the page is marked up as ``https://t.me/s/…`` is.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import Any

from service.demo.standins.network import Answer, Asked, NetworkStandIn, main

BOT = {"id": 4242, "is_bot": True, "first_name": "Perpustakaan", "username": "perpus_bot"}
_PAGE = 20
_URL = re.compile(r"https?://\S+")


class TelegramChannelStandIn(NetworkStandIn):
    """One public channel and the bot that may post in it."""

    chat = "perpusbatam"

    def __init__(self, *, token: str = "4242:standin", port: int = 0) -> None:  # noqa: S107 - a stand-in's
        super().__init__(token=token, port=port)
        self.public, self.may_post = True, True

    def route(self, asked: Asked) -> Answer:
        """Answer a method of the bot, or show the channel's page."""
        if asked.path.startswith("/s/"):
            return self._page(asked)
        method = asked.path.rpartition("/")[2]
        if asked.path != f"/bot{self.token}/{method}" or self.expired:
            return self.refuse("expired")
        match method:
            case "getMe":
                return _ok({**BOT, "can_join_groups": True})
            case "getChat":
                return self._chat_of(asked.form["chat_id"])
            case "getChatMember":
                rights = {"status": "administrator", "user": BOT, "can_post_messages": self.may_post, **_RIGHTS}
                return _ok(rights)
            case "sendMessage" | "sendPhoto":
                return self.accept(lambda: self._send(asked))
            case _:
                return _refused(404, "Not Found")

    def refuse(self, fault: str) -> Answer:
        """Answer as the Bot API words it."""
        match fault:
            case "429":
                more = {"parameters": {"retry_after": self.retry_after}}
                return _refused(429, f"Too Many Requests: retry after {self.retry_after}", **more)
            case "expired":
                return _refused(401, "Unauthorized")
            case "400":
                return _refused(400, "Bad Request: can't parse entities")
            case _:
                return _refused(int(fault), "Internal Server Error")

    def _chat_of(self, name: str) -> Answer:
        if name != f"@{self.chat}":
            return _refused(400, "Bad Request: chat not found")
        return _ok({**self._shape(), "accent_color_id": 1, "max_reaction_count": 11, "accepted_gift_types": _GIFTS})

    def _shape(self) -> dict[str, Any]:
        return {"id": -1001, "type": "channel", "title": "Perpustakaan Kota Batam", "username": self.chat}

    def _send(self, asked: Asked) -> Answer:
        form = asked.form
        text = form.get("text") or form.get("caption") or ""
        photo = asked.files.get("photo", b"") if asked.path.endswith("sendPhoto") else b""
        if form["chat_id"] != f"@{self.chat}":
            return _refused(400, "Bad Request: chat not found")
        if not self.may_post:
            return _refused(403, "Forbidden: bot is not a member of the channel chat")
        if len(text.encode("utf-16-le")) // 2 > (1024 if photo else 4096):
            return _refused(400, "Bad Request: message caption is too long")
        if asked.path.endswith("sendPhoto") and not photo.startswith((b"\xff\xd8\xff", b"\x89PNG")):
            return _refused(400, "Bad Request: IMAGE_PROCESS_FAILED")
        now = datetime.now(UTC)
        number = len(self.posts) + 1
        self.posts.append({"id": str(number), "text": text, "photo": photo, "at": now, "views": 1200, "reactions": 3})
        message = {"message_id": number, "date": int(now.timestamp()), "chat": self._shape()}
        return _ok(message | ({"caption": text} if photo else {"text": text}))

    def _page(self, asked: Asked) -> Answer:
        if not self.public or asked.path != f"/s/{self.chat}":
            return Answer(302, b"", {"Location": f"https://t.me/{self.chat}"}, "text/html")
        before = int(asked.query.get("before", 1 << 60))
        shown = [each for each in self.posts if int(each["id"]) < before][-_PAGE:]
        body = "".join(self._message(each) for each in shown)
        return Answer(200, f"<!DOCTYPE html><html><body>{body}</body></html>".encode(), kind="text/html; charset=utf-8")

    def _message(self, post: dict[str, Any]) -> str:
        escaped = html.escape(post["text"]).replace("\n", "<br/>")
        text = _URL.sub(lambda match: f'<a href="{match.group()}" rel="noopener">{match.group()}</a>', escaped)
        address = f"https://t.me/{self.chat}/{post['id']}"
        return (
            '<div class="tgme_widget_message_wrap js-widget_message_wrap">'
            f'<div class="tgme_widget_message js-widget_message" data-post="{self.chat}/{post["id"]}">'
            '<div class="tgme_widget_message_author"><span dir="auto">Perpustakaan Kota Batam</span></div>'
            f'<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>'
            '<div class="tgme_widget_message_reactions"><span class="tgme_reaction"><i class="emoji">'
            f"<b>👍</b></i>{post['reactions']}</span></div>"
            f'<div class="tgme_widget_message_footer"><span class="tgme_widget_message_views">'
            f"{post['views'] / 1000:.1f}K</span>"
            f'<a class="tgme_widget_message_date" href="{address}"><time datetime="{post["at"].isoformat()}">'
            "09:00</time></a></div></div></div>"
        )


_RIGHTS = {
    f"can_{right}": False
    for right in (
        "be_edited",
        "manage_chat",
        "delete_messages",
        "manage_video_chats",
        "restrict_members",
        "promote_members",
        "change_info",
        "invite_users",
        "post_stories",
        "edit_stories",
        "delete_stories",
    )
} | {"is_anonymous": False}
_GIFTS = {f"{kind}_gifts": False for kind in ("unlimited", "limited", "unique")} | {
    "premium_subscription": False,
    "gifts_from_channels": False,
}


def _ok(result: Any) -> Answer:
    return Answer(200, {"ok": True, "result": result})


def _refused(status: int, description: str, **more: Any) -> Answer:
    return Answer(status, {"ok": False, "error_code": status, "description": description, **more})


if __name__ == "__main__":
    main(TelegramChannelStandIn)
