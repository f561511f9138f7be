"""The row with which somebody starts: what the event's rules make of what they told us. Nothing is written here."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from events.errors import N_, FieldError, FormReplaced, Invalid
from events.models import RegistrationState
from events.registrations.applications import Application, Guardian, key_of
from events.registrations.approval_rules import INVITED_PRIORITY, approving_rule, is_invited, rules_of
from events.registrations.guardians import GUARDIAN_WITHIN
from events.seating.places import Place


def row_of(
    session: Session, application: Application, place: Place, registration_id: uuid.UUID, *, now: datetime, by: str
) -> dict[str, Any]:
    """Return the row with which somebody starts if there is a seat. Writes nothing; raises what `register` does."""
    _refuse_impossible(application, place, by)
    key = key_of(application)
    admission = _judge(session, application, place, key, now=now)
    row = _row(application, place, registration_id, key, now=now) | admission.columns
    return row | _guardian_columns(application.guardian, place, now=now)


def _refuse_impossible(application: Application, place: Place, by: str) -> None:
    """Refuse what cannot be had here, whoever asks. Staff may register somebody without asking the questions."""
    if application.form_revision != place.form_revision and (by == "person" or application.form_revision):
        raise FormReplaced
    if not 1 <= application.party_size <= place.max_party_size:
        message = N_("At most %(limit)s people can come with one registration.")
        raise Invalid([FieldError("party_size", "party_too_large", message, {"limit": place.max_party_size})])
    if application.guardian and not (application.guardian.email or application.guardian.phone):
        message = N_("Give an e-mail address or a WhatsApp number.")
        raise Invalid([FieldError("guardian.email", "contact_missing", message)])
    if application.guardian and not (place.minors or application.guardian_of_series):
        raise Invalid([FieldError("guardian", "unknown", N_("Minors cannot register for this event by themselves."))])


@dataclass(frozen=True, slots=True)
class _Admission:
    state: RegistrationState
    columns: dict[str, Any]


def _judge(session: Session, application: Application, place: Place, key: str, *, now: datetime) -> _Admission:
    """Decide in which state a newcomer starts if there is a seat. An event without rules costs no statement."""
    if not place.approval:
        state = RegistrationState.PENDING if application.guardian else RegistrationState.CONFIRMED
        return _Admission(state, {"state": state})
    rules = rules_of(place.approval)
    columns: dict[str, Any] = {}
    if rules.invited_first and is_invited(session, application.event_id, key):
        columns["priority"] = INVITED_PRIORITY
    if rules.required:
        rule: str | None = "partner"
        if application.allotment_id is None:
            rule = approving_rule(session, rules, application.event_id, email=application.email, person_key=key)
        columns["needs_approval"] = rule is None
        if rule is not None:
            columns |= {"decided_at": now, "decided_by": f"rule:{rule}"}
    state = RegistrationState.CONFIRMED
    if columns.get("needs_approval"):
        state = RegistrationState.PENDING if rules.pending_holds_seats else RegistrationState.REQUESTED
    elif application.guardian:
        state = RegistrationState.PENDING
    return _Admission(state, columns | {"state": state})


def _row(
    application: Application, place: Place, registration_id: uuid.UUID, key: str, *, now: datetime
) -> dict[str, Any]:
    return {
        "id": registration_id,
        "event_id": application.event_id,
        "pool_id": place.pool_id,
        "slot_id": application.slot_id,
        "place_id": application.slot_id or application.event_id,
        "source": application.source,
        "name": application.name,
        "email": application.email,
        "phone": application.phone,
        "person_key": key,
        "party_size": application.party_size,
        "locale": application.locale,
        "institution": application.institution,
        "sign_language": application.sign_language,
        "wheelchair": application.wheelchair,
        "access_needs": application.access_needs,
        "form_revision": application.form_revision,
        "answers": application.answers,
        "needs_guardian": application.guardian is not None,
        "allotment_id": application.allotment_id,
        "consent_version": application.consent_version,
        "consented_at": now,
        "link_version": 1,
        "calendar_sequence": 0,
        "created_at": now,
        "updated_at": now,
    }


def _guardian_columns(guardian: Guardian | None, place: Place, *, now: datetime) -> dict[str, Any]:
    if guardian is None:
        return {}
    return {
        "guardian_name": guardian.name,
        "guardian_email": guardian.email,
        "guardian_phone": guardian.phone,
        "guardian_due_at": min(now + GUARDIAN_WITHIN, max(place.starts_at, now)),
    }
