"""A speaker's conversation about several dates of a series: one entry, one of its dates moved, one cancelled, split.

Everything that we send is judged by libical, ical.js and `ical`, and the last two have to work out the same moments
from rule, exceptions and moved dates. The answers have the shapes of real programs (`tests.support.calendar_clients`).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from events.drafts import authoring, lifecycle
from events.mail_tags import MailTags
from events.models import (
    Event,
    EventMode,
    Participation,
    ParticipationRole,
    PartnerAnswer,
    PartnerKind,
    Series,
    SeriesInvitation,
)
from events.partnership import partners
from events.recurring import series, series_editing
from events.recurring.series_editing import Changes, Scope
from events.recurring.series_planning import ChosenDate
from events.storage import LocalizedText, Session
from notifications.inbox import deciding
from notifications.inbox.matching import Inbox
from notifications.inbox.receiving import open_mail, take_in
from notifications.models.inbound import InboundMessage
from service.processes import work
from tests.notifications.post_office import KEY, calendar_of
from tests.service.reactions.test_series_mails import Office
from tests.support.calendar_clients import FAMILIES, fields
from tests.support.calendars import assert_calendar_valid
from tests.support.life import NOW
from tests.support.readings import occurrences
from tests.support.running import make_runtime
from tests.support.series_life import draft, timing

INBOX = Inbox(MailTags(KEY))
LENGTH = timedelta(minutes=90)
WEEK = timedelta(days=7)
FIRST = datetime(2026, 12, 2, 8, 0, tzinfo=UTC)
"""Wednesday, 15.00 WIB."""
ZONES = {
    "outlook": "RECURRENCE-ID;TZID=SE Asia Standard Time:{:%Y%m%dT%H%M%S}",
    "gmail": "RECURRENCE-ID;TZID=Asia/Jakarta:{:%Y%m%dT%H%M%S}",
    "apple": "RECURRENCE-ID;TZID=Asia/Jakarta:{:%Y%m%dT%H%M%S}",
    "thunderbird": "RECURRENCE-ID;TZID=Asia/Jakarta:{:%Y%m%dT%H%M%S}",
    "exchange-resource": "RECURRENCE-ID;TZID=SE Asia Standard Time:{:%Y%m%dT%H%M%S}",
}


class Correspondence:
    """A speaker of five Wednesdays, what they get, what they send, and what the board says of each date."""

    def __init__(self, office: Office, family: str = "outlook") -> None:
        self.office, self.family, self.client = office, family, FAMILIES[family]
        self.life = office.life
        self.series_id = self._make()
        self.partner_id = self.life.do(
            partners.add_partner,
            self.life.organiser_id,
            kind=PartnerKind.SPEAKER,
            name="Siti",
            email=self.client.address,
        )
        self.minutes = 0

    def _make(self) -> uuid.UUID:
        asked = timing("setiap Rabu", count=5)
        chosen = [ChosenDate(day, *asked.on(day)) for day in asked.days()]
        texts = {
            "title": LocalizedText("Klub Baca", "Reading Club"),
            "summary": LocalizedText("Membaca bersama.", "Reading together."),
            "venue": LocalizedText("Ruang Serbaguna", "Main hall"),
            "mode": EventMode.HYBRID,
            "waitlist": True,
            "join_url": "https://meet.example/klub",
        }
        return self.life.do(series.create, draft(self.life, asked, fields=texts), chosen)

    @property
    def dates(self) -> list[uuid.UUID]:
        """The events of every series there is, in the order of their days."""
        statement = sa.select(Event.id).where(Event.series_id.is_not(None)).order_by(Event.series_date)
        return list(self.life.database.read(lambda session: session.scalars(statement).all()))

    def invite(self, *numbers: int) -> None:
        """Have the speaker take part in these dates."""
        for number in numbers:
            self.life.do(partners.invite, self.dates[number], self.partner_id, role=ParticipationRole.SPEAKER)

    def publish(self) -> None:
        """Publish the series."""
        self.life.do(series.publish_all, self.series_id, decides=True)

    def sent(self, *, after: timedelta = timedelta(0)) -> list[EmailMessage]:
        """Return what the speaker is sent, once everything was reacted to."""
        self.office.react(NOW + after)
        found = self.office.post.send(now=NOW + after + timedelta(seconds=59))
        return [each for each in found if each["To"].addresses[0].addr_spec == self.client.address]

    def judged(self, method: str, *, after: timedelta = timedelta(0)) -> bytes:
        """Return the calendar object of the one e-mail that is sent, once every judge has accepted it."""
        (message,) = self.sent(after=after)
        content = calendar_of(message)
        assert content is not None
        assert_calendar_valid(content, method=method)
        return content

    def participation(self, number: int) -> Participation:
        """Return what the board says of one date."""
        statement = sa.select(Participation).where(
            Participation.event_id == self.dates[number], Participation.partner_id == self.partner_id
        )
        found: Participation = self.life.database.read(lambda session: session.scalars(statement).one())
        return found

    def said(self) -> list[str]:
        """Return the answers on the board, date by date; those of dates without the speaker are left out."""
        statement = (
            sa.select(Participation.answer)
            .join(Event, Event.id == Participation.event_id)
            .where(Participation.partner_id == self.partner_id)
            .order_by(Event.series_date)
        )
        return [each.value for each in self.life.database.read(lambda session: session.scalars(statement).all())]

    def answer(self, asked: bytes, partstat: str, *, date: datetime | None = None, **more: Any) -> tuple[str, str]:
        """Have the speaker's program answer what it was sent, for all dates or for one."""
        local = date + timedelta(hours=7) if date else None
        line = ZONES[self.family].format(local) if local else None
        return self.send(self.client.answer(asked, partstat, at=self.tick(), recurrence=line, **more))

    def tick(self) -> datetime:
        """Let a minute pass on the speaker's clock."""
        self.minutes += 1
        return NOW + timedelta(minutes=self.minutes)

    def send(self, raw: bytes) -> tuple[str, str]:
        """Have a mail arrive; return what became of it, and why."""
        mail, now = open_mail(raw), NOW + timedelta(minutes=self.minutes)
        key = self.life.database.write(lambda session: take_in(session, mail, INBOX, now=now))
        assert key is not None
        row = self.message(key)
        return row.state.value, row.reason

    def message(self, key: uuid.UUID | None = None) -> InboundMessage:
        """Return a message that came in, the newest one unless told otherwise."""
        statement = sa.select(InboundMessage).order_by(InboundMessage.id.desc()).limit(1)
        if key is not None:
            statement = sa.select(InboundMessage).where(InboundMessage.id == key)
        found: InboundMessage = self.life.database.read(lambda session: session.scalars(statement).one())
        return found

    def invitations(self) -> Sequence[SeriesInvitation]:
        """Return the entries that there are, oldest first."""
        statement = sa.select(SeriesInvitation).order_by(SeriesInvitation.created_at, SeriesInvitation.id)
        return self.life.database.read(lambda session: session.scalars(statement).all())


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    runtime = make_runtime(database_url, tmp_path, clock_file=tmp_path / "clock")
    yield Office(runtime)
    runtime.close()


