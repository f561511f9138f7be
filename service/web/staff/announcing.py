"""A message now: written, looked at as a person will get it, sent to a part of an event's people."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.errors import N_
from events.models import Event, EventKind, Slot
from events.privacy import records
from events.registrations import desk as lists
from events.registrations.desk import SlotRow
from events.storage import ReadSession, Session
from notifications import segments
from notifications.contents import own_words
from notifications.contents.placeholders import PLACEHOLDERS
from notifications.mailing.person_preview import Preview, preview
from notifications.models.announcement import AnnouncementState, Segment
from notifications.planning import announcements
from notifications.planning.announcements import Progress
from notifications.segments import Reach
from service.accounts.permissions import Action
from service.inputs.desk import AnnouncementInput
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.languages import translate
from service.web.pages import Request
from service.web.staff import letters
from service.web.staff.desk import REFUSALS, Desk, check, desk_of, refused
from service.web.staff.event_forms import localized_values
from service.web.staff.letters import framed

SEGMENTS: Mapping[Segment, str] = {
    Segment.CONFIRMED: N_("Everybody with a place"),
    Segment.WAITLISTED: N_("Who is on the waiting list"),
    Segment.PENDING: N_("Whose registration is being looked at"),
    Segment.EVERYBODY: N_("Everybody who holds or awaits a place"),
    Segment.ATTENDED: N_("Who came"),
    Segment.MISSED: N_("Who had a place and did not come"),
    Segment.PARTNERS: N_("Partners and speakers"),
}
"""Whom a message can be for, in plain words."""

_BASE = "/staff/events/{event_id:uuid}/messages"
_ONE = _BASE + "/{announcement_id:uuid}"


def _home(event_id: uuid.UUID) -> str:
    return f"/staff/events/{event_id}/messages"


@get(_BASE, action=Action.VIEW_REGISTRATIONS, include_in_schema=False)
async def list_messages(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show what was said to people of the event, and what is being written."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.VIEW_REGISTRATIONS)
    found = await desk.read(lambda session: announcements.list_announcements(session, event_id))
    return await desk.show("messages.html", event=event, found=found, segments=SEGMENTS)


# ------------------------------------------------------------ writing
@get(_BASE + "/new", action=Action.EDIT_REGISTRATIONS, include_in_schema=False)
async def begin_message(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show an empty message; ``?segment=`` says whom it is for."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    wanted = request.query_params.get("segment", "")
    chosen = wanted if wanted in set(Segment) else Segment.CONFIRMED.value
    return await _editor(
        desk, event, Form({"segment": [chosen], "also_later": ["yes"]}), action=_home(event_id) + "/new"
    )


async def _editor(desk: Desk, event: Event, form: Form, *, action: str, status_code: int = 200) -> Response[str]:
    def query(session: ReadSession) -> tuple[Mapping[Segment, int], Sequence[SlotRow]]:
        slots = lists.list_slots(session, event.id) if event.kind is EventKind.EXHIBITION else ()
        return segments.sizes(session, event), slots

    sizes, slots = await desk.read(query)
    names = dict.fromkeys((*own_words.allowed(partners=False), *own_words.allowed(partners=True)))
    return await desk.show(
        "message_edit.html",
        event=event,
        form=form,
        action=action,
        segments=[(each, SEGMENTS[each], sizes[each]) for each in Segment if each in sizes],
        slots=slots,
        placeholders=[PLACEHOLDERS[name] for name in names],
        for_partners=set(own_words.allowed(partners=True)) - set(own_words.allowed(partners=False)),
        status_code=status_code,
    )


def _given(form: Form) -> announcements.Written:
    """Return what a form says. Raises `Invalid` with the form's own field names."""
    values: dict[str, Any] = {"segment": form.value("segment"), "also_later": form.value("also_later") == "yes"}
    if form.value("slot_id"):
        values["slot_id"] = form.value("slot_id")
    texts = {name: localized_values(form, name) for name in ("subject", "body")}
    return check(AnnouncementInput, values | texts).written()


