"""News to look at before it is sent: what a subscriber without wishes would get, or an example. Nothing is written."""

from __future__ import annotations

from datetime import datetime, timedelta

from events.catalogue import news
from events.catalogue.news import Upcoming
from events.models import Organiser
from events.storage import LocalizedText, ReadSession, new_id
from notifications.contents.news_material import NewsMaterial, told
from notifications.models.email import Email, EmailKind
from notifications.models.mail_template import OwnText
from notifications.models.news import NewsSubscription

_DAY = timedelta(days=1)


def news_sample(
    session: ReadSession,
    organiser: Organiser,
    kind: EmailKind,
    locale: str,
    *,
    own: OwnText | None,
    now: datetime,
    since: datetime | None = None,
    example: bool = True,
) -> NewsMaterial:
    """Return what an e-mail of news would be made of: with what was announced after `since`, without it of a week.

    Where nothing was, it is what comes next, or made up; unless no `example` is wanted.
    """
    params = {"since": (since or now - 7 * _DAY).isoformat(), "until": now.isoformat()}
    email = Email(
        id=new_id(),
        organiser_id=organiser.id,
        kind=kind,
        to_address="contoh@contoh.example",
        locale=locale,
        params=params,
        attachments=[],
        event_version=0,
    )
    subscription = NewsSubscription(
        id=new_id(), organiser_id=organiser.id, email=email.to_address, locale=locale, audiences=[], topics=[]
    )
    ahead = news.upcoming(session, organiser.id, now=now)
    new, coming = told(email, subscription, ahead, now=now)
    if kind is EmailKind.NEWS and not new and example:
        new, coming = (coming, ()) if coming else ((_example(organiser, now),), ())
    return NewsMaterial(
        email=email, organiser=organiser, subscription=subscription, new=new, coming=coming, own_text=own
    )


def _example(organiser: Organiser, now: datetime) -> Upcoming:
    starts_at = (now + 3 * _DAY).replace(minute=0, second=0, microsecond=0)
    return Upcoming(
        id=new_id(),
        organiser_id=organiser.id,
        organiser_slug=organiser.slug,
        organiser=organiser.name,
        slug="contoh",
        title=LocalizedText("Menulis Cerita Anak: Dari Ide ke Buku", "Writing for Children: From Idea to Book"),
        summary=LocalizedText(
            "Belajar menulis cerita anak bersama penulis Batam.", "Learn to write for children with an author of Batam."
        ),
        online=True,
        venue=LocalizedText(),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        timezone=organiser.timezone,
        announced_at=now,
        audiences=frozenset(),
        topics=frozenset(),
        series_id=None,
    )
