"""What the public page is told, and what it is not."""

from __future__ import annotations

import dataclasses
from functools import partial

import pytest

from certificates import codes, issuing, listing
from certificates.models import CertificateState
from certificates.verifying import Standing, Verification, verify
from events.storage import Session
from tests.certificates.conftest import Hall, Typist
from tests.support.life import STAFF


def ask(hall: Hall, code: str) -> Verification:
    return hall.database.read(lambda session: verify(session, code))


def test_each_state_has_its_answer(hall: Hall, typist: Typist) -> None:
    hall.plan()
    waiting = hall.certificates()[0]
    assert ask(hall, waiting.code) == Verification(Standing.UNKNOWN)
    hall.render_all(typist)
    valid = ask(hall, waiting.code)
    assert valid.standing is Standing.VALID
    event = hall.life.event(hall.event_id)
    assert valid.certified is not None
    assert dataclasses.asdict(valid.certified) == {
        "organiser_id": hall.life.organiser_id,
        "organiser": {"id": "Perpustakaan Kota Batam", "en": "Batam City Library"},
        "event_title": {"id": "Menulis Cerita Anak", "en": "Writing for Children"},
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "timezone": "Asia/Jakarta",
        "role": "participant",
        "name": "Peserta 0",
        "number": "0001/PERPUS-BTM/XII/2026",
        "hours": 3,
        "issued_at": hall.later,
    }

    def change(session: Session) -> None:
        issuing.correct_name(session, waiting.id, "Ani", now=hall.later, by=STAFF)
        issuing.revoke(session, hall.certificates()[1].id, reason="Salah orang", now=hall.later, by=STAFF)

    second = hall.certificates()[1]
    hall.database.write(change)
    replaced, revoked = ask(hall, waiting.code), ask(hall, second.code)
    assert (replaced.standing, revoked.standing) == (Standing.REPLACED, Standing.REVOKED)
    assert replaced.certified is not None
    assert replaced.certified.name == "Peserta 0"
    hall.render_all(typist)
    newest = next(each for each in hall.certificates() if each.version == 2)
    assert ask(hall, newest.code).standing is Standing.VALID


def test_nothing_else_is_told(hall: Hall, typist: Typist) -> None:
    hall.plan()
    hall.render_all(typist)
    told = str(ask(hall, hall.certificates()[0].code))
    for kept in ("peserta0@example.org", "@", "+62", "Peserta 1"):
        assert kept not in told


def test_a_code_typed_from_paper_is_understood(hall: Hall, typist: Typist) -> None:
    hall.plan()
    hall.render_all(typist)
    code = hall.certificates()[0].code
    typed = codes.spaced(code).lower().replace("0", "o").replace("1", "l")
    for written in (code, code.lower(), codes.spaced(code), f" {code} ", typed, typed.replace("l", "I")):
        assert ask(hall, written).standing is Standing.VALID


@pytest.mark.parametrize(
    "code", ["", "x", "0" * 26, "U" * 26, "7" * 27, "é" * 26, "\x00", "' OR 1=1 --", "0" * 100_000, "７" * 26]
)
def test_a_code_that_is_none_is_unknown(sqlite_hall: Hall, typist: Typist, code: str) -> None:
    sqlite_hall.plan()
    sqlite_hall.render_all(typist)
    assert ask(sqlite_hall, code) == Verification(Standing.UNKNOWN)


def test_lists_for_the_pages(hall: Hall, typist: Typist) -> None:
    hall.plan()
    hall.render_all(typist)
    rows = hall.certificates()
    hall.database.write(lambda session: issuing.correct_name(session, rows[0].id, "Ani 100%", now=hall.later, by=STAFF))
    hall.render_all(typist)
    read = hall.database.read
    newest = next(each for each in hall.certificates() if each.version == 2)
    of_event = read(lambda session: listing.of_event(session, hall.event_id))
    assert [(each.number[:4], each.version, each.name) for each in of_event] == [
        ("0001", 2, "Ani 100%"),
        ("0001", 1, "Peserta 0"),
        ("0002", 1, "Peserta 1"),
        ("0003", 1, "Peserta 2"),
    ]
    assert [each.id for each in read(lambda s: listing.of_event(s, hall.event_id, offset=1, limit=1))] == [rows[0].id]
    for search, found in (("ani", 1), ("100%", 1), ("%", 1), ("0002/", 1), ("_", 0), ("peserta", 3)):
        assert read(partial(listing.count_of_event, event_id=hall.event_id, search=search)) == found
    assert read(lambda session: listing.states_of_event(session, hall.event_id)) == {
        CertificateState.ISSUED: 3,
        CertificateState.REPLACED: 1,
    }
    assert [each.id for each in read(lambda s: listing.of_registration(s, hall.attended[0]))] == [newest.id]
    assert [each.version for each in read(lambda s: listing.history(s, rows[0].id))] == [2, 1]
    replaced = read(lambda s: listing.certificate(s, rows[0].id))
    assert replaced is not None
    assert replaced.replaced_by == newest.id
    assert of_event[0].file_name == "sertifikat-0001-PERPUS-BTM-XII-2026.pdf"
