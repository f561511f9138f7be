"""Choosing what a poster shows, from the event and its brand. Reads only; the same event gives the same design."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa

from events.brand import brand_of
from events.days.dates import format_short_date, format_times, format_when
from events.media.artwork import artwork_of
from events.models import Event, EventKind, Organiser, ProgrammeItem
from events.storage import ReadSession
from notifications.models.moment import AFTERWARDS, CHANGES, Moment
from notifications.posters.choosing import family_of
from notifications.posters.design import NOTICE_LAYOUT, Design, Hour, Voice
from notifications.writing.composing import seed_of
from notifications.writing.details import Details, Speaker
from notifications.writing.labels import labels

LONGEST_LEAD = 150
"""Letters of a sentence that may stand on a poster."""
MOST_HOURS = 8
"""Lines of a programme that a poster has room for."""

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
    artwork = artwork_of(event.artwork)
    design = Design(
        layout=NOTICE_LAYOUT,
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
        logo_dark_key=brand.logo_dark_key,
        lead=_lead(details, moment),
        programme=() if over or moment in (*CHANGES, Moment.SPEAKER) else programme_of(session, event, locale),
        picture_key=None if moment in (*CHANGES, Moment.SPEAKER) else artwork.picture_key,
        picture_kind=artwork.picture_kind if artwork.picture_key and moment is not Moment.SPEAKER else "portrait",
        off=moment in (Moment.CANCELLED, Moment.POSTPONED),
    )
    return msgspec.structs.replace(design, layout=family_of(design, moment, chosen=artwork.family, seed=seed))


def _lead(details: Details, moment: Moment) -> str:
    """Return the sentence below the title: a speaker's topic, else the event's summary where it is short enough."""
    lead = details.lead()
    said = lead.topic if moment is Moment.SPEAKER and lead else details.summary
    return said if moment not in CHANGES and len(said) <= LONGEST_LEAD else ""


def programme_of(session: ReadSession, event: Event, locale: str) -> tuple[Hour, ...]:
    """Return the programme's lines with their hours, none where there are too many for a poster."""
    items = (
        sa.select(ProgrammeItem)
        .where(ProgrammeItem.event_id == event.id)
        .order_by(ProgrammeItem.starts_at, ProgrammeItem.id)
    )
    found = session.scalars(items.limit(MOST_HOURS + 1)).all()
    zone = ZoneInfo(event.timezone)
    if len({each.starts_at.astimezone(zone).date() for each in found}) > 1 or not 2 <= len(found) <= MOST_HOURS:
        return ()
    return tuple(
        Hour(f"{each.starts_at.astimezone(zone):%H.%M}", " ".join(each.title.to(locale).split())) for each in found
    )


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
