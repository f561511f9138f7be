"""What an event's fields may be, whoever writes them: pages, API, demonstration or a program of one's own.

The limits are those that pages, posters and calendars were made for. Every fault is told at its field, all at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlsplit

from events import tags
from events.days.dates import INDONESIAN_ZONES
from events.errors import N_, FieldError, Invalid
from events.models import Event, EventMode, Evidence, Stage
from events.storage import LocalizedText

EDITABLE = frozenset(
    {
        "title",
        "summary",
        "description",
        "audience",
        "audiences",
        "topics",
        "venue",
        "mode",
        "join_url",
        "registration_opens_at",
        "registration_closes_at",
        "waitlist",
        "offer_hours",
        "max_party_size",
        "start_code",
        "end_code",
        "attendance_rule",
        "certificate",
        "survey_url",
    }
)
"""What may be written at any stage; times move by `events.drafts.lifecycle`, seats by
`events.drafts.authoring.set_capacity`."""

CAPACITY = range(1, 100_001)
OVERBOOKING = range(10_001)
PREVIEW_DAYS = range(1, 91)
_NUMBERS = {"offer_hours": range(1, 721), "max_party_size": range(1, 101)}
_LENGTHS = {"title": 200, "summary": 1000, "description": 20_000, "audience": 1000, "venue": 1000}
_CODES = {"start_code": 40, "end_code": 40}
_ADDRESSES = ("join_url", "survey_url")
_ADDRESS_LENGTH = 1000
_TIMES = {"minutes": range(1, 10_081), "share": range(1, 101)}
"""How long an attendance rule may ask for: up to a week, up to the whole."""
_YEARS = range(2000, 2101)
"""Beyond these, turning a moment into another zone's overflows somewhere."""


def refuse_bad_draft(
    *,
    title: LocalizedText,
    starts_at: datetime,
    ends_at: datetime,
    timezone: str | None,
    capacity: int | None,
    fields: Mapping[str, Any],
) -> None:
    """Raise `Invalid` with every fault of a new event, or `TypeError` for a field that no event has."""
    errors = [*_faults({"title": title, **fields}), *_faults_of_times(starts_at, ends_at)]
    if timezone is not None and timezone not in INDONESIAN_ZONES:
        errors.append(FieldError("timezone", "choice", N_("Choose one of the options.")))
    if capacity is not None:
        errors += _faults_of_number("capacity", capacity, CAPACITY)
    errors += _faults_of_deadlines(
        fields.get("registration_opens_at"), fields.get("registration_closes_at"), ends_at=ends_at
    )
    if errors:
        raise Invalid(errors)


def refuse_bad_changes(event: Event, fields: Mapping[str, Any]) -> None:
    """Raise `Invalid` with every fault of `fields` as changes to `event`, or `TypeError` for what is no field."""
    errors = list(_faults(fields))
    opens, closes = (
        fields.get(name, getattr(event, name)) for name in ("registration_opens_at", "registration_closes_at")
    )
    if any(name in fields and fields[name] != getattr(event, name) for name in _DEADLINES):
        # A draft's times may be about to change in the same form; publishing looks at them together.
        errors += _faults_of_deadlines(opens, closes, ends_at=None if event.stage is Stage.DRAFT else event.ends_at)
    if errors:
        raise Invalid(errors)


def refuse_bad_times(starts_at: datetime, ends_at: datetime) -> None:
    """Raise `Invalid` for an end that does not come after the start, and for years out of reach."""
    errors = list(_faults_of_times(starts_at, ends_at))
    if errors:
        raise Invalid(errors)


def refuse_bad_capacity(capacity: int | None, overbooking: int) -> None:
    """Raise `Invalid` for numbers of seats that no pool can have; `capacity` None is no limit."""
    errors = [] if capacity is None else list(_faults_of_number("capacity", capacity, CAPACITY))
    errors += _faults_of_number("overbooking", overbooking, OVERBOOKING)
    if errors:
        raise Invalid(errors)


def refuse_bad_preview(label: str, days: int) -> None:
    """Raise `Invalid` for a link for a preview that would live too long, or whose label nobody could read."""
    errors = [*_faults_of_length("label", label, 100), *_faults_of_number("days", days, PREVIEW_DAYS)]
    if errors:
        raise Invalid(errors)


def refuse_bad_material(title: LocalizedText, url: str) -> None:
    """Raise `Invalid` for a material without a name or with an address that leads nowhere."""
    errors = list(_faults_of_length("title", max(title.id, title.en, key=len), 200))
    if not title:
        errors.append(FieldError("title", "missing", N_("Say what it is.")))
    errors += _faults_of_address("url", url)
    if errors:
        raise Invalid(errors)


def faults_before_publishing(event: Event) -> list[FieldError]:
    """Return what a draft's deadlines and times do not permit together."""
    return list(_faults_of_deadlines(event.registration_opens_at, event.registration_closes_at, ends_at=event.ends_at))


_DEADLINES = ("registration_opens_at", "registration_closes_at")


