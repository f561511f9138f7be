"""What staff write: the event itself, its form and materials, and the review before it is published."""

from __future__ import annotations

import uuid
from datetime import datetime

from events.facts.fact import Fact


class EventDrafted(Fact, frozen=True, kw_only=True):
    """Staff began an event."""


class EventEdited(Fact, frozen=True, kw_only=True):
    """Staff changed an event; `fields` names what changed."""

    fields: tuple[str, ...]


class EventSubmitted(Fact, frozen=True, kw_only=True):
    """Staff asked for the approval of a draft."""


class EventReturned(Fact, frozen=True, kw_only=True):
    """A draft was given back to who wrote it, with a comment."""


class EventApproved(Fact, frozen=True, kw_only=True):
    """Somebody else looked at a draft and approved it."""


class ReviewRuleChanged(Fact, frozen=True, kw_only=True):
    """The organiser changed whose events need approval; `rule` is a `ReviewRule`."""

    rule: str


class PreviewLinkMade(Fact, frozen=True, kw_only=True):
    """A link was made that shows the event before it is published."""

    link_id: uuid.UUID
    expires_at: datetime


class PreviewLinkRevoked(Fact, frozen=True, kw_only=True):
    """A link for a preview was revoked."""

    link_id: uuid.UUID


class JoinLinkChanged(Fact, frozen=True, kw_only=True):
    """The meeting behind everybody's personal join link is another one now."""


class SlotsAdded(Fact, frozen=True, kw_only=True):
    """Visit slots were made for an exhibition."""

    count: int


class FormChanged(Fact, frozen=True, kw_only=True):
    """The event asks other questions from now on: those of `revision`; 0 is none of its own."""

    revision: int
    questions: int


class MaterialAdded(Fact, frozen=True, kw_only=True):
    """Something was laid out for those who are registered."""

    material_id: uuid.UUID


class MaterialRemoved(Fact, frozen=True, kw_only=True):
    """Something is not shown to those who are registered any more."""

    material_id: uuid.UUID
