"""The list of events, searched and filtered."""

from __future__ import annotations

from litestar import get
from litestar.response import Response

from events.models import EventKind, Stage
from events.registrations import desk as lists
from service.accounts.permissions import Action
from service.web.pages import Request
from service.web.staff.dashboard import COMING
from service.web.staff.desk import desk_of, page_number, plain

_FILTERS: dict[str, tuple[Stage, ...]] = {
    "all": (),
    "coming": COMING,
    "drafts": (Stage.DRAFT,),
    "past": (Stage.ENDED, Stage.ARCHIVED),
    "cancelled": (Stage.CANCELLED,),
}


@get("/staff/events", action=Action.VIEW_EVENTS, include_in_schema=False)
async def list_events(request: Request) -> Response[str]:
    """Show events; newest first where they are over."""
    desk = desk_of(request)
    text = plain(request.query_params.get("q", ""))[:100]
    chosen = request.query_params.get("show", "all")
    chosen = chosen if chosen in _FILTERS else "all"
    kind = next((each for each in EventKind if each.value == request.query_params.get("kind")), None)
    page = page_number(request)
    found = await desk.read(
        lambda session: lists.list_events(
            session,
            owners=desk.identity.organiser_ids,
            stages=_FILTERS[chosen],
            kind=kind,
            text=text,
            newest_first=chosen != "coming",
            page=page,
        )
    )
    return await desk.show(
        "events.html", found=found, text=text, chosen=chosen, kind=kind.value if kind else "", filters=list(_FILTERS)
    )


HANDLERS = (list_events,)
