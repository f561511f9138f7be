"""Examples of what attendees, partners and anybody are answered."""

from __future__ import annotations

from typing import Any

from certificates.models import CertificateRole
from certificates.verifying import Standing
from events.models import Evidence, ParticipationRole, PartnerAnswer, RegistrationState, Stage
from events.storage import LocalizedText
from service.api.examples.values import (
    CARD,
    CERTIFICATE,
    ENDS,
    HOUSE,
    ID,
    NOBODY,
    OTHER,
    PARTNER,
    ROOM,
    SITE,
    SLOT,
    STARTS,
    SUMMARY,
    TITLE,
    TOKEN,
)
from service.api.problems import Problem, ProblemField
from service.api.resources import documents, public

PUBLIC: dict[str, Any] = {
    "EventPageOfList": public.EventPageOfList(items=[CARD], next_cursor=None),
    "EventDetail": public.EventDetail(
        **SUMMARY,
        description=LocalizedText("Dua setengah jam menulis bersama."),
        audience=LocalizedText("Guru dan orang tua", "Teachers and parents"),
        reason=NOBODY,
        registration_opens_at=None,
        registration_closes_at=STARTS,
        waitlist=True,
        max_party_size=1,
        certificate=True,
        survey_url=None,
        speakers=[
            public.SpeakerView(
                name=PARTNER.name,
                role=ParticipationRole.SPEAKER,
                topic=TITLE,
                affiliation=PARTNER.affiliation,
                biography=NOBODY,
                photo_url=None,
            )
        ],
        programme=[
            public.ProgrammeLineView(starts_at=STARTS, ends_at=ENDS, title=TITLE, room=ROOM, speaker=PARTNER.name)
        ],
        recording_url=None,
    ),
    "SlotList": public.SlotList(items=[SLOT]),
    "Registered": public.Registered(
        id=ID,
        state=RegistrationState.CONFIRMED,
        token=TOKEN,
        manage_url=f"{SITE}/r/{TOKEN}",
        join_url=f"{SITE}/j/{TOKEN}",
    ),
    "OwnRegistration": public.OwnRegistration(
        id=ID,
        state=RegistrationState.WAITLISTED,
        name="Rina Wulandari",
        email="rina@example.org",
        phone=None,
        party_size=1,
        offer_expires_at=None,
        position=3,
        evidence=[],
        event_id=OTHER,
        event_url=f"{SITE}/events/batam/menulis-cerita-anak",
        event_title=TITLE,
        event_stage=Stage.REGISTRATION_OPEN,
        reason=NOBODY,
        starts_at=STARTS,
        ends_at=ENDS,
        timezone="Asia/Jakarta",
        venue=ROOM,
        manage_url=f"{SITE}/r/{TOKEN}",
        join_url=f"{SITE}/j/{TOKEN}",
    ),
    "Joined": public.Joined(meeting_url="https://meet.example/menulis"),
    "CodeTaken": public.CodeTaken(evidence=Evidence.START_CODE),
    "OwnInvitation": public.OwnInvitation(
        id=ID,
        name=PARTNER.name,
        role=ParticipationRole.SPEAKER,
        topic=TITLE,
        answer=PartnerAnswer.NEEDS_ACTION,
        withdrawn=False,
        join_url=None,
        event=CARD,
    ),
    "OwnCertificateList": documents.OwnCertificateList(
        items=[
            documents.OwnCertificate(
                id=ID,
                role=CertificateRole.PARTICIPANT,
                name="Rina Wulandari",
                number=CERTIFICATE.number,
                code=CERTIFICATE.code,
                issued_at=CERTIFICATE.issued_at,
            )
        ]
    ),
    "Proof": documents.Proof(
        standing=Standing.VALID,
        organiser=HOUSE,
        event_title=TITLE,
        starts_at=STARTS,
        ends_at=ENDS,
        timezone="Asia/Jakarta",
        role=CertificateRole.PARTICIPANT,
        name="Rina Wulandari",
        number=CERTIFICATE.number,
        hours=4,
        issued_at=CERTIFICATE.issued_at,
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
