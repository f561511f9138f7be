"""Templates: kept, used, renamed, removed; the usual ones make events that can be published."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from events.drafts import authoring, event_documents, event_templates, lifecycle, programme, usual_templates
from events.errors import FieldError, Invalid, NotFound
from events.models import EventKind, ProgrammeItem, Stage
from events.registrations import desk
from events.storage import LocalizedText, Session, new_id
from tests.support.life import NOW, STARTS_AT, Life

LATER = STARTS_AT + timedelta(days=70)
BY: dict[str, Any] = {"now": NOW, "by": "staff:test"}


def make(session: Session, life: Life, document: Any, **changes: Any) -> Any:
    """Draft an event as the form that a template filled in would."""
    fields = event_documents.fields_of(document, LATER) | {
        "title": LocalizedText("Judul"),
        "summary": LocalizedText("Ringkasan"),
        "venue": LocalizedText("Aula"),
        **changes,
    }
    kind = EventKind(document["kind"])
    event_id = authoring.draft_event(
        session,
        life.organiser_id,
        kind=kind,
        starts_at=LATER,
        ends_at=LATER + timedelta(seconds=document["length"]),
        capacity=document["capacity"],
        **fields,
        **BY,
    )
    event_templates.apply_parts(session, event_id, document, **BY)
    return event_id


def test_an_event_becomes_a_template_and_the_template_an_event(life: Life) -> None:
    source = life.webinar(
        registration_closes_at=STARTS_AT - timedelta(hours=12),
        start_code="PENYU",
        max_party_size=4,
        audience=LocalizedText("Guru", "Teachers"),
    )
    item = ProgrammeItem(
        starts_at=STARTS_AT + timedelta(minutes=10),
        ends_at=STARTS_AT + timedelta(minutes=70),
        title=LocalizedText("Paparan"),
        room=LocalizedText(),
    )
    life.do(programme.set_programme, source, [item])
    template_id = life.do(event_templates.save_template, source, name="  Webinar   guru ")
    template = life.database.read(lambda session: event_templates.find_template(session, template_id))
    assert (template.name, template.kind) == ("Webinar guru", EventKind.WEBINAR)
    assert not {"join_url", "start_code", "end_code"} & template.document["fields"].keys()
    made = life.database.write(lambda session: make(session, life, template.document))
    event = life.event(made)
    assert (event.max_party_size, event.audience, event.start_code) == (4, LocalizedText("Guru", "Teachers"), None)
    assert event.registration_closes_at == LATER - timedelta(hours=12)
    assert life.pool(made).capacity == 100
    lines = life.database.read(lambda session: desk.list_programme(session, made))
    assert [(each.starts_at, each.ends_at, each.title.id) for each in lines] == [
        (LATER + timedelta(minutes=10), LATER + timedelta(minutes=70), "Paparan")
    ]


@pytest.mark.parametrize("key", usual_templates.USUAL)
def test_a_usual_template_needs_a_title_a_sentence_and_a_place(life: Life, key: str) -> None:
    document = usual_templates.USUAL[key].document
    made = life.database.write(lambda session: make(session, life, document))
    life.do(lifecycle.publish, made)
    assert life.event(made).stage is Stage.REGISTRATION_OPEN
    visits = life.database.read(lambda session: desk.list_slots(session, made))
    assert len(visits) == len(document["visits"]) == (42 if key == "pameran" else 0)
    event = life.event(made)
    lines = life.database.read(lambda session: desk.list_programme(session, made))
    assert lines
    assert programme.find_oddities(lines, event) == []


def test_visits_that_do_not_fit_a_shorter_exhibition_are_left_out(life: Life) -> None:
    document = {**usual_templates.USUAL["pameran"].document, "length": 24 * 3600 + 2 * 3600}
    made = life.database.write(lambda session: make(session, life, document))
    assert len(life.slots(made)) == 6 + 2


def test_saving_again_replaces_and_names_are_kept_apart(life: Life) -> None:
    first, second = life.webinar(), life.webinar(max_party_size=9)
    one = life.do(event_templates.save_template, first, name="Webinar")
    assert life.do(event_templates.save_template, second, name="Webinar") == one
    other = life.do(event_templates.save_template, first, name="Bincang")
    listed = life.database.read(lambda session: event_templates.list_templates(session, life.organiser_id))
    assert [(each.name, each.document["fields"]["max_party_size"]) for each in listed] == [
        ("Bincang", 1),
        ("Webinar", 9),
    ]
    for name, code in (("Webinar", "taken"), (" ", "length"), ("x" * 101, "length")):
        with pytest.raises(Invalid) as refusal:
            life.do(event_templates.rename_template, other, name)
        error: FieldError = refusal.value.errors[0]
        assert (error.field, error.code) == ("name", code)
    life.do(event_templates.rename_template, other, "Bincang buku")
    life.do(event_templates.delete_template, one)
    listed = life.database.read(lambda session: event_templates.list_templates(session, life.organiser_id))
    assert [each.name for each in listed] == ["Bincang buku"]
    with pytest.raises(NotFound):
        life.do(event_templates.delete_template, one)
    with pytest.raises(NotFound):
        life.do(event_templates.save_template, new_id(), name="Webinar")


def test_a_template_older_than_the_house_still_works() -> None:
    document = {"fields": {"title": {"id": "Judul", "en": ""}, "colour_of_chairs": "red", "waitlist": False}}
    assert event_documents.fields_of(document, LATER) == {"title": LocalizedText("Judul"), "waitlist": False}