def starts(content: bytes) -> list[datetime]:
    """Return when the entry begins, each time, as the judges work it out."""
    return [datetime.fromisoformat(each.start) for each in occurrences(content)]


def lines(content: bytes, name: str) -> list[str]:
    """Return the object's lines of that name, in order."""
    unfolded = content.decode().replace("\r\n ", "").split("\r\n")
    return [line for line in unfolded if line.startswith((f"{name}:", f"{name};"))]


def move(conversation: Correspondence, number: int, starts_at: datetime) -> None:
    """Have staff move one date."""
    times = {"starts_at": starts_at, "ends_at": starts_at + LENGTH}
    conversation.life.do(lifecycle.reschedule, conversation.dates[number], **times)


@pytest.mark.parametrize("family", ["gmail", "outlook"])  # two copies of each answer; no ORGANIZER in it
def test_a_calendar_follows_a_series_to_its_end(  # noqa: PLR0915 - one conversation, from the first word to the last
    office: Office, family: str
) -> None:
    conversation = Correspondence(office, family)
    conversation.invite(*range(5))
    assert conversation.sent() == []  # nobody is invited to drafts
    conversation.publish()

    request = conversation.judged("REQUEST")
    assert starts(request) == [FIRST + number * WEEK for number in range(5)]
    assert lines(request, "RRULE") == ["RRULE:FREQ=WEEKLY;UNTIL=20261230T080000Z;BYDAY=WE"]
    assert conversation.answer(request, "ACCEPTED") == ("applied", "")
    assert conversation.said() == ["accepted"] * 5

    moved = FIRST + WEEK + timedelta(days=1, hours=2)
    move(conversation, 1, moved)
    update = conversation.judged("REQUEST")
    assert starts(update) == [FIRST, moved, *(FIRST + number * WEEK for number in (2, 3, 4))]
    assert lines(update, "RECURRENCE-ID") == ["RECURRENCE-ID;TZID=Asia/Jakarta:20261209T150000"]
    assert [each.partstat for each in occurrences(update)] == [
        "ACCEPTED",
        "NEEDS-ACTION",
        "ACCEPTED",
        "ACCEPTED",
        "ACCEPTED",
    ]
    assert conversation.said() == ["accepted", "needs-action", "accepted", "accepted", "accepted"]

    # An old answer to all is none to the date that moved since, and still one to the others.
    assert conversation.answer(request, "TENTATIVE") == ("applied", "")
    assert conversation.said() == ["tentative", "needs-action", "tentative", "tentative", "tentative"]
    assert conversation.answer(update, "ACCEPTED", date=FIRST + WEEK) == ("applied", "")
    assert conversation.answer(update, "DECLINED", date=FIRST + 3 * WEEK) == ("applied", "")
    assert conversation.said() == ["tentative", "accepted", "tentative", "declined", "tentative"]

    conversation.life.do(lifecycle.cancel, conversation.dates[2])
    without = conversation.judged("REQUEST")
    assert starts(without) == [FIRST, moved, FIRST + 3 * WEEK, FIRST + 4 * WEEK]
    assert lines(without, "EXDATE") == ["EXDATE;TZID=Asia/Jakarta:20261216T150000"]
    assert conversation.answer(without, "ACCEPTED", date=FIRST + 2 * WEEK) == ("stale", "over")

    changes = Changes(times=(time(16), 90))
    dates = conversation.dates
    conversation.life.do(series_editing.edit, conversation.series_id, dates[3], Scope.FOLLOWING, changes)
    ended, following = [calendar_of(each) for each in conversation.sent()]
    assert ended is not None
    assert following is not None
    for each in (ended, following):
        assert_calendar_valid(each, method="REQUEST")
    assert starts(ended) == [FIRST, moved]
    assert starts(following) == [FIRST + number * WEEK + timedelta(hours=1) for number in (3, 4)]
    assert conversation.said() == ["tentative", "accepted", "tentative", "needs-action", "needs-action"]
    assert conversation.answer(without, "ACCEPTED") == ("applied", "")  # to what is left of the first entry
    assert conversation.said() == ["accepted", "accepted", "tentative", "needs-action", "needs-action"]
    assert conversation.answer(following, "ACCEPTED") == ("applied", "")
    assert conversation.said() == ["accepted", "accepted", "tentative", "accepted", "accepted"]

    first, second = conversation.invitations()
    conversation.life.do(series_editing.call_off, second.series_id, dates[3], Scope.ALL)
    cancelled = conversation.judged("CANCEL")
    conversation.life.do(series_editing.call_off, first.series_id, dates[0], Scope.ALL)
    last = conversation.judged("CANCEL")
    assert conversation.answer(last, "ACCEPTED") == ("stale", "over")

    objects = [fields(each) for each in (request, update, without, ended, last)]
    assert {each["UID"] for each in objects} == {str(first.id)}
    assert {fields(each)["UID"] for each in (following, cancelled)} == {str(second.id)}
    assert len({each["ORGANIZER"] for each in objects}) == 1
    numbers = [int(each["SEQUENCE"]) for each in objects]
    assert numbers == sorted(set(numbers))
    assert "https://meet.example" not in (request + update + without + following).decode().replace("\r\n ", "")


