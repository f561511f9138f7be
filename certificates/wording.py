"""The words of a certificate, Indonesian and English, as institutions write them."""

from __future__ import annotations

from dataclasses import dataclass

from certificates.models import CertificateRole
from events.models import EventKind


@dataclass(frozen=True, slots=True)
class Wording:
    """One language's phrases; the statements are by role, and their ``{kind}`` by the kind of the event."""

    heading: str
    presented: str
    statements: dict[CertificateRole, str]
    kinds: dict[EventKind, str]
    hours: str
    number_label: str
    issued: str
    verify_hint: str


_WORDINGS = {
    "id": Wording(
        heading="Sertifikat",
        presented="diberikan kepada",
        statements={
            CertificateRole.PARTICIPANT: "atas partisipasinya sebagai peserta {kind}",
            CertificateRole.SPEAKER: "atas kontribusinya sebagai narasumber {kind}",
            CertificateRole.MODERATOR: "atas kontribusinya sebagai moderator {kind}",
        },
        kinds={EventKind.WEBINAR: "webinar", EventKind.EXHIBITION: "pameran"},
        hours="setara dengan {hours} jam pelajaran (JP)",
        number_label="Nomor",
        issued="Diterbitkan pada {date}",
        verify_hint="Periksa keasliannya di:",
    ),
    "en": Wording(
        heading="Certificate",
        presented="is presented to",
        statements={
            CertificateRole.PARTICIPANT: "for taking part in the {kind}",
            CertificateRole.SPEAKER: "for contributing as a speaker to the {kind}",
            CertificateRole.MODERATOR: "for contributing as moderator to the {kind}",
        },
        kinds={EventKind.WEBINAR: "webinar", EventKind.EXHIBITION: "exhibition"},
        hours="equivalent to {hours} lesson hours (JP)",
        number_label="No.",
        issued="Issued on {date}",
        verify_hint="Check that it is genuine at:",
    ),
}


def wording(locale: str) -> Wording:
    """Return the phrases of `locale`; Indonesian for a language that the house does not speak."""
    return _WORDINGS.get(locale, _WORDINGS["id"])


def statement(locale: str, role: CertificateRole, kind: EventKind) -> str:
    """Return why the certificate is given: ``atas partisipasinya sebagai peserta webinar``."""
    words = wording(locale)
    return words.statements[role].format(kind=words.kinds[kind])


def hours_line(locale: str, hours: int | None) -> str:
    """Return what the event counts for, or nothing."""
    if hours is None:
        return ""
    if locale == "en" and hours == 1:
        return "equivalent to 1 lesson hour (JP)"
    return wording(locale).hours.format(hours=hours)
