"""Staff: handing over a recording, or pasting its link."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

import anyio.to_thread
from litestar import Request, Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.params import JSONBody, QueryParameter

from events.models import Event, Recording
from events.recordings import recording
from events.registrations import desk
from events.storage import Session, new_id
from service.accounts.permissions import Action
from service.api.access import Acting, needs
from service.api.answers import STAFF_ACT, STAFF_READ, STAFF_WRITE
from service.api.parameters import Id
from service.api.requests import UnsupportedMediaTypeException
from service.api.resources.events import RecordingList, RecordingView, recording_view
from service.inputs.desk import RecordingLinkInput

MOST_BYTES = 64 * 1024**3
"""Far above any webinar, below what YouTube takes (256 GB) and what a bucket's parts add up to."""
_VIDEO = ("video/mp4", "video/quicktime", "video/webm", "video/x-matroska", "application/octet-stream")

Agreed = Annotated[
    bool,
    QueryParameter(
        description="Whoever spoke and has not said whether they may be recorded agreed in another way. Put on record."
    ),
]


class UploadOperation(Operation):
    """Documents the one body that is no JSON: the file itself."""

    def __post_init__(self) -> None:
        """Describe the body."""
        binary = OpenAPIMediaType(schema=Schema(content_media_type="application/octet-stream"))
        self.request_body = RequestBody(required=True, content=dict.fromkeys(_VIDEO, binary))


@get(
    "/events/{event_id:uuid}/recordings",
    opt=needs(Action.VIEW_EVENTS),
    responses=STAFF_READ,
    operation_id="listRecordings",
)
async def list_recordings(event_id: Id, acting: NamedDependency[Acting]) -> RecordingList:
    """List an event's recordings and how far they have come."""
    return await acting.see(
        lambda session: RecordingList(items=[recording_view(each) for each in desk.list_recordings(session, event_id)]),
        on=(Event, event_id),
    )


@put(
    "/events/{event_id:uuid}/recording",
    opt=needs(Action.EDIT_RECORDING),
    responses=STAFF_WRITE,
    operation_id="uploadRecording",
    operation_class=UploadOperation,
    request_max_body_size=None,
    status_code=201,
)
async def upload_recording(
    event_id: Id,
    request: Request[Any, Any, Any],
    acting: NamedDependency[Acting],
    *,
    title: Annotated[str, QueryParameter(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")],
    visibility: Annotated[
        str, QueryParameter(description="`public`, `unlisted` or `private`.", max_length=10)
    ] = "unlisted",
    agreed: Agreed = False,
) -> RecordingView:
    """Send the video as the body. It is streamed to storage in constant memory and uploaded by a worker.

    Where a speaker said no it is refused (409), where one has said nothing `agreed` is needed (422); what is `private`
    needs only that nobody refused to be recorded.
    """
    content_type = request.content_type[0].lower()
    if content_type not in _VIDEO:
        raise UnsupportedMediaTypeException(headers={"Accept": ", ".join(_VIDEO)})
    files = acting.runtime.files
    key, now = f"recordings/{new_id()}", acting.now

    def begin(session: Session) -> uuid.UUID:
        return recording.begin(
            session,
            event_id,
            storage_key=key,
            content_type=content_type,
            title=title,
            visibility=visibility,
            vouched=agreed,
            now=now,
            by=acting.by,
        )

    recording_id = await acting.change(begin, on=(Event, event_id))
    try:
        received = await files.receive(key, request.stream(), content_type=content_type, limit=MOST_BYTES)
    except BaseException:
        await _give_up(acting, recording_id)
        raise

    def finish(session: Session) -> RecordingView:
        recording.received(
            session, recording_id, size=received.size, sha256=received.sha256, now=acting.now, by=acting.by
        )
        return recording_view(session.get_one(Recording, recording_id))

    try:
        return await acting.change(finish, on=(Recording, recording_id))
    except Exception:
        await anyio.to_thread.run_sync(files.delete, key)
        raise


async def _give_up(acting: Acting, recording_id: uuid.UUID) -> None:
    """Take back a recording whose file broke off, so that the next attempt is not refused."""
    with anyio.CancelScope(shield=True):
        await acting.change(lambda session: recording.remove(session, recording_id, now=acting.now, by=acting.by))


@post(
    "/events/{event_id:uuid}/recording-link",
    opt=needs(Action.EDIT_RECORDING),
    responses=STAFF_WRITE,
    operation_id="pasteRecordingLink",
)
async def paste_link(
    event_id: Id, data: JSONBody[RecordingLinkInput], acting: NamedDependency[Acting]
) -> RecordingView:
    """Show a video that already is on YouTube."""
    now = acting.now

    def use_case(session: Session) -> RecordingView:
        key = recording.paste_link(
            session, event_id, data.url, title=data.title, vouched=data.agreed, now=now, by=acting.by
        )
        return recording_view(session.get_one(Recording, key))

    return await acting.change(use_case, on=(Event, event_id))


@post(
    "/recordings/{recording_id:uuid}/retry",
    status_code=200,
    opt=needs(Action.EDIT_RECORDING),
    responses=STAFF_ACT,
    operation_id="retryRecording",
)
async def retry_recording(recording_id: Id, acting: NamedDependency[Acting]) -> RecordingView:
    """Queue a failed upload again; what YouTube already holds is not sent a second time."""
    now = acting.now

    def use_case(session: Session) -> RecordingView:
        recording.retry(session, recording_id, now=now)
        session.flush()
        return recording_view(session.get_one(Recording, recording_id))

    return await acting.change(use_case, on=(Recording, recording_id))


@delete(
    "/recordings/{recording_id:uuid}",
    opt=needs(Action.EDIT_RECORDING),
    responses=STAFF_ACT,
    operation_id="removeRecording",
)
async def remove_recording(recording_id: Id, acting: NamedDependency[Acting]) -> None:
    """Take a recording off the event; the video on YouTube is the staff's to delete. Twice changes nothing."""
    now = acting.now
    await acting.change(
        lambda session: recording.remove(session, recording_id, now=now, by=acting.by), on=(Recording, recording_id)
    )


routes = Router(
    "/",
    route_handlers=[list_recordings, upload_recording, paste_link, retry_recording, remove_recording],
    tags=["Recordings"],
)
