"""What a post may say: the event's own facts, in one language, gathered once and never added to."""

from __future__ import annotations

import hashlib
import re
import uuid
from dataclasses import dataclass, fields
from datetime import datetime

import msgspec
import sqlalchemy as sa

from events.brand import Brand, brand_of
from events.dates import format_dates, format_when
from events.links import Links
from events.models import (
    Attendance,
    Event,
    EventKind,
    EventMode,
    Organiser,
    Participation,
    ParticipationRole,
    Partner,
    PoolPurpose,
    Recording,
    RecordingState,
    SeatPool,
)
from events.outbox import FactRow
from events.storage import ReadSession
from notifications.models.moment import Moment

SEAT_STEPS = (5, 10, 20, 50, 100)
ATTENDED_WORTH_TELLING = 5
_VOICES = (ParticipationRole.SPEAKER, ParticipationRole.MODERATOR)


@dataclass(frozen=True, slots=True)
class Speaker:
    """A speaker as posters name them."""

    participation_id: uuid.UUID
    name: str
    affiliation: str
    topic: str
    photo_key: str | None

    def credit(self) -> str:
        """Return the name, with the affiliation in brackets."""
        return f"{self.name} ({self.affiliation})" if self.affiliation else self.name


@dataclass(frozen=True, slots=True)
class Details:
    """Everything that can be said about an event at one moment, in one language. Empty means: not said."""

    locale: str
    tone: str
    organiser: str
    kind: EventKind
    title: str
    summary: str
    when: str
    old_when: str
    where: str
    online: bool
    speakers: tuple[Speaker, ...]
    subject: str
    page: str
    url: str
    """The page's address with the post's own mark, by which a post is recognised and its readers counted."""
    recording_url: str
    hashtags: tuple[str, ...]
    reason: str
    certificate: bool
    seats_under: int
    """"Fewer than this many seats are left": a round number stays true for a while, the exact one for minutes."""
    attended: int

    def lead(self) -> Speaker | None:
        """Return whom the post is about, or the first speaker."""
        about = [speaker for speaker in self.speakers if str(speaker.participation_id) == self.subject]
        return next(iter(about or self.speakers), None)

    def digest(self) -> str:
        """Return a SHA-256 of what is said, without the numbers that grow by themselves (seats, attendance)."""
        moving = {"seats_under", "attended", "tone", "hashtags", "page", "url", "recording_url"}
        said = [(field.name, getattr(self, field.name)) for field in fields(self) if field.name not in moving]
        return hashlib.sha256(msgspec.json.encode(said)).hexdigest()


def marker(post_id: uuid.UUID) -> str:
    """Return the six characters by which a post's link tells which post it stood in."""
    return hashlib.sha256(post_id.bytes).hexdigest()[:6]


def event_address(links: Links, organiser: Organiser, event: Event, code: str = "") -> str:
    """Return the public address of an event's page; `code` tells the post that led there."""
    return links.event_url(organiser.slug, event.slug) + (f"?p={code}" if code else "")


def details_of(
    session: ReadSession,
    event: Event,
    moment: Moment,
    *,
    locale: str,
    links: Links,
    subject: str = "",
    code: str = "",
) -> Details:
    """Gather what a post of `event` at `moment` may say in `locale`. Reads only."""
    organiser = session.get(Organiser, event.organiser_id)
    assert organiser is not None, "an event's organiser is held by a foreign key"  # noqa: S101 - narrows the type
    brand = brand_of(organiser.look)
    return Details(
        locale=locale,
        tone=brand.tone,
        organiser=organiser.name.to(locale),
        kind=event.kind,
        title=_one_line(event.title.to(locale)),
        summary=_one_line(event.summary.to(locale)),
        when=format_when(event.starts_at, event.ends_at, event.timezone, locale),
        old_when=_old_when(session, event, locale) if moment is Moment.RESCHEDULED else "",
        where=_one_line(event.venue.to(locale)) if event.mode is not EventMode.ONLINE else "",
        online=event.mode is not EventMode.ONSITE,
        speakers=speakers_of(session, event.id, locale),
        subject=subject,
        page=event_address(links, organiser, event),
        url=event_address(links, organiser, event, code),
        recording_url=_recording_url(session, event.id) if moment is Moment.RECORDING else "",
        hashtags=hashtags_of(brand),
        reason=_one_line(event.reason.to(locale)),
        certificate=bool(event.certificate),
        seats_under=seats_under(session, event.id) if moment is Moment.FEW_SEATS else 0,
        attended=_attended(session, event.id) if moment is Moment.THANKS else 0,
    )


