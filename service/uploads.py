"""Recordings on their way to YouTube: what `events.uploading` needs of this installation."""

from __future__ import annotations

import uuid

from events import uploading
from events.models import Event, Organiser
from events.uploading import Thumbnail, Uploader
from events.video_host import VideoHost
from service.clock import real_now
from service.settings import Settings
from service.wiring import Runtime
from service.youtube_connection import TOKEN_URL, GoogleProject, open_host


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

    def event_url(event: Event) -> str:
        slug = runtime.database.read(lambda session: _organiser_slug(session.get(Organiser, event.organiser_id)))
        return runtime.links.url(f"{slug}/{event.slug}")

    return Uploader(
        transactions=runtime.database,
        files=runtime.files,
        host_for=host_for,
        seal=runtime.secrets.seal,
        unseal=runtime.secrets.unseal,
        event_url=event_url,
        thumbnail=lambda event_id: _thumbnail(runtime, event_id),
        clock=runtime.clock.now,
        real_clock=real_now,
    )


def _organiser_slug(organiser: Organiser | None) -> str:
    return organiser.slug if organiser is not None else ""


def _thumbnail(_runtime: Runtime, _event_id: uuid.UUID) -> Thumbnail | None:
    return None


def upload_recording(runtime: Runtime) -> bool:
    """Work on one recording for a slice of time; returns whether another may be due."""
    return uploading.upload_due(uploader_of(runtime)) is not None
