"""From the event's form to checked inputs and back: dates and times in the event's own zone, texts in two languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from events import event_rules
from events.drafts import event_documents
from events.models import Event, EventKind, Evidence, SeatPool, Stage
from events.presence.attendance import AttendanceRule
from events.storage import LocalizedText
from events.tags import parse_topic, topics_of, write_topic
from service.web.forms import Form, whole

DEFAULT_ATTENDANCE = tuple(each.value for each in AttendanceRule().needs)
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
TEXTS = ("title", "summary", "description", "audience", "venue")
_PLAIN = ("mode", "max_party_size")
QUEUE = frozenset({"waitlist", "offer_hours"})
"""What the page about registration sets; the form of a new event only carries it on, from a template for instance."""
_CAN_BE_EMPTY = ("join_url", "start_code", "end_code", "survey_url")


def zone_of(name: str) -> ZoneInfo:
    """Return the zone that a form names, WIB for anything else."""
    return ZoneInfo(name if name in ZONES else ZONES[0])


def moment(form: Form, name: str, zone: ZoneInfo) -> str:
    """Return the date and the time of two fields as one moment; what is no date is left for the check to refuse."""
    day, clock = form.value(f"{name}_date").strip(), form.value(f"{name}_time").strip().replace(".", ":")
    if not day and not clock:
        return ""
    try:
        return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock or "00:00"), zone).isoformat()
    except ValueError:
        return f"{day} {clock}"


def localized_values(form: Form, name: str) -> dict[str, str]:
    """Return the two languages of a text."""
    return {"id": form.value(f"{name}_id"), "en": form.value(f"{name}_en")}


def event_values(form: Form, zone: ZoneInfo) -> dict[str, Any]:
    """Return the form as `service.inputs.events` takes it; what was emptied is None."""
    values: dict[str, Any] = {name: localized_values(form, name) for name in TEXTS}
    values |= {name: form.value(name).strip() or None for name in _CAN_BE_EMPTY}
    values |= {name: form.value(name) for name in _PLAIN if form.value(name).strip()}
    values |= {name: moment(form, name, zone) or None for name in ("registration_opens_at", "registration_closes_at")}
    if form.value("offer_hours").strip():
        values |= {"offer_hours": form.value("offer_hours"), "waitlist": form.value("waitlist") == "yes"}
    values["audiences"] = list(form.all("audiences"))
    values["topics"] = [{"id": name.id, "en": name.en} for line in form.all("topics") if (name := parse_topic(line))]
    values["attendance_rule"] = rule_values(form)
    return values


def rule_values(form: Form) -> dict[str, Any] | None:
    """Return what shows that somebody was there; None where nothing is asked for."""
    asked = {name: text for name in ("minutes", "share") if (text := form.value(f"attendance_rule_{name}").strip())}
    needs = list(form.all("attendance_needs"))
    return {"needs": needs, "match": form.value("attendance_match", "any"), **asked} if needs or asked else None


def times_values(form: Form, zone: ZoneInfo) -> dict[str, Any]:
    """Return when the event begins and ends; without a last day it ends on the first."""
    if not form.value("ends_at_date").strip() and form.value("ends_at_time").strip():
        form = Form({**form.values, "ends_at_date": [form.value("starts_at_date")]})
    return {name: at for name in ("starts_at", "ends_at") if (at := moment(form, name, zone))}


def capacity_values(form: Form) -> dict[str, Any]:
    """Return the seats of a webinar, if a number is given."""
    return {"capacity": form.value("capacity").strip()} if form.value("capacity").strip() else {}


def certificate_values(form: Form) -> dict[str, Any]:
    """Return the settings of the certificate: none unless it is wanted."""
    if form.value("certificate") != "yes":
        return {}
    settings: dict[str, Any] = {"enabled": True}
    if hours := form.value("certificate_hours").strip():
        settings["hours"] = whole(hours) or 0  # what is no number is refused as none at all
    return settings


def form_of(event: Event, pool: SeatPool | None) -> Form:
    """Return the event as its form shows it, with just the fields that its page has."""
    zone = zone_of(event.timezone)
    values = field_values({name: getattr(event, name) for name in event_rules.EDITABLE - QUEUE}, zone)
    if event.stage is Stage.DRAFT:
        values |= span_values(event.kind, event.starts_at, event.ends_at, zone)
    if pool is not None:
        values["capacity"] = [_said(pool.capacity)]
    return Form({**values, "version": [str(event.version)]})


def field_values(fields: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Sequence[str]]:
    """Return fields of an event (any of `event_rules.EDITABLE`) as the form shows them."""
    values: dict[str, Sequence[str]] = {}
    for name in TEXTS:
        if name in fields:
            values |= _localized(name, fields[name])
    for name in (*_CAN_BE_EMPTY, "offer_hours", "max_party_size", "mode"):
        if name in fields:
            values[name] = [_said(fields[name])]
    for name in ("registration_opens_at", "registration_closes_at"):
        if name in fields:
            values |= _moment(name, fields[name], zone)
    for name, say in _SETTINGS.items():
        if name in fields:
            values |= say(fields[name])
    return values


def attendance_values(rule: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    """Return what shows that somebody was there as a form shows it."""
    needs = list(rule.get("needs", DEFAULT_ATTENDANCE))
    times = {f"attendance_rule_{name}": [_said(rule.get(name))] for name in ("minutes", "share")}
    return {"attendance_needs": needs, "attendance_match": [rule.get("match", "any")], **times}


def _certificate_values(settings: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    wanted = ["yes"] if settings else []
    return {"certificate": wanted, "certificate_hours": [_said(settings.get("hours"))]}


_SETTINGS: Mapping[str, Callable[[Any], dict[str, Sequence[str]]]] = {
    "audiences": lambda codes: {"audiences": list(codes)},
    "topics": lambda stored: {"topics": [write_topic(topic.name) for topic in topics_of(stored)]},
    "waitlist": lambda wanted: {"waitlist": ["yes"] if wanted else []},
    "attendance_rule": attendance_values,
    "certificate": _certificate_values,
}


def span_values(kind: EventKind, starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> dict[str, Sequence[str]]:
    """Return when an event is; a webinar's last day is left empty where it is the first."""
    values = _moment("starts_at", starts_at, zone) | _moment("ends_at", ends_at, zone)
    if kind is EventKind.WEBINAR and values["ends_at_date"] == values["starts_at_date"]:
        values["ends_at_date"] = [""]
    return values


