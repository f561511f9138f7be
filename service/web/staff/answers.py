"""What people answered, for staff: one registration in full, its files, and the list of what has to be prepared."""

from __future__ import annotations

import uuid

from litestar import get
from litestar.params import FromPath
from litestar.response import Response

from events.models import ACTIVE_STATES, AnswerFile, Event
from events.questions import answer_files, answer_reading
from events.questions.answer_reading import Answered
from events.registrations.people_listing import find_registration
from events.storage import ReadSession
from notifications.suppression import suppression_listing
from service.accounts.permissions import Action
from service.reports.answer_words import words_of
from service.web.answer_downloads import answer_file
from service.web.forms import Form
from service.web.guardian_sharing import share_link
from service.web.languages import translate
from service.web.pages import Request
from service.web.staff.desk import Desk, desk_of


@get(
    "/staff/events/{event_id:uuid}/registrations/{registration_id:uuid}",
    action=Action.VIEW_REGISTRATIONS,
    include_in_schema=False,
)
async def show_answers(
    request: Request, event_id: FromPath[uuid.UUID], registration_id: FromPath[uuid.UUID]
) -> Response[str]:
    """Show one registration: each answer beside the question as it was worded when it was answered."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.VIEW_REGISTRATIONS)
    return await registration_page(desk, event, registration_id, Form())


async def registration_page(
    desk: Desk, event: Event, registration_id: uuid.UUID, form: Form, status_code: int = 200
) -> Response[str]:
    """Show one registration in full, with what can be done about the guardian of a minor."""
    sheet = await desk.read(lambda session: answer_reading.registration_sheet(session, event.id, registration_id))
    address, now = sheet.registration.email, desk.now
    left_alone = await desk.read(
        lambda session: suppression_listing.why_left_alone(session, address, event.organiser_id, now=now)
    )
    locale = desk.locale
    names = {key: held.filename for key, held in sheet.files.items()}

    def say(answered: Answered) -> str:
        return words_of(
            answered.question,
            answered.answer,
            locale=locale,
            timezone=event.timezone,
            say=lambda text: translate(text, locale),
            files=names,
        )

    return await desk.show(
        "registration.html",
        event=event,
        sheet=sheet,
        left_alone=left_alone,
        person=sheet.registration,
        words=say,
        form=form,
        active=sheet.registration.state in ACTIVE_STATES,
        guardian_share=share_link(desk.runtime.links, sheet.registration, event.title.to(desk.locale), desk.locale),
        status_code=status_code,
    )


@get(
    "/staff/events/{event_id:uuid}/registrations/{registration_id:uuid}/files/{file_id:uuid}",
    action=Action.EXPORT_REGISTRATIONS,
    include_in_schema=False,
)
async def download_answer(
    request: Request,
    event_id: FromPath[uuid.UUID],
    registration_id: FromPath[uuid.UUID],
    file_id: FromPath[uuid.UUID],
) -> Response[bytes]:
    """Send a file that somebody answered with, as an attachment; the audit trail keeps who took it."""
    desk = desk_of(request)
    await desk.event(event_id, Action.EXPORT_REGISTRATIONS)

    def find(session: ReadSession) -> AnswerFile:
        find_registration(session, event_id, registration_id)
        return answer_files.file_of(session, registration_id, file_id)

    return await answer_file(desk.runtime.files, await desk.read(find))


@get("/staff/events/{event_id:uuid}/preparation", action=Action.VIEW_REGISTRATIONS, include_in_schema=False)
async def show_preparation(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show who needs something to take part, to be printed and worked through."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.VIEW_REGISTRATIONS)
    people = await desk.read(lambda session: answer_reading.preparation_list(session, event_id))
    return await desk.show("preparation.html", event=event, people=people)


HANDLERS = (show_answers, download_answer, show_preparation)
