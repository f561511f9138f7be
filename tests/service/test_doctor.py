"""The doctor: finds what is wrong, names it, and says how to mend it; changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from events.models import SeatPool
from events.outbox import FactRow, fail
from service.doctor.examining import examine
from service.doctor.findings import Finding, Verdict
from service.migrations import downgrade, migrate
from service.wiring import Runtime
from tests.support.life import NOW, Life, add_organiser
from tests.support.polling import until
from tests.support.running import make_runtime, workers
from tests.support.smtp import SmtpSink
from tests.support.valkey import Valkey


def findings(runtime: Runtime) -> dict[str, Finding]:
    return {finding.subject: finding for finding in examine(runtime)}


@pytest.fixture
def runtime(database_url: str, tmp_path: Path, smtp_sink: SmtpSink) -> Iterator[Runtime]:
    made = make_runtime(
        database_url, tmp_path, smtp_url=SecretStr(smtp_sink.url), base_url="https://acara.perpustakaan.example"
    )
    yield made
    made.close()


def test_healthy_installation_has_nothing_bad(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    address = f"sqlite:///{tmp_path / 'acara.sqlite3'}"
    migrate(address)
    runtime = make_runtime(
        address, tmp_path, smtp_url=SecretStr(smtp_sink.url), base_url="https://acara.perpustakaan.example"
    )
    with workers(runtime):
        until(lambda: findings(runtime)["workers"].verdict is Verdict.GOOD, what="the first sign of life")
        found = findings(runtime)
    runtime.close()
    verdicts = {subject: finding.verdict for subject, finding in found.items() if subject != "pages"}
    assert [subject for subject, verdict in verdicts.items() if verdict is Verdict.BAD] == []
    assert {subject for subject, verdict in verdicts.items() if verdict is Verdict.NOTE} == {
        "YouTube",
        "Mastodon",
        "inbox",
    }
    assert all(finding.mend for finding in found.values() if finding.verdict is not Verdict.GOOD)


def test_fact_whose_reactions_fail_is_found(runtime: Runtime) -> None:
    held = Life(runtime.database, runtime.database.write(add_organiser))
    held.webinar()
    fact_id = runtime.database.read(lambda session: session.scalars(sa.select(FactRow.id).limit(1)).one())
    runtime.database.write(lambda session: fail(session, fact_id, error="KeyError: 'venue'", retry_at=NOW))
    found = findings(runtime)["facts"]
    assert found.verdict is Verdict.BAD
    assert found.found.endswith("KeyError: 'venue'")


def test_counters_of_seats_that_are_wrong_are_found(runtime: Runtime) -> None:
    held = Life(runtime.database, runtime.database.write(add_organiser))
    event_id = held.webinar()
    held.register(event_id)
    assert findings(runtime)["seats"].verdict is Verdict.GOOD
    held.do(lambda session: session.execute(sa.update(SeatPool).values(taken=2)) and None)
    found = findings(runtime)["seats"]
    assert (found.verdict, str(event_id) in found.found) == (Verdict.BAD, True)


def test_nobody_reading_the_queues_is_found(runtime: Runtime) -> None:
    found = findings(runtime)["workers"]
    assert (found.verdict, found.mend) == (Verdict.BAD, "Start: acara serve")


def test_tables_of_another_version_are_found(runtime: Runtime) -> None:
    downgrade(runtime.settings.database_address)
    found = findings(runtime)["tables"]
    assert (found.verdict, found.mend) == (Verdict.BAD, "Run: acara migrate")


def test_mail_relay_that_is_gone_is_found(sqlite_url: str, tmp_path: Path) -> None:
    relay = SmtpSink()
    runtime = make_runtime(sqlite_url, tmp_path, smtp_url=SecretStr(relay.url))
    assert findings(runtime)["mail"].verdict is Verdict.GOOD
    relay.stop()
    assert findings(runtime)["mail"].verdict is Verdict.BAD
    runtime.close()


def test_database_that_is_gone_is_found_and_its_password_is_not_shown(tmp_path: Path) -> None:
    address = "postgresql+psycopg://acara:hunter2@127.0.0.1:1/acara"
    runtime = make_runtime(address, tmp_path)
    found = findings(runtime)
    runtime.close()
    assert found["database"].verdict is Verdict.BAD
    assert not any("hunter2" in finding.found + finding.mend for finding in found.values())


def test_broker_that_is_gone_is_found(database_url: str, tmp_path: Path, valkey: Valkey) -> None:
    runtime = make_runtime(database_url, tmp_path, broker_url=SecretStr(valkey.url))
    assert findings(runtime)["broker"].verdict is Verdict.GOOD
    runtime.close()
    gone = make_runtime(database_url, tmp_path, broker_url=SecretStr("redis://127.0.0.1:1"))
    assert findings(gone)["broker"].verdict is Verdict.BAD
    gone.close()


@pytest.mark.parametrize(
    ("address", "verdict"),
    [
        ("https://acara.example", Verdict.GOOD),
        ("http://acara.example", Verdict.BAD),
        ("http://localhost:8000", Verdict.NOTE),
    ],
)
def test_links_in_mails_must_lead_somewhere_safe(
    sqlite_url: str, tmp_path: Path, address: str, verdict: Verdict
) -> None:
    runtime = make_runtime(sqlite_url, tmp_path, base_url=address)
    assert findings(runtime)["address"].verdict is verdict
    runtime.close()
