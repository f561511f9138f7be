"""Files that partners send: photo, slides, pictures of how it was. What is replaced is swept with its bytes."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.errors import N_, FieldError, Invalid, NotFound
from events.models import FilePurpose, Participation, Partner, PartnerFile
from events.storage import ReadSession

MOST_PICTURES = 6
"""Pictures with one report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file that was received and looked at: what it is called, what its bytes are."""

    storage_key: str
    filename: str
    content_type: str
    size: int


def keep(
    session: Session, participation_id: uuid.UUID, purpose: FilePurpose, sent: SentFile, *, now: datetime
) -> uuid.UUID:
    """Write a file down before its bytes are stored, and return its id. The caller commits.

    A photo or slides replace those that were sent before; of pictures there may be some. Raises `NotFound`, `Invalid`.
    """
    part = session.get(Participation, participation_id, with_for_update={"key_share": True})
    if part is None:
        raise NotFound
    if purpose is FilePurpose.REPORT_PHOTO:
        if len(files_of(session, participation_id, purpose)) >= MOST_PICTURES:
            message = N_("At most %(limit)s pictures, please.")
            raise Invalid([FieldError("pictures", "too_many", message, {"limit": MOST_PICTURES})])
    else:
        discard(session, participation_id, purpose, now=now)
    row = PartnerFile(
        participation_id=participation_id,
        event_id=part.event_id,
        purpose=purpose,
        storage_key=sent.storage_key,
        filename=sent.filename,
        content_type=sent.content_type,
        size=sent.size,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


def discard(session: Session, participation_id: uuid.UUID, purpose: FilePurpose, *, now: datetime) -> None:
    """Let go of what was sent; it is swept, unless the record uses it. The caller commits."""
    session.execute(
        sa.update(PartnerFile)
        .where(
            PartnerFile.participation_id == participation_id,
            PartnerFile.purpose == purpose,
            PartnerFile.discarded_at.is_(None),
        )
        .values(discarded_at=now)
        .execution_options(synchronize_session=False)
    )


def files_of(
    session: ReadSession, participation_id: uuid.UUID, purpose: FilePurpose | None = None
) -> Sequence[PartnerFile]:
    """Return what one partner sent for an event, the oldest first."""
    statement = sa.select(PartnerFile).where(
        PartnerFile.participation_id == participation_id, PartnerFile.discarded_at.is_(None)
    )
    if purpose is not None:
        statement = statement.where(PartnerFile.purpose == purpose)
    return session.scalars(statement.order_by(PartnerFile.created_at, PartnerFile.id)).all()


def file_of(session: ReadSession, participation_id: uuid.UUID, file_id: uuid.UUID) -> PartnerFile:
    """Return one file of a partner. Raises `NotFound`, also for another's or a discarded one."""
    row = session.get(PartnerFile, file_id)
    if row is None or row.participation_id != participation_id or row.discarded_at is not None:
        raise NotFound
    return row


def list_swept(session: ReadSession, *, limit: int = 200) -> dict[uuid.UUID, str]:
    """Return the keys in storage, by id, of files that were let go and that no record shows."""
    shown = sa.select(Partner.id).where(Partner.photo_key == PartnerFile.storage_key)
    gone = sa.or_(PartnerFile.discarded_at.is_not(None), PartnerFile.participation_id.is_(None))
    rows = session.execute(sa.select(PartnerFile.id, PartnerFile.storage_key).where(gone, ~shown.exists()).limit(limit))
    return {file_id: key for file_id, key in rows}  # noqa: C416 - rows are typed, dict(rows) is not


def forget(session: Session, ids: Collection[uuid.UUID]) -> None:
    """Remove the rows of files that are gone from storage. The caller commits."""
    session.execute(sa.delete(PartnerFile).where(PartnerFile.id.in_(ids)))
