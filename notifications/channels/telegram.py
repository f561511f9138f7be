"""Publishing in a public Telegram channel by the bot library, in a loop of its own for each question.

The Bot API takes no idempotency key and lets nobody read a channel. A post whose answer was lost is therefore looked
for on the channel's public page (`telegram_page`); a channel without a public name cannot be connected.
"""

from __future__ import annotations

import asyncio
import importlib
import os
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import httpx

from notifications.channels.counting import utf16_units
from notifications.channels.limits import LIMITS, TELEGRAM, Limits
from notifications.channels.prices import Cost
from notifications.channels.protocol import Account, Metrics, NotSent, Publication, Published, Rejected, Unclear
from notifications.channels.recognising import is_same
from notifications.channels.telegram_page import Seen, read_page
from notifications.channels.troubles import Trouble, conclude, of_httpx, of_status

os.environ.setdefault("PTB_TIMEDELTA", "1")
"""The library's own switch for spans of time as such, which it will give anyway in its next major version."""
PAGES = "https://t.me"
TIMEOUT = 20.0
_PAGES = 50


class TelegramChannel:
    """One public channel, written to by one bot. Implements `notifications.channels.protocol.Channel`."""

    name = TELEGRAM
    visible_after = timedelta(minutes=2)
    """The public page is a copy that may be some seconds old."""

    def __init__(
        self,
        token: str,
        chat: str,
        *,
        api_root: str | None = None,
        page_root: str = PAGES,
        timeout: float = TIMEOUT,
    ) -> None:
        """`chat` is the channel's public name, with or without ``@``; the roots are other addresses, for stand-ins."""
        self._token, self._chat = token, chat.strip().removeprefix("https://t.me/").lstrip("@")
        self._api_root, self._page_root, self._timeout = api_root, page_root.rstrip("/"), timeout

    @cached_property
    def _errors(self) -> Any:
        return importlib.import_module("telegram.error")

    def limits(self) -> Limits:
        """Return the Bot API's limits."""
        return LIMITS[TELEGRAM]

    def cost(self, text: str) -> Cost | None:  # noqa: ARG002 - the protocol's
        """Nothing."""
        return None

    def check(self) -> Account:
        """Ask for the channel, whether the bot may post in it, and whether it has a public page."""
        chat, member = self._ask(self._standing, publishes=False)
        may_post = member.status == "creator" or bool(getattr(member, "can_post_messages", False))
        if not may_post:
            raise Rejected("no_permission", "the bot may not post in this channel")
        self._page(None)
        return Account(id=str(chat.id), name=str(chat.title or self._chat), url=f"https://t.me/{self._chat}")

    def publish(self, publication: Publication) -> Published:
        """Send a picture with the text as its caption, or a message. See the protocol for what is raised."""
        sent = self._ask(lambda bot: self._send(bot, publication), publishes=True)
        return self._published(sent.message_id)

    def reconcile(self, publication: Publication, *, since: datetime) -> Published | None:
        """Look through the channel's public page back to `since`."""
        found = self._find(lambda seen: is_same(seen.text, _without_stars(publication)), since=since)
        return None if found is None else self._published(found.number)

    def metrics(self, remote_id: str) -> Metrics | None:
        """Read views and reactions from the public page; comments and shares are not told."""
        number = int(remote_id)
        found = next((each for each in self._page(number + 1) if each.number == number), None)
        return None if found is None else Metrics(likes=found.reactions, views=found.views)

    def close(self) -> None:
        """Nothing is kept open."""

    def _published(self, number: int) -> Published:
        return Published(remote_id=str(number), url=f"https://t.me/{self._chat}/{number}")

    def _find(self, wanted: Callable[[Seen], bool], *, since: datetime) -> Seen | None:
        before: int | None = None
        for _ in range(_PAGES):
            page = self._page(before)
            for seen in reversed(page):
                if seen.at is not None and seen.at < since:
                    return None
                if wanted(seen):
                    return seen
            if not page or page[0].number <= 1:
                return None
            before = page[0].number
        raise NotSent("the channel has too many posts to look through")

    def _page(self, before: int | None) -> list[Seen]:
        """Fetch one page of the channel. A channel without one answers by a redirect, and cannot be asked."""
        address = f"{self._page_root}/s/{self._chat}"
        params = {} if before is None else {"before": str(before)}
        try:
            answer = httpx.get(address, params=params, timeout=self._timeout, headers={"Cache-Control": "no-cache"})
        except httpx.HTTPError as error:
            raise conclude(of_httpx(error), str(error), publishes=False) from error
        if answer.is_redirect or of_status(answer.status_code) is Trouble.REFUSED:
            raise Rejected("no_public_page", "the channel has no public page")
        if (trouble := of_status(answer.status_code)) is not None:
            raise conclude(trouble, f"HTTP {answer.status_code}", publishes=False)
        return read_page(answer.text)

    async def _standing(self, bot: Any) -> tuple[Any, Any]:
        me = await bot.get_me()
        chat = f"@{self._chat}"
        return await bot.get_chat(chat), await bot.get_chat_member(chat, me.id)

    async def _send(self, bot: Any, publication: Publication) -> Any:
        text, bold = _entities(publication.text)
        chat = f"@{self._chat}"
        if publication.image is None:
            return await bot.send_message(chat, text, entities=bold)
        return await bot.send_photo(chat, publication.image, caption=text, caption_entities=bold)

    def _ask(self, request: Callable[[Any], Coroutine[Any, Any, Any]], *, publishes: bool) -> Any:
        errors = self._errors
        try:
            return asyncio.run(self._within(request))
        except errors.RetryAfter as error:
            after = error.retry_after
            wait = after if isinstance(after, timedelta) else timedelta(seconds=after)
            raise conclude(Trouble.LIMITED, str(error), publishes=publishes, retry_after=wait) from error
        except (errors.Forbidden, errors.InvalidToken) as error:
            raise conclude(Trouble.DISCONNECTED, str(error), publishes=publishes) from error
        except errors.BadRequest as error:
            raise conclude(Trouble.REFUSED, str(error), publishes=publishes) from error
        except errors.NetworkError as error:  # TimedOut is one
            trouble = Trouble.UNREACHED if "ConnectError" in str(error) else Trouble.LOST
            raise conclude(trouble, str(error), publishes=publishes) from error
        except errors.TelegramError as error:
            raise Unclear(str(error)) if publishes else NotSent(str(error)) from error

    async def _within(self, request: Callable[[Any], Coroutine[Any, Any, Any]]) -> Any:
        library, lines = importlib.import_module("telegram"), importlib.import_module("telegram.request")
        seconds = self._timeout
        line = lines.HTTPXRequest(
            connect_timeout=seconds, read_timeout=seconds, write_timeout=seconds, media_write_timeout=3 * seconds
        )
        more = {"base_url": f"{self._api_root.rstrip('/')}/bot"} if self._api_root else {}
        try:
            return await request(library.Bot(self._token, request=line, **more))
        finally:
            await line.shutdown()


def _entities(body: str) -> tuple[str, list[Any]]:
    """Return the text without its stars, and what stood between them as bold: people's words are never markup."""
    pieces = body.split("*")
    if len(pieces) % 2 == 0:  # a star of somebody's own: nothing is bold
        return body, []
    entity = importlib.import_module("telegram").MessageEntity
    plain, bold = "", list[Any]()
    for number, piece in enumerate(pieces):
        if number % 2 and piece:
            bold.append(entity(entity.BOLD, utf16_units(plain), utf16_units(piece)))
        plain += piece
    return plain, bold


def _without_stars(publication: Publication) -> Publication:
    return replace(publication, text=_entities(publication.text)[0])
