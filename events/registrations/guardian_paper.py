"""What staff do about a guardian: note a consent that was given on paper, and one that was taken back."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from events.errors import N_, Conflict, FieldError, Gone, Invalid
from events.models import ACTIVE_STATES, AHEAD, Event, RegistrationState
from events.registrations import guardians, registration

LONGEST_NOTE = 200


def record_paper(
    session: Session, registration_id: uuid.UUID, *, note: str, now: datetime, by: str
) -> RegistrationState:
    """Note that a guardian consented on paper: `note` says who signed, when, and where the paper is.

    Returns the registration's state. Noting it twice changes nothing. Raises `Invalid` without a note, `Conflict` where
    nobody waits for it. The caller commits.
    """
    told = " ".join(note.split())
    if not told:
        raise Invalid([FieldError("note", "missing", N_("Write who signed, when, and where the paper is kept."))])
    if len(told) > LONGEST_NOTE:
        message = N_("At most %(limit)s characters, please.")
        raise Invalid([FieldError("note", "too_long", message, {"limit": LONGEST_NOTE})])
    try:
        return guardians.consent(session, registration_id, now=now, by=by, note=told)
    except Gone as refusal:
        raise Conflict(refusal.message) from refusal


def withdraw(session: Session, registration_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Note that a guardian does not consent, or not any more: the place is given up, and the minor told.

    So is every coming date of the booking. Doing it twice changes nothing. Raises `NotFound`, or `Conflict` where no
    guardian is concerned or it is over. The caller commits.
    """
    every = [held.registration for held in guardians.hold_together(session, registration_id)]
    own = next(each for each in every if each.id == registration_id)
    if own.guardian_name is None:
        raise Conflict(N_("This registration needs no guardian's consent."))
    if own.state not in ACTIVE_STATES:
        return
    consented = [each for each in every if not each.needs_guardian and each.state in ACTIVE_STATES]
    if any(each.needs_guardian and each.state in ACTIVE_STATES for each in every):
        guardians.refuse(session, registration_id, now=now, by=by)
    for each in consented:
        if each is own or session.get_one(Event, each.event_id).stage in AHEAD:
            each.needs_guardian, each.guardian_consented_at, each.guardian_note = True, None, None
            session.flush()
            registration.cancel(session, each.id, now=now, by=by)
