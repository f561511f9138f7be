"""What follows from a server's answers: for one mail, for the mails to one provider, for all mails."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

import pytest
import sqlalchemy as sa

from events import outbox
from events.models import Registration
from notifications.facts import MailReleased
from notifications.mailing import delivery, holding, mail_listing, resending
from notifications.mailing.mail_listing import Shown
from notifications.models.email import Email, EmailKind, EmailState, WaitsFor
from notifications.models.email_attempt import EmailAttempt
from notifications.models.relay import RelayCount
from notifications.transport import relays
from notifications.transport.quotas import Quota
from notifications.transport.relays import Relay
from notifications.transport.smtp import SmtpMailer
from service.database.transactions import Database
from tests.notifications.mailing.test_delivery import confirm, failures, move
from tests.notifications.post_office import REAL_NOW, PostOffice, composer
from tests.support.counting import counted
from tests.support.life import STAFF
from tests.support.smtp import SmtpSink

MINUTE = timedelta(minutes=1)


@dataclass
class Clockwork:
    """Sends through a real server while both clocks are set to so long after the beginning."""

    post_office: PostOffice
    sink: SmtpSink
    relay: Relay = field(default_factory=Relay)
    url: str = ""

    def run(self, after: timedelta = timedelta(0), *, once: bool = False) -> int:
        """Send what is due; returns how many were looked at."""
        total = 0
        mailer = SmtpMailer(self.url or self.sink.url, timeout=2)
        while claimed := delivery.send_due(
            self.post_office.life.database,
            mailer,
            composer(self.post_office.files),
            now=self.post_office.life.now + after,
            real_now=REAL_NOW + after,
            relay=self.relay,
        ):
            total += claimed
            if once:
                break
        return total

    def pause(self) -> str | None:
        """Why the relay is left alone; None where it is not."""
        state = self.post_office.life.database.read(lambda session: relays.state_of(session, self.relay.name))
        return state.reason if state is not None else None

    def history(self) -> Sequence[tuple[str, str | None, str]]:
        """Every try there is a line of, in order: verdict, reason, code."""
        wanted = sa.select(EmailAttempt).order_by(EmailAttempt.at, EmailAttempt.id)
        rows = self.post_office.life.database.read(lambda session: session.scalars(wanted).all())
        return [(row.verdict.value, row.reason, row.code) for row in rows]


@pytest.fixture
def clockwork(post_office: PostOffice, smtp_sink: SmtpSink) -> Clockwork:
    return Clockwork(post_office, smtp_sink)


def address(post_office: PostOffice, number: int, to: str) -> None:
    """Have the mail of that number go to another address."""
    key = post_office.rows()[number].id
    post_office.write(lambda s: s.execute(sa.update(Email).where(Email.id == key).values(to_address=to)))


# ------------------------------------------------------------------ one mail
def test_the_plain_first_success_has_no_history(clockwork: Clockwork) -> None:
    confirm(clockwork.post_office, clockwork.post_office.life.webinar(), range(1, 4))
    clockwork.run()
    assert clockwork.history() == []


def test_a_greylisted_mail_comes_again_and_its_history_says_so(clockwork: Clockwork) -> None:
    confirm(clockwork.post_office, clockwork.post_office.life.webinar())
    clockwork.sink.misbehave("451 4.7.1 Greylisted", "451 4.7.1 Greylisted")
    clockwork.run()
    (row,) = clockwork.post_office.rows()
    assert (row.state, row.reason) == (EmailState.QUEUED, "greylisted")
    assert mail_listing.shown_state(row, now=clockwork.post_office.life.now) is Shown.DEFERRED
    assert clockwork.run(MINUTE) == 0
    clockwork.run(2 * MINUTE)
    clockwork.run(7 * MINUTE)
    (row,) = clockwork.post_office.rows()
    assert (row.state, row.reason, row.attempts) == (EmailState.SENT, None, 3)
    assert clockwork.history() == [
        ("deferred", "greylisted", "451 4.7.1"),
        ("deferred", "greylisted", "451 4.7.1"),
        ("accepted", None, ""),
    ]
    assert clockwork.pause() is None, "this says nothing about the relay"


def test_a_full_mailbox_is_tried_again_after_hours(clockwork: Clockwork) -> None:
    confirm(clockwork.post_office, clockwork.post_office.life.webinar())
    clockwork.sink.misbehave("552 5.2.2 mailbox full")
    clockwork.run()
    assert clockwork.run(119 * MINUTE) == 0
    assert clockwork.run(120 * MINUTE) == 1
    assert clockwork.post_office.states() == ["sent"]


def test_an_address_that_does_not_exist_is_given_up_at_once(clockwork: Clockwork) -> None:
    confirm(clockwork.post_office, clockwork.post_office.life.webinar())
    clockwork.sink.misbehave("550 5.1.1 no such user")
    clockwork.run()
    (row,) = clockwork.post_office.rows()
    assert (row.state, row.reason) == (EmailState.FAILED, "no_such_address")
    assert failures(clockwork.post_office) == [str(row.id)]
    assert clockwork.history() == [("refused", "no_such_address", "550 5.1.1")]


def test_what_was_handed_over_without_an_answer_may_have_arrived(clockwork: Clockwork) -> None:
    confirm(clockwork.post_office, clockwork.post_office.life.webinar())
    clockwork.sink.misbehave("accept-disconnect")
    clockwork.run()
    assert clockwork.history() == [("unknown", "unanswered", "")]
    clockwork.run(MINUTE)
    first, second = clockwork.sink.delivered
    assert first.message_id == second.message_id
    assert clockwork.post_office.states() == ["sent"]


# ------------------------------------------------------------------ the relay
@pytest.mark.parametrize("fault", ["421 4.3.2 closing", "disconnect", "accept-disconnect", "hang", "dribble"])
def test_a_relay_that_breaks_is_left_alone_then_tried_with_one(clockwork: Clockwork, fault: str) -> None:
    """Of eleven mails one each time pays for finding out; the others do not even leave the queue."""
    confirm(clockwork.post_office, clockwork.post_office.life.webinar(), range(1, 12))
    clockwork.sink.misbehave(fault, fault)
    clockwork.run()
    assert clockwork.sink.attempts == 1
    assert clockwork.pause() is not None
    assert sorted(row.attempts for row in clockwork.post_office.rows()) == [0] * 10 + [1]
    assert clockwork.run(timedelta(seconds=4)) == 0
    # The machine's own seconds come on top: a busy one takes some of them.
    assert clockwork.run(MINUTE) == 1, "one tries"
    assert clockwork.sink.attempts == 2
    assert clockwork.run(MINUTE + timedelta(seconds=9)) == 0, "and the pause is longer"
    clockwork.run(3 * MINUTE)
    clockwork.run(10 * MINUTE)
    assert clockwork.pause() is None
    assert clockwork.post_office.states() == ["sent"] * 11


def test_an_outage_is_one_line_of_a_mails_history(post_office: PostOffice) -> None:
    confirm(post_office, post_office.life.webinar())
    sink = SmtpSink()
    clockwork = Clockwork(post_office, sink, url=sink.url)
    sink.stop()
    for minute in range(0, 60, 6):
        clockwork.run(minute * MINUTE)
    assert [line[:2] for line in clockwork.history()] == [("unreachable", "unreachable")]
    (row,) = post_office.rows()
    assert row.attempts == 0


def test_three_refusals_for_our_sake_pause_the_relay_one_does_not(clockwork: Clockwork) -> None:
    confirm(clockwork.post_office, clockwork.post_office.life.webinar(), range(1, 8))
    clockwork.sink.misbehave("554 5.7.1 spam", "", "554 5.7.1 spam", "554 5.7.1 spam", "554 5.7.1 spam")
    clockwork.run()
    assert clockwork.pause() == "policy"
    assert sorted(clockwork.post_office.states()) == ["queued"] * 6 + ["sent"]
    assert clockwork.sink.attempts == 5


def test_a_used_up_day_fails_no_mail(clockwork: Clockwork) -> None:
    """Gmail says so with a 5xx, which would be for ever."""
    confirm(clockwork.post_office, clockwork.post_office.life.webinar(), [1, 2])
    clockwork.sink.misbehave("550 5.4.5 Daily user sending limit exceeded")
    clockwork.run()
    assert clockwork.pause() == "quota"
    assert [(row.state.value, row.attempts) for row in clockwork.post_office.rows()] == [("queued", 0)] * 2
    assert clockwork.run(14 * MINUTE) == 0
    clockwork.run(16 * MINUTE)
    assert clockwork.post_office.states() == ["sent"] * 2


def test_a_probe_that_finds_nothing_to_say_leaves_the_try_to_the_next(clockwork: Clockwork) -> None:
    event_id = clockwork.post_office.life.webinar()
    (first, _) = confirm(clockwork.post_office, event_id, [1, 2])
    clockwork.sink.misbehave("disconnect")
    clockwork.run()
    tried = [row for row in clockwork.post_office.rows() if row.attempts == 0]
    gone = tried[0].registration_id
    clockwork.post_office.write(
        lambda s: s.execute(sa.update(Registration).where(Registration.id == gone).values(state="cancelled"))
    )
    assert clockwork.run(MINUTE, once=True) == 1
    assert clockwork.run(2 * MINUTE) == 1, "the next mail may try at once"
    assert sorted(clockwork.post_office.states()) == ["sent", "superseded"]
    del first


# ------------------------------------------------------------------ providers and the day
def test_a_provider_that_asks_to_be_slower_is_spared_and_the_others_are_not(clockwork: Clockwork) -> None:
    confirm(clockwork.post_office, clockwork.post_office.life.webinar(), range(1, 7))
    for number in range(3):
        address(clockwork.post_office, number, f"orang{number}@gmail.com")
    clockwork.sink.misbehave("421 4.7.28 unusual rate")
    clockwork.run()
    # The second was composed while the server answered about the first, and went.
    sent_to = [each.recipients[0].partition("@")[2] for each in clockwork.sink.delivered]
    assert sent_to == ["gmail.com", *["example.org"] * 3]
    waiting = [row.waits_for for row in clockwork.post_office.rows() if row.state is EmailState.QUEUED]
    assert waiting == [None, WaitsFor.PACE]
    assert clockwork.pause() is None
    for minute in range(1, 20):
        clockwork.run(minute * MINUTE)
    assert clockwork.post_office.states() == ["sent"] * 6


def test_mail_to_one_provider_goes_at_its_pace(clockwork: Clockwork) -> None:
    clockwork.relay = Relay(paces={"example.org": 60})
    confirm(clockwork.post_office, clockwork.post_office.life.webinar(), range(1, 16))
    clockwork.run()
    assert len(clockwork.sink.delivered) == 10
    assert {row.waits_for for row in clockwork.post_office.rows() if row.state is EmailState.QUEUED} == {WaitsFor.PACE}
    assert [row.attempts for row in clockwork.post_office.rows()] == [1] * 10 + [0] * 5
    clockwork.run(timedelta(seconds=5))
    assert len(clockwork.sink.delivered) == 15
    assert clockwork.history() == [], "waiting one's turn is no try that failed"


def test_a_day_keeps_places_for_confirmations(clockwork: Clockwork) -> None:
    """Of ten places reminders take eight; two are left for who registers this evening."""
    clockwork.relay = Relay(quota=Quota(10))
    event_id = clockwork.post_office.life.webinar()
    confirm(clockwork.post_office, event_id, range(1, 13))
    routine = [row.id for row in clockwork.post_office.rows()]
    clockwork.post_office.write(lambda s: s.execute(sa.update(Email).where(Email.id.in_(routine)).values(priority=4)))
    clockwork.run()
    assert len(clockwork.sink.delivered) == 8
    confirm(clockwork.post_office, event_id, [13, 14, 15])
    clockwork.run()
    assert len(clockwork.sink.delivered) == 10
    waiting = [row for row in clockwork.post_office.rows() if row.state is EmailState.QUEUED]
    assert {row.waits_for for row in waiting} == {WaitsFor.QUOTA}
    assert {mail_listing.shown_state(row, now=clockwork.post_office.life.now) for row in waiting} == {
        Shown.WAITS_FOR_QUOTA
    }
    tomorrow = timedelta(hours=26)
    clockwork.run(tomorrow)
    urgent = [row.state.value for row in clockwork.post_office.rows() if row.priority == 1]
    assert urgent == ["sent"] * 3


def test_what_was_not_taken_does_not_count(clockwork: Clockwork) -> None:
    clockwork.relay = Relay(quota=Quota(100))
    confirm(clockwork.post_office, clockwork.post_office.life.webinar(), range(1, 6))
    clockwork.sink.misbehave("550 5.1.1 no such user", "451 4.7.1 later")
    clockwork.run()
    counted = clockwork.post_office.life.database.read(lambda s: s.scalar(sa.select(sa.func.sum(RelayCount.taken))))
    assert counted == len(clockwork.sink.delivered) == 3


# ------------------------------------------------------------------ staff
def _hold(post_office: PostOffice, event_id: uuid.UUID | None) -> uuid.UUID:
    organiser, now = post_office.life.organiser_id, post_office.life.now
    return post_office.write(lambda s: holding.hold_all(s, organiser, event_id, now=now, by=STAFF))


@pytest.mark.parametrize("everything", [False, True])
def test_held_mails_wait_and_those_that_follow_as_well(post_office: PostOffice, everything: bool) -> None:
    event_id = post_office.life.webinar()
    confirm(post_office, event_id)
    hold_id = _hold(post_office, None if everything else event_id)
    assert _hold(post_office, None if everything else event_id) == hold_id, "held twice is held once"
    confirm(post_office, event_id, [2])
    assert list(post_office.send()) == []
    assert post_office.states() == ["held", "held"]
    other = post_office.life.webinar()
    confirm(post_office, other, [3])
    assert len(post_office.send()) == (0 if everything else 1)
    now, organiser = post_office.life.now, post_office.life.organiser_id
    post_office.write(lambda s: holding.release_all(s, organiser, None if everything else event_id, now=now, by=STAFF))
    (fact,) = post_office.life.database.read(
        lambda s: s.scalars(sa.select(outbox.FactRow).where(outbox.FactRow.name == MailReleased.__name__)).all()
    )
    assert fact.payload["hold_id"] == str(hold_id)
    assert not post_office.write(lambda s: holding.queue_released(s, hold_id))
    assert len(post_office.send()) == (3 if everything else 2)
    assert {row.attempts for row in post_office.rows()} == {1}


def test_one_mail_is_held_and_let_go(post_office: PostOffice) -> None:
    confirm(post_office, post_office.life.webinar(), [1, 2])
    first, now = post_office.rows()[0], post_office.life.now
    post_office.write(lambda s: holding.hold_email(s, first.id, now=now, by=STAFF))
    assert len(post_office.send()) == 1
    post_office.write(lambda s: holding.release_email(s, first.id, now=now, by=STAFF))
    assert len(post_office.send()) == 1
    with pytest.raises(holding.NotWaiting):
        post_office.write(lambda s: holding.hold_email(s, first.id, now=now, by=STAFF))
    with pytest.raises(holding.NotHeld):
        post_office.write(lambda s: holding.release_email(s, first.id, now=now, by=STAFF))
    history = post_office.life.database.read(lambda s: mail_listing.history(s, first))
    assert [line.act for line in history] == ["EmailHeld", "EmailReleased"]


def test_a_mail_is_sent_once_more_to_the_address_as_it_is_now(post_office: PostOffice) -> None:
    (registration_id,) = confirm(post_office, post_office.life.webinar())
    (first,) = post_office.rows()
    now = post_office.life.now
    with pytest.raises(resending.StillWaiting):
        post_office.write(lambda s: resending.resend(s, first.id, now=now, by=STAFF))
    post_office.send()
    post_office.write(
        lambda s: s.execute(
            sa.update(Registration).where(Registration.id == registration_id).values(email="baru@example.org")
        )
    )
    made = post_office.write(lambda s: resending.resend(s, first.id, now=now, by=STAFF))
    (again,) = post_office.send()
    assert again["To"] == "Peserta 1 <baru@example.org>"
    assert again["Message-ID"] == f"<{made}@acara.example>"
    assert made != first.id


def test_an_update_that_was_told_is_told_again_when_asked_for(post_office: PostOffice) -> None:
    event_id = post_office.life.webinar()
    confirm(post_office, event_id)
    post_office.send()
    move(post_office, event_id, days=1)
    post_office.send()
    (update,) = post_office.rows(EmailKind.EVENT_UPDATE)
    post_office.write(lambda s: resending.resend(s, update.id, now=post_office.life.now, by=STAFF))
    assert len(post_office.send()) == 1
    assert post_office.states(EmailKind.EVENT_UPDATE) == ["sent", "sent"]


@pytest.mark.parametrize(("permanent", "state"), [(True, "bounced"), (False, "sent")])
def test_a_mail_that_comes_back_says_so_once(post_office: PostOffice, permanent: bool, state: str) -> None:
    confirm(post_office, post_office.life.webinar())
    post_office.send()
    (row,) = post_office.rows()
    for _ in range(2):
        post_office.write(
            lambda s: resending.note_bounce(
                s,
                row.id,
                reason="no_such_address",
                code="5.1.1",
                said="550 5.1.1 user unknown",
                permanent=permanent,
                now=post_office.life.now,
            )
        )
    assert post_office.states() == [state]
    history = post_office.life.database.read(lambda s: mail_listing.history(s, row))
    assert [(line.verdict.value, line.code) for line in history if line.verdict] == [("bounced", "5.1.1")]
    names = post_office.life.database.read(lambda s: s.scalars(sa.select(outbox.FactRow.name)).all())
    assert names.count("EmailBounced") == int(permanent)


def test_what_is_known_of_relays_costs_a_batch_a_handful_of_statements_and_a_mail_none(
    clockwork: Clockwork,
) -> None:
    """Eight mails are one settlement, so eight more may cost the statements of one more."""
    event_id = clockwork.post_office.life.webinar()
    counts: list[int] = []
    for people in (range(1, 9), range(9, 17), range(17, 33)):
        confirm(clockwork.post_office, event_id, people)
        with counted(cast("Database", clockwork.post_office.life.database)) as statements:
            clockwork.run(once=True)
        counts.append(len([each for each in statements if "relay" in each or "mail_" in each]))
    assert counts == [counts[0]] * 3
    assert counts[0] <= 4  # one of them reads the organiser's own texts
