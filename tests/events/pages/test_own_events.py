"""My events: found by the contact, across events, for whoever reads the mail."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from events.drafts import lifecycle
from events.errors import Gone
from events.models import Evidence, OwnEventsLink
from events.pages import own_events
from events.pages.own_events import OwnEvent
from events.presence import attendance
from events.registrations import registration
from service.clock import real_now
from service.database.transactions import Database
from tests.support.counting import counted
from tests.support.life import NOW, STARTS_AT, Life

EMAIL = "peserta1@example.org"


def _ask(life: Life, email: str = EMAIL, *, later: timedelta = timedelta(0)) -> uuid.UUID | None:
    at = real_now() + later
    return life.database.write(lambda session: own_events.ask(session, email, now=NOW, real_now=at))


def _shown(life: Life, link: uuid.UUID, *, later: timedelta = timedelta(0)) -> list[OwnEvent]:
    at = real_now() + later
    return list(life.database.read(lambda session: own_events.own_events(session, link, real_now=at)))


def _links(life: Life) -> int:
    return len(life.database.read(lambda session: session.scalars(sa.select(OwnEventsLink.id)).all()))


def _email_of(life: Life, made: registration.Registered) -> str:
    email = life.registration(made.registration_id).email
    assert email is not None
    return email


def test_everything_of_one_person_and_nothing_of_another(life: Life) -> None:
    first, second = life.webinar(), life.webinar()
    mine = [life.register(first, 1), life.register(second, 1)]
    life.register(first, 2)
    link = _ask(life, _email_of(life, mine[0]).upper())
    assert link is not None
    assert {each.registration_id for each in _shown(life, link)} == {each.registration_id for each in mine}


def test_it_says_what_became_of_each(life: Life) -> None:
    event_id = life.webinar()
    made = life.register(event_id, 1)
    link = _ask(life, _email_of(life, made))
    assert link is not None
    [before] = _shown(life, link)
    assert (before.is_coming, before.attended, before.watchable) == (True, False, False)
    life.database.write(
        lambda session: attendance.note(session, made.registration_id, Evidence.DOOR, now=STARTS_AT, by="staff:x")
    )
    life.database.write(lambda session: lifecycle.start(session, event_id, now=STARTS_AT, by="clock"))
    life.database.write(
        lambda session: lifecycle.end(session, event_id, now=STARTS_AT + timedelta(hours=3), by="clock")
    )
    [after] = _shown(life, link)
    assert (after.is_coming, after.attended) == (False, True)


def test_what_was_given_back_is_not_shown(life: Life) -> None:
    made = life.register(life.webinar(), 1)
    life.database.write(lambda session: registration.cancel(session, made.registration_id, now=NOW, by="x"))
    link = _ask(life, _email_of(life, made))
    assert link is not None
    assert _shown(life, link) == []


def test_an_unknown_address_leaves_nothing_behind(life: Life) -> None:
    event_id = life.webinar()
    life.register(event_id, 1)
    told = life.facts(event_id)
    assert _ask(life, "nobody@example.org") is None
    assert (_links(life), life.facts(event_id)) == (0, told)


def test_pressing_again_and_again_sends_one_mail(life: Life) -> None:
    made = life.register(life.webinar(), 1)
    email = _email_of(life, made)
    assert [_ask(life, email) is None for _ in range(8)] == [False] + [True] * 7
    assert _ask(life, email, later=own_events.ASKED_AGAIN_AFTER) is not None


def test_a_link_runs_out_and_is_forgotten(life: Life) -> None:
    made = life.register(life.webinar(), 1)
    link = _ask(life, _email_of(life, made))
    assert link is not None
    with pytest.raises(Gone):
        _shown(life, link, later=own_events.OPEN_FOR)
    at = real_now() + own_events.OPEN_FOR + timedelta(seconds=1)
    life.database.write(lambda session: own_events.prune(session, real_now=at))
    assert _links(life) == 0


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_four_queries_however_much_there_is(database: Database, life: Life, count: int) -> None:
    made = [life.register(life.webinar(), 1) for _ in range(count)]
    link = _ask(life, _email_of(life, made[0]))
    assert link is not None
    with counted(database) as statements:
        assert len(_shown(life, link)) == count
    assert len([each for each in statements if each.lstrip().startswith("SELECT")]) == 4
