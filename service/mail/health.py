"""The health of mail in one piece: the flow, who reads the queue, the mailbox of answers; and what to do, in order.

Pages, the API and the doctor tell the same.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from events.errors import N_
from events.ownership import Owners
from events.storage import ReadSession
from notifications.inbox import listing
from notifications.mailing.mail_health import MailFlow, measure_flow
from notifications.transport.quotas import Rank
from notifications.transport.relays import FOLDER
from service import presence
from service.mail.words import reason_words
from service.wiring import Runtime

QUEUE = "emails"
UNREAD_AFTER = timedelta(minutes=10)
"""A mailbox that nobody has looked into for so long is not read."""
BEHIND_AFTER = timedelta(minutes=5)
"""A mail that has been due for so long, while somebody reads and nothing stands in its way, is not what should be."""


class Trouble(enum.StrEnum):
    """How bad it is."""

    BAD = "bad"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing that is not as it should be: gettext ids with their values, and the next step.

    Moments among the values are told in the asker's time zone.
    """

    code: str
    trouble: Trouble
    found: str
    step: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class MailHealth:
    """Everything that the health page shows."""

    flow: MailFlow
    readers: int
    last_read: datetime | None
    advice: tuple[Advice, ...]

    @property
    def well(self) -> bool:
        """Whether nothing bad was found."""
        return all(each.trouble is not Trouble.BAD for each in self.advice)


def examine(session: ReadSession, runtime: Runtime, *, owners: Owners, now: datetime, real_now: datetime) -> MailHealth:
    """Look at everything once."""
    flow = measure_flow(session, runtime.relay, owners=owners, now=now, real_now=real_now)
    readers = sum(QUEUE in each.queues for each in presence.alive(session, real_now=real_now))
    last_read = presence.last_read(session, QUEUE)
    how = "acara serve" if runtime.settings.works_in_process else "acara work --queues emails"
    advice = (
        *_about_readers(readers, last_read, how),
        *_about_relay(flow),
        *_about_backlog(flow, readers, now=now),
        *_about_day(flow),
        *_about_holds(flow),
        *_about_mailbox(session, runtime, real_now=real_now),
    )
    return MailHealth(flow, readers, last_read, advice)


def _about_readers(readers: int, last_read: datetime | None, how: str) -> Iterator[Advice]:
    if readers:
        return
    step = N_("Start it: %(command)s")
    if last_read is None:
        found = N_("No worker has ever read the queue of e-mails; nothing goes out.")
        yield Advice("nobody_reads", Trouble.BAD, found, step, {"command": how})
    else:
        found = N_("No worker has read the queue of e-mails since %(since)s; nothing goes out.")
        yield Advice("nobody_reads", Trouble.BAD, found, step, {"since": last_read, "command": how})


def _about_relay(flow: MailFlow) -> Iterator[Advice]:
    if flow.relay == FOLDER:
        found = N_("No mail relay is set up: e-mails become files, and nobody outside receives them.")
        yield Advice("no_relay", Trouble.NOTE, found, N_("The technician sets ACARA_SMTP_URL."))
    state = flow.state
    if state is not None and state.paused_until is not None:
        found, step = reason_words(state.reason or "")
        values = {"since": state.since, "next": state.paused_until}
        yield Advice(f"relay_{state.reason}", Trouble.BAD, found, step, values)


def _about_backlog(flow: MailFlow, readers: int, *, now: datetime) -> Iterator[Advice]:
    paused = flow.state is not None and flow.state.paused_until is not None
    if readers and not paused and flow.oldest is not None and now - flow.oldest > BEHIND_AFTER:
        found = N_("E-mails have been due since %(since)s, although a worker reads the queue.")
        step = N_("A few thousand take some minutes. If the number does not fall, the technician looks into the log.")
        yield Advice("behind", Trouble.NOTE, found, step, {"since": flow.oldest})


def _about_day(flow: MailFlow) -> Iterator[Advice]:
    if flow.used is not None and not flow.used.left(Rank.URGENT):
        found = N_("The relay's e-mails of today are used up (%(taken)s of %(limit)s); even confirmations wait.")
        step = N_("Ask your provider for a larger plan, or use another relay, before the next large event.")
        values = {"taken": flow.used.taken, "limit": flow.used.quota.limit}
        yield Advice("quota", Trouble.BAD, found, step, values)


def _about_holds(flow: MailFlow) -> Iterator[Advice]:
    if flow.holds:
        found = N_("E-mails are held back, since %(since)s.")
        step = N_("Release them when they may go out.")
        yield Advice("held", Trouble.NOTE, found, step, {"since": flow.holds[0].held_at})


def _about_mailbox(session: ReadSession, runtime: Runtime, *, real_now: datetime) -> Iterator[Advice]:
    """Tell of a mailbox of answers that is not read; one that is not set up is no trouble of mail going out."""
    if runtime.settings.inbox_url is None:
        return
    reading = listing.mailbox_reading(session)
    if reading is None or reading.looked_at is None:
        return
    step = N_("The technician checks ACARA_INBOX_URL, and whether there is room in the mailbox.")
    if reading.failing_since is not None:
        found = N_("The mailbox for answers and returned e-mails cannot be read since %(since)s.")
        yield Advice("mailbox", Trouble.BAD, found, step, {"since": reading.failing_since})
    elif real_now - reading.looked_at > UNREAD_AFTER:
        found = N_("The mailbox for answers and returned e-mails has not been looked into since %(since)s.")
        yield Advice("mailbox", Trouble.NOTE, found, step, {"since": reading.looked_at})
