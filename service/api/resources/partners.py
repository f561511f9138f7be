"""Partners as staff know them: the record with its contacts, and what is arranged with each for one event."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from events.links import Links
from events.models import ContributionItem, ParticipationRole, PartnerAnswer
from events.pages.partner_board import BoardRow
from events.partnership.partner_records import Record
from events.storage import LocalizedText
from notifications.partner_reminding import Reminders
from service.api.resources.events import ParticipationView, PartnerView, participation_view, partner_view


class ContactView(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody to turn to, besides the main contact, to whom the mails go."""

    id: uuid.UUID
    name: str
    email: str | None
    phone: str | None


class PartView(msgspec.Struct, frozen=True, kw_only=True):
    """One event that a partner was asked to."""

    participation_id: uuid.UUID
    event_id: uuid.UUID
    title: LocalizedText
    starts_at: datetime
    role: ParticipationRole
    answer: PartnerAnswer
    withdrawn_at: datetime | None
    reported: bool


class PartnerRecordView(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a partner, with the latest 200 events."""

    partner: PartnerView
    contacts: list[ContactView]
    parts: list[PartView]
    forgotten_at: Annotated[datetime | None, Meta(description="When what is personal was removed.")]


class AllotmentView(msgspec.Struct, frozen=True, kw_only=True):
    """Seats that a partner fills."""

    seats: int
    filled: Annotated[int, Meta(description="How many have a name.")]
    held: Annotated[int, Meta(description="How many are kept and have no name yet.")]
    slot_id: uuid.UUID | None
    release_at: datetime
    released_at: Annotated[datetime | None, Meta(description="When what had no name went to everybody.")]


class AskedView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a partner is asked to send in."""

    item: ContributionItem
    due_at: datetime | None
    given_at: datetime | None
    accepted_at: datetime | None
    text: Annotated[LocalizedText | None, Meta(description="What was written; files are on the partner's page.")]


class ConsentView(msgspec.Struct, frozen=True, kw_only=True):
    """The last word of a partner on being recorded."""

    recorded: bool
    published: bool
    version: Annotated[str, Meta(description="Of the text that they read.")]
    given_at: datetime


class ReportView(msgspec.Struct, frozen=True, kw_only=True):
    """What a partner tells after the event."""

    people: int | None
    comment: str
    given_at: datetime


class ArrangementView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is arranged with one partner for one event."""

    participation: ParticipationView
    standing: Annotated[
        str, Meta(description="`silent`, `opened`, `accepted`, `tentative`, `declined` or `withdrawn`.")
    ]
    opened_at: datetime | None
    reminders: Annotated[int, Meta(description="How often they were reminded to answer, by a press or by a rule.")]
    reminded_at: Annotated[datetime | None, Meta(description="When last.")]
    comment: Annotated[str, Meta(description="What they wrote with their answer.")]
    proposed_starts_at: Annotated[datetime | None, Meta(description="Another time that they ask for.")]
    proposed_ends_at: datetime | None
    page_url: Annotated[str, Meta(description="The partner's own page. Whoever has it can answer for them.")]
    seats: AllotmentView | None
    asked: list[AskedView]
    consent: ConsentView | None
    report: ReportView | None


class PartnerBoard(msgspec.Struct, frozen=True, kw_only=True):
    """Who was asked to an event, who looked, who answered what, what is missing; who was taken off comes last."""

    items: list[ArrangementView]
    counts: Annotated[dict[str, int], Meta(description="How many stand how; who stands nowhere is left out.")]


class Reminded(msgspec.Struct, frozen=True, kw_only=True):
    """How many partners are reminded."""

    reminded: int


def record_view(record: Record) -> PartnerRecordView:
    """Return a partner's record."""
    return PartnerRecordView(
        partner=partner_view(record.partner),
        contacts=[
            ContactView(id=each.id, name=each.name, email=each.email, phone=each.phone) for each in record.contacts
        ],
        parts=[
            PartView(
                participation_id=each.participation.id,
                event_id=each.event.id,
                title=each.event.title,
                starts_at=each.event.starts_at,
                role=each.participation.role,
                answer=each.participation.answer,
                withdrawn_at=each.participation.withdrawn_at,
                reported=each.report is not None,
            )
            for each in record.parts
        ],
        forgotten_at=record.partner.forgotten_at,
    )


def arrangement_view(row: BoardRow, links: Links, reminded: Reminders) -> ArrangementView:
    """Return what is arranged with one partner."""
    part = row.participation
    return ArrangementView(
        participation=participation_view(part, row.partner),
        standing=row.standing,
        opened_at=part.opened_at,
        reminders=reminded.count,
        reminded_at=reminded.last_at,
        comment=part.answer_comment,
        proposed_starts_at=part.proposed_starts_at,
        proposed_ends_at=part.proposed_ends_at,
        page_url=links.partner_url(part.id, part.link_version),
        seats=_seats(row),
        asked=[
            AskedView(
                item=each.item,
                due_at=each.due_at,
                given_at=each.given_at,
                accepted_at=each.accepted_at,
                text=_text(each.value),
            )
            for each in row.asked
        ],
        consent=_consent(row),
        report=ReportView(people=row.report.people, comment=row.report.comment, given_at=row.report.given_at)
        if row.report is not None
        else None,
    )


def _seats(row: BoardRow) -> AllotmentView | None:
    held = row.allotment
    if held is None:
        return None
    return AllotmentView(
        seats=held.seats,
        filled=row.filled,
        held=held.held,
        slot_id=held.slot_id,
        release_at=held.release_at,
        released_at=held.released_at,
    )


def _text(value: dict[str, str]) -> LocalizedText | None:
    if "text" in value:
        return LocalizedText(value["text"])
    return LocalizedText(value.get("id", ""), value.get("en", "")) if "id" in value else None


def _consent(row: BoardRow) -> ConsentView | None:
    said = row.consent
    if said is None:
        return None
    return ConsentView(recorded=said.recorded, published=said.published, version=said.version, given_at=said.given_at)
