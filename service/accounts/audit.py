"""The audit trail: every act of staff leaves a row with who, when, from where, what, and on which things.

What happened stands in the facts; a row adds where from, and what leaves no fact. Rows name people and things by their
ids, never by name, and hold nothing that was typed. `note` is called in the transaction of the act, so that neither
comes without the other; `service.accounts.sealing` makes the rows tamper-evident afterwards.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from certificates.models import Certificate
from events.errors import NotFound
from events.models import (
    Event,
    EventTemplate,
    Material,
    Participation,
    Partner,
    PreviewLink,
    Recording,
    Registration,
    SeatPool,
)
from events.outbox import RECORDED, REQUEST_ID, FactRow
from events.ownership import event_of, owned_by, owner_of
from events.storage import Base, LocalizedText, ReadSession, new_id
from notifications.models.post import Post
from service.accounts.audit_rows import AuditEntry
from service.accounts.models import Staff
from service.accounts.permissions import Action, StaffIdentity, require

SIGN_IN, SIGN_IN_FAILED, SIGN_OUT = "sign_in", "sign_in_failed", "sign_out"
FACTS = "facts"
"""Kind of the entries by which the chain covers the fact log; see `sealing`."""
NOBODY = "nobody"
FACTS_KEPT = 50
"""How many facts of one act its row names; an import makes thousands, and they share the request's id."""
PER_PAGE = 50

_KINDS: Mapping[str, type[Base]] = {
    "registration_id": Registration,
    "participation_id": Participation,
    "certificate_id": Certificate,
    "recording_id": Recording,
    "post_id": Post,
    "pool_id": SeatPool,
    "partner_id": Partner,
    "material_id": Material,
    "preview_id": PreviewLink,
    "template_id": EventTemplate,
    "staff_id": Staff,
}
"""What a parameter of a route stands for."""
_NO_SECRETS = frozenset({"token", "code"})


@dataclass(slots=True)
class Origin:
    """Whose request it is, from where, and what it is about; `noted` once its act has left a row."""

    by: str
    organiser_id: uuid.UUID | None
    action: str
    act: str
    address: str
    device: str
    things: Mapping[str, str] = field(default_factory=dict[str, str])
    token_id: uuid.UUID | None = None
    noted: bool = False

    def of(self, action: str, by: str | None = None, organiser_id: uuid.UUID | None = None) -> Origin:
        """Return the same origin for an act of its own kind, by somebody who has just become known."""
        return replace(self, action=action, by=by or self.by, organiser_id=organiser_id or self.organiser_id)


def things_in(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return a route's parameters as rows keep them: short, and without what would open a door."""
    return {name: str(value)[:80] for name, value in parameters.items() if name not in _NO_SECRETS}


def note(session: Session, origin: Origin, *, real_now: datetime) -> uuid.UUID:
    """Write the row of an act, with the facts recorded in this transaction so far. The caller commits with the act."""
    session.flush()
    facts: Sequence[uuid.UUID] = session.info.get(RECORDED, ())[:FACTS_KEPT]
    organiser_id, event_id = _about(session, origin, facts)
    entry = AuditEntry(
        id=new_id(),
        at=real_now,
        by=origin.by,
        token_id=origin.token_id,
        address=origin.address[:45],
        device=origin.device[:40],
        action=origin.action,
        act=origin.act[:120],
        organiser_id=organiser_id,
        event_id=event_id,
        things=dict(origin.things),
        facts=[fact.hex for fact in facts],
        request_id=session.info.get(REQUEST_ID),
    )
    session.add(entry)
    session.flush()
    return entry.id


def _about(session: Session, origin: Origin, facts: Sequence[uuid.UUID]) -> tuple[uuid.UUID | None, uuid.UUID | None]:
    """Return whose thing it was, and of which event: owners read about their own things, whoever touched them."""
    if facts:
        row = session.execute(sa.select(FactRow.organiser_id, FactRow.event_id).where(FactRow.id == facts[0])).one()
        return (row.organiser_id if row.organiser_id.int else None), row.event_id
    ids = {name: _uuid(value) for name, value in origin.things.items()}
    event_id = ids.get("event_id")
    for name, kind in _KINDS.items():
        key = ids.get(name)
        if key is not None and event_id is None:
            try:
                return owner_of(session, kind, key), event_of(session, kind, key) if hasattr(kind, "event_id") else None
            except NotFound:
                continue
    if event_id is not None:
        owner = session.scalar(sa.select(Event.organiser_id).where(Event.id == event_id))
        return owner or origin.organiser_id, event_id
    return ids.get("organiser_id") or origin.organiser_id, None


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


# ---------------------------------------------------------------- reading
@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for in the trail; what is None is not asked about."""

    by: uuid.UUID | None = None
    event_id: uuid.UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    action: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the trail with the facts that it names."""

    entry: AuditEntry
    title: LocalizedText | None
    """Of its event, if it was about one."""
    facts: Sequence[FactRow]


def search(
    session: ReadSession,
    identity: StaffIdentity,
    wanted: Wanted,
    *,
    before: uuid.UUID | None = None,
    limit: int = PER_PAGE,
) -> Sequence[Line]:
    """Return what happened to the organisers that `identity` sees, the latest first; `before` begins the next page.

    Two queries, whatever there is. Raises `NotAllowed` for who may not read the trail.
    """
    require(identity, Action.VIEW_AUDIT)
    conditions = [AuditEntry.action != FACTS, owned_by(AuditEntry.organiser_id, identity.organiser_ids)]
    if before is not None:
        conditions.append(AuditEntry.id < before)
    if wanted.by is not None:
        conditions.append(AuditEntry.by == f"staff:{wanted.by}")
    if wanted.event_id is not None:
        conditions.append(AuditEntry.event_id == wanted.event_id)
    if wanted.action is not None:
        conditions.append(AuditEntry.action == wanted.action)
    if wanted.since is not None:
        conditions.append(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(AuditEntry.at < wanted.until)
    rows = session.execute(
        sa.select(AuditEntry, Event.title)
        .outerjoin(Event, Event.id == AuditEntry.event_id)
        .where(*conditions)
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    ).all()
    ids = [uuid.UUID(each) for entry, _ in rows for each in entry.facts]
    found = {fact.id: fact for fact in session.scalars(sa.select(FactRow).where(FactRow.id.in_(ids)))}
    return [
        Line(entry, title, [found[key] for each in entry.facts if (key := uuid.UUID(each)) in found])
        for entry, title in rows
    ]
