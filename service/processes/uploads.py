"""Recordings on their way to YouTube: what `events.recordings.uploading` needs of this installation."""

from __future__ import annotations

import io
import uuid

from PIL import Image

from events.brand import brand_of
from events.models import Event, Organiser
from events.recordings import uploading
from events.recordings.uploading import Thumbnail, Uploader
from events.recordings.video_host import VideoHost
from events.storage import ReadSession
from notifications.posters.finding import poster_of
from service.clock import real_now
from service.settings import Settings
from service.wiring import Runtime
from service.youtube.connection import TOKEN_URL, GoogleProject, open_host

THUMBNAIL = (1280, 720)
"""Pixels, as YouTube asks for."""


def google_project(settings: Settings) -> GoogleProject | None:
    """Return the OAuth client that the settings name, or None where YouTube is not set up."""
    if settings.youtube_client_id is None or settings.youtube_client_secret is None:
        return None
    return GoogleProject(
        client_id=settings.youtube_client_id,
        client_secret=settings.youtube_client_secret.get_secret_value(),
        api_root=settings.youtube_api_root,
        token_url=settings.youtube_token_url or TOKEN_URL,
    )


def uploader_of(runtime: Runtime) -> Uploader:
    """Return the uploader of this installation."""

    def host_for(organiser_id: uuid.UUID) -> VideoHost:
        project = google_project(runtime.settings)
        return open_host(runtime.database, project, secrets=runtime.secrets, organiser_id=organiser_id)

    return Uploader(
        transactions=runtime.database,
        files=runtime.files,
        host_for=host_for,
        seal=runtime.secrets.seal,
        unseal=runtime.secrets.unseal,
        event_url=runtime.links.event_url,
        thumbnail=lambda event_id: _thumbnail(runtime, event_id),
        clock=runtime.clock.now,
        real_clock=real_now,
        stopping=lambda: runtime.stopping,
    )


def _thumbnail(runtime: Runtime, event_id: uuid.UUID) -> Thumbnail | None:
    """Lay the event's square poster on a wide ground of the organiser's colour; None where no poster was drawn."""

    def query(session: ReadSession) -> tuple[str | None, str] | None:
        event = session.get(Event, event_id)
        organiser = session.get(Organiser, event.organiser_id) if event is not None else None
        if event is None or organiser is None:
            return None
        poster = poster_of(session, event_id, organiser.locale)
        return poster.square_key if poster is not None else None, brand_of(organiser.look).primary

    found = runtime.database.read(query)
    if found is None or found[0] is None:
        return None
    try:
        square = Image.open(io.BytesIO(runtime.files.get(found[0])))
    except FileNotFoundError:
        return None
    width, height = THUMBNAIL
    ground = Image.new("RGB", THUMBNAIL, found[1])
    square.thumbnail((height, height))
    ground.paste(square.convert("RGB"), ((width - height) // 2, 0))
    image = io.BytesIO()
    ground.save(image, "JPEG", quality=88)
    return Thumbnail(image.getvalue(), "image/jpeg")


def upload_recording(runtime: Runtime) -> bool:
    """Work on one recording for a slice of time; returns whether another may be due."""
    return uploading.upload_due(uploader_of(runtime)) is not None
