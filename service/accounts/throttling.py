"""Slowing down who guesses passwords, without locking out who owns the account.

Three counters: one account at one address is slowed soon; one address that tries many accounts, and one account that is
tried from many addresses, later and more gently. Times are real time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from events.errors import N_, Refused
from service.accounts.models import SignInAttempts
from service.accounts.opaque import digest

FORGET_AFTER = timedelta(hours=1)
"""Failures that nobody followed up for this long no longer count."""

_TABLE: sa.Table = SignInAttempts.__table__  # type: ignore[assignment] # a declarative class's table is a Table


class TooManyAttempts(Refused):
    """Signing in failed too often; the answer is the same for accounts that do not exist."""

    code = "too_many_attempts"
    default = N_("Too many attempts. Please wait %(seconds)s seconds and try again.")

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(seconds=retry_after)


@dataclass(frozen=True, slots=True)
class _Limit:
    key: str
    free: int
    longest: timedelta

    def delay(self, failures: int) -> timedelta:
        """Return how long to wait after the `failures`-th failure: nothing at first, then doubling from 2 s."""
        if failures < self.free:
            return timedelta(0)
        return min(timedelta(seconds=2 ** min(failures - self.free + 1, 20)), self.longest)


def _limits(account: str, address: str, *, strict: bool) -> tuple[_Limit, ...]:
    # Six digits can be guessed by who knows the password, from however many addresses: there the account itself waits.
    of_account = (10, timedelta(minutes=15)) if strict else (60, timedelta(seconds=30))
    # One order for everybody, so that two attempts never wait for each other's rows.
    return tuple(
        sorted(
            (
                _Limit(digest(f"pair|{account}|{address}"), 5, timedelta(minutes=15)),
                _Limit(digest(f"address|{address}"), 40, timedelta(minutes=15)),
                _Limit(digest(f"account|{account}"), *of_account),
            ),
            key=lambda limit: limit.key,
        )
    )


def count_attempt(session: Session, account: str, address: str, *, real_now: datetime, strict: bool = False) -> None:
    """Count an attempt as failed before it is judged, so that a burst cannot pass while the first is being judged.

    `strict` slows the account down whoever tries. Raises `TooManyAttempts` (and counts nothing) while a delay runs.
    The caller commits.
    """
    for limit in _limits(account, address, strict=strict):
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        statement = insert(_TABLE).values(key_hash=limit.key, failures=1, last_at=real_now)
        forgotten = _TABLE.c.last_at < real_now - FORGET_AFTER
        row = session.execute(
            statement.on_conflict_do_update(
                index_elements=[_TABLE.c.key_hash],
                set_={
                    "failures": sa.case((forgotten, 1), else_=_TABLE.c.failures + 1),
                    "last_at": real_now,
                },
            ).returning(_TABLE.c.failures, _TABLE.c.blocked_until)
        ).one()
        failures, blocked_until = row
        if blocked_until is not None and blocked_until > real_now:
            raise TooManyAttempts(max(1, int((blocked_until - real_now).total_seconds() + 0.999)))
        wait = limit.delay(failures)
        session.execute(
            sa.update(_TABLE)
            .where(_TABLE.c.key_hash == limit.key)
            .values(blocked_until=real_now + wait if wait else None)
        )


def forgive(session: Session, account: str, address: str) -> None:
    """Forget the failures of this account here: the right password was given.

    The address's own count stays, one lower, so that a spray over many accounts is not washed clean by one of them.
    """
    pair, of_address, of_account = (
        digest(f"pair|{account}|{address}"),
        digest(f"address|{address}"),
        digest(f"account|{account}"),
    )
    session.execute(sa.delete(_TABLE).where(_TABLE.c.key_hash.in_((pair, of_account))))
    session.execute(
        sa.update(_TABLE)
        .where(_TABLE.c.key_hash == of_address, _TABLE.c.failures > 0)
        .values(failures=_TABLE.c.failures - 1, blocked_until=None)
    )


def prune(session: Session, *, real_now: datetime) -> None:
    """Drop counters that no longer count. The caller commits."""
    session.execute(sa.delete(_TABLE).where(_TABLE.c.last_at < real_now - FORGET_AFTER))
