"""The chain over the audit trail and the fact log: a row that was changed, added or taken away afterwards shows.

Each entry carries a keyed hash over itself and the entry before it. The key is derived from the installation's secret
key, so who has the database alone can neither repair a chain nor make another. Numbering happens here, a moment after
the act and in a transaction of its own: nobody who registers or edits waits for the chain (decision 18). Facts are
covered in blocks, once they are old enough that no transaction can still be writing among them.
"""

from __future__ import annotations

import hashlib
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.outbox import FactRow
from events.storage import ReadSession, insert_unless_present, new_id
from service.accounts.audit import FACTS
from service.accounts.audit_rows import AuditChain, AuditEntry

GENESIS = "0" * 64
NOTHING = uuid.UUID(int=0)
COVER_AFTER = timedelta(minutes=5)
"""How old a fact is before it is covered: far beyond the longest transaction, because ids are drawn before commits."""
COVER_EVERY = timedelta(minutes=1)
"""How much older the oldest fact must be before a block is made of it: a busy night is a block a minute."""
BATCH = 2000
SHOWN = 20
"""How many problems are listed; one is enough to know."""
_CHAIN: sa.Table = AuditChain.__table__  # type: ignore[assignment] # a declarative class's table is a Table
_FACT = (
    FactRow.id,
    FactRow.name,
    FactRow.version,
    FactRow.organiser_id,
    FactRow.event_id,
    FactRow.payload,
    FactRow.by,
    FactRow.request_id,
    FactRow.recorded_at,
)
"""What of a fact never changes; how far its reactions are does."""


class Signing(Protocol):
    """Makes and checks keyed hashes (`service.secrets.MessageAuthenticator`)."""

    def sign(self, message: bytes) -> str:
        """Return the hash of `message` in hexadecimal."""
        ...

    def verify(self, message: bytes, signature: str) -> bool:
        """Tell whether `signature` is the hash of `message` under a key that is or was in use."""
        ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an examination of the chain found: how far it got, where the chain ends, and what is wrong."""

    entries: int
    facts: int
    head: str
    """``number:hash`` of the last entry; kept elsewhere, it shows later that nothing was cut off (`contains`)."""
    problems: tuple[str, ...]


def has_unsealed(session: ReadSession, *, real_now: datetime) -> bool:
    """Tell whether `seal` has something to do. Two short queries."""
    if session.scalar(sa.select(AuditEntry.id).where(AuditEntry.number.is_(None)).limit(1)) is not None:
        return True
    covered = session.scalar(sa.select(AuditChain.covered)) or NOTHING
    return _oldest_uncovered(session, covered, real_now - COVER_AFTER - COVER_EVERY) is not None


def seal(session: Session, signing: Signing, *, real_now: datetime) -> int:
    """Number and chain what has been committed so far; return how many entries the chain got. The caller commits.

    Two processes at once: the second waits for the first and finds nothing left.
    """
    first = {"id": 1, "number": 0, "hash": GENESIS, "covered": NOTHING, "signature": ""}
    first["signature"] = signing.sign(_head(0, GENESIS, NOTHING))
    insert_unless_present(session, _CHAIN, first)
    chain = session.execute(
        sa.select(AuditChain).with_for_update().execution_options(populate_existing=True)
    ).scalar_one()
    _cover_facts(session, chain, real_now=real_now)
    entries = session.scalars(
        sa.select(AuditEntry).where(AuditEntry.number.is_(None)).order_by(AuditEntry.id).limit(BATCH)
    ).all()
    for entry in entries:
        chain.number += 1
        entry.number = chain.number
        chain.hash = entry.hash = signing.sign(_content(entry, chain.hash))
    if entries:
        chain.signature = signing.sign(_head(chain.number, chain.hash, chain.covered))
    session.flush()
    return len(entries)


def _cover_facts(session: Session, chain: AuditChain, *, real_now: datetime) -> None:
    """Add an entry that vouches for the facts after the latest block, if they are old enough."""
    if _oldest_uncovered(session, chain.covered, real_now - COVER_AFTER - COVER_EVERY) is None:
        return
    rows = session.execute(
        sa.select(*_FACT)
        .where(FactRow.id > chain.covered, FactRow.id < _first_id_at(real_now - COVER_AFTER))
        .order_by(FactRow.id)
        .limit(BATCH)
    ).all()
    digest = hashlib.sha256()
    for row in rows:
        digest.update(_canonical(list(row)))
    last: uuid.UUID = rows[-1].id
    things = {"after": chain.covered.hex, "last": last.hex, "count": len(rows), "digest": digest.hexdigest()}
    session.add(
        AuditEntry(
            id=new_id(), at=real_now, by="worker", address="", device="", action=FACTS, act="", things=things, facts=[]
        )
    )
    chain.covered = last
    session.flush()


def _oldest_uncovered(session: ReadSession | Session, covered: uuid.UUID, before: datetime) -> uuid.UUID | None:
    found: uuid.UUID | None = session.scalar(
        sa.select(FactRow.id)
        .where(FactRow.id > covered, FactRow.id < _first_id_at(before))
        .order_by(FactRow.id)
        .limit(1)
    )
    return found


def _first_id_at(moment: datetime) -> uuid.UUID:
    """Return the smallest UUIDv7 of a moment: their first 48 bits are real time in milliseconds (RFC 9562 §5.7)."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)


