"""The waitlist for staff: its order, why nobody was offered a seat, and what can be done about it."""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.errors import N_, FieldError, Invalid
from events.models import Event, RegistrationState
from events.registrations import desk as lists
from events.registrations import people_listing
from events.seating import queue_reasons, queueing
from events.storage import ReadSession, Session
from notifications.contents.waiting_words import because
from service.accounts.permissions import Action
from service.inputs.seats import OfferUntilInput, PriorityInput
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, check, desk_of, plain, refused
from service.web.staff.event_forms import moment

_UNKNOWN_ACT = N_("Choose what is to be done.")


@get("/staff/events/{event_id:uuid}/waitlist", action=Action.VIEW_REGISTRATIONS, include_in_schema=False)
async def show_waitlist(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show who waits, in their order, each with the reason, and the offers that run."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.VIEW_REGISTRATIONS)
    return await _page(desk, event, Form())


async def _page(desk: Desk, event: Event, form: Form, status_code: int = 200) -> Response[str]:
    now = desk.now
    text = plain(desk.request.query_params.get("q", ""))[:100]

    def query(session: ReadSession) -> tuple[Any, Any, Any]:
        offered = people_listing.search_registrations(session, event.id, states=(RegistrationState.OFFERED,), size=200)
        return (
            queue_reasons.queue(session, event.id, now=now, text=text),
            offered,
            lists.count_seats(session, [event.id]),
        )

    rows, offered, seats = await desk.read(query)
    return await desk.show(
        "waitlist.html",
        event=event,
        form=form,
        rows=rows,
        text=text,
        offered=offered.rows,
        seats=seats.get(event.id, lists.SeatCount()),
        because=partial(because, locale=desk.locale, now=now),
        status_code=status_code,
    )


@post(
    "/staff/events/{event_id:uuid}/waitlist/{registration_id:uuid}",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def change_queue(
    request: Request, event_id: FromPath[uuid.UUID], registration_id: FromPath[uuid.UUID]
) -> Response[Any]:
    """Offer somebody a seat out of turn, give them another rank, or more time to answer."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    await desk.read(lambda session: people_listing.find_registration(session, event_id, registration_id))
    form = await read_form(request)
    try:
        await _change(desk, event, registration_id, form)
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _page(desk, event, again, status)
    return desk.go(f"/staff/events/{event_id}/waitlist", "saved")


async def _change(desk: Desk, event: Event, key: uuid.UUID, form: Form) -> None:
    now, by, act = desk.now, desk.by, form.value("act")
    if act == "offer":
        await desk.write(lambda session: queueing.offer_to(session, key, now=now, by=by))
    elif act == "priority":
        rank = check(PriorityInput, {name: form.value(name) for name in ("priority", "reason")})
        await desk.write(
            lambda session: queueing.prioritise(
                session, key, priority=rank.priority, reason=rank.reason, now=now, by=by
            )
        )
    elif act == "extend":
        until: datetime = check(OfferUntilInput, {"until": moment(form, "until", ZoneInfo(event.timezone))}).until

        def extend(session: Session) -> None:
            queueing.extend_offer(session, key, until=until, now=now, by=by)

        await desk.write(extend)
    else:
        raise Invalid([FieldError("act", "choice", _UNKNOWN_ACT)])


HANDLERS = (show_waitlist, change_queue)
