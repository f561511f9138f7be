"""Answers that may be kept for a time only: all of them go when it is over, none a moment earlier."""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from events.drafts import lifecycle
from events.errors import Closed
from events.models import PartyMember, Registration, Stage
from events.privacy import retention
from events.questions import answer_files, forms
from events.questions.answer_files import KeptFile
from events.questions.answers import check_answers
from events.questions.form_document import FormDocument, Question, QuestionKind
from events.storage import LocalizedText
from tests.support.life import NOW, STARTS_AT, Life

MOMENT = timedelta(microseconds=1)


def _ask(key: str, days: int | None, kind: QuestionKind = QuestionKind.SHORT_TEXT, **more: Any) -> Question:
    return Question(id=key, kind=kind, label=LocalizedText(key), retention_days=days, **more)


def _register(life: Life, event_id: uuid.UUID, person: int, given: dict[str, Any], **more: Any) -> uuid.UUID:
    revision, document = life.database.read(lambda session: forms.current(session, event_id))
    found = check_answers(document, given, revision=revision, now=NOW, **more)
    party = {"party_size": more["party_size"]} if "party_size" in more else {}
    return life.register(event_id, person, **found.fields(), **party).registration_id


def _live_through(life: Life, now: datetime) -> None:
    """Do what the clock has made due by `now`, as the tick does."""
    while found := life.database.read(lambda session: lifecycle.due(session, now=now)):
        for event_id, transition in found:
            life.do(transition, event_id, now=now)


def _purge(life: Life, now: datetime) -> int:
    gone = 0
    _live_through(life, now)
    for what in life.database.read(lambda session: retention.due(session, now=now)):
        while more := life.do(retention.purge, what, now=now):
            gone += more
    return gone


def _left(life: Life, event_id: uuid.UUID) -> list[dict[str, Any]]:
    statement = sa.select(Registration.answers).where(Registration.event_id == event_id).order_by(Registration.id)
    return list(life.database.read(lambda session: session.scalars(statement).all()))


def test_each_answer_goes_in_its_time_and_not_a_moment_earlier(life: Life) -> None:
    event_id = life.webinar(max_party_size=3)
    ends_at = life.event(event_id).ends_at
    questions = (_ask("a", 0), _ask("b", 30), _ask("c", None), _ask("d", 30, per_person=True))
    life.do(forms.save, event_id, FormDocument(questions))
    given = {"a": "1", "b": "2", "c": "3", "d": "4"}
    _register(life, event_id, 1, given, party_size=2, members=[{"name": "Budi", "answers": {"d": "5"}}])
    _register(life, event_id, 2, {"c": "3"})
    assert _purge(life, ends_at - MOMENT) == 0
    assert _left(life, event_id) == [given, {"c": "3"}]
    assert _purge(life, ends_at) == 1
    assert _purge(life, ends_at + timedelta(days=30) - MOMENT) == 0
    assert _left(life, event_id) == [{"b": "2", "c": "3", "d": "4"}, {"c": "3"}]
    assert _purge(life, ends_at + timedelta(days=30)) == 2
    assert _left(life, event_id) == [{"c": "3"}, {"c": "3"}]
    members = life.database.read(lambda session: session.scalars(sa.select(PartyMember.answers)).all())
    assert members == [{}]
    assert life.database.read(lambda session: retention.due(session, now=ends_at + timedelta(days=9999))) == []
    told = [row for row in life.rows(event_id) if row.name == "AnswersRemoved"]
    assert [(row.by, row.payload["questions"], row.payload["people"]) for row in told] == [
        ("clock", ["a"], 1),
        ("clock", ["a", "b", "d"], 2),
    ]


def test_what_was_promised_with_the_wording_counts(life: Life) -> None:
    event_id = life.webinar()
    ends_at = life.event(event_id).ends_at
    life.do(forms.save, event_id, FormDocument((_ask("a", 10),)))
    _register(life, event_id, 1, {"a": "short"})
    life.do(forms.save, event_id, FormDocument((_ask("a", 100),)))
    _register(life, event_id, 2, {"a": "long"})
    life.do(forms.save, event_id, FormDocument((_ask("a", None),)))
    _register(life, event_id, 3, {"a": "ever"})
    assert _purge(life, ends_at + timedelta(days=10)) == 1
    assert _left(life, event_id) == [{}, {"a": "long"}, {"a": "ever"}]
    assert _purge(life, ends_at + timedelta(days=100)) == 1
    assert _left(life, event_id) == [{}, {}, {"a": "ever"}]


def test_a_postponed_event_has_not_been_and_loses_nothing(life: Life) -> None:
    event_id = life.webinar()
    ends_at = life.event(event_id).ends_at
    life.do(forms.save, event_id, FormDocument((_ask("a", 1),)))
    _register(life, event_id, 1, {"a": "x"})
    life.do(lifecycle.postpone, event_id)
    assert _purge(life, ends_at + timedelta(days=50)) == 0
    assert _left(life, event_id) == [{"a": "x"}]


