"""Staff write their own texts for e-mails: every save is a version, and any of them can come back.

What is being sent meanwhile has either text, whole. The use-cases leave the commit to their caller.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from events.errors import N_, NotFound, Outdated
from events.storage import ReadSession, Session
from notifications.letters.mail_texts import checked
from notifications.models.email import EmailKind
from notifications.models.mail_template import MailTemplate, OwnText


class TextChanged(Outdated):
    """Somebody else saved the text since the caller saw it."""

    default = N_("Somebody else changed this text meanwhile. Yours is still here: compare and save again.")


def versions(
    session: ReadSession, organiser_id: uuid.UUID, kind: EmailKind, locale: str, *, limit: int = 50
) -> Sequence[MailTemplate]:
    """Return the versions of a text, the newest first."""
    return session.scalars(
        sa.select(MailTemplate)
        .where(MailTemplate.organiser_id == organiser_id, MailTemplate.kind == kind, MailTemplate.locale == locale)
        .order_by(MailTemplate.version.desc())
        .limit(limit)
    ).all()


def write_text(
    session: Session,
    organiser_id: uuid.UUID,
    kind: EmailKind,
    locale: str,
    *,
    subject: str,
    body: str,
    seen: int | None = None,
    now: datetime,
    by: str,
) -> int:
    """Save a text and return its version; the same text again is no new one.

    `seen` is the version that the writer saw (0: none). Raises `Invalid` with every slip, `TextChanged` if there is a
    newer version than `seen`.
    """
    return _add(session, organiser_id, kind, locale, checked(kind, subject, body), seen=seen, now=now, by=by)


def reset_text(
    session: Session, organiser_id: uuid.UUID, kind: EmailKind, locale: str, *, now: datetime, by: str
) -> int:
    """Go back to the house's own text; what was written stays in the history. Returns the version."""
    return _add(session, organiser_id, kind, locale, None, seen=None, now=now, by=by)


def bring_back(
    session: Session, organiser_id: uuid.UUID, kind: EmailKind, locale: str, version: int, *, now: datetime, by: str
) -> int:
    """Save an old version anew and return its new number. Raises `NotFound`, and `Invalid` if it may not stand now."""
    found = next((each for each in versions(session, organiser_id, kind, locale) if each.version == version), None)
    if found is None:
        raise NotFound
    own = found.own
    if own is not None:
        own = checked(kind, own.subject, own.body)
    return _add(session, organiser_id, kind, locale, own, seen=None, now=now, by=by)


def _add(
    session: Session,
    organiser_id: uuid.UUID,
    kind: EmailKind,
    locale: str,
    own: OwnText | None,
    *,
    seen: int | None,
    now: datetime,
    by: str,
) -> int:
    """Add a version. Two at once: the table takes a number once, and the second is told to look again."""
    last = next(iter(versions(session, organiser_id, kind, locale, limit=1)), None)
    number = last.version if last else 0
    if (last.own if last else None) == own:
        return number
    if seen is not None and seen != number:
        raise TextChanged
    row = MailTemplate(
        organiser_id=organiser_id,
        kind=kind,
        locale=locale,
        version=number + 1,
        subject=own.subject if own else None,
        body=own.body if own else None,
        updated_at=now,
        updated_by=by,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise TextChanged from None
    return number + 1
