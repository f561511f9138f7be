"""What e-mails among staff about an event's review are composed from: where it stands, and what was said."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from events.models import CommentKind, EventComment, EventReview, ReviewState
from events.storage import ReadSession
from notifications.models.email import Email, EmailKind

_SAID = {
    EmailKind.REVIEW_ASKED: CommentKind.SUBMITTED,
    EmailKind.REVIEW_RETURNED: CommentKind.RETURNED,
    EmailKind.REVIEW_APPROVED: CommentKind.APPROVED,
}
OF_REVIEWS = tuple(_SAID)
"""Kinds that staff write to each other about an event's review."""


@dataclass(frozen=True, slots=True)
class ReviewMaterial:
    """A review as it is now, for one e-mail about it."""

    addressee: str
    sender: str
    sender_address: str
    state: ReviewState
    current: bool
    """Whether the submission that the e-mail is about is still the last one."""
    comment: str
    """What was said with the act that the e-mail tells of; often nothing."""


def load_reviews(session: ReadSession, emails: Iterable[Email]) -> dict[uuid.UUID, ReviewMaterial]:
    """Return the material of the e-mails that are about reviews, by the e-mail. Two queries, none without such."""
    about = [email for email in emails if email.kind in _SAID]
    if not about:
        return {}
    events = {email.about for email in about}
    reviews = session.scalars(sa.select(EventReview).where(EventReview.event_id.in_(events)))
    by_event = {review.event_id: review for review in reviews}
    said = session.scalars(
        sa.select(EventComment)
        .where(EventComment.event_id.in_(events), EventComment.kind.in_(_SAID.values()))
        .order_by(EventComment.written_at, EventComment.id)
    )
    newest = {(each.event_id, each.kind): each.text for each in said}
    return {
        email.id: ReviewMaterial(
            addressee=email.params["to_name"],
            sender=email.params["from_name"],
            sender_address=email.params["from_address"],
            state=review.state,
            current=str(review.submitted_fact) == email.params["submission"],
            comment=newest.get((email.about, _SAID[email.kind]), ""),
        )
        for email in about
        if (review := by_event.get(email.about)) is not None
    }
