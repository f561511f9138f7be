"""What a post may say: the event's own facts, in one language, gathered once and never added to."""

from __future__ import annotations

import hashlib
import re
import unicodedata
import uuid
from dataclasses import dataclass, fields
from datetime import datetime

import msgspec
import sqlalchemy as sa

from events.brand import Brand, brand_of
from events.days.dates import format_clock, format_dates, format_short_date, format_when
from events.drafts.works import works_of
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
    ProgrammeItem,
    SeatPool,
)
from events.outbox import FactRow
from events.recordings import recording
from events.storage import ReadSession
from events.tags import topics_of
from notifications.models.moment import Moment

SEAT_STEPS = (5, 10, 20, 50, 100)
ATTENDED_WORTH_TELLING = 5
_KEPT = "\u200c\u200d" + "".join(chr(tag) for tag in range(0xE0020, 0xE0080))
"""Invisible, and part of words and emoji: joiners, and the letters of regional flags."""
_VOICES = (ParticipationRole.SPEAKER, ParticipationRole.MODERATOR)


@dataclass(frozen=True, slots=True)
class Speaker:
    """A speaker as posters name them."""

    participation_id: uuid.UUID
    name: str
    affiliation: str
    topic: str
    photo_key: str | None
    moderates: bool = False
    """Leads the conversation, and is not called a speaker."""

    def credit(self) -> str:
        """Return the name, with the affiliation in brackets."""
        return f"{self.name} ({self.affiliation})" if self.affiliation else self.name


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the programme."""

    at: str
    title: str
    speaker: str = ""

    def line(self) -> str:
        """Return the line as posts show it: ``09.15 Dari dongeng menjadi buku (Rida Kemala Sari)``."""
        return f"{self.at} {self.title}" + (f" ({self.speaker})" if self.speaker else "")


@dataclass(frozen=True, slots=True)
class Work:
    """One work of an exhibition, as its label names it."""

    title: str
    maker: str
    note: str

    def credit(self, by: str) -> str:
        """Return title and maker: ``Perahu Pulang, karya Encik Rahman``."""
        return f"{self.title}, {by} {self.maker}" if self.maker else self.title


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
    emoji: str = ""
    """The organiser's policy: ``none``, ``few``, ``many``, or empty for that of the tone."""
    limited: bool = False
    """Whether there is only so much room."""
    programme: tuple[Item, ...] = ()
    work: Work | None = None

    def named(self) -> str:
        """Return what the event is called: a talk in a room is no webinar."""
        return "event" if self.kind is EventKind.WEBINAR and self.where else self.kind.value

    def lead(self) -> Speaker | None:
        """Return whom the post is about, or the first speaker."""
        about = [speaker for speaker in self.speakers if str(speaker.participation_id) == self.subject]
        return next(iter(about or self.speakers), None)

    def digest(self) -> str:
        """Return a SHA-256 of what is said, without the numbers that grow by themselves (seats, attendance)."""
        moving = {"seats_under", "attended", "tone", "hashtags", "page", "url", "recording_url", "emoji", "limited"}
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
        recording_url=(recording.url_of(session, event.id) or "") if moment is Moment.RECORDING else "",
        hashtags=hashtags_of(brand, *(topic.name.to(locale) for topic in topics_of(event.topics))),
        reason=_one_line(event.reason.to(locale)),
        certificate=bool(event.certificate),
        seats_under=seats_under(session, event.id) if moment is Moment.FEW_SEATS else 0,
        attended=_attended(session, event.id) if moment is Moment.THANKS else 0,
        emoji=brand.emoji,
        limited=_limited(session, event.id),
        programme=programme_of(session, event, locale) if moment is Moment.PROGRAMME else (),
        work=work_of(event, subject, locale) if moment is Moment.WORK else None,
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
            moderates=participation.role is ParticipationRole.MODERATOR,
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


def programme_of(session: ReadSession, event: Event, locale: str) -> tuple[Item, ...]:
    """Return the programme in its order; the day stands before the hour where there is more than one."""
    rows = session.execute(
        sa.select(ProgrammeItem, Partner.name)
        .outerjoin(Partner, Partner.id == ProgrammeItem.speaker_id)
        .where(ProgrammeItem.event_id == event.id)
        .order_by(ProgrammeItem.starts_at, ProgrammeItem.id)
    ).all()
    days = [format_short_date(item.starts_at, event.timezone, locale) for item, _ in rows]
    return tuple(
        Item(
            at=(f"{day}, " if len(set(days)) > 1 else "") + format_clock(item.starts_at, event.timezone, locale),
            title=_one_line(item.title.to(locale)),
            speaker=_one_line(name or ""),
        )
        for day, (item, name) in zip(days, rows, strict=True)
    )


def has_programme(session: ReadSession, event_id: uuid.UUID) -> bool:
    """Tell whether there is a programme worth a post: more than one line."""
    lines = session.scalar(sa.select(sa.func.count()).where(ProgrammeItem.event_id == event_id)) or 0
    return lines > 1


def hashtags_of(brand: Brand, *topics: str) -> tuple[str, ...]:
    """Return the brand's hashtags and the event's topics in a form that channels link: no blanks or punctuation.

    The organiser's first two lead, then the event's own, so that both are there where only few are worth writing.
    """
    own = [*brand.hashtags[:2], *(_camel(topic) for topic in topics[:3]), *brand.hashtags[2:]]
    words = ("".join(re.findall(r"\w+", tag)) for tag in own)
    return tuple(dict.fromkeys(f"#{word}" for word in words if word and not word.isdigit()))


def _camel(topic: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in topic.split())


def _one_line(text: str) -> str:
    """Return text on one line, without characters that nobody sees and that could turn a post's order around."""
    kept = (each for each in text if unicodedata.category(each) not in ("Cc", "Cf") or each in _KEPT or each.isspace())
    return " ".join("".join(kept).split())


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


def _attended(session: ReadSession, event_id: uuid.UUID) -> int:
    people = sa.func.count(sa.distinct(Attendance.registration_id))
    found = session.scalar(sa.select(people).where(Attendance.event_id == event_id)) or 0
    return int(found) if found >= ATTENDED_WORTH_TELLING else 0


def days(event: Event, locale: str) -> str:
    """Return the event's day or days without hours, for pictures."""
    return format_dates(event.starts_at, event.ends_at, event.timezone, locale)


def work_of(event: Event, subject: str, locale: str) -> Work | None:
    """Return the work that `subject` names, or None where it is not shown any more."""
    found = next((work for work in works_of(event.works) if work.code == subject), None)
    if found is None:
        return None
    return Work(
        title=_one_line(found.title.to(locale)), maker=_one_line(found.maker), note=_one_line(found.note.to(locale))
    )


def _limited(session: ReadSession, event_id: uuid.UUID) -> bool:
    statement = sa.select(SeatPool.id).where(SeatPool.event_id == event_id, SeatPool.capacity.is_not(None)).limit(1)
    return session.scalar(statement) is not None
