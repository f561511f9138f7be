"""Rules by which e-mails go out, and what they have planned, as the API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from events.models import Anchor, Audience, EventMode
from events.storage import LocalizedText
from notifications.models.email import EmailKind
from notifications.planning.rule_outlook import Outlook
from notifications.rules import Origin, Rule
from service.api.resources.tallies import TextTallyView, tally_view
from service.inputs.rules import Direction, Unit, parts_of


class OutlookView(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule has planned for an event, and what has become of it: e-mails and, by channel, messages."""

    planned: Annotated[int, Meta(description="E-mails not sent yet.")]
    first_at: Annotated[
        datetime | None, Meta(description="When the first of what is planned goes out, by e-mail or another way.")
    ]
    last_at: datetime | None
    sent: int
    failed: int
    dropped: Annotated[int, Meta(description="Not sent, because the event moved or the person left.")]
    texts: Annotated[list[TextTallyView], Meta(description="By channel, where there are any; the rest is e-mails.")]


class RuleView(msgspec.Struct, frozen=True, kw_only=True):
    """One rule as it counts, written as it is sent to us."""

    key: str
    enabled: bool
    origin: Annotated[Origin, Meta(description="Who says it: Acara, the parent library, the organiser, or the event.")]
    amount: int
    unit: Unit
    when: Direction
    anchor: Anchor
    audience: Audience
    modes: Annotated[list[EventMode], Meta(description="Only for events held so; empty: all.")]
    sends: Annotated[EmailKind, Meta(description="`rule`: the words below; else one of our reminders.")]
    subject: LocalizedText
    body: LocalizedText
    version: Annotated[int, Meta(description="To be sent with a change; 0 for one that comes with Acara.")]
    outlook: Annotated[OutlookView | None, Meta(description="Null where the rules of an organiser are asked for.")]


class RuleList(msgspec.Struct, frozen=True, kw_only=True):
    """Every rule, switched off or not, in the order of an event's life."""

    items: list[RuleView]


def rule_view(rule: Rule, outlook: Outlook | None) -> RuleView:
    """Return a rule as it is shown."""
    amount, unit, when = parts_of(rule.offset)
    return RuleView(
        key=rule.key,
        enabled=rule.enabled,
        origin=rule.origin,
        amount=amount,
        unit=unit,
        when=when,
        anchor=rule.anchor,
        audience=rule.audience,
        modes=list(rule.modes),
        sends=rule.sends,
        subject=rule.subject,
        body=rule.body,
        version=rule.version,
        outlook=outlook_view(outlook) if outlook is not None else None,
    )


def outlook_view(outlook: Outlook) -> OutlookView:
    """Return what a rule has planned as it is shown."""
    return OutlookView(
        planned=outlook.planned,
        first_at=outlook.first_at,
        last_at=outlook.last_at,
        sent=outlook.sent,
        failed=outlook.failed,
        dropped=outlook.dropped,
        texts=[tally_view(each) for each in outlook.texts],
    )
