"""Asking for a poster: a row in the queue, named by what it shows, so that nothing is drawn twice."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.links import Links
from events.models import Event
from events.storage import insert_unless_present, new_id
from notifications.models.moment import Moment
from notifications.models.poster import Poster, PosterState
from notifications.posters.designing import design_of
from notifications.writing.details import Details, details_of

_POSTER: sa.Table = Poster.__table__  # type: ignore[assignment] # a declarative class's table is a Table


def request_poster(session: Session, event: Event, details: Details, moment: Moment, *, now: datetime) -> uuid.UUID:
    """Ask for the poster of `moment` in the language of `details` and return its id.

    One that shows the same already is left alone, one that shows something else is drawn anew. The caller commits.
    """
    digest = design_of(session, event, details, moment).digest()
    key = {"event_id": event.id, "moment": moment, "subject": details.subject, "locale": details.locale}
    fresh = {
        "id": new_id(),
        "organiser_id": event.organiser_id,
        "state": PosterState.QUEUED,
        "digest": digest,
        "due_at": now,
        "created_at": now,
    }
    insert_unless_present(session, _POSTER, key | fresh)
    poster = session.scalars(sa.select(Poster).filter_by(**key).with_for_update()).one()
    if poster.digest != digest:
        poster.digest, poster.state, poster.due_at, poster.attempts = digest, PosterState.QUEUED, now, 0
        poster.lease_token = poster.lease_until = None  # whoever draws the older one settles nothing
        session.flush()
    return poster.id


def follow_event(session: Session, event: Event, *, now: datetime, links: Links) -> None:
    """Have the posters that the event's page shows drawn as the event is now, also where their posts are out.

    Does nothing where they show it already. The caller commits.
    """
    shown = sa.select(Poster.locale).where(Poster.event_id == event.id, Poster.moment == Moment.ANNOUNCED)
    for locale in session.scalars(shown.order_by(Poster.locale)).all():
        details = details_of(session, event, Moment.ANNOUNCED, locale=locale, links=links)
        request_poster(session, event, details, Moment.ANNOUNCED, now=now)
