"""What peers reached: pretix 2026.8 and Indico 3.3, from their packages with PostgreSQL, Redis and 2 gunicorn workers.

Measured on 2026-11-22 on 2 shared cores (Debian 12, Python 3.11): medians of at least three runs, 8 requests at once.
Absolute figures drift by a third between machines and days, so these multiples are context and no bar.
"""

from __future__ import annotations

PAGES = {"pretix": 37.0, "Indico": 32.0}
"""Public event pages per second."""
REGISTRATIONS = {"pretix": 8.0, "Indico": 10.3}
"""Registrations per second: pretix by its API, Indico (which has none for it) by its form."""
PDFS = {"pretix": 14.0, "Indico": 10.4}
"""Unsigned, untagged PDFs per second in one process: a ticket (reportlab), a certificate (WeasyPrint)."""
MEMORY = {"pretix": 1100.0, "Indico": 900.0}
"""PSS of web and workers in MB."""
START = {"pretix": 3.6, "Indico": 5.3}
"""Seconds to the first page, at best."""
CROWD = "pretix: 10 of 10 seated, last answer after 2 to 9 s; Indico: 11 or 12 seated in 3 races of 5"


def multiple(ours: float, peers: dict[str, float], *, less_is_better: bool = False) -> str:
    """Return ours as a multiple of each peer's, the larger the better."""
    times = {name: theirs / ours if less_is_better else ours / theirs for name, theirs in peers.items()}
    return ", ".join(f"{value:.0f}× {name}" if value >= 10 else f"{value:.1f}× {name}" for name, value in times.items())
