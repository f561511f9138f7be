"""Who is let in at once, and who waits for a decision: the settings of one event, and how they judge a newcomer."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from events.models import Attendance, Event, Invitee, Organiser, Registration
from events.storage import ReadSession

INVITED_PRIORITY = 10
"""With which invitees wait where the event lets them go first."""


class ApprovalRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What `Event.approval` holds; the empty document lets everybody in.

    `domains` are mail domains and stand for their subdomains too. An address is believed as it is typed: who types
    another's never gets the mail that leads in.
    """

    required: bool = False
    pending_holds_seats: bool = True
    domains: tuple[str, ...] = ()
    invited: bool = False
    returning: bool = False
    invited_first: bool = False


def rules_of(document: Mapping[str, Any]) -> ApprovalRules:
    """Read the settings of an event."""
    return msgspec.convert(document, ApprovalRules)


def document_of(rules: ApprovalRules) -> dict[str, Any]:
    """Write the settings of an event."""
    document: dict[str, Any] = msgspec.to_builtins(rules)
    return document


def is_invited(session: ReadSession, event_id: uuid.UUID, person_key: str) -> bool:
    """Tell whether the person is on the event's list of invitees."""
    statement = sa.select(Invitee.id).where(Invitee.event_id == event_id, Invitee.person_key == person_key)
    return session.scalar(statement) is not None


def approving_rule(
    session: ReadSession, rules: ApprovalRules, event_id: uuid.UUID, *, email: str | None, person_key: str
) -> str | None:
    """Return the rule that approves this person by itself, the cheapest first; None where staff must decide."""
    if email and is_in_domains(email, rules.domains):
        return "domain"
    if rules.invited and is_invited(session, event_id, person_key):
        return "invited"
    if rules.returning and came_before(session, event_id, person_key):
        return "returning"
    return None


def is_in_domains(email: str, domains: tuple[str, ...]) -> bool:
    """Tell whether an address belongs to one of the domains or to a subdomain of it."""
    domain = email.strip().rpartition("@")[2].casefold().rstrip(".")
    return any(domain == each or domain.endswith("." + each) for each in domains)


def came_before_elsewhere() -> sa.ColumnElement[bool]:
    """Return the condition of `came_before` for each `Registration` of a query."""
    own, here, other, owner, host = (
        aliased(Registration), aliased(Event), aliased(Event), aliased(Organiser), aliased(Organiser)
    )  # fmt: skip
    return (
        sa.select(Attendance.id)
        .join(own, own.id == Attendance.registration_id)
        .join(other, other.id == own.event_id)
        .join(host, host.id == other.organiser_id)
        .join(here, here.id == Registration.event_id)
        .join(owner, owner.id == here.organiser_id)
        .where(
            own.person_key == Registration.person_key,
            own.event_id != Registration.event_id,
            sa.func.coalesce(host.parent_id, host.id) == sa.func.coalesce(owner.parent_id, owner.id),
        )
        .correlate(Registration)
        .exists()
    )


def came_before(session: ReadSession, event_id: uuid.UUID, person_key: str) -> bool:
    """Tell whether the person was there at another event of the same organiser, its parent or its branches."""
    here, other, owner, host = aliased(Event), aliased(Event), aliased(Organiser), aliased(Organiser)
    statement = (
        sa.select(Attendance.id)
        .join(Registration, Registration.id == Attendance.registration_id)
        .join(other, other.id == Registration.event_id)
        .join(host, host.id == other.organiser_id)
        .join(here, here.id == event_id)
        .join(owner, owner.id == here.organiser_id)
        .where(
            Registration.person_key == person_key,
            Registration.event_id != event_id,
            sa.func.coalesce(host.parent_id, host.id) == sa.func.coalesce(owner.parent_id, owner.id),
        )
        .limit(1)
    )
    return session.scalar(statement) is not None
