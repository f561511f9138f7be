"""From the end of a webinar to a signed certificate in the inbox of those who were there, and of nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from certificates.models import Certificate, CertificateState
from certificates.verifying import Standing, verify
from events.models import Evidence, ParticipationRole, PartnerKind, Track
from events.partnership import partners
from events.presence import attendance
from service.clock import set_clock
from service.wiring import Runtime
from tests.support.life import NOW, STARTS_AT, Life, add_organiser
from tests.support.polling import until
from tests.support.running import make_runtime, settled, workers
from tests.support.smtp import SmtpSink


@pytest.fixture
def runtime(database_url: str, tmp_path: Path, smtp_sink: SmtpSink) -> Iterator[Runtime]:
    clock = tmp_path / "clock"
    set_clock(clock, NOW)
    made = make_runtime(database_url, tmp_path, clock_file=clock, smtp_url=SecretStr(smtp_sink.url))
    with workers(made):
        yield made
    made.close()


def test_who_attended_gets_a_certificate_minutes_after_the_end(runtime: Runtime, smtp_sink: SmtpSink) -> None:
    clock = runtime.settings.clock_file
    assert clock is not None
    held = Life(runtime.database, runtime.database.write(add_organiser))
    settings = {"number_pattern": "{seq:04}/PERPUS-BTM/{roman_month}/{year}", "roles": ["participant", "speaker"]}
    event_id = held.webinar(certificate=settings)
    speaker = held.do(
        partners.add_partner, held.organiser_id, kind=PartnerKind.SPEAKER, name="Sulastri", email="lastri@example.org"
    )
    held.do(partners.invite, event_id, speaker, role=ParticipationRole.SPEAKER)
    people = [held.register(event_id, person).registration_id for person in range(3)]
    set_clock(clock, STARTS_AT)
    until(lambda: held.event(event_id).stage == "live", what="the start")
    for person in people[:2]:
        runtime.database.write(
            lambda session, who=person: attendance.note(session, who, Evidence.JOINED, now=STARTS_AT, by="test")  # type: ignore[misc] # a default binds the loop's value
        )
    set_clock(clock, held.event(event_id).ends_at + timedelta(seconds=1))
    until(lambda: held.event(event_id).stage == "ended", what="the end")
    set_clock(clock, held.event(event_id).ends_at + timedelta(minutes=6))
    until(lambda: held.event(event_id).certificate_track is Track.DONE, seconds=120, what="all certificates issued")
    settled(runtime)
    rows = runtime.database.read(lambda s: s.scalars(sa.select(Certificate).order_by(Certificate.number)).all())
    assert [(row.number, row.state) for row in rows] == [
        ("0001/PERPUS-BTM/XII/2026", CertificateState.ISSUED),
        ("0002/PERPUS-BTM/XII/2026", CertificateState.ISSUED),
        ("0003/PERPUS-BTM/XII/2026", CertificateState.ISSUED),
    ]
    assert [runtime.database.read(lambda s, row=row: verify(s, row.code)).standing for row in rows] == [  # type: ignore[misc] # likewise
        Standing.VALID,
        Standing.VALID,
        Standing.VALID,
    ]

    def attached(who: str) -> list[str]:
        mails = smtp_sink.to(f"{who}@example.org")
        names = [part.get_filename() or "" for mail in mails for part in mail.message.iter_attachments()]
        return [name for name in names if name.endswith(".pdf")]

    everybody = ("lastri", "peserta0", "peserta1", "peserta2")
    until(lambda: all(map(attached, everybody[:3])), what="all three mails")
    assert [attached(who) for who in everybody] == [
        ["sertifikat-0001-PERPUS-BTM-XII-2026.pdf"],
        ["sertifikat-0002-PERPUS-BTM-XII-2026.pdf"],
        ["sertifikat-0003-PERPUS-BTM-XII-2026.pdf"],
        [],
    ]
