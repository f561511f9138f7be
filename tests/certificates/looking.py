"""What independent programs see in a PDF."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import zxingcpp
from PIL import Image

from certificates.content import CertificateContent, Colours

COLOURS = Colours("#0f5c5c", "#f2a541", "#fdfaf4", "#1d2b2f", "#fdfaf4")
CODE_URL = "https://acara.example/v/7K2M9QXW4T1BFH8N3RJ6CZ5D0E"
SHORT, LONG = "Ani", "Dr. Hj. Siti Nurhaliza Aminah Puspitasari Wulandari, S.Pd., M.M., Ph.D."


def sample(**changes: Any) -> CertificateContent:
    """Return a certificate as a library would give it."""
    wanted: dict[str, Any] = {
        "design": "melati",
        "locale": "id",
        "name": LONG,
        "heading": "Sertifikat",
        "presented": "diberikan kepada",
        "statement": "atas partisipasinya sebagai peserta webinar",
        "event_title": "Menulis Cerita Anak: dari Ide sampai Terbit",
        "when": "Sabtu, 12 Desember 2026, pukul 09.00–11.30 WIB",
        "venue": "",
        "hours": "setara dengan 3 jam pelajaran (JP)",
        "number": "0042/PERPUS-BTM/XII/2026",
        "number_label": "Nomor",
        "issued": "Diterbitkan pada 12 Desember 2026",
        "organiser": "Perpustakaan Kota Batam",
        "signatory_name": "Dra. Ratna Kusumawati, M.Si.",
        "signatory_role": "Kepala Dinas Perpustakaan dan Arsip",
        "verify_url": CODE_URL,
        "verify_hint": "Periksa keasliannya di:",
        "colours": COLOURS,
        **changes,
    }
    return CertificateContent(**wanted)


def run(*command: str | Path) -> str:
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def text_of(pdf: bytes, folder: Path) -> str:
    """Return the text of a PDF as poppler reads it, in one line."""
    return " ".join(run("pdftotext", "-raw", _file(pdf, folder), "-").split())


def information_of(pdf: bytes, folder: Path) -> dict[str, str]:
    """Return what `pdfinfo` tells."""
    lines = run("pdfinfo", _file(pdf, folder)).splitlines()
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}


def picture_of(pdf: bytes, folder: Path, resolution: int = 150) -> Image.Image:
    """Return the first page as it prints."""
    run("pdftoppm", "-r", str(resolution), "-png", "-singlefile", _file(pdf, folder), folder / "page")
    with Image.open(folder / "page.png") as picture:
        return picture.convert("RGB")


def codes_in(picture: Image.Image) -> list[str]:
    """Return what a reader finds in the codes of a picture."""
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def _file(pdf: bytes, folder: Path) -> Path:
    path = folder / "certificate.pdf"
    path.write_bytes(pdf)
    return path
