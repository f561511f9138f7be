"""What staff announced, as one person gets it beside the e-mail: as a text message, and on their own page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from events.links import Links
from events.models import Event, Organiser, Registration
from events.storage import ReadSession
from notifications.contents.material import Material
from notifications.letters import rendering
from notifications.models.announcement import Announcement
from notifications.models.email import EmailKind
from notifications.planning.unsent import Addressee, addressed, unsent
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
    told = [each for each in people if each.id in agreed or not each.email]
    if not told:
        return []
    found: list[Occasion] = []
    made = _material(session, event, announcement)
    for each in told:
        material = addressed(session, made, each, each.locale)
        subject, text = rendering.spoken(material, _NO_LINKS, now=now, with_links=False)
        params = {"words": f"{subject}\n\n{text}".strip()}
        found.append(
            Occasion(
                registration=each,
                kind=EmailKind.ANNOUNCEMENT,
                due_at=now,
                about=str(announcement.id),
                announcement_id=announcement.id,
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
        material = addressed(session, _material(session, event, each), person, locale)
        subject, text = rendering.spoken(material, links, now=now)
        found.append(Said(each.sent_at or each.created_at, subject, text))
    return found


def _material(session: ReadSession, event: Event, announcement: Announcement) -> Material:
    """Return what it is made of for everybody; `addressed` says for whom."""
    organiser = session.scalars(sa.select(Organiser).where(Organiser.id == event.organiser_id)).one()
    made = unsent(session, event, organiser, EmailKind.ANNOUNCEMENT, to=Addressee(), locale="id")
    return replace(made, announcement=announcement)
