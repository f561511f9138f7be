"""One partner at one event, as staff see it: their answer, seats, what they send in, consent and report."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.errors import NotFound
from events.models import ContributionItem, Event, PartnerAnswer
from events.pages import partner_board, partner_dates, partner_pages
from events.pages.partner_board import BoardRow
from events.partnership import allotments, contributions, partner_files, partners
from events.recordings import recording_consent
from events.registrations import desk as lists
from events.storage import ReadSession, Session
from notifications import partner_reminding
from notifications.inbox.listing import inbound_of
from service.accounts.permissions import Action
from service.files.slides import slides_url
from service.inputs.desk import AnswerInput
from service.inputs.partners import AllotmentInput, AskInput, DeclinedTimeInput
from service.mail.partner_mails import last_mails
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.own_link import invitation_text, whatsapp_to
from service.web.pages import Request
from service.web.partner_work import partner_file
from service.web.staff.desk import REFUSALS, Desk, check, desk_of, refused
from service.web.staff.event_forms import moment, moment_fields

_AT = "/staff/events/{event_id:uuid}/partners/{participation_id:uuid}"
_OPTIONS: dict[str, Any] = {
    "action": Action.EDIT_EVENTS,
    "include_in_schema": False,
    "request_max_body_size": MAX_BYTES,
}


@get(_AT, action=Action.EDIT_EVENTS, include_in_schema=False)
async def show_partner(
    request: Request, event_id: FromPath[uuid.UUID], participation_id: FromPath[uuid.UUID]
) -> Response[str]:
    """Show everything that is arranged with one partner for this event."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    return await _page(desk, event, participation_id, Form())


async def _page(
    desk: Desk, event: Event, participation_id: uuid.UUID, form: Form, status_code: int = 200
) -> Response[str]:
    row = await _row(desk, event, participation_id)

    def query(session: ReadSession) -> dict[str, Any]:
        return {
            "seats": partner_pages.seats_of(session, participation_id),
            "work": partner_pages.collaboration(session, participation_id, event.id),
            "said": recording_consent.history(session, participation_id),
            "slots": lists.list_slots(session, event.id),
            "letters": inbound_of(session, participation_id),
            "dates": partner_dates.dates_with(session, participation_id),
            "reminded": partner_reminding.reminders_of(session, event.id).get(participation_id),
            "mails": last_mails(session, event.id).get(participation_id, ()),
        }

    found = await desk.read(query)
    zone = ZoneInfo(event.timezone)
    release_at = found["seats"].allotment.release_at if found["seats"] else None
    usual = release_at or allotments.usual_release(event, now=desk.now)
    usual_items = contributions.USUAL if row.participation.role in recording_consent.ON_STAGE else ()
    asked = {each.item for each in row.asked} or set(usual_items)
    values: dict[str, Any] = {"items": [item.value for item in asked], **moment_fields("release_at", usual, zone)}
    said = found.pop("said")
    link = desk.runtime.links.partner_url(participation_id, row.participation.link_version)
    text = invitation_text(
        row.partner.contact_name or row.partner.name,
        event.title,
        (event.starts_at, event.ends_at),
        link,
        timezone=event.timezone,
        locale=row.partner.locale,
    )
    return await desk.show(
        "partner.html",
        event=event,
        row=row,
        form=form if form.values or form.errors else Form(values),
        consents=said,
        items=list(ContributionItem),
        link=link,
        ready_text=text,
        whatsapp=whatsapp_to(row.partner.phone, text),
        now=desk.now,
        status_code=status_code,
        **found,
    )


async def _row(desk: Desk, event: Event, participation_id: uuid.UUID) -> BoardRow:
    rows = await desk.read(lambda session: partner_board.board(session, event.id))
    found = next((each for each in rows if each.participation.id == participation_id), None)
    if found is None:
        raise NotFound
    return found


async def _act(
    desk: Desk,
    whose: tuple[uuid.UUID, uuid.UUID],
    form: Form,
    use_case: Callable[[Event], Callable[[Session], object]],
    done: str = "saved",
) -> Response[Any]:
    """Do something with one partner of this event, or show the page again with what is wrong."""
    event_id, participation_id = whose
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    await _row(desk, event, participation_id)
    try:
        await desk.write(use_case(event))
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _page(desk, event, participation_id, again, status)
    return desk.go(f"/staff/events/{event_id}/partners/{participation_id}", done)


@post(f"{_AT}/answer", **_OPTIONS)
async def note_answer(
    request: Request, event_id: FromPath[uuid.UUID], participation_id: FromPath[uuid.UUID]
) -> Response[Any]:
    """Note what a partner answered by telephone."""
    desk, form = desk_of(request), await read_form(request)

    def use_case(_: Event) -> Callable[[Session], object]:
        given = PartnerAnswer(check(AnswerInput, {"answer": form.value("answer")}).answer)
        comment = form.value("comment").strip()[:500]
        return lambda session: partners.answer(
            session, participation_id, given, now=desk.now, by=desk.by, comment=comment
        )

    return await _act(desk, (event_id, participation_id), form, use_case)


