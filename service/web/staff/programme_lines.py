"""The programme's form: its lines in order, and what the buttons add, move and remove before anything is saved."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from events.drafts.programme import Span, move_line, next_span
from events.models import Event, ProgrammeItem
from service.web.forms import Form, whole
from service.web.staff.event_forms import moment, moment_fields, zone_of

MOST = 40
"""Lines that one form can hold: thirteen fields each are within what a form may have."""
_NAME = re.compile(r"(\d{1,2})_(\w+)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it was typed: its fields by their names without the number, and a key that it keeps when it moves."""

    key: int
    values: Mapping[str, Sequence[str]]

    def said(self, name: str) -> str:
        """Return what a field holds."""
        return (self.values.get(name) or [""])[0]

    @property
    def titled(self) -> bool:
        """Whether the line says anything: one without a title is left out."""
        return bool(self.said("title_id").strip() or self.said("title_en").strip())


def lines_in(form: Form) -> list[Line]:
    """Return the lines of a form in their order."""
    found: dict[int, dict[str, Sequence[str]]] = {}
    for name, values in form.values.items():
        match = _NAME.fullmatch(name)
        if match and int(match[1]) < MOST:
            found.setdefault(int(match[1]), {})[match[2]] = values
    lines = [Line(_number((values.get("key") or [""])[0]), values) for _, values in sorted(found.items())]
    return [replace(line, key=number) if line.key < 0 else line for number, line in enumerate(lines)]


def lines_of(items: Sequence[ProgrammeItem], event: Event) -> list[Line]:
    """Return a programme as its form shows it."""
    lines: list[Line] = []
    for key, item in enumerate(items):
        texts = {"title": item.title, "room": item.room}
        values: dict[str, Sequence[str]] = {
            f"{name}_{locale}": [getattr(text, locale)] for name, text in texts.items() for locale in ("id", "en")
        }
        values["speaker_id"] = [str(item.speaker_id or "")]
        lines.append(_at((item.starts_at, item.ends_at), Line(key, values), zone_of(event.timezone)))
    return lines


def form_of_lines(lines: Sequence[Line], form: Form | None = None) -> Form:
    """Return the form of these lines, each under its place's number."""
    values: dict[str, Sequence[str]] = {}
    for number, line in enumerate(lines):
        values |= {f"{number}_{name}": held for name, held in line.values.items()}
        values[f"{number}_key"] = [str(line.key)]
    return Form(values, form.errors if form else ())


def span_of(line: Line, event: Event) -> Span | None:
    """Return when a line is, None for what is no time yet. Without a date it is on the event's first day."""
    zone = zone_of(event.timezone)
    dated = dated_form(Form({f"x_{name}": held for name, held in line.values.items()}), "x", event)
    try:
        begin, end = (datetime.fromisoformat(moment(dated, f"x_{name}", zone)) for name in ("starts_at", "ends_at"))
    except ValueError:
        return None
    return (begin, end) if end > begin else None


def dated_form(form: Form, prefix: str, event: Event) -> Form:
    """Return the form with a day for each time of one line: that of its beginning, or the event's first."""
    first = event.starts_at.astimezone(zone_of(event.timezone)).date().isoformat()
    begin = form.value(f"{prefix}_starts_at_date") or first
    end = form.value(f"{prefix}_ends_at_date") or begin
    return Form({**form.values, f"{prefix}_starts_at_date": [begin], f"{prefix}_ends_at_date": [end]})


# ---------------------------------------------------------------- what the buttons do
def apply_button(lines: Sequence[Line], asked: str, event: Event) -> list[Line]:
    """Return the lines after a button: ``add``, ``up:2``, ``down:2``, ``move:4:1`` or ``remove:2``.

    Nonsense does nothing. Times follow a line that moves, if all those it passes have times.
    """
    step, *places = asked.split(":")
    numbers = [_number(place) for place in places]
    last = len(lines) - 1
    if step == "add":
        return add_line(lines, event)
    if not numbers or not 0 <= numbers[0] <= last:
        return list(lines)
    if step == "remove":
        return [*lines[: numbers[0]], *lines[numbers[0] + 1 :]]
    wanted = {"up": numbers[0] - 1, "down": numbers[0] + 1, "move": numbers[-1]}.get(step, numbers[0])
    return _moved(lines, numbers[0], min(max(wanted, 0), last), event)


def add_line(lines: Sequence[Line], event: Event) -> list[Line]:
    """Return the lines with one more, which begins when the last one ends, and takes place in the same room."""
    if len(lines) >= MOST:
        return list(lines)
    spans = [span for line in lines if (span := span_of(line, event)) is not None]
    room = {name: lines[-1].values.get(name, [""]) for name in ("room_id", "room_en")} if lines else {}
    fresh = Line(max((line.key for line in lines), default=-1) + 1, room)
    return [*lines, _at(next_span(spans, event), fresh, zone_of(event.timezone))]


def _moved(lines: Sequence[Line], from_: int, to: int, event: Event) -> list[Line]:
    low, high = sorted((from_, to))
    spans = [span_of(line, event) for line in lines[low : high + 1]]
    timed = [(line, span) for line, span in zip(lines[low : high + 1], spans, strict=True) if span is not None]
    if len(timed) < len(spans):
        order = list(lines)
        order.insert(to, order.pop(from_))
        return order
    zone = zone_of(event.timezone)
    moved = [_at(span, line, zone) for line, span in move_line(timed, from_ - low, to - low)]
    return [*lines[:low], *moved, *lines[high + 1 :]]


def _at(span: Span, line: Line, zone: ZoneInfo) -> Line:
    times = moment_fields("starts_at", span[0], zone) | moment_fields("ends_at", span[1], zone)
    return replace(line, values={**line.values, **times})


def _number(text: str) -> int:
    number = whole(text, below=1000)
    return -1 if number is None else number
