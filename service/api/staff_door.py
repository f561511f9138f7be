"""Staff: the door: the list that a device keeps, and what it reports."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, JSONBody, PathParameter, QueryParameter

from events.models import Event
from service import door_desk
from service.accounts.permissions import Action
from service.api.access import Acting, needs
from service.api.answers import STAFF_READ, STAFF_WRITE
from service.api.downloads import described
from service.api.parameters import Id
from service.api.problems import locale_of
from service.inputs.door import DoorAnswers, DoorBatchInput, DoorList
from service.reports import making
from service.reports.sending import send_report
from service.web.languages import translate

Since = Annotated[
    datetime | None, QueryParameter(description="`as_of` of the last answer: only what changed since is sent.")
]
ReportName = Annotated[
    str,
    PathParameter(
        max_length=60,
        description="`attendance-list.pdf`, `attendance-list.xlsx`, `activity-report.pdf` or `activity-report.xlsx`.",
    ),
]
IfNoneMatch = Annotated[
    str | None,
    HeaderParameter(name="If-None-Match", description="The ETag of the last answer; 304 if nothing changed."),
]


@get(
    "/events/{event_id:uuid}/door", opt=needs(Action.MARK_ATTENDANCE), responses=STAFF_READ, operation_id="getDoorList"
)
async def get_door_list(
    event_id: Id, acting: NamedDependency[Acting], since: Since = None, if_none_match: IfNoneMatch = None
) -> Response[DoorList]:
    """Return who may come in: names, party sizes, where everybody is; of the code on a person's page only a hash."""
    asked = since if since is None or since.tzinfo is not None else None
    links = acting.runtime.links
    found = await acting.see(door_desk.listing(event_id, links, since=asked, now=acting.now), on=(Event, event_id))
    tag = door_desk.etag_of(found)
    if if_none_match == tag:
        return Response(None, status_code=304, headers={"ETag": tag})  # type: ignore[arg-type] # a 304 has no body
    return Response(found, headers={"ETag": tag, "Cache-Control": "private, no-cache"})


@post(
    "/events/{event_id:uuid}/door",
    status_code=200,
    opt=needs(Action.MARK_ATTENDANCE),
    responses=STAFF_WRITE,
    operation_id="reportDoor",
)
async def report_door(event_id: Id, data: JSONBody[DoorBatchInput], acting: NamedDependency[Acting]) -> DoorAnswers:
    """Take in who came and went, walk-ins and heads counted; every item counts once, however often it is sent."""
    use_case = door_desk.taking_in(event_id, data, acting.runtime.links, now=acting.now, by=acting.by)
    return await acting.change(use_case, on=(Event, event_id))


@get(
    "/events/{event_id:uuid}/reports/{file_name:str}",
    opt=needs(Action.EXPORT_REGISTRATIONS),
    responses=STAFF_READ | described(making.PDF, "A report: a PDF to print, or a workbook."),
    operation_id="getReport",
)
async def get_report(
    event_id: Id, file_name: ReportName, request: Request[Any, Any, Any], acting: NamedDependency[Acting]
) -> Response[bytes]:
    """Return a report, in the language that the request asks for."""
    locale = locale_of(request)
    return await send_report(
        acting.runtime,
        lambda query: acting.see(query, on=(Event, event_id)),
        request.app.state.pages.render,
        event_id,
        name=file_name,
        locale=locale,
        say=lambda text: translate(text, locale),
        now=acting.now,
    )


routes = Router("/", route_handlers=[get_door_list, report_door, get_report], tags=["Door"])
