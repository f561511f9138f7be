"""Whose events a member of staff's calendar feed tells: what they see at the desk, asked anew every time."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from events.catalogue.feeds import RENEWED, Owner
from events.errors import Gone, NotFound
from events.models import FeedOf, Organiser
from events.ownership import Owners
from events.storage import ReadSession
from service.accounts.models import Staff
from service.accounts.permissions import Action, StaffIdentity, require
from service.accounts.sessions import identity_of


def feed_owner(identity: StaffIdentity) -> Owner:
    """Return whose feed a person's is."""
    return Owner(FeedOf.STAFF, str(identity.staff_id))


def seen_by(session: ReadSession, owner: Owner, *, branch: str | None) -> Owners:
    """Return the organisers whose events the feed of `owner` tells; `branch` (a slug) narrows it. Four queries.

    Raises `Gone` for who was shut out, `NotAllowed` until they have the second factor that their library asks for,
    `NotFound` for a library or branch that is not theirs.
    """
    member = session.get(Staff, uuid.UUID(owner.subject))
    if member is None or member.disabled_at is not None:
        raise Gone(RENEWED)
    identity = identity_of(session, member)
    require(identity, Action.VIEW_EVENTS)
    if branch is None:
        return identity.organiser_ids
    chosen: uuid.UUID | None = session.scalar(sa.select(Organiser.id).where(Organiser.slug == branch))
    if chosen is None or not identity.sees(chosen):
        raise NotFound
    return frozenset({chosen})
