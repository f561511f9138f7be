"""From a series' forms to what the core takes, and back. Everything that is wrong is told at its field, all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from certificates.settings import read_settings
from events.days.recurrence import ORDINALS, Frequency, Rule, from_text, make_rule
from events.days.recurrence_words import describe, read_words
from events.errors import N_, FieldError, Invalid
from events.models import Additions, Event, EventKind, SeatPool, Series
from events.recurring.series_planning import ChosenDate, PlannedDate, Timing
from events.recurring.series_template import FIELDS, TEXTS, capacity_of, fields_of, zone
from events.storage import LocalizedText
from service.inputs.events import EventEditInput
from service.inputs.parts import CapacityInput
from service.web.forms import Form, whole
from service.web.staff.desk import check_all
from service.web.staff.event_forms import capacity_values, certificate_values, localized_values, zone_of

ASKED = (*TEXTS, "mode", "join_url", "waitlist", "offer_hours", "max_party_size")
"""Fields of an event that a series' form shows, beside the certificate; the others stay at what events begin with."""

CHOICES = ("words", "daily", "weekly", "weekday", "day")
_USUAL_COUNT = "10"


# ---------------------------------------------------------------- when
def timing_of(form: Form) -> Timing:
    """Return when the series is to be. Raises `Invalid` with every fault."""
    errors: list[FieldError] = []
    starts_on = _read_day(form, "starts_on", errors)
    clock = rule = None
    try:
        clock = clock_of(form)
    except Invalid as refusal:
        errors += refusal.errors
    try:
        rule = _rule(form, starts_on or date(2026, 1, 1))
    except Invalid as refusal:
        errors += refusal.errors
    if errors or starts_on is None or clock is None or rule is None:
        raise Invalid(errors)
    timezone = zone_of(form.value("timezone")).key
    return Timing(rule=rule, starts_on=starts_on, start_time=clock[0], minutes=clock[1], timezone=timezone)


def clock_of(form: Form) -> tuple[time, int]:
    """Return the time of day and the minutes that a form says. Raises `Invalid`."""
    errors: list[FieldError] = []
    start, end = _read_time(form, "start_time", errors), _read_time(form, "end_time", errors)
    if start and end and _minutes(start, end) <= 0:
        errors.append(FieldError("end_time", "order", N_("The end must come after the start.")))
    if errors or start is None or end is None:
        raise Invalid(errors)
    return start, _minutes(start, end)


def _minutes(start: time, end: time) -> int:
    return (end.hour - start.hour) * 60 + end.minute - start.minute


def _read_day(form: Form, name: str, errors: list[FieldError]) -> date | None:
    try:
        return date.fromisoformat(form.value(name).strip())
    except ValueError:
        errors.append(FieldError(name, "moment", N_("Give a date.")))
        return None


def _read_time(form: Form, name: str, errors: list[FieldError]) -> time | None:
    try:
        return time.fromisoformat(form.value(name).strip().replace(".", ":")).replace(second=0, microsecond=0)
    except ValueError:
        errors.append(FieldError(name, "moment", N_("Give a time.")))
        return None


def _rule(form: Form, start: date) -> Rule:
    """Return the rule, typed or picked, with its end: the typed one, else that of the fields beside it."""
    how = form.value("how", CHOICES[0])
    rule = _picked(form, how) if how in CHOICES[1:] else read_words(form.value("words"), start=start)
    if rule.until is not None or rule.count is not None:
        return rule
    errors: list[FieldError] = []
    until = _read_day(form, "until", errors) if form.value("until").strip() else None
    count = _number(form, "count", errors) if until is None and not errors else None
    if errors:
        raise Invalid(errors)
    return make_rule(rule.ending(until=until, count=count))


def _number(form: Form, name: str, errors: list[FieldError]) -> int | None:
    text = form.value(name).strip()
    number = whole(text, below=100_000)
    if text and number is None:
        errors.append(FieldError(name, "number", N_("Give a number.")))
    return number


