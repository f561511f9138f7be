"""Entries, files and feeds, read by three parsers that are not ours."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.catalogue import calendar
from events.catalogue.calendar import Entry
from events.links import Links
from events.models import (
    Event,
    EventKind,
    EventMode,
    Organiser,
    Participation,
    Registration,
    RegistrationState,
    Slot,
    Stage,
)
from events.pages import feed_writing
from events.storage import LocalizedText
from tests.support.calendars import assert_calendar_valid, complaints, uncalendared
from tests.support.readings import Person, Reading, UnreadableError, moment, read_with_icaljs
from tests.support.sizes import size

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
STARTS_AT = datetime(2026, 12, 12, 2, 0, tzinfo=UTC)
LINKS = Links("a secret key for tests, long enough", "https://acara.example")
ORGANISER = Organiser(
    id=uuid.uuid4(),
    slug="batam",
    name=LocalizedText("Perpustakaan Kota Batam", "Batam City Library"),
    email="halo@perpustakaan.batam.example",
)


def event(**changes: object) -> Event:
    columns: dict[str, object] = {
        "id": uuid.UUID("019afc00-0000-7000-8000-000000000002"),
        "slug": "menulis",
        "kind": EventKind.WEBINAR,
        "mode": EventMode.ONLINE,
        "stage": Stage.REGISTRATION_OPEN,
        "title": LocalizedText("Menulis; bercerita, dan ❤", "Writing"),
        "summary": LocalizedText("Belajar menulis.\n\nBersama Ibu Siti.", "Learn to write."),
        "venue": LocalizedText(),
        "starts_at": STARTS_AT,
        "ends_at": STARTS_AT + timedelta(hours=2),
        "timezone": "Asia/Jakarta",
        "join_url": "https://meet.example/abc",
        "calendar_sequence": 2,
        "created_at": NOW - timedelta(days=9),
        "updated_at": NOW,
        **changes,
    }
    return Event(**columns)


def registration(**changes: object) -> Registration:
    columns: dict[str, object] = {
        "id": uuid.UUID("019afc00-0000-7000-8000-000000000003"),
        "state": RegistrationState.CONFIRMED,
        "link_version": 1,
        "calendar_sequence": 1,
        "updated_at": NOW,
        **changes,
    }
    return Registration(**columns)


def slot() -> Slot:
    return Slot(
        id=uuid.UUID("019afc00-0000-7000-8000-000000000004"),
        starts_at=STARTS_AT + timedelta(days=1),
        ends_at=STARTS_AT + timedelta(days=1, hours=1),
        calendar_sequence=4,
    )


def own_entry(**changes: object) -> Entry:
    return calendar.registration_entry(event(), ORGANISER, registration(**changes), "id", links=LINKS)


def properties(body: bytes, method: str = "PUBLISH") -> dict[str, str]:
    assert_calendar_valid(body, method=method)
    return uncalendared(body.decode())


def test_an_entry_as_a_file() -> None:
    found = properties(calendar.entry_file(own_entry()))
    assert found["UID"] == "019afc00-0000-7000-8000-000000000003"
    assert found["SUMMARY"] == "Menulis\\; bercerita\\, dan ❤"
    assert found["DTSTART;TZID=Asia/Jakarta"] == "20261212T090000"
    assert found["STATUS"] == "CONFIRMED"
    assert found["LOCATION"] == LINKS.join_url(registration().id, 1)
    assert found["URL"] == LINKS.manage_url(registration().id, 1)
    assert "https://meet.example" not in str(found), "the meeting stays behind the personal link"


def test_the_sequence_adds_up_everything_that_can_move() -> None:
    visit = calendar.registration_entry(event(), ORGANISER, registration(), "id", links=LINKS, slot=slot())
    assert (own_entry().sequence, visit.sequence) == (2 + 1, 2 + 1 + 4)
    part = Participation(id=uuid.uuid4(), link_version=1, calendar_sequence=3)
    partner = calendar.participation_entry(event(), ORGANISER, part, "id", links=LINKS)
    assert partner.sequence == 2 + 3
    public = calendar.event_entry(event(), ORGANISER, "id", url=None, slot=slot())
    assert (public.sequence, public.uid) == (2 + 4, str(slot().id))


def test_a_visit_has_the_times_of_its_slot() -> None:
    visit = calendar.registration_entry(event(), ORGANISER, registration(), "id", links=LINKS, slot=slot())
    assert (visit.starts_at, visit.ends_at) == (slot().starts_at, slot().ends_at)


def test_a_speaker_is_given_a_link_that_outlives_the_meetings_address() -> None:
    part = Participation(id=uuid.uuid4(), link_version=1, calendar_sequence=0)
    entry = calendar.participation_entry(event(), ORGANISER, part, "en", links=LINKS)
    assert entry.join_url == LINKS.partner_join_url(part.id, 1)


def test_what_ends_is_cancelled_and_opens_no_meeting() -> None:
    ended = [
        own_entry(state=RegistrationState.CANCELLED),
        own_entry(state=RegistrationState.WAITLISTED),
        calendar.registration_entry(event(stage=Stage.POSTPONED), ORGANISER, registration(), "id", links=LINKS),
        calendar.event_entry(event(stage=Stage.CANCELLED), ORGANISER, "id", url=None),
    ]
    for entry in ended:
        found = properties(calendar.entry_file(entry))
        assert found["STATUS"] == "CANCELLED"
        assert [name for name in found if name.startswith("CONFERENCE")] == []
        assert "/j/" not in str(found)


def test_an_exhibition_is_whole_days_that_block_nobody() -> None:
    lasting = event(kind=EventKind.EXHIBITION, ends_at=datetime(2026, 12, 20, 9, tzinfo=UTC), join_url=None)
    found = properties(calendar.entry_file(calendar.event_entry(lasting, ORGANISER, "id", url=None)))
    assert found["DTSTART;VALUE=DATE"] == "20261212"
    assert found["DTEND;VALUE=DATE"] == "20261221", "DTEND is the first day that is not part of it"
    assert found["TRANSP"] == "TRANSPARENT"
    assert "VTIMEZONE" not in str(found)


def test_a_feed_is_the_same_bytes_until_something_changes() -> None:
    def made(**changes: object) -> bytes:
        entries = [
            calendar.event_entry(event(**changes), ORGANISER, "id", url="https://acara.example/events/batam/menulis")
        ]
        return feed_writing.feed(
            entries, name="Acara Perpustakaan; Batam", url="https://acara.example/feed.ics", locale="id"
        )

    first = made()
    calendar.vtimezone.cache_clear()
    assert made() == first
    assert made(updated_at=NOW + timedelta(seconds=1)) != first
    found = properties(first)
    assert found["NAME;LANGUAGE=id"] == found["X-WR-CALNAME"] == "Acara Perpustakaan\\; Batam"
    assert found["REFRESH-INTERVAL;VALUE=DURATION"] == found["X-PUBLISHED-TTL"] == "PT1H"
    assert found["SOURCE;VALUE=URI"] == "https://acara.example/feed.ics"
    assert found["DTSTAMP"] == "20261201T020000Z"


def test_a_feed_of_nothing_and_of_several_zones() -> None:
    several = [
        calendar.event_entry(event(timezone=zone), ORGANISER, "id", url=None)
        for zone in ("Asia/Jayapura", "Asia/Jakarta", "Asia/Makassar")
    ]
    body = feed_writing.feed(several, name="Acara", url="https://acara.example/feed.ics", locale="id")
    properties(body)
    assert body.count(b"BEGIN:VTIMEZONE") == 3
    empty = feed_writing.feed([], name="Acara", url="https://acara.example/feed.ics", locale="id")
    assert empty.count(b"BEGIN:VEVENT") == 0


def test_control_the_judge_finds_what_is_broken() -> None:
    body = calendar.entry_file(own_entry())
    for name in (b"DTSTAMP", b"UID", b"SUMMARY", b"ORGANIZER"):
        without = b"\r\n".join(line for line in body.replace(b"\r\n ", b"").split(b"\r\n") if not line.startswith(name))
        assert complaints(without) != [], name


@settings(max_examples=size(60, 5000), deadline=None)
@given(st.text(max_size=60), st.text(max_size=90), st.text(max_size=40))
def test_nothing_that_is_typed_breaks_out_of_its_property(title: str, summary: str, venue: str) -> None:
    changed = event(title=LocalizedText(title or "x"), summary=LocalizedText(summary), venue=LocalizedText(venue))
    own = calendar.registration_entry(changed, ORGANISER, registration(), "id", links=LINKS)
    body = calendar.entry_file(own)
    assert_calendar_valid(body, method="PUBLISH")
    expected = uncalendared(calendar.entry_file(own_entry()).decode())
    found = uncalendared(body.decode())
    assert set(found) - {"LOCATION"} == set(expected) - {"LOCATION"}, "no property was added or lost"


@given(st.lists(st.sampled_from(["a", "é", "ꦲ", "❤", "\\", "^", ";", ",", " ", '"', "\n"]), min_size=60, max_size=300))
def test_lines_are_as_the_library_writes_them_folded_elsewhere(letters: list[str]) -> None:
    """Folding is ours because the library's is slow; unfolded, both say the same."""
    text = "".join(letters)
    component = calendar.vevent(calendar.event_entry(event(summary=LocalizedText(text)), ORGANISER, "id", url=None))
    made = calendar.vcalendar([component], method="PUBLISH", timezones=["Asia/Jakarta"])
    ours = calendar.to_bytes(made)
    assert max(map(len, ours.split(b"\r\n"))) <= 75
    assert ours.decode().replace("\r\n ", "") == made.to_ical().decode().replace("\r\n ", "")
    for line in ours.split(b"\r\n"):
        line.decode()


