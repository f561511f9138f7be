"""The relay's day: how many e-mails it takes, counted by all processes together, and who goes first when few are left.

What is claimed counts at once, what was not handed over is given back. A worker that is killed leaves at most one small
batch counted too many, which errs on the side of the provider's limit. Times are real.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.storage import ReadSession, insert_unless_present
from notifications.models.relay import RelayCount

_TABLE: sa.Table = RelayCount.__table__  # type: ignore[assignment] # a declarative class's table is a Table
_HOUR = timedelta(hours=1)
KEPT = timedelta(days=3)
_GATE = datetime(1970, 1, 1, tzinfo=UTC)
"""The hour of the row that whoever counts holds; nothing is counted in it."""


class Rank(enum.StrEnum):
    """How urgent an e-mail is, by its `priority`."""

    URGENT = "urgent"
    """Somebody waits for it or must know at once: confirmations, changes, links that were asked for."""
    ROUTINE = "routine"
    """Reminders, certificates, decisions that hurry nobody."""
    PROMOTION = "promotion"


def rank_of(priority: int) -> Rank:
    """Return the rank of a priority: 1–3, 4–5, and the rest."""
    if priority <= 3:
        return Rank.URGENT
    return Rank.ROUTINE if priority <= 5 else Rank.PROMOTION


_SHARES: Mapping[Rank, float] = {Rank.URGENT: 1.0, Rank.ROUTINE: 0.85, Rank.PROMOTION: 0.6}
"""How much of the day each rank may use up; the rest is kept for who is more urgent."""


@dataclass(frozen=True, slots=True)
class Quota:
    """`limit` e-mails a day. A day is the last 24 hours (`zone` None), or a day of the calendar in `zone`."""

    limit: int
    zone: tzinfo | None = None

    def share(self, rank: Rank) -> int:
        """Return how many e-mails of a day there may have been when one of this rank still goes."""
        return max(int(self.limit * _SHARES[rank]), 1)

    def begin(self, real_now: datetime) -> datetime:
        """Return the moment from which e-mails count at `real_now`; for the last 24 hours, to the hour and not less."""
        if self.zone is None:
            return hour_of(real_now - timedelta(days=1))
        return real_now.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)

    def next_day(self, real_now: datetime) -> datetime:
        """Return the next midnight in `zone`; the caller knows that it has one."""
        local = real_now.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return (local + timedelta(days=1)).astimezone(UTC)


PRESETS: Mapping[str, Quota] = {
    # https://support.google.com/mail/answer/22839 and https://support.google.com/a/answer/166852: rolling 24 hours.
    "gmail": Quota(500),
    "workspace": Quota(2000),
    # The free plan; the limit starts anew every day: https://help.brevo.com/hc/en-us/articles/8292912279954
    "brevo": Quota(300, UTC),
    # New accounts are in the sandbox; the real quota is shown in the account, and is set as a number.
    "ses": Quota(200),
    "mailgun": Quota(100, UTC),
}
"""The days of providers as they publish them for their smallest plans."""


def hour_of(moment: datetime) -> datetime:
    """Return the beginning of the hour."""
    return moment.replace(minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Used:
    """A day of a relay: how many e-mails each hour took, the oldest first."""

    quota: Quota
    hours: Sequence[tuple[datetime, int]]
    real_now: datetime

    @property
    def taken(self) -> int:
        """How many there were."""
        return sum(count for _, count in self.hours)

    def left(self, rank: Rank) -> int:
        """How many of this rank may still go."""
        return max(self.quota.share(rank) - self.taken, 0)

    def free_at(self, rank: Rank) -> datetime:
        """When one of this rank may go again, if nothing else is sent until then."""
        if self.quota.zone is not None:
            return self.quota.next_day(self.real_now)
        taken, share = self.taken, self.quota.share(rank)
        for hour, count in self.hours:
            taken -= count
            if taken < share:
                return hour + timedelta(days=1) + _HOUR
        return self.real_now + _HOUR


def used(session: ReadSession, name: str, quota: Quota, *, real_now: datetime) -> Used:
    """Return what the present day has used up."""
    c = _TABLE.c
    statement = (
        sa.select(c.hour, c.taken).where(c.name == name, c.hour >= quota.begin(real_now), c.taken > 0).order_by(c.hour)
    )
    return Used(quota, [(row.hour, row.taken) for row in session.execute(statement)], real_now)


def lock(session: Session, name: str, *, real_now: datetime) -> None:
    """Have other workers wait that count as well, until the commit (PostgreSQL; SQLite has one writer).

    It is one row for all hours: two workers whose clocks lie on both sides of a full hour must wait for each other too.
    """
    c = _TABLE.c
    insert_unless_present(session, _TABLE, {"name": name, "hour": _GATE, "taken": 0})
    session.execute(sa.select(c.taken).where(c.name == name, c.hour == _GATE).with_for_update())
    insert_unless_present(session, _TABLE, {"name": name, "hour": hour_of(real_now), "taken": 0})


def count(session: Session, name: str, number: int, *, real_now: datetime) -> None:
    """Count `number` e-mails more, or fewer where it is negative. The caller commits, having called `lock` before."""
    c = _TABLE.c
    taken = sa.case((c.taken + number > 0, c.taken + number), else_=0)
    session.execute(sa.update(_TABLE).where(c.name == name, c.hour == hour_of(real_now)).values(taken=taken))


def prune(session: Session, *, real_now: datetime) -> None:
    """Forget days that count no more. The caller commits."""
    session.execute(sa.delete(_TABLE).where(_TABLE.c.hour < real_now - KEPT, _TABLE.c.hour > _GATE))
