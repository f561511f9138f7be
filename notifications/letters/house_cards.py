"""The picture that stands for an organiser where a link to it is shared, and for its events until theirs are drawn.

Drawn once by a worker, and again when the brand changes. `Organiser.card` is what was drawn: None asks for it, and the
empty text says that it could not be drawn, so that nobody tries again before the brand changes.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.brand import brand_of
from events.errors import TryLater
from events.links import Links
from events.media.files import FileStore
from events.models import Organiser
from events.storage import LOCALES, ReadSession, Transactions
from notifications.posters.design import HOUSE_LAYOUT, Design, Draw

SUFFIX = "jpg"
_CALLS = {
    "id": "Webinar dan pameran, gratis dan terbuka untuk umum",
    "en": "Free webinars and exhibitions, open to everyone",
}


def card_key(card: str, locale: str) -> str:
    """Return the file key of an organiser's card in one language."""
    return f"houses/{card}-{locale}.{SUFFIX}"


def draw_cards(transactions: Transactions, files: FileStore, draw: Draw, *, links: Links, limit: int = 5) -> int:
    """Draw the cards that are asked for and return how many organisers that were. Commits by itself.

    Two workers that draw the same one write the same files. What changed while it was drawn is drawn again.
    """
    wanted = transactions.read(partial(_wanted, links=links, limit=limit))
    for organiser_id, designs in wanted.items():
        card = _digest(designs)
        try:
            for design in designs:
                key = card_key(card, design.locale)
                if not files.exists(key):
                    logo = design.logo_key
                    pictures = {logo: files.get(logo)} if logo and files.exists(logo) else {}
                    files.put(key, draw(design, pictures)["card"], content_type="image/jpeg")
        except TryLater:
            raise
        except Exception:  # noqa: BLE001 - whatever went wrong, links go out without a picture, and posters are drawn
            card = ""
        transactions.write(partial(_hang, organiser_id=organiser_id, designs=designs, card=card, links=links))
    return len(wanted)


def _wanted(session: ReadSession, *, links: Links, limit: int) -> Mapping[uuid.UUID, Sequence[Design]]:
    asking = session.scalars(sa.select(Organiser).where(Organiser.card.is_(None)).order_by(Organiser.id).limit(limit))
    return {each.id: _designs(each, links) for each in asking}


def _hang(session: Session, *, organiser_id: uuid.UUID, designs: Sequence[Design], card: str, links: Links) -> None:
    organiser = session.get_one(Organiser, organiser_id)
    if _designs(organiser, links) == designs:
        organiser.card = card


def _digest(designs: Sequence[Design]) -> str:
    return hashlib.sha256("".join(each.digest() for each in designs).encode()).hexdigest()[:40]


def _designs(organiser: Organiser, links: Links) -> list[Design]:
    brand = brand_of(organiser.look)
    return [
        Design(
            layout=HOUSE_LAYOUT,
            locale=locale,
            title=brand.tagline.get(locale, "") or _CALLS[locale],
            speakers=(),
            call=_CALLS[locale],
            page=links.url(f"/events/{organiser.slug}"),
            organiser=organiser.name.to(locale),
            tagline="",
            seed=0,
            primary=brand.primary,
            accent=brand.accent,
            paper=brand.paper,
            ink=brand.ink,
            font=brand.font,
            logo_key=brand.logo_key,
            kicker="",
            big="",
            month="",
            weekday="",
            hours="",
            where="",
            was="",
            speaker_label="",
        )
        for locale in LOCALES
    ]
