"""What staff send us about partners: who they are, their part in an event, the seats they fill, what they are asked."""

from __future__ import annotations

import uuid
from typing import Literal

from pydantic import Field

from events.models import ContributionItem, ParticipationRole, PartnerKind
from service.inputs.checking import Email, Input, Line200, PersonName, Phone, Text500
from service.inputs.types import LineInput, Moment, ParagraphInput, Zone


class AllotmentInput(Input):
    """Seats that a partner fills."""

    seats: int = Field(ge=1, le=1000, description="How many, those that have names already among them.")
    release_at: Moment = Field(description="Until when the partner names people; the rest then goes to everybody.")
    slot_id: uuid.UUID | None = Field(None, description="The visiting time, for exhibitions.")


class AskInput(Input):
    """What a partner is asked to send in."""

    items: list[ContributionItem] = Field(min_length=1, max_length=10)
    due_at: Moment | None = None


class DeclinedTimeInput(Input):
    """What a partner is told whose proposed time is not possible."""

    reply: Text500 | None = Field(None, description="Why, in words of your own; it stands in the e-mail.")


class ContactInput(Input):
    """One more person to turn to at a partner."""

    name: PersonName
    email: Email | None = None
    phone: Phone | None = None


class PartnerInput(Input):
    """A school, community, institution or speaker."""

    kind: PartnerKind
    name: PersonName = Field(description="As it stands on posters, with titles.", examples=["Dr. Siti Aminah, M.Pd."])
    affiliation: LineInput | None = None
    biography: ParagraphInput | None = None
    contact_name: Line200 | None = None
    email: Email | None = None
    phone: Phone | None = None
    locale: Literal["id", "en"] = "id"
    timezone: Zone = "Asia/Jakarta"


class ParticipationInput(Input):
    """A partner's part in an event."""

    partner_id: uuid.UUID
    role: ParticipationRole
    topic: LineInput | None = None
    position: int = Field(0, ge=0, le=1000, description="Place in the list of the page.")
