"""What the office asks for after an event, and before: the attendance list to sign, the report of activity."""

from __future__ import annotations

import uuid
from functools import partial

from litestar import get
from litestar.params import FromPath
from litestar.response import Response

from events.doors import reports
from service.accounts.permissions import Action
from service.reports import figures
from service.reports.sending import send_report
from service.web.languages import translate
from service.web.pages import Request
from service.web.staff.desk import desk_of


@get("/staff/events/{event_id:uuid}/reports", action=Action.EXPORT_REGISTRATIONS, include_in_schema=False)
async def show_reports(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show the figures, and offer both reports as files."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EXPORT_REGISTRATIONS)
    report = await desk.read(lambda session: reports.activity(session, event))
    sections = figures.sections_of(report, {}, locale=desk.locale, say=partial(_say, desk.locale))
    return await desk.show("reports.html", event=event, sections=sections)


@get(
    "/staff/events/{event_id:uuid}/reports/{file_name:str}",
    action=Action.EXPORT_REGISTRATIONS,
    include_in_schema=False,
)
async def download_report(request: Request, event_id: FromPath[uuid.UUID], file_name: FromPath[str]) -> Response[bytes]:
    """Send ``attendance-list`` or ``activity-report`` as ``.pdf`` or ``.xlsx``."""
    desk = desk_of(request)
    await desk.event(event_id, Action.EXPORT_REGISTRATIONS)
    render, say = desk.pages.render, partial(_say, desk.locale)
    return await send_report(
        desk.runtime, desk.read, render, event_id, name=file_name, locale=desk.locale, say=say, now=desk.now
    )


def _say(locale: str, text: str) -> str:
    return translate(text, locale)


HANDLERS = (show_reports, download_report)
