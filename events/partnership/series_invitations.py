"""Which calendar entry a partner has for their dates of a series, and in which version it is (RFC 5546 §2.1.4).

A partner who takes part in dates of a series has one entry for all of them, from the first one on: a second date then
changes that entry instead of adding another. Its SEQUENCE is a counter in the database, raised here in the same
transaction as what it stands for; whoever changes several invitations holds their rows in the order of their ids.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from events.models import Event, Participation, Series, SeriesInvitation, Stage
from events.storage import ReadSession, Session, new_id

OFF = (Stage.DRAFT, Stage.CANCELLED, Stage.POSTPONED)
"""Stages in which a date stands in nobody's calendar."""


@dataclass(frozen=True, slots=True)
class InvitedDate:
    """One date of an invitation."""

    participation: Participation
    event: Event

    @property
    def stands(self) -> bool:
        """Whether it belongs into the partner's calendar, as something to come or something that was."""
        return self.participation.withdrawn_at is None and self.event.stage not in OFF


@dataclass(frozen=True, slots=True)
class InvitedDates:
    """An invitation, its series, and all dates that it is or was about, in the order of their days."""

    invitation: SeriesInvitation
    series: Series
    dates: Sequence[InvitedDate]

    @property
    def standing(self) -> Sequence[InvitedDate]:
        """The dates that stand in the partner's calendar."""
        return [each for each in self.dates if each.stands]


def load(session: ReadSession, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, InvitedDates]:
    """Return invitations with their dates, by id. Two queries, none for nobody."""
    if not ids:
        return {}
    heads = session.execute(
        sa.select(SeriesInvitation, Series)
        .join(Series, Series.id == SeriesInvitation.series_id)
        .where(SeriesInvitation.id.in_(ids))
    ).all()
    rows = session.execute(
        sa.select(Participation, Event)
        .join(Event, Event.id == Participation.event_id)
        .where(Participation.series_invitation_id.in_(ids))
    ).all()
    dates: dict[uuid.UUID | None, list[InvitedDate]] = {}
    for part, event in sorted(rows, key=lambda row: (row[1].series_date or row[1].starts_at.date(), row[1].id)):
        dates.setdefault(part.series_invitation_id, []).append(InvitedDate(part, event))
    return {
        invitation.id: InvitedDates(invitation, series, tuple(dates.get(invitation.id, ())))
        for invitation, series in heads
    }


# ------------------------------------------------------------ what changes an entry
def join(session: Session, participation: Participation, event: Event, *, now: datetime) -> None:
    """Make a date a part of the partner's entry for its series, which is made if they have none. The caller commits."""
    if event.series_id is None:
        return
    invitation = session.scalar(
        sa.select(SeriesInvitation)
        .where(SeriesInvitation.series_id == event.series_id, SeriesInvitation.partner_id == participation.partner_id)
        .with_for_update(key_share=True)
    )
    if invitation is None:
        invitation = _begin(session, event.series_id, participation.partner_id, now=now)
    else:
        _raise(invitation, now=now)
    participation.series_invitation_id = invitation.id
    participation.asked_sequence = invitation.sequence


def _begin(session: Session, series_id: uuid.UUID, partner_id: uuid.UUID, *, now: datetime) -> SeriesInvitation:
    made = SeriesInvitation(
        id=new_id(), series_id=series_id, partner_id=partner_id, sequence=0, created_at=now, changed_at=now
    )
    session.add(made)
    session.flush()
    return made


def _raise(invitation: SeriesInvitation, *, now: datetime) -> None:
    invitation.sequence += 1
    invitation.changed_at = max(now, invitation.changed_at)


def note_change(session: Session, event: Event, *, now: datetime, asks_again: bool = False) -> None:
    """Raise the SEQUENCE of every entry that this date stands in. The caller commits, and holds the event's row.

    `asks_again`: what was answered for this date so far is no answer to it as it is now.
    """
    if event.series_id is None:
        return
    parts = session.scalars(
        sa.select(Participation).where(
            Participation.event_id == event.id,
            Participation.withdrawn_at.is_(None),
            Participation.series_invitation_id.is_not(None),
        )
    ).all()
    held = _hold(session, (each.series_invitation_id for each in parts))
    for invitation in held.values():
        _raise(invitation, now=now)
    for part in parts if asks_again else ():
        if part.series_invitation_id is not None:
            part.asked_sequence = held[part.series_invitation_id].sequence
    session.flush()


def note_withdrawal(session: Session, participation: Participation, *, now: datetime) -> None:
    """Raise the SEQUENCE of the entry that this date is taken out of. The caller commits."""
    for invitation in _hold(session, [participation.series_invitation_id]).values():
        _raise(invitation, now=now)


def _hold(session: Session, ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, SeriesInvitation]:
    wanted = sorted({key for key in ids if key is not None})
    if not wanted:
        return {}
    rows = session.scalars(
        sa.select(SeriesInvitation)
        .where(SeriesInvitation.id.in_(wanted))
        .order_by(SeriesInvitation.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


# ------------------------------------------------------------ splitting
def follow_split(session: Session, successor: Series, event_ids: Sequence[uuid.UUID], *, now: datetime) -> None:
    """Give partners an entry of its own for the dates that went over to `successor`; the old one ends before them.

    Whose dates all went over keeps the entry, which goes over as well. What was answered for a date stays. The caller
    commits.
    """
    parts = session.scalars(
        sa.select(Participation)
        .where(Participation.event_id.in_(event_ids), Participation.series_invitation_id.is_not(None))
        .order_by(Participation.id)
    ).all()
    moved: dict[uuid.UUID, list[Participation]] = {}
    for part in parts:
        if part.series_invitation_id is not None:
            moved.setdefault(part.series_invitation_id, []).append(part)
    staying = set(
        session.scalars(
            sa.select(Participation.series_invitation_id).where(
                Participation.series_invitation_id.in_(moved),
                Participation.event_id.not_in(event_ids),
                Participation.withdrawn_at.is_(None),
            )
        )
    )
    for key, invitation in _hold(session, moved).items():
        _raise(invitation, now=now)
        if key not in staying:
            invitation.series_id = successor.id
            continue
        following = _begin(session, successor.id, invitation.partner_id, now=now)
        for part in moved[key]:
            part.series_invitation_id, part.asked_sequence = following.id, following.sequence
            part.answer_stamp = None
    session.flush()
