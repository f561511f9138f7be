"""Moving an event along its life. What reaches people, or cannot be taken back, asks first and says who is told."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.drafts import authoring, lifecycle, review
from events.errors import ApprovalNeeded, Invalid, WrongStage
from events.models import AHEAD, Event, Stage
from events.registrations import people_listing
from events.storage import Session
from service.accounts.permissions import Action
from service.inputs.events import ReasonInput, RescheduleInput
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, check, desk_of, refused
from service.web.staff.event_forms import localized_values, moment, moment_fields, zone_of

_SIMPLE: Mapping[str, tuple[Callable[..., None], str]] = {
    "open": (lifecycle.open_registration, "opened"),
    "close": (lifecycle.close_registration, "closed"),
}


@post(
    "/staff/events/{event_id:uuid}/publish",
    action=Action.PUBLISH_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def publish(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Publish, or go back to the event's page, which says what is missing."""
    desk = desk_of(request)
    await desk.event(event_id, Action.PUBLISH_EVENTS)
    try:
        await desk.write(
            lambda session: review.publish(
                session, event_id, decides=desk.may("events.approve"), now=desk.now, by=desk.by
            )
        )
    except Invalid:
        return desk.go(f"/staff/events/{event_id}", missing="1")
    except ApprovalNeeded:
        return desk.go(f"/staff/events/{event_id}/review", needed="1")
    return desk.go(f"/staff/events/{event_id}", "published")


@post(
    "/staff/events/{event_id:uuid}/registration/{move:str}",
    action=Action.PUBLISH_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def open_or_close(request: Request, event_id: FromPath[uuid.UUID], move: FromPath[str]) -> Response[Any]:
    """Open or close registration."""
    desk = desk_of(request)
    await desk.event(event_id, Action.PUBLISH_EVENTS)
    transition, said = _SIMPLE["open" if move == "open" else "close"]
    await desk.write(lambda session: transition(session, event_id, now=desk.now, by=desk.by))
    return desk.go(f"/staff/events/{event_id}", said)


# ---------------------------------------------------------------- moves that people are told of
_ALLOWED: Mapping[str, tuple[Stage, ...]] = {
    "reschedule": lifecycle.MOVABLE,
    "postpone": AHEAD,
    "cancel": lifecycle.CANCELLABLE,
    "discard": (Stage.DRAFT,),
}
_SAID = {"reschedule": "rescheduled", "postpone": "postponed", "cancel": "cancelled", "discard": "discarded"}


async def _ask(desk: Desk, event: Event, move: str, form: Form, status_code: int = 200) -> Response[str]:
    if event.stage not in _ALLOWED[move]:
        raise WrongStage(stage=event.stage.value)
    people, partners = await desk.read(lambda session: people_listing.count_told(session, event.id))
    return await desk.show(
        "event_move.html",
        event=event,
        move=move,
        form=form,
        people=people,
        partners=partners,
        status_code=status_code,
    )


def _move_form(event: Event, proposed: str | None) -> Form:
    """Return the form with the event's times, or with the start that a partner proposed and the same duration."""
    zone = zone_of(event.timezone)
    starts_at = _moment_in(proposed) or event.starts_at
    ends_at = starts_at + (event.ends_at - event.starts_at)
    return Form(moment_fields("starts_at", starts_at, zone) | moment_fields("ends_at", ends_at, zone))


def _moment_in(text: str | None) -> datetime | None:
    """Read a moment from an address; nonsense, or one without a zone, is as good as none."""
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None and 2000 <= found.year <= 2100 else None


def _handlers(move: str, action: Action) -> tuple[Any, Any]:
    """Return the page that asks and the form that does it, for one move."""

    @get(f"/staff/events/{{event_id:uuid}}/{move}", action=action, include_in_schema=False, name=f"ask_{move}")
    async def ask(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
        desk = desk_of(request)
        event = await desk.event(event_id, action)
        return await _ask(desk, event, move, _move_form(event, request.query_params.get("starts_at")))

    @post(
        f"/staff/events/{{event_id:uuid}}/{move}",
        action=action,
        include_in_schema=False,
        name=f"do_{move}",
        request_max_body_size=MAX_BYTES,
    )
    async def do(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
        desk = desk_of(request)
        event = await desk.event(event_id, action)
        form = await read_form(request)
        try:
            await _apply(desk, event, move, form)
        except WrongStage:
            raise
        except REFUSALS as refusal:
            again, status = refused(form, refusal)
            return await _ask(desk, event, move, again, status)
        where = "/staff/events" if move == "discard" else f"/staff/events/{event_id}"
        return desk.go(where, _SAID[move])

    return ask, do


async def _apply(desk: Desk, event: Event, move: str, form: Form) -> None:
    values: dict[str, Any] = {"reason": localized_values(form, "reason")}
    if move == "reschedule":
        zone = zone_of(event.timezone)
        times = {name: moment(form, name, zone) for name in ("starts_at", "ends_at")}
        given = check(RescheduleInput, values | {name: at for name, at in times.items() if at})
        await desk.write(
            lambda session: lifecycle.reschedule(
                session,
                event.id,
                starts_at=given.starts_at,
                ends_at=given.ends_at,
                reason=given.reason.stored() if given.reason else None,
                now=desk.now,
                by=desk.by,
            )
        )
        return
    said = check(ReasonInput, values).reason
    reason = said.stored() if said else None

    def use_case(session: Session) -> None:
        if move == "discard":
            authoring.discard_draft(session, event.id)
        else:
            transition = lifecycle.postpone if move == "postpone" else lifecycle.cancel
            transition(session, event.id, reason=reason, now=desk.now, by=desk.by)

    await desk.write(use_case)


HANDLERS = (
    publish,
    open_or_close,
    *_handlers("reschedule", Action.MOVE_EVENTS),
    *_handlers("postpone", Action.MOVE_EVENTS),
    *_handlers("cancel", Action.MOVE_EVENTS),
    *_handlers("discard", Action.EDIT_EVENTS),
)
