"""What stands on a certificate, in both languages, as a person would read it aloud."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from certificates.composing import Subject, content_of, printable
from certificates.content import CertificateContent
from certificates.models import CertificateRole
from certificates.settings import read_settings
from events.brand import Brand
from events.models import Event, Organiser
from tests.certificates.conftest import Hall, verify_url

BRAND = Brand(signatory_name="Dra. Ratna Kusumawati, M.Si.", signatory_role={"id": "Kepala Dinas", "en": "Head"})


def compose(hall: Hall, *, settings: dict[str, Any], **changes: Any) -> CertificateContent:
    values: dict[str, Any] = {
        "name": "Ani", "role": CertificateRole.PARTICIPANT, "locale": "id", "number": "1/2026",
        "verify_url": verify_url("X"), **changes,
    }  # fmt: skip

    def query(session: Any) -> CertificateContent:
        event, organiser = session.get(Event, hall.event_id), session.get(Organiser, hall.life.organiser_id)
        return content_of(event, organiser, BRAND, read_settings(settings), Subject(**values), now=hall.later)

    return hall.database.read(query)


def spoken(content: CertificateContent) -> list[str]:
    return [
        content.heading, content.presented, content.name, content.statement, content.event_title, content.when,
        content.venue, content.hours, content.issued, content.organiser, content.signatory_name, content.signatory_role,
    ]  # fmt: skip


def test_indonesian(sqlite_hall: Hall) -> None:
    assert spoken(compose(sqlite_hall, settings={"hours": 3})) == [
        "Sertifikat",
        "diberikan kepada",
        "Ani",
        "atas partisipasinya sebagai peserta webinar",
        "Menulis Cerita Anak",
        "Sabtu, 12 Desember 2026, pukul 09.00–11.30 WIB",
        "",
        "setara dengan 3 jam pelajaran (JP)",
        "Diterbitkan pada 1 Desember 2026",
        "Perpustakaan Kota Batam",
        "Dra. Ratna Kusumawati, M.Si.",
        "Kepala Dinas",
    ]


def test_english(sqlite_hall: Hall) -> None:
    content = compose(sqlite_hall, settings={"hours": 1}, locale="en", role=CertificateRole.SPEAKER)
    assert spoken(content) == [
        "Certificate",
        "is presented to",
        "Ani",
        "for contributing as a speaker to the webinar",
        "Writing for Children",
        "Saturday, 12 December 2026, 09:00–11:30 WIB",
        "",
        "equivalent to 1 lesson hour (JP)",
        "Issued on 1 December 2026",
        "Batam City Library",
        "Dra. Ratna Kusumawati, M.Si.",
        "Head",
    ]


def test_an_event_may_say_it_its_own_way(sqlite_hall: Hall) -> None:
    content = compose(
        sqlite_hall,
        settings={
            "heading": {"id": "Piagam"},
            "title": {"id": "Lokakarya Menulis"},
            "signatory_name": "Budi",
            "signatory_role": {"id": "Ketua Panitia"},
        },
        locale="en",
    )
    # What is written in one language only stands in for the other.
    assert (content.heading, content.event_title, content.hours) == ("Piagam", "Lokakarya Menulis", "")
    assert (content.signatory_name, content.signatory_role) == ("Budi", "Ketua Panitia")


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("  Ani \n Lestari\t", "Ani Lestari"),
        ("Ani\x00\x07\x1b[31m", "Ani[31m"),
        ("Ani\u202egnp.exe", "Anignp.exe"),
        ("\ud800Ani", "Ani"),
        ("ꦱꦶꦠꦶ 陳美玲", "ꦱꦶꦠꦶ 陳美玲"),
    ],
)
def test_control_characters_do_not_reach_the_paper(typed: str, printed: str) -> None:
    assert printable(typed) == printed


def test_the_service_does_not_load_what_only_drawing_needs() -> None:
    """WeasyPrint and pyHanko take a second and 80 MB: a process that never draws must not pay for them."""
    program = (
        "import sys, certificates.delivery, certificates.issuing, certificates.listing, certificates.verifying\n"
        "print(sorted({'weasyprint', 'pyhanko', 'fontTools', 'PIL'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert out.stdout.strip() == "[]"
