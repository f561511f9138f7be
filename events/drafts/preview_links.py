"""Links that show an event before it is public, to whoever should say yes first: signed, expiring, revocable."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import event_rules, facts, outbox
from events.drafts import authoring
from events.errors import Gone, NotFound
from events.models import Event, PreviewLink
from events.storage import ReadSession

USUAL_DAYS = 14


def make_preview_link(
    session: Session, event_id: uuid.UUID, *, now: datetime, by: str, label: str = "", days: int = USUAL_DAYS
) -> uuid.UUID:
    """Make a link that works for `days` and return its id. Raises `Invalid` or `NotFound`. The caller commits."""
    event_rules.refuse_bad_preview(label, days)
    event = authoring.editable(session, event_id)
    link = PreviewLink(
        event_id=event.id, label=label.strip(), created_by=by, created_at=now, expires_at=now + timedelta(days=days)
    )
    session.add(link)
    session.flush()
    fact = facts.PreviewLinkMade(
        organiser_id=event.organiser_id, event_id=event.id, link_id=link.id, expires_at=link.expires_at
    )
    outbox.record(session, fact, now=now, by=by)
    return link.id


def revoke_preview_link(session: Session, link_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Let a link lead nowhere from now on; doing it twice changes nothing. Raises `NotFound`. The caller commits."""
    link = session.get(PreviewLink, link_id, with_for_update={"key_share": True})
    if link is None:
        raise NotFound
    if link.revoked_at is not None:
        return
    link.revoked_at = now
    session.flush()
    event = session.get_one(Event, link.event_id)
    fact = facts.PreviewLinkRevoked(organiser_id=event.organiser_id, event_id=event.id, link_id=link.id)
    outbox.record(session, fact, now=now, by=by)


def list_preview_links(session: ReadSession, event_id: uuid.UUID, *, now: datetime) -> Sequence[PreviewLink]:
    """Return the links that work now, the newest first."""
    return session.scalars(
        sa.select(PreviewLink)
        .where(PreviewLink.event_id == event_id, PreviewLink.revoked_at.is_(None), PreviewLink.expires_at > now)
        .order_by(PreviewLink.id.desc())
    ).all()


def previewed_event(session: ReadSession, link_id: uuid.UUID, *, now: datetime) -> uuid.UUID:
    """Return the event that a link shows. Raises `Gone` for one that was revoked or has expired, or `NotFound`."""
    link = session.get(PreviewLink, link_id)
    if link is None:
        raise NotFound
    if link.revoked_at is not None or link.expires_at <= now:
        raise Gone
    return link.event_id