def _picked(form: Form, how: str) -> Rule:
    errors: list[FieldError] = []
    interval = _number(form, "interval", errors) or 1
    weekdays = tuple(int(each) for each in form.all("weekdays") if each in "0123456")
    ordinals = tuple(each for each in ORDINALS if str(each) in form.all("ordinals"))
    day = _number(form, "month_day", errors) if how == "day" else None
    if how in ("weekly", "weekday") and not weekdays:
        errors.append(FieldError("weekdays", "missing", N_("Choose at least one day.")))
    if how == "weekday" and not ordinals:
        errors.append(FieldError("ordinals", "missing", N_("Choose which of the month.")))
    if how == "day" and not errors and day not in range(1, 32):
        errors.append(FieldError("month_day", "number", N_("Give a number.")))
    if errors:
        raise Invalid(errors)
    shapes = {
        "daily": Rule(frequency=Frequency.DAILY, interval=interval),
        "weekly": Rule(frequency=Frequency.WEEKLY, interval=interval, weekdays=weekdays),
        "weekday": Rule(frequency=Frequency.MONTHLY, interval=interval, weekdays=weekdays, ordinals=ordinals),
        "day": Rule(frequency=Frequency.MONTHLY, interval=interval, month_days=(day or 0,)),
    }
    return make_rule(shapes[how])


# ---------------------------------------------------------------- what
def template_of(form: Form) -> tuple[dict[str, Any], int | None]:
    """Return an event's fields and seats as the form says them. Raises `Invalid` with every fault."""
    edit, capacity = check_all(
        (EventEditInput, _values(form)), (CapacityInput, {"capacity": None} | capacity_values(form))
    )
    certificate = certificate_values(form)
    if certificate:
        read_settings(certificate)
    fields: dict[str, Any] = {name: value for name, value in edit.fields().items() if name in ASKED}
    if not fields.get("title"):
        raise Invalid([FieldError("title", "missing", N_("Give the event a title."))])
    return fields | {"certificate": certificate}, capacity.capacity


def _values(form: Form) -> dict[str, Any]:
    values: dict[str, Any] = {name: localized_values(form, name) for name in TEXTS}
    values |= {name: form.value(name) for name in ("mode", "offer_hours", "max_party_size") if form.value(name).strip()}
    return values | {"join_url": form.value("join_url").strip() or None, "waitlist": form.value("waitlist") == "yes"}


def check_whole(form: Form) -> tuple[Timing, dict[str, Any], int | None]:
    """Return when and what at once, so that everything that is wrong is told together. Raises `Invalid`."""
    errors: list[FieldError] = []
    timing = template = None
    try:
        template = template_of(form)
    except Invalid as refusal:
        errors += refusal.errors
    try:
        timing = timing_of(form)
    except Invalid as refusal:
        errors += refusal.errors
    if timing is None or template is None:
        raise Invalid(errors)
    return timing, *template


def kind_of(_form: Form) -> EventKind:
    """Return what kind of event the dates are: one with seats of its own."""
    return EventKind.WEBINAR


def additions_of(form: Form) -> Additions:
    """Return what happens for people with all dates when dates are added."""
    return Additions.REGISTER if form.value("additions") == Additions.REGISTER.value else Additions.ASK


# ---------------------------------------------------------------- the preview
def chosen_of(form: Form, timing: Timing) -> list[ChosenDate]:
    """Return the dates that were left ticked, each at the moment beside it. Raises `Invalid`."""
    days = {day.isoformat(): day for day in timing.days()}
    chosen: list[ChosenDate] = []
    for text in form.all("take"):
        if text in days:
            starts_at = _moved(form, f"on_{text}", timing) or timing.on(days[text])[0]
            chosen.append(ChosenDate(days[text], starts_at, starts_at + timedelta(minutes=timing.minutes)))
    if not chosen:
        raise Invalid([FieldError("dates", "missing", N_("Choose at least one date."))])
    return chosen


def _moved(form: Form, name: str, timing: Timing) -> datetime | None:
    text = form.value(name).strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone(timing.timezone), second=0, microsecond=0)
    except ValueError as error:
        raise Invalid([FieldError("dates", "moment", N_("Give a date and a time."))]) from error


