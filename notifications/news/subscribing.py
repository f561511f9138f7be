"""Asking for an organiser's news, confirming it from the mailbox, changing and ending it. No function commits.

Asking is answered alike whoever asks and whatever is known of the address; only who reads its mail gets further. What
is known of somebody who has confirmed is changed by nobody who merely typed their address.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import outbox
from events.catalogue.houses import House, house_of
from events.errors import N_, Conflict, FieldError, Gone, Invalid
from events.models import Organiser
from events.storage import LOCALES, ReadSession, insert_unless_present, new_id
from events.tags import Audience
from notifications.facts import NewsAsked, NewsConfirmed
from notifications.models.email import Email, EmailKind
from notifications.models.news import NewsEnd, NewsSubscription
from notifications.news import schedules
from notifications.planning import email_rows
from notifications.suppression import news_ending, suppressing, suppression_listing

OPEN_FOR = timedelta(days=7)
"""How long the mailed link confirms."""
MAILED_AGAIN_AFTER = timedelta(minutes=10)
"""Who presses twice, or types somebody else's address all day, does not fill a mailbox."""
MOST_TOPICS = 30
FORGOTTEN_IN_ONE_GO = 200

_TABLE: sa.Table = NewsSubscription.__table__  # type: ignore[assignment] # a declarative class's table is a Table


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a subscriber wants to hear of, and in which language. No audience or topic: of everything."""

    locale: str
    audiences: Sequence[str] = ()
    topics: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionPage:
    """A subscription as its owner sees it."""

    id: uuid.UUID
    house: House
    address: str
    """As its owner knows it again, and nobody else whom the mail was passed on to can write to it."""
    wishes: Wishes
    confirmed: bool


def ask(
    session: Session, organiser_id: uuid.UUID, email: str, *, locale: str, words: str, now: datetime, by: str = "page"
) -> uuid.UUID | None:
    """Have the link mailed by which its owner confirms; returns the e-mail's id, or None where it was mailed just now.

    Raises `Conflict` where the organiser sends no news. The caller answers alike in every other case.
    """
    if not schedules.ensure(session, organiser_id, now=now):
        raise Conflict(N_("This library sends no news by e-mail at present."))
    row = _row(session, organiser_id, email, locale=locale, words=words, now=now, by=by)
    if row is None:
        return None
    suppressing.try_again(session, email, now=now, by=f"person:{row.id}")
    if row.confirmed_at is None:
        fact = NewsAsked(organiser_id=organiser_id, subscription_id=row.id)
        outbox.record(session, fact, now=now, by=_by(row))
    values = email_rows.values_of_news(session, EmailKind.NEWS_ASKED, row, about=now.isoformat(), now=now)
    return email_rows.owe(session, values)


def _row(
    session: Session, organiser_id: uuid.UUID, email: str, *, locale: str, words: str, now: datetime, by: str
) -> NewsSubscription | None:
    """Return the address's subscription, new or known; None where its owner was written to just now."""
    address, given = suppressing.normalised(email), {"locale": locale, "words": words, "asked_at": now, "asked_by": by}
    values = {"id": new_id(), "organiser_id": organiser_id, "email": email, "address": address, "mailed_at": now}
    if insert_unless_present(session, _TABLE, {**values, **given, "audiences": [], "topics": []}):
        return session.get_one(NewsSubscription, values["id"])
    statement = sa.select(NewsSubscription).where(
        NewsSubscription.organiser_id == organiser_id, NewsSubscription.address == address
    )
    row = session.scalars(statement.with_for_update()).one_or_none()
    if row is None or row.mailed_at > now - MAILED_AGAIN_AFTER:
        return None
    row.mailed_at = now
    if row.confirmed_at is None:
        row.email = email
        for name, value in given.items():
            setattr(row, name, value)
    session.flush()
    return row


def _by(row: NewsSubscription) -> str:
    return f"subscriber:{row.id}"


def page(session: ReadSession, subscription_id: uuid.UUID, *, now: datetime) -> SubscriptionPage:
    """Return what the mailed link opens. Raises `Gone` where it is over, or was never confirmed in time."""
    row = _open(session.get(NewsSubscription, subscription_id), now=now)
    organiser = session.scalars(sa.select(Organiser).where(Organiser.id == row.organiser_id)).one()
    return SubscriptionPage(
        id=row.id,
        house=house_of(organiser),
        address=suppression_listing.masked(row.email or ""),
        wishes=Wishes(row.locale, row.audiences, row.topics),
        confirmed=row.confirmed_at is not None,
    )


def _open(row: NewsSubscription | None, *, now: datetime) -> NewsSubscription:
    if row is None or row.ended_at is not None:
        raise Gone
    if row.confirmed_at is None and row.mailed_at < now - OPEN_FOR:
        raise Gone
    return row


def confirm(session: Session, subscription_id: uuid.UUID, wishes: Wishes, *, words: str, now: datetime) -> None:
    """Note that the owner of the mailbox wants the news, and what of it; once confirmed, change the wishes.

    Raises `Gone` like `page`, and `Invalid` for wishes that there are not.
    """
    _check(wishes)
    row = _open(_held(session, subscription_id), now=now)
    row.locale, row.audiences, row.topics = wishes.locale, list(wishes.audiences), list(wishes.topics)
    if row.confirmed_at is None:
        row.confirmed_at, row.words = now, words
        suppressing.lift_unsubscribed(session, row.email or "", row.organiser_id, now=now, by=f"person:{row.id}")
        fact = NewsConfirmed(organiser_id=row.organiser_id, subscription_id=row.id)
        outbox.record(session, fact, now=now, by=_by(row))
    session.flush()


def _held(session: Session, subscription_id: uuid.UUID) -> NewsSubscription | None:
    return session.get(NewsSubscription, subscription_id, with_for_update=True, populate_existing=True)


def _check(wishes: Wishes) -> None:
    wrong = [
        name
        for name, is_right in (
            ("locale", wishes.locale in LOCALES),
            ("audiences", set(wishes.audiences) <= {each.value for each in Audience}),
            ("topics", len(wishes.topics) <= MOST_TOPICS and all(0 < len(each) <= 80 for each in wishes.topics)),
        )
        if not is_right
    ]
    if wrong:
        raise Invalid([FieldError(name, "choice", N_("Choose one of the options.")) for name in wrong])


def stop(session: Session, subscription_id: uuid.UUID, *, now: datetime) -> None:
    """End it, on its owner's page; pressed twice it is over once."""
    row = _held(session, subscription_id)
    if row is not None:
        news_ending.end(session, [row], NewsEnd.STOPPED, now=now, by=_by(row))


def forget_unconfirmed(session: Session, *, now: datetime) -> int:
    """Forget addresses whose owners never confirmed; returns how many. The caller calls again until there are none."""
    found = session.scalars(
        sa.select(NewsSubscription)
        .where(
            NewsSubscription.confirmed_at.is_(None),
            NewsSubscription.ended_at.is_(None),
            NewsSubscription.mailed_at < now - OPEN_FOR,
        )
        .limit(FORGOTTEN_IN_ONE_GO)
    ).all()
    news_ending.end(session, found, NewsEnd.EXPIRED, now=now, by="clock")
    if found:
        about = Email.news_subscription_id.in_([each.id for each in found])
        session.execute(sa.update(Email).where(about).values(to_address=""))
    return len(found)
