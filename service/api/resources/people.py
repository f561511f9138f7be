"""What staff see of people: registrations, attendance, colleagues, tokens; and of what happened."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from events.doors.rosters import Entry
from events.models import Evidence, Registration, RegistrationState
from events.outbox import FactRow
from events.presence.trying import Outlook
from events.questions.answer_reading import Preparing
from service.accounts.models import ApiToken, Role, Staff, StaffLink


class EvidenceView(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of evidence that a person was there."""

    evidence: Evidence
    at: datetime
    by: str


class MemberView(msgspec.Struct, frozen=True, kw_only=True):
    """One of the others of a party."""

    name: str
    answers: dict[str, Any]


class GuardianView(msgspec.Struct, frozen=True, kw_only=True):
    """A minor's parent or guardian, and what they said."""

    name: str
    email: str | None
    phone: Annotated[str | None, Meta(description="E.164.")]
    awaited: bool
    due_at: Annotated[datetime | None, Meta(description="Until when the seat is held for their answer.")]
    consented_at: datetime | None
    note: Annotated[str | None, Meta(description="What staff saw of a consent on paper.")]


class RegistrationView(msgspec.Struct, frozen=True, kw_only=True):
    """One party's place."""

    id: uuid.UUID
    event_id: uuid.UUID
    slot_id: uuid.UUID | None
    slot_starts_at: datetime | None
    state: RegistrationState
    name: str
    email: str | None
    phone: Annotated[str | None, Meta(description="E.164.")]
    party_size: int
    locale: str
    institution: str | None
    sign_language: bool
    wheelchair: bool
    access_needs: str | None
    form_revision: Annotated[int, Meta(description="The revision of the form that was answered; 0: none.")]
    answers: Annotated[dict[str, Any], Meta(description="By question id; see `getFormRevision` for the wording.")]
    members: Annotated[list[MemberView], Meta(description="The others of the party.")]
    guardian: GuardianView | None
    waiting_since: datetime | None
    offer_expires_at: datetime | None
    created_at: datetime
    attendance: list[EvidenceView]