@post(_BASE + "/new", action=Action.EDIT_REGISTRATIONS, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def draft_message(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Keep what was written, and show it as people will get it."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    form = await read_form(request)
    try:
        written = _given(form)
        made = await desk.write(lambda s: announcements.draft(s, event_id, written, now=desk.now, by=desk.by))
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _editor(desk, event, again, action=_home(event_id) + "/new", status_code=status)
    return desk.go(f"{_home(event_id)}/{made}", "message_kept")


@get(_ONE + "/edit", action=Action.EDIT_REGISTRATIONS, include_in_schema=False)
async def edit_message(
    request: Request, event_id: FromPath[uuid.UUID], announcement_id: FromPath[uuid.UUID]
) -> Response[Any]:
    """Show a draft for changing."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    kept = await desk.read(lambda session: announcements.find(session, event_id, announcement_id))
    if kept.state is not AnnouncementState.DRAFT:
        return desk.go(f"{_home(event_id)}/{announcement_id}")
    form = Form(
        {
            "segment": [kept.segment.value],
            "slot_id": [str(kept.slot_id or "")],
            "also_later": ["yes" if kept.also_later else ""],
            "subject_id": [kept.subject.id or ""],
            "subject_en": [kept.subject.en or ""],
            "body_id": [kept.body.id or ""],
            "body_en": [kept.body.en or ""],
            "version": [str(kept.version)],
        }
    )
    return await _editor(desk, event, form, action=f"{_home(event_id)}/{announcement_id}/edit")


@post(_ONE + "/edit", action=Action.EDIT_REGISTRATIONS, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def change_message(
    request: Request, event_id: FromPath[uuid.UUID], announcement_id: FromPath[uuid.UUID]
) -> Response[Any]:
    """Change a draft. What somebody else changed or sent meanwhile is not overwritten."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    form = await read_form(request)
    try:
        written, version = _given(form), form.version()
        await desk.write(lambda s: announcements.change(s, event_id, announcement_id, written, version=version))
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _editor(desk, event, again, action=f"{_home(event_id)}/{announcement_id}/edit", status_code=status)
    return desk.go(f"{_home(event_id)}/{announcement_id}", "message_kept")


# ------------------------------------------------------------ looking at it
@get(_ONE, action=Action.VIEW_REGISTRATIONS, include_in_schema=False)
async def show_message(
    request: Request, event_id: FromPath[uuid.UUID], announcement_id: FromPath[uuid.UUID]
) -> Response[str]:
    """Show a draft as people will get it and whom it reaches; of one that was sent, what has become of it."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.VIEW_REGISTRATIONS)
    return await _page(desk, event, announcement_id, Form())


async def _page(
    desk: Desk, event: Event, announcement_id: uuid.UUID, form: Form, status_code: int = 200, *, tested: str = ""
) -> Response[str]:
    def query(session: ReadSession) -> tuple[Progress, Reach | None, Slot | None]:
        kept = announcements.find(session, event.id, announcement_id)
        draft = kept.state is AnnouncementState.DRAFT
        reach = segments.reach_of(session, event, kept.segment, slot_id=kept.slot_id) if draft else None
        slot = session.get(Slot, kept.slot_id) if kept.slot_id is not None else None
        return announcements.progress_of(session, kept), reach, slot

    progress, reach, slot = await desk.read(query)
    return await desk.show(
        "message.html",
        event=event,
        form=form,
        progress=progress,
        message=progress.announcement,
        reach=reach,
        slot=slot,
        segments=SEGMENTS,
        tested=tested,
        status_code=status_code,
    )


@get(_ONE + "/html", action=Action.VIEW_REGISTRATIONS, include_in_schema=False)
async def preview_message(
    request: Request, event_id: FromPath[uuid.UUID], announcement_id: FromPath[uuid.UUID]
) -> Response[str]:
    """Send the e-mail as one of those gets it whom it is for, ``?in=en`` in English; its links lead nowhere."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.VIEW_REGISTRATIONS)
    house, locale = await desk.house(event.organiser_id), _language(request.query_params.get("in", ""))
    shown = await _preview(desk, event, announcement_id, locale)
    said = N_("To: %(who)s (nobody yet, so this is an example)") if shown.example else N_("To: %(who)s")
    return framed(
        desk,
        shown.words,
        sender=house.name.to(locale) if house else "",
        notes=[translate(said, desk.locale, who=shown.to)],
    )


def _language(wanted: str) -> str:
    return "en" if wanted == "en" else "id"


async def _preview(desk: Desk, event: Event, announcement_id: uuid.UUID, locale: str) -> Preview:
    def query(session: ReadSession) -> Preview:
        kept = announcements.find(session, event.id, announcement_id)
        organiser, base_url = records.organiser(session, event.organiser_id), desk.runtime.links.base_url
        return preview(session, organiser, kept, locale, event=event, base_url=base_url, now=desk.now)

    return await desk.read(query)


@post(_ONE + "/test", action=Action.EDIT_REGISTRATIONS, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def test_message(
    request: Request, event_id: FromPath[uuid.UUID], announcement_id: FromPath[uuid.UUID]
) -> Response[Any]:
    """Send the e-mail to whoever asks, at once, and say what the mail server answered."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    house = await desk.house(event.organiser_id)
    shown = await _preview(desk, event, announcement_id, desk.locale)
    try:
        sender = house.name.to(desk.locale) if house else ""
        to = await letters.send_test(desk, shown.words, locale=desk.locale, sender=sender)
    except REFUSALS as refusal:
        again, status = refused(Form({}), refusal)
        return await _page(desk, event, announcement_id, again, status)
    return await _page(desk, event, announcement_id, Form(), tested=to)


# ------------------------------------------------------------ sending it
@post(_ONE + "/send", action=Action.EDIT_REGISTRATIONS, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def send_message(
    request: Request, event_id: FromPath[uuid.UUID], announcement_id: FromPath[uuid.UUID]
) -> Response[Any]:
    """Send it, once: a second press leads to the same page."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    version = (await read_form(request)).version()

    def use_case(session: Session) -> None:
        if announcements.find(session, event_id, announcement_id).state is AnnouncementState.DRAFT:
            announcements.send(session, event_id, announcement_id, version=version, now=desk.now, by=desk.by)

    try:
        await desk.write(use_case)
    except REFUSALS as refusal:
        again, status = refused(Form({}), refusal)
        return await _page(desk, event, announcement_id, again, status)
    return desk.go(f"{_home(event_id)}/{announcement_id}", "message_sent")


@post(_ONE + "/discard", action=Action.EDIT_REGISTRATIONS, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def discard_message(
    request: Request, event_id: FromPath[uuid.UUID], announcement_id: FromPath[uuid.UUID]
) -> Response[Any]:
    """Throw a draft away."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    try:
        await desk.write(lambda session: announcements.discard(session, event_id, announcement_id))
    except REFUSALS as refusal:
        again, status = refused(Form({}), refusal)
        return await _page(desk, event, announcement_id, again, status)
    return desk.go(_home(event_id), "message_discarded")


HANDLERS = (
    list_messages,
    begin_message,
    draft_message,
    edit_message,
    change_message,
    show_message,
    preview_message,
    test_message,
    send_message,
    discard_message,
)
