"""What an e-mail of news is composed from, loaded for a whole batch in a handful of queries."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa

from events.catalogue import news
from events.catalogue.news import Upcoming
from events.models import Organiser
from events.storage import ReadSession
from notifications.contents import own_texts
from notifications.models.email import Email, EmailKind
from notifications.models.mail_template import OwnText
from notifications.models.news import NewsSubscription
from notifications.suppression import suppressing

MOST_NEW = 12
"""Events that one issue tells of as new; what is beyond them stands on the page of all."""
MOST_COMING = 6
COMING_WITHIN = timedelta(days=21)

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsMaterial:
    """One e-mail of news and everything that it may speak of, as it is now."""

    email: Email
    organiser: Organiser
    subscription: NewsSubscription
    new: tuple[Upcoming, ...] = ()
    """What was announced in the e-mail's week and is still ahead."""
    coming: tuple[Upcoming, ...] = ()
    """What else comes next."""
    suppressed: str | None = None
    """Why nothing (or nothing of this kind) is sent to the address, if so."""
    own_text: OwnText | None = None
    """What staff wrote for this kind and language; None where the house's text counts."""

    @property
    def addressee(self) -> str:
        """Nobody asks who wants news for a name."""
        return ""

    @property
    def event_version(self) -> int:
        """It tells of no one version of an event."""
        return 0

    @property
    def sequence(self) -> int:
        """It carries no calendar entry."""
        return 0


def load_news(session: ReadSession, emails: Sequence[Email], *, now: datetime) -> list[NewsMaterial]:
    """Return the material of these e-mails, all of which are of news, as of `now`."""
    if not emails:
        return []
    wanted = {email.news_subscription_id for email in emails}
    subscriptions = _by_id(session, NewsSubscription, wanted)
    organisers = _by_id(session, Organiser, {email.organiser_id for email in emails})
    suppressed = suppressing.suppressed(session, emails, now=now)
    houses = {key for each in organisers.values() for key in (each.id, each.parent_id) if key}
    texts = own_texts.newest(session, houses, {email.kind for email in emails})
    telling = {email.organiser_id for email in emails if email.kind is EmailKind.NEWS}
    ahead = {key: news.upcoming(session, key, now=now) for key in sorted(telling)}
    found: list[NewsMaterial] = []
    for email in emails:
        organiser = organisers[email.organiser_id]
        subscription = subscriptions[email.news_subscription_id]
        new, coming = told(email, subscription, ahead.get(organiser.id, ()), now=now)
        locale = "en" if email.locale == "en" else "id"
        found.append(
            NewsMaterial(
                email=email,
                organiser=organiser,
                subscription=subscription,
                new=new,
                coming=coming,
                suppressed=suppressed.get(email.id),
                own_text=own_texts.counting(texts, organiser.id, organiser.parent_id, email.kind, locale),
            )
        )
    return found


def told(
    email: Email, subscription: NewsSubscription, ahead: Sequence[Upcoming], *, now: datetime
) -> tuple[tuple[Upcoming, ...], tuple[Upcoming, ...]]:
    """Return what an e-mail says is new, and what comes next, of what suits its reader."""
    if email.kind is not EmailKind.NEWS:
        return (), ()
    since, until = (datetime.fromisoformat(email.params[name]) for name in ("since", "until"))
    suiting = [each for each in ahead if each.suits(subscription.audiences, subscription.topics)]
    new = one_of_each_series([each for each in suiting if since < each.announced_at <= until])
    series = {each.series_id for each in new if each.series_id}
    others = [each for each in suiting if not since < each.announced_at <= until and each.series_id not in series]
    soon = [each for each in one_of_each_series(others) if each.starts_at <= now + COMING_WITHIN]
    return tuple(new[:MOST_NEW]), tuple(soon[:MOST_COMING])


def one_of_each_series(found: Sequence[Upcoming]) -> list[Upcoming]:
    """Return the first date of each series, saying how many more there are; twenty lines of one series are one."""
    dates: dict[uuid.UUID, int] = {}
    for each in found:
        key = each.series_id or each.id
        dates[key] = dates.get(key, 0) + 1
    return [replace(each, further=count - 1) for each in found if (count := dates.pop(each.series_id or each.id, 0))]


def _by_id(session: ReadSession, model: type[_Row], ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID | None, _Row]:
    column: Any = sa.inspect(model).mapper.primary_key[0]
    wanted = [key for key in ids if key is not None]
    return {row.id: row for row in session.scalars(sa.select(model).where(column.in_(wanted)))}
