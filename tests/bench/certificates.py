"""Certificates drawn, tagged, signed, stored and settled by two processes, against one by one and all new."""

from __future__ import annotations

import pickle
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from certificates.composing import compose
from certificates.content import CertificateContent
from certificates.delivery import render_due
from certificates.renderer import ProcessRenderer
from certificates.signing import PadesSigner, own_key
from events import deliveries
from events.processes import ChildProcesses
from service.files import open_files
from tests.bench import house, peers
from tests.bench.processes import ROOT
from tests.bench.results import Effort, Result, compared
from tests.certificates.conftest import Hall, make_hall, verify_url

PROCESSES = 2


def measure(effort: Effort) -> list[Result]:
    """Issue certificates of ended webinars, and make a part of the same ones in the plain way, in turn."""
    count = effort.of(200)
    with house.folder() as folder, house.hall(f"sqlite:///{folder}/acara.sqlite3") as library:
        key = own_key(folder, "Perpustakaan Kota Batam", real_now=datetime.now(UTC))
        files, faces = open_files(f"file://{folder}/files"), folder / "faces"
        children = ChildProcesses(PROCESSES)
        renderer, signer = ProcessRenderer(children, faces), PadesSigner(key)
        pairs: list[tuple[float, float]] = []
        try:
            for number in range(effort.rounds + 1):
                hall = make_hall(library.life, library.database, files, attended=count, missed=0, **_TIMES(library))
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
            conditions=f"{count} through certificates.delivery.render_due with {PROCESSES} child processes that are warm: "
            "claimed, drawn (PDF/UA-1, QR), signed (PAdES, P-256), stored and settled on disk; baseline: the same design "
            "by WeasyPrint and pyHanko in one process, new font configuration, stylesheet, background and signer for each",
        )
    ]
