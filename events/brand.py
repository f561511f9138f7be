"""The organiser's brand kit: what pages, mails, posts and certificates are coloured and signed with."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from events.errors import N_, FieldError, Invalid

FONTS = ("Plus Jakarta Sans", "Bricolage Grotesque", "Archivo", "Fraunces", "Lora", "DM Serif Display")
"""The families that titles of posters may be set in: all under the Open Font License, installed as packages."""
READABLE = 4.5
"""The least contrast of plain words (WCAG 2.2, success criterion 1.4.3)."""
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
    """The logo for light grounds, and for dark ones where it has no other."""
    logo_dark_key: str | None = None
    """The logo for dark grounds: white, or in light colours."""
    font: str = "Plus Jakarta Sans"
    """What the titles of posters are set in, one of `FONTS`."""
    tone: str = "warm"
    """``formal``, ``warm``, ``young`` or ``pantun``."""
    emoji: str = ""
    """``none``, ``few`` or ``many`` in posts; empty: as the tone has it."""
    quiet_from: int = 21
    """The hour of the evening from which no post goes out."""
    quiet_until: int = 7
    """The hour of the morning from which posts go out again; the same as `quiet_from`: at any time."""
    post_gap: int = 15
    """Minutes between two posts on one channel."""
    hashtags: tuple[str, ...] = ()
    tagline: dict[str, str] = {}
    address: dict[str, str] = {}
    """Where the library is, as it stands below posts."""
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

    Raises `Invalid` for a colour that is none, and for a typeface that is not shipped.
    """
    brand = msgspec.convert(settings, Brand)
    errors = [
        FieldError(name, "colour", N_("Write colours like #0f5c5c."))
        for name in ("primary", "accent", "paper", "ink")
        if not _HEX.fullmatch(getattr(brand, name))
    ]
    if brand.font not in FONTS:
        errors.append(FieldError("font", "unknown", N_("Choose one of the typefaces in the list.")))
    if errors:
        raise Invalid(errors)
    return brand


def nearest(colour: str, ground: str, least: float = READABLE) -> str:
    """Return `colour`, led towards black or white just so far that its contrast with `ground` is `least`."""
    towards = max((0, 255), key=lambda end: contrast(f"#{end:02x}{end:02x}{end:02x}", ground))
    channels = [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
    candidate = colour
    for step in range(51):
        candidate = "#" + "".join(f"{round(value + (towards - value) * step / 50):02x}" for value in channels)
        if contrast(candidate, ground) >= least:
            break
    return candidate


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb``, 0 (black) to 1 (white), as WCAG 2.2 defines it."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
