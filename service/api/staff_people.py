"""Staff: registrations and attendance."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from litestar import Request, Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter
from litestar.response import File

from events.doors import rosters
from events.models import Event, Evidence, Registration, RegistrationState
from events.presence import attendance
from events.registrations import desk, guardian_paper, guardians, people_listing, registration
from events.storage import ReadSession, Session
from service.accounts.permissions import Action
from service.api.access import Acting, needs
from service.api.answering import registering
from service.api.answers import STAFF_ACT, STAFF_READ, STAFF_WRITE
from service.api.downloads import described
from service.api.paging import Cursor, Limit, cut, read_time_cursor
from service.api.parameters import Id, IdempotencyKey, Search
from service.api.problems import locale_of
from service.api.public_registrations import application_of
from service.api.resources.people import (
    Counts,
    RegistrationPageOfList,
    RegistrationView,
    registration_view,
)
from service.inputs.desk import AttendanceInput, GuardianActInput, StaffRegistrationInput
from service.reports import exports
from service.web.languages import translate


@get(
    "/events/{event_id:uuid}/registrations",
    opt=needs(Action.VIEW_REGISTRATIONS),
    responses=STAFF_READ,
    operation_id="listRegistrations",
)
async def list_registrations(
    *,
    event_id: Id,
    acting: NamedDependency[Acting],
    in_state: Annotated[RegistrationState | None, QueryParameter(name="state")] = None,
    search: Search = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> RegistrationPageOfList:
    """List an event's registrations, first come first, each with its attendance."""
    after = read_time_cursor(cursor)

    def query(session: ReadSession) -> list[RegistrationView]:
        entries = rosters.roster_page(session, event_id, state=in_state, search=search, limit=limit + 1, after=after)
        return [registration_view(each) for each in entries]

    rows = await acting.see(query, on=(Event, event_id))
    page, next_cursor = cut(rows, limit, lambda each: (each.created_at, each.id))
    return RegistrationPageOfList(items=list(page), next_cursor=next_cursor)


@get(
    "/events/{event_id:uuid}/registrations.xlsx",
    opt=needs(Action.EXPORT_REGISTRATIONS),
    responses=STAFF_READ | described(exports.XLSX, "A workbook, one row a registration, every cell a text."),
    operation_id="exportRegistrations",
    media_type=exports.XLSX,
)
async def export_registrations(event_id: Id, request: Request[Any, Any, Any], acting: NamedDependency[Acting]) -> File:
    """Return all of an event's registrations as a spreadsheet, in the language that the request asks for."""
    event = await acting.see(lambda session: desk.find_event(session, event_id), on=(Event, event_id))
    locale = locale_of(request)
    return await exports.send_registrations(acting.see, event, locale=locale, say=lambda text: translate(text, locale))


@post(
    "/events/{event_id:uuid}/registrations",
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_WRITE,
    operation_id="addRegistration",
)
async def add_registration(
    event_id: Id,
    data: JSONBody[StaffRegistrationInput],
    acting: NamedDependency[Acting],
    idempotency_key: IdempotencyKey = None,
) -> RegistrationView:
    """Register somebody who came to the desk or called; the same rules hold for the seats."""
    wanted = application_of(event_id, data, locale=data.locale)
    perform = registering(data, wanted, now=acting.now, by=acting.by, staff=True)
    return await acting.make(
        lambda session: perform(session).registration_id,
        _registration,
        on=(Event, event_id),
        operation=f"addRegistration|{event_id}",
        key=idempotency_key,
        payload=data.model_dump(mode="json"),
    )


@get(
    "/events/{event_id:uuid}/counts",
    opt=needs(Action.VIEW_EVENTS),
    responses=STAFF_READ,
    operation_id="countPeople",
)
async def count_people(event_id: Id, acting: NamedDependency[Acting]) -> Counts:
    """Count an event's registrations by state and its attendance by evidence; no names."""

    def query(session: ReadSession) -> Counts:
        came = people_listing.count_attendance(session, desk.find_event(session, event_id))
        states = people_listing.count_registrations(session, event_id)
        return Counts(
            registrations={state.value: count for state, count in states.items()},
            expected=came.expected,
            attended=came.attended,
            by_evidence={evidence.value: count for evidence, count in came.by_evidence.items()},
        )

    return await acting.see(query, on=(Event, event_id))


