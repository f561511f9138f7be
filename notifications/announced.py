"""What staff announced, as one person gets it: as a text message, on their own page, in the preview of an e-mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from events.links import Links
from events.models import Event, Organiser, Registration, Slot
from events.storage import ReadSession, new_id
from notifications import rendering
from notifications.material import Material, Told, recording_url
from notifications.models.announcement import Announcement
from notifications.models.email import Email, EmailKind
from notifications.texting import planning
from notifications.texting.planning import Occasion

_NO_LINKS = Links("-" * 32, "https://example.invalid")
"""For words that hold no link."""


@dataclass(frozen=True, slots=True)
class Said:
    """One announcement in the words for one person."""

    at: datetime
    subject: str
    text: str


def occasions(
    session: ReadSession, event: Event, announcement: Announcement, people: Sequence[Registration], *, now: datetime
) -> list[Occasion]:
    """Return what those are told who agreed to text messages, or have no e-mail address.

    The words are written now, without their links: who looks for one finds it on the page that the message leads to.
    """
    agreed = planning.agreed_among(session, [each.id for each in people])
    found: list[Occasion] = []
    for each in people:
        if each.email and each.id not in agreed:
            continue
        material = _material(session, event, announcement, each, each.locale)
        subject, text = rendering.spoken(material, _NO_LINKS, now=now, with_links=False)
        params = {"announcement": str(announcement.id), "words": f"{subject}\n\n{text}".strip()}
        found.append(
            Occasion(
                registration=each,
                kind=EmailKind.ANNOUNCEMENT,
                due_at=now,
                about=str(announcement.id),
                params=params,
            )
        )
    return found


def said(
    session: ReadSession,
    event: Event,
    announcements: Sequence[Announcement],
    person: Registration,
    *,
    links: Links,
    locale: str,
    now: datetime,
) -> list[Said]:
    """Return announcements in the words for one person, links and all, for their own page."""
    found: list[Said] = []
    for each in announcements:
        subject, text = rendering.spoken(_material(session, event, each, person, locale), links, now=now)
        found.append(Said(each.sent_at or each.created_at, subject, text))
    return found


def _material(
    session: ReadSession, event: Event, announcement: Announcement, person: Registration, locale: str
) -> Material:
    organiser = session.scalars(sa.select(Organiser).where(Organiser.id == event.organiser_id)).one()
    return Material(
        email=Email(
            id=new_id(),
            organiser_id=event.organiser_id,
            event_id=event.id,
            kind=EmailKind.ANNOUNCEMENT,
            to_address=person.email or "",
            locale=locale,
            params={},
            attachments=[],
            event_version=event.version,
        ),
        event=event,
        organiser=organiser,
        registration=person,
        slot=session.get(Slot, person.slot_id) if person.slot_id is not None else None,
        participation=None,
        partner=None,
        recording_url=recording_url(session, event.id),
        waiting=None,
        told=Told(0, 1, invited=False),
        announcement=announcement,
    )
