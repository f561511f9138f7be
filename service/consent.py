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

NEWS_VERSION = "2026-11"
"""Raise it whenever `NEWS_TEXT` changes its meaning in either language."""

NEWS_TEXT = N_(
    "I agree that the library uses this e-mail address to send me news of its events, once a week at most. It is used "
    "for nothing else and not passed on to others. I can change or stop this at any time by the link in every e-mail."
)
"""What the page behind the mailed link asks for."""
