"""Stories of mail on its way: nothing lost, nothing told twice, nothing stale, on both databases."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import TypeVar

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from events import deliveries, outbox
from events.drafts import lifecycle
from events.media.files import FileStore
from events.models import Event
from events.registrations import registration
from events.storage import LocalizedText, ReadSession, Session, Transactions
from notifications.contents import material
from notifications.mailing import delivery, sending
from notifications.models.email import Email, EmailKind, EmailState
from notifications.planning import emails
from notifications.transport import answers
from notifications.transport.smtp import Outcome, Outgoing, SmtpMailer, Verdict
from tests.notifications.post_office import REAL_NOW, Pigeonhole, PostOffice, calendar_of, composer
from tests.support.calendars import assert_calendar_valid, uncalendared
from tests.support.life import STAFF, Life
from tests.support.polling import until
from tests.support.sizes import size
from tests.support.smtp import SmtpSink

_Result = TypeVar("_Result")


def confirm(post_office: PostOffice, event_id: uuid.UUID, people: Iterable[int] = (1,)) -> list[uuid.UUID]:
    """Register people and owe each a confirmation; returns the registrations."""
    found = [post_office.life.register(event_id, person).registration_id for person in people]

    def use_case(session: Session) -> None:
        for each in found:
            emails.queue(session, EmailKind.CONFIRMATION, registration_id=each, now=post_office.life.now)

    post_office.write(use_case)
    return found


def move(post_office: PostOffice, event_id: uuid.UUID, *, days: int) -> None:
    """Move the event and owe everybody an update, as the reaction does."""
    now = post_office.life.now

    def use_case(session: Session) -> None:
        event = session.get_one(Event, event_id)
        old = {"old_starts_at": event.starts_at.isoformat(), "old_ends_at": event.ends_at.isoformat()}
        starts_at, ends_at = event.starts_at + timedelta(days=days), event.ends_at + timedelta(days=days)
        lifecycle.reschedule(session, event_id, starts_at=starts_at, ends_at=ends_at, now=now, by=STAFF)
        assert emails.announce(session, event_id, EmailKind.EVENT_UPDATE, now=now, params=old) is None
        emails.queue_to_partners(session, event_id, EmailKind.PARTNER_UPDATE, now=now, params=old)

    post_office.write(use_case)


def call_off(post_office: PostOffice, event_id: uuid.UUID) -> None:
    """Cancel the event and owe everybody the news, as the reaction does."""
    now = post_office.life.now

    def use_case(session: Session) -> None:
        lifecycle.cancel(session, event_id, now=now, by=STAFF, reason=LocalizedText("Hujan badai.", "A storm."))
        emails.announce(session, event_id, EmailKind.EVENT_CANCELLED, now=now)
        emails.queue_to_partners(session, event_id, EmailKind.PARTNER_CANCELLATION, now=now)

    post_office.write(use_case)


def properties(message: EmailMessage) -> dict[str, str]:
    """Return the properties of the calendar object in a mail, after the judges have accepted it."""
    calendar = calendar_of(message)
    assert calendar is not None
    found = uncalendared(calendar.decode())
    assert_calendar_valid(calendar, method=found["METHOD"])
    return found


def failures(post_office: PostOffice) -> list[str]:
    """Return the ids of the e-mails of which the fact log says that they failed."""
    wanted = sa.select(outbox.FactRow).where(outbox.FactRow.name == "EmailFailed").order_by(outbox.FactRow.id)
    facts = post_office.life.database.read(lambda session: session.scalars(wanted).all())
    return [fact.payload["email_id"] for fact in facts]


# ------------------------------------------------------------------ the plain way
def test_a_confirmation_arrives_with_its_calendar_entry(post_office: PostOffice) -> None:
    (registration_id,) = confirm(post_office, post_office.life.webinar())
    (message,) = post_office.send()
    assert message["To"] == "Peserta 1 <peserta1@example.org>"
    assert message["Subject"] == "Anda terdaftar: Menulis Cerita Anak, 12 Desember 2026"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] is None, "only promotional mail is unsubscribed from"
    found = properties(message)
    assert (found["METHOD"], found["UID"], found["SEQUENCE"]) == ("REQUEST", str(registration_id), "0")
    (row,) = post_office.rows()
    assert message["Message-ID"] == f"<{row.id}@acara.example>"
    assert (row.state, row.sequence, row.sent_at) == (EmailState.SENT, 0, post_office.life.now)
    assert (row.lease_token, row.lease_until, row.last_error) == (None, None, None)


def test_nothing_due_is_nothing_done(post_office: PostOffice) -> None:
    assert list(post_office.send()) == []
    confirm(post_office, post_office.life.webinar())
    assert list(post_office.send(now=post_office.life.now - timedelta(seconds=1))) == []
    assert post_office.states() == ["queued"]


def test_the_urgent_go_first(post_office: PostOffice) -> None:
    event_id = post_office.life.webinar()
    (first,) = confirm(post_office, event_id)
    post_office.send()
    move(post_office, event_id, days=1)
    confirm(post_office, event_id, [2])
    sent = [message["To"] for message in post_office.send()]
    assert sent == ["Peserta 2 <peserta2@example.org>", "Peserta 1 <peserta1@example.org>"]
    del first


# ------------------------------------------------------------------ the world changes
def test_two_quick_moves_are_one_update_with_the_higher_sequence(post_office: PostOffice) -> None:
    event_id = post_office.life.webinar()
    confirm(post_office, event_id)
    post_office.invite(event_id)
    post_office.send()
    move(post_office, event_id, days=1)
    move(post_office, event_id, days=2)
    to_person, to_partner = sorted(post_office.send(), key=lambda message: message["To"])
    for message in (to_person, to_partner):
        found = properties(message)
        assert (found["METHOD"], found["SEQUENCE"]) == ("REQUEST", "2")
        assert found["DTSTART;TZID=Asia/Jakarta"] == "20261215T090000"
        text = message.get_body(("plain",))
        assert text is not None
        # Both were told of the first date only: the one in between is nobody's "before".
        assert "Semula: Sabtu, 12 Desember 2026" in text.get_content()
    assert post_office.states(EmailKind.EVENT_UPDATE) == ["sent", "superseded"]
    assert post_office.states(EmailKind.PARTNER_UPDATE) == ["sent", "superseded"]


def test_a_move_before_the_confirmation_is_sent_needs_no_update(post_office: PostOffice) -> None:
    event_id = post_office.life.webinar()
    confirm(post_office, event_id)
    move(post_office, event_id, days=1)
    (message,) = post_office.send()
    assert message["Subject"] == "Anda terdaftar: Menulis Cerita Anak, 13 Desember 2026"
    assert properties(message)["SEQUENCE"] == "1"
    assert post_office.states(EmailKind.EVENT_UPDATE) == ["superseded"]


def test_a_cancellation_overtakes_an_update_and_is_the_last_word(post_office: PostOffice) -> None:
    event_id = post_office.life.webinar()
    confirm(post_office, event_id)
    post_office.invite(event_id)
    post_office.send()
    move(post_office, event_id, days=1)
    call_off(post_office, event_id)
    sent = post_office.send()
    assert len(sent) == 1, "the partner was never invited by mail, and the update says nothing true any more"
    found = properties(sent[0])
    assert (found["METHOD"], found["SEQUENCE"], found["STATUS"]) == ("CANCEL", "2", "CANCELLED")
    assert found["DTSTART"] == "20261213T020000Z", "Outlook reads a CANCEL reliably only with absolute times"
    assert post_office.states(EmailKind.EVENT_UPDATE) == ["superseded"]
    assert list(post_office.send()) == []


def test_an_update_and_then_a_cancellation_arrive_in_order(post_office: PostOffice) -> None:
    event_id = post_office.life.webinar()
    confirm(post_office, event_id)
    post_office.send()
    move(post_office, event_id, days=1)
    post_office.send()
    call_off(post_office, event_id)
    post_office.send()
    told = [(p["METHOD"], p["SEQUENCE"]) for p in map(properties, post_office.mailer.messages)]
    assert told == [("REQUEST", "0"), ("REQUEST", "1"), ("CANCEL", "2")]


def test_who_gives_the_place_up_has_the_entry_taken_back(post_office: PostOffice) -> None:
    event_id = post_office.life.webinar()
    (registration_id,) = confirm(post_office, event_id)
    post_office.send()

    def use_case(session: Session) -> None:
        registration.cancel(session, registration_id, now=post_office.life.now, by="person")
        emails.queue(
            session, EmailKind.REGISTRATION_CANCELLED, registration_id=registration_id, now=post_office.life.now
        )

    post_office.write(use_case)
    (message,) = post_office.send()
    found = properties(message)
    assert (found["METHOD"], found["UID"], found["SEQUENCE"]) == ("CANCEL", str(registration_id), "1")


def test_who_only_waited_has_no_entry_to_take_back(post_office: PostOffice) -> None:
    event_id = post_office.life.webinar(capacity=1)
    post_office.life.register(event_id, 1)
    waiting = post_office.life.register(event_id, 2).registration_id
    now = post_office.life.now
    post_office.write(lambda s: emails.queue(s, EmailKind.WAITLISTED, registration_id=waiting, now=now))
    call_off_later = post_office.send()
    call_off(post_office, event_id)
    told = [*call_off_later, *(m for m in post_office.send() if "peserta2" in m["To"])]
    assert [m["Subject"] for m in told] == ["Daftar tunggu: Menulis Cerita Anak", "Dibatalkan: Menulis Cerita Anak"]
    assert [calendar_of(m) for m in told] == [None, None]
    text = told[0].get_body(("plain",))
    assert text is not None
    assert "urutan ke-1" in text.get_content()


# ------------------------------------------------------------------ faults of servers
def deliver(post_office: PostOffice, mailer: SmtpMailer, *, now: datetime, real_now: datetime = REAL_NOW) -> int:
    return delivery.send_due(post_office.life.database, mailer, composer(post_office.files), now=now, real_now=real_now)


def deliver_all(post_office: PostOffice, mailer: SmtpMailer, *, hours: int = 1) -> None:
    """Go on, through pauses and back-offs, while both clocks run for so long."""
    for minute in range(hours * 60):
        later = timedelta(minutes=minute)
        while deliver(post_office, mailer, now=post_office.life.now + later, real_now=REAL_NOW + later):
            pass


def test_faults_of_a_real_server(post_office: PostOffice, smtp_sink: SmtpSink) -> None:
    """One queue meets every fault; whoever can be reached is, nobody twice, and who is refused becomes a fact."""
    confirm(post_office, post_office.life.webinar(), range(1, 8))
    mailer = SmtpMailer(smtp_sink.url, timeout=2)
    smtp_sink.misbehave("451 4.3.0 try later", "550 5.1.1 no such user", "disconnect", "421 4.3.2 closing", "hang")
    deliver_all(post_office, mailer)
    assert sorted(post_office.states()) == ["failed", *["sent"] * 6]
    recipients = sorted(each.recipients[0] for each in smtp_sink.delivered)
    refused = [row.to_address for row in post_office.rows() if row.state is EmailState.FAILED]
    assert recipients == sorted({f"peserta{n}@example.org" for n in range(1, 8)} - set(refused))
    facts = post_office.life.database.read(
        lambda s: s.scalars(sa.select(outbox.FactRow).where(outbox.FactRow.name == "EmailFailed")).all()
    )
    assert [fact.payload["reason"] for fact in facts] == ["no_such_address"]
    assert refused[0] not in str(facts[0].payload), "a fact names no person"


def test_an_acceptance_whose_answer_was_lost_is_repeated_under_the_same_message_id(
    post_office: PostOffice, smtp_sink: SmtpSink
) -> None:
    confirm(post_office, post_office.life.webinar())
    mailer, now = SmtpMailer(smtp_sink.url, timeout=5), post_office.life.now
    smtp_sink.misbehave("accept-disconnect")
    deliver(post_office, mailer, now=now)
    later = timedelta(minutes=1)
    deliver(post_office, mailer, now=now + later, real_now=REAL_NOW + later)
    first, second = (each.message for each in smtp_sink.delivered)
    assert first["Message-ID"] == second["Message-ID"]
    assert calendar_of(first) == calendar_of(second)


def test_a_server_that_is_down_costs_the_mail_nothing(post_office: PostOffice) -> None:
    """Two hours while the server is away; a mail that counted its tries would have been given up."""
    confirm(post_office, post_office.life.webinar())
    sink = SmtpSink()
    url = sink.url
    sink.stop()
    deliver_all(post_office, SmtpMailer(url, timeout=5), hours=2)
    (row,) = post_office.rows()
    assert (row.state, row.attempts, row.reason) == (EmailState.QUEUED, 0, "unreachable")
    assert row.last_error is not None
    assert row.last_error.startswith("ConnectionRefusedError")
    assert len(post_office.send(real_now=REAL_NOW + timedelta(hours=3))) == 1


def test_who_is_always_deferred_is_given_up_after_two_days(post_office: PostOffice) -> None:
    confirm(post_office, post_office.life.webinar())
    post_office.mailer.before = lambda _: Verdict.DEFERRED
    now, tries = post_office.life.now, 0
    while post_office.states() == ["queued"]:
        (row,) = post_office.rows()
        assert row.due_at is not None
        now = row.due_at
        post_office.send(now=now)
        tries += 1
    assert post_office.states() == ["failed"]
    assert tries == len(answers.WAITS[answers.Answer.GREYLISTED]) + 1
    assert timedelta(days=1) < now - post_office.life.now < timedelta(days=3)


def test_an_address_that_no_server_takes_fails_alone(post_office: PostOffice) -> None:
    event_id = post_office.life.webinar()
    confirm(post_office, event_id, [1, 2])
    broken, _ = post_office.rows()
    post_office.write(
        lambda s: s.execute(sa.update(Email).where(Email.id == broken.id).values(to_address="pengguna tanpa@"))
    )
    assert len(post_office.send()) == 1
    assert post_office.states() == ["failed", "sent"]


def test_an_attachment_that_is_gone_holds_up_nobody(post_office: PostOffice) -> None:
    event_id = post_office.life.webinar()
    (first, _) = confirm(post_office, event_id, [1, 2])
    gone = [{"key": "certificates/gone", "name": "sertifikat.pdf", "type": "application/pdf"}]
    post_office.write(
        lambda s: s.execute(sa.update(Email).where(Email.registration_id == first).values(attachments=gone))
    )
    assert len(post_office.send()) == 1
    assert post_office.states() == ["queued", "sent"]


# ------------------------------------------------------------------ workers that die, or are many
class _Killed(BaseException):
    """What ends a worker: no handler runs, no row is written."""


def test_a_worker_killed_between_acceptance_and_settling_repeats_with_the_same_message_id(
    post_office: PostOffice,
) -> None:
    confirm(post_office, post_office.life.webinar(), range(1, 6))
    claim = post_office.write(lambda s: delivery._take(s, now=post_office.life.now, real_now=REAL_NOW, limit=10)[0])
    assert len(claim.ids) == 5
    # The dead worker had three accepted and settled none.
    loaded = post_office.life.database.read(lambda s: material.load(s, claim.ids, now=post_office.life.now))
    made = composer(post_office.files)
    post_office.mailer.kept += [made.compose(each, now=post_office.life.now) for each in loaded[:3]]
    assert list(post_office.send()) == [], "nobody takes what is under a lease"
    assert list(post_office.send(real_now=REAL_NOW + sending.LEASE)) == []
    assert len(post_office.send(real_now=REAL_NOW + sending.LEASE + timedelta(seconds=1))) == 5
    ids = [message["Message-ID"] for message in post_office.mailer.messages]
    assert len(ids) == 8
    assert len(set(ids)) == 5
    assert post_office.states() == ["sent"] * 5


def test_a_worker_whose_lease_ran_out_settles_nothing(post_office: PostOffice) -> None:
    """A slow worker wakes up after another has taken over: what it says about the mails no longer counts."""
    confirm(post_office, post_office.life.webinar(), range(1, 4))

    class Slow(Pigeonhole):
        def send(self, messages: Iterable[Outgoing]) -> Iterator[Outcome]:
            for message in messages:
                if not post_office.mailer.kept:
                    late = REAL_NOW + sending.LEASE * 2
                    assert len(post_office.send(real_now=late)) == 3
                yield Outcome(message.id, Verdict.REFUSED, "550 no")

    delivery.send_due(
        post_office.life.database,
        Slow(),
        composer(post_office.files),
        now=post_office.life.now,
        real_now=REAL_NOW,
    )
    assert post_office.states() == ["sent"] * 3
    assert failures(post_office) == [], "the log does not say of a mail that arrived that it failed"


def test_only_what_is_still_ours_becomes_a_fact(post_office: PostOffice) -> None:
    """Of two mails that end alike in one settlement, one was taken over meanwhile."""
    confirm(post_office, post_office.life.webinar(), [1, 2])
    taken_over, ours = (row.id for row in post_office.rows())
    elsewhere = sa.update(Email).where(Email.id == taken_over).values(lease_token=uuid.uuid4())

    def refuse(_: Outgoing) -> Verdict:
        post_office.write(lambda session: session.execute(elsewhere))
        return Verdict.REFUSED

    post_office.mailer.before = refuse
    post_office.send()
    assert post_office.states() == ["sending", "failed"]
    assert failures(post_office) == [str(ours)]


@dataclass
class _OneLost:
    """A database that takes the claim, but not the first settlement."""

    database: Transactions
    writes: int = 0

    def read(self, query: Callable[[ReadSession], _Result]) -> _Result:
        return self.database.read(query)

    def write(self, use_case: Callable[[Session], _Result]) -> _Result:
        self.writes += 1
        if self.writes != 2:
            return self.database.write(use_case)

        def fail(session: Session) -> _Result:
            use_case(session)
            raise OSError("no space left on device")

        return self.database.write(fail)


def test_a_settlement_that_failed_takes_no_other_with_it(post_office: PostOffice) -> None:
    """What was accepted after it is written all the same, and does not go out again."""
    confirm(post_office, post_office.life.webinar(), [1, 2])

    class InOneGo(Pigeonhole):
        """Makes everybody wait so long that the first outcome is settled at once; the second comes right after it."""

        def send(self, messages: Iterable[Outgoing]) -> Iterator[Outcome]:
            made, began = list(messages), time.monotonic()
            until(lambda: time.monotonic() - began > sending.SETTLE_WITHIN, what="a settlement is overdue")
            yield from super().send(made)

    transactions, made = _OneLost(post_office.life.database), composer(post_office.files)
    with pytest.raises(OSError, match="no space left"):
        delivery.send_due(transactions, InOneGo(), made, now=post_office.life.now, real_now=REAL_NOW)
    assert post_office.states() == ["sending", "sent"]


def test_the_bell_rung_eight_times_sends_each_mail_once(life: Life, files: FileStore, smtp_sink: SmtpSink) -> None:
    """Eight workers wake for the same mails, twelve of which are updates of the same calendar entries."""
    people = size(40, 400)
    post_office = PostOffice(life, files)
    event_id = life.webinar(capacity=None)
    confirm(post_office, event_id, range(people))
    move(post_office, event_id, days=1)
    started = threading.Barrier(8)

    def work(_: int) -> int:
        started.wait()
        claimed = 0
        mailer = SmtpMailer(smtp_sink.url)
        while count := delivery.send_due(
            life.database, mailer, composer(files), now=life.now, real_now=REAL_NOW, limit=7
        ):
            claimed += count
        return claimed

    with ThreadPoolExecutor(8) as workers:
        claimed = sum(workers.map(work, range(8)))
    # A worker may find nothing claimable while another holds the entries; what is left is sent by the next tick.
    while count := deliver(post_office, SmtpMailer(smtp_sink.url), now=life.now):
        claimed += count
    assert claimed == 2 * people
    ids = [each.message["Message-ID"] for each in smtp_sink.delivered]
    assert len(ids) == len(set(ids)) == people
    assert sorted(post_office.states()) == ["sent"] * people + ["superseded"] * people


def test_one_calendar_entry_has_one_writer(post_office: PostOffice) -> None:
    """The database itself refuses a second row of a UID in the state *sending*."""
    event_id = post_office.life.webinar()
    confirm(post_office, event_id)
    move(post_office, event_id, days=1)
    claim = post_office.write(lambda s: delivery._take(s, now=post_office.life.now, real_now=REAL_NOW, limit=10)[0])
    assert len(claim.ids) == 1
    again = post_office.write(lambda s: delivery._take(s, now=post_office.life.now, real_now=REAL_NOW, limit=10)[0])
    assert again.ids == ()
    with pytest.raises(IntegrityError):
        post_office.write(lambda s: s.execute(sa.update(Email).values(state=EmailState.SENDING)))


def test_control_without_the_claim_condition_both_would_be_claimed(post_office: PostOffice) -> None:
    """Shows that the test above can fail: the plain claim takes both, and only the index stops it."""
    event_id = post_office.life.webinar()
    confirm(post_office, event_id)
    move(post_office, event_id, days=1)

    def claim_both(session: Session) -> None:
        deliveries.claim(session, Email, now=post_office.life.now, real_now=REAL_NOW, limit=10, lease=sending.LEASE)

    with pytest.raises(IntegrityError):
        post_office.write(claim_both)
