"""What people agree to when they register. Each wording has a version, which is kept with every registration."""

from __future__ import annotations

from events.errors import N_

VERSION = "2026-11"
"""Raise it whenever `TEXT` changes its meaning in either language."""

TEXT = N_(
    "I agree that the library uses what I filled in here for this event: for my place, reminders, changes, attendance "
    "and the certificate. It is not passed on to others, and I can ask the library at any time to see, correct or "
    "delete it."
)
