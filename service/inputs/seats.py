"""What staff send us about who gets a seat: rules, decisions, waitlist, invitees; checked once for pages and API."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, StringConstraints

from events.errors import N_, FieldError, Invalid
from events.models import PartyKind
from events.registrations.applications import person_key
from events.registrations.approval_rules import ApprovalRules
from events.seating.invitees import Guest
from service.inputs.checking import Email, Input, Line200, Phone, Text500, parse
from service.inputs.types import Capacity, LineInput, Moment

_SEATS = re.compile(r"(\d{1,3})")


class RegistrationRulesInput(Input):
    """How people get into an event."""

    required: bool = Field(False, description="Whether staff decide who may come.")
    pending_holds_seats: bool = Field(True, description="Whether who awaits a decision holds seats meanwhile.")
    domains: list[Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=253)]] = Field(
        default_factory=list[str], max_length=50, description="Mail domains approved at once, with their subdomains."
    )
    invited: bool = Field(False, description="Whether invitees are approved at once.")
    returning: bool = Field(False, description="Whether who came to an earlier event is approved at once.")
    invited_first: bool = Field(False, description="Whether invitees go first on the waitlist.")
    waitlist: bool = Field(True, description="Whether people may wait when all seats are taken.")
    offer_hours: int = Field(24, ge=1, le=336, description="For how many hours an offered seat is held.")
    guardian_consent: bool = Field(False, description="Whether minors may register, with a guardian's consent.")
    network_limit: int | None = Field(
        None,
        ge=0,
        le=100_000,
        description="How many registrations may come from one network in an hour: 0 for any number, or 20 and more. "
        "Left out: as many as the installation allows.",
    )
    party_kind: PartyKind = Field(
        PartyKind.GROUP, description="What those who come together are called on the form: `group`, `family`, `class`."
    )
    no_show_percent: int = Field(0, ge=0, le=50, description="How many of a hundred are expected not to come.")

    def rules(self) -> ApprovalRules:
        """Return the part that is about approval."""
        return ApprovalRules(
            required=self.required,
            pending_holds_seats=self.pending_holds_seats,
            domains=tuple(self.domains),
            invited=self.invited,
            returning=self.returning,
            invited_first=self.invited_first,
        )


class DecisionInput(Input):
    """Several registrations that are approved."""

    registrations: list[uuid.UUID] = Field(min_length=1, max_length=500)


class RefusalInput(DecisionInput):
    """Several registrations that are declined, and why: the people are told."""

    reason: Text500


class PriorityInput(Input):
    """Another rank on the waitlist."""

    priority: int = Field(ge=0, le=1000, description="Higher is served earlier; 0 is everybody's.")
    reason: Line200


class OfferUntilInput(Input):
    """Until when an offer runs."""

    until: Moment


class ReservedInput(Input):
    """Seats of a pool that are kept for invitees."""

    reserved: int = Field(ge=0, le=100_000)
    until: Moment | None = None


class SharedPoolInput(Input):
    """Visiting times that share their seats."""

    slots: list[uuid.UUID] = Field(min_length=1, max_length=1000)
    capacity: Capacity
    label: LineInput | None = None


class InviteeContact(Input):
    """How an invitee is known."""

    email: Email | None = None
    phone: Phone | None = None


class InviteesInput(Input):
    """People to invite: one a line as pages send them."""

    people: Annotated[str, StringConstraints(max_length=60_000)]


def guests_in(text: str, *, most: int = 2000) -> list[Guest]:
    """Read invitees, one a line: an e-mail address or WhatsApp number, then, if wanted, a name and a number of seats.

    Commas, semicolons or tabs part them, as in a list copied from a spreadsheet. Raises `Invalid` with the number of
    each line that cannot be read.
    """
    guests: list[Guest] = []
    faults: list[FieldError] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            guests.append(_guest([part.strip() for part in re.split(r"[,;\t]", line)]))
        except Invalid:
            message = N_("Line %(line)s cannot be read: it needs an e-mail address or a WhatsApp number.")
            faults.append(FieldError("people", "contact", message, {"line": number}))
    if not guests and not faults:
        faults.append(FieldError("people", "missing", N_("Write at least one line.")))
    if len(guests) > most:
        faults.append(FieldError("people", "too_many", N_("At most 2,000 lines at once.")))
    if faults:
        raise Invalid(faults[:10])
    return guests


def _guest(parts: Iterable[str]) -> Guest:
    name, contact, seats = "", None, 1
    for part in filter(None, parts):
        if contact is None and ("@" in part or re.fullmatch(r"[+\d][\d\s().-]{6,}", part)):
            contact = part
        elif _SEATS.fullmatch(part):
            seats = int(part)
        else:
            name = f"{name} {part}".strip()
    if contact is None:
        raise Invalid([])
    given = parse(InviteeContact, {"email" if "@" in contact else "phone": contact})
    return Guest(person_key(given.email, given.phone), name[:200] or None, seats)
