"""Reading the mailbox that answers come to, in a thread of one process at a time.

A message is put away after it has been recorded, so that a process that dies in between reads it again, and records it
once (`notifications.inbox.receiving`). Who reads is the process that has worked longest; two at once do no harm.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from datetime import datetime, timedelta
from typing import Any

from events.storage import Session
from notifications.inbox.matching import Inbox
from notifications.inbox.receiving import open_mail, take_in, unreadable
from notifications.models.inbound import MailboxReading
from service import presence
from service.clock import real_now
from service.concealing import concealer
from service.database.outages import Unavailable
from service.mail.mailbox import Failed, Mailbox, OpenMailbox
from service.wiring import Runtime

log = logging.getLogger(__name__)

LOOK_EVERY = 20
"""Seconds after which a reader looks again even if the server says nothing, and whether it is still the one to read."""
POLL_EVERY = 15.0
"""Seconds between looks where the server does not know IDLE."""
RETRY_AFTER = (5.0, 15.0, 60.0, 300.0)
"""Seconds to leave a server alone that cannot be reached or does not let us in."""
QUEUE = "emails"
SAY_EVERY = timedelta(minutes=1)


def receive(runtime: Runtime, raw: bytes) -> bool:
    """Take in one message as it came; returns whether it was new. Raises `Unavailable`, and then nothing is kept.

    One that makes the reader stumble must not lie in the way of the others for ever: it waits for a person.
    """
    inbox = Inbox(runtime.mail_tags, runtime.settings.trusted_mail_server)
    record = runtime.database.write
    now = runtime.clock.now()
    try:
        mail = open_mail(raw)
        return record(lambda session: take_in(session, mail, inbox, now=now)) is not None
    except Unavailable:
        raise
    except Exception:
        log.exception("a message could not be taken in; it waits for a person")
        unread = unreadable(raw, "error")
        return record(lambda session: take_in(session, unread, inbox, now=now)) is not None


class ReadingLog:
    """Says in the database how reading goes: at once when that changes, else at most once a minute."""

    def __init__(self, runtime: Runtime, mailbox: str) -> None:
        self._runtime = runtime
        self._mailbox = mailbox
        self._said_at: datetime | None = None
        self._error: str | None = None

    def looked(self, *, taken: bool = False) -> None:
        """Note that the mailbox was looked into, and whether there was something in it."""
        now = real_now()
        if taken or self._error is not None or self._said_at is None or now - self._said_at >= SAY_EVERY:
            self._error, self._said_at = None, now
            more = {"taken_at": now} if taken else {}
            self._write(now=now, looked_at=now, failing_since=None, error="", **more)

    def failed(self, error: str) -> None:
        """Note that it could not be looked into; since when is what the first failure said."""
        if self._error != error:
            self._error = error
            self._write(now=real_now(), error=error[:300])

    def _write(self, *, now: datetime, **values: Any) -> None:
        def write(session: Session) -> None:
            row = session.get(MailboxReading, self._mailbox)
            if row is None:
                row = MailboxReading(mailbox=self._mailbox, process_id=self._runtime.process_id)
                session.add(row)
            row.process_id = self._runtime.process_id
            for name, value in values.items():
                setattr(row, name, value)
            if "failing_since" not in values:
                row.failing_since = row.failing_since or now

        self._runtime.database.write(write)


class InboxReader:
    """Reads a mailbox until it is stopped."""

    def __init__(self, runtime: Runtime, mailbox: Mailbox) -> None:
        self._runtime = runtime
        self._mailbox = mailbox
        self._said = ReadingLog(runtime, str(mailbox)[:200])
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="inbox", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Stop reading; what is under way is finished."""
        self._stop.set()
        self._thread.join(timeout=LOOK_EVERY)

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                if not self._is_ours():
                    self._stop.wait(LOOK_EVERY)
                    continue
                with self._mailbox.open() as box:
                    failures = 0
                    self._read(box)
            except Unavailable:
                self._stop.wait(RETRY_AFTER[0])
            except Failed as error:
                pause = RETRY_AFTER[min(failures, len(RETRY_AFTER) - 1)]
                failures += 1
                self._complain(str(error))
                log.warning("the mailbox of %s cannot be read: %s; again in %d s", self._mailbox, error, pause)
                self._stop.wait(pause)
            except Exception:
                log.exception("reading the mailbox failed")
                self._stop.wait(RETRY_AFTER[-1])

    def _read(self, box: OpenMailbox) -> None:
        while not self._stop.is_set() and self._is_ours():
            for uid in box.waiting():
                raw = box.read(uid)
                if raw is not None:
                    receive(self._runtime, raw)
                    self._said.looked(taken=True)
                    box.put_away(uid)
                if self._stop.is_set():
                    return
            self._said.looked()
            if box.can_wait:
                box.wait(LOOK_EVERY, self._stop)
            else:
                self._stop.wait(POLL_EVERY)

    def _complain(self, error: str) -> None:
        with contextlib.suppress(Unavailable):
            self._said.failed(concealer(self._runtime.settings)(error))

    def _is_ours(self) -> bool:
        """Tell whether this process is the one that has worked on e-mails longest."""
        alive = self._runtime.database.read(lambda session: presence.alive(session, real_now=real_now()))
        readers = [process.id for process in alive if QUEUE in process.queues]
        return bool(readers) and readers[0] == self._runtime.process_id
