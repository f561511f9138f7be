"""The registrations of an event: searched, filtered, paged, exported; added and cancelled by staff."""

from __future__ import annotations

import uuid
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import File, Response

from events.models import Event, EventKind, RegistrationSource, RegistrationState
from events.questions.form_document import FormDocument, QuestionKind
from events.questions.form_reading import AskedForm, asked_form
from events.registrations import desk as lists
from events.registrations import people_listing, registration
from events.registrations.applications import Application
from events.storage import ReadSession
from service.accounts.permissions import Action
from service.reports import exports
from service.web.answer_uploads import Received
from service.web.answering import Questions, check_form
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.languages import translate
from service.web.pages import Request
from service.web.party import party_of
from service.web.staff.desk import REFUSALS, Desk, desk_of, page_number, plain, refused
from service.web.staff.relinking import hand_over

STAFF_FORM_BYTES = 1024 * 1024
CONSENT_BY_STAFF = "staff-desk-1"
"""The consent text that staff read out when they register somebody at the desk or by telephone."""


@get("/staff/events/{event_id:uuid}/registrations", action=Action.VIEW_REGISTRATIONS, include_in_schema=False)
async def list_registrations(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show the list; a search that htmx sends gets the list alone."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.VIEW_REGISTRATIONS)
    text = plain(request.query_params.get("q", ""))[:100]
    state = next((each for each in RegistrationState if each.value == request.query_params.get("state")), None)
    page = page_number(request)

    def query(session: ReadSession) -> tuple[Any, Any, Any]:
        found = people_listing.search_registrations(
            session, event_id, text=text, states=(state,) if state else (), page=page
        )
        return found, people_listing.count_registrations(session, event_id), lists.count_seats(session, [event_id])

    found, counts, seats = await desk.read(query)
    partial = request.headers.get("hx-target") == "list"
    return await desk.show(
        "registration_rows.html" if partial else "registrations.html",
        event=event,
        found=found,
        counts=counts,
        seats=seats.get(event_id, lists.SeatCount()),
        text=text,
        state=state.value if state else "",
        states=exports.STATES,
        evidence=exports.EVIDENCE,
        headers={"Vary": "HX-Target"},
    )


@get(
    "/staff/events/{event_id:uuid}/registrations.xlsx",
    action=Action.EXPORT_REGISTRATIONS,
    include_in_schema=False,
)
async def export_registrations(request: Request, event_id: FromPath[uuid.UUID]) -> File:
    """Send all registrations as a spreadsheet."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EXPORT_REGISTRATIONS)
    locale = desk.locale
    return await exports.send_registrations(desk.read, event, locale=locale, say=lambda text: translate(text, locale))


# ---------------------------------------------------------------- by staff
@get("/staff/events/{event_id:uuid}/registrations/new", action=Action.EDIT_REGISTRATIONS, include_in_schema=False)
async def show_new_registration(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show the form with which staff register somebody at the desk."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    return await _new_page(desk, event, Form())


async def _asked(desk: Desk, event: Event) -> AskedForm:
    """Return the event's questions but for files, which nobody brings to a desk or a telephone."""
    asked = await desk.read(lambda session: asked_form(session, event.id, event.form_revision))
    questions = tuple(each for each in asked.document.questions if each.kind is not QuestionKind.FILE)
    return AskedForm(asked.revision, FormDocument(questions), asked.places)


async def _new_page(desk: Desk, event: Event, form: Form, status_code: int = 200) -> Response[str]:
    slots = await desk.read(lambda session: lists.list_slots(session, event.id))
    asked = await _asked(desk, event)
    return await desk.show(
        "registration_new.html",
        event=event,
        form=form,
        slots=slots,
        questions=Questions(asked),
        party=party_of(form, asked, most=event.max_party_size),
        now=desk.now,
        status_code=status_code,
    )


@post(
    "/staff/events/{event_id:uuid}/registrations/new",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
    request_max_body_size=STAFF_FORM_BYTES,
)
async def add_registration(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Register somebody; where all seats are taken they wait, as everybody does."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    form = await read_form(request, most_fields=3000, most_bytes=STAFF_FORM_BYTES)
    asked = await _asked(desk, event)
    party = party_of(form, asked, most=event.max_party_size)
    form = party.form
    try:
        if party.wanting:
            return await _new_page(desk, event, form)
        checked = check_form(Received(form), asked, party, now=desk.now, minors=event.guardian_consent)
        given = checked.given
        application = Application(
            event_id=event_id,
            slot_id=given.slot_id if event.kind is EventKind.EXHIBITION else None,
            name=given.name,
            email=given.email,
            phone=given.phone,
            institution=given.institution,
            party_size=given.party_size,
            sign_language=given.sign_language,
            wheelchair=given.wheelchair,
            access_needs=given.access_needs,
            locale=form.value("locale", "id") if form.value("locale") in ("id", "en") else "id",
            consent_version=CONSENT_BY_STAFF,
            source=RegistrationSource.STAFF,
            guardian=checked.guardian,
            **checked.answers.fields(),
        )
        done = await desk.write(lambda session: registration.register(session, application, now=desk.now, by=desk.by))
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _new_page(desk, event, again, status)
    if given.email is None:
        person = await desk.read(
            lambda session: people_listing.find_registration(session, event_id, done.registration_id)
        )
        return await hand_over(desk, event, person, done.link_version, added=True)
    said = "waitlisted" if done.state is RegistrationState.WAITLISTED else "registered"
    return desk.go(f"/staff/events/{event_id}/registrations", said)


@get(
    "/staff/events/{event_id:uuid}/registrations/{registration_id:uuid}/cancel",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
)
async def ask_cancel(
    request: Request, event_id: FromPath[uuid.UUID], registration_id: FromPath[uuid.UUID]
) -> Response[str]:
    """Ask before a registration is cancelled."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    person = await desk.read(lambda session: people_listing.find_registration(session, event_id, registration_id))
    return await desk.show("registration_cancel.html", event=event, person=person)


@post(
    "/staff/events/{event_id:uuid}/registrations/{registration_id:uuid}/cancel",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def cancel_registration(
    request: Request, event_id: FromPath[uuid.UUID], registration_id: FromPath[uuid.UUID]
) -> Response[Any]:
    """Cancel a registration; its seat is offered to who waits."""
    desk = desk_of(request)
    await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    await desk.read(lambda session: people_listing.find_registration(session, event_id, registration_id))
    await desk.write(lambda session: registration.cancel(session, registration_id, now=desk.now, by=desk.by))
    return desk.go(f"/staff/events/{event_id}/registrations", "registration_cancelled")


HANDLERS = (
    list_registrations,
    export_registrations,
    show_new_registration,
    add_registration,
    ask_cancel,
    cancel_registration,
)
