"""Telegram messages by its bot library, which is asynchronous: its loop runs in a thread of its own.

People begin: who opens ``https://t.me/<bot>?start=<token>`` and presses *Start* sends the bot the token of their
registration (https://core.telegram.org/bots/features#deep-linking). What they write is fetched by long polling, so
that no public address is needed; it is kept by Telegram until it is confirmed by asking for what follows.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from notifications.channels.protocol import NotSent, Rejected, Unclear
from notifications.texting import wording
from notifications.texting.protocol import Text
from notifications.texting.wording import BUTTON

os.environ.setdefault("PTB_TIMEDELTA", "1")
"""The library's own switch for spans of time as such, which it will give anyway in its next major version."""

TIMEOUT = 20.0
POLL_SECONDS = 25


@dataclass(frozen=True, slots=True)
class Update:
    """What somebody did in the chat with the bot."""

    id: int
    chat: str
    text: str
    locale: str
    blocked: bool = False
    """The person has blocked the bot or deleted the chat."""


class TelegramTexter:
    """One bot. Implements `notifications.texting.protocol.Texter`; safe to use from several threads."""

    def __init__(self, token: str, *, api_root: str | None = None) -> None:
        """`api_root` is another address of the API, for stand-ins."""
        self._token, self._api_root = token, api_root
        self._starting = threading.Lock()
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @cached_property
    def _errors(self) -> Any:
        return importlib.import_module("telegram.error")

    @cached_property
    def _lines(self) -> tuple[Any, Any]:
        """The connections: for what is sent, and for the long question what is new."""
        request = importlib.import_module("telegram.request")
        timeouts = {"connect_timeout": TIMEOUT, "read_timeout": TIMEOUT, "write_timeout": TIMEOUT}
        return request.HTTPXRequest(**timeouts), request.HTTPXRequest(
            **{**timeouts, "read_timeout": POLL_SECONDS + TIMEOUT}
        )

    @cached_property
    def _bot(self) -> Any:
        library, (sending, asking) = importlib.import_module("telegram"), self._lines
        more = {"base_url": f"{self._api_root.rstrip('/')}/bot"} if self._api_root else {}
        return library.Bot(self._token, request=sending, get_updates_request=asking, **more)

    def send(self, text: Text) -> str:
        """Send one message with a button to the person's page; returns ``chat/message``."""
        library = importlib.import_module("telegram")
        button = library.InlineKeyboardButton(BUTTON[wording.language(text.locale)], url=text.link)
        body = wording.fill(text.kind, text.locale, text.values)
        return self._post(text.address, body, library.InlineKeyboardMarkup([[button]]))

    def say(self, chat: str, body: str) -> str:
        """Answer somebody in their chat."""
        return self._post(chat, body, None)

    def _post(self, chat: str, body: str, markup: Any) -> str:
        plain, bold = _entities(body)
        sent = self._ask(
            lambda: self._bot.send_message(chat_id=int(chat), text=plain, entities=bold, reply_markup=markup)
        )
        return f"{chat}/{sent.message_id}"

    def name(self) -> str:
        """Return the bot's user name, without the ``@``."""
        return str(self._ask(self._bot.get_me).username)

    def updates(self, after: int | None) -> Sequence[Update]:
        """Wait for what people write, up to `POLL_SECONDS`; asking for what follows `after` confirms it.

        Raises `NotSent` while Telegram cannot be asked.
        """
        offset = None if after is None else after + 1
        kinds = ["message", "my_chat_member"]
        try:
            found = self._ask(lambda: self._bot.get_updates(offset=offset, timeout=POLL_SECONDS, allowed_updates=kinds))
        except (Unclear, Rejected) as error:
            raise NotSent(str(error)) from error
        return [_update(each) for each in found]

    def close(self) -> None:
        """Break off what is under way, and end the loop, if one runs; what is asked from now on is `NotSent`."""
        with self._starting:
            self._closed = True
            loop, self._loop = self._loop, None
        if loop is not None:
            asyncio.run_coroutine_threadsafe(self._end(), loop).result(TIMEOUT)
            loop.call_soon_threadsafe(loop.stop)
        if self._thread is not None:
            self._thread.join(TIMEOUT)

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        # Not by the bot: it closes nothing while its first question (who am I?) has had no answer.
        await asyncio.gather(*(line.shutdown() for line in self._lines))

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._closed:
                raise NotSent("closed")
            if self._loop is None:
                self._loop = loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=_run, args=(loop,), name="telegram", daemon=True)
                self._thread.start()
            return self._loop

    def _ask(self, request: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        errors = self._errors
        try:
            return self._wait(request)
        except CancelledError as error:
            raise Unclear("broken off") from error
        except errors.RetryAfter as error:
            after = error.retry_after
            raise NotSent("rate limit", retry_after=after if isinstance(after, timedelta) else timedelta(0)) from error
        except errors.Forbidden as error:
            raise Rejected("blocked", str(error)) from error
        except errors.InvalidToken as error:
            raise NotSent("not_authorised", retry_after=timedelta(hours=1)) from error
        except errors.BadRequest as error:
            raise Rejected("refused", str(error)) from error
        except errors.TimedOut as error:
            raise Unclear(f"TimedOut: {error}") from error
        except errors.NetworkError as error:
            if "ConnectError" in str(error):
                raise NotSent("unreachable") from error
            raise Unclear(f"NetworkError: {error}") from error
        except errors.TelegramError as error:
            raise NotSent(str(error)) from error

    def _wait(self, request: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        loop = self._running()
        return asyncio.run_coroutine_threadsafe(self._begin(request), loop).result(POLL_SECONDS + 3 * TIMEOUT)

    async def _begin(self, request: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        try:
            await self._bot.initialize()  # asks once who the bot is
        except self._errors.NetworkError as error:
            raise NotSent("unreachable") from error
        return await request()


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.run_until_complete(asyncio.sleep(0))  # connections that were closed let go of their sockets
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def _entities(body: str) -> tuple[str, list[Any]]:
    """Return the body without its stars, and what stood between them as bold: people's words are never markup."""
    library = importlib.import_module("telegram")
    pieces = body.split("*")
    if len(pieces) % 2 == 0:  # a star of somebody's own: nothing is bold
        return body, []
    plain, bold = "", list[Any]()
    for number, piece in enumerate(pieces):
        if number % 2 and piece:
            offset, length = _units(plain), _units(piece)
            bold.append(library.MessageEntity(library.MessageEntity.BOLD, offset, length))
        plain += piece
    return plain, bold


def _units(text: str) -> int:
    """Return the length in UTF-16 code units, in which Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def _update(update: Any) -> Update:
    member = update.my_chat_member
    if member is not None:
        gone = str(member.new_chat_member.status) in ("kicked", "left")
        return Update(update.update_id, str(member.chat.id), "", _locale(member.from_user), blocked=gone)
    message = update.message
    if message is None or message.chat.type != "private":
        return Update(update.update_id, "", "", "id")
    return Update(update.update_id, str(message.chat.id), message.text or "", _locale(message.from_user))


def _locale(user: Any) -> str:
    return "en" if user is not None and (user.language_code or "id").startswith("en") else "id"
