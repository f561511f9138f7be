"""The words of text messages: short, one place for each value, the same on every network.

WhatsApp has every wording approved before it is used, so the wordings are fixed; a change of one raises its version in
`template_name`. Places are written ``{{1}}`` as WhatsApp does
(https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates): 1 the person, 2 the event,
3 when, 4 where, or what else the kind is about. A body neither begins nor ends with a place, which WhatsApp refuses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from notifications.models.email import EmailKind

VERSION = 1
BODY_LIMIT = 1024
"""Characters of a filled body (WhatsApp)."""
VALUE_LIMIT = 300
"""Characters of one value, so that four of them and the words stay within the limit."""
_PLACE = re.compile(r"\{\{(\d)\}\}")

WORDS: Mapping[EmailKind, Mapping[str, str]] = {
    EmailKind.CONFIRMATION: {
        "id": "Halo {{1}}, pendaftaran Anda untuk *{{2}}* sudah kami terima.\n\nWaktu: {{3}}\nTempat: {{4}}\n\n"
        "Simpan tautan di bawah untuk melihat, mengubah, atau membatalkan pendaftaran.",
        "en": "Hello {{1}}, you are registered for *{{2}}*.\n\nTime: {{3}}\nPlace: {{4}}\n\n"
        "Keep the link below to see, change or cancel your registration.",
    },
    EmailKind.WAITLISTED: {
        "id": "Halo {{1}}, *{{2}}* ({{3}}) sedang penuh dan Anda masuk daftar tunggu.\n\nPosisi: {{4}}\n\n"
        "Kami kabari begitu ada tempat.",
        "en": "Hello {{1}}, *{{2}}* ({{3}}) is full and you are on the waiting list.\n\nPosition: {{4}}\n\n"
        "We will write as soon as there is a place.",
    },
    EmailKind.SEAT_OFFERED: {
        "id": "Halo {{1}}, ada tempat untuk Anda di *{{2}}* ({{3}}).\n\nTempat ini kami tahan sampai {{4}}.\n\n"
        "Buka tautan di bawah untuk mengambilnya.",
        "en": "Hello {{1}}, there is a place for you at *{{2}}* ({{3}}).\n\nWe keep it for you until {{4}}.\n\n"
        "Open the link below to take it.",
    },
    EmailKind.REGISTRATION_CANCELLED: {
        "id": "Halo {{1}}, pendaftaran Anda untuk *{{2}}* ({{3}}) sudah dibatalkan.\n\nCatatan: {{4}}\n\n"
        "Anda boleh mendaftar lagi selama masih ada tempat.",
        "en": "Hello {{1}}, your registration for *{{2}}* ({{3}}) has been cancelled.\n\nNote: {{4}}\n\n"
        "You may register again while there are places.",
    },
    EmailKind.REGISTRATION_DECLINED: {
        "id": "Halo {{1}}, terima kasih atas minat Anda pada *{{2}}* ({{3}}). Mohon maaf, kali ini kami belum dapat "
        "menerima pendaftaran Anda.\n\nKeterangan: {{4}}\n\nKami tunggu di kegiatan berikutnya.",
        "en": "Hello {{1}}, thank you for your interest in *{{2}}* ({{3}}). We are sorry that we cannot accept your "
        "registration this time.\n\nNote: {{4}}\n\nWe hope to see you at another event.",
    },
    EmailKind.OFFER_EXPIRED: {
        "id": "Halo {{1}}, tempat yang kami tahan untuk Anda di *{{2}}* ({{3}}) sudah kami berikan kepada peserta "
        "berikutnya.\n\nTempat acara: {{4}}\n\nAnda boleh mendaftar lagi selama pendaftaran dibuka.",
        "en": "Hello {{1}}, the place that we kept for you at *{{2}}* ({{3}}) has gone to the next person."
        "\n\nVenue: {{4}}\n\nYou may register again while registration is open.",
    },
    EmailKind.WAITING_ENDED: {
        "id": "Halo {{1}}, *{{2}}* ({{3}}) sudah dimulai dan tidak ada tempat yang kosong.\n\nTempat acara: {{4}}\n\n"
        "Terima kasih sudah menunggu.",
        "en": "Hello {{1}}, *{{2}}* ({{3}}) has begun and no place came free.\n\nVenue: {{4}}\n\n"
        "Thank you for waiting.",
    },
    EmailKind.EVENT_UPDATE: {
        "id": "Halo {{1}}, ada perubahan pada *{{2}}*.\n\nWaktu: {{3}}\nTempat: {{4}}\n\n"
        "Pendaftaran Anda tetap berlaku.",
        "en": "Hello {{1}}, *{{2}}* has changed.\n\nTime: {{3}}\nPlace: {{4}}\n\nYour registration still stands.",
    },
    EmailKind.EVENT_POSTPONED: {
        "id": "Halo {{1}}, *{{2}}* yang semula {{3}} ditunda.\n\nKeterangan: {{4}}\n\n"
        "Kami kabari begitu ada jadwal baru.",
        "en": "Hello {{1}}, *{{2}}*, planned for {{3}}, is postponed.\n\nNote: {{4}}\n\n"
        "We will write as soon as there is a new date.",
    },
    EmailKind.EVENT_CANCELLED: {
        "id": "Halo {{1}}, dengan menyesal *{{2}}* ({{3}}) dibatalkan.\n\nKeterangan: {{4}}\n\n"
        "Mohon maaf atas perubahan ini.",
        "en": "Hello {{1}}, we are sorry: *{{2}}* ({{3}}) is cancelled.\n\nNote: {{4}}\n\nWe apologise for the change.",
    },
    EmailKind.ANNOUNCEMENT: {
        "id": "Halo {{1}}, ada kabar dari kami tentang *{{2}}* ({{3}}).\n\n{{4}}\n\n"
        "Selengkapnya ada di halaman pendaftaran Anda.",
        "en": "Hello {{1}}, we have news about *{{2}}* ({{3}}).\n\n{{4}}\n\n"
        "All of it is on the page of your registration.",
    },
    EmailKind.REMINDER_7D: {
        "id": "Halo {{1}}, sepekan lagi kita bertemu di *{{2}}*.\n\nWaktu: {{3}}\nTempat: {{4}}\n\n"
        "Tidak bisa hadir? Beri tahu kami lewat tautan di bawah.",
        "en": "Hello {{1}}, see you in a week at *{{2}}*.\n\nTime: {{3}}\nPlace: {{4}}\n\n"
        "You cannot come? Tell us with the link below.",
    },
    EmailKind.REMINDER_1D: {
        "id": "Halo {{1}}, besok kita bertemu di *{{2}}*.\n\nWaktu: {{3}}\nTempat: {{4}}\n\n"
        "Tidak bisa hadir? Beri tahu kami lewat tautan di bawah.",
        "en": "Hello {{1}}, see you tomorrow at *{{2}}*.\n\nTime: {{3}}\nPlace: {{4}}\n\n"
        "You cannot come? Tell us with the link below.",
    },
    EmailKind.REMINDER_1H: {
        "id": "Halo {{1}}, *{{2}}* segera dimulai.\n\nWaktu: {{3}}\nTempat: {{4}}\n\n"
        "Buka tautan di bawah untuk masuk atau melihat kartu hadir.",
        "en": "Hello {{1}}, *{{2}}* begins soon.\n\nTime: {{3}}\nPlace: {{4}}\n\n"
        "Open the link below to join or to see your entry card.",
    },
    EmailKind.RECORDING_AVAILABLE: {
        "id": "Halo {{1}}, rekaman *{{2}}* ({{3}}) sudah dapat ditonton.\n\nTautan: {{4}}\n\nSelamat menonton.",
        "en": "Hello {{1}}, the recording of *{{2}}* ({{3}}) can be watched.\n\nLink: {{4}}\n\nEnjoy it.",
    },
    EmailKind.CERTIFICATE: {
        "id": "Halo {{1}}, sertifikat Anda untuk *{{2}}* ({{3}}) sudah terbit.\n\nNomor: {{4}}\n\n"
        "Unduh lewat tautan di bawah.",
        "en": "Hello {{1}}, your certificate for *{{2}}* ({{3}}) is ready.\n\nNumber: {{4}}\n\n"
        "Download it with the link below.",
    },
}
"""What is told by text message, in both languages. What is not here is told by e-mail only."""

BUTTON: Mapping[str, str] = {"id": "Buka pendaftaran", "en": "Open registration"}
"""What the link is called (at most 25 characters on WhatsApp)."""


def template_name(kind: EmailKind) -> str:
    """Return the name of a kind's approved template."""
    return f"acara_{kind.value}_v{VERSION}"


def language(locale: str) -> str:
    """Return the language that a message is written in."""
    return "en" if locale == "en" else "id"


def clean(value: str) -> str:
    """Return a value as WhatsApp takes it: one line, no runs of blanks, not empty, not longer than its limit."""
    line = " ".join(value.split()) or "-"
    return line if len(line) <= VALUE_LIMIT else f"{line[: VALUE_LIMIT - 1]}…"


def fill(kind: EmailKind, locale: str, values: Sequence[str], *, uncut: bool = False) -> str:
    """Return the whole body. `*bold*` stays as it is typed on WhatsApp; `uncut` values keep their length and lines."""

    def value(place: re.Match[str]) -> str:
        given = values[int(place[1]) - 1]
        return given if uncut else clean(given)

    return _PLACE.sub(value, WORDS[kind][language(locale)])
