"""Files that partners send: looked at by their bytes, pictures drawn anew, written down before they are stored."""

from __future__ import annotations

import tempfile
import uuid
from collections import defaultdict
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import BinaryIO, cast

import anyio.to_thread
from litestar.exceptions import ClientException

from events.errors import N_, FieldError
from events.models import FilePurpose
from events.partnership import partner_files
from events.partnership.partner_files import SentFile
from service.files import portraits, sniffing
from service.web.forms import Form, read_form
from service.web.multipart import Part, parts
from service.web.pages import Request
from service.wiring import Runtime

MAX_BYTES = 110 * 1024 * 1024
SLIDES_BYTES = 40 * 1024 * 1024
_TEXT_BYTES = 200_000
_IN_MEMORY = 512 * 1024
_LIMITS = {FilePurpose.SLIDES: SLIDES_BYTES}
_TOO_LARGE = N_("The file is too large. At most %(limit)s, please.")


@dataclass(slots=True)
class Incoming:
    """A form with the files that came along, by field; closed with the stack that it was read with."""

    form: Form
    files: Mapping[str, list[tuple[str, BinaryIO]]] = field(default_factory=dict[str, "list[tuple[str, BinaryIO]]"])
    errors: list[FieldError] = field(default_factory=list[FieldError])


async def read_incoming(request: Request, purposes: Mapping[str, FilePurpose], stack: ExitStack) -> Incoming:
    """Read a form, urlencoded or multipart; `purposes` says which fields may hold a file. Raises a 400."""
    if request.content_type[0] != "multipart/form-data":
        return Incoming(await read_form(request))
    values: dict[str, list[str]] = defaultdict(list)
    files: dict[str, list[tuple[str, BinaryIO]]] = defaultdict(list)
    errors: list[FieldError] = []
    async for part in parts(request.headers.get("content-type", ""), request.stream(), most=60):
        purpose = purposes.get(part.name)
        if part.filename is None:
            values[part.name].append(await _text(part))
        elif purpose is None or not part.filename or len(files[part.name]) >= partner_files.MOST_PICTURES:
            async for _ in part.chunks:
                pass
        else:
            limit = _LIMITS.get(purpose, portraits.PHOTO_BYTES)
            spool = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the stack closes it
            body = cast("BinaryIO", stack.enter_context(spool))
            size = await _spool(part, body, limit)
            if size == 0:
                errors.append(FieldError(part.name, "file_empty", sniffing.EMPTY))
            elif size > limit:
                errors.append(FieldError(part.name, "file_too_large", _TOO_LARGE, {"limit": sniffing.size_of(limit)}))
            else:
                files[part.name].append((part.filename, body))
    return Incoming(Form(dict(values)), {name: held for name, held in files.items() if held}, errors)


async def _text(part: Part) -> str:
    value = bytearray()
    async for chunk in part.chunks:
        value += chunk
        if len(value) > _TEXT_BYTES:
            raise ClientException(detail="a field of the form is too long")
    if b"\0" in value:
        raise ClientException(detail="the form holds a NUL")
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise ClientException(detail="the form is not UTF-8") from error


async def _spool(part: Part, body: BinaryIO, limit: int) -> int:
    size = 0
    async for chunk in part.chunks:
        size += len(chunk)
        if size <= limit:
            body.write(chunk)
    return size


async def keep_file(
    runtime: Runtime, participation_id: uuid.UUID, purpose: FilePurpose, name: str, body: BinaryIO, *, field_name: str
) -> FieldError | None:
    """Look at one file and keep it; returns what is wrong with it, or None once it is stored.

    The row is written before the bytes: a file that nobody knows of would never be swept. Raises `Invalid`.
    """
    faces: Mapping[str, bytes] = {}
    kinds = ("pdf",) if purpose is FilePurpose.SLIDES else ("image",)
    try:
        if purpose is FilePurpose.SLIDES:
            found = await anyio.to_thread.run_sync(sniffing.recognise, body, name, kinds)
            body.seek(0)
            content, media_type = await anyio.to_thread.run_sync(body.read), found.media_type
        else:
            found = sniffing.JPEG
            portrait = await anyio.to_thread.run_sync(portraits.redraw, body, name)
            content, media_type = portrait.body, portrait.media_type
            faces = portrait.faces if purpose is FilePurpose.PHOTO else {}
    except sniffing.Unacceptable as refusal:
        told = {"kinds": ", ".join(sniffing.suffixes_of(kinds))}
        return FieldError(field_name, refusal.code, refusal.message, told)
    stem = name.rpartition(".")[0] if purpose is not FilePurpose.SLIDES else name
    sent = SentFile(
        storage_key=f"partners/{participation_id}/{uuid.uuid4().hex}{found.suffixes[0]}",
        filename=sniffing.name_of(stem or name, found),
        content_type=media_type,
        size=len(content),
    )
    now = runtime.clock.now()
    await runtime.database.awrite(lambda session: partner_files.keep(session, participation_id, purpose, sent, now=now))
    await anyio.to_thread.run_sync(_store, runtime, sent, content, faces)
    return None


def _store(runtime: Runtime, sent: SentFile, content: bytes, faces: Mapping[str, bytes]) -> None:
    runtime.files.put(sent.storage_key, content, content_type=sent.content_type)
    for kind, body in faces.items():
        runtime.files.put(portraits.face_key(sent.storage_key, kind), body, content_type=f"image/{kind}")