def moment_fields(name: str, at: datetime, zone: ZoneInfo) -> dict[str, Sequence[str]]:
    """Return a moment as the two fields that `moment` reads."""
    return _moment(name, at, zone)


def new_form(kind: EventKind, day: date, zone: ZoneInfo) -> Form:
    """Return a fresh form with what most events have: that day in the morning, seats for a hundred."""
    webinar = kind is EventKind.WEBINAR
    start, end = (time(9), time(11)) if webinar else (time(9), time(16))
    last = day if webinar else day + timedelta(days=8)
    values: dict[str, Sequence[str]] = {
        "timezone": [str(zone)],
        "mode": ["online" if webinar else "onsite"],
        "waitlist": ["yes"],
        "offer_hours": ["24"],
        "max_party_size": ["1" if webinar else "5"],
        "capacity": ["100"] if webinar else [],
        "attendance_needs": list(DEFAULT_ATTENDANCE),
        "attendance_match": ["any"],
        "certificate": ["yes"] if webinar else [],
        "certificate_hours": ["2"] if webinar else [],
    }
    span = span_values(kind, datetime.combine(day, start, zone), datetime.combine(last, end, zone), zone)
    return Form(values | span)


def form_from(document: Mapping[str, Any], fresh: Form, zone: ZoneInfo) -> Form:
    """Return a fresh form filled in with a template's document: its fields, its length, its seats."""
    begins = datetime.fromisoformat(moment(fresh, "starts_at", zone))
    ends = begins + timedelta(seconds=document["length"])
    values = {
        **fresh.values,
        **field_values(event_documents.fields_of(document, begins), zone),
        **span_values(EventKind(document["kind"]), begins, ends, zone),
    }
    if document.get("capacity") is not None:
        values["capacity"] = [str(document["capacity"])]
    return Form(values)


def evidence_choices() -> tuple[Evidence, ...]:
    """Return the evidence that a rule may ask for; a mark by staff always counts."""
    return tuple(each for each in Evidence if each is not Evidence.STAFF)


def _localized(name: str, text: LocalizedText) -> dict[str, Sequence[str]]:
    return {f"{name}_id": [text.id], f"{name}_en": [text.en]}


def _moment(name: str, at: datetime | None, zone: ZoneInfo) -> dict[str, Sequence[str]]:
    local = at.astimezone(zone) if at else None
    return {
        f"{name}_date": [local.strftime("%Y-%m-%d") if local else ""],
        f"{name}_time": [local.strftime("%H:%M") if local else ""],
    }


def _said(value: object) -> str:
    return "" if value is None else str(value)
