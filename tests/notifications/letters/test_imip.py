"""Calendar objects by mail, judged by libical, a second parser and the rules that neither knows."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.catalogue.calendar import Entry
from events.plaintext import one_line
from notifications.letters.imip import invitation, written_whole
from notifications.transport.mime import BadAddress, Mailbox
from tests.support.calendars import assert_calendar_valid, complaints, uncalendared
from tests.support.sizes import size

NOW = datetime(2026, 12, 12, 2, 0, tzinfo=UTC)
ENTRY = Entry(
    uid="019afc00-0000-7000-8000-000000000003",
    sequence=4,
    starts_at=NOW,
    ends_at=NOW + timedelta(hours=2),
    timezone="Asia/Jakarta",
    cancelled=False,
    title="Menulis Cerita Anak",
    description="Belajar menulis.",
    location="Ruang Serbaguna",
    url="https://acara.example/r/abc",
    join_url="https://acara.example/j/abc",
    join_label="Gabung",
    categories=("WEBINAR",),
    organiser=None,
    created_at=NOW - timedelta(days=9),
    changed_at=NOW - timedelta(days=1),
)
LIBRARY = Mailbox("Perpustakaan Kota Batam", "halo@perpustakaan.example")
BUDI = Mailbox("Budi Santoso, S.Pd.", "budi@sekolah.example")


def lines(content: bytes, name: str) -> list[str]:
    return [line for line in content.decode().replace("\r\n ", "").split("\r\n") if line.startswith(name)]


def test_a_registrant_has_said_yes_by_registering() -> None:
    part = invitation(ENTRY, attendee=BUDI, organiser=LIBRARY, answer_wanted=False)
    assert part.method == "REQUEST"
    assert_calendar_valid(part.content, method="REQUEST")
    (attendee,) = lines(part.content, "ATTENDEE")
    assert attendee == (
        'ATTENDEE;CN="Budi Santoso, S.Pd.";CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED;'
        "ROLE=REQ-PARTICIPANT;RSVP=FALSE:mailto:budi@sekolah.example"
    )
    assert lines(part.content, "ORGANIZER") == [
        'ORGANIZER;CN="Perpustakaan Kota Batam":mailto:halo@perpustakaan.example'
    ]
    assert lines(part.content, "SEQUENCE") == ["SEQUENCE:4"]
    assert lines(part.content, "DTSTART;") == ["DTSTART;TZID=Asia/Jakarta:20261212T090000"]


def test_a_partner_is_asked() -> None:
    part = invitation(ENTRY, attendee=BUDI, organiser=LIBRARY, answer_wanted=True)
    assert_calendar_valid(part.content, method="REQUEST")
    (attendee,) = lines(part.content, "ATTENDEE")
    assert "PARTSTAT=NEEDS-ACTION" in attendee
    assert "RSVP=TRUE" in attendee


def test_a_cancelled_entry_is_a_cancel_in_absolute_times() -> None:
    cancelled = dataclasses.replace(ENTRY, cancelled=True, join_url=None)
    part = invitation(cancelled, attendee=BUDI, organiser=LIBRARY, answer_wanted=False)
    assert part.method == "CANCEL"
    assert_calendar_valid(part.content, method="CANCEL")
    found = uncalendared(part.content.decode())
    assert (found["DTSTART"], found["DTEND"]) == ("20261212T020000Z", "20261212T040000Z")


def test_the_same_entry_gives_the_same_octets() -> None:
    """A mail that is repeated after a crash carries the object that it carried before."""
    one, other = (invitation(ENTRY, attendee=BUDI, organiser=LIBRARY, answer_wanted=True) for _ in range(2))
    assert one == other


@pytest.mark.parametrize("address", ["budi@sekolah.example\r\nATTENDEE:mailto:x@y.z", "budi", "büdi@x.example"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        invitation(ENTRY, attendee=Mailbox("Budi", address), organiser=LIBRARY, answer_wanted=True)


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        (rb"METHOD:REQUEST\r\n", b""),
        (rb"ATTENDEE[^\r]*\r\n", b""),
        (rb"ORGANIZER[^\r]*\r\n", b""),
        (rb"DTSTAMP[^\r]*\r\n", b""),
        (rb"UID[^\r]*\r\n", b""),
        (rb"STATUS:CONFIRMED", b"STATUS:CANCELLED"),
        (rb"METHOD:REQUEST", b"METHOD:CANCEL"),
        (rb"\r\n", b"\n"),
        (rb":mailto:budi", b":budi"),
        (rb"SUMMARY:", b"SUMMARY:" + b"x" * 80),
        (rb"END:VCALENDAR", b"\r\nEND:VCALENDAR"),
    ],
)
def test_control_the_judges_catch_what_clients_stumble_over(pattern: bytes, replacement: bytes) -> None:
    good = invitation(ENTRY, attendee=BUDI, organiser=LIBRARY, answer_wanted=True).content
    broken = re.sub(pattern, replacement, good.replace(b"\r\n ", b""), count=1)
    folded = re.sub(rb"([^\r\n]{74})(?=[^\r\n])", rb"\1\r\n ", broken) if b"x" * 80 not in broken else broken
    with pytest.raises(AssertionError):
        assert_calendar_valid(folded, method="REQUEST")


@settings(max_examples=size(80, 10_000), deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_no_name_breaks_out_of_its_parameter(person: str, library: str) -> None:
    attendee = Mailbox(person + "\r\nATTENDEE:mailto:x@y.z", BUDI.address)
    organiser = Mailbox(library + '";RSVP=TRUE:mailto:x@y.z', LIBRARY.address)
    content = invitation(ENTRY, attendee=attendee, organiser=organiser, answer_wanted=True).content
    assert_calendar_valid(content, method="REQUEST")
    assert complaints(content) == []
    assert lines(content, "ATTENDEE")[0].endswith("RSVP=TRUE:mailto:budi@sekolah.example")
    assert lines(content, "ORGANIZER")[0].endswith(":mailto:halo@perpustakaan.example")


# ------------------------------------------------------------------ written from a form, or whole
_MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
_TEXTS = st.one_of(st.just(""), st.text(max_size=200), st.text("ab\\;,:\"'\nN^é永🙂 ", max_size=200))
_LINKS = st.one_of(st.none(), st.text("abc/._-:?=&%,;", max_size=120).map(lambda path: f"https://acara.example/{path}"))
_ENTRIES = st.builds(
    Entry,
    uid=st.uuids().map(str),
    sequence=st.integers(0, 10_000),
    starts_at=_MOMENTS,
    ends_at=_MOMENTS,
    timezone=st.sampled_from(["Asia/Jakarta", "Asia/Makassar", "Europe/London"]),
    cancelled=st.booleans(),
    title=_TEXTS.map(one_line),
    description=_TEXTS,
    location=st.one_of(_TEXTS.map(one_line), _LINKS.map(lambda link: link or "")),
    url=_LINKS,
    join_url=_LINKS,
    join_label=st.sampled_from(["Gabung", "Join"]),
    categories=st.just(("WEBINAR",)),
    organiser=st.none(),
    created_at=_MOMENTS,
    changed_at=_MOMENTS,
).filter(lambda entry: entry.starts_at < entry.ends_at)


@settings(max_examples=size(150, 10_000), deadline=None)
@given(st.lists(_ENTRIES, min_size=1, max_size=3), st.text(max_size=60), st.text(max_size=60), st.booleans())
def test_a_filled_form_is_what_the_library_writes(
    entries: list[Entry], person: str, library: str, answer_wanted: bool
) -> None:
    """Octet by octet, and also when another's form was filled before."""
    told = {
        "attendee": Mailbox(person, BUDI.address),
        "organiser": Mailbox(library, LIBRARY.address),
    }
    for entry in entries:
        for each in (entry, dataclasses.replace(entry, uid="019afc00-0000-7000-8000-00000000000a", sequence=7)):
            expected = written_whole(each, **told, answer_wanted=answer_wanted)
            assert invitation(each, **told, answer_wanted=answer_wanted) == expected
