"""Staff: what a rule of attendance would come to."""

from __future__ import annotations

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from events.errors import N_, FieldError, Invalid
from events.models import Event
from events.presence import attendance, trying
from events.registrations import desk
from events.storage import ReadSession
from service.accounts.permissions import Action
from service.api.access import Acting, needs
from service.api.answers import STAFF_WRITE
from service.api.parameters import Id
from service.api.resources.people import AttendanceOutlook, attendance_outlook
from service.inputs.events import AttendanceRuleInput


@post(
    "/events/{event_id:uuid}/attendance-rule/try",
    status_code=200,
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_WRITE,
    operation_id="tryAttendanceRule",
)
async def try_rule(
    event_id: Id, data: JSONBody[AttendanceRuleInput], acting: NamedDependency[Acting]
) -> AttendanceOutlook:
    """Return who would have attended by a rule, with what was seen so far. Nothing is changed: `PATCH` the event."""
    if not (data.needs or data.minutes or data.share):
        raise Invalid([FieldError("needs", "missing", N_("Choose at least one of these, or a time."))])
    rule = attendance.rule_from(data.stored())

    def query(session: ReadSession) -> AttendanceOutlook:
        return attendance_outlook(trying.try_rule(session, desk.find_event(session, event_id), rule))

    return await acting.see(query, on=(Event, event_id))


routes = Router("/", route_handlers=[try_rule], tags=["People"])
