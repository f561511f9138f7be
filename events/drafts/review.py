"""Who looks at an event before it is published: asking, returning with a comment, approving.

Whose events need approval is the organiser's `ReviewRule`. Under *everybody* nobody publishes what they wrote, owners
included: an exemption for owners would leave the very texts unread that are most rarely questioned. Nobody is locked
out by it, because an owner may change the rule, which the log remembers.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.drafts import event_documents, lifecycle
from events.errors import N_, ApprovalNeeded, Conflict, FieldError, Invalid, NotFound, WrongStage
from events.event_rows import hold_event
from events.models import (
    CommentKind,
    Event,
    EventComment,
    EventReview,
    Organiser,
    ReviewRule,
    ReviewState,
    Stage,
)
from events.outbox import FactRow
from events.ownership import Owners, owned_by
from events.storage import ReadSession

LONGEST_COMMENT = 2000
_WRITING = ("EventDrafted", "EventEdited", "SlotsAdded", "CapacityChanged", "PartnerInvited", "PartnerWithdrawn")
"""Facts of somebody having written what others are to look at."""


# ---------------------------------------------------------------- asking and answering
def submit(session: Session, event_id: uuid.UUID, *, now: datetime, by: str, note: str = "") -> None:
    """Ask for the approval of a draft, with a note if there is something to say.

    Raises `Invalid` with everything that is missing, `Conflict` if it waits already, `WrongStage` for no draft. The
    caller commits.
    """
    event = _draft(session, event_id)
    missing = lifecycle.missing_before_publishing(session, event, now=now)
    if missing:
        raise Invalid(missing)
    review = session.get(EventReview, event_id)
    if review is not None and review.state is ReviewState.SUBMITTED:
        raise Conflict(N_("This event already waits for approval."))
    fact = facts.EventSubmitted(organiser_id=event.organiser_id, event_id=event_id)
    fact_id = outbox.record(session, fact, now=now, by=by)
    submitted = _submitted(session, event)
    if review is None:
        review = EventReview(event_id=event_id)
        session.add(review)
    review.state, review.submitted, review.submitted_fact = ReviewState.SUBMITTED, submitted, fact_id
    review.submitted_by, review.submitted_at = by, now
    review.decided_by = review.decided_at = None
    _write(session, event_id, CommentKind.SUBMITTED, note, now=now, by=by)
    session.flush()


def return_event(session: Session, event_id: uuid.UUID, *, comment: str, now: datetime, by: str) -> None:
    """Give a submitted draft back to who wrote it; `comment` says what is to be done.

    Raises `Invalid` without a comment, `Conflict` if nobody asked for approval. The caller commits.
    """
    event = _draft(session, event_id)
    if not comment.strip():
        raise Invalid([FieldError("comment", "missing", N_("Say what should be changed."))])
    review = session.get(EventReview, event_id)
    if review is None or review.state is not ReviewState.SUBMITTED:
        raise Conflict(N_("Nobody has asked for the approval of this event."))
    _write(session, event_id, CommentKind.RETURNED, comment, now=now, by=by)
    _decide(review, ReviewState.RETURNED, now=now, by=by)
    outbox.record(session, facts.EventReturned(organiser_id=event.organiser_id, event_id=event_id), now=now, by=by)


def publish(session: Session, event_id: uuid.UUID, *, decides: bool, now: datetime, by: str, comment: str = "") -> None:
    """Publish a draft, as its approval where somebody asked for one. `decides`: the person may approve events.

    Every door publishes through this. Raises `ApprovalNeeded` where the organiser's rule wants another person,
    and whatever `lifecycle.publish` raises. The caller commits.
    """
    event = _draft(session, event_id)
    obstacle = find_obstacle(session, event, decides=decides, by=by)
    if obstacle is not None:
        raise ApprovalNeeded(obstacle)
    review = session.get(EventReview, event_id)
    if review is not None and review.state is ReviewState.SUBMITTED and decides:
        _write(session, event_id, CommentKind.APPROVED, comment, now=now, by=by)
        _decide(review, ReviewState.APPROVED, now=now, by=by)
        outbox.record(session, facts.EventApproved(organiser_id=event.organiser_id, event_id=event_id), now=now, by=by)
    lifecycle.publish(session, event_id, now=now, by=by)


def find_obstacle(session: ReadSession, event: Event, *, decides: bool, by: str) -> str | None:
    """Return why this person may not publish the draft (a gettext id), or None. At most three queries."""
    rule = rule_of(session, event.organiser_id)
    if rule is ReviewRule.NOBODY:
        return None
    if not decides:
        return ApprovalNeeded.default
    if rule is ReviewRule.EDITORS:
        return None
    review = session.get(EventReview, event.id)
    if review is None or review.state is not ReviewState.SUBMITTED:
        return ApprovalNeeded.default
    if review.submitted_by == by:
        return N_("Somebody else must approve what you submitted.")
    if _wrote_since(session, review, by):
        return N_("You changed this event after it was submitted, so somebody else must approve it.")
    return None


def own_rule(session: ReadSession, organiser_id: uuid.UUID) -> ReviewRule:
    """Return the rule that an organiser has set itself. Raises `NotFound`."""
    return _organiser(session, organiser_id).review_rule


def rule_of(session: ReadSession, organiser_id: uuid.UUID) -> ReviewRule:
    """Return the rule that counts for an organiser: its parent's, unless its own is stricter. Raises `NotFound`."""
    organiser = _organiser(session, organiser_id)
    parents = organiser.parent.review_rule if organiser.parent is not None else ReviewRule.NOBODY
    return max(organiser.review_rule, parents, key=list(ReviewRule).index)