ZONES = ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Europe/Amsterdam", "America/New_York", "Australia/Sydney"]
"""WIB, WITA, WIT, and where guests from abroad move their clocks."""


@settings(max_examples=size(60, 5000), deadline=None)
@given(
    st.sampled_from(ZONES),
    st.integers(0, 6_000_000),
    st.integers(5, 60 * 23),
    st.lists(
        st.sampled_from(["a", "é", "ꦲ", "👩‍👩‍👧", "\\", "\\n", "^n", ";", ",", ":", " ", '"', "\n"]), max_size=120
    ),
)
def test_every_parser_reads_what_was_meant(zone: str, later: int, minutes: int, letters: list[str]) -> None:
    starts_at = STARTS_AT + timedelta(minutes=later)
    text = LocalizedText("".join(letters) or "x")
    ends_at = starts_at + timedelta(minutes=minutes)
    changed = event(timezone=zone, starts_at=starts_at, ends_at=ends_at, title=text, summary=text, venue=text)
    entry = calendar.registration_entry(changed, ORGANISER, registration(), "id", links=LINKS)
    readings = assert_calendar_valid(calendar.entry_file(entry), method="PUBLISH")
    assert readings == [
        Reading(
            uid=entry.uid,
            sequence=entry.sequence,
            status="CONFIRMED",
            start=moment(starts_at),
            end=moment(ends_at),
            summary=entry.title,
            description=entry.description,
            location=entry.location,
            organiser=Person(f"mailto:{ORGANISER.email}", ORGANISER.name.id, None, None, rsvp=False),
            attendees=(),
        )
    ]


def test_a_zone_whose_clocks_move_is_written_in_absolute_time() -> None:
    """ical.js reads one RDATE of a VTIMEZONE; and 02.30 in Amsterdam comes twice on the last Sunday of October."""
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    twice = event(timezone="Europe/Amsterdam", starts_at=second, ends_at=second + timedelta(hours=2))
    body = calendar.entry_file(calendar.event_entry(twice, ORGANISER, "id", url=None))
    found = properties(body)
    assert (found["DTSTART"], found["DTEND"]) == ("20261025T013000Z", "20261025T033000Z")
    assert b"VTIMEZONE" not in body
    assert [zone for zone in ZONES if calendar.keeps_its_offset(zone)] == ZONES[:3]


def test_control_a_zone_that_is_not_explained_is_noticed() -> None:
    body = calendar.entry_file(own_entry())
    start, end = body.index(b"BEGIN:VTIMEZONE"), body.index(b"END:VTIMEZONE\r\n") + len(b"END:VTIMEZONE\r\n")
    with pytest.raises(UnreadableError):
        read_with_icaljs(body[:start] + body[end:])
