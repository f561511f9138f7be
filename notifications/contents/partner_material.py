"""What e-mails to partners speak of beside the event: seats to fill, what is missing, how their seats were used."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from events.models import ContributionItem
from events.pages import partner_pages
from events.partnership import contributions, partner_reports
from events.storage import ReadSession
from notifications.models.email import EmailKind

OF_COLLABORATION = (EmailKind.PARTNER_SEATS, EmailKind.PARTNER_MATERIALS, EmailKind.PARTNER_REPORT)
"""Kinds that are about what a partner and the library arrange."""


@dataclass(frozen=True, slots=True)
class PartnerWork:
    """What is arranged with one partner, as of now."""

    seats: int = 0
    """Seats that they may fill, those with a name among them."""
    filled: int = 0
    release_at: datetime | None = None
    """Until when they can; None: no more."""
    missing: tuple[ContributionItem, ...] = ()
    due_at: datetime | None = None
    came: int | None = None
    """How many of their people were there; None where they had no seats."""


def load_work(session: ReadSession, participation_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, PartnerWork]:
    """Return what is arranged with each of these partners. Some queries for each: partners are few."""
    return {key: _work(session, key) for key in participation_ids}


def _work(session: ReadSession, participation_id: uuid.UUID) -> PartnerWork:
    seats = partner_pages.seats_of(session, participation_id)
    asked = [each for each in contributions.asked_of(session, participation_id) if each.given_at is None]
    used = partner_reports.figures(session, participation_id)
    filled = len(seats.people) if seats is not None else 0
    held = seats.allotment.held if seats is not None else 0
    open_ = seats is not None and seats.allotment.released_at is None
    return PartnerWork(
        seats=filled + held,
        filled=filled,
        release_at=seats.allotment.release_at if seats is not None and open_ else None,
        missing=tuple(each.item for each in asked),
        due_at=min((each.due_at for each in asked if each.due_at is not None), default=None),
        came=used.came if used is not None else None,
    )
