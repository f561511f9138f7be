"""Mail to the address in List-Unsubscribe: believed by its tag, in the shapes of mail programs, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from events.mail_tags import RETURN, RSVP, UNSUBSCRIBE, MailTags
from events.outbox import FactRow
from notifications.inbox.matching import Inbox
from notifications.inbox.receiving import open_mail, take_in
from notifications.models.email import Email, EmailKind
from notifications.models.inbound import InboundMessage
from notifications.news import subscribing
from tests.notifications.post_office import KEY, RSVP_ADDRESS, PostOffice

SHAPES = sorted((Path(__file__).parent / "corpus").glob("unsubscribe-*.eml"))


@pytest.fixture
def email(post_office: PostOffice) -> Email:
    """An e-mail to somebody who may want no more of such."""
    life = post_office.life
    life.do(subscribing.ask, life.organiser_id, "ani@mail.example", locale="id", words="1")
    [found] = post_office.rows(EmailKind.NEWS_ASKED)
    return found


def take(post_office: PostOffice, raw: bytes, to: str) -> tuple[str, str, list[str]]:
    """Take a message in that came to an address; returns its kind, its state, and what followed for the e-mail."""
    mail = open_mail(raw.replace(b"rsvp+tag@perpustakaan.batam.example", to.encode()))
    post_office.write(lambda s: take_in(s, mail, Inbox(MailTags(KEY)), now=post_office.life.now))
    row = post_office.life.database.read(lambda s: s.scalars(sa.select(InboundMessage)).one())
    names = sa.select(FactRow.name).where(FactRow.name == "UnsubscribeReceived")
    return row.kind.value, row.state.value, list(post_office.life.database.read(lambda s: s.scalars(names).all()))


@pytest.mark.parametrize("shape", SHAPES, ids=lambda path: path.stem)
def test_every_shape_counts_by_its_tag(post_office: PostOffice, email: Email, shape: Path) -> None:
    to = MailTags(KEY).address(RSVP_ADDRESS, UNSUBSCRIBE, email.id)
    assert take(post_office, shape.read_bytes(), to) == ("unsubscribe", "applied", ["UnsubscribeReceived"])


@pytest.mark.parametrize(
    ("key", "purpose"),
    [("another secret key, long enough too", UNSUBSCRIBE), (KEY, RSVP), (KEY, RETURN)],
    ids=["forged", "of an invitation", "of a return path"],
)
def test_no_other_tag_counts(post_office: PostOffice, email: Email, key: str, purpose: str) -> None:
    to = MailTags(key).address(RSVP_ADDRESS, purpose, email.id)
    assert take(post_office, SHAPES[0].read_bytes(), to) == ("letter", "waiting", [])


def test_without_a_tag_a_person_reads_it(post_office: PostOffice, email: Email) -> None:
    del email
    assert take(post_office, SHAPES[0].read_bytes(), RSVP_ADDRESS) == ("letter", "waiting", [])
