"""The library, the event and the people of whom the examples tell."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from certificates.models import CertificateRole, CertificateState
from events.models import (
    EventKind,
    EventMode,
    Evidence,
    ParticipationRole,
    PartnerAnswer,
    PartnerKind,
    RecordingState,
    RegistrationState,
    Stage,
)
from events.questions.form_document import QuestionKind
from events.storage import LocalizedText
from events.tags import Audience
from service.api.resources import documents, events, forms, people, public, seats

ID = uuid.UUID("01937a52-7c00-7abc-8def-0123456789ab")
OTHER = uuid.UUID("01937a52-7c00-7abc-8def-ba9876543210")


STARTS = datetime(2026, 12, 12, 2, 0, tzinfo=UTC)
ENDS = STARTS + timedelta(hours=2, minutes=30)


BEFORE = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
NOBODY = LocalizedText()


TITLE = LocalizedText("Menulis Cerita Anak", "Writing for Children")
HOUSE = LocalizedText("Perpustakaan Kota Batam", "Batam City Library")


ROOM = LocalizedText("Daring", "Online")
SITE = "https://acara.perpustakaan.example"


TOKEN = "AZN6UnwAerz-3vASNFZ4mrMAAQ.wM0p5wB1pU3nqjH8Yw2r6vC4kT9zXeLbQdSfGhJkMnP"  # noqa: S105 - of nobody
SUMMARY: dict[str, Any] = {
    "id": ID,
    "url": f"{SITE}/events/batam/menulis-cerita-anak",
    "organiser": public.OrganiserName(id=OTHER, slug="batam", name=HOUSE),
    "kind": EventKind.WEBINAR,
    "mode": EventMode.ONLINE,
    "stage": Stage.REGISTRATION_OPEN,
    "title": TITLE,
    "summary": LocalizedText("Belajar menulis bersama Ibu Siti.", "Learn to write with Ibu Siti."),
    "starts_at": STARTS,
    "ends_at": ENDS,
    "timezone": "Asia/Jakarta",
    "venue": ROOM,
    "audiences": [Audience.TEACHERS, Audience.PARENTS],
    "topics": [public.TopicView(code="menulis", name=LocalizedText("Menulis", "Writing"))],
    "seats": public.Seats(left=37, capacity=100, waiting=0, open=True),
    "updated_at": BEFORE,
}
CARD = public.EventSummary(**SUMMARY)


SLOT = public.SlotView(
    id=ID, starts_at=STARTS, ends_at=ENDS, seats=public.Seats(left=4, capacity=20, waiting=0, open=True)
)
STAFF_ROW: dict[str, Any] = {
    "id": ID,
    "organiser_id": OTHER,
    "slug": "menulis-cerita-anak",
    "kind": EventKind.WEBINAR,
    "mode": EventMode.ONLINE,
    "stage": Stage.REGISTRATION_OPEN,
    "title": TITLE,
    "starts_at": STARTS,
    "ends_at": ENDS,
    "timezone": "Asia/Jakarta",
    "version": 7,
    "updated_at": BEFORE,
}
POOL = events.PoolView(id=OTHER, capacity=100, overbooking=0, taken=63, waiting=0, open=True)


ITEM = events.ProgrammeItemView(id=ID, starts_at=STARTS, ends_at=ENDS, title=TITLE, room=ROOM, speaker_id=OTHER)
PART = events.ParticipationView(
    id=ID,
    partner_id=OTHER,
    partner_name="Dr. Siti Aminah, M.Pd.",
    role=ParticipationRole.SPEAKER,
    topic=TITLE,
    position=0,
    answer=PartnerAnswer.ACCEPTED,
    answered_at=BEFORE,
    withdrawn_at=None,
)
VIDEO = events.RecordingView(
    id=ID,
    state=RecordingState.PUBLISHED,
    title="Menulis Cerita Anak",
    visibility="unlisted",
    size=734_003_200,
    sent_bytes=734_003_200,
    url="https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    last_error=None,
    created_at=ENDS,
    published_at=ENDS + timedelta(hours=1),
)
PARTNER = events.PartnerView(
    id=OTHER,
    organiser_id=OTHER,
    kind=PartnerKind.SPEAKER,
    name="Dr. Siti Aminah, M.Pd.",
    affiliation=LocalizedText("Universitas Riau Kepulauan"),
    biography=NOBODY,
    contact_name=None,
    email="siti@unrika.example",
    phone="+6281234567890",
    locale="id",
    timezone="Asia/Jakarta",
    created_at=BEFORE,
)
ORGANISER = events.OrganiserView(
    parent_id=None,
    id=OTHER,
    slug="batam",
    name=HOUSE,
    timezone="Asia/Jakarta",
    locale="id",
    email="halo@perpustakaan.example",
    phone=None,
    address=LocalizedText("Jl. Engku Putri No. 1, Batam"),
    website=None,
    brand={"primary": "#0f5c5c", "accent": "#f2a541"},
)
PLACE = people.RegistrationView(
    id=ID,
    event_id=OTHER,
    slot_id=None,
    slot_starts_at=None,
    state=RegistrationState.CONFIRMED,
    name="Rina Wulandari",
    email="rina@example.org",
    phone="+6281298765432",
    party_size=1,
    locale="id",
    institution="SMP Negeri 6 Batam",
    sign_language=False,
    wheelchair=False,
    access_needs=None,
    form_revision=1,
    answers={"role": "pupil", "class": 8},
    members=[],
    guardian=None,
    waiting_since=None,
    offer_expires_at=None,
    created_at=BEFORE,
    attendance=[people.EvidenceView(evidence=Evidence.JOINED, at=STARTS, by="person:" + str(ID))],
)
DECISION = seats.DecisionView(
    registration_id=ID,
    state=RegistrationState.PENDING,
    name="Rina Wulandari",
    email="rina@smpn6.sch.id",
    phone=None,
    institution="SMP Negeri 6 Batam",
    party_size=3,
    slot_starts_at=None,
    invited=False,
    came_before=True,
    created_at=BEFORE,
    decided_at=None,
    decided_by=None,
    can_be_undone=False,
)
PREPARING = people.PreparationView(
    registration_id=ID,
    name="Rina Wulandari",
    party_size=1,
    email="rina@example.org",
    phone="+6281298765432",
    state=RegistrationState.CONFIRMED,
    slot_starts_at=None,
    sign_language=True,
    wheelchair=False,
    needs="Kursi di depan",
)
QUESTION = forms.QuestionView(
    id="role",
    kind=QuestionKind.CHOICE,
    label=LocalizedText("Saya adalah", "I am"),
    help=LocalizedText(),
    required=True,
    per_person=False,
    choices=[forms.ChoiceView(id="pupil", label=LocalizedText("Pelajar", "a pupil"), left=None)],
    shown_if=None,
    minimum=None,
    maximum=None,
    accepts=[],
    max_bytes=None,
    retention_days=None,
)
CERTIFICATE = documents.CertificateView(
    id=ID,
    event_id=OTHER,
    registration_id=ID,
    participation_id=None,
    role=CertificateRole.PARTICIPANT,
    version=1,
    name="Rina Wulandari",
    locale="id",
    number="0042/SERT/XII/2026",
    code="7QKM2X9RTB4WZ6PNC3VHDJ8FGA",
    state=CertificateState.ISSUED,
    replaced_by=None,
    revoked_at=None,
    revoked_reason=None,
    issued_at=ENDS + timedelta(minutes=6),
    last_error=None,
)
POST_SLOT = documents.PostSlot(
    id=ID,
    event_id=OTHER,
    event_title="Menulis Cerita Anak",
    organiser_id=OTHER,
    moment="announced",
    channel="whatsapp",
    locale="id",
    state="draft",
    at=BEFORE,
    version=1,
)
POST = documents.PostView(
    id=ID,
    event_id=OTHER,
    moment="announcement",
    channel="whatsapp",
    locale="id",
    state="draft",
    text="Ingin menulis cerita untuk anak? Ikuti webinar kami pada Sabtu, 12 Desember 2026.",
    alt_text="Poster webinar Menulis Cerita Anak",
    length=82,
    limit=4096,
    doubts=[],
    edited=False,
    outdated=False,
    publish_at=BEFORE,
    due_at=None,
    good_until=STARTS,
    approved_by=None,
    published_at=None,
    remote_url=None,
    reason=None,
    last_error=None,
    has_picture=True,
    version=1,
)
BY = "staff:" + str(OTHER)