def test_eight_bells_send_nothing_twice(office: Office) -> None:
    conversation = Correspondence(office)
    conversation.invite(*range(5))
    conversation.publish()
    facts = office.unsettled()  # as eight workers see them at once
    with ThreadPoolExecutor(8) as bells:
        for rung in [bells.submit(work.react_to, office.runtime, facts) for _ in range(8)]:
            rung.result()

    assert len(conversation.sent()) == 1
    assert conversation.sent() == []

    for number in (1, 2):
        move(conversation, number, FIRST + number * WEEK + timedelta(hours=1))
    assert len(conversation.sent()) == 1  # the first to be sent tells both, and the other has nothing to say
    assert conversation.sent(after=timedelta(hours=1)) == []


def test_dates_that_are_added_one_by_one_change_one_entry(office: Office) -> None:
    conversation = Correspondence(office)
    conversation.publish()
    conversation.invite(0)
    alone = conversation.judged("REQUEST")
    assert starts(alone) == [FIRST]
    assert lines(alone, "RRULE") == []

    conversation.invite(2)
    conversation.invite(3)
    assert conversation.sent() == []  # more may be added in the next minutes
    added = conversation.judged("REQUEST", after=timedelta(minutes=6))
    assert starts(added) == [FIRST, FIRST + 2 * WEEK, FIRST + 3 * WEEK]
    assert lines(added, "EXDATE") == ["EXDATE;TZID=Asia/Jakarta:20261209T150000"]

    conversation.life.do(partners.withdraw, conversation.participation(2).id)
    fewer = conversation.judged("REQUEST", after=timedelta(minutes=7))
    assert starts(fewer) == [FIRST, FIRST + 3 * WEEK]
    for number in (0, 3):
        conversation.life.do(partners.withdraw, conversation.participation(number).id)
    cancel = conversation.judged("CANCEL", after=timedelta(minutes=8))
    assert {fields(each)["UID"] for each in (alone, added, fewer, cancel)} == {str(conversation.invitations()[0].id)}

    conversation.invite(4)
    again = conversation.judged("REQUEST", after=timedelta(minutes=9))
    assert starts(again) == [FIRST + 4 * WEEK]
    assert int(fields(again)["SEQUENCE"]) > int(fields(cancel)["SEQUENCE"])


