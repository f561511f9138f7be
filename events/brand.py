"""The organiser's brand kit: what pages, mails, posts and certificates are coloured and signed with."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from events.errors import N_, FieldError, Invalid

_HEX = re.compile(r"#[0-9a-fA-F]{6}")


class Brand(msgspec.Struct, frozen=True, kw_only=True):
    """Colours as ``#rrggbb``, file keys, and the voice of the organiser's posts."""

    primary: str = "#0f5c5c"
    """Headings, buttons, the poster's ground."""
    accent: str = "#f2a541"
    """What must be seen: dates, calls to action."""
    paper: str = "#fdfaf4"
    ink: str = "#1d2b2f"
    logo_key: str | None = None
    font: str = "Plus Jakarta Sans"
    tone: str = "warm"
    """``formal``, ``warm`` or ``young``."""
    hashtags: tuple[str, ...] = ()
    tagline: dict[str, str] = {}
    signatory_name: str = ""
    signatory_role: dict[str, str] = {}

    def on(self, ground: str) -> str:
        """Return the brand's ink or paper, or plain black or white: the first that is readable on `ground`.

        Readable means a contrast of at least 4.5 (WCAG 2.2, success criterion 1.4.3).
        """
        for colour in (self.ink, self.paper, "#000000", "#ffffff"):
            if contrast(colour, ground) >= 4.5:
                return colour
        return max(("#000000", "#ffffff"), key=lambda colour: contrast(colour, ground))


def brand_of(settings: dict[str, Any]) -> Brand:
    """Read an organiser's `brand` column; what is missing has a sensible default.

    Raises `Invalid` for a colour that is none.
    """
    brand = msgspec.convert(settings, Brand)
    errors = [
        FieldError(name, "colour", N_("Write colours like #0f5c5c."))
        for name in ("primary", "accent", "paper", "ink")
        if not _HEX.fullmatch(getattr(brand, name))
    ]
    if errors:
        raise Invalid(errors)
    return brand


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb``, 0 (black) to 1 (white), as WCAG 2.2 defines it."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
