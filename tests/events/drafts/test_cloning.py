"""A copy has what belongs to the event and nothing of what happened to it; nothing is forgotten silently."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

import service.tables
from events import outbox
from events.drafts import cloning, lifecycle, programme
from events.errors import Invalid, NotFound
from events.models import (
    Event,
    FormRevision,
    Participation,
    ParticipationRole,
    PartnerAnswer,
    PartnerKind,
    ProgrammeItem,
    Registration,
    SeatPool,
    Slot,
    Stage,
)
from events.partnership import partners
from events.storage import LocalizedText, Session, new_id
from tests.support.life import NOW, STARTS_AT, Life

LATER = STARTS_AT + timedelta(days=35, hours=1)


def _with_parts(life: Life, event_id: uuid.UUID) -> None:
    def add(session: Session) -> None:
        for name in ("Siti", "Budi"):
            partner = partners.add_partner(session, life.organiser_id, kind=PartnerKind.SPEAKER, name=name, now=NOW)
            part = partners.invite(
                session,
                event_id,
                partner,
                role=ParticipationRole.SPEAKER,
                topic=LocalizedText("Kisah"),
                now=NOW,
                by="staff:test",
            )
            partners.answer(session, part, PartnerAnswer.ACCEPTED, now=NOW, by="partner:x")
            if name == "Budi":
                partners.withdraw(session, part, now=NOW, by="staff:test")
            else:
                speaker = partner
        item = ProgrammeItem(
            starts_at=STARTS_AT,
            ends_at=STARTS_AT + timedelta(minutes=30),
            title=LocalizedText("Pembukaan"),
            room=LocalizedText("Aula"),
            speaker_id=speaker,
        )
        programme.set_programme(session, event_id, [item], now=NOW, by="staff:test")

    life.database.write(add)


def test_a_webinar_is_copied_to_another_day_with_its_parts_and_without_its_people(life: Life) -> None:
    source = life.webinar(
        start_code="PENYU",
        max_party_size=3,
        registration_closes_at=STARTS_AT - timedelta(days=1),
        certificate={"enabled": True},
    )
    _with_parts(life, source)
    life.register(source, 1)
    made = life.do(cloning.clone_event, source, starts_at=LATER)
    event, old = life.event(made), life.event(source)
    assert (event.stage, event.starts_at, event.ends_at - event.starts_at) == (
        Stage.DRAFT,
        LATER,
        old.ends_at - old.starts_at,
    )
    assert (event.title, event.max_party_size, event.certificate) == (old.title, 3, {"enabled": True})
    assert (event.slug, event.join_url, event.start_code) == (f"{old.slug}-2", None, None)
    assert event.registration_closes_at == LATER - timedelta(days=1)

    def read(session: Session) -> tuple[object, ...]:
        item = session.scalars(sa.select(ProgrammeItem).where(ProgrammeItem.event_id == made)).one()
        part = session.scalars(sa.select(Participation).where(Participation.event_id == made)).one()
        pool = session.scalars(sa.select(SeatPool).where(SeatPool.event_id == made)).one()
        people = session.scalars(sa.select(Registration).where(Registration.event_id == made)).all()
        return (
            item.starts_at,
            item.title,
            item.speaker_id == part.partner_id,
            part.answer,
            part.topic,
            (pool.capacity, pool.taken, pool.sellable, pool.open),
            len(people),
        )

    assert life.database.write(read) == (
        LATER,
        LocalizedText("Pembukaan"),
        True,
        PartnerAnswer.NEEDS_ACTION,
        LocalizedText("Kisah"),
        (100, 0, 100, False),
        0,
    )
    assert life.facts(made) == ["EventDrafted"]
    life.do(lifecycle.publish, made)
    assert life.register(made, 1).registration_id is not None


def test_an_exhibition_takes_its_visiting_times_along(life: Life) -> None:
    source = life.exhibition(slots=3, capacity=7)
    life.register(source, 1, slot_id=life.slots(source)[0])
    made = life.do(cloning.clone_event, source, starts_at=LATER)

    def read(session: Session) -> list[tuple[object, ...]]:
        rows = session.execute(
            sa.select(Slot, SeatPool)
            .join(SeatPool, SeatPool.id == Slot.pool_id)
            .where(Slot.event_id == made)
            .order_by(Slot.starts_at)
        )
        return [(slot.starts_at, pool.event_id == made, pool.capacity, pool.taken) for slot, pool in rows]

    assert life.database.write(read) == [(LATER + timedelta(hours=hour), True, 7, 0) for hour in range(3)]


@pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.CANCELLED, Stage.ARCHIVED])
def test_whatever_became_of_an_event_it_can_be_held_again(life: Life, stage: Stage) -> None:
    source = life.webinar(stage, registration_opens_at=NOW - timedelta(days=300))
    made = life.do(cloning.clone_event, source, starts_at=STARTS_AT)
    event = life.event(made)
    assert (event.stage, event.reason, event.ended_at, event.registration_opens_at) == (
        Stage.DRAFT,
        LocalizedText(),
        None,
        None,
    )


def test_the_questions_come_along_as_the_first_revision_and_choices_draw_from_the_new_pools(life: Life) -> None:
    source = life.webinar()
    pool = str(life.pool(source).id)

    def ask(session: Session) -> None:
        for number in (1, 2):
            fields = [{"id": "a", "label": {"id": f"Tanya {number}"}, "choices": [{"pool_id": pool, "places": 3}]}]
            session.add(
                FormRevision(event_id=source, number=number, fields=fields, created_at=NOW, created_by="staff:test")
            )
        session.get_one(Event, source).form_revision = 2

    life.database.write(ask)
    made = life.do(cloning.clone_event, source, starts_at=LATER)

    def read(session: Session) -> list[tuple[object, ...]]:
        rows = session.scalars(sa.select(FormRevision).where(FormRevision.event_id == made))
        return [(row.number, row.fields) for row in rows]

    copied = str(life.pool(made).id)
    assert copied != pool
    assert life.event(made).form_revision == 1
    assert life.database.write(read) == [
        (1, [{"id": "a", "label": {"id": "Tanya 2"}, "choices": [{"pool_id": copied, "places": 3}]}])
    ]


def test_what_is_not_there_or_impossible_is_refused(life: Life) -> None:
    with pytest.raises(NotFound):
        life.do(cloning.clone_event, new_id(), starts_at=LATER)
    source = life.webinar()
    with pytest.raises(Invalid):
        life.do(cloning.clone_event, source, starts_at=LATER.replace(year=1999))


def test_every_column_and_every_table_of_an_event_was_decided_about() -> None:
    """A column that was added later was once left behind by the copy, and nobody noticed for a year."""
    tables = service.tables.metadata.tables
    for name, copied in cloning.COPIED.items():
        decided = [copied, cloning.SHIFTED.get(name, frozenset()), cloning.ANEW[name].keys()]
        assert sorted(column for part in decided for column in part) == sorted(tables[name].columns.keys()), name
    of_events = {name for name, table in tables.items() if "event_id" in table.columns}
    assert of_events == (cloning.COPIED.keys() - {"event"}) | cloning.LEFT.keys()
    assert all(cloning.LEFT.values())


def test_the_copy_is_told_in_the_log_once(life: Life) -> None:
    source = life.webinar()
    before = life.facts(source)
    made = life.do(cloning.clone_event, source, starts_at=LATER)
    assert life.facts(source) == before
    rows = life.database.read(lambda session: outbox.timeline(session, made))
    assert [(row.name, row.by) for row in rows] == [("EventDrafted", "staff:test")]
    assert life.database.read(lambda session: session.get(Event, made)) is not None
