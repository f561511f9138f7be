"""Multipart forms (RFC 7578) as streams: a part is read as it comes, however large it is.

`first_file` spools nothing: the fields before the file are kept; that is why such a page puts its file field last.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from email.message import Message

from litestar.exceptions import ClientException
from multipart import MultipartError, MultipartSegment, PushMultipartParser

_FIELD_BYTES = 10_000
_FIELDS = 20


@dataclass(slots=True)
class Upload:
    """A file that is being received: its name and kind as the browser says, the fields before it, and its bytes."""

    filename: str
    content_type: str
    chunks: AsyncIterator[bytes]
    fields: dict[str, str] = field(default_factory=dict[str, str])


async def first_file(content_type: str, body: AsyncIterator[bytes]) -> Upload | None:
    """Read the form up to its first file and return that, or None without one. Raises a 400 for a broken form."""
    parser = PushMultipartParser(_boundary(content_type), max_segment_count=_FIELDS)
    reader = _Reader(parser, body)
    fields: dict[str, str] = {}
    async for segment in reader.segments():
        if segment.filename is not None:
            kind = (segment.content_type or "application/octet-stream").lower()
            return Upload(segment.filename, kind, reader.rest_of_segment(), fields)
        value = bytearray()
        async for chunk in reader.rest_of_segment():
            value += chunk
            if len(value) > _FIELD_BYTES:
                raise ClientException(detail="a field of the form is too long")
        fields[segment.name or ""] = value.decode(errors="replace")
    return None


async def whole_file(content_type: str, body: AsyncIterator[bytes]) -> tuple[str, bytes]:
    """Return the first file's name, without folders, and its bytes; both empty where none was chosen.

    It is held in memory: the route bounds the body. Raises a 400 for a broken form.
    """
    upload = await first_file(content_type, body) if content_type.startswith("multipart/form-data") else None
    if upload is None:
        return "", b""
    content = bytearray()
    async for chunk in upload.chunks:
        content += chunk
    return upload.filename.replace("\\", "/").rsplit("/", 1)[-1], bytes(content)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form: the name of its field, the file's name as the browser says (None for a field), its bytes."""

    name: str
    filename: str | None
    chunks: AsyncIterator[bytes]


async def parts(content_type: str, body: AsyncIterator[bytes], *, most: int) -> AsyncIterator[Part]:
    """Yield the parts of a form, at most `most`; each is read to its end before the next one is asked for.

    Raises a 400 for a broken form.
    """
    reader = _Reader(PushMultipartParser(_boundary(content_type), max_segment_count=most), body)
    async for segment in reader.segments():
        yield Part(segment.name or "", segment.filename, reader.rest_of_segment())


def _boundary(content_type: str) -> str:
    message = Message()
    message["Content-Type"] = content_type
    boundary = message.get_param("boundary")
    if message.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        raise ClientException(detail="the form is not multipart/form-data")
    return boundary


class _Reader:
    """Walks over a parser's events as the body comes in."""

    def __init__(self, parser: PushMultipartParser, body: AsyncIterator[bytes]) -> None:
        self._parser = parser
        self._body = body
        self._events: Iterator[MultipartSegment | bytearray | bytes | None] = iter(())

    async def _next(self) -> MultipartSegment | bytearray | bytes | None:
        """Return the next event. Raises `StopAsyncIteration` at the end, a 400 for a form that breaks off."""
        while True:
            try:
                for event in self._events:
                    return event
                chunk = await anext(self._body, b"")
                while not chunk and not self._parser.closed:
                    # An empty chunk in the middle says nothing; only the stream's own end does.
                    self._parser.close()
                if self._parser.closed:
                    raise StopAsyncIteration
                self._events = self._parser.parse(chunk)
            except MultipartError as error:
                raise ClientException(detail="the form is broken or broke off") from error

    async def segments(self) -> AsyncIterator[MultipartSegment]:
        while True:
            try:
                event = await self._next()
            except StopAsyncIteration:
                return
            if isinstance(event, MultipartSegment):
                yield event

    async def rest_of_segment(self) -> AsyncIterator[bytes]:
        while True:
            event = await self._next()
            if event is None:
                return
            if isinstance(event, bytes | bytearray):
                yield bytes(event)
