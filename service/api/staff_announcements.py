"""Staff: messages to a part of an event's people: written, looked at, tried out, sent once."""

from __future__ import annotations

import uuid

from litestar import Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from events.models import Event
from events.privacy import records
from events.registrations import desk
from events.storage import ReadSession, Session
from notifications.mailing.person_preview import Preview, preview
from notifications.planning import announcements
from service.accounts.permissions import Action
from service.api.access import Acting, needs
from service.api.answers import STAFF_ACT, STAFF_READ, STAFF_WRITE
from service.api.parameters import Id, IdempotencyKey, Tongue
from service.api.resources.announcements import (
    AnnouncementList,
    AnnouncementSentView,
    AnnouncementView,
    announcement_view,
)
from service.api.resources.previews import PreviewView, preview_view
from service.inputs.desk import AnnouncementChangeInput, AnnouncementInput, AnnouncementSendInput

_ALL = "/events/{event_id:uuid}/announcements"
_ONE = _ALL + "/{announcement_id:uuid}"


def _view(session: ReadSession, event_id: uuid.UUID, announcement_id: uuid.UUID) -> AnnouncementView:
    found = announcements.find(session, event_id, announcement_id)
    return announcement_view(announcements.progress_of(session, found))


@get(_ALL, opt=needs(Action.VIEW_REGISTRATIONS), responses=STAFF_READ, operation_id="listAnnouncements")
async def list_announcements(event_id: Id, acting: NamedDependency[Acting]) -> AnnouncementList:
    """List what was said about an event and what is a draft, the newest first."""

    def query(session: ReadSession) -> AnnouncementList:
        found = announcements.list_announcements(session, event_id)
        return AnnouncementList(items=[announcement_view(each) for each in found])

    return await acting.see(query, on=(Event, event_id))


@post(_ALL, opt=needs(Action.EDIT_REGISTRATIONS), responses=STAFF_WRITE, operation_id="draftAnnouncement")
async def draft_announcement(
    event_id: Id,
    data: JSONBody[AnnouncementInput],
    acting: NamedDependency[Acting],
    *,
    idempotency_key: IdempotencyKey = None,
) -> AnnouncementView:
    """Keep a draft of a message. Nobody gets it before it is sent."""
    now = acting.now
    return await acting.make(
        lambda session: announcements.draft(session, event_id, data.written(), now=now, by=acting.by),
        lambda session, key: _view(session, event_id, key),
        on=(Event, event_id),
        operation="draftAnnouncement",
        key=idempotency_key,
        payload={"event": str(event_id), **data.model_dump(mode="json")},
    )


@get(_ONE, opt=needs(Action.VIEW_REGISTRATIONS), responses=STAFF_READ, operation_id="getAnnouncement")
async def get_announcement(event_id: Id, announcement_id: Id, acting: NamedDependency[Acting]) -> AnnouncementView:
    """Return a message, and what has become of its e-mails."""
    return await acting.see(lambda session: _view(session, event_id, announcement_id), on=(Event, event_id))


@put(_ONE, opt=needs(Action.EDIT_REGISTRATIONS), responses=STAFF_WRITE, operation_id="changeAnnouncement")
async def change_announcement(
    event_id: Id, announcement_id: Id, data: JSONBody[AnnouncementChangeInput], acting: NamedDependency[Acting]
) -> AnnouncementView:
    """Change a draft. What was sent, or changed by somebody else meanwhile, is a 409."""

    def use_case(session: Session) -> AnnouncementView:
        announcements.change(session, event_id, announcement_id, data.written(), version=data.version)
        return _view(session, event_id, announcement_id)

    return await acting.change(use_case, on=(Event, event_id))


@delete(_ONE, opt=needs(Action.EDIT_REGISTRATIONS), responses=STAFF_ACT, operation_id="discardAnnouncement")
async def discard_announcement(event_id: Id, announcement_id: Id, acting: NamedDependency[Acting]) -> None:
    """Throw a draft away."""
    await acting.change(lambda session: announcements.discard(session, event_id, announcement_id), on=(Event, event_id))


async def _preview(event_id: uuid.UUID, announcement_id: uuid.UUID, locale: str, acting: Acting) -> tuple[Preview, str]:
    """Return the e-mail to the first of those whom it is for, and the organiser's name."""
    now, base_url = acting.now, acting.runtime.links.base_url

    def query(session: ReadSession) -> tuple[Preview, str]:
        event = desk.find_event(session, event_id)
        found = announcements.find(session, event_id, announcement_id)
        organiser = records.organiser(session, event.organiser_id)
        made = preview(session, organiser, found, locale, event=event, base_url=base_url, now=now)
        return made, organiser.name.to(locale)

    return await acting.see(query, on=(Event, event_id))


@get(_ONE + "/preview", opt=needs(Action.EDIT_REGISTRATIONS), responses=STAFF_ACT, operation_id="previewAnnouncement")
async def preview_announcement(
    event_id: Id, announcement_id: Id, acting: NamedDependency[Acting], *, locale: Tongue = "id"
) -> PreviewView:
    """Return what the first of those whom it is for would read. Its links lead nowhere."""
    return preview_view((await _preview(event_id, announcement_id, locale, acting))[0])


@post(
    _ONE + "/test",
    status_code=204,
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_ACT,
    operation_id="testAnnouncement",
)
async def try_announcement(
    event_id: Id, announcement_id: Id, acting: NamedDependency[Acting], *, locale: Tongue = "id"
) -> None:
    """Send the e-mail once to whose token it is. A mail server that does not take it is a 409."""
    made, sender = await _preview(event_id, announcement_id, locale, acting)
    await acting.try_out(made.words, locale=locale, sender=sender, on=(Event, event_id))


@post(
    _ONE + "/send",
    status_code=200,
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_WRITE,
    operation_id="sendAnnouncement",
)
async def send_announcement(
    event_id: Id, announcement_id: Id, data: JSONBody[AnnouncementSendInput], acting: NamedDependency[Acting]
) -> AnnouncementSentView:
    """Send a draft to everybody whom it is for, once: a second call is a 409."""
    now = acting.now
    count = await acting.change(
        lambda session: announcements.send(
            session, event_id, announcement_id, version=data.version, now=now, by=acting.by
        ),
        on=(Event, event_id),
    )
    return AnnouncementSentView(emails=count)


routes = Router(
    "/",
    route_handlers=[
        list_announcements,
        draft_announcement,
        get_announcement,
        change_announcement,
        discard_announcement,
        preview_announcement,
        try_announcement,
        send_announcement,
    ],
    tags=["E-mails"],
)
