"""Staff: messages to a part of an event's people: written, looked at, tried out, sent once."""

from __future__ import annotations

import secrets
import uuid
from typing import Annotated, Literal

import anyio.to_thread
from litestar import Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from events import desk, records
from events.links import Links
from events.models import Event
from events.storage import ReadSession, Session
from notifications import announcements, mail_samples, rendering, segments
from notifications.models.announcement import Segment
from notifications.rendering import Words
from notifications.smtp import Verdict
from service.accounts.permissions import Action
from service.api.access import Acting, needs
from service.api.answers import STAFF_ACT, STAFF_READ, STAFF_WRITE
from service.api.parameters import Id, IdempotencyKey
from service.api.resources.announcements import (
    AnnouncementList,
    AnnouncementPreview,
    AnnouncementSentView,
    AnnouncementView,
    announcement_view,
)
from service.desk_inputs import AnnouncementChangeInput, AnnouncementInput, AnnouncementSendInput
from service.mail_trial import TrialRefused, send_trial

Tongue = Annotated[Literal["id", "en"], QueryParameter(description="In whose language it is shown.")]
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


async def _words(event_id: uuid.UUID, announcement_id: uuid.UUID, locale: str, acting: Acting) -> tuple[Words, str]:
    """Return the e-mail to the first of those whom it is for, and the organiser's name."""
    now = acting.now
    # Links of another key: no link of a preview opens anybody's page.
    nowhere = Links(secrets.token_hex(16), acting.runtime.links.base_url)

    def query(session: ReadSession) -> tuple[Words, str]:
        event = desk.find_event(session, event_id)
        found = announcements.find(session, event_id, announcement_id)
        person = None
        if found.segment is not Segment.PARTNERS:
            person = segments.first_of(session, event, found.segment, slot_id=found.slot_id)
        material = mail_samples.announced(session, event, found, person, locale, now=now)
        return rendering.render(material, nowhere, now=now), records.organiser(session, event.organiser_id).name.to(
            locale
        )

    return await acting.see(query, on=(Event, event_id))


@get(_ONE + "/preview", opt=needs(Action.EDIT_REGISTRATIONS), responses=STAFF_ACT, operation_id="previewAnnouncement")
async def preview_announcement(
    event_id: Id, announcement_id: Id, acting: NamedDependency[Acting], *, locale: Tongue = "id"
) -> AnnouncementPreview:
    """Return what the first of those whom it is for would read. Its links lead nowhere."""
    words, _ = await _words(event_id, announcement_id, locale, acting)
    return AnnouncementPreview(subject=words.subject, text=words.text, html=words.html)


@post(
    _ONE + "/test",
    status_code=204,
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_ACT,
    operation_id="testAnnouncement",
)
async def test_announcement(event_id: Id, announcement_id: Id, acting: NamedDependency[Acting]) -> None:
    """Send the e-mail once to whose token it is. A mail server that does not take it is a 409."""
    words, sender = await _words(event_id, announcement_id, "id", acting)
    outcome = await anyio.to_thread.run_sync(
        lambda: send_trial(acting.runtime, words, subject=words.subject, sender=sender, to=acting.identity.email)
    )
    await acting.change(lambda _: None, on=(Event, event_id))
    if outcome.verdict is not Verdict.ACCEPTED:
        raise TrialRefused(reply=outcome.reply[:200])


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
        test_announcement,
        send_announcement,
    ],
    tags=["E-mails"],
)
