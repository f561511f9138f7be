"""Templates that every library has from the first day: a literacy webinar, a book discussion, an exhibition.

They are documents as `events.drafts.event_documents` writes them; what a library saves itself stands beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from events.drafts.event_documents import Document
from events.models import EventKind, EventMode
from events.storage import LocalizedText

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


@dataclass(frozen=True, slots=True)
class UsualTemplate:
    """One template of the house, by the key that addresses name it with."""

    key: str
    kind: EventKind
    name: LocalizedText
    document: Document


def _line(starts: int, minutes: int, title: str, english: str) -> dict[str, Any]:
    return {
        "starts": starts * _MINUTE,
        "ends": (starts + minutes) * _MINUTE,
        "title": {"id": title, "en": english},
        "room": {"id": "", "en": ""},
        "speaker_id": None,
    }


def _visits(days: int, hours: int, capacity: int) -> Iterator[dict[str, int]]:
    """Yield visits of an hour, `hours` of them a day, from the exhibition's first opening on."""
    for day in range(days):
        for hour in range(hours):
            starts = day * _DAY + hour * _HOUR
            yield {"starts": starts, "ends": starts + _HOUR, "capacity": capacity}


def _both(indonesian: str, english: str) -> dict[str, str]:
    return {"id": indonesian, "en": english}


_CERTIFICATE = {"enabled": True, "hours": 2}

_LITERACY = UsualTemplate(
    "literasi",
    EventKind.WEBINAR,
    LocalizedText("Webinar literasi", "Literacy webinar"),
    {
        "kind": "webinar",
        "length": 2 * _HOUR,
        "fields": {
            "mode": EventMode.ONLINE.value,
            "audience": _both("Umum, pelajar, dan guru", "Everybody, students and teachers"),
            "waitlist": True,
            "offer_hours": 24,
            "max_party_size": 1,
            "certificate": _CERTIFICATE,
        },
        "programme": [
            _line(0, 10, "Pembukaan dan doa", "Opening and prayer"),
            _line(10, 10, "Sambutan Kepala Perpustakaan", "Welcome by the head of the library"),
            _line(20, 60, "Paparan narasumber", "Talk"),
            _line(80, 30, "Tanya jawab", "Questions and answers"),
            _line(110, 10, "Penutup dan foto bersama", "Closing and group photo"),
        ],
        "visits": [],
        "capacity": 100,
    },
)

_BOOK = UsualTemplate(
    "bedah-buku",
    EventKind.WEBINAR,
    LocalizedText("Bedah buku", "Book discussion"),
    {
        "kind": "webinar",
        "length": 2 * _HOUR,
        "fields": {
            "mode": EventMode.ONSITE.value,
            "audience": _both("Pembaca dan pencinta buku", "Readers and lovers of books"),
            "waitlist": True,
            "offer_hours": 24,
            "max_party_size": 2,
            "attendance_rule": {"needs": ["door"], "match": "any"},
            "certificate": _CERTIFICATE,
        },
        "programme": [
            _line(0, 10, "Pembukaan", "Opening"),
            _line(10, 30, "Penulis bercerita tentang bukunya", "The author on the book"),
            _line(40, 30, "Ulasan pembahas", "A reader's review"),
            _line(70, 35, "Diskusi bersama peserta", "Discussion with the audience"),
            _line(105, 15, "Penandatanganan buku", "Signing of books"),
        ],
        "visits": [],
        "capacity": 40,
    },
)

_EXHIBITION = UsualTemplate(
    "pameran",
    EventKind.EXHIBITION,
    LocalizedText("Pameran dengan jam kunjungan", "Exhibition with visiting times"),
    {
        "kind": "exhibition",
        "length": 6 * _DAY + 6 * _HOUR,
        "fields": {
            "mode": EventMode.ONSITE.value,
            "audience": _both("Umum, keluarga, dan rombongan sekolah", "Everybody, families and school classes"),
            "waitlist": True,
            "offer_hours": 24,
            "max_party_size": 40,
            "attendance_rule": {"needs": ["door"], "match": "any"},
        },
        "programme": [_line(0, 30, "Pembukaan pameran", "Opening of the exhibition")],
        "visits": list(_visits(days=7, hours=6, capacity=40)),
        "capacity": None,
    },
)

USUAL: Mapping[str, UsualTemplate] = {each.key: each for each in (_LITERACY, _BOOK, _EXHIBITION)}
