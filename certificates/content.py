"""What stands on one certificate: pure data, composed before it is drawn, so that drawing knows no database."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

DESIGNS = ("melati", "samudra")
"""The gallery, by the names of the folders under ``templates/``. The first is what an event gets unless it chooses."""


_HEX = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class Colours:
    """The brand's colours as ``#rrggbb``; `on_primary` is what can be read on `primary`.

    Raises `ValueError` for anything else: these go into a stylesheet, which has no escaping.
    """

    primary: str
    accent: str
    paper: str
    ink: str
    on_primary: str

    def __post_init__(self) -> None:
        for field in fields(self):
            if not _HEX.fullmatch(getattr(self, field.name)):
                raise ValueError(f"{field.name} is not a colour like #0f5c5c")


def mix(one: str, other: str, share: float) -> str:
    """Return the colour that has `share` (0 to 1) of `other` and the rest of `one`; both as ``#rrggbb``."""
    pairs = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


@dataclass(frozen=True, slots=True)
class CertificateContent:
    """Everything a design needs, already in the certificate's language. None of it is trusted: all is escaped."""

    design: str
    locale: str
    name: str
    """As issued, with titles; up to 200 characters, possibly one word."""
    heading: str
    """``Sertifikat``."""
    presented: str
    """``diberikan kepada``."""
    statement: str
    """``atas partisipasinya sebagai peserta dalam webinar``."""
    event_title: str
    when: str
    """The date in words with its zone; empty lines are left out, here and below."""
    venue: str
    hours: str
    """``setara dengan 2 jam pelajaran (JP)``."""
    number: str
    number_label: str
    issued: str
    """``Diterbitkan pada 12 Desember 2026``."""
    organiser: str
    signatory_name: str
    signatory_role: str
    verify_url: str
    verify_hint: str
    colours: Colours
    logo: bytes | None = None
    """A PNG, JPEG, WebP or SVG; anything else is left out."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a certificate could not be drawn: a code for the log of facts, and a message for the staff."""

    reason: str
    message: str