def _content(entry: AuditEntry, before: str) -> bytes:
    return _canonical(
        [
            before,
            entry.number,
            entry.id,
            entry.at,
            entry.by,
            entry.token_id,
            entry.address,
            entry.device,
            entry.action,
            entry.act,
            entry.organiser_id,
            entry.event_id,
            entry.things,
            entry.facts,
            entry.request_id,
        ]
    )


def _head(number: int, last: str, covered: uuid.UUID) -> bytes:
    return _canonical(["head", number, last, covered])


def _canonical(values: list[Any]) -> bytes:
    """Return one spelling of values, whichever database they come from: JSON with sorted keys."""
    return msgspec.json.encode(values, order="deterministic") + b"\n"


# ---------------------------------------------------------------- examining
def verify(session: ReadSession, signing: Signing) -> Verdict:
    """Read the whole chain and everything it vouches for, and say what does not fit. About 20,000 rows a second."""
    problems: list[str] = []
    number, last, covered, facts = 0, GENESIS, NOTHING, 0
    # The end first, and then only what it vouches for: the chain may grow while it is read.
    chain = session.execute(
        sa.select(AuditChain.number, AuditChain.hash, AuditChain.covered, AuditChain.signature)
    ).first()
    for entry in _entries(session, up_to=chain.number if chain else sys.maxsize):
        assert entry.number is not None  # noqa: S101 - the query asks for numbered ones
        if entry.number != number + 1:
            problems.append(f"entries {number + 1} to {entry.number - 1} are missing")
        elif not signing.verify(_content(entry, last), entry.hash or ""):
            problems.append(f"entry {entry.number} is not what was sealed")
        number, last = entry.number, entry.hash or ""
        if entry.action == FACTS:
            try:
                problems += _check_block(session, entry, covered)
                covered = uuid.UUID(entry.things["last"])
                facts += entry.things["count"]
            except (KeyError, TypeError, ValueError):
                problems.append(f"entry {number} does not say which facts it covers")
        if len(problems) >= SHOWN:
            return Verdict(number, facts, f"{number}:{last}", (*problems[:SHOWN], "… and perhaps more"))
    problems += _check_head(session, signing, chain, (number, last, covered))
    return Verdict(number, facts, f"{number}:{last}", tuple(problems))


def contains(session: ReadSession, head: str) -> bool:
    """Tell whether what `verify` once called the chain's end is still a part of it."""
    number, _, its_hash = head.partition(":")
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        return False
    if int(number) == 0:
        return its_hash == GENESIS
    found: str | None = session.scalar(sa.select(AuditEntry.hash).where(AuditEntry.number == int(number)))
    return found == its_hash


def _entries(session: ReadSession, *, up_to: int) -> Iterator[AuditEntry]:
    number = 0
    while True:
        page = session.scalars(
            sa.select(AuditEntry)
            .where(AuditEntry.number > number, AuditEntry.number <= up_to)
            .order_by(AuditEntry.number)
            .limit(BATCH)
        ).all()
        yield from page
        if len(page) < BATCH:
            return
        number = page[-1].number


def _check_block(session: ReadSession, entry: AuditEntry, covered: uuid.UUID) -> list[str]:
    after, last = uuid.UUID(entry.things["after"]), uuid.UUID(entry.things["last"])
    rows = session.execute(sa.select(*_FACT).where(FactRow.id > covered, FactRow.id <= last).order_by(FactRow.id)).all()
    digest = hashlib.sha256()
    for row in rows:
        digest.update(_canonical(list(row)))
    if (after, len(rows), digest.hexdigest()) == (covered, entry.things["count"], entry.things["digest"]):
        return []
    return [f"the {entry.things['count']} facts that entry {entry.number} covers are not what was sealed"]


def _check_head(session: ReadSession, signing: Signing, chain: Any, reached: tuple[int, str, uuid.UUID]) -> list[str]:
    if chain is None:
        return [] if reached == (0, GENESIS, NOTHING) else ["the chain's end is missing"]
    if not signing.verify(_head(chain.number, chain.hash, chain.covered), chain.signature):
        return ["the chain's end is not what was sealed"]
    if (chain.number, chain.hash, chain.covered) != reached:
        return [f"the chain should end at entry {chain.number}, and ends at {reached[0]}"]
    highest = session.scalar(sa.select(sa.func.max(AuditEntry.number))) or 0
    if highest > (session.scalar(sa.select(AuditChain.number)) or 0):
        return [f"entry {highest} stands beyond the chain's end"]
    return []
