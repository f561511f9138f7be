"""Speaking SMTP to a real server on loopback that misbehaves, and writing files instead."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from notifications.transport.answers import Answer, understand
from notifications.transport.smtp import Fault, FolderMailer, Outgoing, SmtpMailer, Verdict
from tests.support.polling import until
from tests.support.smtp import SmtpSink


def outgoing(number: int, content: bytes = b"Subject: x\r\n\r\n.hello\r\n") -> Outgoing:
    return Outgoing(uuid.UUID(int=number), "acara@example.org", f"peserta{number}@example.org", content)


def verdicts(mailer: SmtpMailer, count: int) -> list[Verdict]:
    outcomes = list(mailer.send(outgoing(number) for number in range(count)))
    assert [outcome.id.int for outcome in outcomes] == list(range(count))
    return [outcome.verdict for outcome in outcomes]


def test_many_messages_share_one_connection(smtp_sink: SmtpSink) -> None:
    assert verdicts(SmtpMailer(smtp_sink.url), 20) == [Verdict.ACCEPTED] * 20
    assert smtp_sink.connections == 1
    assert [each.recipients for each in smtp_sink.delivered] == [(f"peserta{n}@example.org",) for n in range(20)]
    assert smtp_sink.delivered[0].content == b"Subject: x\r\n\r\n.hello\r\n"


def test_no_message_needs_no_connection(smtp_sink: SmtpSink) -> None:
    assert verdicts(SmtpMailer(smtp_sink.url), 0) == []
    assert smtp_sink.connections == 0


@pytest.mark.parametrize(
    ("fault", "verdict", "connections"),
    [
        ("451 4.3.0 try later", Verdict.DEFERRED, 1),
        ("452 4.2.2 mailbox full", Verdict.DEFERRED, 1),
        ("550 5.1.1 no such user", Verdict.REFUSED, 1),
        ("554 5.7.1 looks like spam", Verdict.REFUSED, 1),
        ("421 4.3.2 closing", Verdict.DEFERRED, 2),
        ("disconnect", Verdict.DEFERRED, 2),
        ("hang", Verdict.DEFERRED, 2),
        ("dribble", Verdict.DEFERRED, 2),
    ],
)
def test_a_fault_is_one_messages_own(smtp_sink: SmtpSink, fault: str, verdict: Verdict, connections: int) -> None:
    """The message before and the one after are accepted; where the connection is lost a new one is made."""
    mailer = SmtpMailer(smtp_sink.url, timeout=2)
    smtp_sink.misbehave("", fault)
    outcomes = list(mailer.send(outgoing(number) for number in range(3)))
    assert [outcome.verdict for outcome in outcomes] == [Verdict.ACCEPTED, verdict, Verdict.ACCEPTED]
    assert smtp_sink.connections == connections
    if fault[0].isdigit():
        assert outcomes[1].reply == fault


def test_an_answer_letter_by_letter_is_waited_for_no_longer_than_one_that_does_not_come(smtp_sink: SmtpSink) -> None:
    """Each letter comes well within the time-out, all of them would take minutes."""
    smtp_sink.misbehave("dribble")
    (outcome,) = SmtpMailer(smtp_sink.url, timeout=2).send([outgoing(0)])
    assert (outcome.verdict, outcome.fault) == (Verdict.DEFERRED, Fault.UNANSWERED)
    assert "timed out" in outcome.reply


def test_a_slow_answer_is_an_answer(smtp_sink: SmtpSink) -> None:
    smtp_sink.misbehave("slow")
    outcomes = list(SmtpMailer(smtp_sink.url).send(outgoing(number) for number in range(2)))
    assert [(each.verdict, each.fault) for each in outcomes] == [(Verdict.ACCEPTED, None)] * 2
    assert smtp_sink.connections == 1


@pytest.mark.parametrize("url", ["smtps://{}:{}", "smtp://{}:{}?starttls"])
def test_without_the_encryption_that_is_asked_for_nothing_is_said(smtp_sink: SmtpSink, url: str) -> None:
    """TLS fails before any mail is named, so that all of them wait without having lost a try."""
    mailer = SmtpMailer(url.format(smtp_sink.host, smtp_sink.port), timeout=5)
    outcomes = list(mailer.send(outgoing(number) for number in range(3)))
    assert [each.verdict for each in outcomes] == [Verdict.UNREACHABLE] * 3
    assert [understand(each) for each in outcomes] == [Answer.UNREACHABLE] * 3
    assert smtp_sink.attempts == 0


class _TwoASession(SmtpSink):
    """Takes two mails on one connection and refuses every MAIL after that, as some relays do."""

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        session.mails = getattr(session, "mails", 0) + 1
        if session.mails > 2:
            return "452 4.5.3 too many mails in this session"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 ok"


def test_a_connection_that_takes_no_more_mails_is_left_for_a_new_one() -> None:
    """In the middle of a batch, and where it would have been kept for the next."""
    sink = _TwoASession()
    with contextlib.closing(SmtpMailer(sink.url, keep_for=60)) as mailer:
        accepted, turned_away = [Verdict.ACCEPTED] * 2, [Verdict.UNREACHABLE]
        assert verdicts(mailer, 6) == [*accepted, *turned_away, *accepted, *turned_away]
        assert verdicts(mailer, 1) == [Verdict.ACCEPTED]
    assert sink.connections == 3
    sink.stop()


def test_what_is_too_big_is_its_own_fault(smtp_sink: SmtpSink) -> None:
    """The server says so as soon as it hears the size, together with the sender."""
    messages = [outgoing(0, b"x" * 60_000_000), outgoing(1)]
    too_big, fine = SmtpMailer(smtp_sink.url).send(messages)
    assert (too_big.verdict, too_big.reply[:3]) == (Verdict.REFUSED, "552")
    assert fine.verdict is Verdict.ACCEPTED
    assert smtp_sink.connections == 1


def test_a_server_that_is_away_is_tried_once_a_batch() -> None:
    sink = SmtpSink()
    url = sink.url
    sink.stop()
    assert verdicts(SmtpMailer(url), 3) == [Verdict.UNREACHABLE] * 3


def test_a_login_that_is_refused_says_nothing_about_the_mail(smtp_sink: SmtpSink) -> None:
    """The sink offers no AUTH at all; a wrong password ends the same way."""
    mailer = SmtpMailer(f"smtp://acara:rahasia@{smtp_sink.host}:{smtp_sink.port}")
    assert verdicts(mailer, 2) == [Verdict.UNREACHABLE] * 2
    assert smtp_sink.delivered == []


def test_starttls_is_never_skipped(smtp_sink: SmtpSink) -> None:
    """A server that suddenly offers no STARTTLS may be somebody in between: nothing is sent in the clear."""
    assert verdicts(SmtpMailer(smtp_sink.url + "?starttls=1"), 1) == [Verdict.UNREACHABLE]
    assert smtp_sink.delivered == []


# ------------------------------------------------------------------ one message ahead
def test_the_next_message_is_made_before_the_outcome_of_the_last_is_told(smtp_sink: SmtpSink) -> None:
    """It is composed while the server answers; but it is not sent before somebody has heard of the one before."""
    made: list[int] = []

    def messages() -> Iterator[Outgoing]:
        for number in range(3):
            made.append(number)
            yield outgoing(number)

    seen = [(outcome.id.int, list(made), smtp_sink.attempts) for outcome in SmtpMailer(smtp_sink.url).send(messages())]
    assert seen == [(0, [0, 1], 1), (1, [0, 1, 2], 2), (2, [0, 1, 2], 3)]


def test_a_message_that_cannot_be_made_hides_no_outcome(smtp_sink: SmtpSink) -> None:
    def messages() -> Iterator[Outgoing]:
        yield outgoing(0)
        raise LookupError("no template")

    outcomes = SmtpMailer(smtp_sink.url).send(messages())
    assert next(outcomes).verdict is Verdict.ACCEPTED
    with pytest.raises(LookupError):
        next(outcomes)


# ------------------------------------------------------------------ the connection that is kept
@pytest.fixture
def keeping(smtp_sink: SmtpSink) -> Iterator[SmtpMailer]:
    with contextlib.closing(SmtpMailer(smtp_sink.url, keep_for=60)) as mailer:
        yield mailer


def hang_up(sink: SmtpSink) -> None:
    sink.hang_up()
    until(lambda: sink.standing == 0, what="the server has hung up")


def test_the_next_batch_goes_over_the_connection_that_was_kept(smtp_sink: SmtpSink, keeping: SmtpMailer) -> None:
    assert [verdicts(keeping, 2) for _ in range(3)] == [[Verdict.ACCEPTED] * 2] * 3
    assert smtp_sink.connections == 1


def test_a_kept_connection_that_broke_costs_no_message_anything(smtp_sink: SmtpSink, keeping: SmtpMailer) -> None:
    assert verdicts(keeping, 1) == [Verdict.ACCEPTED]
    hang_up(smtp_sink)
    assert verdicts(keeping, 1) == [Verdict.ACCEPTED]
    assert smtp_sink.connections == 2


def test_a_relay_that_went_away_meanwhile_is_unreachable_and_no_more() -> None:
    sink = SmtpSink()
    with contextlib.closing(SmtpMailer(sink.url, keep_for=60)) as mailer:
        assert verdicts(mailer, 1) == [Verdict.ACCEPTED]
        hang_up(sink)
        sink.stop()
        assert verdicts(mailer, 2) == [Verdict.UNREACHABLE] * 2


def test_a_connection_that_broke_in_the_middle_is_not_kept(smtp_sink: SmtpSink, keeping: SmtpMailer) -> None:
    smtp_sink.misbehave("disconnect")
    assert verdicts(keeping, 1) == [Verdict.DEFERRED]
    assert verdicts(keeping, 1) == [Verdict.ACCEPTED]
    assert smtp_sink.connections == 2


def test_a_message_that_was_cut_off_leaves_no_connection_behind(smtp_sink: SmtpSink, keeping: SmtpMailer) -> None:
    """Its answer is still to come, and would be taken for that of the next message."""

    class Stopped(BaseException):
        pass

    def messages() -> Iterator[Outgoing]:
        yield outgoing(0)
        until(lambda: smtp_sink.attempts == 1, what="the server has the message")
        raise Stopped

    smtp_sink.misbehave("550 5.1.1 no such user")
    with pytest.raises(Stopped):
        list(keeping.send(messages()))
    assert verdicts(keeping, 1) == [Verdict.ACCEPTED]
    assert smtp_sink.connections == 2


def test_two_at_once_share_no_connection(smtp_sink: SmtpSink, keeping: SmtpMailer) -> None:
    one, other = (keeping.send(outgoing(number) for number in range(2)) for _ in range(2))
    outcomes = [next(one), next(other), next(one), next(other)]
    assert [outcome.verdict for outcome in outcomes] == [Verdict.ACCEPTED] * 4
    assert (list(one), list(other)) == ([], [])
    assert smtp_sink.connections == 2
    assert verdicts(keeping, 1) == [Verdict.ACCEPTED]
    assert smtp_sink.connections == 2, "one of the two was kept"


def test_a_kept_connection_ends_by_itself(smtp_sink: SmtpSink) -> None:
    mailer = SmtpMailer(smtp_sink.url, keep_for=0.05)
    assert verdicts(mailer, 1) == [Verdict.ACCEPTED]
    until(lambda: smtp_sink.standing == 0, what="the connection has been ended")


def test_closing_early_ends_the_connection_politely(smtp_sink: SmtpSink) -> None:
    outcomes = SmtpMailer(smtp_sink.url).send(outgoing(number) for number in range(5))
    assert next(outcomes).verdict is Verdict.ACCEPTED
    outcomes.close()  # type: ignore[attr-defined] # it is a generator
    assert len(smtp_sink.delivered) == 1


@pytest.mark.parametrize("url", ["", "localhost:25", "http://localhost", "smtp://", "smtps:///x"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP address"):
        SmtpMailer(url)


def test_check_says_what_is_wrong(smtp_sink: SmtpSink) -> None:
    SmtpMailer(smtp_sink.url).check()
    sink = SmtpSink()
    url = sink.url
    sink.stop()
    with pytest.raises(OSError, match="refused"):
        SmtpMailer(url).check()


def test_a_folder_takes_the_place_of_a_server(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    outcomes = list(FolderMailer(folder).send([outgoing(1), outgoing(2, b"two"), outgoing(2, b"two again")]))
    assert [outcome.verdict for outcome in outcomes] == [Verdict.ACCEPTED] * 3
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        f"{uuid.UUID(int=1)}.eml": b"Subject: x\r\n\r\n.hello\r\n",
        f"{uuid.UUID(int=2)}.eml": b"two again",
    }


def test_a_folder_that_cannot_be_written_is_a_server_that_is_away(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / f"{uuid.UUID(int=1)}.eml").mkdir()
    (outcome,) = FolderMailer(folder).send([outgoing(1)])
    assert outcome.verdict is Verdict.UNREACHABLE
