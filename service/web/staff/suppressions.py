"""Addresses that are left alone, and how the sender's domain stands with those who receive our mail."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import anyio.to_thread
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.errors import N_, FieldError, Invalid
from events.storage import Session
from notifications.models.suppression import SuppressionReason
from notifications.suppression import suppressing, suppression_listing
from notifications.suppression.suppression_listing import PER_PAGE, LeftAlone
from service.accounts.permissions import Action, require
from service.clock import real_now
from service.mail.sender_domain import demands, look_lately
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, desk_of, organiser_in, plain, refused

PATH = "/staff/suppressions"

REASONS: Mapping[SuppressionReason, str] = {
    SuppressionReason.BOUNCED: N_("This address does not exist, its mail server says."),
    SuppressionReason.UNREACHABLE: N_("Several mails came back: its mailbox is full, or does not answer."),
    SuppressionReason.COMPLAINED: N_("Its owner called our mail spam."),
    SuppressionReason.UNSUBSCRIBED: N_("Its owner wants no news. What they register for is confirmed all the same."),
    SuppressionReason.BY_STAFF: N_("Put down by staff."),
    SuppressionReason.INVALID: N_("Nothing can be sent to an address that is written like this."),
}


@get(PATH, action=Action.VIEW_REGISTRATIONS, include_in_schema=False)
async def show_suppressions(request: Request) -> Response[str]:
    """Show the addresses, the latest first; searched and paged."""
    return await _page(desk_of(request), Form())


async def _page(desk: Desk, form: Form, status_code: int = 200) -> Response[str]:
    query = desk.request.query_params
    text, now, owners = plain(query.get("q", ""))[:100], desk.now, desk.identity.organiser_ids
    before = organiser_in(query.get("before"))

    def find(session: Any) -> Sequence[LeftAlone]:
        return suppression_listing.left_alone(
            session, owners=owners, now=now, search=text, before=before, limit=PER_PAGE + 1
        )

    found = await desk.read(find)
    house = await desk.house()
    return await desk.show(
        "suppressions.html",
        found=found[:PER_PAGE],
        older=found[PER_PAGE - 1].id if len(found) > PER_PAGE else None,
        reasons=REASONS,
        text=text,
        timezone=house.timezone if house else "Asia/Jakarta",
        form=form,
        status_code=status_code,
    )


@post(PATH, action=Action.EDIT_REGISTRATIONS, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def add_suppression(request: Request) -> Response[Any]:
    """Leave an address alone, as its owner asked at the desk or by telephone."""
    desk = desk_of(request)
    form = await read_form(request)
    house = await desk.chosen_house()
    require(desk.identity, Action.EDIT_REGISTRATIONS, house.id)
    address, why = plain(form.value("address")).strip(), plain(form.value("why")).strip()
    try:
        if "@" not in address or len(address) > 254:
            raise Invalid([FieldError("address", "email", N_("Give an e-mail address."))])
        if not why:
            raise Invalid([FieldError("why", "missing", N_("Say why, for the colleagues."))])
        await desk.write(
            lambda session: suppressing.suppress(
                session,
                address,
                SuppressionReason.BY_STAFF,
                now=desk.now,
                by=desk.by,
                organiser_id=house.id,
                said=why,
            )
        )
    except REFUSALS as refusal:
        return await _page(desk, *refused(form, refusal))
    return desk.go(PATH, "suppressed")


@post(
    f"{PATH}/{{suppression_id:uuid}}/lift",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def lift_suppression(request: Request, suppression_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Write to an address again; the reason stays with it."""
    desk = desk_of(request)
    form = await read_form(request)
    why = plain(form.value("why")).strip()
    owners = desk.identity.organiser_ids
    await desk.read(
        lambda session: suppression_listing.find(
            session, suppression_id, owners=None if owners is None else frozenset(owners)
        )
    )
    try:
        if not why:
            raise Invalid([FieldError("why", "missing", N_("Say why, for the colleagues."))])
        await desk.write(partial(_lift, suppression_id=suppression_id, desk=desk, why=why))
    except REFUSALS as refusal:
        return await _page(desk, *refused(form, refusal))
    return desk.go(PATH, "unsuppressed")


def _lift(session: Session, *, suppression_id: uuid.UUID, desk: Desk, why: str) -> None:
    suppressing.lift(session, suppression_id, why=why, now=desk.now, by=desk.by)


@get("/staff/sender", action=Action.EDIT_BRAND, include_in_schema=False)
async def show_sender(request: Request) -> Response[str]:
    """Show what DNS says about the domain that mail comes from, asked within the last minutes, or now (``?anew=1``)."""
    desk = desk_of(request)
    settings, at, anew = desk.runtime.settings, real_now(), "anew" in request.query_params
    looked = await anyio.to_thread.run_sync(lambda: look_lately(settings, real_now=at, anew=anew))
    house = await desk.house()
    return await desk.show(
        "sender.html",
        checks=looked.checks,
        demands=demands(settings, looked.checks),
        at=looked.at,
        timezone=house.timezone if house else "Asia/Jakarta",
        sender=settings.mail_from,
    )


HANDLERS = (show_suppressions, add_suppression, lift_suppression, show_sender)
