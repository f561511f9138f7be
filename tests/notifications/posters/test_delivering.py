"""Posters: asked for once, drawn once, drawn anew when the event says something else. On both databases."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from events.drafts import lifecycle
from events.models import Event
from notifications.models.moment import Moment
from notifications.models.post import Post, PostState
from notifications.models.poster import Poster, PosterState
from notifications.posters.delivering import draw_due
from notifications.posters.design import Design, leaves_of
from notifications.posters.finding import FORMATS, carousel_keys, leaf_name, picture_key, poster_of
from notifications.posts.drafting import draft_for
from notifications.posts.following import on_event_changed
from service.files.stored import StoredFiles
from tests.support.life import NOW, STAFF, Life
from tests.support.programme import LINKS, webinar


class Draughtsman:
    """Draws nothing, but notes what it was asked for."""

    def __init__(self) -> None:
        self.drawn: list[Design] = []

    def __call__(self, design: Design, _pictures: Mapping[str, bytes]) -> Mapping[str, bytes]:
        self.drawn.append(design)
        names = [*FORMATS, *(leaf_name(number) for number in range(1, len(leaves_of(design)) + 1))]
        return {name: f"{design.title} {name}".encode() for name in names}


def announce(life: Life) -> uuid.UUID:
    event_id = webinar(life)
    life.database.write(lambda s: draft_for(s, event_id, Moment.ANNOUNCED, now=NOW, links=LINKS))
    return event_id


def draw(life: Life, files: StoredFiles, by: object, *, after: timedelta = timedelta(0)) -> int:
    return draw_due(life.database, files, by, now=NOW + after, real_now=datetime.now(UTC), links=LINKS)  # type: ignore[arg-type] # whoever draws


def posters(life: Life) -> list[Poster]:
    return list(life.database.read(lambda s: s.scalars(sa.select(Poster).order_by(Poster.locale)).all()))


def test_one_poster_a_language_drawn_once_and_found_by_the_page(life: Life, files: StoredFiles) -> None:
    event_id = announce(life)
    by = Draughtsman()
    assert life.database.read(lambda s: poster_of(s, event_id, "id")) is None
    assert draw(life, files, by) == 2
    assert draw(life, files, by) == 0
    assert sorted(design.title for design in by.drawn) == ["Menulis Cerita Anak", "Writing for Children"]
    poster = life.database.read(lambda s: poster_of(s, event_id, "en"))
    assert poster is not None
    assert all(files.exists(str(picture_key(poster, name))) for name in FORMATS)
    assert len(carousel_keys(poster)) == (poster.leaves + 1 if poster.leaves else 0)
    assert all(files.exists(key) for key in carousel_keys(poster))
    key = picture_key(poster, "print")
    assert key is not None
    assert key.startswith("posters/")
    assert key.endswith("-print.pdf")
    assert files.get(key) == b"Writing for Children print"


def test_a_moved_event_is_drawn_anew(life: Life, files: StoredFiles) -> None:
    event_id = announce(life)
    by = Draughtsman()
    draw(life, files, by)
    before = [poster.square_key for poster in posters(life)]
    event, week = life.event(event_id), timedelta(days=7)
    life.database.write(
        lambda s: lifecycle.reschedule(
            s, event_id, starts_at=event.starts_at + week, ends_at=event.ends_at + week, now=NOW, by=STAFF
        )
    )
    life.database.write(lambda s: on_event_changed(s, event_id, now=NOW, links=LINKS))
    assert [poster.state for poster in posters(life)] == [PosterState.QUEUED] * 2
    assert picture_key(posters(life)[0], "square") is None
    draw(life, files, by)
    assert [design.big for design in by.drawn] == ["12", "12", "19", "19"]
    assert not set(before) & {poster.square_key for poster in posters(life)}


def test_the_page_shows_the_new_time_though_the_posts_are_out(life: Life, files: StoredFiles) -> None:
    event_id = announce(life)
    by = Draughtsman()
    draw(life, files, by)
    out = sa.update(Post).where(Post.event_id == event_id).values(state=PostState.PUBLISHED, published_at=NOW)
    life.database.write(lambda s: s.execute(out))
    event, week = life.event(event_id), timedelta(days=7)
    life.database.write(
        lambda s: lifecycle.reschedule(
            s, event_id, starts_at=event.starts_at + week, ends_at=event.ends_at + week, now=NOW, by=STAFF
        )
    )
    life.database.write(lambda s: on_event_changed(s, event_id, now=NOW, links=LINKS))
    assert draw(life, files, by) == 2
    assert [design.big for design in by.drawn] == ["12", "12", "19", "19"]
    life.database.write(lambda s: on_event_changed(s, event_id, now=NOW, links=LINKS))
    assert draw(life, files, by) == 0


def test_the_page_of_what_was_called_off_shows_no_invitation(life: Life, files: StoredFiles) -> None:
    event_id = announce(life)
    draw(life, files, Draughtsman())
    assert life.database.read(lambda s: poster_of(s, event_id, "id")) is not None
    life.database.write(lambda s: lifecycle.cancel(s, event_id, now=NOW, by=STAFF))
    assert life.database.read(lambda s: poster_of(s, event_id, "id")) is None


def test_a_poster_that_changed_while_it_was_drawn_is_not_taken_for_the_new_one(life: Life, files: StoredFiles) -> None:
    event_id = announce(life)
    event, week = life.event(event_id), timedelta(days=7)

    class Slow(Draughtsman):
        def __call__(self, design: Design, _pictures: Mapping[str, bytes]) -> Mapping[str, bytes]:
            if not self.drawn:
                life.database.write(
                    lambda s: lifecycle.reschedule(
                        s, event_id, starts_at=event.starts_at + week, ends_at=event.ends_at + week, now=NOW, by=STAFF
                    )
                )
                life.database.write(lambda s: on_event_changed(s, event_id, now=NOW, links=LINKS))
            return super().__call__(design, _pictures)

    by = Slow()
    assert draw(life, files, by) == 3
    assert sorted(design.big for design in by.drawn) == ["12", "19", "19"]
    assert [poster.state for poster in posters(life)] == [PosterState.DONE] * 2


def test_what_cannot_be_drawn_is_given_up(life: Life, files: StoredFiles) -> None:
    announce(life)

    def fail(_design: Design, _pictures: Mapping[str, bytes]) -> Mapping[str, bytes]:
        raise ValueError("no")

    for attempt in range(4):
        draw(life, files, fail, after=timedelta(hours=attempt))
    assert [(poster.state, poster.last_error) for poster in posters(life)] == [
        (PosterState.FAILED, "ValueError: no")
    ] * 2


@pytest.mark.parametrize("moment", [Moment.ANNOUNCED])
def test_what_was_drawn_before_is_found_in_storage(life: Life, files: StoredFiles, moment: Moment) -> None:
    announce(life)
    by = Draughtsman()
    draw(life, files, by)
    life.database.write(lambda s: s.execute(sa.update(Poster).values(state=PosterState.QUEUED, due_at=NOW)))
    assert draw(life, files, by) == 2
    assert len(by.drawn) == 2


def test_one_that_cannot_even_be_designed_keeps_no_other_from_being_drawn(life: Life, files: StoredFiles) -> None:
    """The event of the first poster has a time zone that nobody knows; the other is drawn all the same."""
    broken, sound = announce(life), announce(life)
    life.database.write(lambda s: s.execute(sa.update(Event).where(Event.id == broken).values(timezone="Nowhere/None")))
    by = Draughtsman()
    assert draw(life, files, by) == 4
    states = {(poster.event_id, poster.state, poster.attempts) for poster in posters(life)}
    assert states == {(broken, PosterState.QUEUED, 1), (sound, PosterState.DONE, 1)}
    assert draw(life, files, by) == 0  # not again at once
    for attempt in range(1, 4):
        assert draw(life, files, by, after=timedelta(hours=attempt)) == 2
    assert {poster.state for poster in posters(life) if poster.event_id == broken} == {PosterState.FAILED}
    assert len(by.drawn) == 2


def test_a_bell_rung_eight_times_draws_each_poster_once(life: Life, files: StoredFiles) -> None:
    for _ in range(4):
        announce(life)
    by = Draughtsman()
    start = threading.Barrier(8, timeout=60)

    def ring(_number: int) -> int:
        start.wait()
        return draw(life, files, by)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ring, range(8))) == 8
    assert len(by.drawn) == 8
    assert [(poster.state, poster.attempts) for poster in posters(life)] == [(PosterState.DONE, 1)] * 8
