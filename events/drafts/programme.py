"""The programme of an event: its lines, what is odd about them, and how times follow when lines change places."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.drafts import authoring
from events.errors import N_, FieldError, Invalid
from events.models import Event, Participation, ProgrammeItem
from events.storage import LocalizedText

USUAL_LENGTH = timedelta(minutes=30)


def set_programme(
    session: Session, event_id: uuid.UUID, items: Iterable[ProgrammeItem], *, now: datetime, by: str
) -> None:
    """Replace the programme. Speakers must take part in the event. Nothing is recorded where nothing changed.

    Raises `Invalid`. The caller commits.
    """
    event = authoring.editable(session, event_id)
    wanted = list(items)
    partners = set(session.scalars(sa.select(Participation.partner_id).where(Participation.event_id == event_id)))
    for item in wanted:
        refuse_bad_line(item.starts_at, item.ends_at)
        if item.speaker_id is not None and item.speaker_id not in partners:
            raise Invalid([FieldError("programme", "speaker", N_("Add the speaker to the event first."))])
    before = session.scalars(sa.select(ProgrammeItem).where(ProgrammeItem.event_id == event_id)).all()
    if sorted(map(_said, before), key=str) == sorted(map(_said, wanted), key=str):
        return
    session.execute(sa.delete(ProgrammeItem).where(ProgrammeItem.event_id == event_id))
    for item in wanted:
        item.event_id = event_id
        session.add(item)
    event.version += 1
    event.updated_at = now
    session.flush()
    fact = facts.EventEdited(organiser_id=event.organiser_id, event_id=event.id, fields=("programme",))
    outbox.record(session, fact, now=now, by=by)


def refuse_bad_line(starts_at: datetime, ends_at: datetime) -> None:
    """Raise `Invalid` for a line that ends before it begins."""
    if ends_at <= starts_at:
        raise Invalid([FieldError("ends_at", "order", N_("The end must come after the start."))])


def _said(item: ProgrammeItem) -> tuple[object, ...]:
    return (item.starts_at, item.ends_at, item.title, item.room, item.speaker_id)


# ---------------------------------------------------------------- what is odd
class Line(Protocol):
    """What a line of a programme says, kept or not yet."""

    @property
    def starts_at(self) -> datetime:
        """When it begins."""
        ...

    @property
    def ends_at(self) -> datetime:
        """When it ends."""
        ...

    @property
    def room(self) -> LocalizedText:
        """Where it is; empty where the event is."""
        ...

    @property
    def speaker_id(self) -> uuid.UUID | None:
        """Who speaks."""
        ...


class Oddity(enum.StrEnum):
    """What staff should look at; none of it is refused, for sessions do run side by side."""

    SAME_ROOM = "same_room"
    SAME_SPEAKER = "same_speaker"
    BEFORE_START = "before_start"
    AFTER_END = "after_end"


@dataclass(frozen=True, slots=True)
class Odd:
    """One oddity of line number `line` (from 0), and the earlier line that it meets."""

    line: int
    oddity: Oddity
    other: int | None = None


def find_oddities(lines: Sequence[Line], event: Event) -> list[Odd]:
    """Return lines that lie outside the event, and pairs that share a room or a speaker at the same time."""
    found: list[Odd] = []
    for number, line in enumerate(lines):
        if line.starts_at < event.starts_at:
            found.append(Odd(number, Oddity.BEFORE_START))
        if line.ends_at > event.ends_at:
            found.append(Odd(number, Oddity.AFTER_END))
        for other, earlier in enumerate(lines[:number]):
            if line.starts_at >= earlier.ends_at or earlier.starts_at >= line.ends_at:
                continue
            if line.room == earlier.room:
                found.append(Odd(number, Oddity.SAME_ROOM, other))
            elif line.speaker_id is not None and line.speaker_id == earlier.speaker_id:
                found.append(Odd(number, Oddity.SAME_SPEAKER, other))
    return found


# ---------------------------------------------------------------- times that follow
Span = tuple[datetime, datetime]
_Thing = TypeVar("_Thing")


def move_line(lines: Sequence[tuple[_Thing, Span]], from_: int, to: int) -> list[tuple[_Thing, Span]]:
    """Move one line to another place, neighbour by neighbour: each keeps its length, and the pause between them stays.

    Raises `IndexError` for a place that there is not.
    """
    moved = list(lines)
    if not (0 <= from_ < len(moved) and 0 <= to < len(moved)):
        raise IndexError("no such line")
    step = 1 if to > from_ else -1
    for place in range(from_, to, step):
        first, second = min(place, place + step), max(place, place + step)
        moved[first], moved[second] = _swap(moved[first], moved[second])
    return moved


def _swap(first: tuple[_Thing, Span], second: tuple[_Thing, Span]) -> tuple[tuple[_Thing, Span], tuple[_Thing, Span]]:
    (one, (begin, end)), (other, (other_begin, other_end)) = first, second
    pause = other_begin - end
    handover = begin + (other_end - other_begin)
    return (other, (begin, handover)), (one, (handover + pause, handover + pause + (end - begin)))


def next_span(spans: Sequence[Span], event: Event) -> Span:
    """Return when the next line would be: after the last one, as long as it, or at the event's start."""
    if not spans:
        return event.starts_at, min(event.starts_at + USUAL_LENGTH, event.ends_at)
    begin, end = max(spans, key=lambda span: span[1])
    length = end - begin
    return end, min(end + length, event.ends_at) if end < event.ends_at else end + length
