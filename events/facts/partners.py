"""Partners: what they are asked, what they answer, and what they bring."""

from __future__ import annotations

import uuid
from datetime import datetime

from events.facts.fact import Fact


class PartnerInvited(Fact, frozen=True, kw_only=True):
    """A partner was asked to take part."""

    participation_id: uuid.UUID


class PartnerWithdrawn(Fact, frozen=True, kw_only=True):
    """A partner is no longer asked to take part."""

    participation_id: uuid.UUID


class PartnerAnswered(Fact, frozen=True, kw_only=True):
    """A partner accepted, declined or is not sure (RFC 5545 §3.2.12 PARTSTAT, lower case)."""

    participation_id: uuid.UUID
    answer: str
    proposes: bool = False
    """Whether they ask for another time."""


class PartnerProposalDeclined(Fact, frozen=True, kw_only=True):
    """Staff told a partner that the other time which they had proposed is not possible."""

    participation_id: uuid.UUID
    proposed_starts_at: datetime
    proposed_ends_at: datetime | None = None
    comment: str = ""
    """What staff wrote to them with it."""


class PartnerEdited(Fact, frozen=True, kw_only=True):
    """Staff changed a partner's record; `fields` names what."""

    partner_id: uuid.UUID
    fields: tuple[str, ...]


class PartnerForgotten(Fact, frozen=True, kw_only=True):
    """What is personal in a former partner's record was removed."""

    partner_id: uuid.UUID


class PartnerOpened(Fact, frozen=True, kw_only=True):
    """A person looked at the partner's page for the first time."""

    participation_id: uuid.UUID


class PartnerReminded(Fact, frozen=True, kw_only=True):
    """A partner who has not answered is reminded, for the `count`-th time."""

    participation_id: uuid.UUID
    count: int


class SeatsAllotted(Fact, frozen=True, kw_only=True):
    """A partner was given `seats` seats to fill until a moment."""

    participation_id: uuid.UUID
    seats: int
    release_at: datetime


class AllotmentReleased(Fact, frozen=True, kw_only=True):
    """`count` seats that a partner did not fill went to everybody."""

    participation_id: uuid.UUID
    count: int


class ContributionsAsked(Fact, frozen=True, kw_only=True):
    """A partner is asked to send something in; `items` names what."""

    participation_id: uuid.UUID
    items: tuple[str, ...]


class ContributionGiven(Fact, frozen=True, kw_only=True):
    """A partner sent something in that they were asked for."""

    participation_id: uuid.UUID
    item: str


class ContributionAccepted(Fact, frozen=True, kw_only=True):
    """Staff took over what a partner had sent in."""

    participation_id: uuid.UUID
    item: str


class RecordingConsentGiven(Fact, frozen=True, kw_only=True):
    """A partner said whether they may be recorded, and the recording published; the last word counts."""

    participation_id: uuid.UUID
    recorded: bool
    published: bool
    version: str


class RecordingConsentVouched(Fact, frozen=True, kw_only=True):
    """Staff said that these partners, who had not answered, agreed to the recording in another way."""

    participation_ids: tuple[uuid.UUID, ...]


class PartnerReported(Fact, frozen=True, kw_only=True):
    """A partner told how it was."""

    participation_id: uuid.UUID
    people: int | None
