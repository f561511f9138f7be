"""The staff's list of series, and the page of one: its dates, publishing them, what happens when some are added."""

from __future__ import annotations

import uuid
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.days.recurrence_words import describe
from events.errors import ApprovalNeeded
from events.models import Series
from events.recurring import series, series_listing
from service.accounts.permissions import Action, require
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, desk_of, page_number, refused
from service.web.staff.series_forms import additions_of


@get("/staff/series", action=Action.VIEW_EVENTS, include_in_schema=False)
async def show_list(request: Request) -> Response[str]:
    """List series, the newest first."""
    desk = desk_of(request)
    owners, number = desk.identity.organiser_ids, page_number(request)
    found = await desk.read(
        lambda session: series_listing.list_series(session, owners=owners, now=desk.now, number=number)
    )
    rules = {row.series.id: describe(row.rule, desk.locale) for row in found.rows}
    return await desk.show("series_list.html", found=found, rules=rules)


async def _home_page(desk: Desk, series_id: uuid.UUID, form: Form, *, status_code: int = 200) -> Response[str]:
    home = await desk.read(lambda session: series_listing.series_home(session, series_id))
    require(desk.identity, Action.VIEW_EVENTS, home.series.organiser_id)
    house = await desk.house(home.series.organiser_id)
    return await desk.show(
        "series_home.html",
        house=house,
        home=home,
        rule=describe(home.rule, desk.locale),
        form=form,
        status_code=status_code,
    )


@get("/staff/series/{series_id:uuid}", action=Action.VIEW_EVENTS, include_in_schema=False)
async def show_home(request: Request, series_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show a series with all its dates."""
    return await _home_page(desk_of(request), series_id, Form())


@post(
    "/staff/series/{series_id:uuid}/publish",
    action=Action.PUBLISH_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def publish(request: Request, series_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Publish every draft of the series at once, or none and say what is in the way."""
    desk = desk_of(request)
    await require_series(desk, series_id, Action.PUBLISH_EVENTS)
    try:
        await desk.write(
            lambda session: series.publish_all(
                session, series_id, decides=desk.may("events.approve"), now=desk.now, by=desk.by
            )
        )
    except (*REFUSALS, ApprovalNeeded) as refusal:
        form, status = refused(Form(), refusal)
        return await _home_page(desk, series_id, form, status_code=status)
    return desk.go(f"/staff/series/{series_id}", "series_published")


@post(
    "/staff/series/{series_id:uuid}/additions",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def set_additions(request: Request, series_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Decide what happens for people with all dates when dates are added."""
    desk = desk_of(request)
    await require_series(desk, series_id, Action.EDIT_EVENTS)
    wanted = additions_of(await read_form(request))
    await desk.write(lambda session: series.set_additions(session, series_id, wanted, now=desk.now, by=desk.by))
    return desk.go(f"/staff/series/{series_id}", "saved")


async def require_series(desk: Desk, series_id: uuid.UUID, action: Action) -> Series:
    """Return the series. Raises `NotFound` for another organiser's, `NotAllowed` if `action` is beyond the role."""
    found = await desk.read(lambda session: series_listing.find_series(session, series_id))
    require(desk.identity, action, found.organiser_id)
    return found


HANDLERS = (show_list, show_home, publish, set_additions)
