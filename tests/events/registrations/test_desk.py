"""What the desk shows is found as people write it, counted right, and costs the same queries for one and for many."""

from __future__ import annotations

import pytest

from events.models import Evidence, RegistrationState
from events.paging import Paged
from events.presence import attendance
from events.registrations import desk, people_listing
from events.registrations.people_listing import RegistrationRow
from events.storage import LocalizedText
from tests.support.counting import counted
from tests.support.databases import Database
from tests.support.life import Life, add_organiser


def names(database: Database, event_id: object, text: str) -> list[str]:
    found = database.read(lambda s: people_listing.search_registrations(s, event_id, text=text, by_name=True))  # type: ignore[arg-type] # a key
    return [row.registration.name for row in found.rows]


def test_events_are_found_by_either_title_and_by_organiser(database: Database, life: Life) -> None:
    first = life.webinar(title=LocalizedText("Menulis 100% dari hati", "Writing from the heart"))
    life.exhibition(title=LocalizedText("Pameran Naskah"))
    other = Life(database, database.write(lambda s: add_organiser(s, slug="cabang")))
    other.webinar(title=LocalizedText("Menulis di cabang"))

    def found(text: str) -> list[object]:
        page = database.read(lambda s: desk.list_events(s, owners=[life.organiser_id], text=text))
        assert page.total == len(page.rows)
        return [row.event.id for row in page.rows]

    assert found("MENULIS") == [first]
    assert found("heart") == [first]
    assert found("100%") == [first]
    assert found("1_0") == []
    assert found("en") == [first]  # of "Menulis" and "dari": never the key that the English text is kept under
    assert len(found("")) == 2


def test_lists_of_events_cost_the_same_for_one_and_for_many(database: Database, life: Life) -> None:
    spent = []
    for wanted in (1, 3):
        while len(database.read(desk.list_events).rows) < wanted:
            life.webinar()
        with counted(database) as sent:
            page = database.read(desk.list_events)
        assert page.total == wanted
        spent.append(len([each for each in sent if each.startswith("SELECT")]))
    assert spent == [3, 3]


def test_seats_are_counted_over_every_visiting_time(database: Database, life: Life) -> None:
    event_id = life.exhibition(slots=3, capacity=20)
    life.register(event_id, 1, slot_id=life.slots(event_id)[0])
    life.register(event_id, 2, slot_id=life.slots(event_id)[2])
    unlimited = life.webinar(capacity=None)
    counts = database.read(lambda s: desk.count_seats(s, [event_id, unlimited]))
    assert counts == {event_id: desk.SeatCount(60, 2, 0), unlimited: desk.SeatCount(None, 0, 0)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("siti", ["Dr. Hj. Siti Aminah, S.Pd., M.M."]),
        ("SITI@SEKOLAH", ["Dr. Hj. Siti Aminah, S.Pd., M.M."]),
        ("0812-3456", ["Budi"]),
        ("+62 812 3456 7890", ["Budi"]),
        ("62812", ["Budi"]),
        ("sman 1", ["Budi"]),
        ("%", []),
        ("tidak ada", []),
        ("", ["Budi", "Dr. Hj. Siti Aminah, S.Pd., M.M."]),
    ],
)
def test_people_are_found_as_one_writes_them(database: Database, life: Life, text: str, found: list[str]) -> None:
    event_id = life.webinar()
    life.register(event_id, 1, name="Dr. Hj. Siti Aminah, S.Pd., M.M.", email="siti@sekolah.example")
    life.register(event_id, 2, name="Budi", email=None, phone="+6281234567890", institution="SMAN 1 Batam")
    assert names(database, event_id, text) == found


def test_states_filter_and_pages_hold_together(database: Database, life: Life) -> None:
    event_id = life.webinar(capacity=3)
    for person in range(5):
        life.register(event_id, person)
    waiting = database.read(
        lambda s: people_listing.search_registrations(s, event_id, states=[RegistrationState.WAITLISTED])
    )
    assert waiting.total == 2

    def page_of(number: int) -> Paged[RegistrationRow]:
        return database.read(lambda s: people_listing.search_registrations(s, event_id, page=number, size=2))

    pages = [page_of(number) for number in (1, 2, 3)]
    seen = [row.registration.name for page in pages for row in page.rows]
    assert seen == [f"Peserta {person}" for person in (4, 3, 2, 1, 0)]
    assert {page.last for page in pages} == {3}
    counts = database.read(lambda s: people_listing.count_registrations(s, event_id))
    assert counts == {RegistrationState.CONFIRMED: 3, RegistrationState.WAITLISTED: 2}
    assert database.read(lambda s: people_listing.count_told(s, event_id)) == (5, 0)


def test_export_walks_over_everybody_once(database: Database, life: Life) -> None:
    event_id = life.webinar(capacity=None)
    for person in range(12):
        life.register(event_id, person)
    walked = database.read(
        lambda s: [row.registration.name for row in people_listing.iterate_registrations(s, event_id)]
    )
    assert walked == [f"Peserta {person}" for person in range(12)]


def test_evidence_stands_beside_the_person(database: Database, life: Life) -> None:
    event_id = life.webinar()
    here, away = life.register(event_id, 1), life.register(event_id, 2)
    for evidence in (Evidence.START_CODE, Evidence.DOOR):
        database.write(
            lambda s, e=evidence: attendance.note(s, here.registration_id, e, now=life.now, by="staff:x")  # type: ignore[misc] # bound now
        )
    page = database.read(lambda s: people_listing.search_registrations(s, event_id, by_name=True))
    assert [set(row.evidence) for row in page.rows] == [{Evidence.START_CODE, Evidence.DOOR}, set()]
    assert page.rows[1].registration.id == away.registration_id
    event = life.event(event_id)
    counted_ = database.read(lambda s: people_listing.count_attendance(s, event))
    assert (counted_.expected, counted_.attended) == (2, 1)
    assert counted_.by_evidence == {Evidence.START_CODE: 1, Evidence.DOOR: 1}
