"""Are the networks connected on which recordings and posts are published?"""

from __future__ import annotations

from urllib.parse import urlsplit

import sqlalchemy as sa

from service.doctor.findings import Finding, Verdict, good, unreachable
from service.wiring import Runtime


def check_youtube(runtime: Runtime) -> Finding:
    """Can recordings be uploaded?"""
    # The connection's module brings Google's library, which only this check and uploads need.
    from service.youtube.connection import ConnectionState, OAuthConnection  # noqa: PLC0415

    if runtime.settings.youtube_client_id is None:
        mend = "Create OAuth credentials at Google, set ACARA_YOUTUBE_CLIENT_ID and _SECRET, run: acara youtube connect"
        return Finding("YouTube", Verdict.NOTE, "Not set up; links to videos can be pasted all the same.", mend)
    states = runtime.database.read(lambda session: session.scalars(sa.select(OAuthConnection.state)).all())
    if not states or any(state is not ConnectionState.CONNECTED for state in states):
        found = "A connection has died." if states else "No channel is connected."
        return Finding("YouTube", Verdict.BAD, found, "Run: acara youtube connect")
    return good("YouTube", f"{len(states)} channel(s) connected.")


def check_mastodon(runtime: Runtime) -> Finding:
    """Can posts be published by themselves?"""
    settings = runtime.settings
    if settings.mastodon_url is None or settings.mastodon_token is None:
        mend = "Set ACARA_MASTODON_URL and ACARA_MASTODON_TOKEN; other networks have copy-ready text."
        return Finding("Mastodon", Verdict.NOTE, "No account is connected.", mend)
    parts = urlsplit(settings.mastodon_url)
    found = unreachable(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    if found:
        return Finding("Mastodon", Verdict.BAD, found, "Check ACARA_MASTODON_URL.")
    return good("Mastodon", f"Posts are published at {parts.hostname}.")
