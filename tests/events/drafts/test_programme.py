"""The programme: what is odd about it is told, and times follow when lines change places."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.drafts import programme
from events.drafts.programme import Odd, Oddity
from events.models import ProgrammeItem, Stage
from events.storage import LocalizedText
from tests.support.life import STARTS_AT, Life

AULA, ANYWHERE = LocalizedText("Aula"), LocalizedText()


def at(minutes: int) -> datetime:
    return STARTS_AT + timedelta(minutes=minutes)


def line(begin: int, end: int, *, room: LocalizedText = ANYWHERE, speaker: uuid.UUID | None = None) -> ProgrammeItem:
    return ProgrammeItem(
        starts_at=at(begin), ends_at=at(end), title=LocalizedText("Sesi"), room=room, speaker_id=speaker
    )


def test_a_line_that_takes_anothers_place_takes_its_time_and_the_pause_stays() -> None:
    lines = [("opening", (at(0), at(10))), ("talk", (at(10), at(70))), ("questions", (at(80), at(100)))]
    assert programme.move_line(lines, 2, 1) == [
        ("opening", (at(0), at(10))),
        ("questions", (at(10), at(30))),
        ("talk", (at(40), at(100))),
    ]
    assert [name for name, _ in programme.move_line(lines, 0, 2)] == ["talk", "questions", "opening"]
    assert programme.move_line(lines, 1, 1) == lines
    for wrong in ((0, 3), (-1, 0), (3, 0)):
        with pytest.raises(IndexError):
            programme.move_line(lines, *wrong)


@given(data=st.data())
def test_moving_keeps_every_length_the_beginning_and_the_end(data: st.DataObject) -> None:
    gaps = data.draw(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 90)), min_size=1, max_size=8))
    lines, clock = [], 0
    for number, (pause, length) in enumerate(gaps):
        clock += pause
        lines.append((number, (at(clock), at(clock + length))))
        clock += length
    places = st.integers(0, len(lines) - 1)
    moved = programme.move_line(lines, data.draw(places), data.draw(places))
    lengths = {number: end - begin for number, (begin, end) in lines}
    assert {number: end - begin for number, (begin, end) in moved} == lengths
    assert (moved[0][1][0], moved[-1][1][1]) == (lines[0][1][0], lines[-1][1][1])
    assert all(one[1][1] <= other[1][0] for one, other in pairwise(moved))


def test_side_by_side_is_told_only_where_room_or_speaker_is_the_same(life: Life) -> None:
    event = life.event(life.webinar(Stage.DRAFT))
    siti = uuid.uuid4()
    lines = [
        line(0, 30),
        line(20, 40),
        line(30, 60, room=AULA, speaker=siti),
        line(45, 50, speaker=siti),
        line(60, 90, room=AULA),
        line(-10, 0),
        line(140, 160),
    ]
    assert programme.find_oddities(lines, event) == [
        Odd(1, Oddity.SAME_ROOM, 0),
        Odd(3, Oddity.SAME_SPEAKER, 2),
        Odd(5, Oddity.BEFORE_START),
        Odd(6, Oddity.AFTER_END),
    ]


def test_the_next_line_follows_the_last(life: Life) -> None:
    event = life.event(life.webinar(Stage.DRAFT))
    assert programme.next_span([], event) == (at(0), at(30))
    assert programme.next_span([(at(0), at(45))], event) == (at(45), at(90))
    assert programme.next_span([(at(0), at(45)), (at(45), at(140))], event) == (at(140), at(150))
    assert programme.next_span([(at(100), at(150))], event) == (at(150), at(200))


def test_keeping_the_same_programme_changes_nothing(life: Life) -> None:
    event_id = life.webinar(Stage.DRAFT)
    life.do(programme.set_programme, event_id, [line(0, 30), line(30, 60)])
    version = life.event(event_id).version
    life.do(programme.set_programme, event_id, [line(30, 60), line(0, 30)])
    assert life.event(event_id).version == version
    assert life.facts(event_id) == ["EventDrafted", "EventEdited"]