def preview_form(form: Form, dates: Sequence[PlannedDate], timing: Timing) -> Form:
    """Return the form with the dates ticked that are advised; holidays too, unless they are to be left out."""
    keep_holidays = form.value("skip_holidays") != "yes"
    ticked = [each.day.isoformat() for each in dates if each.advised or (keep_holidays and not each.past)]
    return Form({**form.values, "take": ticked} | moments(dates, timing), form.errors)


def moments(dates: Sequence[PlannedDate], timing: Timing) -> dict[str, list[str]]:
    """Return the moment of each date as its field shows it."""
    local = zone(timing.timezone)
    return {
        f"on_{each.day.isoformat()}": [each.starts_at.astimezone(local).strftime("%Y-%m-%dT%H:%M")] for each in dates
    }


def carried(form: Form) -> list[tuple[str, str]]:
    """Return everything that the first page said, for hidden fields of the second."""
    return [
        (name, value)
        for name, values in form.values.items()
        if name not in ("step", "take") and not name.startswith("on_")
        for value in values
    ]


# ---------------------------------------------------------------- forms to begin with
def new_form(now: datetime, timezone: str, *, pattern: tuple[Event, SeatPool | None] | None = None) -> Form:
    """Return a fresh form: from tomorrow on, in the afternoon; or one that is filled like the event `pattern`."""
    local = now.astimezone(zone(timezone)) + timedelta(days=1)
    values: dict[str, Sequence[str]] = {
        "timezone": [timezone],
        "starts_on": [local.date().isoformat()],
        "start_time": ["15:00"],
        "end_time": ["16:30"],
        "how": [CHOICES[0]],
        "interval": ["1"],
        "count": [_USUAL_COUNT],
        "skip_holidays": ["yes"],
        "mode": ["onsite"],
        "capacity": ["30"],
        "waitlist": ["yes"],
        "offer_hours": ["24"],
        "max_party_size": ["1"],
        "additions": [Additions.ASK.value],
    }
    if pattern is not None:
        event, pool = pattern
        values |= _said({name: getattr(event, name) for name in FIELDS}, pool.capacity if pool else None)
        start, end = event.starts_at.astimezone(zone(timezone)), event.ends_at.astimezone(zone(timezone))
        values |= {"start_time": [start.strftime("%H:%M")], "end_time": [end.strftime("%H:%M")]}
    return Form(values)


def form_of(series: Series) -> Form:
    """Return the form that changes a series: what its dates have in common."""
    ends = datetime.combine(date(2026, 1, 1), series.start_time) + timedelta(minutes=series.minutes)
    return Form(
        _said(fields_of(series.template), capacity_of(series.template))
        | {
            "start_time": [series.start_time.strftime("%H:%M")],
            "end_time": [ends.strftime("%H:%M")],
            "scope": ["following"],
        }
    )


def _said(fields: Mapping[str, Any], capacity: int | None) -> dict[str, Sequence[str]]:
    values: dict[str, Sequence[str]] = {}
    for name, value in fields.items():
        if isinstance(value, LocalizedText):
            values |= {f"{name}_id": [value.id], f"{name}_en": [value.en]}
        elif name == "waitlist":
            values[name] = ["yes"] if value else []
        elif name == "certificate":
            values |= {"certificate": ["yes"] if value else [], "certificate_hours": [str(value.get("hours") or "")]}
        elif name in ASKED:
            values[name] = ["" if value is None else str(getattr(value, "value", value))]
    values["capacity"] = ["" if capacity is None else str(capacity)]
    return values


def continuing(series: Series, last: date, form: Form) -> Timing:
    """Return when further dates of a series are: its rule goes on after the last one. Raises `Invalid`."""
    errors: list[FieldError] = []
    until = _read_day(form, "until", errors) if form.value("until").strip() else None
    count = _number(form, "count", errors) if until is None else None
    if errors:
        raise Invalid(errors)
    rule = make_rule(from_text(series.rule).ending(until=until, count=count))
    return Timing(
        rule=rule,
        starts_on=series.starts_on,
        start_time=series.start_time,
        minutes=series.minutes,
        timezone=series.timezone,
        after=last,
    )


def sentence(rule: Rule, locale: str) -> str:
    """Return a rule in words, for templates."""
    return describe(rule, locale)
