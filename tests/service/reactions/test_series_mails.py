"""What people with all dates of a series are sent: one e-mail for what happened at once, never one for each date."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from events import outbox
from events.drafts import authoring, lifecycle
from events.models import Additions, Event, Registration, RegistrationState
from events.recurring import exchanging, series, series_booking, series_editing
from events.recurring.series_booking import Booked
from events.recurring.series_editing import Changes, Scope
from events.recurring.series_planning import ChosenDate
from events.registrations import guardians, registration
from events.registrations.applications import Guardian
from events.registrations.guardians import GUARDIAN_WITHIN
from events.seating import waitlist
from events.storage import LocalizedText, new_id
from service.clock import real_now
from service.processes import work
from service.wiring import Runtime
from tests.notifications.post_office import PostOffice, calendar_of
from tests.support.life import NOW, Life, add_organiser, application
from tests.support.running import make_runtime
from tests.support.series_life import draft, timing
from tests.support.site import at

LATER = NOW + timedelta(hours=1)


class Office:
    """A library whose facts are reacted to, and whose mail is kept."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.life = Life(runtime.database, runtime.database.write(add_organiser))
        self.post = PostOffice(self.life, runtime.files)

    def react(self, now: datetime = NOW) -> None:
        """React to everything that happened."""
        at(self.runtime, now)
        while facts := self.unsettled():
            work.react_to(self.runtime, facts)

    def unsettled(self) -> Sequence[uuid.UUID]:
        """Return the facts that nobody has reacted to."""
        ahead = real_now() + timedelta(minutes=1)
        return self.runtime.database.read(lambda session: outbox.unsettled(session, real_now=ahead))

    def sent(self, now: datetime = NOW) -> Sequence[EmailMessage]:
        """React, and send what is due (reminders are not)."""
        self.react(now)
        return self.post.send(now=now + timedelta(seconds=59))  # the clock runs on meanwhile

    def make(self, *, count: int = 3, **changes: Any) -> uuid.UUID:
        """Publish a series of Saturdays."""
        asked = timing("setiap Sabtu", count=count)
        chosen = [ChosenDate(day, *asked.on(day)) for day in asked.days()]
        series_id = self.life.do(series.create, draft(self.life, asked, **changes), chosen)
        self.life.do(series.publish_all, series_id, decides=True)
        self.sent()
        return series_id

    def book(self, series_id: uuid.UUID, person: int = 1, **changes: Any) -> Booked:
        """Register a person for all dates, and let the mail about it go."""
        return self.life.do(series_booking.book, series_id, application(new_id(), person, **changes), by="person")

    def dates(self) -> list[uuid.UUID]:
        """Return the dates, the earliest first."""
        statement = sa.select(Event.id).order_by(Event.starts_at)
        return self.life.database.read(lambda session: list(session.scalars(statement)))

    def add(self, series_id: uuid.UUID, *, count: int) -> list[uuid.UUID]:
        """Add dates up to `count` and publish them, one by one."""
        asked = timing("setiap Sabtu", count=count)
        chosen = [ChosenDate(day, *asked.on(day)) for day in asked.days()]
        made = self.life.do(series.add_dates, series_id, chosen, now=LATER)
        for event_id in made:
            self.life.do(lifecycle.publish, event_id, now=LATER)
        return made


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    runtime = make_runtime(database_url, tmp_path, clock_file=tmp_path / "clock")
    at(runtime, NOW)
    yield Office(runtime)
    runtime.close()


def _subjects(messages: Sequence[EmailMessage]) -> list[str]:
    return [str(each["Subject"]) for each in messages]


