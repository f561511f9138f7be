"""What is held about a person, and what was erased, as the API shows them."""

from __future__ import annotations

import uuid
from typing import Annotated

import msgspec
from msgspec import Meta

from events.privacy.erasure import Found
from service.erasing import Line


class PersonFound(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom a search found: their latest registration, and how many there are under the same contact."""

    registration_id: uuid.UUID
    name: str
    email: str | None
    phone: str | None
    others: Annotated[list[str], Meta(description="Who came along and has the name that was looked for.")]
    registrations: int


class PersonFoundList(msgspec.Struct, frozen=True, kw_only=True):
    """Who was found, the latest first; at most 50."""

    items: list[PersonFound]


class HeldView(msgspec.Struct, frozen=True, kw_only=True):
    """One registration of a person and what hangs on it."""

    registration_id: uuid.UUID
    event_id: uuid.UUID
    name: str
    email: str | None
    phone: str | None
    others: list[str]
    answers: int
    files: int
    messages: Annotated[int, Meta(description="E-mails and text messages.")]
    certificates: Annotated[list[str], Meta(description="Their numbers.")]


class HeldList(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is held under one contact, the latest event first."""

    items: list[HeldView]


class ErasedView(msgspec.Struct, frozen=True, kw_only=True):
    """What was erased."""

    registrations: Annotated[list[uuid.UUID], Meta(description="Those whose contact was erased.")]
    people: int


def person_found_view(found: Found) -> PersonFound:
    """Return somebody whom a search found, as the API shows them."""
    own = found.registration
    return PersonFound(
        registration_id=own.id,
        name=own.name,
        email=own.email,
        phone=own.phone,
        others=list(found.others),
        registrations=found.count,
    )


def held_view(line: Line) -> HeldView:
    """Return what is held of one registration, as the API shows it."""
    own = line.held.registration
    return HeldView(
        registration_id=own.id,
        event_id=own.event_id,
        name=own.name,
        email=own.email,
        phone=own.phone,
        others=[each.name for each in line.held.members],
        answers=len(own.answers),
        files=line.held.files,
        messages=line.messages,
        certificates=list(line.certificates),
    )
