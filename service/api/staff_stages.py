"""Staff: leading an event through its life, one route a transition of `events.drafts.lifecycle`."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from litestar import Response, Router, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from events.drafts import lifecycle, review
from events.models import Event
from events.storage import Session
from service.accounts.permissions import Action
from service.api.access import Acting, needs
from service.api.answers import STAFF_ACT, STAFF_WRITE, refusals
from service.api.etags import change_event, with_etag
from service.api.parameters import Id
from service.api.resources.events import StaffEvent
from service.inputs.events import ReasonInput, RescheduleInput

_PUBLISH = STAFF_ACT | refusals(422)


async def _lead(acting: Acting, event_id: uuid.UUID, transition: Callable[[Session], object]) -> Response[StaffEvent]:
    """Run a transition and return the event as it is then."""
    event = await acting.change(
        lambda session: change_event(session, event_id, lambda: transition(session)), on=(Event, event_id)
    )
    return with_etag(event)


@post("/publish", status_code=200, opt=needs(Action.PUBLISH_EVENTS), responses=_PUBLISH, operation_id="publishEvent")
async def publish(event_id: Id, acting: NamedDependency[Acting]) -> Response[StaffEvent]:
    """Draft → published, and on to registration open unless a later time was set for that.

    Where the organiser's rule wants another person's approval, this is 409 `approval_needed`, or the approval itself.
    """
    now, decides = acting.now, acting.identity.may(Action.APPROVE_EVENTS)
    return await _lead(
        acting,
        event_id,
        lambda session: review.publish(session, event_id, decides=decides, now=now, by=acting.by),
    )


@post(
    "/open-registration",
    status_code=200,
    opt=needs(Action.PUBLISH_EVENTS),
    responses=STAFF_ACT,
    operation_id="openRegistration",
)
async def open_registration(event_id: Id, acting: NamedDependency[Acting]) -> Response[StaffEvent]:
    """Published or registration closed → registration open."""
    now = acting.now
    return await _lead(
        acting, event_id, lambda session: lifecycle.open_registration(session, event_id, now=now, by=acting.by)
    )


@post(
    "/close-registration",
    status_code=200,
    opt=needs(Action.PUBLISH_EVENTS),
    responses=STAFF_ACT,
    operation_id="closeRegistration",
)
async def close_registration(event_id: Id, acting: NamedDependency[Acting]) -> Response[StaffEvent]:
    """Registration open → registration closed."""
    now = acting.now
    return await _lead(
        acting, event_id, lambda session: lifecycle.close_registration(session, event_id, now=now, by=acting.by)
    )


@post("/start", status_code=200, opt=needs(Action.PUBLISH_EVENTS), responses=STAFF_ACT, operation_id="startEvent")
async def start(event_id: Id, acting: NamedDependency[Acting]) -> Response[StaffEvent]:
    """Published, registration open or closed → live. The clock does it by itself at the start."""
    now = acting.now
    return await _lead(acting, event_id, lambda session: lifecycle.start(session, event_id, now=now, by=acting.by))


@post("/end", status_code=200, opt=needs(Action.PUBLISH_EVENTS), responses=STAFF_ACT, operation_id="endEvent")
async def end(event_id: Id, acting: NamedDependency[Acting]) -> Response[StaffEvent]:
    """Live → ended. The clock does it by itself at the end."""
    now = acting.now
    return await _lead(acting, event_id, lambda session: lifecycle.end(session, event_id, now=now, by=acting.by))


@post("/archive", status_code=200, opt=needs(Action.PUBLISH_EVENTS), responses=STAFF_ACT, operation_id="archiveEvent")
async def archive(event_id: Id, acting: NamedDependency[Acting]) -> Response[StaffEvent]:
    """Ended → archived."""
    now = acting.now
    return await _lead(acting, event_id, lambda session: lifecycle.archive(session, event_id, now=now, by=acting.by))


@post(
    "/close-survey", status_code=200, opt=needs(Action.PUBLISH_EVENTS), responses=STAFF_ACT, operation_id="closeSurvey"
)
async def close_survey(event_id: Id, acting: NamedDependency[Acting]) -> Response[StaffEvent]:
    """Close the survey of an ended event; the clock does it by itself after two weeks."""
    now = acting.now
    return await _lead(
        acting, event_id, lambda session: lifecycle.close_survey(session, event_id, now=now, by=acting.by)
    )


@post(
    "/reschedule",
    status_code=200,
    opt=needs(Action.MOVE_EVENTS),
    responses=STAFF_WRITE,
    operation_id="rescheduleEvent",
)
async def reschedule(
    event_id: Id, data: JSONBody[RescheduleInput], acting: NamedDependency[Acting]
) -> Response[StaffEvent]:
    """Move an event that has not begun, with its programme and slots. Everybody concerned is told."""
    now, reason = acting.now, data.reason.stored() if data.reason else None
    return await _lead(
        acting,
        event_id,
        lambda session: lifecycle.reschedule(
            session,
            event_id,
            starts_at=data.starts_at,
            ends_at=data.ends_at,
            reason=reason,
            now=now,
            by=acting.by,
        ),
    )


@post("/postpone", status_code=200, opt=needs(Action.MOVE_EVENTS), responses=STAFF_WRITE, operation_id="postponeEvent")
async def postpone(event_id: Id, data: JSONBody[ReasonInput], acting: NamedDependency[Acting]) -> Response[StaffEvent]:
    """Say that it will not be then, and that no new time is known. `reschedule` brings it back."""
    now, reason = acting.now, data.reason.stored() if data.reason else None
    return await _lead(
        acting, event_id, lambda session: lifecycle.postpone(session, event_id, reason=reason, now=now, by=acting.by)
    )


@post("/cancel", status_code=200, opt=needs(Action.MOVE_EVENTS), responses=STAFF_WRITE, operation_id="cancelEvent")
async def cancel(event_id: Id, data: JSONBody[ReasonInput], acting: NamedDependency[Acting]) -> Response[StaffEvent]:
    """Call the event off, for good. Everybody concerned is told."""
    now, reason = acting.now, data.reason.stored() if data.reason else None
    return await _lead(
        acting, event_id, lambda session: lifecycle.cancel(session, event_id, reason=reason, now=now, by=acting.by)
    )


routes = Router(
    "/events/{event_id:uuid}",
    route_handlers=[
        publish,
        open_registration,
        close_registration,
        start,
        end,
        archive,
        close_survey,
        reschedule,
        postpone,
        cancel,
    ],
    tags=["Stages"],
)
