"""Approval: who awaits a decision, decided one or many at a time, and decisions undone."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.errors import N_, FieldError, Invalid
from events.models import Event, RegistrationState
from events.registrations import approval, decisions, people_listing
from events.registrations import desk as lists
from events.registrations.approval_rules import rules_of
from events.registrations.decisions import EVERYBODY, DecisionFilter
from events.storage import ReadSession, Session
from service.accounts.permissions import Action
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, desk_of, plain, refused

_NOBODY_CHOSEN = N_("Tick the people that you decide about.")
_STATES = ("pending", "requested", "waitlisted", "offered", "confirmed", "declined", "cancelled")
_RULES = {
    "staff": N_("Decided by staff"),
    "domain": N_("Mail domain"),
    "invited": N_("Invited"),
    "returning": N_("Came before"),
}


@get("/staff/events/{event_id:uuid}/approvals", action=Action.VIEW_REGISTRATIONS, include_in_schema=False)
async def show_approvals(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show who awaits a decision, or what was decided."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.VIEW_REGISTRATIONS)
    return await _page(desk, event, Form())


def _filter_of(request: Request) -> DecisionFilter:
    """Return what the address narrows the list to; what makes no sense narrows nothing."""
    given = request.query_params
    rule = given.get("rule", "")
    return DecisionFilter(
        text=plain(given.get("q", ""))[:100],
        state=next((each for each in RegistrationState if each.value == given.get("state")), None),
        rule=rule if rule in decisions.RULES else "",
        domain=plain(given.get("domain", ""))[:100],
        came_before={"yes": True, "no": False}.get(given.get("before", "")),
        at_least=_people(given.get("from", "")),
        at_most=_people(given.get("to", "")),
    )


def _people(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None


async def _page(desk: Desk, event: Event, form: Form, status_code: int = 200) -> Response[str]:
    decided = desk.request.query_params.get("show") == "decided"
    wanted = _filter_of(desk.request)

    def query(session: ReadSession) -> tuple[Any, ...]:
        found = (decisions.list_decided if decided else decisions.list_undecided)(session, event.id, wanted)
        counts = [decisions.count_undecided(session, event.id, each) for each in (EVERYBODY, wanted)]
        return found, *counts, lists.count_seats(session, [event.id])

    rows, count, meant, seats = await desk.read(query)
    return await desk.show(
        "approvals.html",
        event=event,
        form=form,
        rows=rows,
        decided=decided,
        count=count,
        meant=meant,
        most_at_once=decisions.MOST_AT_ONCE,
        wanted=wanted,
        narrowed=wanted != EVERYBODY,
        states=_STATES,
        rule_names=_RULES,
        seen=desk.now.isoformat(),
        seats=seats.get(event.id, lists.SeatCount()),
        rules=rules_of(event.approval),
        can_be_undone=decisions.can_be_undone,
        status_code=status_code,
    )


@post(
    "/staff/events/{event_id:uuid}/approvals",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def decide(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Approve or decline everybody who is ticked."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    form = await read_form(request)
    act, _, all_of_them = form.value("act").partition(":")
    declines = act == "decline"
    try:
        chosen = await _all_meant(desk, event_id, form) if all_of_them else _chosen(form)

        def use_case(session: Session) -> int:
            if declines:
                reason = form.value("reason")
                return approval.decline(session, event_id, chosen, reason=reason, now=desk.now, by=desk.by)
            return approval.approve(session, event_id, chosen, now=desk.now, by=desk.by)

        await desk.write(use_case)
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _page(desk, event, again, status)
    return desk.go(f"/staff/events/{event_id}/approvals", "people_declined" if declines else "people_approved")


async def _all_meant(desk: Desk, event_id: uuid.UUID, form: Form) -> Sequence[uuid.UUID]:
    """Return everybody whom the list is narrowed to, as it was when the page was made."""
    try:
        seen = datetime.fromisoformat(form.value("seen"))
    except ValueError:
        raise Invalid([FieldError("chosen", "missing", _NOBODY_CHOSEN)]) from None
    if seen.tzinfo is None:
        seen = seen.replace(tzinfo=UTC)
    wanted = _filter_of(desk.request)
    return await desk.read(lambda session: decisions.undecided_ids(session, event_id, wanted, asked_until=seen))


def _chosen(form: Form) -> list[uuid.UUID]:
    try:
        chosen = [uuid.UUID(text) for text in form.all("chosen")]
    except ValueError:
        chosen = []
    if not chosen:
        raise Invalid([FieldError("chosen", "missing", _NOBODY_CHOSEN)])
    return chosen


@post(
    "/staff/events/{event_id:uuid}/approvals/{registration_id:uuid}/undo",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def undo_decision(
    request: Request, event_id: FromPath[uuid.UUID], registration_id: FromPath[uuid.UUID]
) -> Response[Any]:
    """Take one decision back."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    await desk.read(lambda session: people_listing.find_registration(session, event_id, registration_id))
    try:
        await desk.write(lambda session: approval.undo(session, registration_id, now=desk.now, by=desk.by))
    except REFUSALS as refusal:
        again, status = refused(Form(), refusal)
        return await _page(desk, event, again, status)
    return desk.go(f"/staff/events/{event_id}/approvals", "undone")


HANDLERS = (show_approvals, decide, undo_decision)
