"""Reading what people write to the Telegram bot, in a thread of one process at a time.

*Start* with the token of a registration is the wish to be written to in that chat; *stop*, or blocking the bot, takes
it back. Telegram keeps an update until the next question confirms it, so one that could not be kept comes again.
"""

from __future__ import annotations

import logging
import threading

from sqlalchemy.orm import Session

from events.errors import NotFound, Refused
from events.models import ACTIVE_STATES, Event, Registration
from events.storage import LocalizedText
from notifications.channels.protocol import NotSent, Rejected, Unclear
from notifications.models.text_message import TextChannel
from notifications.texting import consents
from notifications.texting.telegram import TelegramTexter, Update
from notifications.texting.whatsapp_reports import STOP_WORDS
from service import presence
from service.clock import real_now
from service.database.outages import Unavailable
from service.wiring import Runtime

log = logging.getLogger(__name__)

QUEUE = "texts"
RETRY_AFTER = 15.0
"""Seconds to leave Telegram alone that cannot be reached."""
_START = "/start"

WELCOME = LocalizedText(
    "Siap. Perubahan dan pengingat “{}” kami kirim ke sini mulai sekarang. Tulis BERHENTI bila tidak mau lagi.",
    "Done: changes and reminders of “{}” come here from now on. Write STOP when you want no more.",
)
UNKNOWN = LocalizedText(
    "Tautan ini sudah tidak berlaku. Silakan buka pendaftaran Anda dan tekan “Telegram” di sana sekali lagi.",
    "This link is not valid any more. Please open your registration and press “Telegram” there once again.",
)
STOPPED = LocalizedText(
    "Kami tidak akan mengirim pesan lagi ke sini. Pendaftaran Anda tetap berlaku.",
    "You will get no more messages here. Your registrations stay as they are.",
)
HELP = LocalizedText(
    "Agar pengingat masuk ke sini, buka pendaftaran Anda lalu tekan “Telegram”. Tulis BERHENTI bila tidak mau lagi.",
    "To get reminders here, open your registration and press “Telegram”. Write STOP to get no more messages.",
)


def receive(runtime: Runtime, update: Update) -> str | None:
    """Do what one update asks for; returns what to answer, None for nothing. Idempotent. Commits."""
    if not update.chat:
        return None
    words = update.text.strip()
    if update.blocked or words.removeprefix("/").casefold() in STOP_WORDS:
        runtime.database.write(
            lambda session: consents.withdraw_address(
                session,
                TextChannel.TELEGRAM,
                update.chat,
                now=runtime.clock.now(),
                by="telegram",
            )
        )
        return None if update.blocked else STOPPED.to(update.locale)
    command, _, token = words.partition(" ")
    if command != _START or not token:
        return HELP.to(update.locale) if words else None
    try:
        title = runtime.database.write(lambda session: _agree(runtime, session, update.chat, token.strip()))
    except Refused:
        return UNKNOWN.to(update.locale)
    return WELCOME.to(update.locale).format(title.to(update.locale))


def _agree(runtime: Runtime, session: Session, chat: str, token: str) -> LocalizedText:
    target = runtime.links.read_chat_token(token)
    registration = session.get(Registration, target.id)
    if registration is None or registration.link_version != target.version or registration.state not in ACTIVE_STATES:
        raise NotFound
    consents.give(session, registration.id, TextChannel.TELEGRAM, chat, now=runtime.clock.now(), by="telegram")
    return session.get_one(Event, registration.event_id).title


class ChatReader:
    """Reads until it is stopped."""

    def __init__(self, runtime: Runtime, bot: TelegramTexter) -> None:
        self._runtime, self._bot = runtime, bot
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chats", daemon=True)
        self._last: int | None = None

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Stop reading. A question that Telegram has not answered yet is broken off: it changes nothing."""
        self._stop.set()
        self._bot.close()
        self._thread.join(timeout=RETRY_AFTER)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                if self._is_ours():
                    self.look()
                else:
                    self._last = None
                    self._stop.wait(RETRY_AFTER)
            except (NotSent, Unavailable) as error:
                if self._stop.is_set():
                    return
                log.warning("Telegram cannot be asked: %s", error)
                self._stop.wait(RETRY_AFTER)
            except Exception:
                log.exception("reading chats failed")
                self._stop.wait(RETRY_AFTER)

    def look(self) -> int:
        """Wait once for what people write and do it; returns how many updates there were. Raises `NotSent`."""
        found = self._bot.updates(self._last)
        for update in found:
            answer = receive(self._runtime, update)
            self._last = update.id
            if answer:
                try:
                    self._bot.say(update.chat, answer)
                except (NotSent, Rejected, Unclear) as error:  # what they asked for is done all the same
                    log.warning("a chat could not be answered: %s", error)
        return len(found)

    def _is_ours(self) -> bool:
        """Tell whether this process is the one that has worked on text messages longest."""
        alive = self._runtime.database.read(lambda session: presence.alive(session, real_now=real_now()))
        readers = [process.id for process in alive if QUEUE in process.queues]
        return bool(readers) and readers[0] == self._runtime.process_id
