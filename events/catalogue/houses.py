"""How an organiser appears in public: name, address, brand. The read side of organisers."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import sqlalchemy as sa

from events.brand import Brand, brand_of
from events.models import Organiser
from events.storage import LocalizedText, ReadSession


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One organiser, as pages show it."""

    id: uuid.UUID
    slug: str
    parent_id: uuid.UUID | None
    """The library whose branch this is."""
    name: LocalizedText
    timezone: str
    locale: str
    email: str | None
    phone: str | None
    address: LocalizedText
    website: str | None
    brand: Brand
    card: str | None = None
    """What names the picture for shared links; nothing until it is drawn."""

    @property
    def tagline(self) -> LocalizedText:
        """What the organiser says of itself in a line; may be empty."""
        return LocalizedText(**{key: self.brand.tagline.get(key, "") for key in ("id", "en")})


def house_of(organiser: Organiser) -> House:
    """Return how `organiser` appears."""
    return House(
        id=organiser.id,
        slug=organiser.slug,
        parent_id=organiser.parent_id,
        name=organiser.name,
        timezone=organiser.timezone,
        locale=organiser.locale,
        email=organiser.email,
        phone=organiser.phone,
        address=organiser.address,
        website=organiser.website,
        brand=brand_of(organiser.look),
        card=organiser.card,
    )


def houses(session: ReadSession) -> tuple[House, ...]:
    """Return every organiser, the oldest first. One query."""
    found = session.scalars(sa.select(Organiser).order_by(Organiser.created_at, Organiser.id))
    return tuple(house_of(organiser) for organiser in found)