def test_crowds_are_purged_in_chunks(life: Life) -> None:
    event_id = life.webinar(capacity=None)
    ends_at = life.event(event_id).ends_at
    life.do(forms.save, event_id, FormDocument((_ask("a", 1),)))
    many = retention.CHUNK + 5
    for person in range(many):
        _register(life, event_id, person, {"a": "x"})
    _live_through(life, ends_at)
    (what,) = life.database.read(lambda session: retention.due(session, now=ends_at + timedelta(days=1)))
    assert [life.do(retention.purge, what, now=ends_at) for _ in range(4)] == [retention.CHUNK, 5, 0, 0]
    assert _left(life, event_id) == [{}] * many


def test_random_forms_and_moments_purge_exactly_what_is_due(life: Life) -> None:
    chance = random.Random(20261122)
    for _ in range(6):
        event_id = life.webinar()
        ends_at = life.event(event_id).ends_at
        days = {f"q{number}": chance.choice([None, 0, 1, 7, 30]) for number in range(5)}
        life.do(forms.save, event_id, FormDocument(tuple(_ask(key, each) for key, each in days.items())))
        given = {key: "x" for key in days if chance.random() < 0.7}
        _register(life, event_id, 1, given)
        for elapsed in sorted(chance.uniform(-2, 40) for _ in range(4)):
            _purge(life, ends_at + timedelta(days=elapsed))
            kept = {key: "x" for key in given if (each := days[key]) is None or each > elapsed}
            assert _left(life, event_id) == [kept], (days, elapsed)


def test_a_file_goes_with_its_answer(life: Life) -> None:
    event_id = life.webinar()
    ends_at = life.event(event_id).ends_at
    life.do(forms.save, event_id, FormDocument((_ask("f", 30, QuestionKind.FILE),)))
    kept = KeptFile(question_id="f", storage_key="answers/x", filename="a.pdf", content_type="application/pdf", size=1)
    file_id = life.do(answer_files.keep, event_id, kept)
    _register(life, event_id, 1, {"f": str(file_id)})
    after = ends_at + timedelta(days=30)

    def swept() -> dict[uuid.UUID, str]:
        return life.database.read(lambda session: answer_files.list_swept(session, sent_before=after))

    assert swept() == {}
    _purge(life, after)
    assert swept() == {file_id: "answers/x"}
    life.do(answer_files.forget, [file_id])
    assert swept() == {}


def test_what_may_be_kept_for_no_day_is_kept_while_it_is_live_and_goes_when_it_is_over(life: Life) -> None:
    """Answered at the last moment, or after a process slept through the end: staff still read it, then it goes."""
    event_id = life.webinar(registration_closes_at=STARTS_AT + timedelta(minutes=30))
    starts_at, ends_at = life.event(event_id).starts_at, life.event(event_id).ends_at
    life.do(forms.save, event_id, FormDocument((_ask("a", 0),)))
    _register(life, event_id, 1, {"a": "early"})
    _live_through(life, starts_at + timedelta(minutes=1))
    assert life.event(event_id).stage is Stage.LIVE
    _register(life, event_id, 2, {"a": "late"})
    # The planned end has come; the tick that ends it has not.
    assert life.database.read(lambda session: retention.due(session, now=ends_at + timedelta(hours=3))) == []
    _register(life, event_id, 3, {"a": "very late"})
    assert _left(life, event_id) == [{"a": "early"}, {"a": "late"}, {"a": "very late"}]
    assert _purge(life, ends_at + timedelta(hours=3)) == 3
    assert life.event(event_id).stage is Stage.ENDED
    with pytest.raises(Closed):
        _register(life, event_id, 4, {"a": "after it"})
    assert _left(life, event_id) == [{}, {}, {}]


def test_an_event_that_staff_ended_early_keeps_answers_until_its_planned_end(life: Life) -> None:
    event_id = life.webinar()
    starts_at, ends_at = life.event(event_id).starts_at, life.event(event_id).ends_at
    life.do(forms.save, event_id, FormDocument((_ask("a", 0),)))
    _register(life, event_id, 1, {"a": "x"})
    _live_through(life, starts_at)
    life.do(lifecycle.end, event_id, now=starts_at + timedelta(minutes=5))
    assert _purge(life, ends_at - MOMENT) == 0
    assert _purge(life, ends_at) == 1
    assert _left(life, event_id) == [{}]


def test_what_was_answered_for_a_cancelled_event_goes_when_it_would_have_ended(life: Life) -> None:
    event_id = life.webinar()
    ends_at = life.event(event_id).ends_at
    life.do(forms.save, event_id, FormDocument((_ask("a", 0),)))
    _register(life, event_id, 1, {"a": "x"})
    life.do(lifecycle.cancel, event_id)
    assert _purge(life, ends_at - MOMENT) == 0
    assert _purge(life, ends_at) == 1
