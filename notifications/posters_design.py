"""What a poster shows: words, colours and pictures, chosen from the event before anything is drawn.

A `Design` is plain data, because it is drawn in a child process that knows neither the event nor the database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import msgspec

from events.brand import Brand, brand_of
from events.dates import format_short_date, format_times, format_when
from events.models import Event, EventKind, Organiser
from events.storage import ReadSession
from notifications.models.moment import AFTERWARDS, CHANGES, Moment
from notifications.writing import seed_of
from notifications.writing_details import Details, Speaker
from notifications.writing_phrases import labels

DRAWN_BY = 3
"""Raised when the drawing itself changes, so that pictures of the same event are drawn anew."""

WEBINAR_LAYOUTS = ("arch", "pucuk", "ledger")
EXHIBITION_LAYOUTS = ("kawung", "arch")
NOTICE_LAYOUT = "notice"
HOUSE_LAYOUT = "house"
"""An organiser's card, see `notifications.house_cards`."""


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """A speaker on a poster."""

    name: str
    affiliation: str
    photo_key: str | None = None


class Design(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is drawn. Empty texts are not shown."""

    layout: str
    locale: str
    kicker: str
    """The small line above the title: "Webinar gratis", "Besok", "Jadwal baru"."""
    title: str
    big: str
    """The day of the month, or the days of an exhibition, as the largest figure on the page."""
    month: str
    weekday: str
    hours: str
    where: str
    was: str
    """The time that holds no more, struck through."""
    speakers: tuple[Voice, ...]
    speaker_label: str
    call: str
    page: str
    organiser: str
    tagline: str
    seed: int
    primary: str
    accent: str
    paper: str
    ink: str
    font: str
    logo_key: str | None = None

    def brand(self) -> Brand:
        """Return the colours with their rules of contrast."""
        return Brand(primary=self.primary, accent=self.accent, paper=self.paper, ink=self.ink)

    def digest(self) -> str:
        """Return a SHA-256 of everything drawn, and of the hand that draws it."""
        return hashlib.sha256(msgspec.json.encode((DRAWN_BY, self))).hexdigest()


Draw = Callable[[Design, Mapping[str, bytes]], Mapping[str, bytes]]
"""Takes a design and the pictures it names by key, returns the files by format; see `notifications.posters_drawing`."""

_KICKERS: dict[str, dict[Moment, str]] = {
    "id": {
        Moment.REGISTRATION_OPEN: "Pendaftaran dibuka",
        Moment.SPEAKER: "Kenali narasumber",
        Moment.FEW_SEATS: "Tempat hampir habis",
        Moment.WAITLIST: "Daftar tunggu dibuka",
        Moment.H7: "Seminggu lagi",
        Moment.H1: "Besok",
        Moment.TODAY: "Hari ini",
        Moment.LIVE: "Sedang berlangsung",
        Moment.EXHIBITION_OPENING: "Dibuka hari ini",
        Moment.EXHIBITION_LAST_DAYS: "Hari-hari terakhir",
        Moment.THANKS: "Terima kasih",
        Moment.RECORDING: "Rekaman tersedia",
        Moment.CERTIFICATES: "Sertifikat terbit",
        Moment.SURVEY: "Ceritakan kesan Anda",
        Moment.RESCHEDULED: "Jadwal baru",
        Moment.POSTPONED: "Ditunda",
        Moment.CANCELLED: "Dibatalkan",
    },
    "en": {
        Moment.REGISTRATION_OPEN: "Registration open",
        Moment.SPEAKER: "Meet the speaker",
        Moment.FEW_SEATS: "Nearly full",
        Moment.WAITLIST: "Waiting list open",
        Moment.H7: "One week to go",
        Moment.H1: "Tomorrow",
        Moment.TODAY: "Today",
        Moment.LIVE: "Live now",
        Moment.EXHIBITION_OPENING: "Opens today",
        Moment.EXHIBITION_LAST_DAYS: "Last days",
        Moment.THANKS: "Thank you",
        Moment.RECORDING: "Recording available",
        Moment.CERTIFICATES: "Certificates are out",
        Moment.SURVEY: "Tell us what you thought",
        Moment.RESCHEDULED: "New time",
        Moment.POSTPONED: "Postponed",
        Moment.CANCELLED: "Cancelled",
    },
}
_FREE = {
    "id": {EventKind.WEBINAR: "Webinar gratis", EventKind.EXHIBITION: "Pameran"},
    "en": {EventKind.WEBINAR: "Free webinar", EventKind.EXHIBITION: "Exhibition"},
}
_CALLS = {
    "id": {"": "Daftar gratis", "visit": "Pilih jam kunjungan", "after": "Selengkapnya", "change": "Info terbaru"},
    "en": {"": "Register for free", "visit": "Choose your time", "after": "Find out more", "change": "Latest news"},
}


def design_of(session: ReadSession, event: Event, details: Details, moment: Moment) -> Design:
    """Choose what the poster of `event` at `moment` shows. Reads only; the same event gives the same design."""
    organiser = session.get(Organiser, event.organiser_id)
    assert organiser is not None, "an event's organiser is held by a foreign key"  # noqa: S101 - narrows the type
    brand = brand_of(organiser.look)
    seed = seed_of(event.id)
    locale = details.locale
    day = _day(event, locale)
    over = moment in AFTERWARDS
    return Design(
        layout=_layout(event, moment, seed),
        locale=locale,
        kicker=_KICKERS[locale].get(moment) or _FREE[locale][event.kind],
        title=details.title,
        big=day.big,
        month=day.month,
        weekday=day.weekday,
        hours="" if over or moment is Moment.POSTPONED else day.hours,
        where="" if over else _place(details),
        was=details.old_when if moment is Moment.RESCHEDULED else "",
        speakers=tuple(_voices(details, moment)),
        speaker_label=labels(locale)["speaker" if len(details.speakers) == 1 else "speakers"],
        call=_CALLS[locale][_call(event, moment)],
        page=details.page,
        organiser=details.organiser,
        tagline=brand.tagline.get(locale, ""),
        seed=seed % 1000,
        primary=brand.primary,
        accent=brand.accent,
        paper=brand.paper,
        ink=brand.ink,
        font=brand.font,
        logo_key=brand.logo_key,
    )


def _layout(event: Event, moment: Moment, seed: int) -> str:
    if moment in CHANGES:
        return NOTICE_LAYOUT
    choices = EXHIBITION_LAYOUTS if event.kind is EventKind.EXHIBITION else WEBINAR_LAYOUTS
    return choices[seed % len(choices)]


def _call(event: Event, moment: Moment) -> str:
    if moment in CHANGES:
        return "change"
    if moment in (*AFTERWARDS, Moment.LIVE):
        return "after"
    return "visit" if event.kind is EventKind.EXHIBITION else ""


def _place(details: Details) -> str:
    if details.where:
        return details.where
    return {"id": "Daring", "en": "Online"}[details.locale] if details.online else ""


def _voices(details: Details, moment: Moment) -> list[Voice]:
    if moment in CHANGES:
        return []
    lead = details.lead()
    speakers: tuple[Speaker, ...] = (lead,) if moment is Moment.SPEAKER and lead else details.speakers[:3]
    return [Voice(name=each.name, affiliation=each.affiliation, photo_key=each.photo_key) for each in speakers]


class _Day(msgspec.Struct):
    big: str
    month: str
    weekday: str
    hours: str


def _day(event: Event, locale: str) -> _Day:
    """Take the date apart for large type: ``12`` · ``Desember 2026`` · ``Sabtu`` · ``09.00–11.30 WIB``."""
    first = format_short_date(event.starts_at, event.timezone, locale).split(" ", 1)
    whole = format_when(event.starts_at, event.ends_at, event.timezone, locale)
    if " – " not in whole:
        weekday = whole.split(",", 1)[0]
        hours = format_times(event.starts_at, event.ends_at, event.timezone, locale)
        return _Day(big=first[0], month=first[1], weekday=weekday, hours=hours)
    # Several days, or over midnight: the figures are the first and the last day, the words say it in full.
    last = format_short_date(event.ends_at, event.timezone, locale).split(" ", 1)
    if first[1] == last[1] and first[0] != last[0]:
        return _Day(big=f"{first[0]}–{last[0]}", month=first[1], weekday="", hours="")
    return _Day(big=first[0], month=first[1], weekday="", hours=whole)


def key_of(design_digest: str, picture_format: str, suffix: str) -> str:
    """Return the file key of one picture: named by what it shows, so that it is drawn and stored once."""
    return f"posters/{design_digest[:40]}-{picture_format}.{suffix}"
