"""Who was in a meeting, as its program reports it: Zoom, Google Meet and Microsoft Teams, CSV and XLSX.

A report is read in two steps. `read_report` finds the rows and keeps every time as it is written. `understand` says
what the times mean: reports carry no zone, and 03/04 may be a day in March or in April. Whichever reading has people
there for most of the event is taken, and said, so that somebody can choose another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from events.errors import N_, FieldError, Invalid
from service.files import sheets
from service.importing.meeting_headings import are_headings, columns_in
from service.importing.meeting_times import DayOrder, Written, read_duration, read_moment

MOST_ROWS = 10_000
"""Stays, not people: who loses the connection ten times has ten."""
_LONGEST = 200
_TRIED = 400
"""Rows that are enough to tell how times are meant."""

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it is written: the line it stands in, who, and from when to when or how long."""

    line: int
    name: str
    email: str
    joined: str
    left: str
    duration: str

    @property
    def key(self) -> str:
        """What choices are kept by: no name or address, and alike for all rows of one person."""
        identity = self.email or " ".join(self.name.casefold().split())
        return hashlib.sha256(identity.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Report:
    """What a file holds. `program` is ``zoom``, ``meet``, ``teams`` or empty where it cannot be told."""

    program: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a report, with everything that it says of them: stays in UTC that do not overlap."""

    key: str
    name: str
    email: str
    spans: tuple[Span, ...]

    def minutes(self, opens: datetime, closes: datetime) -> int:
        """Return for how many minutes they were there between two moments."""
        return int(_overlap(self.spans, opens, closes).total_seconds() // 60)


@dataclass(frozen=True, slots=True)
class Understood:
    """A report with times: who was there, how its times were read, and the lines that could not be."""

    people: tuple[Person, ...]
    zone: str
    order: DayOrder | None
    """Which number of its dates was taken for the day; None where there is no doubt."""
    untimed: bool
    """Whether there are durations only: they are counted from the beginning of the event."""
    unread: tuple[int, ...]
    overlaps: bool
    """Whether anybody was there during the event. If nobody was, it is another meeting's report."""


# ---------------------------------------------------------------- what stands in the file
def read_report(data: bytes) -> Report:
    """Return the rows of a report. Raises `Invalid` with an error at ``file`` that says what is missing.

    Takes a second or two for a large workbook: run it in a thread.
    """
    best: list[tuple[Mapping[str, int], list[tuple[int, Sequence[str]]]]] = []
    seen: Sequence[str] = ()
    first = ""
    for lines in sheets.read_lines(data, most=MOST_ROWS + 200):
        first = first or next((cell for cells in lines for cell in cells if cell), "")
        sections, headings = _sections(lines)
        if _width(sections) > _width(best):
            best = sections
        seen = max(seen, headings, key=len)
    if not best:
        _refuse_headings(seen)
    rows = _rows(best)
    if not rows:
        raise _refusal("empty", N_("There is nobody in this report."))
    if len(rows) > MOST_ROWS:
        raise _refusal("too_many", N_("At most %(limit)s rows, please."), limit=MOST_ROWS)
    return Report(_program(best, first), tuple(rows))


_Section = tuple[Mapping[str, int], list[tuple[int, Sequence[str]]]]


def _sections(lines: Iterable[Sequence[str]]) -> tuple[list[_Section], Sequence[str]]:
    """Return each list of people below its headings, and the row that looks most like headings."""
    found: list[_Section] = []
    likely: Sequence[str] = ()
    most, open_ = 0, False
    for number, cells in enumerate(lines, start=1):
        filled = sum(bool(cell) for cell in cells)
        if not filled:
            # An empty line ends a list, but not right below its headings.
            open_ = open_ and not found[-1][1]
            continue
        columns = columns_in(cells)
        if are_headings(columns):
            found.append((columns, []))
            open_ = True
        elif open_ and filled > 1:
            found[-1][1].append((number, cells))
        elif not open_ and len(columns) >= most and filled > 1:
            likely, most = [cell for cell in cells if cell][:12], len(columns)
    return found, likely


def _width(sections: Sequence[_Section]) -> int:
    return max((len(columns) for columns, rows in sections if rows), default=0)


def _rows(sections: Sequence[_Section]) -> list[Row]:
    """Return the rows of the lists that tell most: where each stay is told, those of whole visits are left aside."""
    stays = [each for each in sections if {"joined", "left"} <= each[0].keys() and each[1]]
    visits = [each for each in sections if {"first_joined", "last_left"} <= each[0].keys() and each[1]]
    emails = _emails(sections)
    rows: list[Row] = []
    for columns, lines in stays or visits or sections:
        for number, cells in lines:
            row = _row(columns, number, cells)
            # Above its list Zoom tells how many "participants" there were, in some languages under that heading.
            if (row.name or row.email) and not row.name.isdecimal():
                rows.append(row if row.email else _with_email(row, emails))
    return rows


def _row(columns: Mapping[str, int], number: int, cells: Sequence[str]) -> Row:
    def cell(*names: str) -> str:
        for name in names:
            place = columns.get(name)
            if place is not None and place < len(cells) and cells[place]:
                return cells[place][:_LONGEST]
        return ""

    named = [cell("first") or cell("name"), cell("last")] if "last" in columns else [cell("name", "first")]
    email = cell("email").casefold()
    return Row(
        number,
        " ".join(" ".join(named).split())[:_LONGEST],
        email if "@" in email else "",
        _time(cell("joined", "first_joined")),
        _time(cell("left", "last_left")),
        cell("duration"),
    )


def _time(text: str) -> str:
    return "" if not any(letter.isdigit() for letter in text) else text


def _emails(sections: Sequence[_Section]) -> dict[str, str]:
    """Return the addresses by names, of names that have one only: Teams gives them beside the visits alone."""
    found: dict[str, set[str]] = {}
    for columns, lines in sections:
        for number, cells in lines:
            row = _row(columns, number, cells)
            if row.name and row.email:
                found.setdefault(row.name.casefold(), set()).add(row.email)
    return {name: emails.pop() for name, emails in found.items() if len(emails) == 1}


def _with_email(row: Row, emails: Mapping[str, str]) -> Row:
    return Row(row.line, row.name, emails.get(row.name.casefold(), ""), row.joined, row.left, row.duration)


def _program(sections: Sequence[_Section], first: str) -> str:
    columns = {name for each, _ in sections for name in each}
    if first.startswith("1.") or {"first_joined", "last_left"} & columns:
        return "teams"
    if "last" in columns and "name" not in columns:
        return "meet"
    return "zoom" if {"name", "email", "duration"} <= columns else ""


def _refuse_headings(seen: Sequence[str]) -> None:
    if seen:
        raise _refusal(
            "headings",
            N_(
                "This is no attendance report that we know: no row of headings names both the people and when they "
                "joined. Found: %(headings)s"
            ),
            headings=" · ".join(seen)[:300],
        )
    raise _refusal("headings", N_("This is no attendance report that we know: there is no table in it."))


def _refusal(code: str, message: str, **params: object) -> Invalid:
    return Invalid([FieldError("file", code, message, params)])


# ---------------------------------------------------------------- what its times mean
def understand(
    rows: Sequence[Row],
    starts_at: datetime,
    ends_at: datetime,
    zones: Sequence[str],
    *,
    zone: str = "",
    order: DayOrder | None = None,
) -> Understood:
    """Return who was there when, the times read in `zone` and `order`, or in those that fit the event best.

    `zones` are tried in their order: of two that fit alike the first is taken.
    """
    written = [(row, read_moment(row.joined), read_moment(row.left)) for row in rows]
    doubtful = any(_is_doubtful(each) for _, *both in written for each in both)
    orders = (order,) if order else tuple(DayOrder) if doubtful else (DayOrder.DAY_FIRST,)
    readings = [_Reading(taken, ZoneInfo(name), starts_at) for name in ([zone] if zone else zones) for taken in orders]
    if len(readings) > 1:
        some = [both for _, *both in written[:: max(1, len(written) // _TRIED)]]
        readings.sort(key=lambda each: _fit(some, each, ends_at), reverse=True)
    reading = readings[0]
    gathered: dict[str, tuple[Row, list[Span]]] = {}
    unread: list[int] = []
    untimed = not any(joined or left for _, joined, left in written)
    for row, *both in written:
        lasted = read_duration(row.duration)
        span = reading.from_the_start(lasted) if untimed else reading.span(both, lasted)
        if span is None:
            unread.append(row.line)
            continue
        gathered.setdefault(row.key, (row, []))[1].append(span)
    people = tuple(Person(key, row.name, row.email, _joined(spans)) for key, (row, spans) in gathered.items())
    overlaps = any(_overlap(each.spans, starts_at, ends_at) for each in people)
    return Understood(people, reading.zone.key, reading.order if doubtful else None, untimed, tuple(unread), overlaps)


def _is_doubtful(moment: Written | None) -> bool:
    return moment is not None and moment.numbers is not None and moment.numbers[0] != moment.numbers[1]


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to understand the times of a report."""

    order: DayOrder
    zone: ZoneInfo
    starts_at: datetime
    """Of the event: times without a date are on its day."""

    def from_the_start(self, lasted: timedelta | None) -> Span | None:
        """Return a stay of which only the length is known."""
        return None if lasted is None else (self.starts_at, self.starts_at + lasted)

    def span(self, both: Sequence[Written | None], lasted: timedelta | None) -> Span | None:
        """Return from when to when somebody was there, or None where it cannot be so."""
        joined, left = both
        today = self.starts_at.astimezone(self.zone).date()
        came = joined.at(self.order, self.zone, today) if joined else None
        went = left.at(self.order, self.zone, today) if left else None
        if came is None and went is not None and lasted is not None:
            came = went - lasted
        if went is None and came is not None and lasted is not None:
            went = came + lasted
        if came is None or went is None:
            return None
        if went < came and left is not None and left.day is None and left.numbers is None:
            went += timedelta(days=1)  # a time without a date, after midnight
        return (came, went) if came <= went <= came + timedelta(days=2) else None


def _fit(some: Collection[Sequence[Written | None]], reading: _Reading, ends_at: datetime) -> tuple[int, float]:
    """Return how well a reading fits: few times that are none, then much of them during the event."""
    spans = [reading.span(both, None) for both in some]
    there = _overlap([span for span in spans if span is not None], reading.starts_at, ends_at)
    return -spans.count(None), there.total_seconds()


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the spans without what they share, in order."""
    whole: list[Span] = []
    for came, went in sorted(spans):
        if whole and came <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(whole[-1][1], went)
        else:
            whole.append((came, went))
    return tuple(whole)


def _overlap(spans: Iterable[Span], opens: datetime, closes: datetime) -> timedelta:
    return sum((max(timedelta(), min(went, closes) - max(came, opens)) for came, went in spans), timedelta())
