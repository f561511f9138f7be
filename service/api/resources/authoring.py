"""What staff see while an event is written: templates, the review with its comments, links for a preview."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from events.models import (
    CommentKind,
    EventComment,
    EventKind,
    EventReview,
    EventTemplate,
    Material,
    MaterialTime,
    PreviewLink,
    ReviewRule,
    ReviewState,
)
from events.storage import LocalizedText


class TemplateView(msgspec.Struct, frozen=True, kw_only=True):
    """What events of one sort have in common."""

    id: uuid.UUID
    organiser_id: uuid.UUID
    name: str
    kind: EventKind
    created_at: datetime


class TemplateList(msgspec.Struct, frozen=True, kw_only=True):
    """An organiser's templates, by name."""

    items: list[TemplateView]


class CommentView(msgspec.Struct, frozen=True, kw_only=True):
    """What a member of staff said about an event."""

    id: uuid.UUID
    kind: Annotated[CommentKind, Meta(description="What it came with: a remark, or a step of the review.")]
    text: str
    written_by: Annotated[str, Meta(description="As facts name who did something: `staff:<id>`.")]
    written_at: datetime


class ReviewView(msgspec.Struct, frozen=True, kw_only=True):
    """How far the review of an event is, and what was said, the oldest first."""

    state: Annotated[ReviewState | None, Meta(description="Null: nobody has asked for approval.")]
    submitted_by: str | None
    submitted_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    rule: Annotated[ReviewRule, Meta(description="Whose events need approval, as it counts for this one.")]
    comments: list[CommentView]


class ReviewRuleView(msgspec.Struct, frozen=True, kw_only=True):
    """Whose events need approval."""

    rule: Annotated[ReviewRule, Meta(description="The organiser's own.")]
    counts: Annotated[ReviewRule, Meta(description="What counts: the parent's, where that is stricter.")]


class PreviewLinkView(msgspec.Struct, frozen=True, kw_only=True):
    """A link that shows an event before it is public."""

    id: uuid.UUID
    label: str
    url: str
    created_by: str
    created_at: datetime
    expires_at: datetime


class PreviewLinkList(msgspec.Struct, frozen=True, kw_only=True):
    """The links that work now, the newest first."""

    items: list[PreviewLinkView]


class MaterialView(msgspec.Struct, frozen=True, kw_only=True):
    """Something for those who are registered."""

    id: uuid.UUID
    title: LocalizedText
    url: str
    shown: Annotated[MaterialTime, Meta(description="From the registration on, or once the event is over.")]
    created_at: datetime


class MaterialList(msgspec.Struct, frozen=True, kw_only=True):
    """What is laid out for those who are registered, in the order in which it was."""

    items: list[MaterialView]


def material_view(material: Material) -> MaterialView:
    """Return a material as it is shown."""
    return MaterialView(
        id=material.id,
        title=material.title,
        url=material.url,
        shown=material.shown,
        created_at=material.created_at,
    )


def template_view(template: EventTemplate) -> TemplateView:
    """Return a template as it is shown."""
    return TemplateView(
        id=template.id,
        organiser_id=template.organiser_id,
        name=template.name,
        kind=template.kind,
        created_at=template.created_at,
    )


def comment_view(comment: EventComment) -> CommentView:
    """Return a comment as it is shown."""
    return CommentView(
        id=comment.id,
        kind=comment.kind,
        text=comment.text,
        written_by=comment.written_by,
        written_at=comment.written_at,
    )


def review_view(review: EventReview | None, comments: list[EventComment], rule: ReviewRule) -> ReviewView:
    """Return a review with its comments."""
    return ReviewView(
        state=review.state if review else None,
        submitted_by=review.submitted_by if review else None,
        submitted_at=review.submitted_at if review else None,
        decided_by=review.decided_by if review else None,
        decided_at=review.decided_at if review else None,
        rule=rule,
        comments=[comment_view(each) for each in comments],
    )


def preview_link_view(link: PreviewLink, url: str) -> PreviewLinkView:
    """Return a link with its address."""
    return PreviewLinkView(
        id=link.id,
        label=link.label,
        url=url,
        created_by=link.created_by,
        created_at=link.created_at,
        expires_at=link.expires_at,
    )
