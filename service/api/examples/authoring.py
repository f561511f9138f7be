"""Examples of what is answered while an event is written, by the name of the type."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from events.models import CommentKind, EventKind, MaterialTime, ReviewRule, ReviewState
from events.storage import LocalizedText
from service.api.resources import authoring

_ID = uuid.UUID("01937a52-7c00-7abc-8def-0123456789ab")
_OTHER = uuid.UUID("01937a52-7c00-7abc-8def-ba9876543210")
_AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
_TEMPLATE = authoring.TemplateView(
    id=_ID, organiser_id=_OTHER, name="Webinar literasi guru", kind=EventKind.WEBINAR, created_at=_AT
)
_LINK = authoring.PreviewLinkView(
    id=_ID,
    label="SMP Negeri 6",
    url="https://acara.perpustakaan.example/preview/AZN6UnwAerz-3vASNFZ4mrMAAQ.wM0p5wB1pU3nqjH8Yw2r6vC4kT9z",
    created_by=f"staff:{_OTHER}",
    created_at=_AT,
    expires_at=_AT + timedelta(days=14),
)
_MATERIAL = authoring.MaterialView(
    id=_ID,
    title=LocalizedText("Salindia narasumber", "The speaker's slides"),
    url="https://drive.example/salindia",
    shown=MaterialTime.AFTER,
    created_at=_AT,
)

AUTHORING: dict[str, Any] = {
    "TemplateView": _TEMPLATE,
    "TemplateList": authoring.TemplateList(items=[_TEMPLATE]),
    "ReviewView": authoring.ReviewView(
        state=ReviewState.RETURNED,
        submitted_by=f"staff:{_ID}",
        submitted_at=_AT,
        decided_by=f"staff:{_OTHER}",
        decided_at=_AT + timedelta(hours=2),
        rule=ReviewRule.EDITORS,
        comments=[
            authoring.CommentView(
                id=_ID,
                kind=CommentKind.RETURNED,
                text="Tolong sebutkan untuk siapa.",
                written_by=f"staff:{_OTHER}",
                written_at=_AT + timedelta(hours=2),
            )
        ],
    ),
    "ReviewRuleView": authoring.ReviewRuleView(rule=ReviewRule.NOBODY, counts=ReviewRule.EDITORS),
    "MaterialView": _MATERIAL,
    "MaterialList": authoring.MaterialList(items=[_MATERIAL]),
    "PreviewLinkView": _LINK,
    "PreviewLinkList": authoring.PreviewLinkList(items=[_LINK]),
}
