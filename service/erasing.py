"""Erasing a person on request, whole: the core's rows, mails and texts, certificates, and the files of all of them.

Files go first, then one transaction with everything else. Whoever presses again after a failure in between finishes it.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import anyio.to_thread

import certificates.erasure
import notifications.erasure
from events.ownership import Owners
from events.privacy import erasure
from events.privacy.erasure import Erased, Held, Person
from events.storage import ReadSession, Session
from notifications.models.news import NewsSubscription
from notifications.suppression.suppressing import normalised
from service.wiring import Runtime


@dataclass(frozen=True, slots=True)
class Line:
    """One registration of a person, with what other parts of the house hold about it."""

    held: Held
    messages: int
    """E-mails and text messages that were owed to it."""
    certificates: Sequence[str]
    """Their numbers."""
    news: int
    """Subscriptions to news by e-mail that go to its address."""


def lines_of(session: ReadSession, owners: Owners, registration_id: uuid.UUID) -> list[Line]:
    """Return everything that is held under the contact of one registration. Raises `NotFound`."""
    found = erasure.held_with(session, owners, registration_id)
    ids = [each.registration.id for each in found]
    messages = notifications.erasure.count_held(session, ids)
    numbers = certificates.erasure.numbers_of(session, ids)
    news = notifications.erasure.count_news(session, owners, {each.registration.email or "" for each in found} - {""})
    return [
        Line(
            each,
            messages.get(each.registration.id, 0),
            numbers.get(each.registration.id, ()),
            news.get(each.registration.email or "", 0),
        )
        for each in found
    ]


def subscriptions_of(session: ReadSession, owners: Owners, text: str) -> Sequence[NewsSubscription]:
    """Return the subscriptions to news whose address holds `text`: their owners need not have registered."""
    return notifications.erasure.list_news(session, owners, text, most=erasure.MOST_FOUND)


def list_file_keys(session: ReadSession, owners: Owners, people: Collection[Person]) -> list[str]:
    """Return the keys of every file of those people. Raises `NotFound` for anybody who is not theirs.

    Raises `Conflict` while a certificate is being drawn: its file would come after we have looked.
    """
    erasure.require_theirs(session, owners, people)
    contacts = [each.registration_id for each in people if each.person == 0]
    return erasure.list_file_keys(session, people) + certificates.erasure.list_file_keys(session, contacts)


def erase(session: Session, owners: Owners, people: Collection[Person], *, now: datetime, by: str) -> Erased:
    """Erase those people everywhere but in files. Raises what `erasure.erase` does. The caller commits."""
    erased = erasure.erase(session, owners, people, now=now, by=by)
    notifications.erasure.erase(session, owners, erased.registrations, erased.contacts, now=now, by=by)
    certificates.erasure.erase(session, erased.registrations, nameless=erasure.NAMELESS, now=now, by=by)
    return erased


def erase_subscribers(session: Session, owners: Owners, addresses: Collection[str], *, now: datetime, by: str) -> int:
    """Erase who asked for news with those addresses; returns how many subscriptions they had. The caller commits.

    What somebody is sent about a registration with the same address stays: it is erased with the registration.
    """
    known = [each for each in addresses if notifications.erasure.count_news(session, owners, [each])[each]]
    alone = [each for each in known if not erasure.still_used(session, owners, each)]
    count = notifications.erasure.erase_news(session, owners, {normalised(each) for each in known}, now=now, by=by)
    notifications.erasure.erase(session, owners, (), alone, now=now, by=by)
    return count


async def erase_with_files(
    runtime: Runtime,
    see: Callable[[Callable[[ReadSession], list[str]]], Awaitable[list[str]]],
    change: Callable[[Callable[[Session], Erased]], Awaitable[Erased]],
    owners: Owners,
    people: Collection[Person],
    *,
    by: str,
) -> Erased:
    """Erase people with their files, for pages and API; `see` and `change` run a query and a use-case as their own."""
    now = runtime.clock.now()
    for key in await see(lambda session: list_file_keys(session, owners, people)):
        await anyio.to_thread.run_sync(runtime.files.delete, key)
    return await change(lambda session: erase(session, owners, people, now=now, by=by))
