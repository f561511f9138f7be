"""People who have agreed to a library's news, for tests."""

from __future__ import annotations

import uuid

from events.storage import Session
from notifications.models.news import NewsSubscription
from notifications.news import schedules
from notifications.news.subscribing import Wishes
from tests.support.life import Life


def subscribe(life: Life, count: int, *, wishes: Wishes | None = None, agreed: bool = True) -> list[uuid.UUID]:
    """Have so many people ask for the news, and agree to it unless told otherwise; returns their subscriptions."""

    def use_case(session: Session) -> list[uuid.UUID]:
        schedules.ensure(session, life.organiser_id, now=life.now)
        given = wishes or Wishes("id")
        common = {"organiser_id": life.organiser_id, "locale": given.locale, "words": "1", "asked_by": "page"}
        times = {"asked_at": life.now, "mailed_at": life.now, "confirmed_at": life.now if agreed else None}
        made = [
            NewsSubscription(
                id=uuid.uuid4(),
                email=f"{name}@mail.example",
                address=f"{name}@mail.example",
                audiences=list(given.audiences),
                topics=list(given.topics),
                **common,
                **times,
            )
            for name in (uuid.uuid4().hex for _ in range(count))
        ]
        session.add_all(made)
        return [each.id for each in made]

    return life.database.write(use_case)
