"""Examples of rules by which e-mails go out, by type."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from events.models import Anchor, Audience
from events.storage import LocalizedText
from notifications.models.email import EmailKind
from notifications.models.text_message import TextChannel
from notifications.rules import Origin
from service.api.resources import rules, tallies

_OUTLOOK = rules.OutlookView(
    planned=86,
    first_at=datetime(2026, 12, 12, 6, 30, tzinfo=UTC),
    last_at=datetime(2026, 12, 12, 6, 30, tzinfo=UTC),
    sent=0,
    failed=0,
    dropped=2,
    texts=[tallies.TextTallyView(channel=TextChannel.TELEGRAM, waiting=3, sent=0, failed=0, dropped=1)],
)
_RULE = rules.RuleView(
    key="01937a527c007abc8def0123456789ab",
    enabled=True,
    origin=Origin.EVENT,
    amount=2,
    unit="hours",
    when="after",
    anchor=Anchor.END,
    audience=Audience.CONFIRMED,
    modes=[],
    sends=EmailKind.RULE,
    subject=LocalizedText("Terima kasih: {judul}", "Thank you: {judul}"),
    body=LocalizedText("Terima kasih, {nama}.\n\n{tautan_acara}", "Thank you, {nama}.\n\n{tautan_acara}"),
    version=1,
    outlook=_OUTLOOK,
)

RULES: dict[str, Any] = {
    "OutlookView": _OUTLOOK,
    "RuleView": _RULE,
    "RuleList": rules.RuleList(items=[_RULE]),
}
