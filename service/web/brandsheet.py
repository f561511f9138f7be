"""The organiser's colours as a stylesheet: `/brand/<organiser>.<hash>.css`.

An organiser chooses four colours; what is laid on them, and the whole dark scheme, is worked out here so that text
keeps a contrast of at least 4.5 (WCAG 2.2, 1.4.3) whatever they choose.
"""

from __future__ import annotations

import hashlib

from events.brand import Brand, contrast

READABLE = 4.5
_NIGHT = "#0b1214"


def stylesheet(brand: Brand) -> str:
    """Return the colours of `brand`, light and dark, as CSS custom properties."""
    night = mix(brand.primary, _NIGHT, 0.14)
    day_ink = readable(brand.ink, brand.paper)
    night_ink = readable(mix(brand.paper, "#ffffff", 0.9), night)
    night_primary = readable(brand.primary, night)
    colours = {
        "light-paper": brand.paper,
        "light-ink": day_ink,
        "light-primary": brand.primary,
        "light-on-primary": brand.on(brand.primary),
        "light-accent": brand.accent,
        "light-on-accent": brand.on(brand.accent),
        "light-link": readable(brand.primary, brand.paper),
        "light-band": brand.primary,
        "dark-paper": night,
        "dark-ink": night_ink,
        "dark-primary": night_primary,
        "dark-on-primary": brand.on(night_primary),
        "dark-accent": brand.accent,
        "dark-on-accent": brand.on(brand.accent),
        "dark-link": readable(brand.primary, mix(night_ink, night, 0.1)),
        "dark-band": readable(mix(brand.primary, _NIGHT, 0.55), night_ink),
    }
    body = "".join(f"--{name}:{colour};" for name, colour in colours.items())
    return f":root:root{{{body}}}"


def digest(brand: Brand) -> str:
    """Return the hash in the stylesheet's address: it changes with the colours."""
    colours = f"{brand.primary}{brand.accent}{brand.paper}{brand.ink}"
    return hashlib.sha256(colours.encode()).hexdigest()[:10]


def mix(colour: str, other: str, share: float) -> str:
    """Return `share` (0 to 1) of `colour` and the rest of `other`, both ``#rrggbb``."""
    pairs = ((int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(one * share + two * (1 - share)):02x}" for one, two in pairs)


def readable(colour: str, ground: str) -> str:
    """Return `colour`, led towards black or white just so far that it can be read on `ground`."""
    towards = max(("#000000", "#ffffff"), key=lambda end: contrast(end, ground))
    for step in range(21):
        candidate = mix(towards, colour, step / 20)
        if contrast(candidate, ground) >= READABLE:
            return candidate
    return towards