@get(
    "/registrations/{registration_id:uuid}",
    opt=needs(Action.VIEW_REGISTRATIONS),
    responses=STAFF_READ,
    operation_id="getRegistration",
)
async def get_registration(registration_id: Id, acting: NamedDependency[Acting]) -> RegistrationView:
    """Return one registration."""
    return await acting.see(
        lambda session: registration_view(rosters.entry(session, registration_id)),
        on=(Registration, registration_id),
    )


@post(
    "/registrations/{registration_id:uuid}/cancel",
    status_code=200,
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_ACT,
    operation_id="cancelRegistration",
)
async def cancel_registration(registration_id: Id, acting: NamedDependency[Acting]) -> RegistrationView:
    """Give a place up for somebody; the next one who waits is offered the seat."""
    now = acting.now

    def use_case(session: Session) -> RegistrationView:
        registration.cancel(session, registration_id, now=now, by=acting.by)
        return _registration(session, registration_id)

    return await acting.change(use_case, on=(Registration, registration_id))


@post(
    "/registrations/{registration_id:uuid}/guardian",
    status_code=200,
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_WRITE,
    operation_id="actOnGuardian",
)
async def act_on_guardian(
    registration_id: Id, data: JSONBody[GuardianActInput], acting: NamedDependency[Acting]
) -> RegistrationView:
    """Ask a minor's guardian again, note a consent that was given on paper, or that there is none any more."""
    now, by = acting.now, acting.by

    def use_case(session: Session) -> RegistrationView:
        if data.act == "paper":
            guardian_paper.record_paper(session, registration_id, note=data.note, now=now, by=by)
        elif data.act == "withdraw":
            guardian_paper.withdraw(session, registration_id, now=now, by=by)
        else:
            guardians.ask_again(session, registration_id, now=now, by=by)
        return _registration(session, registration_id)

    return await acting.change(use_case, on=(Registration, registration_id))


@post(
    "/registrations/{registration_id:uuid}/revoke-links",
    status_code=200,
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_ACT,
    operation_id="revokeLinks",
)
async def revoke_links(registration_id: Id, acting: NamedDependency[Acting]) -> RegistrationView:
    """Make every personal link of a registration a dead one, because a wrong person has it; a new one is mailed."""
    now = acting.now

    def use_case(session: Session) -> RegistrationView:
        registration.revoke_links(session, registration_id, now=now, by=acting.by)
        return _registration(session, registration_id)

    return await acting.change(use_case, on=(Registration, registration_id))


@put(
    "/registrations/{registration_id:uuid}/attendance",
    opt=needs(Action.MARK_ATTENDANCE),
    responses=STAFF_WRITE,
    operation_id="markAttendance",
)
async def mark_attendance(
    registration_id: Id, data: JSONBody[AttendanceInput], acting: NamedDependency[Acting]
) -> RegistrationView:
    """Note that somebody was there; noting it twice changes nothing."""
    now = acting.now

    def use_case(session: Session) -> RegistrationView:
        attendance.note(session, registration_id, Evidence(data.evidence), now=now, by=acting.by)
        return _registration(session, registration_id)

    return await acting.change(use_case, on=(Registration, registration_id))


@delete(
    "/registrations/{registration_id:uuid}/attendance",
    opt=needs(Action.MARK_ATTENDANCE),
    responses=STAFF_ACT,
    operation_id="unmarkAttendance",
)
async def unmark_attendance(registration_id: Id, acting: NamedDependency[Acting]) -> None:
    """Take back a mark by staff; other evidence stays. Doing it twice changes nothing."""
    now = acting.now
    await acting.change(
        lambda session: attendance.unmark(session, registration_id, now=now, by=acting.by),
        on=(Registration, registration_id),
    )


def _registration(session: Session, registration_id: uuid.UUID) -> RegistrationView:
    session.flush()
    return registration_view(rosters.entry(session, registration_id))


routes = Router(
    "/",
    route_handlers=[
        list_registrations,
        export_registrations,
        add_registration,
        count_people,
        get_registration,
        cancel_registration,
        act_on_guardian,
        revoke_links,
        mark_attendance,
        unmark_attendance,
    ],
    tags=["Registrations"],
)
