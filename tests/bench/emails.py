"""Confirmations composed, claimed, sent and settled, against prebuilt bytes over one connection to the same sink."""

from __future__ import annotations

import smtplib
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import SecretStr

from events import registration
from events.outbox import unsettled
from events.storage import Session
from notifications import delivery
from notifications.models.email import Email, EmailState
from notifications.smtp import FolderMailer
from service.clock import real_now
from service.settings import Settings
from service.wiring import Runtime
from service.work import react_to
from tests.bench import house, sink
from tests.bench.house import Hall
from tests.bench.results import Effort, Result, compared
from tests.support.life import application


def measure(effort: Effort) -> list[Result]:
    """Send as many mails as the effort says, ours and prebuilt ones in turn."""
    count = effort.of(1_000)
    with house.folder() as folder, sink.running() as relay:
        address = f"sqlite:///{folder}/acara.sqlite3"
        with house.hall(address) as hall:
            event = hall.webinar(capacity=None)
            settings: dict[str, Any] = {
                "data_dir": folder, "database_url": SecretStr(address), "smtp_url": SecretStr(relay.url),
            }  # fmt: skip
            runtime = Runtime(Settings(**settings))
            prebuilt = _prebuilt(runtime, event, folder / "mail")
            rounds = [
                (_ours(runtime, hall, event, count), _prebuilt_sent(relay.port, prebuilt, count))
                for _ in range(effort.rounds)
            ]
            runtime.close()
    return [
        compared(
            "e-mails",
            rounds,
            unit="mails/s",
            bar=0.4,
            conditions=f"{count} confirmations (text, HTML, calendar: {len(prebuilt):,} bytes each) through "
            "notifications.delivery.send_due, one thread, SQLite on disk; baseline: one of them sent again and again "
            "by smtplib over one connection; aiosmtpd in another process accepts both",
        )
    ]


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


def _ours(runtime: Runtime, hall: Hall, event: uuid.UUID, count: int) -> float:
    _queue(runtime, event, count)
    due = sa.select(sa.func.count(Email.id)).where(Email.state == EmailState.SENT)
    before = hall.database.read(lambda session: session.scalar(due))
    now = datetime.now(UTC)
    began = time.monotonic()
    while delivery.send_due(runtime.database, runtime.mailer, runtime.composer, now=now, real_now=real_now()):
        pass
    took = time.monotonic() - began
    sent = hall.database.read(lambda session: session.scalar(due)) - before
    assert sent >= count, f"{sent} of {count} were sent"
    return float(sent / took)


def _prebuilt_sent(port: int, content: bytes, count: int) -> float:
    began = time.monotonic()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number in range(count):
            server.sendmail("perpustakaan@localhost", [f"peserta{number}@example.org"], content)
    return count / (time.monotonic() - began)
