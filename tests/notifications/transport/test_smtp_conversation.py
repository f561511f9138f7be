"""What is said about one message: whole and told at once where the server allows, to a real server on loopback."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import threading
from collections.abc import Iterator

import pytest

from notifications.transport.smtp_conversation import hand_over
from tests.support.smtp import SmtpSink

SENDER, RECIPIENT = "acara@example.org", "budi@example.org"


@pytest.fixture(params=[False, True], ids=["in turn", "pipelined"])
def sink(request: pytest.FixtureRequest) -> Iterator[SmtpSink]:
    server = SmtpSink(pipelining=request.param)
    yield server
    server.stop()


@pytest.fixture
def server(sink: SmtpSink) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP(sink.host, sink.port, timeout=10) as connection:
        connection.ehlo()
        yield connection


def say(server: smtplib.SMTP, content: bytes = b"Subject: x\r\n\r\nhello\r\n", recipient: str = RECIPIENT) -> None:
    hand_over(server, SENDER, recipient, content, meanwhile=lambda: None)


@pytest.mark.parametrize(
    "content",
    [
        b"Subject: x\r\n\r\nhello\r\n",
        b".begins with a dot\r\n",
        b"a\r\n.\r\nMAIL FROM:<x@y.z>\r\n..\r\n...\r\n",
        b"a\r\n" * 50_000,
    ],
)
def test_a_message_arrives_as_it_was(server: smtplib.SMTP, sink: SmtpSink, content: bytes) -> None:
    say(server, content)
    say(server, content)
    assert [(each.sender, each.recipients, each.content) for each in sink.delivered] == [
        (SENDER, (RECIPIENT,), content)
    ] * 2


def test_the_last_line_is_ended(server: smtplib.SMTP, sink: SmtpSink) -> None:
    say(server, b"Subject: x\r\n\r\nhello")
    assert [each.content for each in sink.delivered] == [b"Subject: x\r\n\r\nhello\r\n"]


def test_meanwhile_comes_before_the_answer(server: smtplib.SMTP, sink: SmtpSink) -> None:
    """A server that refuses is heard only after something else was done."""
    done: list[str] = []
    sink.misbehave("451 4.3.0 try later")
    with pytest.raises(smtplib.SMTPDataError):
        hand_over(server, SENDER, RECIPIENT, b"x\r\n", meanwhile=lambda: done.append("done"))
    assert done == ["done"]


@pytest.mark.parametrize("answer", ["451 4.3.0 try later", "550 5.1.1 no such user"])
def test_after_a_refusal_the_connection_serves_on(server: smtplib.SMTP, sink: SmtpSink, answer: str) -> None:
    sink.misbehave(answer)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        say(server)
    assert (refused.value.smtp_code, refused.value.smtp_error) == (int(answer[:3]), answer[4:].encode())
    say(server)
    assert len(sink.delivered) == 1


def test_after_421_the_connection_is_closed(server: smtplib.SMTP, sink: SmtpSink) -> None:
    sink.misbehave("421 4.3.2 closing")
    with pytest.raises(smtplib.SMTPDataError):
        say(server)
    assert server.sock is None


def test_what_is_too_large_is_refused_before_it_is_sent(server: smtplib.SMTP, sink: SmtpSink) -> None:
    with pytest.raises(smtplib.SMTPSenderRefused) as refused:
        say(server, b"x" * 60_000_000)
    assert refused.value.smtp_code == 552
    say(server)
    assert len(sink.delivered) == 1


# ------------------------------------------------------------------ servers that answer from a script
@contextlib.contextmanager
def scripted(*answers: str, heard: list[bytes]) -> Iterator[smtplib.SMTP]:
    """A server that announces PIPELINING, reads a line and gives the next answer; `heard` gets the lines."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb") as lines:
            for answer in ("220 hello", "250-hello\r\n250 PIPELINING", *answers):
                if not answer.startswith("220"):
                    heard.append(lines.readline())
                lines.write(answer.encode() + b"\r\n")
                lines.flush()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with contextlib.closing(smtplib.SMTP("127.0.0.1", listener.getsockname()[1], "acara.example", timeout=10)) as made:
        made.ehlo()
        yield made
    thread.join(10)
    listener.close()


def test_a_refused_recipient_gets_no_content_even_where_the_server_asks_for_it() -> None:
    """RFC 2920 §3.1: a server may say 354 to DATA although nobody is left to write to."""
    heard: list[bytes] = []
    answers = ("250 ok", "550 5.1.1 no such user", "354 go ahead", "554 no valid recipients", "250 reset")
    with scripted(*answers, heard=heard) as server, pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        say(server)
    assert refused.value.recipients == {RECIPIENT: (550, b"5.1.1 no such user")}
    assert heard[1:] == [
        b"MAIL FROM:<acara@example.org>\r\n", b"RCPT TO:<budi@example.org>\r\n", b"DATA\r\n", b".\r\n", b"rset\r\n",
    ]  # fmt: skip


def test_a_server_that_closes_at_the_envelope_is_asked_nothing_more() -> None:
    heard: list[bytes] = []
    with scripted("421 4.3.2 closing", heard=heard) as server, pytest.raises(smtplib.SMTPSenderRefused) as refused:
        say(server)
    assert refused.value.smtp_code == 421
    assert server.sock is None


def test_a_refusal_stands_where_the_server_hangs_up_after_it() -> None:
    with (
        scripted("250 ok", "550 5.1.1 no such user", heard=[]) as server,
        pytest.raises(smtplib.SMTPRecipientsRefused) as refused,
    ):
        say(server)
    assert refused.value.recipients == {RECIPIENT: (550, b"5.1.1 no such user")}
    assert server.sock is None
    with scripted("554 5.7.1 blocked", heard=[]) as server, pytest.raises(smtplib.SMTPSenderRefused) as blocked:
        say(server)
    assert (blocked.value.smtp_code, blocked.value.smtp_error) == (554, b"5.7.1 blocked")
    assert server.sock is None


def test_a_refusal_stands_where_the_server_asks_for_the_content_and_hangs_up() -> None:
    answers = ("250 ok", "550 5.1.1 no such user", "354 go ahead")
    with scripted(*answers, heard=[]) as server, pytest.raises(smtplib.SMTPRecipientsRefused):
        say(server)
    assert server.sock is None


@pytest.mark.parametrize("answers", [(), ("250 ok",), ("250 ok", "250 ok")])
def test_a_server_that_hangs_up_without_a_no_has_refused_nothing(answers: tuple[str, ...]) -> None:
    with scripted(*answers, heard=[]) as server, pytest.raises(smtplib.SMTPServerDisconnected):
        say(server)


def test_a_refused_sender_is_told_as_such() -> None:
    heard: list[bytes] = []
    answers = ("530 5.7.0 authenticate", "503 no", "503 no", "250 reset")
    with scripted(*answers, heard=heard) as server, pytest.raises(smtplib.SMTPSenderRefused) as refused:
        say(server)
    assert (refused.value.smtp_code, refused.value.sender) == (530, SENDER)
