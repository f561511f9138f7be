"""How many text messages wait, went out or did not: by announcement, and by the rule that planned them. Reads only."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from events.models import ACTIVE_STATES, Registration, RegistrationState
from events.storage import ReadSession
from notifications.models.text_message import TextChannel, TextMessage, TextState


@dataclass(frozen=True, slots=True)
class Tally:
    """What has become of the messages of one channel.

    By hand, what waits is to be told by staff, and what was sent they have told.
    """

    channel: TextChannel
    waiting: int = 0
    sent: int = 0
    """Taken by the network; some of them it has told to be delivered, or read."""
    failed: int = 0
    dropped: int = 0
    """Superseded: the event moved, the person left, or a later reminder says it."""
    first_at: datetime | None = None
    """When the first of those that wait is due."""
    last_at: datetime | None = None


_COLUMN: Mapping[TextState, str] = {
    TextState.SENT: "sent",
    TextState.DELIVERED: "sent",
    TextState.READ: "sent",
    TextState.FAILED: "failed",
    TextState.SUPERSEDED: "dropped",
}
"""Where a state is counted; every other one waits."""


def of_announcements(session: ReadSession, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[Tally]]:
    """Return the tallies of announcements, by channel. One query; announcements without messages are left out."""
    if not ids:
        return {}
    which = TextMessage.announcement_id.in_(ids)
    return _tallied(_grouped(session, TextMessage.announcement_id, which, Registration.state.in_(ACTIVE_STATES)))


def of_rules(session: ReadSession, event_id: uuid.UUID, *, now: datetime) -> Mapping[str, Sequence[Tally]]:
    """Return the tallies of an event's rules by their marks, by channel. One query."""
    is_ahead = sa.and_(Registration.state == RegistrationState.CONFIRMED, TextMessage.about_start > now)
    return _tallied(_grouped(session, TextMessage.rule, TextMessage.event_id == event_id, is_ahead))


def _grouped(
    session: ReadSession, about: Any, which: sa.ColumnElement[bool], holds: sa.ColumnElement[bool]
) -> Iterable[Sequence[Any]]:
    """Count messages by what they are about, channel and state.

    No worker looks at what waits for staff and supersedes it once it is not true any more, so `holds` says what still
    is: the rest is counted as superseded, as the staff's own list leaves it out.
    """
    is_over = sa.and_(TextMessage.state == TextState.TO_TELL, sa.not_(holds))
    state = sa.case((is_over, TextState.SUPERSEDED.value), else_=sa.cast(TextMessage.state, sa.String))
    rows = (
        sa.select(about.label("about"), TextMessage.channel, state.label("state"), TextMessage.due_at)
        .join(Registration, Registration.id == TextMessage.registration_id)
        .where(which, about.is_not(None))
        .subquery()
    )
    c = rows.c
    return session.execute(
        sa.select(c.about, c.channel, c.state, sa.func.count(), sa.func.min(c.due_at), sa.func.max(c.due_at)).group_by(
            c.about, c.channel, c.state
        )
    )


def _tallied(rows: Iterable[Sequence[Any]]) -> Mapping[Any, Sequence[Tally]]:
    found: dict[Any, dict[TextChannel, dict[str, Any]]] = {}
    for about, channel, state, count, first_at, last_at in rows:
        column = _COLUMN.get(TextState(state), "waiting")
        values = found.setdefault(about, {}).setdefault(channel, {})
        values[column] = values.get(column, 0) + count
        if column == "waiting":
            values["first_at"] = earliest(values.get("first_at"), first_at)
            values["last_at"] = latest(values.get("last_at"), last_at)
    return {
        about: [Tally(channel, **by_channel[channel]) for channel in TextChannel if channel in by_channel]
        for about, by_channel in found.items()
    }


def united(tallies: Iterable[Tally]) -> Sequence[Tally]:
    """Return one tally for each channel, in the channels' own order."""
    found: dict[TextChannel, Tally] = {}
    for each in tallies:
        known = found.get(each.channel, Tally(each.channel))
        found[each.channel] = Tally(
            each.channel,
            known.waiting + each.waiting,
            known.sent + each.sent,
            known.failed + each.failed,
            known.dropped + each.dropped,
            earliest(known.first_at, each.first_at),
            latest(known.last_at, each.last_at),
        )
    return [found[channel] for channel in TextChannel if channel in found]


def earliest(*moments: datetime | None) -> datetime | None:
    """Return the earliest moment of those that there are."""
    return min((each for each in moments if each is not None), default=None)


def latest(*moments: datetime | None) -> datetime | None:
    """Return the latest moment of those that there are."""
    return max((each for each in moments if each is not None), default=None)
