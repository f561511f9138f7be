"""Senders that are killed (SIGKILL) among mails that wait, are held, are deferred, or were handed over unanswered."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from notifications.mailing import delivery, holding
from notifications.mailing.sending import LEASE, SETTLE_AFTER
from notifications.models.email import EmailState
from notifications.models.email_attempt import EmailAttempt
from notifications.transport.smtp import SmtpMailer
from tests.notifications.mailing.test_delivery import confirm
from tests.notifications.post_office import REAL_NOW, PostOffice, composer
from tests.support.life import STAFF
from tests.support.polling import until
from tests.support.smtp import SmtpSink

HELD, PEOPLE = 5, 30
GREYLISTED, FULL = "451 4.7.1 Greylisted, please come again", "452 4.2.2 mailbox full"
TAKEN = ""
"""No misbehaviour."""
MOST_REPEATS = 2 * SETTLE_AFTER
"""Of one kill: what was being written, and what had come together since."""
PATIENCE = 60.0


@dataclass
class Killed:
    """One database, its senders that come and go, and the relay that outlives them."""

    post_office: PostOffice
    sink: SmtpSink
    database_url: str
    files: Path

    def send_and_die(self, *faults: str, after: timedelta, when: Callable[[], bool]) -> None:
        """Start a sender, and kill it once `when` is so."""
        self.sink.misbehave(*faults)
        options = {
            "database": self.database_url,
            "relay": self.sink.url,
            "files": self.files.as_uri(),
            "now": self.post_office.life.now.isoformat(),
            "real_now": (REAL_NOW + after).isoformat(),
        }
        command = [sys.executable, "-m", "tests.notifications.sending_worker", json.dumps(options)]
        worker = subprocess.Popen(command)
        try:
            until(when, seconds=PATIENCE, what="the sender is in the middle of its work")
        finally:
            worker.kill()
            worker.wait(PATIENCE)

    def send(self, *, after: timedelta) -> int:
        """Send here, so long after the beginning; returns how many were looked at."""
        life, total = self.post_office.life, 0
        while looked_at := delivery.send_due(
            life.database,
            SmtpMailer(self.sink.url),
            composer(self.post_office.files),
            now=life.now + after,
            real_now=REAL_NOW + after,
        ):
            total += looked_at
        return total

    def states(self) -> Counter[str]:
        """How many e-mails there are of each state."""
        return Counter(self.post_office.states())

    def tried(self) -> Sequence[tuple[uuid.UUID, str, str | None]]:
        """Every try there is a line of: the e-mail, the verdict, the reason."""
        wanted = sa.select(EmailAttempt).order_by(EmailAttempt.at, EmailAttempt.id)
        rows = self.post_office.life.database.read(lambda session: session.scalars(wanted).all())
        return [(row.email_id, row.verdict.value, row.reason) for row in rows]


def test_killed_twice_nothing_is_lost_and_repeats_are_the_same_mail(
    post_office: PostOffice, smtp_sink: SmtpSink, database_url: str, tmp_path: Path
) -> None:
    life, organiser = post_office.life, post_office.life.organiser_id
    house = Killed(post_office, smtp_sink, database_url, tmp_path / "files")
    waits = life.webinar()
    confirm(post_office, waits, range(HELD))
    hold_id = post_office.write(lambda s: holding.hold_all(s, organiser, waits, now=life.now, by=STAFF))
    confirm(post_office, life.webinar(), range(100, 100 + PEOPLE))

    deferred = die_among_refusals(house)
    die_once_more(house)
    assert {row.hold_id for row in post_office.rows() if row.state is EmailState.HELD} == {hold_id}

    house.send(after=timedelta(hours=3))
    assert house.states() == {"held": HELD, "sent": PEOPLE}
    post_office.write(lambda s: holding.release_all(s, organiser, waits, now=life.now, by=STAFF))
    assert not post_office.write(lambda s: holding.queue_released(s, hold_id))
    house.send(after=timedelta(hours=4))
    assert house.states() == {"sent": HELD + PEOPLE}
    told = Counter(verdict for key, verdict, _ in house.tried() if key in deferred)
    assert told == {"deferred": 3, "accepted": 3}
    arrived_all_and_few_twice(house)


def die_among_refusals(house: Killed) -> set[uuid.UUID]:
    """Have three mails deferred, some accepted and one cut off in the answer; return which were deferred."""
    answered = [GREYLISTED, GREYLISTED, FULL, *[TAKEN] * MOST_REPEATS]
    house.send_and_die(
        *answered,
        "accept-hang",
        after=timedelta(),
        when=lambda: house.sink.attempts > len(answered) and house.states()["queued"] == 3,
    )
    left = house.states()
    assert (left.total(), left["held"], left["queued"]) == (HELD + PEOPLE, HELD, 3)
    assert PEOPLE - 3 - MOST_REPEATS <= left["sending"] < PEOPLE - 3, "some were noted, some were not"
    deferred = [row for row in house.post_office.rows() if row.state is EmailState.QUEUED]
    assert [row.reason for row in deferred] == ["greylisted", "greylisted", "mailbox_full"]
    assert house.tried() == [(row.id, "deferred", row.reason) for row in deferred]
    assert house.send(after=timedelta(seconds=1)) == 0, "what the dead one held is not known to be free yet"
    assert house.states() == left
    return {row.id for row in deferred}


def die_once_more(house: Killed) -> None:
    """Have a successor take over what the dead one held, and die in the middle as well."""
    sent, attempts, lines = house.states()["sent"], house.sink.attempts, house.tried()
    house.send_and_die(
        *[TAKEN] * SETTLE_AFTER,
        "accept-hang",
        after=LEASE + timedelta(seconds=1),
        when=lambda: house.sink.attempts > attempts + SETTLE_AFTER and house.states()["sent"] > sent,
    )
    assert house.states().total() == HELD + PEOPLE
    assert [line for line in house.tried() if line in lines] == lines


def arrived_all_and_few_twice(house: Killed) -> None:
    """Every mail arrived under its one Message-ID, and no other; those twice that a kill cut off."""
    found = Counter((each.message_id, each.recipients) for each in house.sink.delivered)
    assert set(found) == {(f"<{row.id}@acara.example>", (row.to_address,)) for row in house.post_office.rows()}
    repeated = [count - 1 for count in found.values() if count > 1]
    assert 2 <= sum(repeated) <= 2 * MOST_REPEATS
