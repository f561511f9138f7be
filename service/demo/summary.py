"""What was sent, issued, uploaded and published, and whether that is everything that should have been."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from certificates.models import Certificate, CertificateState
from events.models import SEATED_STATES, Attendance, Evidence, Recording, RecordingState, Registration
from events.outbox import FactRow
from events.storage import ReadSession
from notifications.models.email import Email, EmailKind, EmailState
from notifications.models.post import Post, PostState
from notifications.models.poster import Poster, PosterState
from service.demo.play import SEATS, Play


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the summary: what was expected and what is there."""

    what: str
    expected: int
    found: int

    @property
    def right(self) -> bool:
        """Whether exactly what was expected is there."""
        return self.expected == self.found


def compare(play: Play) -> list[Line]:
    """Return what should have happened beside what did, in rows, in inboxes and on the networks."""
    return play.theatre.runtime.database.read(lambda session: list(_lines(session, play)))


def _lines(session: ReadSession, play: Play) -> Iterator[Line]:
    emails = _count_by(session, Email.kind, Email.state == EmailState.SENT)
    yield from _places(session, play, emails)
    yield from _mails(session, play, emails)
    yield from _works(session, play, emails)
    yield Line("facts without their reactions", 0, _count(session, FactRow, FactRow.settled_at.is_(None)))


def _places(session: ReadSession, play: Play, emails: Counter[EmailKind]) -> Iterator[Line]:
    """Compare who has a place, waits or came with what people did."""
    tally = play.tally
    yield Line("seats given out at the rush", SEATS, tally.confirmed)
    yield Line("people who wait and were told so", tally.waiting, emails[EmailKind.WAITLISTED])
    yield Line("places given back", tally.cancelled, emails[EmailKind.REGISTRATION_CANCELLED])
    yield Line("offers taken", tally.offers_taken, _count(session, FactRow, FactRow.name == "OfferAccepted"))
    yield Line("offers that lapsed and were told so", tally.offers_lapsed, emails[EmailKind.OFFER_EXPIRED])
    yield Line("visits at the exhibition", tally.visits, _visits(session, play.exhibition["id"]))
    at_door = _count(session, Attendance, Attendance.evidence == Evidence.DOOR)
    yield Line("parties seen at the door", tally.seen_at_door, at_door)


def _mails(session: ReadSession, play: Play, emails: Counter[EmailKind]) -> Iterator[Line]:
    """Compare what was sent with what people did, and what arrived with what was sent."""
    tally, delivered = play.tally, play.theatre.mail.delivered
    yield Line("confirmations", tally.confirmations, emails[EmailKind.CONFIRMATION])
    yield Line("people told of the move", tally.told_of_move, emails[EmailKind.EVENT_UPDATE])
    yield Line("people told of the event that was called off", tally.called_off, emails[EmailKind.EVENT_CANCELLED])
    yield Line("last reminders before the webinar", tally.reminded, _reminders(session, play.webinar["id"]))
    yield Line("people told of the recording", tally.reminded, emails[EmailKind.RECORDING_AVAILABLE])
    yield Line("partners invited", 3, emails[EmailKind.PARTNER_INVITATION])
    yield Line("partners whose calendar moved", 3, emails[EmailKind.PARTNER_UPDATE])
    arrived = {each.message_id for each in delivered}
    yield Line("e-mails sent and arrived, each once", sum(emails.values()), len(arrived))
    yield Line("e-mails that arrived twice", 0, len(delivered) - len(arrived))
    yield Line("e-mails given up", 0, _count(session, Email, Email.state == EmailState.FAILED))


def _works(session: ReadSession, play: Play, emails: Counter[EmailKind]) -> Iterator[Line]:
    """Compare certificates, the recording and posts with what should have come of the events."""
    issued = _count(session, Certificate, Certificate.state == CertificateState.ISSUED)
    yield Line("certificates issued", play.tally.joined, issued)
    yield Line("certificates sent", _with_email(session), emails[EmailKind.CERTIFICATE])
    published = _count(session, Recording, Recording.state == RecordingState.PUBLISHED)
    yield Line("recordings published", 1, published)
    yield Line("videos on YouTube", 1, len(play.theatre.youtube.channel.videos))
    posts = _count(session, Post, Post.channel == "mastodon", Post.state == PostState.PUBLISHED)
    yield Line("posts on Mastodon, each once", posts, len(play.theatre.mastodon.statuses))
    copied = _count(session, Post, Post.state == PostState.COPIED)
    yield Line("posts put up by hand", play.tally.copied, copied)
    yield Line("posters that could not be drawn", 0, _count(session, Poster, Poster.state == PosterState.FAILED))


def _reminders(session: ReadSession, event_id: str) -> int:
    """Return how many were reminded of an event an hour before."""
    last = (Email.event_id == uuid.UUID(event_id), Email.kind == EmailKind.REMINDER_1H)
    return _count(session, Email, *last, Email.state == EmailState.SENT)


def _visits(session: ReadSession, event_id: str) -> int:
    held = Registration.state.in_(SEATED_STATES)
    return _count(session, Registration, Registration.event_id == uuid.UUID(event_id), held)


def _with_email(session: ReadSession) -> int:
    statement = (
        sa.select(sa.func.count())
        .select_from(Certificate)
        .join(Registration, Registration.id == Certificate.registration_id)
        .where(Certificate.state == CertificateState.ISSUED, Registration.email.is_not(None))
    )
    return int(session.scalar(statement) or 0)


def _count(session: ReadSession, model: Any, *where: sa.ColumnElement[bool]) -> int:
    return int(session.scalar(sa.select(sa.func.count()).select_from(model).where(*where)) or 0)


def _count_by(session: ReadSession, column: Any, *where: sa.ColumnElement[bool]) -> Counter[Any]:
    rows = session.execute(sa.select(column, sa.func.count()).where(*where).group_by(column))
    return Counter({key: int(count) for key, count in rows})
