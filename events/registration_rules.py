"""How people get into an event: approval, the waitlist and its offers. Seats and invitees have modules of their own."""

from __future__ import annotations

import re
import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from events import claims, facts, outbox
from events.approval_rules import ApprovalRules, document_of
from events.errors import N_, FieldError, Invalid, NotFound, WrongStage
from events.models import Event, Stage

_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?", re.ASCII)
_MOST_DOMAINS = 50


def set_rules(
    session: Session,
    event_id: uuid.UUID,
    *,
    approval: ApprovalRules,
    waitlist: bool,
    offer_hours: int,
    now: datetime,
    by: str,
) -> None:
    """Set how people get in from now on; who is in or waits already stays as they are.

    Raises `NotFound`, `WrongStage` once the event is over, or `Invalid`. Nothing is recorded where nothing changed. The
    caller commits.
    """
    claims.claim(session, event_id)
    event = session.get(Event, event_id, with_for_update={"key_share": True}, populate_existing=True)
    if event is None:
        raise NotFound
    if event.stage in (Stage.ENDED, Stage.ARCHIVED, Stage.CANCELLED):
        raise WrongStage(stage=event.stage.value)
    _refuse_faults(approval, offer_hours)
    wanted = {"approval": document_of(approval), "waitlist": waitlist, "offer_hours": offer_hours}
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


def _refuse_faults(approval: ApprovalRules, offer_hours: int) -> None:
    faults: list[FieldError] = []
    wrong = [each for each in approval.domains if not _DOMAIN.fullmatch(each)]
    if wrong:
        message = N_("“%(domain)s” is not a mail domain. Write it like: sch.id")
        faults.append(FieldError("domains", "domain", message, {"domain": wrong[0]}))
    elif len(approval.domains) > _MOST_DOMAINS:
        faults.append(FieldError("domains", "too_many", N_("At most 50 domains.")))
    if not 1 <= offer_hours <= 24 * 14:
        faults.append(FieldError("offer_hours", "range", N_("A whole number from 1 to 336.")))
    if faults:
        raise Invalid(faults)


def domains_of(text: str) -> tuple[str, ...]:
    """Read mail domains that were typed, one a line or with commas; ``@`` and capitals do no harm."""
    words = (word.strip().lstrip("@").casefold().rstrip(".") for word in re.split(r"[\s,;]+", text))
    return tuple(dict.fromkeys(word for word in words if word))
