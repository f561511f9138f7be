"""Lists of people: tried without a trace, brought in whole or not at all, next to a public that registers."""

from __future__ import annotations

import contextlib
import threading
import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from events.errors import Closed, Conflict, FieldError, Invalid, Refused
from events.models import (
    Event,
    PartyMember,
    Registration,
    RegistrationImport,
    RegistrationSource,
    RegistrationState,
    SeatPool,
    Stage,
)
from events.outbox import FactRow
from events.questions import forms
from events.questions.answers import Member
from events.questions.form_document import Choice, FormDocument, Question, QuestionKind
from events.registrations import desk, importing, registration
from events.registrations.applications import Guardian
from events.registrations.importing import Candidate, Moved, Order, Trial
from events.storage import LocalizedText, Session
from service.database.transactions import Database
from tests.support.life import NOW, STAFF, Life, add_organiser, application

AGREED = "Menandatangani daftar di sekolah."


def candidate(event_id: uuid.UUID, person: int, **changes: Any) -> Candidate:
    wanted = application(event_id, person, source=RegistrationSource.IMPORT, **changes)
    return Candidate(person + 1, wanted.name, wanted.email or "", wanted)


def wrong(person: int) -> Candidate:
    return Candidate(person + 1, "?", "", errors=(FieldError("email", "email", "x"),))


def keep(life: Life, event_id: uuid.UUID) -> uuid.UUID:
    def use_case(session: Any) -> uuid.UUID:
        row = RegistrationImport(
            event_id=event_id,
            filename="a.csv",
            headers=["Nama"],
            rows=[["Ani"]],
            numbers=[2],
            mapping={},
            created_at=NOW,
            created_by=STAFF,
        )
        return importing.keep(session, row)

    return life.database.write(use_case)


def try_out(life: Life, found: list[Candidate]) -> Trial:
    return life.do(importing.try_out, found)


def becomes(trial: Trial) -> list[tuple[str, int | None]]:
    return [(each.becomes, each.left) for each in trial.outcomes]


def rows(life: Life, event_id: uuid.UUID) -> list[tuple[str, RegistrationState, RegistrationSource]]:
    statement = (
        sa.select(Registration.name, Registration.state, Registration.source)
        .where(Registration.event_id == event_id)
        .order_by(Registration.id)
    )
    return life.database.read(
        lambda session: [(name, state, source) for name, state, source in session.execute(statement)]
    )


def test_a_trial_says_what_happens_to_each_row_and_leaves_no_trace(life: Life) -> None:
    event_id = life.webinar(capacity=3)
    life.register(event_id, 1)
    before = (rows(life, event_id), life.facts(event_id), life.pool(event_id).taken)
    found = [candidate(event_id, 2), candidate(event_id, 1), wrong(9), candidate(event_id, 3), candidate(event_id, 4)]
    trial = try_out(life, found)
    assert becomes(trial) == [("confirmed", 1), ("already", None), ("error", None), ("confirmed", 0), ("waitlisted", 0)]
    assert (trial.taken_in, trial.counts) == (3, {"confirmed": 2, "already": 1, "error": 1, "waitlisted": 1})
    assert (rows(life, event_id), life.facts(event_id), life.pool(event_id).taken) == before
    assert try_out(life, found).digest == trial.digest


def mixed(event_id: uuid.UUID) -> list[Candidate]:
    """A list with everything in it: parties, minors, who is there already, choices, faults."""
    found = [candidate(event_id, number) for number in range(20)]
    found += [candidate(event_id, number, party_size=3, members=(Member("Ani"),)) for number in range(20, 30)]
    found += [wrong(30)]
    guardian = Guardian("Ibu Ani", "ani@example.org")
    found += [candidate(event_id, number, guardian=guardian if number % 2 else None) for number in range(31, 60)]
    return found


ROOMS: dict[str, dict[str, Any]] = {
    "plenty": {"capacity": 500},
    "nearly enough": {"capacity": 60},
    "hardly any": {"capacity": 1},
    "no limit": {"capacity": None},
    "nobody waits": {"capacity": 30, "waitlist": False},
    "approval": {"capacity": 40, "approval": {"required": True, "pending_holds_seats": True, "returning": True}},
    "asked first": {"capacity": 40, "approval": {"required": True, "domains": ["sch.id"], "invited_first": True}},
}


