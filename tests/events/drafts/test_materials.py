"""Materials: seen by who has a place, at their time; nothing that leads nowhere is laid out."""

from __future__ import annotations

import pytest

from events.drafts import materials
from events.errors import Invalid, NotFound
from events.models import MaterialTime, Stage
from events.storage import LocalizedText, new_id
from tests.support.life import Life

SLIDES = {"title": LocalizedText("Salindia"), "url": "https://drive.example/a", "shown": MaterialTime.AFTER}
READING = {"title": LocalizedText(en="Reading"), "url": "https://drive.example/b", "shown": MaterialTime.BEFORE}


def test_each_is_seen_at_its_time_and_gone_when_removed(life: Life) -> None:
    event_id = life.webinar()
    slides = life.do(materials.add_material, event_id, **SLIDES)
    life.do(materials.add_material, event_id, **READING)

    def seen(stage: Stage) -> list[str]:
        found = life.database.read(lambda session: materials.materials_for(session, event_id, stage))
        return [each.url[-1] for each in found]

    assert {stage: seen(stage) for stage in (Stage.REGISTRATION_OPEN, Stage.LIVE, Stage.ENDED, Stage.ARCHIVED)} == {
        Stage.REGISTRATION_OPEN: ["b"],
        Stage.LIVE: ["b"],
        Stage.ENDED: ["a", "b"],
        Stage.ARCHIVED: ["a", "b"],
    }
    life.do(materials.remove_material, slides)
    assert seen(Stage.ENDED) == ["b"]
    assert life.facts(event_id)[-3:] == ["MaterialAdded", "MaterialAdded", "MaterialRemoved"]
    with pytest.raises(NotFound):
        life.do(materials.remove_material, slides)


def test_faults_are_told_at_their_fields(life: Life) -> None:
    event_id = life.webinar()
    for change, field in (
        ({"title": LocalizedText()}, "title"),
        ({"title": LocalizedText("x" * 201)}, "title"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "https://drive.example/" + "a" * 1000}, "url"),
    ):
        with pytest.raises(Invalid) as refusal:
            life.do(materials.add_material, event_id, **SLIDES | change)
        assert {error.field for error in refusal.value.errors} == {field}
    with pytest.raises(NotFound):
        life.do(materials.add_material, new_id(), **SLIDES)
    for _ in range(materials.MOST):
        life.do(materials.add_material, event_id, **SLIDES)
    with pytest.raises(Invalid):
        life.do(materials.add_material, event_id, **SLIDES)
