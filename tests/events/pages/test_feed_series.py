"""A partner's dates of a series in their feed: each once, in the one entry that the mails carry."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from events.catalogue.feeds import Owner
from events.drafts import lifecycle
from events.links import Links
from events.models import (
    FeedOf,
    Participation,
    ParticipationRole,
    PartnerAnswer,
    PartnerKind,
    Stage,
)
from events.pages import feed_entries, feed_writing, partner_dates
from events.partnership import partners
from events.recurring import series_calendar
from events.storage import ReadSession
from service.database.transactions import Database
from tests.support.calendars import assert_calendar_valid
from tests.support.counting import counted
from tests.support.life import NOW, Life
from tests.support.readings import Occurrence, occurrences
from tests.support.series_speaker import FIRST, WEEK, SeriesSpeaker

LINKS = Links("k" * 32, "https://acara.example")


class Speaker(SeriesSpeaker):
    """A speaker of four dates, and what their calendars show."""

    def entries(self, own: uuid.UUID | None = None, *, now: datetime = NOW) -> list[Any]:
        owner = Owner(FeedOf.PARTNER, str(own or self.parts[0]), 1)

        def read(session: ReadSession) -> list[Any]:
            return list(feed_entries.entries_of(session, owner, now=now, locale="id", links=LINKS))

        return self.life.database.read(read)

    def feed(self, own: uuid.UUID | None = None, *, now: datetime = NOW) -> bytes:
        address = "https://acara.example/feeds/x/calendar.ics"
        return feed_writing.feed(self.entries(own, now=now), name="Acara", url=address, locale="id")

    def file(self) -> bytes:
        """Return the entry as the partner's page gives it, which is the mails' one."""
        [invitation] = self.invitations()

        def read(session: ReadSession) -> bytes:
            return series_calendar.series_file(partner_dates.entry_of(session, invitation.id, "id", links=LINKS))

        return self.life.database.read(read)


@pytest.fixture
def speaker(life: Life) -> Speaker:
    return Speaker(life)


def _told(body: bytes) -> list[tuple[str, str]]:
    """Return the moment and title of everything that the judges find in a feed with one entry."""
    assert_calendar_valid(body, method="PUBLISH")
    return [(each.start, each.summary) for each in occurrences(body)]


def _at(number: int, **more: float) -> str:
    return f"{FIRST + number * WEEK + timedelta(**more):%Y-%m-%dT%H:%M:%SZ}"


def test_each_date_of_a_series_stands_once_in_the_feed(speaker: Speaker) -> None:
    assert _told(speaker.feed()) == [(_at(number), "Belum dijawab: Klub Baca") for number in range(4)]
    speaker.answer(PartnerAnswer.ACCEPTED, 0, 1, 3)
    speaker.answer(PartnerAnswer.TENTATIVE, 2)
    speaker.move(1, FIRST + WEEK + timedelta(days=1))
    assert _told(speaker.feed()) == [
        (_at(0), "Klub Baca"),
        (_at(1, days=1), "Belum dijawab: Klub Baca"),
        (_at(2), "Belum pasti: Klub Baca"),
        (_at(3), "Klub Baca"),
    ]


def test_a_date_that_was_declined_or_called_off_is_left_out(speaker: Speaker) -> None:
    speaker.answer(PartnerAnswer.ACCEPTED, 0, 1, 2, 3)
    speaker.answer(PartnerAnswer.DECLINED, 1)
    speaker.cancel(2)
    assert _told(speaker.feed()) == [(_at(0), "Klub Baca"), (_at(3), "Klub Baca")]


def test_brought_into_one_calendar_the_feed_and_the_mail_are_one_entry(speaker: Speaker) -> None:
    """Under one UID and with one SEQUENCE a calendar keeps one of them; both are at the same moments."""
    speaker.answer(PartnerAnswer.ACCEPTED, 0, 1, 2, 3)
    feed, file = speaker.feed(), speaker.file()
    by_mail, by_feed = (assert_calendar_valid(each, method="PUBLISH") for each in (file, feed))
    assert by_feed == by_mail
    assert {each.uid for each in by_feed} == {str(each.id) for each in speaker.invitations()}
    assert (
        occurrences(feed)
        == occurrences(file)
        == [Occurrence(_at(number), _at(number, minutes=90), "Klub Baca", None) for number in range(4)]
    )


def test_who_declines_every_date_has_one_cancelled_entry_for_a_month(speaker: Speaker) -> None:
    speaker.answer(PartnerAnswer.DECLINED, 0, 1, 2, 3)
    [entry] = speaker.entries()
    assert (entry.cancelled, entry.uid) == (True, str(speaker.invitations()[0].id))
    [reading] = assert_calendar_valid(speaker.feed(), method="PUBLISH")
    assert reading.status == "CANCELLED"
    assert speaker.entries(now=NOW + timedelta(days=32)) == []


def test_an_answer_changes_the_feed_and_when_it_was_changed(speaker: Speaker) -> None:
    before = speaker.feed()
    assert speaker.feed() == before
    later = NOW + timedelta(hours=1)
    speaker.life.do(partners.answer, speaker.parts[2], PartnerAnswer.ACCEPTED, now=later)
    after = speaker.feed()
    assert after != before
    assert feed_writing.changed_at(speaker.entries()) == later
    numbers = [{each.sequence for each in assert_calendar_valid(body, method="PUBLISH")} for body in (before, after)]
    assert numbers[0] == numbers[1], "an answer is no change of what was asked (RFC 5546 §2.1.4)"


def test_only_the_series_of_the_own_page_has_links(speaker: Speaker) -> None:
    """A page of one date leads to all dates of its series, and to nothing else of that partner."""
    alone = speaker.life.webinar(starts_at=FIRST + timedelta(hours=5), ends_at=FIRST + timedelta(hours=6))
    other = speaker.life.do(partners.invite, alone, speaker.partner_id, role=ParticipationRole.SPEAKER)
    [invitation] = speaker.invitations()
    page = LINKS.partner_series_url(invitation.id, 1)
    alone_page = LINKS.partner_url(other, 1)
    for own, shown in (
        (speaker.parts[2], {page: True, alone_page: False}),
        (other, {page: False, alone_page: True}),
    ):
        body = speaker.feed(own)
        assert len(assert_calendar_valid(body, method="PUBLISH")) == 2
        unfolded = body.decode().replace("\r\n ", "")
        assert {address: address in unfolded for address in shown} == shown
        assert "meet.example" not in unfolded
        assert all(LINKS.partner_url(part, 1) not in unfolded for part in speaker.parts)


def test_the_number_of_queries_is_fixed(life: Life, database: Database) -> None:
    sent: list[int] = []
    for count in (2, 6):
        speaker = Speaker(life, count=count)
        with counted(database) as statements:
            speaker.entries()
        sent.append(len([each for each in statements if each.lstrip().startswith("SELECT")]))
    assert sent == [4, 4]


def test_a_partner_was_invited_with_the_publication_or_when_they_were_added_later(life: Life) -> None:
    """Who is asked for a draft knows nothing yet: neither their feed nor a reminder speaks of it."""
    event_id = life.webinar(Stage.DRAFT)
    key = life.do(partners.add_partner, life.organiser_id, kind=PartnerKind.SCHOOL, name="SMAN 1", email="a@x.example")
    early = life.do(partners.invite, event_id, key, role=ParticipationRole.HOST)

    def invited(part: uuid.UUID) -> datetime | None:
        statement = sa.select(Participation.invited_at).where(Participation.id == part)
        found: datetime | None = life.database.read(lambda session: session.scalar(statement))
        return found

    assert invited(early) is None
    life.do(lifecycle.publish, event_id, now=NOW + timedelta(hours=1))
    assert invited(early) == NOW + timedelta(hours=1)
    other = life.do(
        partners.add_partner, life.organiser_id, kind=PartnerKind.SCHOOL, name="SMAN 2", email="b@x.example"
    )
    late = life.do(partners.invite, event_id, other, role=ParticipationRole.GUEST, now=NOW + timedelta(hours=2))
    assert (invited(late), invited(early)) == (NOW + timedelta(hours=2), NOW + timedelta(hours=1))
    life.do(partners.withdraw, late, now=NOW + timedelta(hours=3))
    life.do(partners.invite, event_id, other, role=ParticipationRole.GUEST, now=NOW + timedelta(hours=4))
    assert invited(late) == NOW + timedelta(hours=4)
