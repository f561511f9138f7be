"""What a video host is told about a recording: title, text, playlist, and the line by which it is found again."""

from __future__ import annotations

import uuid

from events.days.dates import format_when
from events.models import Event, Organiser, Recording
from events.recordings.video_host import VideoDetails


def describe(event: Event, organiser: Organiser, video: Recording, *, event_url: str) -> VideoDetails:
    """Return what the host shall say about the video, in the organiser's first language."""
    locale = organiser.locale
    paragraphs = (
        event.summary.to(locale),
        event.description.to(locale),
        format_when(event.starts_at, event.ends_at, event.timezone, locale),
        f"{organiser.name.to(locale)}\n{event_url}",
    )
    return VideoDetails(
        title=video.title or event.title.to(locale),
        description="\n\n".join(text.strip() for text in paragraphs if text.strip()),
        visibility=video.visibility,
        language=locale,
        marker=marker(video.id),
    )


def marker(recording_id: uuid.UUID) -> str:
    """Return the line by which a recording's video is found again on the channel."""
    return f"acara:recording:{recording_id}"


def playlist_title(organiser: Organiser) -> str:
    """Return the title of the playlist that collects an organiser's recordings."""
    name = organiser.name.to(organiser.locale)
    return f"Recordings: {name}" if organiser.locale == "en" else f"Rekaman acara {name}"