@pytest.mark.parametrize("room", ROOMS)
def test_the_copy_says_what_the_real_tables_say_and_one_by_one_says_the_same(life: Life, room: str) -> None:
    event_id, other = furnished(life, ROOMS[room]), furnished(life, ROOMS[room])
    found = mixed(event_id)
    copy = life.database.read(lambda s: importing.read_copy(s, desk.find_event(s, event_id), found))
    rehearsed = importing.rehearse(copy, found, now=NOW, by=STAFF)
    assert [(each.becomes, each.left) for each in rehearsed.outcomes] == becomes(try_out(life, found))
    order = Order(AGREED, rehearsed.digest, leave_out_errors=True)
    life.do(importing.bring_in, keep(life, event_id), found, order)
    together = (states(life, event_id), counters(life, event_id))
    assert len(together[0]) == rehearsed.taken_in + 3

    def one_by_one(session: Session) -> None:
        for each in mixed(other):
            if each.application is not None:
                with contextlib.suppress(Refused), session.begin_nested():
                    registration.register(session, each.application, now=NOW, by=STAFF)

    life.database.write(one_by_one)
    assert (states(life, other), counters(life, other)) == together
    told = [name for name in life.facts(event_id) if name != "RegistrationsImported"]
    assert sorted(life.facts(other)) == sorted(told)


def furnished(life: Life, room: dict[str, Any]) -> uuid.UUID:
    """Make an event with these settings for which three of the list have registered."""
    event_id = life.webinar(max_party_size=5, capacity=room["capacity"])

    def set_up(session: Session) -> None:
        event = session.get_one(Event, event_id)
        event.guardian_consent = True
        event.waitlist = room.get("waitlist", True)
        event.approval = room.get("approval", {})

    life.database.write(set_up)
    for number in (3, 22, 40):
        life.register(event_id, number)
    return event_id


def states(life: Life, event_id: uuid.UUID) -> list[tuple[str, str, int, bool]]:
    """Return what stands in the rows of an event, beyond names and moments."""
    own = sa.select(
        Registration.person_key, Registration.state, Registration.party_size, Registration.guardian_due_at
    ).where(Registration.event_id == event_id)
    found = life.database.read(lambda s: s.execute(own.order_by(Registration.person_key)).all())
    return [(key, state.value, size, due is not None) for key, state, size, due in found]


def counters(life: Life, event_id: uuid.UUID) -> tuple[int, int, int]:
    pool = life.pool(event_id)
    members = (
        sa.select(sa.func.count()).select_from(PartyMember).join(Registration).where(Registration.event_id == event_id)
    )
    return pool.taken, pool.waiting, life.database.read(lambda s: s.scalar(members))


def test_a_trial_makes_nobody_wait(database_url: str) -> None:
    """While a writer holds everything, a list is tried all the same: it only reads."""
    database = Database(database_url)
    held, done = threading.Event(), threading.Event()

    def hold(session: Session) -> None:
        session.execute(sa.update(SeatPool).values(taken=SeatPool.taken))
        held.set()
        assert done.wait(60)

    try:
        life = Life(database, database.write(add_organiser))
        event_id = life.webinar(capacity=50)
        found = [candidate(event_id, number) for number in range(100)]
        writer = threading.Thread(target=lambda: database.write(hold))
        writer.start()
        assert held.wait(60)
        copy = database.read(lambda s: importing.read_copy(s, desk.find_event(s, event_id), found))
        trial = importing.rehearse(copy, found, now=NOW, by=STAFF)
        done.set()
        writer.join()
        assert trial.counts == {"confirmed": 50, "waitlisted": 50}
    finally:
        done.set()
        database.close()


def test_a_list_is_brought_in_once_as_it_was_seen(life: Life) -> None:
    event_id = life.webinar(capacity=2)
    import_id = keep(life, event_id)
    found = [candidate(event_id, number, quiet=True) for number in (1, 2, 3)]
    order = Order(AGREED, try_out(life, found).digest)
    life.do(importing.bring_in, import_id, found, order)
    assert [state.value for _, state, _ in rows(life, event_id)] == ["confirmed", "confirmed", "waitlisted"]
    assert {source for _, _, source in rows(life, event_id)} == {RegistrationSource.IMPORT}
    told = life.rows(event_id)
    assert [row.payload["quiet"] for row in told if row.name == "AttendeeRegistered"] == [True] * 3
    assert (told[-1].name, told[-1].payload["people"]) == ("RegistrationsImported", 3)
    kept = life.database.read(lambda session: importing.find(session, event_id, import_id))
    assert (kept.applied_at, kept.imported, kept.rows, kept.consent) == (NOW, 3, [], AGREED)
    with pytest.raises(Conflict):
        life.do(importing.bring_in, import_id, found, order)
    assert len(rows(life, event_id)) == 3


def test_nothing_is_brought_in_when_the_world_has_moved(life: Life) -> None:
    event_id = life.webinar(capacity=2)
    import_id = keep(life, event_id)
    found = [candidate(event_id, number) for number in (1, 2)]
    seen = try_out(life, found).digest
    life.register(event_id, 9)
    with pytest.raises(Moved):
        life.do(importing.bring_in, import_id, found, Order(AGREED, seen))
    assert [name for name, _, _ in rows(life, event_id)] == ["Peserta 9"]
    assert life.pool(event_id).taken == 1


