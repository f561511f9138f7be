"""Whether the relay works, known to all processes: one that failed is left alone, then tried with one e-mail.

So an outage costs the mails none of their tries and the relay no storm of connections; as soon as the one gets through
everybody goes on. All times are real.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.storage import ReadSession, insert_unless_present
from notifications.models.relay import RelayState
from notifications.transport.answers import Answer
from notifications.transport.quotas import Quota

_TABLE: sa.Table = RelayState.__table__  # type: ignore[assignment] # a declarative class's table is a Table

PROBE_FOR = timedelta(minutes=2)
"""How long one worker may take for its try before another one tries."""


def _seconds(*steps: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(seconds=each) for each in steps)


_PAUSES = _seconds(5, 10, 20, 40, 80, 160, 300)
_LONG = _seconds(60, 300, 900)
_LONGER = _seconds(900, 1800, 3600)
PAUSES: Mapping[Answer, tuple[timedelta, ...]] = {
    Answer.NOT_LET_IN: _LONG,
    Answer.QUOTA: _LONGER,
    Answer.POLICY: _LONGER,
}
"""How long the relay is left alone, the first time and after each try that failed; `_PAUSES` for other reasons."""


FOLDER = "folder"
"""The name of what stands in for a relay where none is set."""


def relay_name(url: str) -> str:
    """Return host and port of an SMTP address: never its user or password."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}:{parts.port}" if parts.port else parts.hostname or ""


@dataclass(frozen=True, slots=True)
class Relay:
    """One relay as the settings describe it: its name (host and port), its day, the pace of providers behind it."""

    name: str = "relay"
    quota: Quota | None = None
    paces: Mapping[str, int] = field(default_factory=dict[str, int])
    """E-mails a minute, by the recipients' domain in lower case."""


class Standing(enum.Enum):
    """Whether to send."""

    OPEN = "open"
    PROBE = "probe"
    """It failed; one e-mail may try whether it works again."""
    CLOSED = "closed"


def standing(session: ReadSession, name: str, *, real_now: datetime) -> Standing:
    """Return whether mail may go to the relay. Of those told to probe only one may: see `begin_probe`."""
    c = _TABLE.c
    row = session.execute(sa.select(c.paused_until, c.probed_until).where(c.name == name)).first()
    if row is None or row.paused_until is None:
        return Standing.OPEN
    if row.paused_until > real_now or (row.probed_until is not None and row.probed_until > real_now):
        return Standing.CLOSED
    return Standing.PROBE


def begin_probe(session: Session, name: str, *, real_now: datetime) -> bool:
    """Claim the one try; returns False if another worker was faster. The caller commits."""
    c = _TABLE.c
    statement = (
        sa.update(_TABLE)
        .where(c.name == name, c.paused_until <= real_now, sa.or_(c.probed_until.is_(None), c.probed_until <= real_now))
        .values(probed_until=real_now + PROBE_FOR)
    )
    return cast("sa.CursorResult[Any]", session.execute(statement)).rowcount == 1


def end_probe(session: Session, name: str) -> None:
    """Give the try back, because there was nothing to try it with. The caller commits."""
    session.execute(sa.update(_TABLE).where(_TABLE.c.name == name).values(probed_until=None))


def pause(session: Session, name: str, answer: Answer, said: str, *, real_now: datetime, probing: bool) -> None:
    """Leave the relay alone for a while, longer after each try that failed. The caller commits.

    Several workers may notice the same outage at once: it is one pause. What a worker says that was sending all the
    while does not lengthen the pause; what the one says that tried (`probing`) does.
    """
    blank = {"name": name, "failures": 0, "said": "", "since": real_now}
    insert_unless_present(session, _TABLE, blank)
    row = session.execute(sa.select(_TABLE).where(_TABLE.c.name == name).with_for_update()).one()
    if row.paused_until is not None and not probing:
        return
    steps = PAUSES.get(answer, _PAUSES)
    failures: int = row.failures
    step = steps[min(failures, len(steps) - 1)]
    session.execute(
        sa.update(_TABLE)
        .where(_TABLE.c.name == name)
        .values(
            paused_until=real_now + step,
            probed_until=None,
            failures=failures + 1,
            reason=answer.value,
            said=said[:500],
        )
    )


def resume(session: Session, name: str) -> bool:
    """Let everybody go on at once: the relay works, or staff want it tried. Returns whether it was paused."""
    statement = sa.delete(_TABLE).where(_TABLE.c.name == name)
    return cast("sa.CursorResult[Any]", session.execute(statement)).rowcount > 0


def state_of(session: ReadSession, name: str) -> RelayState | None:
    """Return what is known of a relay that does not work; None for one that does."""
    return session.get(RelayState, name)
