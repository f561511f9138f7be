"""A registration form as it comes in: answers as text, and files that are received, looked at and kept at once.

A file is kept before anybody has registered, so that who has to correct another answer need not send it again; the form
then names it by its id. What nobody registers with is swept after a day.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, cast

import anyio.to_thread
from litestar.exceptions import ClientException

from events.errors import N_, FieldError
from events.questions import answer_files
from events.questions.answer_files import KeptFile
from events.questions.form_document import FormDocument, Question, QuestionKind
from events.questions.form_reading import AskedForm
from events.questions.form_rules import FILE_BYTES
from service.files import sniffing
from service.web.forms import Form, read_form
from service.web.multipart import Part, parts
from service.web.pages import Request
from service.wiring import Runtime

MAX_BYTES = 64 * 1024 * 1024
"""The largest form with its files; a route says it as its `request_max_body_size`."""
_TEXT_BYTES = 1024 * 1024
_MOST_FIELDS = 3000
_MOST_FILES = 30
_IN_MEMORY = 512 * 1024
_CHUNK = 256 * 1024
_FIELD = re.compile(r"(?:members\.\d{1,3}\.)?answers\.([a-z0-9_-]{1,20})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Received:
    """A form that came in, what was wrong with its files, and the digests of those that came with it, by field."""

    form: Form
    errors: tuple[FieldError, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for a file, and the event that asks it."""

    event_id: uuid.UUID
    question: Question


async def read_answers(request: Request, runtime: Runtime, event_id: uuid.UUID, asked: AskedForm) -> Received:
    """Read a form, urlencoded or multipart, and keep its files. Raises a 400 for what is neither, or far too large."""

    def find(name: str) -> Asked | None:
        question = file_question(asked.document, name)
        return None if question is None else Asked(event_id, question)

    return await read_with_files(request, runtime, find, asking=asked.revision > 0)


async def read_with_files(
    request: Request, runtime: Runtime, find: Callable[[str], Asked | None], *, asking: bool
) -> Received:
    """Read a form like `read_answers`; `find` tells which question a field's file answers, `asking` if any are."""
    if request.content_type[0] != "multipart/form-data":
        if not asking:
            return Received(await read_form(request))
        return Received(await read_form(request, most_fields=_MOST_FIELDS, most_bytes=_TEXT_BYTES))
    values: dict[str, list[str]] = defaultdict(list)
    errors: list[FieldError] = []
    digests: dict[str, str] = {}
    size = files = 0
    async for part in parts(request.headers.get("content-type", ""), request.stream(), most=_MOST_FIELDS):
        asked = find(part.name)
        if part.filename is None:
            text = await _read_text(part)
            size += len(text)
            if size > _TEXT_BYTES:
                raise ClientException(detail="the form is too long")
            values[part.name].append(text)
        elif asked is not None and part.filename and files < _MOST_FILES:
            files += 1
            kept = await _keep(runtime, part, asked)
            if isinstance(kept, FieldError):
                errors.append(kept)
            else:
                values[part.name], digests[part.name] = [str(kept[0])], kept[1]
        else:
            await _drain(part.chunks)
    return Received(Form(dict(values)), tuple(errors), digests)


def file_question(document: FormDocument, name: str) -> Question | None:
    """Return the question for a file that a form's field answers."""
    found = _FIELD.fullmatch(name)
    question = document.find(found[1]) if found else None
    return question if question is not None and question.kind is QuestionKind.FILE else None


async def _read_text(part: Part) -> str:
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


async def _drain(chunks: AsyncIterator[bytes]) -> None:
    async for _ in chunks:
        pass


async def _keep(runtime: Runtime, part: Part, asked: Asked) -> tuple[uuid.UUID, str] | FieldError:
    """Keep one file and return its id and digest, or what is wrong with it."""
    event_id, question = asked.event_id, asked.question
    limit = question.max_bytes or FILE_BYTES
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
        body = cast("BinaryIO", spool)
        size, digest = 0, hashlib.sha256()
        async for chunk in part.chunks:
            size += len(chunk)
            if size <= limit:
                digest.update(chunk)
                body.write(chunk)
        if size == 0:
            return FieldError(part.name, "file_empty", sniffing.EMPTY)
        if size > limit:
            message = N_("The file is too large. At most %(limit)s, please.")
            return FieldError(part.name, "file_too_large", message, {"limit": sniffing.size_of(limit)})
        name = part.filename or ""
        try:
            found = await anyio.to_thread.run_sync(sniffing.recognise, body, name, question.accepts)
        except sniffing.Unacceptable as refusal:
            kinds = {"kinds": ", ".join(sniffing.suffixes_of(question.accepts))}
            return FieldError(part.name, refusal.code, refusal.message, kinds)
        kept = KeptFile(
            question_id=question.id,
            storage_key=f"answers/{event_id}/{uuid.uuid4().hex}{found.suffixes[0]}",
            filename=sniffing.name_of(name, found),
            content_type=found.media_type,
            size=size,
        )
        return await _store(runtime, event_id, kept, body), digest.hexdigest()


async def _store(runtime: Runtime, event_id: uuid.UUID, kept: KeptFile, body: BinaryIO) -> uuid.UUID:
    """Write the row before the file: a file that nobody knows of would never be swept."""
    now = runtime.clock.now()
    file_id = await runtime.database.awrite(lambda session: answer_files.keep(session, event_id, kept, now=now))
    body.seek(0)

    def put() -> None:
        runtime.files.put(kept.storage_key, _chunks(body), content_type=kept.content_type)

    await anyio.to_thread.run_sync(put)
    return file_id


def _chunks(body: BinaryIO) -> Iterator[bytes]:
    while chunk := body.read(_CHUNK):
        yield chunk
