"""Examples of what staff are answered about events, seats, people and documents."""

from __future__ import annotations

from typing import Any

from events.models import Evidence, PartyKind, Track
from events.storage import LocalizedText
from events.tags import Audience
from service.accounts.models import Role
from service.accounts.permissions import Action
from service.api.examples.values import (
    BEFORE,
    BY,
    CARD,
    CERTIFICATE,
    DECISION,
    ID,
    ITEM,
    NOBODY,
    ORGANISER,
    OTHER,
    PART,
    PARTNER,
    PLACE,
    POOL,
    POST,
    POST_SLOT,
    PREPARING,
    QUESTION,
    ROOM,
    SITE,
    STAFF_ROW,
    STARTS,
    VIDEO,
)
from service.api.resources import documents, events, forms, people, seats, work
from service.api.resources.series import OtherDates

STAFF: dict[str, Any] = {
    "OtherDates": OtherDates(events=[CARD]),
    "StaffEventPage": events.StaffEventPage(items=[events.StaffEventSummary(**STAFF_ROW)], next_cursor=None),
    "StaffEvent": events.StaffEvent(
        **STAFF_ROW,
        summary=CARD.summary,
        description=NOBODY,
        audience=NOBODY,
        audiences=[Audience.TEACHERS],
        topics=[LocalizedText("Menulis", "Writing")],
        venue=ROOM,
        reason=NOBODY,
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
        published_at=BEFORE,
        ended_at=None,
        created_at=BEFORE,
        seats=POOL,
        slots=[],
        programme=[ITEM],
        participations=[PART],
        recordings=[],
    ),
    "OrganiserView": ORGANISER,
    "OrganiserList": events.OrganiserList(items=[ORGANISER]),
    "PartnerView": PARTNER,
    "PartnerPageOfList": events.PartnerPageOfList(items=[PARTNER], next_cursor=None),
    "ParticipationView": PART,
    "ParticipationList": events.ParticipationList(items=[PART]),
    "RecordingView": VIDEO,
    "RecordingList": events.RecordingList(items=[VIDEO]),
    "RegistrationView": PLACE,
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
                registration_id=ID,
                pool_id=OTHER,
                position=1,
                party_size=5,
                priority=0,
                waiting_since=BEFORE,
                why="too_large",
                free=2,
                held=0,
                held_until=None,
            ),
        )
    ),
    "InviteeList": seats.InviteeList(
        (seats.InviteeView(id=ID, contact="guru@sdn1.sch.id", name="Ibu Rahma", seats=2, state=None),)
    ),
    "Decided": seats.Decided(2),
    "DecisionView": DECISION,
    "DecisionList": seats.DecisionList((DECISION,), undecided_parties=1, undecided_people=3),
    "ReservedSeats": seats.ReservedSeats(OTHER, 5, STARTS),
    "SharedPool": seats.SharedPool(OTHER),
    "AttendanceOutlook": people.AttendanceOutlook(
        expected=80,
        attended=0,
        seen=[
            people.SeenView(
                registration_id=ID,
                name="Rina Wulandari",
                evidence=[Evidence.JOINED],
                minutes=52,
                share=43,
                attended=False,
            )
        ],
    ),
    "PreparationList": people.PreparationList(items=[PREPARING]),
    "FormView": forms.FormView(revision=1, questions=[QUESTION]),
    "RegistrationPageOfList": people.RegistrationPageOfList(items=[PLACE], next_cursor=None),
    "Counts": people.Counts(
        registrations={"confirmed": 63, "cancelled": 4}, expected=63, attended=51, by_evidence={"joined": 55}
    ),
    "Timeline": people.Timeline(
        items=[people.FactView(id=ID, fact="EventPublished", at=BEFORE, by=BY, details={}, settled=True)]
    ),
    "TokenList": people.TokenList(
        items=[
            people.TokenView(
                id=ID,
                name="Situs sekolah",
                person="Ibu Dewi",
                scopes=[Action.VIEW_EVENTS.value],
                created_at=BEFORE,
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
                id=ID,
                organiser_id=OTHER,
                name="Budi",
                email="budi@perpustakaan.example",
                role=Role.EDITOR,
                created_at=BEFORE,
                signed_in_at=None,
                disabled_at=None,
            )
        ],
        invitations=[],
    ),
    "NewInvitation": people.NewInvitation(url=f"{SITE}/staff/welcome/…"),
    "CertificateView": CERTIFICATE,
    "CertificatePage": documents.CertificatePage(items=[CERTIFICATE], next_cursor=None),
    "PostView": POST,
    "QueueReport": work.QueueReport(
        queues=[work.QueueView(kind="emails", waiting=3, oldest=BEFORE, working=1, failed=0, read=True)],
        failures=[],
        processes=[],
    ),
    "PostSlot": POST_SLOT,
    "PostCalendar": documents.PostCalendar(items=[POST_SLOT]),
    "PostList": documents.PostList(items=[POST]),
}
