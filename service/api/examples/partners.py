"""Examples of what is answered about partners and what is arranged with them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from events.models import ContributionItem, ParticipationRole, PartnerAnswer, PartnerKind
from events.storage import LocalizedText
from service.api.resources import events, partners

_ID = uuid.UUID("01937a52-7c00-7abc-8def-0123456789ab")
_BEFORE = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
_STARTS = datetime(2026, 12, 12, 2, 0, tzinfo=UTC)
_NAME = "SMP Negeri 6 Batam"
_NOTHING = LocalizedText()

_RECORD = partners.PartnerRecordView(
    partner=events.PartnerView(
        id=_ID,
        organiser_id=_ID,
        kind=PartnerKind.SCHOOL,
        name=_NAME,
        affiliation=_NOTHING,
        biography=_NOTHING,
        contact_name="Bapak Hendra",
        email="tu@smpn6.example",
        phone=None,
        locale="id",
        timezone="Asia/Jakarta",
        created_at=_BEFORE,
    ),
    contacts=[partners.ContactView(id=_ID, name="Ibu Rina", email="rina@smpn6.example", phone=None)],
    parts=[
        partners.PartView(
            participation_id=_ID,
            event_id=_ID,
            title=LocalizedText("Menulis Cerita Anak", "Writing for Children"),
            starts_at=_STARTS,
            role=ParticipationRole.GUEST,
            answer=PartnerAnswer.ACCEPTED,
            withdrawn_at=None,
            reported=False,
        )
    ],
    forgotten_at=None,
)
_ARRANGEMENT = partners.ArrangementView(
    participation=events.ParticipationView(
        id=_ID,
        partner_id=_ID,
        partner_name=_NAME,
        role=ParticipationRole.GUEST,
        topic=_NOTHING,
        position=0,
        answer=PartnerAnswer.ACCEPTED,
        answered_at=_BEFORE,
        withdrawn_at=None,
    ),
    standing="accepted",
    opened_at=_BEFORE,
    reminders=0,
    reminded_at=None,
    comment="Kami datang dengan bus.",
    proposed_starts_at=None,
    proposed_ends_at=None,
    page_url="https://acara.example/p/…",
    seats=partners.AllotmentView(
        seats=30, filled=12, held=18, slot_id=None, release_at=datetime(2026, 12, 9, 2, 0, tzinfo=UTC), released_at=None
    ),
    asked=[partners.AskedView(item=ContributionItem.PHONE, due_at=None, given_at=None, accepted_at=None, text=None)],
    consent=partners.ConsentView(recorded=True, published=True, version="2026-11", given_at=_BEFORE),
    report=partners.ReportView(people=28, comment="Anak-anak senang.", given_at=_STARTS),
)

PARTNERS: dict[str, Any] = {
    "PartnerRecordView": _RECORD,
    "ArrangementView": _ARRANGEMENT,
    "PartnerBoard": partners.PartnerBoard(items=[_ARRANGEMENT], counts={"accepted": 1}),
    "Reminded": partners.Reminded(reminded=2),
}
