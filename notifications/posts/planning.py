"""What hangs on an event's time is planned when it is published, and planned anew when it moves. The caller commits."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.drafts.works import works_of
from events.models import Event, EventKind, Stage
from events.storage import ReadSession
from notifications.models.moment import Moment
from notifications.models.post import OUT, Post, PostState
from notifications.posts.connecting import channels_of
from notifications.posts.moments import STAGES, Window, timed, window
from notifications.posts.owing import insert_planned, lock_event
from notifications.writing.details import has_programme, speakers_of


def plan(
    session: Session, event_id: uuid.UUID, *, now: datetime, channels: Sequence[str] | None = None
) -> list[uuid.UUID]:
    """Plan the posts that hang on the event's time (speakers, H-7, H-1, today …) and return the ids of the new ones.

    They are written when their `draft_at` comes (`draft_due`). After a move they are planned for the new time; a
    moment that is out already is not told a second time for the same day.
    """
    event = lock_event(session, event_id)
    if event.stage not in (*STAGES[Moment.H7], Stage.LIVE):
        return []
    if channels is None:
        channels = channels_of(session, event.organiser_id)
    wanted: list[tuple[Moment, str, Window | None]] = [
        (each, "", window(each, event, now=now)) for each in timed(event)
    ]
    if has_programme(session, event.id):
        wanted.append((Moment.PROGRAMME, "", window(Moment.PROGRAMME, event, now=now)))
    if event.kind is EventKind.WEBINAR:
        wanted += [
            (Moment.SPEAKER, str(speaker.participation_id), window(Moment.SPEAKER, event, now=now, place=place))
            for place, speaker in enumerate(speakers_of(session, event.id, "id"))
        ]
    wanted += [
        (Moment.WORK, work.code, window(Moment.WORK, event, now=now, place=place))
        for place, work in enumerate(works_of(event.works))
        if event.kind is EventKind.EXHIBITION
    ]
    planned: list[uuid.UUID] = []
    for moment, subject, when in wanted:
        if when is not None and not _told(session, event, moment, subject, when):
            planned += insert_planned(session, event, moment, when, subject=subject, channels=channels, now=now)
    return planned


def _told(session: ReadSession, event: Event, moment: Moment, subject: str, when: Window) -> bool:
    """Tell whether this moment is out already for (nearly) the same time: an hour's move needs no second H-7."""
    told = session.scalar(
        sa.select(sa.func.count()).where(
            Post.event_id == event.id,
            Post.moment == moment,
            Post.subject == subject,
            Post.state.in_((*OUT, PostState.SENDING, PostState.UNKNOWN)),
            Post.sequence < event.calendar_sequence,
            # A speaker is introduced once, whenever the event is.
            sa.true() if moment is Moment.SPEAKER else Post.publish_at > when.publish_at - timedelta(days=1),
        )
    )
    return bool(told)
