"""Certificates drawn, tagged, signed, stored and settled by two processes, against one by one in one process."""

from __future__ import annotations

import pickle
import statistics
import subprocess
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from certificates.composing import compose
from certificates.content import CertificateContent
from certificates.delivery import render_due
from certificates.models import Certificate, CertificateState
from certificates.renderer import ProcessRenderer
from certificates.signing import PadesSigner, SigningKey, own_key
from events.drafts import lifecycle
from events.media.processes import ChildProcesses
from events.models import Evidence
from events.presence import attendance
from events.registrations import registration
from events.storage import Session
from service.files.stored import StoredFiles, open_files
from tests.bench import house, peers
from tests.bench.house import Hall as Library
from tests.bench.processes import ROOT
from tests.bench.results import Effort, Result, compared
from tests.certificates.conftest import SETTINGS, Hall, verify_url
from tests.support.life import STAFF, application
from tests.support.polling import PATIENCE

PROCESSES = 2


def measure(effort: Effort) -> list[Result]:
    """Issue certificates of ended webinars, and make a part of the same ones in the plain way, in turn."""
    count = effort.of(96)
    with house.folder() as folder, house.hall(f"sqlite:///{folder}/acara.sqlite3") as library:
        key = own_key(folder, "Perpustakaan Kota Batam", real_now=datetime.now(UTC))
        files, faces = open_files(f"file://{folder}/files"), folder / "faces"
        children = ChildProcesses(PROCESSES)
        renderer, signer = ProcessRenderer(children, faces, seconds_each=PATIENCE), PadesSigner(key)
        pairs: list[tuple[float, float]] = []
        try:
            for number in range(effort.rounds + 1):
                hall = _attended(library, files, count)
                hall.plan()
                contents = _contents(hall, max(2, count // 10))
                ours = _ours(hall, renderer, signer)
                if number:  # the first round warms the children up
                    pairs.append((ours, _fresh(folder, contents, key, faces)))
        finally:
            children.close()
    return [
        compared(
            "certificates",
            pairs,
            unit="PDF/s",
            bar=6.0,
            peers=peers.multiple(statistics.median(ours for ours, _ in pairs), peers.PDFS),
            conditions=f"{count} through certificates.delivery.render_due with {PROCESSES} warm child processes: "
            "claimed, drawn (PDF/UA-1, QR), signed (PAdES, P-256), stored and settled on disk; baseline: the same "
            "design by WeasyPrint and pyHanko in one process, fonts, stylesheet, background and signer new for each, "
            f"templates compiled once; ours are {PROCESSES} processes, the peers' figures are of one",
        )
    ]


def _attended(library: Library, files: StoredFiles, count: int) -> Hall:
    """Hold a webinar with so many people, all of whom were there, in one transaction."""
    life, now = library.life, library.life.now
    times: dict[str, Any] = {"starts_at": now + timedelta(days=20), "ends_at": now + timedelta(days=20, hours=3)}
    event_id = life.webinar(certificate=SETTINGS, capacity=None, **times)

    def happen(session: Session) -> list[uuid.UUID]:
        people = [
            registration.register(session, application(event_id, number), now=now).registration_id
            for number in range(count)
        ]
        lifecycle.start(session, event_id, now=now, by=STAFF)
        for person in people:
            attendance.note(session, person, Evidence.JOINED, now=now, by=STAFF)
        lifecycle.end(session, event_id, now=now, by=STAFF)
        return people

    hall = Hall(life, library.database, files, event_id, library.database.write(happen), [])
    hall.plan()
    return hall


def _contents(hall: Hall, count: int) -> list[CertificateContent]:
    """Return what stands on some of the certificates, as it is composed for drawing."""
    ids = [certificate.id for certificate in hall.certificates() if certificate.event_id == hall.event_id][:count]

    def read(session: Any) -> list[CertificateContent]:
        # Composing is for rows that were claimed; this session is rolled back.
        session.execute(sa.update(Certificate).where(Certificate.id.in_(ids)).values(state=CertificateState.SENDING))
        composed = compose(session, ids, now=hall.later, verify_url=verify_url)
        session.rollback()
        return [each.content for each in composed if isinstance(each.content, CertificateContent)]

    return hall.database.write(read)


def _ours(hall: Hall, renderer: ProcessRenderer, signer: PadesSigner) -> float:
    began, issued = time.monotonic(), 0
    while claimed := render_due(
        hall.database, hall.files, renderer, signer, now=hall.later, real_now=lambda: datetime.now(UTC),
        verify_url=verify_url,
    ):  # fmt: skip
        issued += claimed
    took = time.monotonic() - began
    wrong = [each for each in hall.certificates() if each.state is not CertificateState.ISSUED]
    assert not wrong, f"{len(wrong)} certificates were not issued: {wrong[0].last_error}"
    return issued / took


def _fresh(folder: Path, contents: list[CertificateContent], key: SigningKey, faces: Path) -> float:
    file = folder / "contents.pickle"
    file.write_bytes(pickle.dumps((contents, key, faces)))
    command = [sys.executable, "-m", "tests.bench.fresh", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return float(done.stdout)
