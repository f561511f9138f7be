"""Personal calendar feeds: an address for who asks for one, another when it went astray, none when it is not wanted.

A calendar keeps the address for years and hands it to whoever runs the calendar, so it opens this one feed and nothing
else, and its owner can make it worthless at any time. No facts are recorded: nothing follows from an address.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from events.errors import N_, Gone
from events.models import CalendarFeed, FeedOf, Registration
from events.storage import ReadSession, new_id

_TABLE = cast("sa.Table", CalendarFeed.__table__)
RENEWED = N_("This calendar address was replaced or switched off. The page where you got it shows the new one.")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose feed is asked for: the kind, the key, and the version of the personal link that they came by."""

    of: FeedOf
    subject: str
    link_version: int = 0


def find(session: ReadSession, owner: Owner) -> uuid.UUID | None:
    """Return the id of the owner's feed. One query.

    None: they have none, or the personal link that it hung on was revoked.
    """
    found: uuid.UUID | None = session.scalar(
        sa.select(CalendarFeed.id).where(
            CalendarFeed.of == owner.of,
            CalendarFeed.subject == owner.subject,
            CalendarFeed.link_version == owner.link_version,
        )
    )
    return found


def owner_of(session: ReadSession, feed_id: uuid.UUID) -> Owner:
    """Return whose feed it is. Raises `Gone` for an address that was replaced or switched off. One query."""
    row = session.get(CalendarFeed, feed_id)
    if row is None:
        raise Gone(RENEWED)
    return Owner(row.of, row.subject, row.link_version)


def make(session: Session, owner: Owner, *, real_now: datetime) -> uuid.UUID:
    """Give the owner a new address and return the feed's id; the one before leads nowhere. The caller commits."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    made: dict[str, Any] = {"id": new_id(), "link_version": owner.link_version, "made_at": real_now}
    statement = insert(_TABLE).values(of=owner.of, subject=owner.subject, **made)
    session.execute(statement.on_conflict_do_update(index_elements=[_TABLE.c.of, _TABLE.c.subject], set_=made))
    return cast("uuid.UUID", made["id"])


def stop(session: Session, owner: Owner) -> None:
    """Switch the owner's feed off; without one nothing changes. The caller commits."""
    session.execute(
        sa.delete(CalendarFeed)
        .where(CalendarFeed.of == owner.of, CalendarFeed.subject == owner.subject)
        .execution_options(synchronize_session=False)
    )


def prune(session: Session) -> None:
    """Forget people's addresses that nothing is registered with any more. The caller (a tick) commits."""
    known = sa.exists().where(Registration.person_key == CalendarFeed.subject)
    session.execute(
        sa.delete(CalendarFeed)
        .where(CalendarFeed.of == FeedOf.PERSON, ~known)
        .execution_options(synchronize_session=False)
    )
