"""Organisers: the libraries, or branches, that share an installation."""

from __future__ import annotations

import re
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.brand import Brand, brand_of, contrast, nearest
from events.errors import N_, FieldError, Invalid, NotFound
from events.models import Organiser
from events.storage import LocalizedText, ReadSession

READABLE = 4.5
"""The contrast that text needs on its ground (WCAG 2.2, success criterion 1.4.3)."""

_PALE = N_(
    "This cannot be read on the paper colour: the contrast is %(ratio)s, at least 4.5 is needed. "
    "The nearest that can be read is %(better)s."
)
_COLOURS = frozenset({"primary", "accent", "paper", "ink"})
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def add_organiser(
    session: Session,
    *,
    slug: str,
    name: LocalizedText,
    now: datetime,
    timezone: str = "Asia/Jakarta",
    email: str | None = None,
    phone: str | None = None,
    address: LocalizedText | None = None,
    website: str | None = None,
    brand: dict[str, Any] | None = None,
    parent_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """Add an organiser, or a branch of `parent_id`, and return its id. The caller commits.

    Raises `Invalid` for a bad or taken slug or brand, and for a parent that is none or is a branch itself. A parent is
    never changed afterwards, so nobody can make a chain of three.
    """
    if not _SLUG.fullmatch(slug) or len(slug) > 60:
        raise Invalid([FieldError("slug", "slug", N_("Use lower-case letters, digits and hyphens."))])
    if session.scalar(sa.select(Organiser.id).where(Organiser.slug == slug)) is not None:
        raise Invalid([FieldError("slug", "taken", N_("This address is already in use."))])
    if parent_id is not None:
        parent = session.get(Organiser, parent_id)
        if parent is None or parent.parent_id is not None:
            raise Invalid([FieldError("parent", "choice", N_("A branch cannot have branches of its own."))])
    brand_of(brand or {})
    organiser = Organiser(
        parent_id=parent_id,
        slug=slug,
        name=name,
        timezone=timezone,
        email=email,
        phone=phone,
        address=address or LocalizedText(),
        website=website,
        brand=brand or {},
        created_at=now,
    )
    session.add(organiser)
    session.flush()
    return organiser.id


def set_brand(session: Session, organiser_id: uuid.UUID, brand: dict[str, Any]) -> None:
    """Replace the brand kit. Raises `Invalid` for colours that are none, or that nobody could read on the paper.

    A branch keeps only what differs from its parent's kit, so that it goes along when the parent's changes; its four
    colours stay together, so that no colour of one kit meets a ground of the other.
    """
    organiser = session.get(Organiser, organiser_id)
    if organiser is None:
        raise NotFound
    parent = organiser.parent
    given = brand_of({**parent.brand, **brand} if parent else brand)
    ratios = {name: contrast(getattr(given, name), given.paper) for name in ("ink", "primary")}
    pale = [
        FieldError(
            name, "contrast", _PALE, {"ratio": f"{ratio:.1f}", "better": nearest(getattr(given, name), given.paper)}
        )
        for name, ratio in ratios.items()
        if ratio < READABLE
    ]
    if pale:
        raise Invalid(pale)
    organiser.brand = _what_differs(given, brand, brand_of(parent.brand)) if parent else brand
    session.flush()
    # The pictures of the organiser, and of the branches that look like it, are drawn anew.
    whose = sa.or_(Organiser.id == organiser_id, Organiser.parent_id == organiser_id)
    session.execute(sa.update(Organiser).where(whose).values(card=None))


def _what_differs(given: Brand, brand: dict[str, Any], parents: Brand) -> dict[str, Any]:
    changed = {name for name in brand if getattr(given, name, None) != getattr(parents, name, None)}
    if changed & _COLOURS:
        changed |= _COLOURS
    return {name: brand.get(name, getattr(given, name)) for name in sorted(changed)}


def brand_settings(session: ReadSession, organiser_id: uuid.UUID) -> dict[str, Any]:
    """Return the brand kit that counts: a branch's own over its parent's. Raises `NotFound`."""
    organiser = session.get(Organiser, organiser_id)
    if organiser is None:
        raise NotFound
    return dict(organiser.look)


def set_logo(session: Session, organiser_id: uuid.UUID, key: str, *, dark: bool = False) -> None:
    """Show the picture under the file key `key` as the logo from now on. Raises `NotFound`. The caller commits.

    `dark`: only on dark grounds.
    """
    name = "logo_dark_key" if dark else "logo_key"
    set_brand(session, organiser_id, {**brand_settings(session, organiser_id), name: key})


def only_organiser(session: ReadSession) -> Organiser | None:
    """Return the organiser of an installation that has just one, else None."""
    found = session.scalars(sa.select(Organiser).limit(2)).all()
    return found[0] if len(found) == 1 else None
