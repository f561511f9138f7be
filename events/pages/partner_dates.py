"""All the dates of a series that a partner is invited to, for their own page. Reads only, and one answer to all."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from events.catalogue.houses import House, house_of
from events.errors import N_, Conflict, NotFound
from events.links import Links
from events.models import Event, Organiser, Participation, Partner, PartnerAnswer, Stage
from events.partnership import partners, series_invitations
from events.partnership.series_invitations import InvitedDate, InvitedDates
from events.recurring.series_calendar import SeriesEntry, series_entry
from events.storage import LocalizedText, ReadSession

_OVER = (Stage.ENDED, Stage.ARCHIVED)


@dataclass(frozen=True, slots=True)
class PartnerDate:
    """One date, as its partner sees it."""

    participation: Participation
    event: Event
    stands: bool
    """Whether it will be, or was, with them."""

    def is_open(self, now: datetime) -> bool:
        """Whether an answer is of use."""
        return self.stands and self.event.stage not in _OVER and self.event.ends_at > now


@dataclass(frozen=True, slots=True)
class PartnerDates:
    """A partner's invitation to dates of a series."""

    id: uuid.UUID
    link_version: int
    house: House
    name: str
    locale: str
    timezone: str
    title: LocalizedText
    dates: Sequence[PartnerDate]
    """Those that they may know of, in the order of their days."""

    def meeting(self, now: datetime) -> str | None:
        """Return where the meeting is that is on now or comes next; None: there is none."""
        ahead = [each.event for each in self.dates if each.stands and each.event.ends_at > now and each.event.join_url]
        return min(ahead, key=lambda event: event.starts_at).join_url if ahead else None


def dates_page(session: ReadSession, invitation_id: uuid.UUID) -> PartnerDates:
    """Return the dates. Raises `NotFound`, also for an invitation that nobody has been sent yet."""
    found = _load(session, invitation_id)
    known = [each for each in found.dates if each.event.stage is not Stage.DRAFT]
    partner, organiser = session.get(Partner, found.invitation.partner_id), _organiser(session, found)
    if not known or partner is None:
        raise NotFound
    return PartnerDates(
        id=invitation_id,
        link_version=found.invitation.link_version,
        house=house_of(organiser),
        name=partner.name,
        locale=partner.locale,
        timezone=partner.timezone,
        title=found.series.title,
        dates=[PartnerDate(each.participation, each.event, each.stands) for each in known],
    )


def entry_of(session: ReadSession, invitation_id: uuid.UUID, locale: str, *, links: Links) -> SeriesEntry:
    """Return the calendar entry as the e-mails carry it. Raises `NotFound` where there is nothing to show."""
    found = _load(session, invitation_id)
    if not found.standing:
        raise NotFound
    first = found.standing[0]
    organiser = _organiser(session, found)
    return series_entry(found, organiser, locale, links=links, otherwise=(first.participation, first.event))


def answer_all(
    session: Session, invitation_id: uuid.UUID, given: PartnerAnswer, *, now: datetime, comment: str = ""
) -> None:
    """Note one answer for every date that can still be answered; a note that was left for one stays without another.

    The caller commits. Raises `Conflict` where there is none.
    """
    wanted = [each for each in dates_page(session, invitation_id).dates if each.is_open(now)]
    if not wanted:
        raise Conflict(N_("This invitation no longer stands."))
    for each in sorted(wanted, key=lambda each: each.participation.id):
        _answer(session, each, given, now=now, comment=comment)


def answer_one(
    session: Session,
    invitation_id: uuid.UUID,
    participation_id: uuid.UUID,
    given: PartnerAnswer,
    *,
    now: datetime,
    comment: str = "",
) -> None:
    """Note an answer for one date. The caller commits.

    Raises `NotFound` for a date of another invitation, `Conflict` for one that can be answered no longer.
    """
    found = [each for each in dates_page(session, invitation_id).dates if each.participation.id == participation_id]
    if not found:
        raise NotFound
    if not found[0].is_open(now):
        raise Conflict(N_("This date can be answered no longer."))
    _answer(session, found[0], given, now=now, comment=comment)


def _answer(session: Session, date: PartnerDate, given: PartnerAnswer, *, now: datetime, comment: str) -> None:
    part = date.participation
    said = comment or part.answer_comment
    partners.answer(session, part.id, given, now=now, by=f"partner:{part.id}", comment=said)


def dates_with(session: ReadSession, participation_id: uuid.UUID) -> Sequence[InvitedDate]:
    """Return all dates of the invitation that this one belongs to; none where it stands alone."""
    part = session.get(Participation, participation_id)
    if part is None or part.series_invitation_id is None:
        return ()
    return _load(session, part.series_invitation_id).dates


def _load(session: ReadSession, invitation_id: uuid.UUID) -> InvitedDates:
    found = series_invitations.load(session, [invitation_id]).get(invitation_id)
    if found is None:
        raise NotFound
    return found


def _organiser(session: ReadSession, found: InvitedDates) -> Organiser:
    organiser = session.get(Organiser, found.series.organiser_id)
    if organiser is None:
        raise NotFound
    return organiser
