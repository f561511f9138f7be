"""What e-mails are made from: materials are named to those who may see them, when they may."""

from __future__ import annotations

import uuid

import pytest

from events.drafts import lifecycle, materials
from events.models import MaterialTime
from events.storage import LocalizedText
from notifications.contents import material as loading
from notifications.models.email import EmailKind
from notifications.planning import emails
from tests.support.life import NOW, STARTS_AT, Life

BEFORE, AFTER = "https://berkas.example/bacaan", "https://berkas.example/salindia"


def _laid_out(life: Life, event_id: uuid.UUID) -> None:
    for url, shown in ((BEFORE, MaterialTime.BEFORE), (AFTER, MaterialTime.AFTER)):
        life.do(materials.add_material, event_id, title=LocalizedText(url), url=url, shown=shown)


def _named(life: Life, registration_id: uuid.UUID, kind: EmailKind) -> list[str]:
    """Return the addresses that a mail of this kind would name."""
    owed = life.do(emails.queue, kind, registration_id=registration_id)
    assert owed is not None
    [found] = life.database.read(lambda session: loading.load(session, [owed], now=NOW))
    assert isinstance(found, loading.Material)
    return [url for _, url in found.laid_out]


@pytest.mark.parametrize("kind", [EmailKind.CONFIRMATION, EmailKind.REMINDER_1H, EmailKind.EVENT_UPDATE])
def test_most_mails_name_no_materials(life: Life, kind: EmailKind) -> None:
    event_id = life.webinar()
    _laid_out(life, event_id)
    assert _named(life, life.register(event_id).registration_id, kind) == []


def test_a_reminder_names_what_is_for_before_and_thanks_name_all(life: Life) -> None:
    event_id = life.webinar()
    _laid_out(life, event_id)
    held = life.register(event_id).registration_id
    assert _named(life, held, EmailKind.REMINDER_1D) == [BEFORE]
    life.do(lifecycle.start, event_id, now=STARTS_AT)
    life.do(lifecycle.end, event_id, now=STARTS_AT)
    for kind in (EmailKind.RECORDING_AVAILABLE, EmailKind.CERTIFICATE):
        assert _named(life, held, kind) == [BEFORE, AFTER]
