"""What somebody typed and did not save: one copy for each person and form, the last word counts."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from events.drafts import authoring, working_copies
from events.models import EventKind, Stage, WorkingCopy
from events.storage import new_id
from tests.support.life import NOW, Life

ANI, BUDI = new_id(), new_id()


def keep(life: Life, event_id: uuid.UUID, staff_id: uuid.UUID = ANI, **changes: Any) -> None:
    wanted: dict[str, Any] = {
        "organiser_id": life.organiser_id,
        "event_id": event_id,
        "fields": {"title_id": ["Judul"], "attendance_needs": ["door", "joined"]},
        "based_on": 1,
        "base": {"title_id": ["Lama"]},
        **changes,
    }
    life.do(working_copies.keep_working_copy, staff_id, str(event_id), **wanted)


def find(life: Life, event_id: uuid.UUID, staff_id: uuid.UUID = ANI) -> WorkingCopy | None:
    return life.database.read(lambda s: working_copies.find_working_copy(s, staff_id, str(event_id)))


def test_the_last_word_counts_and_the_base_stays_with_its_version(life: Life) -> None:
    event_id = life.webinar(Stage.DRAFT)
    keep(life, event_id)
    keep(life, event_id, fields={"title_id": ["Judul baru \u202e🎉"]}, base=None, now=NOW + timedelta(seconds=5))
    copy = find(life, event_id)
    assert copy is not None
    assert (copy.fields, copy.base, copy.based_on) == (
        {"title_id": ["Judul baru \u202e🎉"]},
        {"title_id": ["Lama"]},
        1,
    )
    assert copy.saved_at == NOW + timedelta(seconds=5)
    keep(life, event_id, based_on=2, base=None)
    copy = find(life, event_id)
    assert copy is not None
    assert (copy.base, copy.based_on) == ({}, 2)


def test_everybody_has_their_own_and_nobody_anothers(life: Life) -> None:
    event_id = life.webinar(Stage.DRAFT)
    keep(life, event_id)
    assert find(life, event_id, BUDI) is None
    keep(life, event_id, BUDI, fields={"title_id": ["Dari Budi"]})
    life.do(working_copies.discard_working_copy, ANI, str(event_id))
    life.do(working_copies.discard_working_copy, ANI, str(event_id))
    assert find(life, event_id) is None
    copy = find(life, event_id, BUDI)
    assert copy is not None
    assert copy.fields == {"title_id": ["Dari Budi"]}


def test_a_new_event_has_a_copy_for_each_kind_and_a_discarded_one_none(life: Life) -> None:
    event_id = life.webinar(Stage.DRAFT)
    keep(life, event_id)
    for kind in EventKind:
        subject = working_copies.subject_of_new(life.organiser_id, kind)
        life.do(
            working_copies.keep_working_copy,
            ANI,
            subject,
            organiser_id=life.organiser_id,
            event_id=None,
            fields={"title_id": [kind.value]},
            based_on=0,
            base={},
            now=NOW + timedelta(minutes=1),
        )
    listed = life.database.read(lambda session: working_copies.list_working_copies(session, ANI))
    assert sorted(copy.fields["title_id"][0] for copy in listed) == ["Judul", "exhibition", "webinar"]
    life.do(authoring.discard_draft, event_id)
    listed = life.database.read(lambda session: working_copies.list_working_copies(session, ANI))
    assert {copy.event_id for copy in listed} == {None}