class PreparationView(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody for whom something has to be prepared."""

    registration_id: uuid.UUID
    name: str
    party_size: int
    email: str | None
    phone: Annotated[str | None, Meta(description="E.164.")]
    state: RegistrationState
    slot_starts_at: datetime | None
    sign_language: bool
    wheelchair: bool
    needs: Annotated[str, Meta(description="What else, in the person's own words; may be empty.")]


class PreparationList(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody who needs something, in the order of visits and names."""

    items: list[PreparationView]


class RegistrationPageOfList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of registrations, first come first."""

    items: list[RegistrationView]
    next_cursor: str | None


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many registrations are in each state, and who came."""

    registrations: dict[str, int]
    expected: Annotated[int, Meta(description="Registrations that hold a confirmed place.")]
    attended: Annotated[int, Meta(description="Registrations that meet the event's attendance rule.")]
    by_evidence: dict[str, int]


class SeenView(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of somebody who was seen, and whether it is enough."""

    registration_id: uuid.UUID
    name: str
    evidence: list[Evidence]
    minutes: Annotated[int, Meta(description="Minutes of the event that they were seen there.")]
    share: Annotated[int, Meta(description="The same in percent of the event, or of their visiting time.")]
    attended: bool


class AttendanceOutlook(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule of attendance comes to: who would not have attended first, nearest to enough first."""

    expected: Annotated[int, Meta(description="Registrations that hold a confirmed place.")]
    attended: int
    seen: list[SeenView]


class FactView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to an event."""

    id: uuid.UUID
    fact: str
    at: datetime
    by: Annotated[str, Meta(description="`staff:<id>`, `person:<registration>`, `clock`, `worker`.")]
    details: dict[str, Any]
    settled: Annotated[bool, Meta(description="Whether everything that follows from it has been written.")]


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that happened to an event, the oldest first."""

    items: list[FactView]


class TokenView(msgspec.Struct, frozen=True, kw_only=True):
    """A bearer token; what opens the door is never shown again."""

    id: uuid.UUID
    name: str
    person: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None


class TokenList(msgspec.Struct, frozen=True, kw_only=True):
    """Bearer tokens, the newest first."""

    items: list[TokenView]


class NewToken(msgspec.Struct, frozen=True, kw_only=True):
    """A new bearer token, shown this once."""

    token: str


class ColleagueView(msgspec.Struct, frozen=True, kw_only=True):
    """A member of staff."""

    id: uuid.UUID
    organiser_id: uuid.UUID | None
    name: str
    email: str
    role: Role
    created_at: datetime
    signed_in_at: datetime | None
    disabled_at: datetime | None


class InvitationView(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time link that somebody may still use."""

    id: uuid.UUID
    purpose: str
    organiser_id: uuid.UUID | None
    role: Role
    email: str | None
    expires_at: datetime


class ColleagueList(msgspec.Struct, frozen=True, kw_only=True):
    """Colleagues by name, and the invitations that are open."""

    items: list[ColleagueView]
    invitations: list[InvitationView]


class NewInvitation(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time link, to be handed to the person; shown this once."""

    url: str


_JOINED = ("slot_starts_at", "attendance", "members", "guardian")


def registration_view(entry: Entry) -> RegistrationView:
    """Return one party's place."""
    row = entry.registration
    own = [name for name in RegistrationView.__struct_fields__ if name not in _JOINED]
    return RegistrationView(
        **{name: getattr(row, name) for name in own},
        slot_starts_at=entry.slot.starts_at if entry.slot else None,
        members=[MemberView(name=each.name, answers=each.answers) for each in entry.members],
        guardian=_guardian(row),
        attendance=[EvidenceView(evidence=each.evidence, at=each.at, by=each.by) for each in entry.attendance],
    )


def _guardian(row: Registration) -> GuardianView | None:
    if row.guardian_name is None:
        return None
    return GuardianView(
        name=row.guardian_name,
        email=row.guardian_email,
        phone=row.guardian_phone,
        awaited=row.needs_guardian,
        due_at=row.guardian_due_at,
        consented_at=row.guardian_consented_at,
        note=row.guardian_note,
    )


def preparation_view(row: Preparing) -> PreparationView:
    """Return somebody for whom something has to be prepared."""
    return PreparationView(**{name: getattr(row, name) for name in PreparationView.__struct_fields__})


def fact_view(row: FactRow) -> FactView:
    """Return something that happened."""
    return FactView(
        id=row.id,
        fact=row.name,
        at=row.recorded_at,
        by=row.by,
        details=_details(row.payload),
        settled=row.settled_at is not None,
    )


def _details(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in payload.items() if name not in ("organiser_id", "event_id")}


def token_view(token: ApiToken, person: str) -> TokenView:
    """Return a token without its secret."""
    own = [name for name in TokenView.__struct_fields__ if name != "person"]
    return TokenView(person=person, **{name: getattr(token, name) for name in own})


def colleague_view(member: Staff) -> ColleagueView:
    """Return a member of staff."""
    return msgspec.convert(member, ColleagueView, from_attributes=True)


def invitation_view(link: StaffLink) -> InvitationView:
    """Return an open invitation."""
    return msgspec.convert(link, InvitationView, from_attributes=True)


def attendance_outlook(outlook: Outlook) -> AttendanceOutlook:
    """Return what a rule comes to as the API tells it."""
    seen = [
        SeenView(
            registration_id=each.registration_id,
            name=each.name,
            evidence=list(each.evidence),
            minutes=each.time.minutes,
            share=each.time.share,
            attended=each.enough,
        )
        for each in outlook.seen
    ]
    return AttendanceOutlook(expected=outlook.expected, attended=outlook.attended, seen=seen)
