"""What a message is about: the e-mail and the invitation of ours that it belongs to, found by what we wrote ourselves.

Tags in our own addresses come first, because nobody else can make them; ids that a message merely quotes come second,
and are worth less (`Match.tagged`).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa

from events.links import Target
from events.mail_tags import RETURN, RSVP, UNSUBSCRIBE, MailTags
from events.models import Event, Organiser, Participation, SeriesInvitation
from events.storage import ReadSession
from notifications.inbox.bounces import Bounce, Complaint
from notifications.inbox.classing import Answered, Understood
from notifications.inbox.message import Received
from notifications.models.email import Email

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Inbox:
    """What an installation knows its own mail by: the tags in its addresses, and the server that receives for it.

    `trusted_server` is that server's authserv-id (RFC 8601); None: what headers say about senders is not believed.
    """

    tags: MailTags
    trusted_server: str | None = None

    def tagged(self, received: Received, purpose: str) -> Target | None:
        """Return what the first tag of that purpose names among the addresses that a message came to."""
        found = (self.tags.read(purpose, each) for each in received.recipients)
        return next((each for each in found if each is not None), None)


@dataclass(frozen=True, slots=True)
class Match:
    """Our e-mail, the invitation, whose they are; `tagged` says that the e-mail was found by a tag that we made."""

    email: Email | None
    participation: Participation | None
    organiser_id: uuid.UUID | None
    tagged: bool = False
    series: SeriesInvitation | None = None
    """The invitation to several dates that it is about; `participation` is then one of them."""


def match(session: ReadSession, received: Received, understood: Understood | None, inbox: Inbox) -> Match:
    """Find what a message is about. At most six short queries."""
    tagged = inbox.tagged(received, RETURN)
    email = session.get(Email, tagged.id) if tagged is not None else None
    by_tag = email is not None
    unwanted = inbox.tagged(received, UNSUBSCRIBE)
    email = email or _first(session, Email, (unwanted.id if unwanted else None, *_quoted(received, understood)))
    keys = _invitation_keys(received, understood, inbox)
    part, series = _first(session, Participation, keys), _first(session, SeriesInvitation, keys)
    if part is None and series is not None:
        part = _date_of(session, series)
    if part is None and email is not None and email.participation_id is not None:
        part = session.get(Participation, email.participation_id)
    owner = email.organiser_id if email is not None else None
    event = session.get(Event, part.event_id) if part is not None else None
    return Match(
        email, part, event.organiser_id if event is not None else owner or _only_house(session), by_tag, series
    )


def _quoted(received: Received, understood: Understood | None) -> Iterable[uuid.UUID | None]:
    about = understood.about if isinstance(understood, Bounce | Complaint) else ""
    for each in (about, *received.refers_to[:20]):
        yield uuid_in(each.partition("@")[0])


def _invitation_keys(
    received: Received, understood: Understood | None, inbox: Inbox
) -> tuple[uuid.UUID | None, uuid.UUID | None]:
    calendar = understood.calendar if isinstance(understood, Answered) else None
    tagged = inbox.tagged(received, RSVP)
    return uuid_in(calendar.uid) if calendar else None, tagged.id if tagged is not None else None


def _date_of(session: ReadSession, series: SeriesInvitation) -> Participation | None:
    """Return the date of an invitation to several that comes first, of those that the partner still takes part in."""
    return session.scalars(
        sa.select(Participation)
        .join(Event, Event.id == Participation.event_id)
        .where(Participation.series_invitation_id == series.id)
        .order_by(sa.case((Participation.withdrawn_at.is_(None), 0), else_=1), Event.starts_at, Event.id)
        .limit(1)
    ).first()


def _first(session: ReadSession, model: type[_Row], keys: Iterable[uuid.UUID | None]) -> _Row | None:
    for key in keys:
        found = session.get(model, key) if key is not None else None
        if found is not None:
            return found
    return None


def _only_house(session: ReadSession) -> uuid.UUID | None:
    """Return the library's id where there is one library only: what nothing else tells whose it is, is its own."""
    found = session.scalars(sa.select(Organiser.id).where(Organiser.parent_id.is_(None)).limit(2)).all()
    return found[0] if len(found) == 1 else None


def uuid_in(text: str) -> uuid.UUID | None:
    """Return the id that `text` is, or None."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
