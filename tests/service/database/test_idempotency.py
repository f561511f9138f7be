"""A key chosen by the caller: the thing is done once, and every repetition gets the same answer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from events.errors import AlreadyRegistered, Full, Invalid, KeyReused
from events.models import Registration
from events.registrations import registration
from events.storage import Session
from service.database.idempotency import IdempotencyKey, forget_before, remember
from tests.support.databases import Database
from tests.support.life import NOW, Life, application


def once(life: Life, event_id: Any, key: str = "key-of-a-form", *, person: int = 1, payload: Any = None) -> str:
    wanted = application(event_id, person)

    def produce(session: Session) -> dict[str, Any]:
        return {"id": str(registration.register(session, wanted, now=NOW).registration_id)}

    def use_case(session: Session) -> dict[str, Any]:
        return remember(
            session,
            scope="registrations",
            key=key,
            payload=payload or {"person": person},
            real_now=NOW,
            produce=produce,
        )

    return str(life.database.write(use_case)["id"])


def test_twenty_simultaneous_repetitions_make_one_registration_and_one_answer(life: Life) -> None:
    event_id = life.webinar()
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: once(life, event_id), range(20)))
    rows = life.database.read(lambda session: session.scalars(sa.select(Registration.id)).all())
    assert answers == [str(rows[0])] * 20
    assert len(rows) == 1


@pytest.mark.parametrize("guess", [None, {}, {"id": "somebody else"}, {"id": "the one"}])
def test_what_was_guessed_of_the_answer_changes_nothing(life: Life, guess: dict[str, Any] | None) -> None:
    def ask(produce: Callable[[Session], dict[str, Any]]) -> dict[str, Any]:
        return life.database.write(
            lambda session: remember(
                session, scope="s", key="key-of-a-form", payload={}, real_now=NOW, produce=produce, guess=guess
            )
        )

    assert [ask(lambda _: {"id": "the one"}), ask(lambda _: {"id": "another"})] == [{"id": "the one"}] * 2


def test_same_key_with_other_answers_is_refused(life: Life) -> None:
    event_id = life.webinar()
    once(life, event_id, person=1)
    with pytest.raises(KeyReused):
        once(life, event_id, person=2)


def test_order_of_the_answers_does_not_matter(life: Life) -> None:
    event_id = life.webinar()
    first = once(life, event_id, payload={"name": "Ani", "city": "Batam"})
    assert once(life, event_id, payload={"city": "Batam", "name": "Ani"}) == first


def test_refusal_is_not_remembered(life: Life) -> None:
    event_id = life.webinar(capacity=1, waitlist=False)
    life.register(event_id, "somebody")
    with pytest.raises(Full):
        once(life, event_id)
    keys = life.database.read(lambda session: session.scalars(sa.select(IdempotencyKey.key)).all())
    assert keys == []


@pytest.mark.parametrize("key", ["", "short", "x" * 201, "with\nnewline", "with\0null"])
def test_impossible_key_is_refused(life: Life, key: str) -> None:
    with pytest.raises(Invalid):
        once(life, life.webinar(), key)


def test_old_keys_are_forgotten(life: Life, database: Database) -> None:
    event_id = life.webinar()
    once(life, event_id)
    database.write(lambda session: forget_before(session, NOW))
    with pytest.raises(AlreadyRegistered):  # the key is known no more, the person is... still known
        once(life, event_id, "another-key")
    database.write(lambda session: forget_before(session, NOW + timedelta(seconds=1)))
    keys = database.read(lambda session: session.scalars(sa.select(IdempotencyKey.key)).all())
    assert keys == []
