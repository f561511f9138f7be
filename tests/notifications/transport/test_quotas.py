"""The relay's day: who goes first, when it begins anew, and that all processes count together."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from events.media.files import FileStore
from events.registrations import registration
from events.storage import ReadSession, Session
from notifications.mailing import delivery
from notifications.models.email import Email, EmailKind, EmailState
from notifications.models.relay import RelayCount
from notifications.planning import emails
from notifications.transport import quotas
from notifications.transport.quotas import PRESETS, Quota, Rank, Used, rank_of
from notifications.transport.relays import Relay
from notifications.transport.smtp import SmtpMailer
from tests.notifications.post_office import composer
from tests.support.life import Life, application
from tests.support.smtp import SmtpSink

NOW = datetime(2026, 11, 22, 8, 20, tzinfo=UTC)
_AROUND_THE_HOUR = (NOW.replace(minute=0), NOW.replace(minute=0) - timedelta(seconds=1))
JAKARTA = ZoneInfo("Asia/Jakarta")


def test_ranks_are_priorities() -> None:
    assert [rank_of(each) for each in range(1, 8)] == [
        *[Rank.URGENT] * 3,
        *[Rank.ROUTINE] * 2,
        *[Rank.PROMOTION] * 2,
    ]


def test_promotion_waits_first_and_confirmations_last() -> None:
    def left(taken: int) -> list[int]:
        day = Used(Quota(500), [(NOW, taken)], NOW)
        return [day.left(rank) for rank in (Rank.URGENT, Rank.ROUTINE, Rank.PROMOTION)]

    assert left(0) == [500, 425, 300]
    assert left(300) == [200, 125, 0]
    assert left(425) == [75, 0, 0]
    assert left(500) == [0, 0, 0]


def test_a_day_of_the_calendar_begins_at_its_midnight() -> None:
    quota = Quota(10, JAKARTA)
    assert quota.begin(NOW) == datetime(2026, 11, 21, 17, tzinfo=UTC)
    assert Used(quota, [(NOW, 10)], NOW).free_at(Rank.URGENT) == datetime(2026, 11, 22, 17, tzinfo=UTC)


def test_a_rolling_day_frees_hour_by_hour_and_never_too_early() -> None:
    quota = PRESETS["gmail"]
    assert quota.zone is None
    hours = [(datetime(2026, 11, 22, hour, tzinfo=UTC), 250) for hour in (1, 5)]
    free = Used(quota, hours, NOW).free_at(Rank.URGENT)
    # What was sent at 01.59 counts until 01.59 tomorrow.
    assert free == datetime(2026, 11, 23, 2, tzinfo=UTC)
    assert quota.begin(free) > hours[0][0]


def _count(life: Life, number: int, at: datetime) -> None:
    def use_case(session: Session) -> None:
        quotas.lock(session, "relay", real_now=at)
        quotas.count(session, "relay", number, real_now=at)

    life.database.write(use_case)


def test_what_was_not_handed_over_is_given_back(life: Life) -> None:
    _count(life, 7, NOW)
    _count(life, -3, NOW)
    _count(life, 2, NOW - timedelta(hours=20))
    _count(life, 5, NOW - timedelta(hours=30))
    day = life.database.read(lambda session: quotas.used(session, "relay", Quota(10), real_now=NOW))
    assert day.taken == 6
    life.database.write(lambda session: quotas.prune(session, real_now=NOW + timedelta(days=4)))
    day = life.database.read(lambda session: quotas.used(session, "relay", Quota(10), real_now=NOW))
    assert day.taken == 0


def test_a_crowd_counts_each_once(life: Life) -> None:
    with ThreadPoolExecutor(8) as workers:
        list(workers.map(lambda _: _count(life, 1, NOW), range(40)))
    day = life.database.read(lambda session: quotas.used(session, "relay", Quota(100), real_now=NOW))
    assert day.taken == 40


def test_counting_on_both_sides_of_a_full_hour_is_counting_one_after_the_other(life: Life) -> None:
    """Workers' clocks differ by a second, and the hour is a row each; whoever looks sees what all others took."""

    def take(number: int) -> int:
        at = _AROUND_THE_HOUR[number % 2]

        def use_case(session: Session) -> int:
            quotas.lock(session, "relay", real_now=at)
            wanted = quotas.used(session, "relay", Quota(25), real_now=at).left(Rank.URGENT) > 0
            if wanted:
                quotas.count(session, "relay", 1, real_now=at)
            return int(wanted)

        return life.database.write(use_case)

    with ThreadPoolExecutor(8) as workers:
        assert sum(workers.map(take, range(60))) == 25
    day = life.database.read(lambda session: quotas.used(session, "relay", Quota(25), real_now=NOW))
    assert ([count for _, count in day.hours if not count], day.taken) == ([], 25)


def test_forgetting_days_keeps_the_row_that_workers_wait_for(life: Life) -> None:
    _count(life, 7, NOW)
    _count(life, 3, NOW + timedelta(days=4))
    life.database.write(lambda session: quotas.prune(session, real_now=NOW + timedelta(days=4)))
    taken = sa.select(RelayCount.taken).order_by(RelayCount.hour)
    assert life.database.read(lambda session: session.scalars(taken).all()) == [0, 3]


def _owe(life: Life, event_id: uuid.UUID, priority: int, people: range) -> None:
    """Register people and owe each an e-mail of that priority."""

    def use_case(session: Session) -> None:
        for person in people:
            made = registration.register(session, application(event_id, person), now=life.now)
            key = emails.queue(session, EmailKind.CONFIRMATION, registration_id=made.registration_id, now=life.now)
            session.execute(sa.update(Email).where(Email.id == key).values(priority=priority))

    life.database.write(use_case)


def _sent(life: Life) -> dict[int, int]:
    """Return how many of each priority went out."""

    def query(session: ReadSession) -> dict[int, int]:
        rows = sa.select(Email.priority, sa.func.count()).where(Email.state == EmailState.SENT)
        return {row.priority: row[1] for row in session.execute(rows.group_by(Email.priority))}

    return life.database.read(query)


def test_two_workers_at_once_never_send_more_than_the_day_has(
    life: Life, files: FileStore, smtp_sink: SmtpSink
) -> None:
    """Promotion stops at six tenths, reminders at 85 in a hundred, confirmations at the end; whoever else is due."""
    event_id = life.webinar()
    relay = Relay("relay", Quota(20))

    def work(begin: threading.Barrier, real_now: datetime) -> None:
        mailer = SmtpMailer(smtp_sink.url)
        begin.wait()
        while delivery.send_due(
            life.database, mailer, composer(files), now=life.now, real_now=real_now, limit=5, relay=relay
        ):
            pass

    def send() -> dict[int, int]:
        begin = threading.Barrier(2)
        with ThreadPoolExecutor(2) as workers:
            for each in [workers.submit(work, begin, moment) for moment in _AROUND_THE_HOUR]:
                each.result()
        assert len(smtp_sink.delivered) == sum(_sent(life).values())
        return _sent(life)

    _owe(life, event_id, 6, range(30))
    assert send() == {6: 12}
    _owe(life, event_id, 4, range(30, 45))
    assert send() == {6: 12, 4: 5}
    _owe(life, event_id, 1, range(45, 55))
    assert send() == {6: 12, 4: 5, 1: 3}
    day = life.database.read(lambda session: quotas.used(session, "relay", Quota(20), real_now=NOW))
    assert day.taken == 20
