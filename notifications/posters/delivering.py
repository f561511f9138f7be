"""Drawing what was asked for, in a worker: claimed, drawn in a child process, kept under the hash of what it shows."""

from __future__ import annotations

import itertools
import math
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.deliveries import Claim, claim, has_work, release_expired, settle
from events.errors import TryLater
from events.links import Links
from events.media.files import FileStore
from events.models import Event
from events.storage import ReadSession, Transactions
from notifications.models.poster import Poster, PosterState
from notifications.posters.design import Design, Draw, key_of, leaves_of
from notifications.posters.designing import design_of
from notifications.posters.finding import FORMATS, KEPT_IN_ROWS, leaf_name
from notifications.writing.details import details_of

LEASE = timedelta(minutes=3)
ATTEMPTS = 4
RETRY_AFTER = timedelta(minutes=1)
_TYPES = {"jpg": "image/jpeg", "pdf": "application/pdf", "avif": "image/avif", "webp": "image/webp"}


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
    leaves = leaves_of(design)
    suffixes = FORMATS | {leaf_name(number): "jpg" for number in range(1, len(leaves) + 1)}
    keys = {name: key_of(digest, name, suffix) for name, suffix in suffixes.items()}
    if not all(files.exists(key) for key in keys.values()):
        wanted = pictures_of(design)
        pictures = {key: files.get(key) for key in wanted if key and files.exists(key)}
        for name, body in draw(design, pictures).items():
            files.put(keys[name], body, content_type=_TYPES[suffixes[name]])
    drawn = {f"{name}_key": keys[name] for name in KEPT_IN_ROWS}
    return {"state": PosterState.DONE, "digest": digest, "last_error": None, "leaves": len(leaves), **drawn}


def pictures_of(design: Design) -> list[str | None]:
    """Return the file keys of the pictures that a design shows."""
    speakers, works = (each.photo_key for each in design.speakers), (each.picture_key for each in design.works)
    return [design.logo_key, design.logo_dark_key, design.picture_key, *speakers, *works]


def _give_back(session: Session, *, held: Claim, message: str, now: datetime) -> None:
    """Let a poster wait that could not be drawn, or give it up."""
    attempts = session.scalar(sa.select(Poster.attempts).where(Poster.id == held.ids[0])) or 0
    state = PosterState.FAILED if attempts >= ATTEMPTS else PosterState.QUEUED
    _settle(session, held=held, values={"state": state, "due_at": now + RETRY_AFTER, "last_error": message[:500]})
