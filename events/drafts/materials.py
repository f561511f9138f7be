"""Materials: links for those who are registered, from the registration on or once the event is over."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import event_rules, facts, outbox
from events.errors import N_, FieldError, Invalid, NotFound
from events.event_rows import hold_event
from events.models import Event, Material, MaterialTime, Stage
from events.storage import LocalizedText, ReadSession

MOST = 30
_OVER = (Stage.ENDED, Stage.ARCHIVED)


def add_material(
    session: Session,
    event_id: uuid.UUID,
    *,
    title: LocalizedText,
    url: str,
    shown: MaterialTime,
    now: datetime,
    by: str,
) -> uuid.UUID:
    """Lay something out and return its id; also after the event, for slides come late. The caller commits.

    Raises `NotFound`, or `Invalid` with every fault.
    """
    event = hold_event(session, event_id)
    event_rules.refuse_bad_material(title, url)
    if len(list_materials(session, event_id)) >= MOST:
        raise Invalid([FieldError("url", "too_many", N_("At most %(limit)s materials, please."), {"limit": MOST})])
    material = Material(event_id=event_id, title=title, url=url, shown=shown, created_at=now)
    session.add(material)
    session.flush()
    fact = facts.MaterialAdded(organiser_id=event.organiser_id, event_id=event_id, material_id=material.id)
    outbox.record(session, fact, now=now, by=by)
    return material.id


def remove_material(session: Session, material_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Take something away. Raises `NotFound`. The caller commits."""
    material = session.get(Material, material_id, with_for_update=True)
    if material is None:
        raise NotFound
    event = session.get_one(Event, material.event_id)
    session.delete(material)
    session.flush()
    fact = facts.MaterialRemoved(organiser_id=event.organiser_id, event_id=event.id, material_id=material_id)
    outbox.record(session, fact, now=now, by=by)


def list_materials(session: ReadSession, event_id: uuid.UUID) -> Sequence[Material]:
    """Return everything that is laid out, in the order in which it was."""
    return session.scalars(sa.select(Material).where(Material.event_id == event_id).order_by(Material.id)).all()


def materials_for(session: ReadSession, event_id: uuid.UUID, stage: Stage) -> Sequence[Material]:
    """Return what a registered person sees while the event is in `stage`."""
    return [each for each in list_materials(session, event_id) if each.shown is MaterialTime.BEFORE or stage in _OVER]