def _wrote_since(session: ReadSession, review: EventReview, by: str) -> bool:
    """Tell whether the person wrote at the event after it was submitted. The ids of facts are ordered by time."""
    statement = (
        sa.select(FactRow.id)
        .where(
            FactRow.event_id == review.event_id,
            FactRow.id > review.submitted_fact,
            FactRow.by == by,
            FactRow.name.in_(_WRITING),
        )
        .limit(1)
    )
    return session.scalar(statement) is not None


def comment(session: Session, event_id: uuid.UUID, text: str, *, now: datetime, by: str) -> None:
    """Say something to one's colleagues about an event. Raises `Invalid` or `NotFound`. The caller commits."""
    if session.get(Event, event_id) is None:
        raise NotFound
    if not text.strip():
        raise Invalid([FieldError("comment", "missing", N_("Write something first."))])
    _write(session, event_id, CommentKind.REMARK, text, now=now, by=by)
    session.flush()


def set_review_rule(session: Session, organiser_id: uuid.UUID, rule: ReviewRule, *, now: datetime, by: str) -> None:
    """Say whose events need approval from now on; asking for what is so changes nothing. The caller commits."""
    organiser = _organiser(session, organiser_id)
    if organiser.review_rule is rule:
        return
    organiser.review_rule = rule
    session.flush()
    outbox.record(session, facts.ReviewRuleChanged(organiser_id=organiser_id, rule=rule.value), now=now, by=by)


def _organiser(session: ReadSession, organiser_id: uuid.UUID) -> Organiser:
    organiser = session.get(Organiser, organiser_id)
    if organiser is None:
        raise NotFound
    return organiser


def _draft(session: Session, event_id: uuid.UUID) -> Event:
    event = hold_event(session, event_id)
    if event.stage is not Stage.DRAFT:
        raise WrongStage(stage=event.stage.value)
    return event


def _decide(review: EventReview, state: ReviewState, *, now: datetime, by: str) -> None:
    review.state, review.decided_by, review.decided_at = state, by, now


def _write(session: Session, event_id: uuid.UUID, kind: CommentKind, text: str, *, now: datetime, by: str) -> None:
    if len(text) > LONGEST_COMMENT:
        message = N_("At most %(limit)s characters, please.")
        raise Invalid([FieldError("comment", "too_long", message, {"limit": LONGEST_COMMENT})])
    session.add(EventComment(event_id=event_id, kind=kind, text=text.strip(), written_by=by, written_at=now))


# ---------------------------------------------------------------- reading
@dataclass(frozen=True, slots=True)
class Change:
    """One part of an event that is not as it was submitted: a field's name, or ``programme``, ``visits``, ``times``."""

    field: str
    before: Any
    after: Any


def find_review(session: ReadSession, event_id: uuid.UUID) -> EventReview | None:
    """Return the review of an event, if anybody ever asked for one."""
    return session.get(EventReview, event_id)


def list_comments(session: ReadSession, event_id: uuid.UUID) -> Sequence[EventComment]:
    """Return what staff said to each other about an event, oldest first."""
    return session.scalars(
        sa.select(EventComment)
        .where(EventComment.event_id == event_id)
        .order_by(EventComment.written_at, EventComment.id)
    ).all()


def changes_since_submission(session: ReadSession, event: Event, review: EventReview) -> list[Change]:
    """Return what is not as it was when approval was asked for. Three queries."""
    before, after = _flat(review.submitted), _flat(_submitted(session, event))
    return [Change(name, before.get(name), after[name]) for name in after if before.get(name) != after[name]]


def _submitted(session: ReadSession, event: Event) -> event_documents.Document:
    return event_documents.document_of(session, event) | {"starts_at": event.starts_at.isoformat()}


def _flat(document: Mapping[str, Any]) -> dict[str, Any]:
    fields: Mapping[str, Any] = document["fields"]
    times = {"starts_at": document["starts_at"], "length": document["length"]}
    return {**fields, "times": times, **{name: document[name] for name in ("capacity", "programme", "visits")}}


def list_waiting(session: ReadSession, owners: Owners) -> Sequence[Event]:
    """Return the drafts of `owners` that wait for approval, who asked first first."""
    return session.scalars(
        sa.select(Event)
        .join(EventReview, EventReview.event_id == Event.id)
        .where(
            EventReview.state == ReviewState.SUBMITTED, Event.stage == Stage.DRAFT, owned_by(Event.organiser_id, owners)
        )
        .order_by(EventReview.submitted_at, Event.id)
        .limit(50)
    ).all()


def list_returned(session: ReadSession, by: str) -> Sequence[Event]:
    """Return the drafts that this person submitted and got back."""
    return session.scalars(
        sa.select(Event)
        .join(EventReview, EventReview.event_id == Event.id)
        .where(
            EventReview.state == ReviewState.RETURNED,
            EventReview.submitted_by == by,
            Event.stage == Stage.DRAFT,
        )
        .order_by(EventReview.decided_at, Event.id)
        .limit(50)
    ).all()