def _text(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain",))
    assert part is not None
    return str(part.get_content())


def _schedule(message: EmailMessage) -> str:
    [part] = [each for each in message.iter_attachments() if each.get_content_type() == "text/calendar"]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode()


def test_registering_once_is_one_mail_with_every_date(office: Office) -> None:
    series_id = office.make(count=3, capacity=1)
    office.life.register(office.dates()[0], 2)
    office.sent()
    booked = office.book(series_id)
    [message] = office.sent()
    assert message["Subject"] == "Klub Baca: 3 tanggal Anda"
    text = _text(message)
    assert (text.count("tempat Anda sudah pasti"), text.count("daftar tunggu")) == (2, 1)
    seated = [each.registration_id for each in booked.outcomes if each.state is RegistrationState.CONFIRMED]
    assert {line[4:].strip() for line in _schedule(message).splitlines() if line.startswith("UID:")} == {
        str(key) for key in seated
    }
    assert office.sent() == []


def test_reminders_stay_with_each_date(office: Office) -> None:
    office.book(office.make(count=2))
    office.react()
    kinds = Counter(row.kind.value for row in office.post.rows())
    assert (kinds["series_booked"], kinds["confirmation"]) == (1, 0)
    # The first date is four days away: nobody is reminded a week before it.
    assert (kinds["reminder_7d"], kinds["reminder_1d"], kinds["reminder_1h"]) == (1, 2, 2)


def test_giving_everything_back_is_one_mail_and_a_single_date_its_own(office: Office) -> None:
    series_id = office.make()
    booked = office.book(series_id)
    office.sent()
    office.life.do(registration.cancel, booked.registrations[0], now=LATER, by="person")
    [single] = office.sent(LATER)
    assert b"METHOD:CANCEL" in (calendar_of(single) or b"")  # the file with all dates had put it into the calendar
    assert office.post.rows()[-1].kind.value == "registration_cancelled"
    then = LATER + timedelta(hours=1)
    office.life.do(series_booking.cancel_all, booked.booking_id, now=then, by="person")
    assert _subjects(office.sent(then)) == ["Pendaftaran Anda berakhir: Klub Baca"]


def test_a_change_of_the_whole_series_is_one_mail_for_who_has_all_dates(office: Office) -> None:
    series_id = office.make()
    office.book(series_id, 1)
    first = office.dates()[0]
    office.life.register(first, 2)
    office.sent()
    changes = Changes(
        fields={"venue": LocalizedText("Aula Baru")}, times=(time(16), 90), reason=LocalizedText("Ruang dipakai.")
    )
    office.life.do(series_editing.edit, series_id, first, Scope.ALL, changes, now=LATER)
    messages = office.sent(LATER)
    by_person = Counter(str(each["To"]) for each in messages)
    assert by_person == {"Peserta 1 <peserta1@example.org>": 1, "Peserta 2 <peserta2@example.org>": 1}
    [for_all] = [each for each in messages if "peserta1" in str(each["To"])]
    assert for_all["Subject"] == "Perubahan pada seri: Klub Baca"
    text = _text(for_all)
    assert (text.count("16.00–17.30"), "Aula Baru" in text, "Ruang dipakai." in text) == (3, True, True)
    assert _schedule(for_all).count("T160000") == 3


def test_a_change_of_the_whole_series_is_one_mail_for_who_registered_date_by_date(office: Office) -> None:
    series_id = office.make()
    dates = office.dates()
    held = [office.life.register(each, 1).registration_id for each in dates[:2]]
    office.life.register(dates[2], 2)
    given_up = office.life.register(dates[2], 1).registration_id
    office.life.do(registration.cancel, given_up, by="person")
    office.sent()
    changes = Changes(fields={"venue": LocalizedText("Aula Baru")}, times=(time(16), 90))
    office.life.do(series_editing.edit, series_id, dates[0], Scope.ALL, changes, now=LATER)
    messages = {str(each["To"]): each for each in office.sent(LATER)}
    assert {address: str(each["Subject"]) for address, each in messages.items()} == {
        "Peserta 1 <peserta1@example.org>": "Perubahan pada seri: Klub Baca",
        "Peserta 2 <peserta2@example.org>": "Perubahan: Klub Baca, 19 Desember 2026",
    }
    told = messages["Peserta 1 <peserta1@example.org>"]
    assert [_text(told).count(words) for words in ("16.00–17.30", "Aula Baru", "/r/", "/s/")] == [2, 1, 2, 0]
    assert {line[4:].strip() for line in _schedule(told).splitlines() if line.startswith("UID:")} == set(map(str, held))
    owed = [row.kind.value for row in office.post.rows() if row.to_address == "peserta1@example.org"]
    assert [owed.count(kind) for kind in ("series_changed", "event_update")] == [1, 0]


def test_two_changes_of_the_series_are_told_one_after_the_other_and_then_a_date_by_itself(office: Office) -> None:
    series_id = office.make(count=2)
    dates = office.dates()
    for each in dates:
        office.life.register(each)
    office.sent()
    told: list[list[str]] = []
    for number, hall in enumerate(("Aula A", "Aula B"), start=1):
        then = LATER + timedelta(hours=number)
        changes = Changes(fields={"venue": LocalizedText(hall)})
        office.life.do(series_editing.edit, series_id, dates[0], Scope.ALL, changes, now=then)
        told.append(_subjects(office.sent(then)))
    event = office.life.event(dates[1])
    moved = {"starts_at": event.starts_at + timedelta(hours=1), "ends_at": event.ends_at + timedelta(hours=1)}
    office.life.do(lifecycle.reschedule, event.id, **moved, now=then + timedelta(hours=1))
    told.append(_subjects(office.sent(then + timedelta(hours=1))))
    assert told == [["Perubahan pada seri: Klub Baca"]] * 2 + [["Jadwal baru: Klub Baca, 12 Desember 2026"]]


def test_calling_off_is_one_mail_for_who_registered_date_by_date(office: Office) -> None:
    series_id = office.make()
    for each in office.dates():
        office.life.register(each)
    office.sent()
    office.life.do(series_editing.call_off, series_id, office.dates()[0], Scope.ALL, now=LATER)
    [message] = office.sent(LATER)
    assert message["Subject"] == "Pendaftaran Anda berakhir: Klub Baca"
    assert _text(message).count("dibatalkan") == 3
    assert _schedule(message).count("STATUS:CANCELLED") == 3


def test_a_change_of_one_date_is_an_update_of_that_date(office: Office) -> None:
    series_id = office.make()
    office.book(series_id)
    office.sent()
    event = office.life.event(office.dates()[1])
    starts_at = event.starts_at + timedelta(hours=1)
    office.life.do(
        lifecycle.reschedule, event.id, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), now=LATER
    )
    office.sent(LATER)
    assert [row.kind.value for row in office.post.rows() if row.kind.value.startswith(("event", "series_ch"))] == [
        "event_update"
    ]


