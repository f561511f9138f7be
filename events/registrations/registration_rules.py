"""How people get into an event: approval, the waitlist and its offers. Seats and invitees have modules of their own."""

from __future__ import annotations

import re
import uuid
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.errors import N_, FieldError, Invalid, NotFound, WrongStage
from events.models import Event, PartyKind, Stage
from events.registrations.approval_rules import ApprovalRules, document_of
from events.seating import claims
from events.storage import ReadSession

_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?", re.ASCII)
_MOST_DOMAINS = 50
LEAST_OF_NETWORK, MOST_OF_NETWORK = 20, 100_000
"""A school class has to fit, and its first few are not counted across processes."""


def set_rules(
    session: Session,
    event_id: uuid.UUID,
    *,
    approval: ApprovalRules,
    waitlist: bool,
    offer_hours: int,
    network_limit: int | None = None,
    party_kind: PartyKind = PartyKind.GROUP,
    now: datetime,
    by: str,
) -> None:
    """Set how people get in from now on, and what a group is called; who is in or waits already stays as they are.

    Raises `NotFound`, `WrongStage` once the event is over, or `Invalid`. Nothing is recorded where nothing changed. The
    caller commits.
    """
    claims.claim(session, event_id)
    event = session.get(Event, event_id, with_for_update={"key_share": True}, populate_existing=True)
    if event is None:
        raise NotFound
    if event.stage in (Stage.ENDED, Stage.ARCHIVED, Stage.CANCELLED):
        raise WrongStage(stage=event.stage.value)
    _refuse_faults(approval, offer_hours, network_limit)
    wanted: dict[str, Any] = {
        "approval": document_of(approval),
        "waitlist": waitlist,
        "offer_hours": offer_hours,
        "network_limit": network_limit,
        "party_kind": party_kind,
    }
    changed = tuple(sorted(name for name, value in wanted.items() if getattr(event, name) != value))
    if not changed:
        return
    for name in changed:
        setattr(event, name, wanted[name])
    event.version += 1
    event.updated_at = now
    session.flush()
    fact = facts.RegistrationRulesChanged(organiser_id=event.organiser_id, event_id=event_id, fields=changed)
    outbox.record(session, fact, now=now, by=by)


def _refuse_faults(approval: ApprovalRules, offer_hours: int, network_limit: int | None) -> None:
    faults: list[FieldError] = []
    wrong = [each for each in approval.domains if not _DOMAIN.fullmatch(each)]
    if wrong:
        message = N_("“%(domain)s” is not a mail domain. Write it like: sch.id")
        faults.append(FieldError("domains", "domain", message, {"domain": wrong[0]}))
    elif len(approval.domains) > _MOST_DOMAINS:
        faults.append(FieldError("domains", "too_many", N_("At most 50 domains.")))
    if not 1 <= offer_hours <= 24 * 14:
        faults.append(FieldError("offer_hours", "range", N_("A whole number from 1 to 336.")))
    if network_limit and not LEAST_OF_NETWORK <= network_limit <= MOST_OF_NETWORK:
        faults.append(FieldError("network_limit", "range", N_("0, or a whole number from 20 to 100,000.")))
    if faults:
        raise Invalid(faults)


def network_limit(session: ReadSession, event_id: uuid.UUID) -> int | None:
    """Return how many registrations of one network in an hour staff allow an event; 0: any number, None: as usual."""
    return cast("int | None", session.scalar(sa.select(Event.network_limit).where(Event.id == event_id)))


def network_limit_of_series(session: ReadSession, series_id: uuid.UUID) -> int | None:
    """Return the same for a whole series: what the most generous of its coming dates says."""
    dates = sa.and_(Event.series_id == series_id, Event.stage == Stage.REGISTRATION_OPEN)
    said = session.scalars(sa.select(Event.network_limit).where(dates, Event.network_limit.is_not(None))).all()
    return 0 if 0 in said else max(said, default=None)


def domains_of(text: str) -> tuple[str, ...]:
    """Read mail domains that were typed, one a line or with commas; ``@`` and capitals do no harm."""
    words = (word.strip().lstrip("@").casefold().rstrip(".") for word in re.split(r"[\s,;]+", text))
    return tuple(dict.fromkeys(word for word in words if word))
