"""The recording: a file, streamed as it comes, or the link of a video that is on YouTube already."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import anyio.to_thread
from litestar import get, post, put
from litestar.params import FromPath
from litestar.response import Response

from events.errors import N_, FieldError, Invalid, NotFound, Refused
from events.models import Event, Recording, Stage
from events.recordings import recording, recording_consent
from events.registrations import desk as lists
from events.storage import LOCALES
from service.accounts.permissions import Action
from service.files.stored import TooLarge
from service.statuses import status_of
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.languages import translate
from service.web.multipart import first_file
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, desk_of, plain, refused

LIMIT = 64 * 1024**3
"""Bytes. YouTube takes 256 GB; a webinar in full HD is about 2 GB an hour."""
_KINDS = ("video/", "application/octet-stream", "application/x-matroska")
_NOT_A_VIDEO = N_("Choose a video file, for example .mp4, .mkv or .mov.")
_YES = "yes"
_NO_FILE = N_("Choose a file first.")


@get("/staff/events/{event_id:uuid}/recording", action=Action.EDIT_RECORDING, include_in_schema=False)
async def show_recording(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show how far the recording is, or the two ways to give one."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_RECORDING)
    return await _recording_page(desk, event, Form())


async def _recording_page(desk: Desk, event: Event, form: Form, status_code: int = 200) -> Response[str]:
    current = await desk.read(lambda session: lists.current_recording(session, event.id))
    cleared = await desk.read(
        lambda session: recording_consent.clearance(
            session, event.id, publishes=current is None or current.visibility != recording.HIDDEN
        )
    )
    partial = desk.request.headers.get("hx-target") == "progress"
    return await desk.show(
        "recording_progress.html" if partial else "recording.html",
        event=event,
        form=form,
        recording=current,
        clearance=cleared,
        begun=event.stage in (Stage.LIVE, Stage.ENDED, Stage.ARCHIVED),
        status_code=status_code,
        headers={"Vary": "HX-Target"},
    )


def _title(event: Event) -> str:
    return event.title.to(LOCALES[0])


async def _receive(
    desk: Desk, event: Event, chunks: AsyncIterator[bytes], kind: str, *, visibility: str, agreed: str
) -> None:
    """Stream a file into the store in constant memory; a broken one leaves nothing but a note that it failed."""
    key = f"recordings/{uuid.uuid4()}"
    recording_id = await desk.write(
        lambda session: recording.begin(
            session,
            event.id,
            storage_key=key,
            content_type=kind,
            title=_title(event),
            visibility=visibility,
            vouched=agreed == _YES,
            now=desk.now,
            by=desk.by,
        )
    )
    try:
        got = await desk.runtime.files.receive(key, chunks, content_type=kind, limit=LIMIT)
        if got.size == 0:
            raise Invalid([FieldError("file", "missing", _NO_FILE)])
        await desk.write(
            lambda session: recording.received(
                session, recording_id, size=got.size, sha256=got.sha256, now=desk.now, by=desk.by
            )
        )
    except BaseException:
        # Shielded: a browser that hung up must not leave an event that believes a file is still coming.
        with anyio.CancelScope(shield=True):
            await desk.write(lambda session: recording.remove(session, recording_id, now=desk.now, by=desk.by))
            await anyio.to_thread.run_sync(desk.runtime.files.delete, key)
        raise


@put(
    "/staff/events/{event_id:uuid}/recording",
    action=Action.EDIT_RECORDING,
    include_in_schema=False,
    request_max_body_size=None,
)
async def stream_recording(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Take the bare file as the body of the request; the page's script sends it so and shows how far it is."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_RECORDING)
    kind = request.headers.get("content-type", "application/octet-stream").partition(";")[0].strip().lower()
    told = request.query_params
    visibility, agreed = told.get("visibility", "unlisted"), told.get("agreed", "")
    try:
        _check_kind(kind)
        await _receive(desk, event, request.stream(), kind, visibility=visibility, agreed=agreed)
    except REFUSALS as refusal:
        return Response(_reason(desk, refusal), media_type="text/plain", status_code=status_of(refusal))
    return Response(b"", status_code=201, headers={"X-Location": f"/staff/events/{event_id}/recording?done=received"})


@post(
    "/staff/events/{event_id:uuid}/recording",
    action=Action.EDIT_RECORDING,
    include_in_schema=False,
    request_max_body_size=None,
)
async def send_recording(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Take the file from an ordinary form, for browsers without scripts: the same stream behind a few lines of MIME."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_RECORDING)
    told: Mapping[str, str] = {}
    try:
        upload = await first_file(request.headers.get("content-type", ""), request.stream())
        if upload is None or not upload.filename:
            raise Invalid([FieldError("file", "missing", _NO_FILE)])
        _check_kind(upload.content_type)
        told = upload.fields
        visibility, agreed = told.get("visibility", "unlisted"), told.get("agreed", "")
        await _receive(desk, event, upload.chunks, upload.content_type, visibility=visibility, agreed=agreed)
    except (*REFUSALS, TooLarge) as refusal:
        form, status = refused(Form({name: [value] for name, value in told.items()}), refusal)
        return await _recording_page(desk, event, form, status)
    return desk.go(f"/staff/events/{event_id}/recording", "received")


def _check_kind(kind: str) -> None:
    if not kind.startswith(_KINDS):
        raise Invalid([FieldError("file", "not_a_video", _NOT_A_VIDEO)])


@post(
    "/staff/events/{event_id:uuid}/recording/link",
    action=Action.EDIT_RECORDING,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def paste_link(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Show a video that is on YouTube already."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_RECORDING)
    form = await read_form(request)
    url = plain(form.value("url"))[:500]
    try:
        await desk.write(
            lambda session: recording.paste_link(
                session,
                event_id,
                url,
                title=_title(event),
                vouched=form.value("link_agreed") == _YES,
                now=desk.now,
                by=desk.by,
            )
        )
    except REFUSALS as refusal:
        again, status = refused(form, _of_link(refusal))
        return await _recording_page(desk, event, again, status)
    return desk.go(f"/staff/events/{event_id}/recording", "linked")


def _reason(desk: Desk, refusal: Refused) -> str:
    """Return in one sentence what the page's script shows."""
    worst = refusal.errors[0] if isinstance(refusal, Invalid) else refusal
    return translate(worst.message, desk.locale, **worst.params)