def test_calling_the_series_off_is_one_mail(office: Office) -> None:
    series_id = office.make()
    office.book(series_id)
    office.sent()
    office.life.do(series_editing.call_off, series_id, office.dates()[0], Scope.ALL, now=LATER)
    [message] = office.sent(LATER)
    assert message["Subject"] == "Pendaftaran Anda berakhir: Klub Baca"
    assert _text(message).count("dibatalkan") == 3
    assert _schedule(message).count("STATUS:CANCELLED") == 3


# ---------------------------------------------------------------- dates that are added later
def test_added_dates_are_offered_once_although_published_one_by_one(office: Office) -> None:
    series_id = office.make(count=2)
    booked = office.book(series_id)
    office.sent()
    office.add(series_id, count=4)
    assert office.sent(LATER) == []  # gathered for a few minutes
    [message] = office.sent(LATER + timedelta(minutes=6))
    assert message["Subject"] == "Klub Baca: 2 tanggal baru"
    office.life.do(series_booking.take_added, booked.booking_id, now=LATER + timedelta(minutes=10), by="person")
    [taken] = office.sent(LATER + timedelta(minutes=10))
    assert taken["Subject"] == "Klub Baca: 4 tanggal Anda"
    for event_id in office.dates():
        office.life.do(lifecycle.close_registration, event_id)
        office.life.do(lifecycle.open_registration, event_id)
    assert office.sent(LATER + timedelta(hours=1)) == []


def test_who_took_the_added_dates_already_is_not_asked(office: Office) -> None:
    series_id = office.make(count=2)
    booked = office.book(series_id)
    office.sent()
    office.add(series_id, count=3)
    office.react(LATER)
    office.life.do(series_booking.take_added, booked.booking_id, now=LATER, by="person")
    assert _subjects(office.sent(LATER + timedelta(minutes=6))) == ["Klub Baca: 3 tanggal Anda"]


def test_a_fixed_group_is_registered_for_added_dates_at_once(office: Office) -> None:
    series_id = office.make(count=2, additions=Additions.REGISTER)
    for person in (1, 2, 3):
        office.book(series_id, person)
    office.life.register(office.dates()[0], 4)  # has one date only, and stays out of the others
    office.sent()
    made = office.add(series_id, count=4)
    messages = office.sent(LATER + timedelta(minutes=6))
    assert Counter(_subjects(messages)) == {}
    messages = office.sent(LATER + timedelta(minutes=12))
    assert Counter(_subjects(messages)) == {"Klub Baca: 4 tanggal Anda": 3}
    held = office.life.database.read(
        lambda s: Counter(s.scalars(sa.select(Registration.event_id).where(Registration.event_id.in_(made))))
    )
    assert held == dict.fromkeys(made, 3)


def test_people_without_an_address_are_registered_and_written_to_by_nobody(office: Office) -> None:
    series_id = office.make()
    person = replace(application(new_id(), 1), email=None, phone="+628123456789")
    office.life.do(series_booking.book, series_id, person, by="person")
    assert office.sent() == []
    office.life.do(authoring.edit_event, office.dates()[0], venue=LocalizedText("Aula"), now=LATER)
    assert office.sent(LATER) == []


# ---------------------------------------------------------------- another date
def test_an_exchange_withdraws_the_old_entry_and_sends_the_new(office: Office) -> None:
    office.make(count=2)
    first, second = office.dates()
    old = office.life.register(first, 1)
    office.sent()
    new = office.life.do(exchanging.exchange_date, old.registration_id, second, by="person:x")
    told = {str(each["Subject"]): (calendar_of(each) or b"").decode() for each in office.sent()}
    said = {subject: [uid in calendar for uid in _uids(old, new)] for subject, calendar in told.items()}
    assert said == {
        "Tanggal ditukar: Klub Baca, 5 Desember 2026": [True, False],
        "Tanggal baru Anda: Klub Baca, 12 Desember 2026": [False, True],
    }
    methods = {subject.partition(":")[0]: _method(calendar) for subject, calendar in told.items()}
    assert methods == {"Tanggal ditukar": "CANCEL", "Tanggal baru Anda": "REQUEST"}


