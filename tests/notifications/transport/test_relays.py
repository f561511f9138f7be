"""A relay that fails is left alone by everybody, tried by one, and used by all at once when it works again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from notifications.transport import relays
from notifications.transport.answers import Answer
from notifications.transport.relays import Standing, relay_name
from tests.support.life import Life

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_name_holds_no_password() -> None:
    assert relay_name("smtp://acara:rahasia@mail.example.org:587?starttls=1") == "mail.example.org:587"
    assert relay_name("smtps://u:p@mail.example.org") == "mail.example.org"


def _pause(life: Life, at: datetime, *, probing: bool = False, answer: Answer = Answer.UNREACHABLE) -> None:
    life.database.write(lambda session: relays.pause(session, "r", answer, "refused", real_now=at, probing=probing))


def _standing(life: Life, at: datetime) -> Standing:
    return life.database.read(lambda session: relays.standing(session, "r", real_now=at))


def _begin(life: Life, at: datetime) -> bool:
    return life.database.write(lambda session: relays.begin_probe(session, "r", real_now=at))


def test_one_worker_tries_and_the_others_wait(life: Life) -> None:
    assert _standing(life, NOW) is Standing.OPEN
    _pause(life, NOW)
    _pause(life, NOW + SECOND)  # another worker met the same outage: it is one pause
    assert _standing(life, NOW + 4 * SECOND) is Standing.CLOSED
    assert _standing(life, NOW + 6 * SECOND) is Standing.PROBE
    assert [_begin(life, NOW + 6 * SECOND) for _ in range(3)] == [True, False, False]
    assert _standing(life, NOW + 7 * SECOND) is Standing.CLOSED
    assert _standing(life, NOW + relays.PROBE_FOR + 10 * SECOND) is Standing.PROBE, "the one that tried has died"


def test_pauses_grow_with_every_try_that_fails(life: Life) -> None:
    at, found = NOW, []
    _pause(life, at)
    for _ in range(8):
        state = life.database.read(lambda session: relays.state_of(session, "r"))
        assert state is not None
        assert state.paused_until is not None
        found.append((state.paused_until - at).total_seconds())
        at = state.paused_until
        assert _begin(life, at)
        _pause(life, at, probing=True)
    assert found == [5, 10, 20, 40, 80, 160, 300, 300]
    assert life.database.read(lambda session: relays.state_of(session, "r")).since == NOW  # type: ignore[union-attr] # it is there


def test_everybody_goes_on_once_it_works(life: Life) -> None:
    _pause(life, NOW, answer=Answer.NOT_LET_IN)
    assert _standing(life, NOW + 59 * SECOND) is Standing.CLOSED
    assert life.database.write(lambda session: relays.resume(session, "r"))
    assert _standing(life, NOW + SECOND) is Standing.OPEN
    assert not life.database.write(lambda session: relays.resume(session, "r"))
