"""What a poster shows: words, colours and pictures, as plain data.

A `Design` is drawn in a child process that knows neither the event nor the database; `designing` chooses what is in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from events.brand import Brand

DRAWN_BY = 4
"""Raised when the drawing itself changes, so that pictures of the same event are drawn anew."""

NOTICE_LAYOUT = "notice"
LEAF_LAYOUT = "leaf"
MOST_LEAVES = 9
"""Instagram takes ten pictures in a row, the poster is the first."""
HOUSE_LAYOUT = "house"
"""An organiser's card, see `notifications.letters.house_cards`."""


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """A speaker on a poster."""

    name: str
    affiliation: str
    photo_key: str | None = None


class Hour(msgspec.Struct, frozen=True):
    """One line of the programme."""

    time: str
    title: str


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """A work of an exhibition, or a book, in a row of pictures to leaf through."""

    title: str
    maker: str
    picture_key: str | None = None


class Design(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is drawn. Empty texts are not shown."""

    layout: str
    locale: str
    kicker: str
    """The small line above the title: "Webinar gratis", "Besok", "Jadwal baru"."""
    title: str
    big: str
    """The day of the month, or the days of an exhibition, as the largest figure on the page."""
    month: str
    weekday: str
    hours: str
    where: str
    was: str
    """The time that holds no more, struck through."""
    speakers: tuple[Voice, ...]
    speaker_label: str
    call: str
    page: str
    organiser: str
    tagline: str
    seed: int
    primary: str
    accent: str
    paper: str
    ink: str
    font: str
    logo_key: str | None = None
    logo_dark_key: str | None = None
    lead: str = ""
    """A sentence about the event, or a speaker's topic."""
    about: str = ""
    """The event's name where the title is somebody's or something's."""
    programme: tuple[Hour, ...] = ()
    works: tuple[Work, ...] = ()
    picture_key: str | None = None
    """The work or cover that the poster shows; without one, the photograph of a speaker who is alone."""
    picture_kind: str = "portrait"
    """``portrait`` may be cut to shape, ``cover`` and ``work`` are always shown whole."""
    off: bool = False
    """It does not take place at the time that is shown."""

    def brand(self) -> Brand:
        """Return the colours with their rules of contrast."""
        return Brand(primary=self.primary, accent=self.accent, paper=self.paper, ink=self.ink)

    def digest(self) -> str:
        """Return a SHA-256 of everything drawn, and of the hand that draws it."""
        return hashlib.sha256(msgspec.json.encode((DRAWN_BY, self))).hexdigest()


Draw = Callable[[Design, Mapping[str, bytes]], Mapping[str, bytes]]
"""Takes a design and the pictures it names by key, returns the files by format; see `drawing`."""


def leaves_of(design: Design) -> tuple[Design, ...]:
    """Return the pictures to leaf through after the poster: one for each work, else for each of several speakers."""
    shared: dict[str, Any] = {"layout": LEAF_LAYOUT, "about": design.title, "works": (), "programme": ()}
    if design.works:
        return tuple(
            msgspec.structs.replace(
                design, **shared, title=each.title, lead=each.maker, speakers=(), picture_key=each.picture_key,
                picture_kind="work", seed=number,
            )
            for number, each in enumerate(design.works[:MOST_LEAVES])
        )  # fmt: skip
    if len(design.speakers) < 2 or design.layout == NOTICE_LAYOUT:
        return ()
    return tuple(
        msgspec.structs.replace(
            design, **shared, title=each.name, lead=each.affiliation, kicker=design.speaker_label, speakers=(each,),
            picture_key=each.photo_key, picture_kind="portrait", seed=number,
        )
        for number, each in enumerate(design.speakers[:MOST_LEAVES])
    )  # fmt: skip


def key_of(design_digest: str, picture_format: str, suffix: str) -> str:
    """Return the file key of one picture: named by what it shows, so that it is drawn and stored once."""
    return f"posters/{design_digest[:40]}-{picture_format}.{suffix}"
