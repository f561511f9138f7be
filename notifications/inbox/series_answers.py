"""Answers to an invitation to several dates: which of them they are about, and what each date makes of them.

An answer without RECURRENCE-ID is one to every date, save those that the same message names by themselves (RFC 5546
§3.2.3). Each date judges for itself whether the answer is old: it may answer the entry as it was before *another* date
was moved, and still count for this one. Doubts about who writes concern the message, and then nothing of it counts by
itself.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from events.links import Target
from events.models import Participation, Partner, SeriesInvitation, Stage
from events.partnership import series_invitations
from events.partnership.series_invitations import OFF, InvitedDate, InvitedDates
from events.recurring.series_calendar import date_meant
from notifications.inbox import judging
from notifications.inbox.judging import Invited, Judgement, Reason
from notifications.inbox.replies import CalendarAnswer

_OVER = (*OFF, Stage.ENDED, Stage.ARCHIVED)


@dataclass(frozen=True, slots=True)
class DateAnswer:
    """What the message says to one date, and whether that counts."""

    participation: Participation
    calendar: CalendarAnswer
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class SeriesAnswer:
    """What a message says to the dates of an invitation. `reason`: why it was not simply applied, to all or any."""

    dates: Sequence[DateAnswer]
    reason: Reason | None = None

    @property
    def counting(self) -> list[DateAnswer]:
        """The dates for which it counts, none where a person has to decide."""
        return [] if self.doubt else [each for each in self.dates if each.judgement.reason is None]

    @property
    def fresh(self) -> list[DateAnswer]:
        """The dates to which it is not old."""
        return [each for each in self.dates if not each.judgement.stale]

    @property
    def doubt(self) -> Reason | None:
        """Why a person has to decide."""
        return self.reason or next((each.judgement.reason for each in self.fresh if each.judgement.reason), None)

    @property
    def stale(self) -> Reason | None:
        """Why it is old for every date that it is about."""
        old = [each.judgement.reason for each in self.dates if each.judgement.stale]
        return old[0] if old and not self.fresh and not self.reason else None


def answer_to(
    session: Session,
    invitation: SeriesInvitation,
    calendar: CalendarAnswer,
    *,
    sender: str,
    automatic: bool,
    tagged: Target | None,
    vouched: bool | None,
) -> SeriesAnswer:
    """Judge an answer date by date. Holds the rows of all dates until the commit, in the order of their ids."""
    dates = _hold(session, invitation)
    partner = session.get_one(Partner, invitation.partner_id)
    found: list[DateAnswer] = []
    for each, said in _meant(dates, calendar):
        judgement = judging.judge(
            said,
            _invited(each, partner),
            sender=sender,
            automatic=automatic,
            tag_matches=None if tagged is None else tagged in _tags(dates),
            vouched=vouched,
        )
        found.append(DateAnswer(each.participation, said, judgement))
    if not found:
        return SeriesAnswer((), Reason.NO_SUCH_DATE)
    proposes = [each for each in found if each.calendar.method == "COUNTER" and not each.judgement.stale]
    return SeriesAnswer(found, Reason.WHOLE_SERIES if len(proposes) > 1 else None)


def _hold(session: Session, invitation: SeriesInvitation) -> InvitedDates:
    session.refresh(invitation, with_for_update={"key_share": True})
    dates = series_invitations.load(session, [invitation.id])[invitation.id]
    for each in sorted(dates.dates, key=lambda each: each.participation.id):
        session.refresh(each.participation, with_for_update={"key_share": True})
    return dates


def _meant(dates: InvitedDates, calendar: CalendarAnswer) -> Iterator[tuple[InvitedDate, CalendarAnswer]]:
    by_id = {each.participation.id: each for each in dates.dates}
    named: set[uuid.UUID] = set()
    whole: CalendarAnswer | None = None
    for said in (calendar, *calendar.also):
        if not said.recurrence:
            whole = whole or said
            continue
        meant = date_meant(dates, said.recurrence, said.recurs_at)
        if meant is not None and meant not in named:
            named.add(meant)
            yield by_id[meant], said
    if whole is not None:
        for each in dates.standing or dates.dates:
            if each.participation.id not in named:
                yield each, whole


def _tags(dates: InvitedDates) -> set[Target]:
    """Return what the addresses name that only this partner was sent: the entry's, and each date's for letters."""
    parts = [each.participation for each in dates.dates]
    whole = Target(dates.invitation.id, dates.invitation.link_version)
    return {whole, *(Target(each.id, each.link_version) for each in parts)}


def _invited(each: InvitedDate, partner: Partner) -> Invited:
    part = each.participation
    return Invited(
        address=partner.email.casefold() if partner.email else None,
        sequence=part.asked_sequence,
        withdrawn=part.withdrawn_at is not None,
        over=each.event.stage in _OVER,
        last_stamp=part.answer_stamp,
    )