def _faults(fields: Mapping[str, Any]) -> Iterator[FieldError]:
    unknown = fields.keys() - EDITABLE
    if unknown:
        raise TypeError(f"not a field of an event: {', '.join(sorted(unknown))}")
    if "title" in fields and not fields["title"]:
        yield FieldError("title", "missing", N_("Give the event a title."))
    for name, longest in _LENGTHS.items():
        text: LocalizedText = fields.get(name) or LocalizedText()
        yield from _faults_of_length(name, max(text.id, text.en, key=len), longest)
    for name, longest in _CODES.items():
        yield from _faults_of_length(name, fields.get(name) or "", longest)
    for name in _ADDRESSES:
        yield from _faults_of_address(name, fields.get(name))
    for name, allowed in _NUMBERS.items():
        if name in fields:
            yield from _faults_of_number(name, fields[name], allowed)
    if "mode" in fields and fields["mode"] not in list(EventMode):
        yield FieldError("mode", "choice", N_("Choose one of the options."))
    yield from _faults_of_rule(fields.get("attendance_rule") or {})
    yield from _faults_of_tags(fields.get("audiences") or [], fields.get("topics") or [])


def _faults_of_tags(audiences: Sequence[Any], topics: Sequence[Any]) -> Iterator[FieldError]:
    if any(each not in list(tags.Audience) for each in audiences) or len(set(audiences)) < len(audiences):
        yield FieldError("audiences", "choice", N_("Choose one of the options."))
    if len(topics) > tags.MOST_TOPICS:
        yield FieldError("topics", "too_many", N_("At most %(limit)s topics, please."), {"limit": tags.MOST_TOPICS})
    read = tags.topics_of(topics)
    if any(not each.code for each in read) or len({each.code for each in read}) < len(read):
        yield FieldError("topics", "invalid", N_("We could not understand this answer."))
    longest = max((text for each in read for text in (each.name.id, each.name.en)), key=len, default="")
    yield from _faults_of_length("topics", longest, tags.TOPIC_LENGTH)


def _faults_of_rule(rule: Mapping[str, Any]) -> Iterator[FieldError]:
    if not rule:
        return
    given: Any = rule.get("needs")
    needs = cast("Sequence[Any]", given) if isinstance(given, list | tuple) else ()
    known = all(each in list(Evidence) for each in needs) and bool(needs or any(rule.get(each) for each in _TIMES))
    if not known or rule.get("match", "any") not in ("any", "all") or rule.keys() - {"needs", "match", *_TIMES}:
        yield FieldError("attendance_rule", "choice", N_("Choose one of the options."))
    for name, allowed in _TIMES.items():
        if rule.get(name, 0) != 0:
            yield from _faults_of_number(f"attendance_rule.{name}", rule[name], allowed)


def _faults_of_times(starts_at: datetime, ends_at: datetime) -> Iterator[FieldError]:
    unusable = [*_faults_of_moment("starts_at", starts_at), *_faults_of_moment("ends_at", ends_at)]
    yield from unusable
    if not unusable and ends_at <= starts_at:
        yield FieldError("ends_at", "order", N_("The end must come after the start."))


def _faults_of_deadlines(
    opens: datetime | None, closes: datetime | None, *, ends_at: datetime | None
) -> Iterator[FieldError]:
    unusable = [
        fault for name, at in zip(_DEADLINES, (opens, closes), strict=True) for fault in _faults_of_moment(name, at)
    ]
    yield from unusable
    if unusable:
        return
    if opens is not None and closes is not None and closes <= opens:
        yield FieldError("registration_closes_at", "order", N_("Registration must close after it opens."))
    elif closes is not None and ends_at is not None and closes > ends_at:
        yield FieldError("registration_closes_at", "order", N_("Registration must close before the event is over."))


def _faults_of_moment(name: str, at: datetime | None) -> Iterator[FieldError]:
    if at is not None and (at.tzinfo is None or at.year not in _YEARS):
        yield FieldError(name, "moment", N_("Give a date and a time."))


def _faults_of_length(name: str, text: str, longest: int) -> Iterator[FieldError]:
    if len(text) > longest:
        yield FieldError(name, "too_long", N_("At most %(limit)s characters, please."), {"limit": longest})


def _faults_of_number(name: str, number: int, allowed: range) -> Iterator[FieldError]:
    if number < allowed.start:
        yield FieldError(name, "too_small", N_("At least %(limit)s, please."), {"limit": allowed.start})
    elif number not in allowed:
        yield FieldError(name, "too_large", N_("At most %(limit)s, please."), {"limit": allowed.stop - 1})


def _faults_of_address(name: str, address: str | None) -> Iterator[FieldError]:
    if address is None:
        return
    yield from _faults_of_length(name, address, _ADDRESS_LENGTH)
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and address.isprintable()
    except ValueError:
        usable = False
    if not usable or " " in address:
        yield FieldError(name, "invalid", N_("We could not understand this answer."))