def _of_link(refusal: Refused) -> Refused:
    """Return a refusal with the names that fields have in the form for links: both forms stand on one page."""
    if not isinstance(refusal, Invalid):
        return refusal
    names = {"agreed": "link_agreed"}
    return Invalid([replace(each, field=names.get(each.field, each.field)) for each in refusal.errors])


async def _current(desk: Desk, event_id: uuid.UUID) -> Recording:
    await desk.event(event_id, Action.EDIT_RECORDING)
    current = await desk.read(lambda session: lists.current_recording(session, event_id))
    if current is None:
        raise NotFound
    return current


@post(
    "/staff/events/{event_id:uuid}/recording/retry",
    action=Action.EDIT_RECORDING,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def retry_recording(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Queue a failed upload once more."""
    desk = desk_of(request)
    current = await _current(desk, event_id)
    await desk.write(lambda session: recording.retry(session, current.id, now=desk.now))
    return desk.go(f"/staff/events/{event_id}/recording", "retried")


@post(
    "/staff/events/{event_id:uuid}/recording/remove",
    action=Action.EDIT_RECORDING,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def remove_recording(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Take the recording off the event."""
    desk = desk_of(request)
    current = await _current(desk, event_id)
    await desk.write(lambda session: recording.remove(session, current.id, now=desk.now, by=desk.by))
    return desk.go(f"/staff/events/{event_id}/recording", "removed")


HANDLERS = (
    show_recording,
    stream_recording,
    send_recording,
    paste_link,
    retry_recording,
    remove_recording,
)
