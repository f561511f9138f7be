"""Files that people answer with: kept before there is a registration, claimed by one, removed when nobody did."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.errors import N_, FieldError, Invalid, NotFound
from events.models import AnswerFile
from events.questions.answers import FileGiven
from events.storage import ReadSession

CLAIMED_WITHIN = timedelta(hours=20)
"""How long a file waits for its registration; it is swept some hours later, so that the two cannot cross."""
_TABLE: sa.Table = AnswerFile.__table__  # type: ignore[assignment] # a declarative class's table is a Table


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file that lies in storage: what the person called it, what its bytes are, and how large it is."""

    question_id: str
    storage_key: str
    filename: str
    content_type: str
    size: int


def keep(session: Session, event_id: uuid.UUID, kept: KeptFile, *, now: datetime) -> uuid.UUID:
    """Write down a file that was received and return its id, by which the form names it. The caller commits."""
    row = AnswerFile(
        event_id=event_id,
        question_id=kept.question_id,
        storage_key=kept.storage_key,
        filename=kept.filename,
        content_type=kept.content_type,
        size=kept.size,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


def claim(
    session: Session, event_id: uuid.UUID, registration_id: uuid.UUID, given: Sequence[FileGiven], *, now: datetime
) -> None:
    """Make files the answers of a registration. The caller commits.

    Raises `Invalid` for a file that is not there, answers another question or event, is somebody else's already, or
    was sent so long ago that it may be on its way out.
    """
    errors: list[FieldError] = []
    for each in given:
        changed = session.execute(
            sa.update(_TABLE)
            .where(
                _TABLE.c.id == each.file_id,
                _TABLE.c.event_id == event_id,
                _TABLE.c.question_id == each.question_id,
                sa.or_(
                    sa.and_(_TABLE.c.registration_id.is_(None), _TABLE.c.created_at > now - CLAIMED_WITHIN),
                    _TABLE.c.registration_id == registration_id,
                ),
            )
            .values(registration_id=registration_id)
        )
        if cast("sa.CursorResult[Any]", changed).rowcount != 1:
            errors.append(FieldError(each.field, "file", N_("Choose the file again.")))
    if errors:
        raise Invalid(errors)


def let_go(session: Session, registration_ids: Sequence[uuid.UUID], question_ids: Collection[str]) -> None:
    """Part files from the registrations that they answered for, so that they are swept. The caller commits."""
    session.execute(
        sa.update(_TABLE)
        .where(_TABLE.c.registration_id.in_(registration_ids), _TABLE.c.question_id.in_(question_ids))
        .values(registration_id=None)
    )


def unclaimed(session: ReadSession, event_id: uuid.UUID, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, AnswerFile]:
    """Return those of `ids` that were sent for this event and are nobody's answer yet."""
    if not ids:
        return {}
    rows = session.scalars(
        sa.select(AnswerFile).where(
            AnswerFile.id.in_(ids), AnswerFile.event_id == event_id, AnswerFile.registration_id.is_(None)
        )
    )
    return {row.id: row for row in rows}


def files_of(session: ReadSession, registration_id: uuid.UUID) -> dict[uuid.UUID, AnswerFile]:
    """Return the files of a registration by id, the oldest first. One query."""
    rows = session.scalars(
        sa.select(AnswerFile)
        .where(AnswerFile.registration_id == registration_id)
        .order_by(AnswerFile.created_at, AnswerFile.id)
    )
    return {row.id: row for row in rows}


def file_of(session: ReadSession, registration_id: uuid.UUID, file_id: uuid.UUID) -> AnswerFile:
    """Return one file of a registration. Raises `NotFound`, also for somebody else's."""
    row = session.get(AnswerFile, file_id)
    if row is None or row.registration_id != registration_id:
        raise NotFound
    return row


def list_swept(session: ReadSession, *, sent_before: datetime, limit: int = 200) -> dict[uuid.UUID, str]:
    """Return the keys in storage, by id, of files that nobody registered with, or that had to be let go."""
    rows = session.execute(
        sa.select(_TABLE.c.id, _TABLE.c.storage_key)
        .where(_TABLE.c.registration_id.is_(None), _TABLE.c.created_at < sent_before)
        .order_by(_TABLE.c.created_at, _TABLE.c.id)
        .limit(limit)
    )
    return {row.id: row.storage_key for row in rows}


def forget(session: Session, ids: Collection[uuid.UUID]) -> None:
    """Remove the rows of files that are gone from storage. In this order nothing is left that nobody knows of."""
    session.execute(sa.delete(_TABLE).where(_TABLE.c.id.in_(ids), _TABLE.c.registration_id.is_(None)))
