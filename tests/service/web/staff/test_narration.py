"""Every fact of an event has its sentence on the timeline, and every sentence its fact."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from events.outbox import FactRow
from service.accounts import audit
from service.accounts import facts as account_facts
from service.accounts.models import Role
from service.accounts.permissions import Action
from service.reactions.story import FACTS
from service.web.staff.acts import ACTIONS, OF_STAFF
from service.web.staff.narration import _LINES, tell
from tests.support.life import NOW


def test_every_fact_of_an_event_has_a_sentence() -> None:
    of_accounts = {name for name, kind in FACTS.items() if kind.__module__ == account_facts.__name__}
    assert set(_LINES) == set(FACTS) - of_accounts - {"Fact"}
    assert set(OF_STAFF) == of_accounts


def test_every_kind_of_act_has_a_name() -> None:
    assert set(ACTIONS) == {*Action, audit.SIGN_IN, audit.SIGN_IN_FAILED, audit.SIGN_OUT}


def told(name: str, payload: dict[str, Any], locale: str) -> str:
    row = FactRow(id=uuid.uuid4(), name=name, payload=payload, by="clock", recorded_at=NOW)
    [line] = tell([row], locale=locale, timezone="Asia/Jakarta", names={})
    return line.sentence


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        ("id", "Cara orang diterima diubah: persetujuan, peserta di bawah umur, perkiraan yang tidak datang."),
        (
            "en",
            (
                "It was changed how people get in: approval, minors with a guardian's consent, "
                "how many are expected not to come."
            ),
        ),
    ],
)
def test_settings_are_told_in_words(locale: str, sentence: str) -> None:
    fields = ["approval", "guardian_consent", "no_show_percent"]
    assert told("RegistrationRulesChanged", {"fields": fields}, locale) == sentence


@pytest.mark.parametrize("role", Role)
def test_roles_are_told_in_words(role: Role) -> None:
    assert role.value not in told("StaffRoleChanged", {"role": role.value}, "id")


@pytest.mark.parametrize(
    ("counts", "id_", "en"),
    [
        ({"count": 87}, "87 lewat surel", "87 by e-mail"),
        (
            {"count": 0, "texted": 2, "by_phone": 1},
            "2 lewat WhatsApp atau Telegram, 1 perlu dikabari sendiri",
            "2 by WhatsApp or Telegram, 1 to tell by hand",
        ),
        ({"count": 0}, "belum ada yang dapat dihubungi", "nobody could be reached yet"),
    ],
)
def test_a_message_is_told_with_the_ways_it_took(counts: dict[str, int], id_: str, en: str) -> None:
    assert told("AnnouncementSent", counts, "id") == f"Pesan dikirim: {id_}."
    assert told("AnnouncementSent", counts, "en") == f"A message was sent: {en}."
