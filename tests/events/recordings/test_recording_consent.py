"""Whether a recording may be shown: who was on stage has the last word, and nobody agrees in their place."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from events.errors import Conflict, Invalid
from events.models import ParticipationRole, PartnerAnswer, PartnerKind, Recording, RecordingState, Stage
from events.partnership import partners
from events.recordings import recording, recording_consent
from tests.support.life import NOW, Life

VIDEO = "https://youtu.be/dQw4w9WgXcQ"
YES, NOT_PUBLISHED, NO = (True, True), (True, False), (False, False)


def on_stage(
    life: Life, event_id: uuid.UUID, name: str = "Sulastri", role: ParticipationRole = ParticipationRole.SPEAKER
) -> uuid.UUID:
    partner = life.do(partners.add_partner, life.organiser_id, kind=PartnerKind.SPEAKER, name=name)
    return life.do(partners.invite, event_id, partner, role=role)


def say(life: Life, part: uuid.UUID, word: tuple[bool, bool], *, later: int = 0) -> None:
    recorded, published = word
    life.do(
        recording_consent.say,
        part,
        recorded=recorded,
        published=published,
        locale="id",
        now=NOW + timedelta(minutes=later),
        by=f"partner:{part}",
    )


def show(life: Life, event_id: uuid.UUID, **named: Any) -> uuid.UUID:
    return life.do(recording.paste_link, event_id, VIDEO, title="Rekaman", **named)


def hand_in(life: Life, event_id: uuid.UUID, visibility: str) -> uuid.UUID:
    return life.do(
        recording.begin, event_id, storage_key="x", content_type="video/mp4", title="Rekaman", visibility=visibility
    )


@pytest.fixture
def event_id(life: Life) -> uuid.UUID:
    return life.webinar(Stage.LIVE)


def test_without_anybody_on_stage_nobody_is_asked(life: Life, event_id: uuid.UUID) -> None:
    on_stage(life, event_id, "SMP Negeri 6", ParticipationRole.GUEST)
    show(life, event_id)
    assert "RecordingPublished" in life.facts(event_id)


def test_who_agreed_is_shown_and_nothing_is_confirmed_for_them(life: Life, event_id: uuid.UUID) -> None:
    say(life, on_stage(life, event_id), YES)
    show(life, event_id, vouched=True)
    assert "RecordingConsentVouched" not in life.facts(event_id)


def test_who_has_said_nothing_is_named_until_somebody_vouches_for_them(life: Life, event_id: uuid.UUID) -> None:
    agreed, first, second = (on_stage(life, event_id, name) for name in ("Ani", "Budi", "Citra"))
    say(life, agreed, YES)
    with pytest.raises(Invalid) as refusal:
        show(life, event_id)
    assert [(each.field, each.params) for each in refusal.value.errors] == [("agreed", {"names": "Budi; Citra"})]
    show(life, event_id, vouched=True)
    (fact,) = [row for row in life.rows(event_id) if row.name == "RecordingConsentVouched"]
    assert (fact.by, set(fact.payload["participation_ids"])) == ("staff:test", {str(first), str(second)})


@pytest.mark.parametrize("word", [NOT_PUBLISHED, NO])
def test_nobody_vouches_for_who_said_no(life: Life, event_id: uuid.UUID, word: tuple[bool, bool]) -> None:
    say(life, on_stage(life, event_id), word)
    for visibility in ("public", "unlisted"):
        with pytest.raises(Conflict, match="Sulastri did not agree"):
            hand_in(life, event_id, visibility)
    with pytest.raises(Conflict):
        show(life, event_id, vouched=True)


def test_what_nobody_watches_needs_only_that_nobody_refused_to_be_recorded(life: Life, event_id: uuid.UUID) -> None:
    on_stage(life, event_id, "Diam")
    say(life, part := on_stage(life, event_id), NOT_PUBLISHED)
    hand_in(life, event_id, "private")
    say(life, part, NO, later=1)
    with pytest.raises(Conflict):
        hand_in(life, event_id, "private")


def test_the_last_word_counts(life: Life, event_id: uuid.UUID) -> None:
    part = on_stage(life, event_id)
    for later, word in enumerate((NO, YES)):
        say(life, part, word, later=later)
    show(life, event_id)


@pytest.mark.parametrize("how", ["declined", "withdrawn"])
def test_who_was_not_there_is_not_asked(life: Life, event_id: uuid.UUID, how: str) -> None:
    part = on_stage(life, event_id)
    if how == "declined":
        life.do(partners.answer, part, PartnerAnswer.DECLINED, by=f"partner:{part}")
    else:
        life.do(partners.withdraw, part)
    show(life, event_id)


def test_consent_that_is_taken_back_is_seen_until_the_recording_is_gone(life: Life, event_id: uuid.UUID) -> None:
    part = on_stage(life, event_id)
    say(life, part, YES)
    video = show(life, event_id)

    def against() -> list[uuid.UUID]:
        return [
            each.id for each in life.database.read(lambda s: recording_consent.list_against(s, [life.organiser_id]))
        ]

    assert against() == []
    say(life, part, NOT_PUBLISHED, later=1)
    assert against() == [event_id]
    say(life, part, YES, later=2)
    assert against() == []
    say(life, part, NO, later=3)
    life.do(recording.remove, video)
    assert against() == []
    state = life.database.read(lambda session: session.get(Recording, video))
    assert state is not None
    assert state.state is RecordingState.REMOVED