def speakers_of(session: ReadSession, event_id: uuid.UUID, locale: str) -> tuple[Speaker, ...]:
    """Return who speaks, in the staff's order; who was withdrawn is not named."""
    rows = session.execute(
        sa.select(Participation, Partner)
        .join(Partner, Partner.id == Participation.partner_id)
        .where(
            Participation.event_id == event_id,
            Participation.role.in_(_VOICES),
            Participation.withdrawn_at.is_(None),
        )
        .order_by(sa.case((Participation.role == ParticipationRole.SPEAKER, 0), else_=1), Participation.position)
        .order_by(Participation.id)
    )
    return tuple(
        Speaker(
            participation_id=participation.id,
            name=_one_line(partner.name),
            affiliation=_one_line(partner.affiliation.to(locale)),
            topic=_one_line(participation.topic.to(locale)),
            photo_key=partner.photo_key,
        )
        for participation, partner in rows
    )


def seats_left(session: ReadSession, event_id: uuid.UUID) -> int:
    """Return how many seats newcomers could take; those kept for invitees are not among them."""
    left = sa.func.sum(SeatPool.sellable - SeatPool.taken - SeatPool.reserved)
    found = session.scalar(
        sa.select(left).where(
            SeatPool.event_id == event_id,
            SeatPool.sellable - SeatPool.taken > SeatPool.reserved,
            SeatPool.purpose != PoolPurpose.CHOICE,
        )
    )
    return int(found or 0)


def seats_under(session: ReadSession, event_id: uuid.UUID) -> int:
    """Return the round number that the seats left are below, 0 when none is left or there are many."""
    left = seats_left(session, event_id)
    return next((step for step in SEAT_STEPS if 0 < left < step), 0)


def hashtags_of(brand: Brand) -> tuple[str, ...]:
    """Return the brand's hashtags in a form that channels link: one ``#``, no blanks or punctuation."""
    words = ("".join(re.findall(r"\w+", tag)) for tag in brand.hashtags)
    return tuple(dict.fromkeys(f"#{word}" for word in words if word and not word.isdigit()))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _old_when(session: ReadSession, event: Event, locale: str) -> str:
    """Return when the event was to be before it last moved; the fact log remembers it."""
    payload = session.scalar(
        sa.select(FactRow.payload)
        .where(FactRow.event_id == event.id, FactRow.name == "EventRescheduled")
        .order_by(FactRow.id.desc())
        .limit(1)
    )
    if payload is None:
        return ""
    starts_at = datetime.fromisoformat(payload["old_starts_at"])
    ends_at = datetime.fromisoformat(payload["old_ends_at"])
    return format_when(starts_at, ends_at, event.timezone, locale)


def _recording_url(session: ReadSession, event_id: uuid.UUID) -> str:
    found = session.scalar(
        sa.select(Recording.url)
        .where(Recording.event_id == event_id, Recording.state == RecordingState.PUBLISHED)
        .order_by(Recording.published_at.desc())
        .limit(1)
    )
    return found or ""


def _attended(session: ReadSession, event_id: uuid.UUID) -> int:
    people = sa.func.count(sa.distinct(Attendance.registration_id))
    found = session.scalar(sa.select(people).where(Attendance.event_id == event_id)) or 0
    return int(found) if found >= ATTENDED_WORTH_TELLING else 0


def days(event: Event, locale: str) -> str:
    """Return the event's day or days without hours, for pictures."""
    return format_dates(event.starts_at, event.ends_at, event.timezone, locale)
