"""The organiser: a library (or one of its branches) that holds events. One installation may serve several."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from events.storage import Base, LocalizedText, enum_type, new_id


class ReviewRule(enum.StrEnum):
    """Whose events somebody else must approve before they are published."""

    NOBODY = "nobody"
    EDITORS = "editors"
    EVERYBODY = "everybody"
    """Owners and approvers too: nobody publishes what they themselves wrote."""


class Organiser(Base):
    """Who organises, in which zone and language, and how its things look (`look`, read by `events.brand`).

    A branch is an organiser with a parent, one level deep (`events.organisers.add_organiser` sees to it).
    """

    __tablename__ = "organiser"
    __table_args__ = (sa.CheckConstraint("parent_id <> id", name="parent_is_another"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    parent_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("organiser.id"), index=True)
    """The library whose branch this is."""
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    name: Mapped[LocalizedText]
    timezone: Mapped[str] = mapped_column(sa.String(40), default="Asia/Jakarta")
    locale: Mapped[str] = mapped_column(sa.String(5), default="id")
    email: Mapped[str | None] = mapped_column(sa.String(254))
    phone: Mapped[str | None] = mapped_column(sa.String(20))
    address: Mapped[LocalizedText]
    website: Mapped[str | None] = mapped_column(sa.String(500))
    brand: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What it says of its looks itself; pages and letters ask for `look`."""
    card: Mapped[str | None] = mapped_column(sa.String(40))
    """What names the picture that stands for it in shared links, see `notifications.letters.house_cards`."""
    review_rule: Mapped[ReviewRule] = mapped_column(enum_type(ReviewRule), default=ReviewRule.NOBODY)
    created_at: Mapped[datetime]

    # Without a parent nothing is asked; with one it comes along, because mails are drawn after their session is closed.
    parent: Mapped[Organiser | None] = relationship(remote_side="Organiser.id", lazy="selectin", join_depth=1)

    @property
    def look(self) -> dict[str, Any]:
        """Return the brand kit that counts: a branch's own, and its parent's where it has none."""
        return self.brand if self.parent is None else {**self.parent.brand, **self.brand}
