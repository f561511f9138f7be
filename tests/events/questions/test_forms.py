"""Forms: revisions that stay, places that choices take, and who answered what."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from events.drafts import lifecycle
from events.errors import ChoiceFull, Conflict, FormReplaced, Invalid, NotFound, Outdated
from events.models import AnswerFile, FormRevision, PartyMember, SeatHold, SeatPool, Stage
from events.questions import answer_files, answers, forms
from events.questions.answer_files import KeptFile
from events.questions.form_document import Choice, FormDocument, Question, QuestionKind
from events.registrations import applications, registration
from events.storage import LocalizedText
from tests.support.counting import counted
from tests.support.databases import Database
from tests.support.life import NOW, Life

SHIRT = Question(
    id="shirt",
    kind=QuestionKind.CHOICE,
    label=LocalizedText("Ukuran kaus", "Shirt size"),
    choices=(Choice(id="s", label=LocalizedText("S")), Choice(id="m", label=LocalizedText("M"))),
)
SCHOOL = Question(id="school", kind=QuestionKind.SHORT_TEXT, label=LocalizedText("Sekolah", "School"), required=True)
LETTER = Question(id="letter", kind=QuestionKind.FILE, label=LocalizedText("Surat", "Letter"))


def _save(life: Life, event_id: uuid.UUID, *questions: Question, **more: Any) -> int:
    return life.do(forms.save, event_id, FormDocument(questions), **more)


def _current(life: Life, event_id: uuid.UUID) -> tuple[int, FormDocument]:
    return life.database.read(lambda session: forms.current(session, event_id))


def _answer(life: Life, event_id: uuid.UUID, given: dict[str, Any], **more: Any) -> dict[str, Any]:
    revision, document = _current(life, event_id)
    checked = answers.check_answers(document, given, revision=revision, now=NOW, **more)
    party = {"party_size": more["party_size"]} if "party_size" in more else {}
    return {**checked.fields(), **party}


def _pools(life: Life, event_id: uuid.UUID) -> dict[str, SeatPool]:
    pools = life.database.read(lambda session: forms.places(session, event_id))
    return {pool.label.id: pool for pool in pools.values()}


def _count(life: Life, model: Any) -> int:
    return int(life.database.read(lambda session: session.scalar(sa.select(sa.func.count()).select_from(model))))


def test_an_event_begins_without_questions(life: Life) -> None:
    assert _current(life, life.webinar()) == (0, FormDocument())
    with pytest.raises(NotFound):
        _current(life, uuid.uuid4())


def test_every_wording_stays_readable(life: Life) -> None:
    event_id = life.webinar()
    assert _save(life, event_id, SCHOOL) == 1
    assert _save(life, event_id, SCHOOL) == 1  # nothing changed
    assert _save(life, event_id, SCHOOL, SHIRT) == 2
    assert _save(life, event_id) == 0
    assert _save(life, event_id, SHIRT) == 3
    assert life.database.read(lambda session: forms.revisions(session, event_id)) == {
        1: FormDocument((SCHOOL,)),
        2: FormDocument((SCHOOL, SHIRT)),
        3: FormDocument((SHIRT,)),
    }
    assert life.database.read(lambda session: forms.load(session, event_id, 1)) == FormDocument((SCHOOL,))
    assert life.database.read(lambda session: forms.load(session, event_id)) == FormDocument((SHIRT,))
    with pytest.raises(NotFound):
        life.database.read(lambda session: forms.load(session, event_id, 9))
    assert [row.payload["revision"] for row in life.rows(event_id) if row.name == "FormChanged"] == [1, 2, 0, 3]


def test_two_editors_never_overwrite_each_other(life: Life) -> None:
    event_id = life.webinar()
    assert _save(life, event_id, SCHOOL, expected_revision=0) == 1
    with pytest.raises(Outdated):
        _save(life, event_id, SHIRT, expected_revision=0)
    assert _save(life, event_id, SHIRT, expected_revision=1) == 2


@pytest.mark.parametrize("stage", [Stage.ENDED, Stage.ARCHIVED, Stage.CANCELLED])
def test_the_form_of_what_is_over_stays(life: Life, stage: Stage) -> None:
    event_id = life.webinar(stage)
    with pytest.raises(Conflict):
        _save(life, event_id, SCHOOL)
    assert _count(life, FormRevision) == 0


def test_a_bad_form_is_refused_whole(life: Life) -> None:
    event_id = life.webinar()
    with pytest.raises(Invalid):
        _save(life, event_id, SCHOOL, SCHOOL)
    for places in ({("shirt", "s"): 0}, {("shirt", "xl"): 1}, {("school", "s"): 1}, {("shirt", "s"): uuid.uuid4()}):
        with pytest.raises(Invalid):
            _save(life, event_id, SHIRT, places=places)
    other = life.webinar()
    with pytest.raises(Invalid):
        _save(life, event_id, SHIRT, places={("shirt", "s"): life.pool(other).id})
    assert _current(life, event_id) == (0, FormDocument())


# ---------------------------------------------------------------- places


def test_choices_have_places_as_staff_say(life: Life) -> None:
    event_id = life.webinar()
    assert _save(life, event_id, SHIRT, places={("shirt", "s"): 2}) == 1
    pools = _pools(life, event_id)
    assert {name: (pool.capacity, pool.open) for name, pool in pools.items()} == {"S": (2, True)}
    assert _save(life, event_id, SHIRT, places={("shirt", "s"): 5}) == 1  # as many as it takes, no other wording
    assert (_pools(life, event_id)["S"].id, _pools(life, event_id)["S"].sellable) == (pools["S"].id, 5)
    assert _save(life, event_id, SHIRT) == 2  # no limit any more; the pool stays for those who hold places in it
    assert _current(life, event_id)[1] == FormDocument((SHIRT,))
    assert _pools(life, event_id)["S"].id == pools["S"].id


def test_choices_may_share_their_places(life: Life) -> None:
    event_id = life.webinar()
    _save(life, event_id, SHIRT, places={("shirt", "s"): 1})
    pool_id = _pools(life, event_id)["S"].id
    _save(life, event_id, SHIRT, places={("shirt", "s"): pool_id, ("shirt", "m"): pool_id})
    life.register(event_id, 1, **_answer(life, event_id, {"shirt": "m"}))
    with pytest.raises(ChoiceFull) as refused:
        life.register(event_id, 2, **_answer(life, event_id, {"shirt": "s"}))
    assert refused.value.params == {"pool": str(pool_id)}
    assert (_count(life, SeatHold), life.pool(event_id).taken) == (1, 1)


def test_places_open_and_close_with_the_event(life: Life) -> None:
    event_id = life.webinar(Stage.DRAFT)
    _save(life, event_id, SHIRT, places={("shirt", "s"): 2})
    assert not _pools(life, event_id)["S"].open
    life.do(lifecycle.publish, event_id)
    assert _pools(life, event_id)["S"].open


def test_a_choice_is_taken_with_the_seat_and_given_back_with_it(life: Life) -> None:
    event_id = life.webinar(max_party_size=5)
    _save(life, event_id, SHIRT, places={("shirt", "s"): 3})
    first = life.register(event_id, 1, **_answer(life, event_id, {"shirt": "s"}, party_size=3))
    assert _pools(life, event_id)["S"].taken == 3
    with pytest.raises(ChoiceFull):
        life.register(event_id, 2, **_answer(life, event_id, {"shirt": "s"}))
    assert life.register(event_id, 2, **_answer(life, event_id, {"shirt": "m"})).state == "confirmed"
    life.do(registration.cancel, first.registration_id)
    assert _pools(life, event_id)["S"].taken == 0
    life.register(event_id, 3, **_answer(life, event_id, {"shirt": "s"}))
    assert _pools(life, event_id)["S"].taken == 1


def test_forty_people_at_once_never_take_more_places_than_there_are(life: Life) -> None:
    event_id = life.webinar(capacity=None)
    _save(life, event_id, SHIRT, places={("shirt", "s"): 7})
    given = _answer(life, event_id, {"shirt": "s"})

    def attempt(person: int) -> bool:
        try:
            life.register(event_id, person, **given)
        except ChoiceFull:
            return False
        return True

    with ThreadPoolExecutor(8) as people:
        assert sum(people.map(attempt, range(40))) == 7
    assert (_pools(life, event_id)["S"].taken, life.pool(event_id).taken, _count(life, SeatHold)) == (7, 7, 7)


def test_who_chose_before_there_were_places_is_counted_in(life: Life) -> None:
    event_id = life.webinar(max_party_size=5, capacity=4)
    meal = Question(id="meal", kind=QuestionKind.CHOICE, label=SHIRT.label, choices=SHIRT.choices, per_person=True)
    _save(life, event_id, SHIRT, meal)
    members = [{"name": "Budi", "answers": {"meal": "m"}}, {"name": "Ani", "answers": {"meal": "s"}}]
    first = {"shirt": "s", "meal": "s"}
    party = life.register(event_id, 1, **_answer(life, event_id, first, party_size=3, members=members))
    alone = life.register(event_id, 2, **_answer(life, event_id, {"shirt": "m"}))
    waits = life.register(event_id, 3, **_answer(life, event_id, {"shirt": "s"}))
    assert waits.state == "waitlisted"
    _save(life, event_id, SHIRT, meal, places={("shirt", "s"): 2, ("shirt", "m"): 9, ("meal", "s"): 5})
    pools = {pool.capacity: pool for pool in life.database.read(lambda s: forms.places(s, event_id)).values()}
    assert {each: (pool.taken, pool.sellable) for each, pool in pools.items()} == {2: (3, 3), 9: (1, 9), 5: (2, 5)}
    holds = life.database.read(
        lambda session: session.execute(sa.select(SeatHold.registration_id, SeatHold.count)).all()
    )
    assert sorted((key, count) for key, count in holds) == sorted(
        [(party.registration_id, 3), (party.registration_id, 2), (alone.registration_id, 1), (waits.registration_id, 1)]
    )
    life.do(registration.cancel, party.registration_id)
    pools = {pool.capacity: pool for pool in life.database.read(lambda s: forms.places(s, event_id)).values()}
    assert {each: (pool.taken, pool.sellable) for each, pool in pools.items()} == {2: (1, 2), 9: (1, 9), 5: (0, 5)}


# ---------------------------------------------------------------- answering


def test_an_event_without_questions_costs_no_statement_more(life: Life, database: Database) -> None:
    plain, asking = life.webinar(), life.webinar()
    _save(life, asking, SCHOOL)
    answered = _answer(life, asking, {"school": "SDN 1"})
    with counted(database) as sent:
        life.register(plain, 1)
    without = len(sent)
    with counted(database) as sent:
        life.register(asking, 1, **answered)
    assert len(sent) == without
    assert not [statement for statement in sent if "form_revision " in statement and "FROM form_revision" in statement]


def test_answers_are_kept_with_the_revision_they_answer(life: Life) -> None:
    event_id = life.webinar(max_party_size=3)
    per_person = Question(id="age", kind=QuestionKind.NUMBER, label=LocalizedText("Usia"), per_person=True)
    _save(life, event_id, SCHOOL, per_person)
    given = _answer(
        life,
        event_id,
        {"school": "SDN 1 Batam", "age": "41"},
        party_size=2,
        members=[{"name": "Ma'ruf", "answers": {"age": "9"}}],
    )
    registered = life.register(event_id, 1, **given)
    row = life.registration(registered.registration_id)
    assert (row.form_revision, row.answers) == (1, {"school": "SDN 1 Batam", "age": 41})
    members = life.database.read(lambda session: session.scalars(sa.select(PartyMember)).all())
    assert [(each.registration_id, each.person, each.name, each.answers) for each in members] == [
        (row.id, 1, "Ma'ruf", {"age": 9})
    ]


def test_what_is_not_asked_any_more_is_not_taken_for_an_answer(life: Life) -> None:
    event_id = life.webinar()
    _save(life, event_id, SCHOOL)
    old = _answer(life, event_id, {"school": "SDN 1"})
    _save(life, event_id, SHIRT)
    for stale in (old, {}):
        with pytest.raises(FormReplaced):
            life.register(event_id, 1, **stale)
    assert life.pool(event_id).taken == 0
    wanted = applications.Application(event_id=event_id, name="Tamu", phone="+62811", consent_version="1")
    life.do(registration.register, wanted, by="staff:ani")  # at the door nobody fills in a form
    assert life.pool(event_id).taken == 1


# ---------------------------------------------------------------- files


def _keep(life: Life, event_id: uuid.UUID, question: str = "letter") -> uuid.UUID:
    kept = KeptFile(question_id=question, storage_key="a/b", filename="s.pdf", content_type="application/pdf", size=9)
    return life.do(answer_files.keep, event_id, kept)


def test_a_file_becomes_an_answer_once(life: Life) -> None:
    event_id = life.webinar()
    _save(life, event_id, LETTER)
    file_id = _keep(life, event_id)
    given = _answer(life, event_id, {"letter": str(file_id)})
    first = life.register(event_id, 1, **given)
    held = life.database.read(lambda session: answer_files.files_of(session, first.registration_id))
    assert list(held) == [file_id]
    with pytest.raises(Invalid) as refused:
        life.register(event_id, 2, **given)
    assert [(error.field, error.code) for error in refused.value.errors] == [("answers.letter", "file")]
    assert life.pool(event_id).taken == 1


def test_files_of_other_events_and_questions_are_none_of_ours(life: Life) -> None:
    event_id = life.webinar()
    _save(life, event_id, LETTER)
    for file_id in (_keep(life, life.webinar()), _keep(life, event_id, "photo"), uuid.uuid4()):
        with pytest.raises(Invalid):
            life.register(event_id, 1, **_answer(life, event_id, {"letter": str(file_id)}))
    first = life.register(event_id, 1, **_answer(life, event_id, {}))
    for file_id in (_keep(life, event_id), uuid.uuid4()):
        with pytest.raises(NotFound):
            life.database.read(
                lambda session, key=file_id: answer_files.file_of(session, first.registration_id, key)  # type: ignore[misc] # bound now
            )


def test_what_nobody_registered_with_is_swept(life: Life) -> None:
    event_id = life.webinar()
    _save(life, event_id, LETTER)
    claimed, orphan = _keep(life, event_id), _keep(life, event_id)
    life.register(event_id, 1, **_answer(life, event_id, {"letter": str(claimed)}))
    day_after = NOW + timedelta(days=1)

    def swept(before: datetime) -> dict[uuid.UUID, str]:
        return life.database.read(lambda session: answer_files.list_swept(session, sent_before=before))

    assert swept(NOW) == {}
    assert swept(day_after) == {orphan: "a/b"}
    life.do(answer_files.forget, [orphan, claimed])
    rows = life.database.read(lambda session: session.scalars(sa.select(AnswerFile.id)).all())
    assert rows == [claimed]


def test_a_file_on_its_way_out_is_not_claimed_any_more(life: Life) -> None:
    event_id = life.webinar()
    _save(life, event_id, LETTER)
    given = _answer(life, event_id, {"letter": str(_keep(life, event_id))})
    with pytest.raises(Invalid):
        life.register(event_id, 1, now=NOW + answer_files.CLAIMED_WITHIN, **given)
