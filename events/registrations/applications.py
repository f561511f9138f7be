"""What a person tells us when registering, and what makes them the same person in a place."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from events.errors import N_, FieldError, Invalid
from events.models import RegistrationSource
from events.questions.answers import FileGiven, Member


@dataclass(frozen=True, slots=True)
class Guardian:
    """A parent or guardian, and where to reach them: an e-mail address, a WhatsApp number (E.164), or both."""

    name: str
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What a person tells us when registering; already normalised (`phone` in E.164, `email` as typed)."""

    event_id: uuid.UUID
    name: str
    consent_version: str
    slot_id: uuid.UUID | None = None
    email: str | None = None
    phone: str | None = None
    party_size: int = 1
    locale: str = "id"
    institution: str | None = None
    sign_language: bool = False
    wheelchair: bool = False
    access_needs: str | None = None
    form_revision: int = 0
    """The revision of the form that was answered; these and the rest come from
    `events.questions.answers.Answers.fields`."""
    answers: dict[str, Any] = field(default_factory=dict[str, Any])
    members: tuple[Member, ...] = ()
    choice_places: Mapping[uuid.UUID, int] = field(default_factory=dict[uuid.UUID, int])
    """Places that the answers take, by choice pool of the event."""
    files: tuple[FileGiven, ...] = ()
    guardian: Guardian | None = None
    """Who has to consent, for a minor."""
    guardian_of_series: bool = False
    """Whether the guardian is asked for all dates of a series at once, because one of them asks for a guardian."""
    source: RegistrationSource = RegistrationSource.FORM
    allotment_id: uuid.UUID | None = None
    """The partner's seats that this takes one of (`events.partnership.allotments`); such a person may be known by name
    only."""
    quiet: bool = False
    """Whether nobody is written to about the registration itself; reminders go out all the same."""


def person_key(email: str | None, phone: str | None) -> str:
    """Return the contact in one spelling. The e-mail address decides where there is one.

    RFC 5321 §2.4 lets the local part be case-sensitive; no mail service that people use makes it so.
    """
    if email:
        return "email:" + email.strip().casefold()
    if phone:
        return "phone:" + phone
    raise Invalid([FieldError("email", "contact_missing", N_("Give an e-mail address or a WhatsApp number."))])


def key_of(application: Application) -> str:
    """Return what makes the person unique in a place: the contact, or the name among those whom a partner brings."""
    if application.allotment_id is not None and not (application.email or application.phone):
        return f"allotment:{application.allotment_id}:{' '.join(application.name.casefold().split())}"
    return person_key(application.email, application.phone)
