"""What templates may say of all dates that a person registered for at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from events.days import dates
from events.links import Links
from events.models import Event, Registration, RegistrationState, Stage
from events.plaintext import one_line
from notifications.contents.booking_material import BookingMaterial


class DateLine(NamedTuple):
    """One date: when it is, and how the person stands; `off` is one that they need not come to.

    `url` is the personal page of one that was registered for by itself, empty for those of a booking.
    """

    when: str
    state: str
    off: bool
    url: str


_STATES = {
    RegistrationState.CONFIRMED: {"id": "tempat Anda sudah pasti", "en": "your place is confirmed"},
    RegistrationState.WAITLISTED: {"id": "daftar tunggu", "en": "waiting list"},
    RegistrationState.OFFERED: {
        "id": "ada kursi untuk Anda, mohon dijawab",
        "en": "a seat is held for you, please answer",
    },
    RegistrationState.PENDING: {"id": "menunggu persetujuan", "en": "waits for approval"},
    RegistrationState.REQUESTED: {"id": "menunggu persetujuan", "en": "waits for approval"},
    RegistrationState.CANCELLED: {"id": "dikembalikan", "en": "given back"},
    RegistrationState.DECLINED: {"id": "tidak mendapat tempat", "en": "no place"},
}
_OFF = {
    Stage.CANCELLED: {"id": "dibatalkan", "en": "cancelled"},
    Stage.POSTPONED: {"id": "ditunda, waktu baru menyusul", "en": "postponed, new time to follow"},
}
_AWAITS_GUARDIAN = {"id": "menunggu persetujuan orang tua atau wali", "en": "waits for your parent or guardian"}
_GONE = (RegistrationState.CANCELLED, RegistrationState.DECLINED)


def booking_context(booking: BookingMaterial | None, links: Links, locale: str, *, now: datetime) -> dict[str, Any]:
    """Return the names for templates, hashable; each is there, empty where the e-mail is not about a booking."""
    if booking is None:
        return {
            "series_title": "",
            "series_url": "",
            "dates": (),
            "awaited": (),
            "held": 0,
            "further": (),
            "scheduled": False,
        }
    alone = booking.id is None
    lines = tuple(_line(held, event, locale, links if alone else None) for held, event in booking.ahead(now))
    return {
        "series_title": one_line(booking.title.to(locale)),
        "series_url": links.series_url(booking.id, booking.link_version) if booking.id else "",
        "dates": lines,
        "awaited": tuple(_when(event, locale) for _, event in booking.awaited(now)),
        "held": sum(1 for line in lines if not line.off),
        "further": tuple(_when(event, locale) for event in booking.untaken(now)),
        "scheduled": bool(booking.in_calendars),
    }


def _line(held: Registration, event: Event, locale: str, links: Links | None) -> DateLine:
    off = event.stage in _OFF
    said = _OFF[event.stage] if off else _STATES[held.state]
    if not off and held.state is RegistrationState.PENDING and held.needs_guardian and not held.needs_approval:
        said = _AWAITS_GUARDIAN
    url = links.manage_url(held.id, held.link_version) if links else ""
    return DateLine(_when(event, locale), said[locale], off or held.state in _GONE, url)


def _when(event: Event, locale: str) -> str:
    return dates.format_when(event.starts_at, event.ends_at, event.timezone, locale)
