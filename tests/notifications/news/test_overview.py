"""What staff see of the news: numbers of readers, what the next issue tells and to how many, what became of others."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from events.recurring import series
from notifications.models.email import EmailKind
from notifications.news import issuing, overview, schedules, subscribing
from notifications.news.overview import Look, Overview
from notifications.news.subscribing import Wishes
from tests.notifications.post_office import BASE_URL, PostOffice
from tests.support.life import NOW, add_organiser
from tests.support.news_readers import subscribe
from tests.support.series_life import make_series

THURSDAY = datetime.fromisoformat("2026-12-03T09:00+07:00")


def seen(post_office: PostOffice, now: datetime = NOW) -> Overview:
    life = post_office.life
    return life.database.read(lambda s: overview.overview(s, life.organiser_id, now=now))


def look(post_office: PostOffice, locale: str = "id", now: datetime = NOW) -> Look:
    life = post_office.life
    return life.database.read(lambda s: overview.look(s, life.organiser_id, locale, base_url=BASE_URL, now=now))


def issue(post_office: PostOffice, now: datetime) -> None:
    post_office.write(lambda s: issuing.begin(s, now=now))
    while post_office.write(lambda s: issuing.plan_chunk(s, now=now)):
        pass


def switch(post_office: PostOffice, *, active: bool, hour: int = 9, weekday: int = 3) -> None:
    life = post_office.life
    life.do(schedules.set_schedule, life.organiser_id, active=active, weekday=weekday, hour=hour)


def test_where_nobody_ever_asked_nothing_is_planned(post_office: PostOffice) -> None:
    found = seen(post_office)
    assert (found.schedule.active, found.next.at, found.readers.count, found.past) == (True, None, 0, [])


def test_readers_are_counted_by_language_and_wish(post_office: PostOffice) -> None:
    life = post_office.life
    subscribe(life, 3)
    subscribe(life, 2, wishes=Wishes("en", ["teachers", "parents"], ["literasi"]))
    subscribe(life, 1, wishes=Wishes("id", ["parents"], ["sejarah", "literasi"]))
    subscribe(life, 4, agreed=False)
    [gone] = subscribe(life, 1)
    life.do(subscribing.stop, gone)
    other = life.database.write(lambda s: add_organiser(s, slug="kepri"))
    assert life.database.read(lambda s: overview.overview(s, other, now=NOW)).readers.count == 0
    readers = seen(post_office).readers
    assert (readers.count, readers.unconfirmed) == (6, 4)
    assert readers.by_locale == {"id": 4, "en": 2}
    assert (list(readers.by_audience.items()), readers.any_audience) == ([("parents", 3), ("teachers", 2)], 3)
    assert (list(readers.by_topic.items()), readers.any_topic) == ([("literasi", 3), ("sejarah", 1)], 3)


def test_the_next_issue_is_what_would_be_sent(post_office: PostOffice) -> None:
    """What is shown before is what is owed afterwards."""
    life = post_office.life
    subscribe(life, 2)
    subscribe(life, 5, wishes=Wishes("id", [], ["robotik"]))
    event_id = life.webinar()
    soon = life.webinar(starts_at=THURSDAY - timedelta(hours=3), ends_at=THURSDAY - timedelta(hours=1))
    coming = seen(post_office).next
    assert (coming.at, coming.since) == (THURSDAY, THURSDAY - timedelta(days=7))
    assert ([each.id for each in coming.new], [each.id for each in coming.missed]) == ([event_id], [soon])
    assert coming.recipients == 2
    issue(post_office, THURSDAY)
    assert len(post_office.rows(EmailKind.NEWS)) == 2
    after = seen(post_office, THURSDAY)
    assert (after.next.at, after.next.new, after.next.recipients) == (THURSDAY + timedelta(days=7), [], 0)


def test_of_a_series_that_goes_on_no_date_is_missed(post_office: PostOffice) -> None:
    life = post_office.life
    subscribe(life, 1)
    series_id = make_series(life, "setiap Rabu", count=3)
    life.do(series.publish_all, series_id, decides=True)
    coming = seen(post_office).next
    assert ([each.further for each in coming.new], coming.missed) == ([1], [])


def test_switched_off_it_tells_what_there_would_be_and_plans_nothing(post_office: PostOffice) -> None:
    subscribe(post_office.life, 1)
    event_id = post_office.life.webinar()
    switch(post_office, active=False)
    coming = seen(post_office).next
    assert (coming.at, [each.id for each in coming.new]) == (None, [event_id])
    switch(post_office, active=True, weekday=4, hour=16)
    assert seen(post_office).next.at == datetime.fromisoformat("2026-12-04T16:00+07:00")


def test_past_issues_tell_who_got_them_and_who_left(post_office: PostOffice) -> None:
    life = post_office.life
    readers = subscribe(life, issuing.CHUNK + 3)
    issue(post_office, THURSDAY)
    week = timedelta(days=7)
    replace(life, now=THURSDAY + timedelta(days=1)).webinar()
    issue(post_office, THURSDAY + week)
    life.do(subscribing.stop, readers[0], now=THURSDAY + week)
    post_office.send(now=THURSDAY + week + timedelta(minutes=1))
    for key in readers[1:4]:
        life.do(subscribing.stop, key, now=THURSDAY + week + timedelta(days=1))
    issue(post_office, THURSDAY + 2 * week)
    past = seen(post_office, THURSDAY + 2 * week).past
    assert [each.at for each in past] == [THURSDAY + 2 * week, THURSDAY + week, THURSDAY]
    counted = [(each.owed, each.sent, each.waiting, each.lost, each.dropped, each.left) for each in past]
    all_of_them = issuing.CHUNK + 3
    assert counted == [(0, 0, 0, 0, 0, 0), (all_of_them, all_of_them - 1, 0, 0, 1, 4), (0, 0, 0, 0, 0, 0)]


def test_the_preview_is_the_issue_in_either_language(post_office: PostOffice) -> None:
    life = post_office.life
    assert look(post_office).example
    subscribe(life, 1)
    life.webinar()
    shown = look(post_office)
    issue(post_office, THURSDAY)
    [sent] = post_office.send(now=THURSDAY)
    assert (shown.example, shown.words.subject) == (False, sent["Subject"])
    body = sent.get_body(("plain",))
    assert body is not None
    title = "Menulis Cerita Anak"
    assert (title in shown.words.text, title in body.get_content()) == (True, True)
    assert look(post_office, "en", THURSDAY + timedelta(days=1)).example
    assert look(post_office, "en").words.subject != shown.words.subject
