"""Mail among staff about reviews: who is to look at an event hears of it, and who asked hears what was decided."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa

from events import facts
from events.facts import Fact
from events.models import Event, EventReview, Organiser
from events.storage import ReadSession
from notifications.models.email import EmailKind
from notifications.planning import review_emails
from notifications.planning.review_emails import Colleague
from service.accounts.models import Staff
from service.accounts.permissions import ROLES_OF, Action
from service.reactions.reacting import Context, Cursor, event_of

_STAFF = "staff:"


def ask_approvers(context: Context, fact: facts.EventSubmitted, _cursor: Cursor | None) -> None:
    """Write to those nearest to the event who may approve it. Nobody is asked about what they submitted themselves."""
    session = context.session
    review, asker = _review(session, fact), _colleague(session, context.by)
    if review is None or asker is None:
        return
    event = session.get_one(Event, review.event_id)
    for approver in approvers(session, event.organiser_id, but=asker.id):
        review_emails.queue_to_colleague(
            session, EmailKind.REVIEW_ASKED, review=review, to=approver, sender=asker, now=context.now
        )


def tell_returned(context: Context, fact: facts.EventReturned, _cursor: Cursor | None) -> None:
    """Write to who asked what is to be changed first."""
    _tell(context, fact, EmailKind.REVIEW_RETURNED)


def tell_approved(context: Context, fact: facts.EventApproved, _cursor: Cursor | None) -> None:
    """Write to who asked that the event is published."""
    _tell(context, fact, EmailKind.REVIEW_APPROVED)


def _tell(context: Context, fact: Fact, kind: EmailKind) -> None:
    session = context.session
    review = _review(session, fact)
    if review is None or review.submitted_by == context.by:
        return
    to, decider = _colleague(session, review.submitted_by), _colleague(session, context.by)
    if to is not None and decider is not None:
        review_emails.queue_to_colleague(session, kind, review=review, to=to, sender=decider, now=context.now)


def approvers(session: ReadSession, organiser_id: uuid.UUID, *, but: uuid.UUID) -> Sequence[Colleague]:
    """Return those who may approve an event of the organiser, by name, without `but`.

    A branch's own come first; where there are none those of its library, and then those of the installation: a central
    library is not to hear of every evening of branches that look after themselves.
    """
    organiser = session.get(Organiser, organiser_id)
    deciders = tuple(ROLES_OF[Action.APPROVE_EVENTS])
    places: list[sa.ColumnElement[bool]] = [Staff.organiser_id == organiser_id]
    if organiser is not None and organiser.parent_id is not None:
        places.append(Staff.organiser_id == organiser.parent_id)
    for place in (*places, Staff.organiser_id.is_(None)):
        found = session.scalars(
            sa.select(Staff)
            .where(place, Staff.role.in_(deciders), Staff.disabled_at.is_(None), Staff.id != but)
            .order_by(Staff.name, Staff.id)
        ).all()
        if found:
            return [_as_colleague(each) for each in found]
    return []


def _review(session: ReadSession, fact: Fact) -> EventReview | None:
    return session.get(EventReview, event_of(fact))


def _colleague(session: ReadSession, by: str) -> Colleague | None:
    """Return who ``staff:<id>`` stands for; None for anything else, and for who does not work here any more."""
    if not by.startswith(_STAFF):
        return None
    member = session.get(Staff, uuid.UUID(by.removeprefix(_STAFF)))
    return _as_colleague(member) if member is not None and member.disabled_at is None else None


def _as_colleague(member: Staff) -> Colleague:
    return Colleague(member.id, member.name, member.email, member.locale)
