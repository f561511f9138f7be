"""Why somebody waits, said to them: the same words in the mail and on their own page."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from events.seating.queue_reasons import Waiting, Why

_NUMBERS = ("", "", "berdua", "bertiga", "berempat", "berlima", "berenam", "bertujuh", "berdelapan", "bersembilan")


def because(waiting: Waiting, locale: str, *, now: datetime) -> str:
    """Return one or two sentences in the reader's language: what is free, what is held and until when."""
    return _english(waiting, now) if locale == "en" else _indonesian(waiting, now)


def _indonesian(waiting: Waiting, now: datetime) -> str:
    if waiting.why is Why.HELD:
        still = _span(waiting.held_until, now, "id")
        return f"{waiting.held} kursi sedang ditahan untuk orang lain{f' sampai paling lama {still}' if still else ''}."
    if waiting.why is Why.TOO_LARGE:
        size = waiting.party_size
        group = f"Rombongan Anda {_NUMBERS[size]}" if size < len(_NUMBERS) else f"Rombongan Anda ({size} orang)"
        return f"{group} menunggu {size} kursi sekaligus; sekarang {waiting.free} yang kosong."
    if waiting.why is Why.CHOICE_FULL:
        named = ", ".join(f"“{label.to('id')}”" for label in waiting.full_choices)
        return f"Kursi masih ada, tetapi pilihan Anda {named} sudah penuh."
    if waiting.why is Why.SUSPENDED:
        return "Acara ditunda; kursi baru ditawarkan setelah waktunya pasti."
    if waiting.why is Why.OVER:
        return "Waktunya sudah lewat; kursi tidak ditawarkan lagi."
    if waiting.why is Why.NEXT:
        return "Kursi untuk Anda segera kami tawarkan."
    return "Semua kursi sudah terisi."


def _english(waiting: Waiting, now: datetime) -> str:
    if waiting.why is Why.HELD:
        still = _span(waiting.held_until, now, "en")
        seats = "1 seat is" if waiting.held == 1 else f"{waiting.held} seats are"
        return f"{seats} being held for somebody else{f', for {still} at most' if still else ''}."
    if waiting.why is Why.TOO_LARGE:
        free = "is 1" if waiting.free == 1 else f"are {waiting.free}"
        return f"Your party of {waiting.party_size} needs as many seats at once; right now there {free}."
    if waiting.why is Why.CHOICE_FULL:
        named = ", ".join(f"“{label.to('en')}”" for label in waiting.full_choices)
        return f"There are seats, but your choice {named} is full."
    if waiting.why is Why.SUSPENDED:
        return "The event is postponed; seats will be offered once its new time is known."
    if waiting.why is Why.OVER:
        return "Its time has passed; seats are no longer offered."
    if waiting.why is Why.NEXT:
        return "A seat is about to be offered to you."
    return "All seats are taken."


def _span(until: datetime | None, now: datetime, locale: str) -> str:
    """Say for how long an offer still runs: in minutes below an hour, in hours below two days, else in days."""
    if until is None or until <= now:
        return ""
    left: timedelta = until - now
    minutes = math.ceil(left.total_seconds() / 60)
    for limit, size, indonesian, english in ((60, 1, "menit", "minute"), (2880, 60, "jam", "hour")):
        if minutes <= limit:
            count = math.ceil(minutes / size)
            return f"{count} {indonesian}" if locale == "id" else f"{count} {english}{'s' if count > 1 else ''}"
    days = math.ceil(minutes / 1440)
    return f"{days} hari" if locale == "id" else f"{days} days"
