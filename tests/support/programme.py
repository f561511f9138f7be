"""A webinar and an exhibition as a library would really announce them: speakers, hashtags, a tone."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from events.links import Links
from events.models import Organiser, ParticipationRole, PartnerKind, Stage
from events.partnership import partners
from events.storage import LocalizedText, Session
from tests.support.life import NOW, STAFF, STARTS_AT, Life, bring_to

LINKS = Links("k" * 40, "https://acara.perpus-batam.go.id")

SPEAKERS = (
    (
        "Dr. Hj. Siti Aminah, S.Pd., M.M.",
        LocalizedText("Universitas Maritim Raja Ali Haji", "Raja Ali Haji Maritime University"),
        LocalizedText("Dari ide ke halaman pertama", "From idea to first page"),
    ),
    ("Sulastri", LocalizedText("Komunitas Penulis Batam", "Batam Writers' Community"), LocalizedText()),
)


def brand(life: Life, **settings: Any) -> None:
    """Give the organiser's brand these settings."""

    def use_case(session: Session) -> None:
        session.get_one(Organiser, life.organiser_id).brand = {
            "hashtags": ["LiterasiBatam", "#PerpustakaanBatam", "#Ayo Membaca"],
            **settings,
        }

    life.database.write(use_case)


def webinar(life: Life, stage: Stage = Stage.REGISTRATION_OPEN, **changes: Any) -> uuid.UUID:
    """Make a webinar with two speakers, in `stage`."""
    event_id = life.webinar(Stage.DRAFT, **{"certificate": {"hours": 2}, **changes})
    life.database.write(lambda session: _speak(session, life, event_id))
    _bring(life, event_id, stage)
    return event_id


def exhibition(life: Life, stage: Stage = Stage.REGISTRATION_OPEN, **changes: Any) -> uuid.UUID:
    """Make an exhibition of ten days, in `stage`."""
    columns = {
        "title": LocalizedText("Pameran Naskah Melayu", "Malay Manuscripts"),
        "venue": LocalizedText("Lantai 2, Perpustakaan Kota Batam", "Second floor, Batam City Library"),
        "ends_at": STARTS_AT + timedelta(days=9, hours=7),
        **changes,
    }
    event_id = life.exhibition(Stage.DRAFT, **columns)
    _bring(life, event_id, stage)
    return event_id


def _bring(life: Life, event_id: uuid.UUID, stage: Stage) -> None:
    life.database.write(lambda session: bring_to(session, event_id, stage, now=NOW))


def _speak(session: Session, life: Life, event_id: uuid.UUID) -> None:
    for position, (name, affiliation, topic) in enumerate(SPEAKERS):
        partner_id = partners.add_partner(
            session, life.organiser_id, kind=PartnerKind.SPEAKER, name=name, now=NOW, affiliation=affiliation
        )
        partners.invite(
            session,
            event_id,
            partner_id,
            role=ParticipationRole.SPEAKER,
            now=NOW,
            by=STAFF,
            topic=topic,
            position=position,
        )