@post(f"{_AT}/proposal", **_OPTIONS)
async def decline_proposal(
    request: Request, event_id: FromPath[uuid.UUID], participation_id: FromPath[uuid.UUID]
) -> Response[Any]:
    """Tell a partner that the time which they proposed is not possible."""
    desk, form = desk_of(request), await read_form(request)

    def use_case(_: Event) -> Callable[[Session], object]:
        reply = check(DeclinedTimeInput, {"reply": form.value("reply").strip() or None}).reply
        return lambda session: partners.decline_proposal(
            session, participation_id, now=desk.now, by=desk.by, comment=reply or ""
        )

    return await _act(desk, (event_id, participation_id), form, use_case)


@post(f"{_AT}/seats", **_OPTIONS)
async def allot_seats(
    request: Request, event_id: FromPath[uuid.UUID], participation_id: FromPath[uuid.UUID]
) -> Response[Any]:
    """Give a partner seats to fill, or change how many or until when."""
    desk, form = desk_of(request), await read_form(request)

    def use_case(event: Event) -> Callable[[Session], object]:
        values: dict[str, Any] = {"seats": form.value("seats")}
        values["release_at"] = moment(form, "release_at", ZoneInfo(event.timezone)) or None
        if form.value("slot_id"):
            values["slot_id"] = form.value("slot_id")
        given = check(AllotmentInput, values)
        return lambda session: allotments.allot(
            session,
            participation_id,
            given.seats,
            release_at=given.release_at,
            slot_id=given.slot_id,
            now=desk.now,
            by=desk.by,
        )

    return await _act(desk, (event_id, participation_id), form, use_case, "allotted")


@post(f"{_AT}/seats/release", **_OPTIONS)
async def take_seats_back(
    request: Request, event_id: FromPath[uuid.UUID], participation_id: FromPath[uuid.UUID]
) -> Response[Any]:
    """Give what the partner has not filled to everybody, now."""
    desk, form = desk_of(request), await read_form(request)
    return await _act(
        desk,
        (event_id, participation_id),
        form,
        lambda _: lambda session: allotments.take_back(session, participation_id, now=desk.now, by=desk.by),
        "released",
    )


@post(f"{_AT}/ask", **_OPTIONS)
async def ask_for_items(
    request: Request, event_id: FromPath[uuid.UUID], participation_id: FromPath[uuid.UUID]
) -> Response[Any]:
    """Ask the partner to send things in; the mail with the link goes out at once."""
    desk, form = desk_of(request), await read_form(request)

    def use_case(event: Event) -> Callable[[Session], object]:
        values: dict[str, Any] = {"items": list(form.all("items"))}
        if due_at := moment(form, "due_at", ZoneInfo(event.timezone)):
            values["due_at"] = due_at
        given = check(AskInput, values)
        return lambda session: contributions.ask(
            session, participation_id, given.items, due_at=given.due_at, now=desk.now, by=desk.by
        )

    return await _act(desk, (event_id, participation_id), form, use_case, "asked")


@post(f"{_AT}/items/{{item:str}}", **_OPTIONS)
async def judge_item(
    request: Request,
    event_id: FromPath[uuid.UUID],
    participation_id: FromPath[uuid.UUID],
    item: FromPath[str],
) -> Response[Any]:
    """Take over what was sent in (`do=accept`), or ask for it no longer (`do=drop`)."""
    desk, form = desk_of(request), await read_form(request)
    if item not in list(ContributionItem):
        raise NotFound
    wanted = ContributionItem(item)

    def accept(session: Session) -> None:
        url = slides_url(session, desk.runtime.links, participation_id)
        contributions.accept(session, participation_id, wanted, slides_url=url, now=desk.now, by=desk.by)

    def drop(session: Session) -> None:
        contributions.stop_asking(session, participation_id, wanted, now=desk.now)

    chosen = drop if form.value("do") == "drop" else accept
    return await _act(desk, (event_id, participation_id), form, lambda _: chosen)


@get(f"{_AT}/files/{{partner_file_id:uuid}}", action=Action.EDIT_EVENTS, include_in_schema=False)
async def show_file(
    request: Request,
    event_id: FromPath[uuid.UUID],
    participation_id: FromPath[uuid.UUID],
    partner_file_id: FromPath[uuid.UUID],
) -> Response[bytes]:
    """Show what a partner sent."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    await _row(desk, event, participation_id)
    held = await desk.read(lambda session: partner_files.file_of(session, participation_id, partner_file_id))
    return await partner_file(desk.runtime.files, held)


@post("/staff/events/{event_id:uuid}/partners/remind", **_OPTIONS)
async def remind(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Remind those who have not answered and were not reminded within two days, by this button or by a rule."""
    desk = desk_of(request)
    await desk.event(event_id, Action.EDIT_EVENTS)
    await read_form(request)
    count = await desk.write(
        lambda session: partner_reminding.remind_silent(session, event_id, now=desk.now, by=desk.by)
    )
    return desk.go(f"/staff/events/{event_id}/partners", "reminded" if count else "nobody_silent")


HANDLERS = (
    show_partner,
    note_answer,
    decline_proposal,
    allot_seats,
    take_seats_back,
    ask_for_items,
    judge_item,
    show_file,
    remind,
)