def test_rows_with_errors_stop_everything_unless_they_may_be_left_out(life: Life) -> None:
    event_id = life.webinar()
    import_id = keep(life, event_id)
    found = [candidate(event_id, 1), wrong(2)]
    with pytest.raises(Invalid) as refusal:
        life.do(importing.bring_in, import_id, found, Order(AGREED))
    assert [error.field for error in refusal.value.errors] == ["rows.3.email"]
    assert rows(life, event_id) == []
    life.do(importing.bring_in, import_id, found, Order(AGREED, leave_out_errors=True))
    assert len(rows(life, event_id)) == 1


def test_how_people_agreed_must_be_said(life: Life) -> None:
    event_id = life.webinar()
    with pytest.raises(Invalid) as refusal:
        life.do(importing.bring_in, keep(life, event_id), [candidate(event_id, 1)], Order(" "))
    assert [error.field for error in refusal.value.errors] == ["consent"]


@pytest.mark.parametrize("stage", [Stage.CANCELLED, Stage.ENDED, Stage.REGISTRATION_CLOSED])
def test_a_closed_event_takes_nobody(life: Life, stage: Stage) -> None:
    event_id = life.webinar(stage)
    [outcome] = try_out(life, [candidate(event_id, 1)]).outcomes
    assert (outcome.becomes, [error.code for error in outcome.errors]) == ("error", [Closed.code])


def test_a_full_choice_is_told_at_its_row(life: Life) -> None:
    event_id = life.webinar()
    question = Question(
        id="kaos",
        kind=QuestionKind.CHOICE,
        label=LocalizedText("Kaos"),
        choices=(Choice(id="s", label=LocalizedText("Kecil")),),
    )
    revision = life.do(forms.save, event_id, FormDocument((question,)), places={("kaos", "s"): 1})
    document = life.database.read(lambda session: forms.load(session, event_id))
    pool_id = document.questions[0].choices[0].pool_id
    assert pool_id is not None
    chosen = {"form_revision": revision, "answers": {"kaos": "s"}, "choice_places": {pool_id: 1}}
    trial = try_out(life, [candidate(event_id, 1, **chosen), candidate(event_id, 2, **chosen)])
    assert [outcome.becomes for outcome in trial.outcomes] == ["confirmed", "error"]
    assert [error.code for error in trial.outcomes[1].errors] == ["choice_full"]


def bring_in_among_others(life: Life, event_id: uuid.UUID, import_id: uuid.UUID, found: list[Candidate]) -> bool:
    """Bring a list in while forty people register; return whether it was refused because of them."""
    start = threading.Barrier(5)

    def public(first: int) -> None:
        start.wait()
        for number in range(first, first + 10):
            life.register(event_id, number)

    threads = [threading.Thread(target=public, args=(first,)) for first in (0, 10, 20, 30)]
    for thread in threads:
        thread.start()
    start.wait()
    try:
        life.do(importing.bring_in, import_id, found, Order(AGREED, try_out(life, found).digest))
    except Moved:
        return True
    else:
        return False
    finally:
        for thread in threads:
            thread.join()


def test_the_public_registers_meanwhile_and_nobody_is_oversold(database_url: str) -> None:
    """A list of 40 and 40 people at once on 50 seats: what is seated fits, all of the list is there or none of it."""
    database = Database(database_url)
    try:
        life = Life(database, database.write(add_organiser))
        event_id = life.webinar(capacity=50)
        import_id = keep(life, event_id)
        found = [candidate(event_id, 100 + number) for number in range(40)]
        moved = bring_in_among_others(life, event_id, import_id, found)
        states = [state for _, state, _ in rows(life, event_id)]
        seated = states.count(RegistrationState.CONFIRMED)
        assert len(states) == (40 if moved else 80)
        assert seated == life.pool(event_id).taken == min(50, len(states))
        assert life.pool(event_id).waiting == len(states) - seated
        told = database.read(lambda s: s.scalar(sa.select(sa.func.count()).where(FactRow.name == "AttendeeRegistered")))
        assert told == len(states)
    finally:
        database.close()


def test_lists_that_nobody_brings_in_are_forgotten_after_a_day(life: Life) -> None:
    event_id = life.webinar()
    import_id = keep(life, event_id)
    assert life.do(importing.forget_old, now=NOW + importing.KEPT_FOR) == 0
    assert life.do(importing.forget_old, now=NOW + importing.KEPT_FOR * 2) == 1
    kept = life.database.read(lambda session: importing.find(session, event_id, import_id))
    assert (kept.rows, kept.numbers) == ([], [])
