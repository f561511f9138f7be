"""Which text of the staff counts for a library and its branches, if there is one."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from events.storage import ReadSession
from notifications.models.email import EmailKind
from notifications.models.mail_template import MailTemplate, OwnText

Newest = Mapping[tuple[uuid.UUID, EmailKind, str], MailTemplate]
"""The newest version for each library, kind and language that has one."""


def newest(session: ReadSession, organiser_ids: Collection[uuid.UUID], kinds: Collection[EmailKind]) -> Newest:
    """Return the newest versions. One query."""
    later = aliased(MailTemplate)
    same = [
        later.organiser_id == MailTemplate.organiser_id,
        later.kind == MailTemplate.kind,
        later.locale == MailTemplate.locale,
    ]
    rows = session.scalars(
        sa.select(MailTemplate).where(
            MailTemplate.organiser_id.in_(organiser_ids),
            MailTemplate.kind.in_(kinds),
            ~sa.exists().where(*same, later.version > MailTemplate.version),
        )
    )
    return {(row.organiser_id, row.kind, row.locale): row for row in rows}


def counting(
    found: Newest, organiser_id: uuid.UUID, parent_id: uuid.UUID | None, kind: EmailKind, locale: str
) -> OwnText | None:
    """Return the text that counts: the library's own, else that of the library whose branch it is."""
    for whose in (organiser_id, parent_id):
        row = found.get((whose, kind, locale)) if whose else None
        if row is not None and row.own is not None:
            return row.own
    return None