def _uids(*made: registration.Registered) -> list[str]:
    return [f"UID:{each.registration_id}" for each in made]


def _method(calendar: str) -> str:
    [line] = [line for line in calendar.splitlines() if line.startswith("METHOD:")]
    return line.removeprefix("METHOD:")


def test_the_old_date_goes_once_the_offer_is_taken(office: Office) -> None:
    office.make(count=2, capacity=1)
    first, second = office.dates()
    old, other = office.life.register(first, 1), office.life.register(second, 2)
    office.sent()
    new = office.life.do(exchanging.exchange_date, old.registration_id, second, by="person:x")
    [waits] = office.sent()
    assert "Tanggal lama tetap menjadi milik Anda" in _text(waits)
    office.life.do(registration.cancel, other.registration_id)
    office.sent()
    assert office.life.registration(old.registration_id).state is RegistrationState.CONFIRMED
    office.life.do(waitlist.accept_offer, new.registration_id)
    told = Counter(subject.partition(":")[0] for subject in _subjects(office.sent()))
    assert told == {"Tanggal ditukar": 1, "Tanggal baru Anda": 1}
    assert office.life.registration(old.registration_id).state is RegistrationState.CANCELLED


def test_who_has_all_dates_hears_of_the_exchange_alone(office: Office) -> None:
    series_id = office.make(count=2)
    booked = office.book(series_id)
    office.sent()
    [added] = office.add(series_id, count=3)
    office.react(LATER)
    office.life.do(exchanging.exchange_date, booked.registrations[0], added, by="person:x", now=LATER)
    told = Counter(subject.partition(":")[0] for subject in _subjects(office.sent(LATER)))
    assert told == {"Tanggal ditukar": 1, "Tanggal baru Anda": 1}


MOTHER = Guardian("Hj. Nur'aini", "nuraini@example.org")


def _minor(office: Office, **changes: Any) -> Booked:
    series_id = office.make()
    office.life.do(guardians.allow_minors, office.dates()[0], True)
    return office.book(series_id, guardian=MOTHER, **changes)


def _told(messages: Sequence[EmailMessage]) -> list[tuple[str, str]]:
    return sorted((parseaddr(str(each["To"]))[1], str(each["Subject"])) for each in messages)


def test_a_guardian_is_asked_once_for_all_dates_and_their_yes_is_one_mail(office: Office) -> None:
    booked = _minor(office)
    told = office.sent()
    assert _told(told) == [
        ("nuraini@example.org", "Mohon persetujuan Anda: Klub Baca"),
        ("peserta1@example.org", "Klub Baca: 3 tanggal Anda"),
    ]
    [request] = [each for each in told if "/g/" in _text(each)]
    assert (_text(request).count("\n- Sabtu"), _text(request).count("/g/")) == (3, 1)
    office.life.do(guardians.consent, booked.registrations[1], now=LATER)
    [confirmed] = office.sent(LATER)
    assert (confirmed["Subject"], _text(confirmed).count("tempat Anda sudah pasti")) == ("Klub Baca: 3 tanggal Anda", 3)


@pytest.mark.parametrize("silent", [True, False])
def test_without_the_guardian_one_mail_tells_of_all_dates(office: Office, silent: bool) -> None:
    booked = _minor(office)
    office.sent()
    after = NOW + GUARDIAN_WITHIN
    if silent:
        office.life.do(guardians.expire, now=after)
    else:
        office.life.do(guardians.refuse, booked.registrations[0], now=after)
    [told] = office.sent(after)
    assert _told([told]) == [("peserta1@example.org", "Pendaftaran tidak dilanjutkan: Klub Baca")]
    assert _text(told).count("tidak mendapat tempat") == 3


def test_the_guardian_is_asked_again_once(office: Office) -> None:
    booked = _minor(office)
    office.sent()
    office.life.do(guardians.ask_again, booked.registrations[2], now=LATER)
    assert _told(office.sent(LATER)) == [("nuraini@example.org", "Mohon persetujuan Anda: Klub Baca")]


def test_who_was_told_of_only_through_their_guardian_gives_back_in_silence(office: Office) -> None:
    """Else anybody could fill a mailbox by registering and giving up in turn."""
    booked = _minor(office, quiet=True)
    assert _told(office.sent()) == [("nuraini@example.org", "Mohon persetujuan Anda: Klub Baca")]
    office.life.do(series_booking.cancel_all, booked.booking_id, by=f"person:{booked.registrations[0]}", now=LATER)
    assert office.sent(LATER) == []
