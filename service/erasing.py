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
from service.wiring import Runtime


@dataclass(frozen=True, slots=True)
class Line:
    """One registration of a person, with what other parts of the house hold about it."""

    held: Held
    messages: int
    """E-mails and text messages that were owed to it."""
    certificates: Sequence[str]
    """Their numbers."""


def lines_of(session: ReadSession, owners: Owners, registration_id: uuid.UUID) -> list[Line]:
    """Return everything that is held under the contact of one registration. Raises `NotFound`."""
    found = erasure.held_with(session, owners, registration_id)
    ids = [each.registration.id for each in found]
    messages = notifications.erasure.count_held(session, ids)
    numbers = certificates.erasure.numbers_of(session, ids)
    return [Line(each, messages.get(each.registration.id, 0), numbers.get(each.registration.id, ())) for each in found]


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
