"""Deciding who may come: rules that approve by themselves, decisions of staff, and both undone."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from events.drafts import lifecycle
from events.errors import AlreadyRegistered, Conflict, Invalid, NotFound, WrongStage
from events.models import Evidence, RegistrationState, Stage
from events.presence import attendance
from events.registrations import applications, approval, guardians, registration, registration_rules
from events.registrations.approval_rules import ApprovalRules, is_in_domains
from events.seating import holdings, waitlist
from events.seating.invitees import Guest, add_invitees
from events.storage import Session
from tests.support.life import NOW, Life

REQUESTED, PENDING, CONFIRMED, WAITLISTED, OFFERED, DECLINED = (
    RegistrationState.REQUESTED,
    RegistrationState.PENDING,
    RegistrationState.CONFIRMED,
    RegistrationState.WAITLISTED,
    RegistrationState.OFFERED,
    RegistrationState.DECLINED,
)


def guarded(life: Life, *, capacity: int = 2, **rules: Any) -> uuid.UUID:
    """Make an event whose registrations are decided upon."""
    event_id = life.webinar(capacity=capacity, max_party_size=3)
    wanted = ApprovalRules(required=True, **rules)
    life.do(registration_rules.set_rules, event_id, approval=wanted, waitlist=True, offer_hours=24)
    return event_id


def counters(life: Life, event_id: uuid.UUID) -> tuple[int, int]:
    pool = life.pool(event_id)
    return pool.taken, pool.waiting


def position(life: Life, registration_id: uuid.UUID) -> int:
    row = life.registration(registration_id)
    return life.database.read(lambda session: waitlist.position(session, row))


def state(life: Life, registered: registration.Registered) -> RegistrationState:
    return life.registration(registered.registration_id).state


def test_who_is_pending_holds_a_seat_or_not_as_the_event_says(life: Life) -> None:
    holding, asking = guarded(life), guarded(life, pending_holds_seats=False)
    assert (life.register(holding).state, counters(life, holding)) == (PENDING, (1, 0))
    assert (life.register(asking).state, counters(life, asking)) == (REQUESTED, (0, 0))


@pytest.mark.parametrize(
    ("email", "domains", "inside"),
    [
        ("guru@sdn1.sch.id", ("sch.id",), True),
        ("Guru@SCH.ID", ("sch.id",), True),
        ("guru@kosch.id", ("sch.id",), False),
        ("guru@sch.id.example.org", ("sch.id",), False),
        ('"a@sch.id"@example.org', ("sch.id",), False),
        ("guru@sch.id", (), False),
    ],
)
def test_domains_and_their_subdomains(email: str, domains: tuple[str, ...], inside: bool) -> None:
    assert is_in_domains(email, domains) is inside


def test_rules_approve_by_themselves_and_say_which(life: Life) -> None:
    earlier = life.webinar(starts_at=NOW - timedelta(hours=1), ends_at=NOW + timedelta(hours=1))
    before = life.register(earlier, email="lama@example.org", now=NOW - timedelta(hours=2))
    life.do(lifecycle.start, earlier)
    life.do(attendance.note, before.registration_id, Evidence.STAFF)
    event_id = guarded(life, capacity=9, domains=("sch.id",), invited=True, returning=True)
    life.do(add_invitees, event_id, [Guest("phone:+6281234567890")])
    found = {}
    people: dict[str, dict[str, Any]] = {
        "domain": {"email": "guru@sdn1.sch.id"},
        "invited": {"email": None, "phone": "+6281234567890"},
        "returning": {"email": "lama@example.org"},
        "none": {"email": "baru@example.org"},
    }
    for name, given in people.items():
        row = life.registration(life.register(event_id, **given).registration_id)
        found[name] = (row.state, row.decided_by)
    assert found == {
        "domain": (CONFIRMED, "rule:domain"),
        "invited": (CONFIRMED, "rule:invited"),
        "returning": (CONFIRMED, "rule:returning"),
        "none": (PENDING, None),
    }


def test_having_come_elsewhere_is_not_having_come_here(life: Life) -> None:
    """Registered is not attended, and another library's events are not this one's."""
    other = life.webinar()
    life.register(other, email="lama@example.org")
    assert life.register(guarded(life, returning=True), email="lama@example.org").state is PENDING


def test_several_are_approved_at_once_and_twice_changes_nothing(life: Life) -> None:
    event_id = guarded(life)
    people = [life.register(event_id, person).registration_id for person in range(2)]
    assert [life.do(approval.approve, event_id, people, by="staff:ani") for _ in range(2)] == [2, 0]
    rows = [life.registration(each) for each in people]
    assert [(row.state, row.decided_by, row.needs_approval) for row in rows] == [(CONFIRMED, "staff:ani", False)] * 2
    assert life.facts(event_id).count("RegistrationApproved") == 2


def test_approved_when_all_seats_are_taken_means_the_queue_by_the_first_asking(life: Life) -> None:
    event_id = guarded(life, capacity=1, pending_holds_seats=False)
    first, second, third = (
        life.register(event_id, person, now=NOW + timedelta(minutes=person)).registration_id for person in range(3)
    )
    life.do(approval.approve, event_id, [third])
    life.do(approval.approve, event_id, [second], now=NOW + timedelta(hours=1))
    life.do(approval.approve, event_id, [first], now=NOW + timedelta(hours=2))
    rows = {each: life.registration(each) for each in (first, second, third)}
    assert [row.state for row in rows.values()] == [WAITLISTED, WAITLISTED, CONFIRMED]
    positions = [position(life, each) for each in (first, second)]
    assert positions == [1, 2]
    assert counters(life, event_id) == (1, 2)


def test_who_is_declined_is_told_why_and_the_seat_goes_on(life: Life) -> None:
    event_id = guarded(life, capacity=1)
    first = life.register(event_id, 1)
    waiting = life.register(event_id, 2)
    with pytest.raises(Invalid):
        life.do(approval.decline, event_id, [first.registration_id], reason=" \n ")
    assert life.do(approval.decline, event_id, [first.registration_id], reason=" Hanya untuk\nguru. ") == 1
    row = life.registration(first.registration_id)
    assert (row.state, row.decision_reason) == (DECLINED, "Hanya untuk guru.")
    assert (state(life, waiting), counters(life, event_id)) == (OFFERED, (1, 0))
    assert "reason" not in life.rows(event_id)[-2].payload
    # Who takes the offer still awaits the decision, with the seat in hand.
    life.do(waitlist.accept_offer, waiting.registration_id)
    assert state(life, waiting) is PENDING
    life.do(approval.approve, event_id, [waiting.registration_id])
    assert state(life, waiting) is CONFIRMED


@pytest.mark.parametrize(("holds", "back"), [(True, PENDING), (False, REQUESTED)])
def test_an_approval_undone_awaits_a_decision_again(life: Life, holds: bool, back: RegistrationState) -> None:
    event_id = guarded(life, capacity=1, pending_holds_seats=holds)
    person = life.register(event_id).registration_id
    life.do(approval.approve, event_id, [person])
    assert life.do(approval.undo, person) is back
    row = life.registration(person)
    assert (row.needs_approval, row.decided_at, row.calendar_sequence) == (True, None, 1)
    assert counters(life, event_id) == ((1, 0) if holds else (0, 0))
    with pytest.raises(Conflict):
        life.do(approval.undo, person)
    life.do(approval.approve, event_id, [person])
    assert (life.registration(person).state, life.registration(person).calendar_sequence) == (CONFIRMED, 2)


def test_a_refusal_undone_gets_the_seat_if_it_is_free_else_the_old_place_in_the_queue(life: Life) -> None:
    event_id = guarded(life, capacity=1)
    person = life.register(event_id, 1)
    life.do(approval.decline, event_id, [person.registration_id], reason="Salah tekan")
    assert life.do(approval.undo, person.registration_id) is PENDING
    life.do(approval.decline, event_id, [person.registration_id], reason="Salah tekan")
    holder = life.register(event_id, 2, now=NOW + timedelta(hours=1))
    behind = life.register(event_id, 3, now=NOW + timedelta(hours=2))
    assert life.do(approval.undo, person.registration_id) is WAITLISTED
    life.do(registration.cancel, holder.registration_id)
    assert [state(life, each) for each in (person, behind)] == [OFFERED, WAITLISTED]
    assert counters(life, event_id) == (1, 1)


def test_a_refusal_cannot_be_undone_once_the_person_has_another_place(life: Life) -> None:
    event_id = guarded(life)
    person = life.register(event_id, 1)
    life.do(approval.decline, event_id, [person.registration_id], reason="Salah tekan")
    life.register(event_id, 1)
    with pytest.raises(AlreadyRegistered):
        life.do(approval.undo, person.registration_id)


def test_a_guardian_and_an_approval_must_both_be_there(life: Life) -> None:
    event_id = guarded(life)
    life.do(guardians.allow_minors, event_id, True)
    person = life.register(event_id, guardian=applications.Guardian("Ibu Sari", "ibu@example.org")).registration_id
    life.do(approval.approve, event_id, [person])
    assert life.registration(person).state is PENDING

    def consent(session: Session) -> RegistrationState:
        held = holdings.hold(session, person)
        held.registration.needs_guardian = False
        return approval.settle_pending(session, held, now=NOW)

    assert life.do(consent) is CONFIRMED
    assert life.do(consent) is CONFIRMED


def test_another_events_people_are_not_found_and_past_events_are_left_alone(life: Life) -> None:
    event_id = guarded(life)
    person = life.register(event_id).registration_id
    with pytest.raises(NotFound):
        life.do(approval.approve, guarded(life), [person])
    life.do(lifecycle.cancel, event_id)
    with pytest.raises(Conflict):
        life.do(approval.approve, event_id, [person])


# ---------------------------------------------------------------- settings
def test_rules_are_set_once_and_refused_with_each_fault(life: Life) -> None:
    event_id = life.webinar()
    wanted: dict[str, Any] = {"approval": ApprovalRules(required=True), "waitlist": False, "offer_hours": 12}
    for _ in range(2):
        life.do(registration_rules.set_rules, event_id, **wanted)
    event = life.event(event_id)
    assert (event.approval, event.waitlist, event.offer_hours) == ({"required": True}, False, 12)
    told = [row.payload["fields"] for row in life.rows(event_id) if row.name == "RegistrationRulesChanged"]
    assert told == [["approval", "offer_hours", "waitlist"]]
    with pytest.raises(Invalid) as refused:
        life.do(
            registration_rules.set_rules,
            event_id,
            approval=ApprovalRules(domains=("sch.id", "bukan domain")),
            waitlist=True,
            offer_hours=0,
        )
    assert [error.field for error in refused.value.errors] == ["domains", "offer_hours"]


def test_rules_of_an_event_that_is_over_stay(life: Life) -> None:
    event_id = life.webinar(Stage.ENDED)
    with pytest.raises(WrongStage):
        life.do(registration_rules.set_rules, event_id, approval=ApprovalRules(), waitlist=True, offer_hours=1)


@pytest.mark.parametrize(
    ("text", "read"),
    [("@SCH.id, kemdikbud.go.id\nsch.id", ("sch.id", "kemdikbud.go.id")), (" ;, ", ())],
)
def test_domains_as_people_type_them(text: str, read: tuple[str, ...]) -> None:
    assert registration_rules.domains_of(text) == read
