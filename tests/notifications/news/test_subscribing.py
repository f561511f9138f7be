"""Asking for news, agreeing to it from the mailbox, and ending it: on both databases."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from events.errors import Conflict, Gone, Invalid
from events.storage import Session
from notifications.models.email import Email, EmailKind
from notifications.models.news import NewsEnd, NewsSubscription
from notifications.models.suppression import SuppressionReason, SuppressionScope
from notifications.news import schedules, subscribing
from notifications.news.subscribing import Wishes
from notifications.planning.email_rows import TABLE
from notifications.suppression import suppressing
from tests.notifications.post_office import PostOffice, links

ANI = "Ani@Mail.Example"


def ask(post_office: PostOffice, email: str = ANI, *, after: timedelta = timedelta(0)) -> uuid.UUID | None:
    life = post_office.life
    return post_office.write(
        lambda s: subscribing.ask(s, life.organiser_id, email, locale="id", words="1", now=life.now + after)
    )


def rows(post_office: PostOffice) -> list[NewsSubscription]:
    statement = sa.select(NewsSubscription).order_by(NewsSubscription.id)
    return list(post_office.life.database.read(lambda s: s.scalars(statement).all()))


def agree(post_office: PostOffice, key: uuid.UUID, wishes: Wishes | None = None) -> None:
    given = wishes or Wishes("id")
    post_office.write(lambda s: subscribing.confirm(s, key, given, words="2", now=post_office.life.now))


def test_asking_mails_a_link_and_nothing_more(post_office: PostOffice) -> None:
    ask(post_office)
    [message] = post_office.send()
    [row] = rows(post_office)
    assert (message["to"], row.confirmed_at, row.words) == (ANI, None, "1")
    assert links.news_url(row.id) in message.get_body(("plain",)).get_content().replace("=\n", "")  # type: ignore[union-attr] # there is one
    assert message["List-Unsubscribe"] is None, "what was asked for is not promotional"


def test_who_asks_twice_is_written_to_once_in_ten_minutes(post_office: PostOffice) -> None:
    asked = [ask(post_office), ask(post_office, "ani@mail.example"), ask(post_office, after=timedelta(minutes=11))]
    assert ([each is not None for each in asked], len(rows(post_office))) == ([True, False, True], 1)


def test_agreeing_keeps_when_how_and_which_words(post_office: PostOffice) -> None:
    ask(post_office)
    [row] = rows(post_office)
    agree(post_office, row.id, Wishes("en", ["teachers"], ["sejarah-melayu"]))
    [row] = rows(post_office)
    now = post_office.life.now
    assert (row.asked_by, row.asked_at, row.confirmed_at, row.words) == ("page", now, now, "2")
    assert (row.locale, row.audiences, row.topics) == ("en", ["teachers"], ["sejarah-melayu"])


def test_typing_the_address_of_who_has_agreed_changes_nothing_of_theirs(post_office: PostOffice) -> None:
    ask(post_office)
    [row] = rows(post_office)
    agree(post_office, row.id, Wishes("en"))
    assert ask(post_office, after=timedelta(hours=1)) is not None
    [row] = rows(post_office)
    assert (row.locale, row.words, row.asked_at) == ("en", "2", post_office.life.now)


def test_a_link_that_was_not_pressed_in_time_opens_nothing_and_the_address_is_forgotten(
    post_office: PostOffice,
) -> None:
    ask(post_office)
    [row] = rows(post_office)
    later = post_office.life.now + subscribing.OPEN_FOR + timedelta(seconds=1)
    with pytest.raises(Gone):
        post_office.write(lambda s: subscribing.confirm(s, row.id, Wishes("id"), words="2", now=later))
    forgotten = [post_office.write(lambda s: subscribing.forget_unconfirmed(s, now=later)) for _ in range(2)]
    [row], [email] = rows(post_office), post_office.rows()
    assert forgotten == [1, 0]
    assert (row.email, row.address, row.ended_because, email.to_address) == (None, None, NewsEnd.EXPIRED, "")


def test_stopping_forgets_the_address_and_keeps_the_proof(post_office: PostOffice) -> None:
    ask(post_office)
    [row] = rows(post_office)
    agree(post_office, row.id, Wishes("id", ["teachers"]))
    for _ in range(2):
        post_office.write(lambda s: subscribing.stop(s, row.id, now=post_office.life.now))
    [row] = rows(post_office)
    assert (row.email, row.address, row.audiences, row.ended_because) == (None, None, [], NewsEnd.STOPPED)
    assert (row.confirmed_at, row.ended_at) == (post_office.life.now, post_office.life.now)
    with pytest.raises(Gone):
        agree(post_office, row.id)
    assert (ask(post_office) is not None, len(rows(post_office))) == (True, 2)


@pytest.mark.parametrize(
    ("reason", "because"),
    [
        (SuppressionReason.UNSUBSCRIBED, NewsEnd.STOPPED),
        (SuppressionReason.COMPLAINED, NewsEnd.COMPLAINED),
        (SuppressionReason.BOUNCED, NewsEnd.UNREACHABLE),
        (SuppressionReason.UNREACHABLE, None),
        (SuppressionReason.BY_STAFF, None),
    ],
)
def test_what_ends_mail_to_an_address_ends_its_news(
    post_office: PostOffice, reason: SuppressionReason, because: NewsEnd | None
) -> None:
    ask(post_office)
    post_office.write(lambda s: suppressing.suppress(s, ANI, reason, now=post_office.life.now, by="mail:x"))
    assert [each.ended_because for each in rows(post_office)] == [because]


def test_who_unsubscribed_and_asks_again_is_written_to_again(post_office: PostOffice) -> None:
    life = post_office.life
    post_office.write(
        lambda s: suppressing.suppress(
            s,
            ANI,
            SuppressionReason.UNSUBSCRIBED,
            now=life.now,
            by="mail:x",
            organiser_id=life.organiser_id,
            scope=SuppressionScope.PROMOTIONAL,
        )
    )
    ask(post_office)
    [row] = rows(post_office)
    agree(post_office, row.id)
    news = Email(id=uuid.uuid4(), organiser_id=life.organiser_id, kind=EmailKind.NEWS, to_address=ANI)
    assert life.database.read(lambda s: suppressing.suppressed(s, [news], now=life.now)) == {}


@pytest.mark.parametrize(
    "wishes", [Wishes("fr"), Wishes("id", ["nobody"]), Wishes("id", [], ["x"] * 31), Wishes("id", [], [""])]
)
def test_wishes_that_there_are_not_are_refused(post_office: PostOffice, wishes: Wishes) -> None:
    ask(post_office)
    [row] = rows(post_office)
    with pytest.raises(Invalid):
        agree(post_office, row.id, wishes)


def test_a_library_that_sends_none_takes_no_address(post_office: PostOffice) -> None:
    life = post_office.life
    post_office.write(
        lambda s: schedules.set_schedule(
            s, life.organiser_id, active=False, weekday=3, hour=9, now=life.now, by="staff:x"
        )
    )
    with pytest.raises(Conflict):
        ask(post_office)
    assert (rows(post_office), life.database.read(schedules.silent)) == ([], frozenset({life.organiser_id}))


@pytest.mark.parametrize("both", [True, False])
def test_an_email_is_about_an_event_or_about_news_and_never_about_both_or_neither(
    post_office: PostOffice, both: bool
) -> None:
    ask(post_office)
    event_id = post_office.life.webinar()
    changed = {"event_id": event_id} if both else {"news_subscription_id": None}

    def use_case(session: Session) -> None:
        session.execute(sa.update(TABLE).values(changed))

    with pytest.raises(IntegrityError):
        post_office.write(use_case)
