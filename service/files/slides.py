"""The address of slides that a partner sent in: for whoever the event's materials are for, without an account."""

from __future__ import annotations

import uuid

from events.links import Links
from events.models import FilePurpose
from events.partnership import partner_files
from events.storage import ReadSession

SLIDES = "slides"
"""Purpose of links to accepted slides."""


def slides_url(session: ReadSession, links: Links, participation_id: uuid.UUID) -> str:
    """Return where the slides that a partner sent last can be read once they are accepted; empty without slides."""
    held = partner_files.files_of(session, participation_id, FilePurpose.SLIDES)
    return links.url(f"slides/{links.token(SLIDES, held[-1].id)}") if held else ""
