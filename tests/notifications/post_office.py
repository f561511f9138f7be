"""What tests of mail share: a composer, a mailer that keeps what it is given, and one event's people to write to."""

from __future__ import annotations

import email
import email.policy
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any, TypeVar

import sqlalchemy as sa

from events.links import Links
from events.mail_tags import MailTags
from events.media.files import FileStore
from events.models import ParticipationRole, PartnerKind
from events.partnership import partners
from events.storage import LocalizedText, Session
from notifications.letters.composing import Composer
from notifications.mailing import delivery
from notifications.models.email import Email, EmailKind
from notifications.transport.smtp import Outcome, Outgoing, Verdict
from tests.support.life import Life

_Result = TypeVar("_Result")

KEY = "a secret key for tests, long enough"
BASE_URL = "https://acara.example"
SENDER = "acara@perpustakaan.batam.example"
RSVP_ADDRESS = "rsvp@perpustakaan.batam.example"
REAL_NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

links = Links(KEY, BASE_URL)
tags = MailTags(KEY)


def composer(files: FileStore) -> Composer:
    """Return a composer in the name of a test installation."""
    return Composer(
        links=links, files=files, sender=SENDER, domain="acara.example", tags=tags, rsvp_address=RSVP_ADDRESS
    )


@dataclass
class Pigeonhole:
    """A mailer that accepts everything and keeps it; `before` is called with each message before it is accepted."""

    kept: list[Outgoing] = field(default_factory=list)
    before: Callable[[Outgoing], Verdict | None] = lambda _: None

    def send(self, messages: Iterable[Outgoing]) -> Iterator[Outcome]:
        """Keep each message, or give the verdict that `before` returns."""
        for message in messages:
            verdict = self.before(message)
            if verdict is None:
                self.kept.append(message)
            yield Outcome(message.id, verdict or Verdict.ACCEPTED, "" if verdict is None else "451 not now")

    @property
    def messages(self) -> list[EmailMessage]:
        """What was accepted, parsed, in order."""
        return [parse(each.content) for each in self.kept]


def parse(content: bytes) -> EmailMessage:
    """Parse a message with the standard library, and fail on any defect that it notices."""
    message = email.message_from_bytes(content, _class=EmailMessage, policy=email.policy.SMTP)
    for part in message.walk():
        assert part.defects == [], part.defects
    return message


def calendar_of(message: EmailMessage) -> bytes | None:
    """Return the calendar object in a message; the inline part and the attachment must be the same octets.

    A file with all dates of a series is none: it is attached only, and has no METHOD in its type.
    """
    parts = [
        part
        for part in message.walk()
        if part.get_content_type() == "application/ics"
        or (part.get_content_type() == "text/calendar" and part.get_param("method"))
    ]
    contents = {part.get_payload(decode=True) for part in parts}
    if not parts:
        return None
    assert [part.get_content_type() for part in parts] == ["text/calendar", "application/ics"]
    assert len(contents) == 1
    content = contents.pop()
    assert isinstance(content, bytes)
    return content


@dataclass
class PostOffice:
    """Sends what is due in one database through a `Pigeonhole`."""

    life: Life
    files: FileStore
    mailer: Pigeonhole = field(default_factory=Pigeonhole)

    def send(self, *, now: datetime | None = None, real_now: datetime = REAL_NOW) -> Sequence[EmailMessage]:
        """Send until nothing is due; return what went out in this call."""
        before = len(self.mailer.kept)
        while delivery.send_due(
            self.life.database,
            self.mailer,
            composer(self.files),
            now=now or self.life.now,
            real_now=real_now,
        ):
            pass
        return self.mailer.messages[before:]

    def write(self, use_case: Callable[[Session], _Result]) -> _Result:
        """Run a use-case."""
        return self.life.database.write(use_case)

    def rows(self, kind: EmailKind | None = None) -> Sequence[Email]:
        """Return the e-mails there are, oldest first."""
        statement = sa.select(Email).order_by(Email.id)
        if kind is not None:
            statement = statement.where(Email.kind == kind)
        return self.life.database.read(lambda session: session.scalars(statement).all())

    def states(self, kind: EmailKind | None = None) -> list[str]:
        """Return the states of the e-mails there are, oldest first."""
        return [row.state.value for row in self.rows(kind)]

    def invite(self, event_id: uuid.UUID, **changes: Any) -> uuid.UUID:
        """Invite a speaker to an event and return the participation's id."""
        contact: dict[str, Any] = {
            "name": "Dr. Hj. Siti Aminah, S.Pd., M.M.",
            "email": "siti.aminah@unhas.example",
            "timezone": "Asia/Makassar",
            **changes,
        }

        def use_case(session: Session) -> uuid.UUID:
            partner_id = partners.add_partner(
                session, self.life.organiser_id, kind=PartnerKind.SPEAKER, now=self.life.now, **contact
            )
            return partners.invite(
                session,
                event_id,
                partner_id,
                role=ParticipationRole.SPEAKER,
                topic=LocalizedText("Dari gagasan menjadi cerita", "From an idea to a story"),
                now=self.life.now,
                by="staff:test",
            )

        return self.life.database.write(use_case)
