"""Examples of what is answered (`examples_sent`: of what is sent), by type; a test checks each against its schema."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from certificates.models import CertificateRole, CertificateState
from certificates.verifying import Standing
from events.form_document import QuestionKind
from events.models import (
    EventKind,
    EventMode,
    Evidence,
    ParticipationRole,
    PartnerAnswer,
    PartnerKind,
    PartyKind,
    RecordingState,
    RegistrationState,
    Stage,
    Track,
)
from events.storage import LocalizedText
from events.tags import Audience
from service.accounts.models import Role
from service.accounts.permissions import Action
from service.api.examples_announcements import ANNOUNCEMENTS
from service.api.examples_audit import AUDIT
from service.api.examples_authoring import AUTHORING
from service.api.examples_door import DOOR
from service.api.examples_inbound import INBOUND
from service.api.examples_lists import LISTS
from service.api.examples_mail import MAIL
from service.api.examples_partners import PARTNERS
from service.api.examples_personal_data import PERSONAL_DATA
from service.api.examples_sent import SENT
from service.api.examples_series import SERIES
from service.api.problems import Problem, ProblemField
from service.api.resources import documents, events, forms, people, public, seats, work
from service.api.resources.series import OtherDates

_ID = uuid.UUID("01937a52-7c00-7abc-8def-0123456789ab")
_OTHER = uuid.UUID("01937a52-7c00-7abc-8def-ba9876543210")
_STARTS = datetime(2026, 12, 12, 2, 0, tzinfo=UTC)
_ENDS = _STARTS + timedelta(hours=2, minutes=30)
_BEFORE = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
_NOBODY = LocalizedText()
_TITLE = LocalizedText("Menulis Cerita Anak", "Writing for Children")
_HOUSE = LocalizedText("Perpustakaan Kota Batam", "Batam City Library")
_ROOM = LocalizedText("Daring", "Online")
_SITE = "https://acara.perpustakaan.example"
_TOKEN = "AZN6UnwAerz-3vASNFZ4mrMAAQ.wM0p5wB1pU3nqjH8Yw2r6vC4kT9zXeLbQdSfGhJkMnP"  # noqa: S105 - of nobody

_SUMMARY: dict[str, Any] = {
    "id": _ID,
    "url": f"{_SITE}/events/batam/menulis-cerita-anak",
    "organiser": public.OrganiserName(id=_OTHER, slug="batam", name=_HOUSE),
    "kind": EventKind.WEBINAR,
    "mode": EventMode.ONLINE,
    "stage": Stage.REGISTRATION_OPEN,
    "title": _TITLE,
    "summary": LocalizedText("Belajar menulis bersama Ibu Siti.", "Learn to write with Ibu Siti."),
    "starts_at": _STARTS,
    "ends_at": _ENDS,
    "timezone": "Asia/Jakarta",
    "venue": _ROOM,
    "audiences": [Audience.TEACHERS, Audience.PARENTS],
    "topics": [public.TopicView(code="menulis", name=LocalizedText("Menulis", "Writing"))],
    "seats": public.Seats(left=37, capacity=100, waiting=0, open=True),
    "updated_at": _BEFORE,
}
_CARD = public.EventSummary(**_SUMMARY)
_SLOT = public.SlotView(
    id=_ID, starts_at=_STARTS, ends_at=_ENDS, seats=public.Seats(left=4, capacity=20, waiting=0, open=True)
)
_STAFF_ROW: dict[str, Any] = {
    "id": _ID,
    "organiser_id": _OTHER,
    "slug": "menulis-cerita-anak",
    "kind": EventKind.WEBINAR,
    "mode": EventMode.ONLINE,
    "stage": Stage.REGISTRATION_OPEN,
    "title": _TITLE,
    "starts_at": _STARTS,
    "ends_at": _ENDS,
    "timezone": "Asia/Jakarta",
    "version": 7,
    "updated_at": _BEFORE,
}
_POOL = events.PoolView(id=_OTHER, capacity=100, overbooking=0, taken=63, waiting=0, open=True)
_ITEM = events.ProgrammeItemView(id=_ID, starts_at=_STARTS, ends_at=_ENDS, title=_TITLE, room=_ROOM, speaker_id=_OTHER)
_PART = events.ParticipationView(
    id=_ID,
    partner_id=_OTHER,
    partner_name="Dr. Siti Aminah, M.Pd.",
    role=ParticipationRole.SPEAKER,
    topic=_TITLE,
    position=0,
    answer=PartnerAnswer.ACCEPTED,
    answered_at=_BEFORE,
    withdrawn_at=None,
)
_VIDEO = events.RecordingView(
    id=_ID,
    state=RecordingState.PUBLISHED,
    title="Menulis Cerita Anak",
    visibility="unlisted",
    size=734_003_200,
    sent_bytes=734_003_200,
    url="https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    last_error=None,
    created_at=_ENDS,
    published_at=_ENDS + timedelta(hours=1),
)
_PARTNER = events.PartnerView(
    id=_OTHER,
    organiser_id=_OTHER,
    kind=PartnerKind.SPEAKER,
    name="Dr. Siti Aminah, M.Pd.",
    affiliation=LocalizedText("Universitas Riau Kepulauan"),
    biography=_NOBODY,
    contact_name=None,
    email="siti@unrika.example",
    phone="+6281234567890",
    locale="id",
    timezone="Asia/Jakarta",
    created_at=_BEFORE,
)
_ORGANISER = events.OrganiserView(
    parent_id=None,
    id=_OTHER,
    slug="batam",
    name=_HOUSE,
    timezone="Asia/Jakarta",
    locale="id",
    email="halo@perpustakaan.example",
    phone=None,
    address=LocalizedText("Jl. Engku Putri No. 1, Batam"),
    website=None,
    brand={"primary": "#0f5c5c", "accent": "#f2a541"},
)
_PLACE = people.RegistrationView(
    id=_ID,
    event_id=_OTHER,
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
    created_at=_BEFORE,
    attendance=[people.EvidenceView(evidence=Evidence.JOINED, at=_STARTS, by="person:" + str(_ID))],
)
_DECISION = seats.DecisionView(
    registration_id=_ID,
    state=RegistrationState.PENDING,
    name="Rina Wulandari",
    email="rina@smpn6.sch.id",
    phone=None,
    institution="SMP Negeri 6 Batam",
    party_size=3,
    slot_starts_at=None,
    invited=False,
    came_before=True,
    created_at=_BEFORE,
    decided_at=None,
    decided_by=None,
    can_be_undone=False,
)
_PREPARING = people.PreparationView(
    registration_id=_ID,
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
_QUESTION = forms.QuestionView(
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
_CERTIFICATE = documents.CertificateView(
    id=_ID,
    event_id=_OTHER,
    registration_id=_ID,
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
    issued_at=_ENDS + timedelta(minutes=6),
    last_error=None,
)
_POST = documents.PostView(
    id=_ID,
    event_id=_OTHER,
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
    publish_at=_BEFORE,
    due_at=None,
    good_until=_STARTS,
    approved_by=None,
    published_at=None,
    remote_url=None,
    reason=None,
    last_error=None,
    has_picture=True,
    version=1,
)
_BY = "staff:" + str(_OTHER)

_PUBLIC: dict[str, Any] = {
    "EventPageOfList": public.EventPageOfList(items=[_CARD], next_cursor=None),
    "EventDetail": public.EventDetail(
        **_SUMMARY,
        description=LocalizedText("Dua setengah jam menulis bersama."),
        audience=LocalizedText("Guru dan orang tua", "Teachers and parents"),
        reason=_NOBODY,
        registration_opens_at=None,
        registration_closes_at=_STARTS,
        waitlist=True,
        max_party_size=1,
        certificate=True,
        survey_url=None,
        speakers=[
            public.SpeakerView(
                name=_PARTNER.name,
                role=ParticipationRole.SPEAKER,
                topic=_TITLE,
                affiliation=_PARTNER.affiliation,
                biography=_NOBODY,
                photo_url=None,
            )
        ],
        programme=[
            public.ProgrammeLineView(starts_at=_STARTS, ends_at=_ENDS, title=_TITLE, room=_ROOM, speaker=_PARTNER.name)
        ],
        recording_url=None,
    ),
    "SlotList": public.SlotList(items=[_SLOT]),
    "Registered": public.Registered(
        id=_ID,
        state=RegistrationState.CONFIRMED,
        token=_TOKEN,
        manage_url=f"{_SITE}/r/{_TOKEN}",
        join_url=f"{_SITE}/j/{_TOKEN}",
    ),
    "OwnRegistration": public.OwnRegistration(
        id=_ID,
        state=RegistrationState.WAITLISTED,
        name="Rina Wulandari",
        email="rina@example.org",
        phone=None,
        party_size=1,
        offer_expires_at=None,
        position=3,
        evidence=[],
        event_id=_OTHER,
        event_url=f"{_SITE}/events/batam/menulis-cerita-anak",
        event_title=_TITLE,
        event_stage=Stage.REGISTRATION_OPEN,
        reason=_NOBODY,
        starts_at=_STARTS,
        ends_at=_ENDS,
        timezone="Asia/Jakarta",
        venue=_ROOM,
        manage_url=f"{_SITE}/r/{_TOKEN}",
        join_url=f"{_SITE}/j/{_TOKEN}",
    ),
    "Joined": public.Joined(meeting_url="https://meet.example/menulis"),
    "CodeTaken": public.CodeTaken(evidence=Evidence.START_CODE),
    "OwnInvitation": public.OwnInvitation(
        id=_ID,
        name=_PARTNER.name,
        role=ParticipationRole.SPEAKER,
        topic=_TITLE,
        answer=PartnerAnswer.NEEDS_ACTION,
        withdrawn=False,
        join_url=None,
        event=_CARD,
    ),
    "OwnCertificateList": documents.OwnCertificateList(
        items=[
            documents.OwnCertificate(
                id=_ID,
                role=CertificateRole.PARTICIPANT,
                name="Rina Wulandari",
                number=_CERTIFICATE.number,
                code=_CERTIFICATE.code,
                issued_at=_CERTIFICATE.issued_at,
            )
        ]
    ),
    "Proof": documents.Proof(
        standing=Standing.VALID,
        organiser=_HOUSE,
        event_title=_TITLE,
        starts_at=_STARTS,
        ends_at=_ENDS,
        timezone="Asia/Jakarta",
        role=CertificateRole.PARTICIPANT,
        name="Rina Wulandari",
        number=_CERTIFICATE.number,
        hours=4,
        issued_at=_CERTIFICATE.issued_at,
    ),
    "Problem": Problem(
        type="urn:acara:problem:already_registered",
        title="Conflict",
        status=409,
        code="already_registered",
        detail="Kontak ini sudah terdaftar. Tautan Anda ada di e-mail.",
        errors=(
            ProblemField(
                field="email",
                code="already_registered",
                message="Kontak ini sudah terdaftar. Tautan Anda ada di e-mail.",
            ),
        ),
    ),
}
_STAFF: dict[str, Any] = {
    "OtherDates": OtherDates(events=[_CARD]),
    "StaffEventPage": events.StaffEventPage(items=[events.StaffEventSummary(**_STAFF_ROW)], next_cursor=None),
    "StaffEvent": events.StaffEvent(
        **_STAFF_ROW,
        summary=_CARD.summary,
        description=_NOBODY,
        audience=_NOBODY,
        audiences=[Audience.TEACHERS],
        topics=[LocalizedText("Menulis", "Writing")],
        venue=_ROOM,
        reason=_NOBODY,
        join_url="https://meet.example/menulis",
        registration_opens_at=None,
        registration_closes_at=None,
        waitlist=True,
        offer_hours=24,
        max_party_size=1,
        start_code="melati",
        end_code="kamboja",
        attendance_rule={"needs": ["start_code", "end_code"], "match": "all"},
        certificate={"enabled": True},
        survey_url=None,
        recording_track=Track.NONE,
        certificate_track=Track.NONE,
        survey_track=Track.NONE,
        published_at=_BEFORE,
        ended_at=None,
        created_at=_BEFORE,
        seats=_POOL,
        slots=[],
        programme=[_ITEM],
        participations=[_PART],
        recordings=[],
    ),
    "OrganiserView": _ORGANISER,
    "OrganiserList": events.OrganiserList(items=[_ORGANISER]),
    "PartnerView": _PARTNER,
    "PartnerPageOfList": events.PartnerPageOfList(items=[_PARTNER], next_cursor=None),
    "ParticipationView": _PART,
    "ParticipationList": events.ParticipationList(items=[_PART]),
    "RecordingView": _VIDEO,
    "RecordingList": events.RecordingList(items=[_VIDEO]),
    "RegistrationView": _PLACE,
    "RegistrationRules": seats.RegistrationRules(
        required=True,
        pending_holds_seats=True,
        domains=("sch.id",),
        invited=False,
        returning=True,
        invited_first=False,
        waitlist=True,
        offer_hours=24,
        guardian_consent=False,
        party_kind=PartyKind.CLASS,
        no_show_percent=10,
        network_limit=None,
        observed_no_show_percent=12,
    ),
    "Waitlist": seats.Waitlist(
        (
            seats.WaitingParty(
                registration_id=_ID,
                pool_id=_OTHER,
                position=1,
                party_size=5,
                priority=0,
                waiting_since=_BEFORE,
                why="too_large",
                free=2,
                held=0,
                held_until=None,
            ),
        )
    ),
    "InviteeList": seats.InviteeList(
        (seats.InviteeView(id=_ID, contact="guru@sdn1.sch.id", name="Ibu Rahma", seats=2, state=None),)
    ),
    "Decided": seats.Decided(2),
    "DecisionView": _DECISION,
    "DecisionList": seats.DecisionList((_DECISION,), undecided_parties=1, undecided_people=3),
    "ReservedSeats": seats.ReservedSeats(_OTHER, 5, _STARTS),
    "SharedPool": seats.SharedPool(_OTHER),
    "PreparationList": people.PreparationList(items=[_PREPARING]),
    "FormView": forms.FormView(revision=1, questions=[_QUESTION]),
    "RegistrationPageOfList": people.RegistrationPageOfList(items=[_PLACE], next_cursor=None),
    "Counts": people.Counts(
        registrations={"confirmed": 63, "cancelled": 4}, expected=63, attended=51, by_evidence={"joined": 55}
    ),
    "Timeline": people.Timeline(
        items=[people.FactView(id=_ID, fact="EventPublished", at=_BEFORE, by=_BY, details={}, settled=True)]
    ),
    "TokenList": people.TokenList(
        items=[
            people.TokenView(
                id=_ID,
                name="Situs sekolah",
                person="Ibu Dewi",
                scopes=[Action.VIEW_EVENTS.value],
                created_at=_BEFORE,
                expires_at=None,
                used_at=None,
                revoked_at=None,
            )
        ]
    ),
    "NewToken": people.NewToken(token="acara_…"),  # noqa: S106 - an ellipsis
    "ColleagueList": people.ColleagueList(
        items=[
            people.ColleagueView(
                id=_ID,
                organiser_id=_OTHER,
                name="Budi",
                email="budi@perpustakaan.example",
                role=Role.EDITOR,
                created_at=_BEFORE,
                signed_in_at=None,
                disabled_at=None,
            )
        ],
        invitations=[],
    ),
    "NewInvitation": people.NewInvitation(url=f"{_SITE}/staff/welcome/…"),
    "CertificateView": _CERTIFICATE,
    "CertificatePage": documents.CertificatePage(items=[_CERTIFICATE], next_cursor=None),
    "PostView": _POST,
    "QueueReport": work.QueueReport(
        queues=[work.QueueView(kind="emails", waiting=3, oldest=_BEFORE, working=1, failed=0, read=True)],
        failures=[],
        processes=[],
    ),
    "PostList": documents.PostList(items=[_POST]),
}
EXAMPLES: dict[str, Any] = {
    **_PUBLIC,
    **_STAFF,
    **AUDIT,
    **AUTHORING,
    **DOOR,
    **INBOUND,
    **LISTS,
    **PARTNERS,
    **MAIL,
    **ANNOUNCEMENTS,
    **PERSONAL_DATA,
    **SERIES,
    **SENT,
}
