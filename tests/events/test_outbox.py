"""The fact log: written with what it tells of, reacted to exactly once."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
import sqlalchemy as sa

from events import facts, outbox
from events.errors import NotFound
from events.storage import ReadSession, Session, new_id
from tests.support.databases import Database
from tests.support.life import NOW, Life
from tests.support.sizes import size

ORGANISER = uuid.UUID("0190a000-0000-7000-8000-000000000001")
EVENT = uuid.UUID("0190a000-0000-7000-8000-000000000002")


def _record(database: Database, *, event_id: uuid.UUID = EVENT, now: datetime = NOW) -> uuid.UUID:
    fact = facts.EventPublished(organiser_id=ORGANISER, event_id=event_id)
    return database.write(lambda session: outbox.record(session, fact, now=now, by="staff:ani"))


def _row(database: Database, fact_id: uuid.UUID) -> outbox.FactRow:
    row = database.read(lambda session: session.get(outbox.FactRow, fact_id))
    assert row is not None
    return row


def _unsettled(database: Database, real_now: datetime, **named: object) -> list[uuid.UUID]:
    def query(session: ReadSession) -> list[uuid.UUID]:
        return list(outbox.unsettled(session, real_now=real_now, **named))  # type: ignore[arg-type] # grace, limit

    return database.read(query)


def _soon() -> datetime:
    """A real moment after every key made so far: keys carry the real time, not the business time."""
    return datetime.now(UTC) + timedelta(seconds=5)


def test_a_fact_is_kept_with_everything_it_says(database: Database) -> None:
    registration_id, expires_at = new_id(), NOW + timedelta(hours=24)
    fact = facts.SeatOffered(
        organiser_id=ORGANISER, event_id=EVENT, registration_id=registration_id, expires_at=expires_at
    )

    def use_case(session: Session) -> uuid.UUID:
        session.info[outbox.REQUEST_ID] = "req-1"
        return outbox.record(session, fact, now=NOW, by="clock")

    row = _row(database, database.write(use_case))
    assert (row.name, row.version, row.organiser_id, row.event_id) == ("SeatOffered", 1, ORGANISER, EVENT)
    assert (row.by, row.request_id, row.recorded_at) == ("clock", "req-1", NOW)
    assert (row.settled_at, row.retry_at, row.progress, row.attempts, row.last_error) == (None, None, None, 0, None)
    assert msgspec.convert(row.payload, facts.SeatOffered) == fact


def test_a_refused_use_case_leaves_no_fact(database: Database) -> None:
    def refuse(session: Session) -> None:
        outbox.record(session, facts.EventPublished(organiser_id=ORGANISER), now=NOW, by="x")
        raise NotFound

    with pytest.raises(NotFound):
        database.write(refuse)
    assert _unsettled(database, _soon()) == []


def test_a_fact_is_taken_once(database: Database) -> None:
    fact_id = _record(database)
    first = database.write(lambda session: outbox.take(session, fact_id, now=NOW))
    assert first is not None
    assert (first.id, first.name, first.settled_at) == (fact_id, "EventPublished", NOW)
    assert database.write(lambda session: outbox.take(session, fact_id, now=NOW)) is None
    assert database.write(lambda session: outbox.take(session, new_id(), now=NOW)) is None


def test_eight_workers_react_once_to_each_fact(database: Database) -> None:
    """The bell rung eight times. Each reaction writes a fact of its own: more than one a fact would be seen."""
    wanted = [_record(database) for _ in range(size(20, 200))]
    barrier = threading.Barrier(8, timeout=60)

    def react(session: Session, fact_id: uuid.UUID) -> bool:
        if outbox.take(session, fact_id, now=NOW) is None:
            return False
        outbox.record(session, facts.EventArchived(organiser_id=ORGANISER, event_id=fact_id), now=NOW, by="worker")
        return True

    def work(_: int) -> int:
        barrier.wait()
        return sum(database.write(lambda session, each=each: react(session, each)) for each in wanted)  # type: ignore[misc] # a loop variable kept

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(work, range(8))) == len(wanted)
    reactions = sa.select(outbox.FactRow.event_id).where(outbox.FactRow.name == "EventArchived")
    found = database.read(lambda session: session.scalars(reactions).all())
    assert sorted(found, key=str) == sorted(wanted, key=str)


def test_a_reaction_that_fails_gives_the_fact_back(database: Database) -> None:
    fact_id = _record(database)

    def fail(session: Session) -> None:
        assert outbox.take(session, fact_id, now=NOW) is not None
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.write(fail)
    assert _row(database, fact_id).settled_at is None
    retry_at = _soon() + timedelta(minutes=1)
    database.write(lambda session: outbox.fail(session, fact_id, error="x" * 900, retry_at=retry_at))
    row = _row(database, fact_id)
    assert (row.attempts, row.last_error, row.retry_at) == (1, "x" * 500, retry_at)
    assert _unsettled(database, _soon()) == []
    assert _unsettled(database, retry_at) == [fact_id]


def test_a_long_reaction_goes_on_where_it_stopped(database: Database) -> None:
    fact_id, real_now = _record(database), _soon()

    def a_part(session: Session) -> list[uuid.UUID]:
        assert outbox.take(session, fact_id, now=NOW) is not None
        outbox.suspend(session, fact_id, progress={"after": 500}, real_now=real_now)
        return list(session.info[outbox.RECORDED])

    assert database.write(a_part) == [fact_id]  # the bell is rung for it again
    lost_at = real_now + outbox.GOES_ON_WITHIN  # until then the tick does not ring as well
    assert _unsettled(database, lost_at - timedelta(seconds=1)) == []
    assert _unsettled(database, lost_at) == [fact_id]
    taken = database.write(lambda session: outbox.take(session, fact_id, now=NOW))
    assert taken is not None
    assert taken.progress == {"after": 500}


def test_what_nobody_reacted_to_is_found_oldest_first(database: Database) -> None:
    ids = [_record(database, now=NOW - timedelta(days=number)) for number in range(4)]
    database.write(lambda session: outbox.take(session, ids[1], now=NOW))
    soon = _soon()
    assert _unsettled(database, soon) == [ids[0], ids[2], ids[3]]
    assert _unsettled(database, soon, limit=2) == [ids[0], ids[2]]
    assert _unsettled(database, soon, grace=timedelta(minutes=5)) == []


def test_the_timeline_of_one_event(life: Life) -> None:
    first, second = life.webinar(), life.webinar()
    assert life.facts(first) == life.facts(second) == ["EventDrafted", "EventPublished", "RegistrationOpened"]


def test_the_commit_knows_which_facts_to_ring_for(database: Database) -> None:
    def use_case(session: Session) -> list[uuid.UUID]:
        for _ in range(2):
            outbox.record(session, facts.EventPublished(organiser_id=ORGANISER, event_id=EVENT), now=NOW, by="x")
        return list(session.info[outbox.RECORDED])

    rung = database.write(use_case)
    assert [row.id for row in database.read(lambda session: outbox.timeline(session, EVENT))] == rung


def test_no_fact_has_a_field_for_what_a_person_said() -> None:
    """Erasing a person must leave the log whole, so names, addresses and answers have no place in it."""
    personal = {"name", "email", "phone", "answers", "institution", "access_needs", "text", "title"}
    kinds = [kind for kind in vars(facts).values() if isinstance(kind, type) and issubclass(kind, facts.Fact)]
    fields = {name for kind in kinds for name in kind.__struct_fields__}
    assert len(kinds) > 20
    assert fields & personal == set()


def test_a_fact_of_this_very_millisecond_is_found(database: Database) -> None:
    """Who looks right after a commit would otherwise be told that nothing happened, one time in some hundreds."""
    fact_id = _record(database)
    its_own = datetime.fromtimestamp((fact_id.int >> 80) / 1000, UTC)
    assert _unsettled(database, its_own) == [fact_id]
    assert _unsettled(database, its_own - timedelta(milliseconds=2)) == []
