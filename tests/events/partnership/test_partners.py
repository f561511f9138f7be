"""Partners and speakers: invited, answered, withdrawn, and invited again."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from events.drafts import lifecycle
from events.errors import Conflict, NotFound
from events.models import Participation, ParticipationRole, Partner, PartnerAnswer, PartnerKind, Stage
from events.partnership import partners
from events.storage import LocalizedText, new_id
from tests.support.life import NOW, STARTS_AT, Life, add_organiser

SPEAKER = ParticipationRole.SPEAKER


@pytest.fixture
def speaker(life: Life) -> uuid.UUID:
    return life.do(
        partners.add_partner,
        life.organiser_id,
        kind=PartnerKind.SPEAKER,
        name="Dr. Hj. Siti Aminah, S.Pd., M.M.",
        email="siti@universitas.example",
    )


def _participation(life: Life, key: uuid.UUID) -> Participation:
    row = life.database.read(lambda session: session.get(Participation, key))
    assert row is not None
    return row


def _partner_facts(life: Life, event_id: uuid.UUID) -> list[str]:
    return [name for name in life.facts(event_id) if name.startswith("Partner")]


def test_a_partner_is_kept_as_written(life: Life, speaker: uuid.UUID) -> None:
    row = life.database.read(lambda session: session.get(Partner, speaker))
    assert row is not None
    assert (row.organiser_id, row.kind, row.name, row.email, row.locale, row.created_at) == (
        life.organiser_id,
        PartnerKind.SPEAKER,
        "Dr. Hj. Siti Aminah, S.Pd., M.M.",
        "siti@universitas.example",
        "id",
        NOW,
    )


def test_an_invitation_waits_for_an_answer_and_the_last_one_counts(life: Life, speaker: uuid.UUID) -> None:
    event_id = life.webinar()
    key = life.do(partners.invite, event_id, speaker, role=SPEAKER, topic=LocalizedText("Menulis"), position=2)
    row = _participation(life, key)
    assert (row.role, row.topic.id, row.position, row.answer) == (SPEAKER, "Menulis", 2, PartnerAnswer.NEEDS_ACTION)
    for hours, given in enumerate((PartnerAnswer.TENTATIVE, PartnerAnswer.ACCEPTED, PartnerAnswer.ACCEPTED)):
        life.do(partners.answer, key, given, now=NOW + timedelta(hours=hours), by=f"partner:{key}")
    row = _participation(life, key)
    assert (row.answer, row.answered_at) == (PartnerAnswer.ACCEPTED, NOW + timedelta(hours=1))
    answers = [fact.payload["answer"] for fact in life.rows(event_id) if fact.name == "PartnerAnswered"]
    assert answers == ["tentative", "accepted"]


def test_inviting_as_before_changes_nothing_and_otherwise_asks_anew(life: Life, speaker: uuid.UUID) -> None:
    event_id = life.webinar()
    keys = [life.do(partners.invite, event_id, speaker, role=SPEAKER) for _ in range(2)]
    keys.append(life.do(partners.invite, event_id, speaker, role=ParticipationRole.MODERATOR))
    assert len(set(keys)) == 1
    assert _participation(life, keys[0]).role is ParticipationRole.MODERATOR
    assert _partner_facts(life, event_id) == ["PartnerInvited", "PartnerInvited"]


def test_a_withdrawn_partner_cannot_answer_and_can_be_asked_again(life: Life, speaker: uuid.UUID) -> None:
    event_id = life.webinar()
    key = life.do(partners.invite, event_id, speaker, role=SPEAKER)
    life.do(partners.answer, key, PartnerAnswer.ACCEPTED)
    for _ in range(2):
        life.do(partners.withdraw, key)
    row = _participation(life, key)
    assert (row.withdrawn_at, row.calendar_sequence) == (NOW, 1)
    with pytest.raises(Conflict, match="withdrawn"):
        life.do(partners.answer, key, PartnerAnswer.DECLINED)
    assert life.do(partners.invite, event_id, speaker, role=SPEAKER) == key
    row = _participation(life, key)
    assert (row.withdrawn_at, row.answer, row.calendar_sequence) == (None, PartnerAnswer.NEEDS_ACTION, 2)
    assert _partner_facts(life, event_id) == [
        "PartnerInvited",
        "PartnerAnswered",
        "PartnerWithdrawn",
        "PartnerInvited",
    ]


@pytest.mark.parametrize("stage", list(Stage))
def test_partners_are_invited_until_the_event_is_over(life: Life, speaker: uuid.UUID, stage: Stage) -> None:
    event_id = life.webinar(stage)
    if stage in (Stage.ENDED, Stage.ARCHIVED, Stage.CANCELLED):
        with pytest.raises(Conflict, match="over"):
            life.do(partners.invite, event_id, speaker, role=SPEAKER)
    else:
        life.do(partners.invite, event_id, speaker, role=SPEAKER)
        assert _partner_facts(life, event_id) == ["PartnerInvited"]


def test_nobody_invites_another_organisers_partner(life: Life) -> None:
    other = life.do(add_organiser, slug="perpustakaan-tanjungpinang")
    stranger = life.do(partners.add_partner, other, kind=PartnerKind.SCHOOL, name="SMAN 1")
    event_id = life.webinar()
    for partner_id, wanted in ((stranger, event_id), (new_id(), event_id), (stranger, new_id())):
        with pytest.raises(NotFound):
            life.do(partners.invite, wanted, partner_id, role=ParticipationRole.GUEST)


@pytest.mark.parametrize(
    ("use_case", "arguments"), [(partners.withdraw, ()), (partners.answer, (PartnerAnswer.ACCEPTED,))]
)
def test_a_participation_that_is_not_there(life: Life, use_case: Any, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(NotFound):
        life.do(use_case, new_id(), *arguments)


def test_two_staff_members_who_invite_at_once_invite_once(life: Life, speaker: uuid.UUID) -> None:
    event_id = life.webinar()
    barrier = threading.Barrier(8, timeout=60)

    def invite(_: int) -> uuid.UUID:
        barrier.wait()
        return life.do(partners.invite, event_id, speaker, role=SPEAKER)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(invite, range(8)))) == 1
    assert _partner_facts(life, event_id) == ["PartnerInvited"]


def test_a_moved_event_asks_its_partners_again(life: Life, speaker: uuid.UUID) -> None:
    event_id = life.webinar()
    key = life.do(partners.invite, event_id, speaker, role=SPEAKER)
    life.do(partners.answer, key, PartnerAnswer.ACCEPTED, by=f"partner:{key}")
    later = STARTS_AT + timedelta(days=1)
    life.do(lifecycle.reschedule, event_id, starts_at=later, ends_at=later + timedelta(hours=1))
    row = _participation(life, key)
    assert (row.answer, row.answered_at) == (PartnerAnswer.NEEDS_ACTION, None)
