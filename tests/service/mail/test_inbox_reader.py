"""Reading a real mailbox: what comes in is recorded once and put away, whoever dies meanwhile."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from notifications.inbox.listing import mailbox_reading
from notifications.models.inbound import InboundMessage, MailboxReading
from service.doctor.findings import Verdict
from service.doctor.mail import check_inbox
from service.mail.inbox_reader import receive
from service.mail.mailbox import Failed, Mailbox
from service.wiring import Runtime
from tests.support.imap import ImapServer
from tests.support.polling import until
from tests.support.running import make_runtime, workers


def letter(number: int) -> bytes:
    return (
        f"From: Ani <ani@x.example>\r\nTo: rsvp@x.example\r\nSubject: Surat {number}\r\n"
        f"Message-ID: <{number}@x.example>\r\n\r\nHalo.\r\n"
    ).encode()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ImapServer]:
    started = ImapServer(tmp_path)
    yield started
    started.kill()


@pytest.fixture
def runtime(database_url: str, server: ImapServer, tmp_path: Path) -> Iterator[Runtime]:
    made = make_runtime(database_url, tmp_path, inbox_url=SecretStr(server.url))
    yield made
    made.close()


def subjects(runtime: Runtime) -> list[str]:
    """Return the subjects of what was recorded, oldest first."""
    statement = sa.select(InboundMessage.subject).order_by(InboundMessage.id)
    return list(runtime.database.read(lambda session: session.scalars(statement)))


def test_what_lies_there_and_what_comes_later_is_recorded_and_put_away(runtime: Runtime, server: ImapServer) -> None:
    server.put(letter(1))
    server.put(letter(2))

    with workers(runtime, ["emails"]):
        until(lambda: subjects(runtime) == ["Surat 1", "Surat 2"], what="both are recorded")
        server.put(letter(3))  # while the reader waits for news
        until(lambda: len(subjects(runtime)) == 3, what="the third is recorded")
        until(lambda: (server.count("INBOX"), server.count("Processed")) == (0, 3), what="all are put away")


def test_who_dies_before_putting_away_reads_again_and_records_once(runtime: Runtime, server: ImapServer) -> None:
    server.put(letter(1))
    with Mailbox(server.url).open() as box:
        (uid,) = box.waiting()
        raw = box.read(uid)
    assert raw is not None
    assert receive(runtime, raw)  # recorded, and then the process is gone

    with workers(runtime, ["emails"]):
        until(lambda: server.count("Processed") == 1, what="it is put away")

    assert subjects(runtime) == ["Surat 1"]


def test_eight_readers_at_once_record_each_message_once(runtime: Runtime, server: ImapServer) -> None:
    raws = [letter(number) for number in range(5)]
    threads = [threading.Thread(target=lambda: [receive(runtime, raw) for raw in raws]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(subjects(runtime)) == [f"Surat {number}" for number in range(5)]


def test_of_a_message_too_large_the_beginning_is_read(runtime: Runtime, server: ImapServer) -> None:
    server.put(letter(1) + b"x" * 3_000_000)

    with workers(runtime, ["emails"]):
        until(lambda: server.count("Processed") == 1, what="it is put away")

    row = runtime.database.read(lambda session: session.scalars(sa.select(InboundMessage)).one())
    assert (row.kind.value, row.state.value, row.reason, row.text[:5]) == ("letter", "waiting", "too_large", "Halo.")


def test_a_server_that_comes_back_is_read_again(runtime: Runtime, server: ImapServer) -> None:
    server.kill()
    with workers(runtime, ["emails"]):
        server.start()
        server.put(letter(1))
        until(lambda: subjects(runtime) == ["Surat 1"], what="it is recorded")


def test_a_wrong_password_is_told(server: ImapServer) -> None:
    with pytest.raises(Failed), Mailbox(server.url.replace("kata-sandi", "salah")).open():
        pass


@pytest.mark.parametrize("url", ["", "https://x", "imap://host", "imaps://user@"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="IMAP"):
        Mailbox(url)


def test_a_mail_server_may_pipe_messages(database_url: str, tmp_path: Path) -> None:
    runtime = make_runtime(database_url, tmp_path)
    environment = {"PATH": "", "ACARA_DATABASE_URL": database_url, "ACARA_DATA_DIR": str(tmp_path / "var")}
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-m", "service.cli", "inbound"],
            input=letter(1),
            env=environment,
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (0, b""), done.stderr

    assert subjects(runtime) == ["Surat 1"]
    runtime.close()


def test_how_reading_goes_is_told_and_so_is_that_it_fails(runtime: Runtime, server: ImapServer) -> None:
    def reading() -> MailboxReading | None:
        return runtime.database.read(mailbox_reading)

    def failing() -> bool:
        found = reading()
        return found is not None and found.failing_since is not None

    server.put(letter(1))
    with workers(runtime, ["emails"]):
        until(lambda: (found := reading()) is not None and found.taken_at is not None, what="it says that it read one")
        assert check_inbox(runtime).verdict is Verdict.GOOD
        server.kill()
        until(failing, what="it says that it cannot read")
        finding = check_inbox(runtime)

    assert finding.verdict is Verdict.BAD
    assert "kata-sandi" not in finding.found
