"""How fast mail goes to one provider of mailboxes, by all processes together: a token bucket for each domain.

The generic cell rate algorithm (ITU-T I.371, annex A.1) keeps one moment instead of a number of tokens: when the bucket
will be full again. It is a small burst (ten seconds' worth) deep. Times are real.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.storage import ReadSession, insert_unless_present
from notifications.models.relay import MailPace

_TABLE: sa.Table = MailPace.__table__  # type: ignore[assignment] # a declarative class's table is a Table

BURST = timedelta(seconds=10)
SLOWED_FOR = timedelta(hours=1)
SLOWEST = 6
"""E-mails a minute; slower than this nobody asks for."""
_UNKNOWN = 60
"""What a provider without a pace of its own is taken to bear, when it asks to be slower for the first time."""

DEFAULT_PACES: Mapping[str, int] = {
    "gmail.com": 600,
    "googlemail.com": 600,
    "yahoo.com": 300,
    "yahoo.co.id": 300,
    "ymail.com": 300,
    "outlook.com": 300,
    "hotmail.com": 300,
    "live.com": 300,
}
"""E-mails a minute that the large providers bear from a small sender; they publish no numbers but refuse bursts."""


@dataclass(frozen=True, slots=True)
class Pace:
    """One domain's bucket at `real_now`."""

    per_minute: int
    full_at: datetime
    real_now: datetime

    @property
    def _interval(self) -> timedelta:
        return timedelta(minutes=1) / self.per_minute

    @property
    def _depth(self) -> timedelta:
        return max(BURST, self._interval)

    @property
    def _drained(self) -> timedelta:
        return max(self.full_at - self.real_now, timedelta(0))

    def free(self) -> int:
        """How many may go now."""
        return max(int((self._depth - self._drained) / self._interval), 0)

    def after(self, number: int) -> datetime:
        """When the bucket is full again once `number` more have gone."""
        return self.real_now + self._drained + number * self._interval

    def wait(self, place: int) -> timedelta:
        """How long the e-mail at `place` in the line waits (0: the next one); in steps, so that they go in groups."""
        exact = self._drained + (place + 1) * self._interval - self._depth
        return timedelta(seconds=max(-(-exact.total_seconds() // 5) * 5, 1))


def paces_of(
    session: Session, domains: Collection[str], paces: Mapping[str, int], *, real_now: datetime
) -> Mapping[str, Pace]:
    """Return the buckets of those of `domains` that have a pace, or were slowed; locked until the commit."""
    for domain in sorted(set(domains) & paces.keys()):
        insert_unless_present(session, _TABLE, {"domain": domain, "full_at": real_now})
    c = _TABLE.c
    statement = sa.select(_TABLE).where(c.domain.in_(sorted(domains))).order_by(c.domain).with_for_update()
    found: dict[str, Pace] = {}
    for row in session.execute(statement):
        per_minute = paces.get(row.domain)
        if row.slowed_until is not None and row.slowed_until > real_now:
            per_minute = min(row.slowed_to, per_minute or row.slowed_to)
        if per_minute:
            found[row.domain] = Pace(per_minute, row.full_at, real_now)
    return found


def take(session: Session, domain: str, full_at: datetime) -> None:
    """Write how full the bucket is now. The caller commits."""
    session.execute(sa.update(_TABLE).where(_TABLE.c.domain == domain).values(full_at=full_at))


def slow_down(session: Session, domain: str, paces: Mapping[str, int], *, real_now: datetime) -> None:
    """Go half as fast for an hour, because the provider asks for it. The caller commits."""
    insert_unless_present(session, _TABLE, {"domain": domain, "full_at": real_now})
    row = session.execute(sa.select(_TABLE).where(_TABLE.c.domain == domain).with_for_update()).one()
    slowed = row.slowed_to if row.slowed_until is not None and row.slowed_until > real_now else None
    present = slowed or paces.get(domain) or _UNKNOWN
    session.execute(
        sa.update(_TABLE)
        .where(_TABLE.c.domain == domain)
        .values(slowed_to=max(present // 2, SLOWEST), slowed_until=real_now + SLOWED_FOR)
    )


def slowed(session: ReadSession, *, real_now: datetime) -> list[tuple[str, int, datetime]]:
    """Return the domains that asked to be slower, with their pace and until when."""
    c = _TABLE.c
    statement = sa.select(c.domain, c.slowed_to, c.slowed_until).where(c.slowed_until > real_now).order_by(c.domain)
    return [(row.domain, row.slowed_to, row.slowed_until) for row in session.execute(statement)]
