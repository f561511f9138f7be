"""The parts of an e-mail that the house writes: the card with the facts, lists of dates, of materials, a reason.

A text says only where such a part stands. What is in it follows from the e-mail's kind and context, so that it is right
in every situation; a part with nothing in it is None.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from notifications.letters.rendering_bookings import DateLine
from notifications.models.email import OF_NEWS, EmailKind


@dataclass(frozen=True, slots=True)
class FactsCard:
    """Rows of label and value beside a leaf of a calendar; `off`: what the leaf shows will not take place."""

    shape: ClassVar[str] = "facts"
    rows: tuple[tuple[str, str], ...]
    off: bool
    leafed: bool


@dataclass(frozen=True, slots=True)
class DateList:
    """Dates, each with how the person stands."""

    shape: ClassVar[str] = "dates"
    title: tuple[str, str] | None
    lines: tuple[DateLine, ...]


@dataclass(frozen=True, slots=True)
class LinkList:
    """Titles that lead somewhere, under a label."""

    shape: ClassVar[str] = "links"
    label: str
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Prose:
    """What staff wrote elsewhere, under a label if it has one."""

    shape: ClassVar[str] = "prose"
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event of a list; `further` says in words how many more dates there are, `whose` which branch holds it."""

    title: str
    url: str
    when: str
    where: str
    summary: str
    further: str
    whose: str


@dataclass(frozen=True, slots=True)
class EventList:
    """Events that are ahead, each with its page."""

    shape: ClassVar[str] = "events"
    label: str
    lines: tuple[EventLine, ...]


HousePart: TypeAlias = FactsCard | DateList | LinkList | Prose | EventList

_CHANGED = (EmailKind.EVENT_UPDATE, EmailKind.PARTNER_UPDATE)
_TAKEN_OFF = (EmailKind.EVENT_POSTPONED, EmailKind.EVENT_CANCELLED, EmailKind.PARTNER_CANCELLATION)
_OFF = (
    *_TAKEN_OFF,
    EmailKind.REGISTRATION_CANCELLED,
    EmailKind.REGISTRATION_DECLINED,
    EmailKind.WAITING_ENDED,
)
_AFTERWARDS = (EmailKind.CERTIFICATE, EmailKind.RECORDING_AVAILABLE, EmailKind.PARTNER_REPORT)
_WITH_DEADLINE = (EmailKind.PARTNER_SEATS, EmailKind.PARTNER_MATERIALS)
_OF_GUARDIANS = (EmailKind.GUARDIAN_REQUEST, EmailKind.GUARDIAN_MISSING)
_LABELS = {
    "title": {"id": "Acara", "en": "Event"},
    "topic": {"id": "Topik", "en": "Topic"},
    "role": {"id": "Peran", "en": "Role"},
    "when": {"id": "Waktu", "en": "When"},
    "planned": {"id": "Rencana semula", "en": "Was planned for"},
    "before": {"id": "Semula", "en": "Before"},
    "now": {"id": "Menjadi", "en": "Now"},
    "where": {"id": "Tempat", "en": "Where"},
    "people": {"id": "Jumlah orang", "en": "Number of people"},
    "number": {"id": "Nomor", "en": "Number"},
    "reason": {"id": "Alasan", "en": "Reason"},
    "comment": {"id": "Catatan", "en": "Comment"},
    "series": {"id": "Seri", "en": "Series"},
    "seats": {"id": "Kursi Anda", "en": "Your seats"},
    "asked": {"id": "Masih kami nantikan", "en": "Still missing"},
    "until": {"id": "Sampai", "en": "Until"},
    "registered": {"id": "Peserta dari Anda", "en": "Your people"},
}
_COMING = {"id": "Segera hadir", "en": "Coming soon"}
_MATERIALS = {"id": "Materi untuk Anda", "en": "Materials for you"}


def parts_of(kind: EmailKind, locale: str, context: Mapping[str, Any]) -> dict[str, HousePart | None]:
    """Return the parts by the placeholder that stands for each."""
    if kind in OF_NEWS:
        return {
            "acara_baru": EventList("", context["new"]) if context["new"] else None,
            "acara_mendatang": EventList(_COMING[locale], context["coming"]) if context["coming"] else None,
        }
    reason = context.get("decision_reason") or context["reason"]
    materials, lines, further = context["materials"], context["dates"], context["further"]
    return {
        "rincian": _facts(kind, locale, context),
        "alasan": Prose(_LABELS["reason"][locale], reason) if reason else None,
        "komentar": Prose(_LABELS["comment"][locale], context["comment"]) if context.get("comment") else None,
        "ringkasan": Prose("", context["summary"]) if context["summary"] else None,
        "materi": LinkList(_MATERIALS[locale], materials) if materials else None,
        "daftar_tanggal": DateList(None, lines) if lines else None,
        "tanggal_baru": DateList(None, _bare(further)) if further else None,
    }


def _facts(kind: EmailKind, locale: str, context: Mapping[str, Any]) -> HousePart:
    """Return the card; of a question about all dates of a series, the dates."""
    awaited = context["awaited"] if kind is EmailKind.GUARDIAN_REQUEST else ()
    dates = context["dates"] if kind is EmailKind.GUARDIAN_MISSING else _bare(awaited)
    if kind in _OF_GUARDIANS and dates:
        return DateList((_LABELS["series"][locale], context["series_title"]), dates)
    rows = tuple((_LABELS[name][locale], value) for name, value in _rows(kind, context) if value)
    return FactsCard(rows, off=kind in _OFF, leafed=True)


def _bare(dates: tuple[str, ...]) -> tuple[DateLine, ...]:
    return tuple(DateLine(when, "", off=False, url="") for when in dates)


def _rows(kind: EmailKind, context: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    old = context["old_when"] if kind in _CHANGED else ""
    yield "title", context["title"]
    yield "topic", context.get("topic", "")
    yield "role", context["role"]
    if old:
        yield "before", old
        yield "now", context["when"]
    else:
        yield "planned" if kind in _TAKEN_OFF else "when", context["when"]
    if kind not in _AFTERWARDS:
        yield "where", context["where"]
        yield "people", str(context.get("party_size", 1)) if context.get("party_size", 1) > 1 else ""
    yield "number", context["number"]
    yield "seats", context.get("seats", "")
    yield "asked", context.get("asked", "")
    yield "until", context["deadline"] if kind in _WITH_DEADLINE else ""
    yield "registered", context.get("registered", "")
    if old or (kind in _TAKEN_OFF and not context.get("withdrawn")):
        yield "reason", context["reason"]