def test_a_date_that_says_something_else_is_told_apart(office: Office) -> None:
    conversation = Correspondence(office)
    conversation.invite(*range(3))
    conversation.publish()
    conversation.judged("REQUEST")
    texts = {"title": LocalizedText("Klub Baca: Laskar Pelangi"), "venue": LocalizedText("Ruang Anak")}
    conversation.life.do(authoring.edit_event, conversation.dates[1], **texts)

    update = conversation.judged("REQUEST")

    assert [each.summary for each in occurrences(update)] == ["Klub Baca", "Klub Baca: Laskar Pelangi", "Klub Baca"]
    assert lines(update, "LOCATION") == ["LOCATION:Ruang Serbaguna", "LOCATION:Ruang Anak"]
    assert len(lines(update, "CONFERENCE")) == 2
    assert lines(update, "TRIGGER") == ["TRIGGER:-PT1H"] * 2
    conversation.life.do(authoring.edit_event, conversation.dates[1], join_url="https://meet.example/lain")
    assert "meet.example" not in conversation.judged("REQUEST").decode().replace("\r\n ", "")


def test_another_time_for_one_date_is_declined_by_mail(office: Office) -> None:
    conversation = Correspondence(office)
    conversation.invite(*range(3))
    conversation.publish()
    request = conversation.judged("REQUEST")
    wished = FIRST + WEEK + timedelta(hours=3)
    shape = conversation.client.counters
    assert shape is not None

    assert conversation.answer(request, "TENTATIVE", date=FIRST + WEEK, starts_at=wished) == ("applied", "")
    part = conversation.participation(1)
    assert (part.answer, part.proposed_starts_at) == (PartnerAnswer.TENTATIVE, wished)
    assert conversation.said() == ["needs-action", "tentative", "needs-action"]
    assert conversation.answer(request, "TENTATIVE", starts_at=wished) == ("waiting", "whole_series")

    conversation.life.do(partners.decline_proposal, part.id, comment="Ruangannya terpakai.")
    (message,) = conversation.sent()
    content = calendar_of(message)
    assert content is not None
    assert_calendar_valid(content, method="DECLINECOUNTER")
    asked = fields(content)
    assert (asked["UID"], asked["SEQUENCE"]) == (fields(request)["UID"], fields(request)["SEQUENCE"])
    assert lines(content, "RECURRENCE-ID") == ["RECURRENCE-ID:20261209T080000Z"]
    assert lines(content, "COMMENT") == ["COMMENT:Ruangannya terpakai."]
    assert conversation.participation(1).proposed_starts_at is None


def test_what_a_stranger_answers_waits_and_is_applied_to_every_date_by_hand(office: Office) -> None:
    conversation = Correspondence(office)
    conversation.invite(*range(3))
    conversation.publish()
    request = conversation.judged("REQUEST")
    raw = conversation.client.answer(request, "ACCEPTED", at=conversation.tick())
    assert conversation.send(raw.replace(b'From: "Tata Usaha SMAN 1 Batam" <sekolah@', b"From: <orang.lain@")) == (
        "waiting",
        "other_sender",
    )
    assert conversation.said() == ["needs-action"] * 3
    key = conversation.message().id

    conversation.life.do(deciding.apply, key)
    assert conversation.said() == ["accepted"] * 3
    conversation.life.do(deciding.reopen, key)
    assert conversation.said() == ["needs-action"] * 3


def test_an_answer_to_a_date_that_there_is_not_waits(office: Office) -> None:
    conversation = Correspondence(office)
    conversation.invite(0, 2)
    conversation.publish()
    request = conversation.judged("REQUEST")

    assert conversation.answer(request, "DECLINED", date=FIRST + WEEK) == ("waiting", "no_such_date")
    assert conversation.said() == ["needs-action"] * 2


def test_where_clocks_are_put_back_every_date_is_named(office: Office) -> None:
    conversation = Correspondence(office)
    conversation.invite(*range(3))

    def elsewhere(session: Session) -> None:
        for event in session.scalars(sa.select(Event)):
            event.timezone = "Europe/Amsterdam"
        found = session.get_one(Series, conversation.series_id)
        found.timezone, found.start_time = "Europe/Amsterdam", time(9)

    conversation.life.database.write(elsewhere)
    conversation.publish()
    request = conversation.judged("REQUEST")

    assert starts(request) == [FIRST + number * WEEK for number in range(3)]
    assert (lines(request, "RRULE"), lines(request, "TZID")) == ([], [])
