"""Confirmations composed, claimed, sent and settled, against prebuilt bytes over one connection to the same sink.

Three times: as they are, signed (DKIM), and signed in words of the library's own.
"""

from __future__ import annotations

import smtplib
import statistics
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import SecretStr

from events.outbox import unsettled
from events.registrations import registration
from events.storage import Session, new_id
from notifications.mailing import delivery
from notifications.models.email import Email, EmailKind, EmailState
from notifications.models.mail_template import MailTemplate
from notifications.transport.dkim import make_key, pem_of
from notifications.transport.smtp import FolderMailer
from service.clock import real_now
from service.processes.work import react_to
from service.settings import Settings
from service.wiring import Runtime
from tests.bench import house, sink
from tests.bench.house import Hall
from tests.bench.results import Effort, Result, compared
from tests.support.life import STAFF, application

BAR = 0.4
SIGNED = "signed with RSA-2048"
OWN_TEXT = """# {judul}

Halo {nama}, terima kasih sudah mendaftar. Kami tunggu Anda pada {waktu} di {tempat}.

{kabar}

{rincian}

[Gabung acara]({tautan_masuk})

Berhalangan? Mohon [batalkan pendaftaran]({tautan_kelola}) supaya tempatnya dapat dipakai tetangga Anda.
"""


@dataclass(frozen=True, slots=True)
class _Spent:
    """What sending took: mails in a second, and milliseconds of this process's processor time for each."""

    rate: float
    processor: float


@dataclass(frozen=True, slots=True)
class _Post:
    """A library, the one webinar that it confirms places at, and the sink."""

    hall: Hall
    event: uuid.UUID
    folder: Path
    port: int
    settings: dict[str, Any]


def measure(effort: Effort) -> list[Result]:
    """Send as many mails as the effort says, ours and prebuilt ones in turn."""
    key = SecretStr(pem_of(make_key("rsa")).decode("ascii"))
    with house.folder() as folder, sink.running() as relay:
        address = f"sqlite:///{folder}/acara.sqlite3"
        with house.hall(address) as hall:
            settings: dict[str, Any] = {
                "data_dir": folder, "database_url": SecretStr(address), "smtp_url": SecretStr(relay.url),
            }  # fmt: skip
            post = _Post(hall, hall.webinar(capacity=None), folder, relay.port, settings)
            plain = _measured(post, effort, "e-mails", "")
            signed = _measured(post, effort, "e-mails, signed", f", {SIGNED}", dkim_key=key)
            hall.database.write(lambda session: _write_own_text(session, hall))
            said = f", a text of the library's own, {SIGNED}"
            own = _measured(post, effort, "e-mails, own text, signed", said, dkim_key=key)
    return [plain, signed, own]


def _measured(post: _Post, effort: Effort, name: str, kind: str, **settings: Any) -> Result:
    """Send confirmations by an installation with these settings besides."""
    count = effort.of(1_000)
    with closing(Runtime(Settings(**post.settings, **settings))) as runtime:
        prebuilt = _prebuilt(runtime, post.event, post.folder / "mail" / uuid.uuid4().hex)
        rounds = [
            (_ours(runtime, post, count), _prebuilt_sent(post.port, prebuilt, count)) for _ in range(effort.rounds)
        ]
    cost, least = (statistics.median(spent.processor for spent in each) for each in zip(*rounds, strict=True))
    return compared(
        name,
        [(ours.rate, theirs.rate) for ours, theirs in rounds],
        unit="mails/s",
        bar=BAR,
        conditions=f"{count} confirmations (text, HTML, calendar{kind}: {len(prebuilt):,} bytes each) through "
        "notifications.mailing.delivery.send_due, one thread, SQLite on disk; baseline: one of them sent over and over "
        f"by smtplib over one connection; aiosmtpd in another process accepts both; {cost:.2f} and {least:.2f} ms of "
        "processor time a mail",
    )


def _write_own_text(session: Session, hall: Hall) -> None:
    """Let the library say in words of its own that a place is certain."""
    text = MailTemplate(
        id=new_id(),
        organiser_id=hall.life.organiser_id,
        kind=EmailKind.CONFIRMATION,
        locale="id",
        version=1,
        subject="Tempat Anda di {judul} sudah pasti",
        body=OWN_TEXT,
        updated_at=hall.life.now,
        updated_by=STAFF,
    )
    session.add(text)


def _queue(runtime: Runtime, event: uuid.UUID, count: int) -> None:
    """Register people and react, so that their confirmations are due."""
    now = datetime.now(UTC)

    def register(session: Session) -> None:
        for _ in range(count):
            person = application(event, uuid.uuid4().hex, name="Siti Nurhaliza", institution="SMA Negeri 1 Batam")
            registration.register(session, person, now=now)

    runtime.database.write(register)
    while facts := runtime.database.read(lambda session: unsettled(session, real_now=real_now() + timedelta(hours=1))):
        react_to(runtime, facts)


def _prebuilt(runtime: Runtime, event: uuid.UUID, folder: Path) -> bytes:
    """Return one of our mails as it goes over the wire."""
    _queue(runtime, event, 1)
    now = datetime.now(UTC)
    delivery.send_due(runtime.database, FolderMailer(folder), runtime.composer, now=now, real_now=now)
    return max(folder.glob("*.eml")).read_bytes()


def _timed(count: int, work: Callable[[], object]) -> _Spent:
    began, busy = time.monotonic(), time.process_time()
    work()
    return _Spent(count / (time.monotonic() - began), (time.process_time() - busy) / count * 1000)


def _ours(runtime: Runtime, post: _Post, count: int) -> _Spent:
    _queue(runtime, post.event, count)
    before, now = _sent(post.hall), datetime.now(UTC)

    def send_all() -> None:
        while delivery.send_due(runtime.database, runtime.mailer, runtime.composer, now=now, real_now=real_now()):
            pass

    spent = _timed(count, send_all)
    sent = _sent(post.hall) - before
    assert sent == count, f"{sent} of {count} were sent"
    return spent


def _sent(hall: Hall) -> int:
    due = sa.select(sa.func.count(Email.id)).where(Email.state == EmailState.SENT)
    return int(hall.database.read(lambda session: session.scalar(due)))


def _prebuilt_sent(port: int, content: bytes, count: int) -> _Spent:
    def send_all() -> None:
        with smtplib.SMTP("127.0.0.1", port) as server:
            for number in range(count):
                server.sendmail("perpustakaan@localhost", [f"peserta{number}@example.org"], content)

    return _timed(count, send_all)
