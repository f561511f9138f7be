"""How an e-mail looks and who signs it: the organiser's colours, and its name and addresses in the foot."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from events.brand import Brand, contrast
from events.models import Organiser
from events.plaintext import one_line


class Sender(NamedTuple):
    """Who writes, as the foot of the mail says."""

    name: str
    address: str
    email: str
    phone: str
    website: str


def sender_of(organiser: Organiser, locale: str) -> Sender:
    """Return who writes, in the reader's language."""
    return Sender(
        one_line(organiser.name.to(locale)),
        one_line(organiser.address.to(locale)),
        organiser.email or "",
        organiser.phone or "",
        organiser.website or "",
    )


class Colours(NamedTuple):
    """The colours of the mail: on each ground a text that can be read, also where the mail is shown in the dark."""

    primary: str
    on_primary: str
    accent: str
    on_accent: str
    paper: str
    ink: str
    """On paper."""
    quiet: str
    """On paper."""
    label: str
    """On paper."""
    body: str
    """On the card, which is white."""
    link: str
    """On the card."""
    paper_link: str
    dark_link: str
    """On the card in the dark."""


_CARD, _DARK = "#ffffff", "#283033"
_QUIET, _PALE = "#5d6667", "#ece8df"


def colours_of(brand: Brand) -> Colours:
    """Return the colours of an organiser's mail."""
    return _colours(brand.primary, brand.accent, brand.paper, brand.ink)


@lru_cache(maxsize=256)
def _colours(primary: str, accent: str, paper: str, ink: str) -> Colours:
    brand = Brand(primary=primary, accent=accent, paper=paper, ink=ink)

    def readable(colour: str, ground: str, otherwise: str) -> str:
        return colour if contrast(colour, ground) >= 4.5 else otherwise

    on_paper = brand.on(paper)
    return Colours(
        primary=brand.primary,
        on_primary=brand.on(brand.primary),
        accent=brand.accent,
        on_accent=brand.on(brand.accent),
        paper=brand.paper,
        ink=on_paper,
        quiet=readable(_QUIET, paper, on_paper),
        label=readable(_QUIET, paper, on_paper),
        body=brand.on(_CARD),
        link=readable(brand.primary, _CARD, brand.on(_CARD)),
        paper_link=readable(brand.primary, paper, on_paper),
        dark_link=readable(brand.accent, _DARK, _PALE),
    )
