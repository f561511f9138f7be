"""Somebody who speaks at every date of a series, for tests of their calendar, their page and their feed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from events.drafts import lifecycle
from events.models import Event, EventMode, Participation, ParticipationRole, PartnerAnswer, PartnerKind
from events.models import SeriesInvitation as Invitation
from events.partnership import partners
from events.recurring import series
from tests.support.life import Life
from tests.support.series_life import draft, make_series, timing

FIRST = datetime(2026, 12, 2, 8, 0, tzinfo=UTC)
"""Wednesday, 15.00 WIB: the first date."""
WEEK, LENGTH = timedelta(days=7), timedelta(minutes=90)


class SeriesSpeaker:
    """A speaker of a published series of Wednesdays; dates are counted from 0."""

    def __init__(self, life: Life, *, count: int = 4, locale: str = "id", published: bool = True) -> None:
        self.life = life
        contact: dict[str, Any] = {"name": "Dr. Siti Aminah", "email": "siti@example.org", "locale": locale}
        self.partner_id = life.do(partners.add_partner, life.organiser_id, kind=PartnerKind.SPEAKER, **contact)
        texts = dict(draft(life, timing("setiap Rabu", count=count)).fields)
        texts |= {"mode": EventMode.HYBRID, "join_url": "https://meet.example/klub"}
        self.series_id = make_series(life, "setiap Rabu", count=count, fields=texts)
        statement = sa.select(Event.id).where(Event.series_id == self.series_id).order_by(Event.series_date)
        self.dates = list(life.database.read(lambda session: session.scalars(statement).all()))
        self.parts = [
            life.do(partners.invite, key, self.partner_id, role=ParticipationRole.SPEAKER) for key in self.dates
        ]
        if published:
            life.do(series.publish_all, self.series_id, decides=True)

    def answer(self, given: PartnerAnswer, *numbers: int) -> None:
        """Note what the speaker answered for these dates."""
        for number in numbers:
            self.life.do(partners.answer, self.parts[number], given)

    def move(self, number: int, starts_at: datetime) -> None:
        """Have staff move one date."""
        self.life.do(lifecycle.reschedule, self.dates[number], starts_at=starts_at, ends_at=starts_at + LENGTH)

    def cancel(self, number: int) -> None:
        """Have staff cancel one date."""
        self.life.do(lifecycle.cancel, self.dates[number])

    def withdraw(self, number: int) -> None:
        """Have staff take the speaker off one date."""
        self.life.do(partners.withdraw, self.parts[number])

    def part(self, number: int) -> Participation:
        """Return what the board says of one date."""
        statement = sa.select(Participation).where(Participation.id == self.parts[number])
        found: Participation = self.life.database.read(lambda session: session.scalars(statement).one())
        return found

    def said(self) -> list[str]:
        """Return the answers on the board, date by date."""
        return [self.part(number).answer.value for number in range(len(self.parts))]

    def invitations(self) -> list[Invitation]:
        """Return the entries that there are, oldest first."""
        statement = sa.select(Invitation).order_by(Invitation.created_at, Invitation.id)
        return list(self.life.database.read(lambda session: session.scalars(statement).all()))
