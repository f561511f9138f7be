"""Sending a report as a file, with what waits or holds the CPU kept away from the event loop."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any

import anyio.to_thread
from litestar.response import Response

from events.errors import N_, NotFound, TryLater
from events.media.processes import ChildFailed
from events.storage import ReadSession
from service.reports import making
from service.reports.figures import Say
from service.reports.making import ENDINGS, Kind, Render
from service.wiring import Runtime

Read = Callable[[Callable[[ReadSession], Any]], Awaitable[Any]]
"""Runs a query, having asked whose the event is."""


class NotDrawn(TryLater):
    """The PDF could not be drawn."""

    code = "not_drawn"
    default = N_("The PDF could not be drawn. Please try again, or take the spreadsheet.")


async def send_report(
    runtime: Runtime,
    read: Read,
    render: Render,
    event_id: uuid.UUID,
    *,
    name: str,
    locale: str,
    say: Say,
    now: datetime,
) -> Response[bytes]:
    """Answer with the report that `name` says, such as ``attendance-list.pdf``. Raises `NotFound` or `NotDrawn`."""
    stem, _, ending = name.rpartition(".")
    if stem not in {each.value for each in Kind} or ending not in ENDINGS:
        raise NotFound
    material = await read(making.reading(event_id, Kind(stem), locale=locale, say=say))
    if ending == "xlsx":
        body = await anyio.to_thread.run_sync(partial(making.as_workbook, material, locale=locale, say=say))
    else:

        def draw() -> bytes:
            logo = making.logo_of(runtime.files, material.house)
            html = making.as_html(material, render, locale=locale, logo=logo, now=now)
            return making.as_pdf(html, runtime.children, str(runtime.faces_dir))

        try:
            body = await anyio.to_thread.run_sync(draw)
        except ChildFailed as error:
            raise NotDrawn from error
    headers = {
        "Content-Disposition": f'attachment; filename="{material.name}.{ending}"',
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(body, media_type=ENDINGS[ending], headers=headers)
