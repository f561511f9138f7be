"""Posters: asked for when a post is drafted, drawn by a worker, kept under the hash of what they show."""

from __future__ import annotations

import itertools
import math
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.deliveries import Claim, claim, has_work, release_expired, settle
from events.errors import TryLater
from events.files import FileStore
from events.links import Links
from events.models import Event, Stage
from events.storage import ReadSession, Transactions, insert_unless_present, new_id
from notifications.models.moment import Moment
from notifications.models.poster import Poster, PosterState
from notifications.posters_design import Design, Draw, design_of, key_of
from notifications.posters_web import WEB_FORMATS
from notifications.writing_details import Details, details_of

LEASE = timedelta(minutes=3)
ATTEMPTS = 4
RETRY_AFTER = timedelta(minutes=1)
_KEPT_IN_ROWS = {"square": "jpg", "portrait": "jpg", "story": "jpg", "print": "pdf"}
FORMATS = {**_KEPT_IN_ROWS, **WEB_FORMATS}
_TYPES = {"jpg": "image/jpeg", "pdf": "application/pdf", "avif": "image/avif", "webp": "image/webp"}
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


def draw_due(
    transactions: Transactions,
    files: FileStore,
    draw: Draw,
    *,
    now: datetime,
    real_now: datetime,
    links: Links,
    limit: int = 10,
    at_once: int = 1,
) -> int:
    """Draw about `limit` posters that were asked for, `at_once` at a time, and return how many were handled.

    `draw` holds the CPU, so it is given as something that works in a child process; it is called by `at_once` threads.
    A poster that cannot be drawn, or not even be designed, is given up after some attempts, and its posts go out
    without a picture. Commits by itself.
    """
    if not transactions.read(lambda session: has_work(session, Poster, now=now, real_now=real_now)):
        return 0
    transactions.write(lambda session: release_expired(session, Poster, real_now=real_now))

    def draw_one() -> bool:
        held = transactions.write(
            lambda session: claim(session, Poster, now=now, real_now=real_now, limit=1, lease=LEASE)
        )
        if not held.ids:
            return False
        try:
            values = _draw(transactions.read(partial(_design, held=held, links=links)), files, draw)
        except TryLater:
            raise
        except Exception as error:  # noqa: BLE001 - whatever went wrong, others are drawn, and this one is tried again
            message = f"{type(error).__name__}: {error}"
            transactions.write(partial(_give_back, held=held, message=message, now=now))
        else:
            transactions.write(partial(_settle, held=held, values=values))
        return True

    def draw_some(count: int) -> int:
        return sum(1 for _ in itertools.takewhile(lambda _number: draw_one(), range(count)))

    with ThreadPoolExecutor(at_once, thread_name_prefix="draughtsman") as draughtsmen:
        return sum(draughtsmen.map(draw_some, [math.ceil(limit / at_once)] * at_once))


def _settle(session: Session, *, held: Claim, values: dict[str, object]) -> None:
    settle(session, Poster, held.token, held.ids, **values)


def _design(session: ReadSession, *, held: Claim, links: Links) -> Design:
    """Return what a claimed poster shows: the event as it is now."""
    poster = session.scalars(sa.select(Poster).where(Poster.id == held.ids[0])).one()
    event = session.scalars(sa.select(Event).where(Event.id == poster.event_id)).one()
    details = details_of(session, event, poster.moment, locale=poster.locale, links=links, subject=poster.subject)
    return design_of(session, event, details, poster.moment)


def _draw(design: Design, files: FileStore, draw: Draw) -> dict[str, object]:
    digest = design.digest()
    keys = {name: key_of(digest, name, suffix) for name, suffix in FORMATS.items()}
    if not all(files.exists(key) for key in keys.values()):
        wanted = [design.logo_key, *(speaker.photo_key for speaker in design.speakers)]
        pictures = {key: files.get(key) for key in wanted if key and files.exists(key)}
        for name, body in draw(design, pictures).items():
            files.put(keys[name], body, content_type=_TYPES[FORMATS[name]])
    drawn = {f"{name}_key": keys[name] for name in _KEPT_IN_ROWS}
    return {"state": PosterState.DONE, "digest": digest, "last_error": None, **drawn}


def _give_back(session: Session, *, held: Claim, message: str, now: datetime) -> None:
    """Let a poster wait that could not be drawn, or give it up."""
    attempts = session.scalar(sa.select(Poster.attempts).where(Poster.id == held.ids[0])) or 0
    state = PosterState.FAILED if attempts >= ATTEMPTS else PosterState.QUEUED
    _settle(session, held=held, values={"state": state, "due_at": now + RETRY_AFTER, "last_error": message[:500]})


def picture_key(poster: Poster, picture_format: str) -> str | None:
    """Return the file key of a poster in ``square``, ``portrait``, ``story`` or ``print``; None until it is drawn."""
    keys = {
        "square": poster.square_key,
        "portrait": poster.portrait_key,
        "story": poster.story_key,
        "print": poster.print_key,
    }
    return keys[picture_format] if poster.state is PosterState.DONE else None


def web_key(poster: Poster, name: str) -> str:
    """Return the file key of a drawn poster as pages show it; `name` is one of `posters_web.WEB_FORMATS`."""
    return key_of(poster.digest, name, WEB_FORMATS[name])


def poster_of(session: ReadSession, event_id: uuid.UUID, locale: str) -> Poster | None:
    """Return the poster that the event's page shows: of its announcement, in `locale` or the other language.

    None for an event that was called off or has no date: its announcement invites to what does not take place.
    """
    found = session.scalars(
        sa.select(Poster)
        .join(Event, Event.id == Poster.event_id)
        .where(
            Poster.event_id == event_id,
            Poster.moment == Moment.ANNOUNCED,
            Poster.state == PosterState.DONE,
            Event.stage.not_in((Stage.CANCELLED, Stage.POSTPONED)),
        )
        .order_by(sa.case((Poster.locale == locale, 0), else_=1))
        .limit(1)
    )
    return found.first()
