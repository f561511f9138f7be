"""Who takes part in an event: partners and speakers, and what they answered."""

from __future__ import annotations

import uuid
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.errors import N_, FieldError, Invalid, NotFound
from events.models import Event, ParticipationRole, PartnerKind, Stage
from events.pages import partner_board
from events.partnership import partners
from events.registrations import desk as lists
from events.storage import Session
from notifications import partner_reminding
from notifications.inbox.listing import last_inbound
from service.accounts.permissions import Action
from service.inputs.partners import ParticipationInput, PartnerInput
from service.mail.partner_mails import last_mails
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, check, check_all, desk_of, refused
from service.web.staff.event_forms import localized_values

_CHOOSE_OR_WRITE = N_("Choose somebody from the list, or write a new name.")


@get("/staff/events/{event_id:uuid}/partners", action=Action.EDIT_EVENTS, include_in_schema=False)
async def show_partners(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show who takes part, what they answered, and the form to add one."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    return await _partners_page(desk, event, Form())


async def _partners_page(desk: Desk, event: Event, form: Form, status_code: int = 200) -> Response[str]:
    rows = await desk.read(lambda session: partner_board.board(session, event.id))
    mails = await desk.read(lambda session: last_mails(session, event.id))
    letters = await desk.read(lambda session: last_inbound(session, event.id))
    silent = await desk.read(lambda session: partner_reminding.remindable(session, event.id, now=desk.now))
    reminders = await desk.read(lambda session: partner_reminding.reminders_of(session, event.id))
    known = await desk.read(lambda session: lists.list_partners(session, event.organiser_id))
    present = {row.partner.id for row in rows if row.participation.withdrawn_at is None}
    return await desk.show(
        "partners.html",
        event=event,
        form=form,
        rows=rows,
        mails=mails,
        letters=letters,
        silent=silent,
        reminders=reminders,
        counts=partner_board.counts(rows),
        known=[partner for partner in known if partner.id not in present],
        roles=list(ParticipationRole),
        kinds=list(PartnerKind),
        over=event.stage in (Stage.ENDED, Stage.ARCHIVED, Stage.CANCELLED),
        status_code=status_code,
    )


@post(
    "/staff/events/{event_id:uuid}/partners",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def add_partner(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Add a partner, known or new; the invitation goes out once the event is published."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    form = await read_form(request)
    plain = ("partner_id", "name", "kind", "role", "email", "phone", "contact_name", "locale")
    values: dict[str, Any] = {name: form.value(name) for name in plain if form.value(name).strip()}
    values |= {name: localized_values(form, name) for name in ("topic", "affiliation", "biography")}
    values = {"kind": PartnerKind.SPEAKER.value, "role": ParticipationRole.SPEAKER.value} | values
    try:
        given = _checked(values)
        await desk.write(lambda session: _add_partner(session, event, *given, desk))
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _partners_page(desk, event, again, status)
    return desk.go(f"/staff/events/{event_id}/partners", "invited")


def _checked(values: dict[str, Any]) -> tuple[PartnerInput | None, ParticipationInput]:
    """Return the new partner, or None for one from the list, and the part in the event."""
    part = {name: values[name] for name in ("role", "topic")}
    if "partner_id" in values:
        return None, check(ParticipationInput, part | {"partner_id": values["partner_id"]})
    if "name" not in values:
        raise Invalid([FieldError("name", "missing", _CHOOSE_OR_WRITE)])
    about = {name: value for name, value in values.items() if name not in part}
    partner, taking_part = check_all(
        (PartnerInput, about), (ParticipationInput, part | {"partner_id": uuid.UUID(int=0)})
    )
    return partner, taking_part


def _add_partner(
    session: Session, event: Event, new: PartnerInput | None, part: ParticipationInput, desk: Desk
) -> None:
    partner_id = part.partner_id
    if new is not None:
        partner_id = partners.add_partner(
            session,
            event.organiser_id,
            kind=new.kind,
            name=new.name,
            affiliation=new.affiliation.stored() if new.affiliation else None,
            biography=new.biography.stored() if new.biography else None,
            contact_name=new.contact_name,
            email=new.email,
            phone=new.phone,
            locale=new.locale,
            timezone=event.timezone,
            now=desk.now,
        )
    partners.invite(
        session,
        event.id,
        partner_id,
        role=part.role,
        topic=part.topic.stored() if part.topic else None,
        position=len(lists.list_participations(session, event.id)),
        now=desk.now,
        by=desk.by,
    )


@post(
    "/staff/events/{event_id:uuid}/partners/{participation_id:uuid}/withdraw",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def withdraw_partner(
    request: Request, event_id: FromPath[uuid.UUID], participation_id: FromPath[uuid.UUID]
) -> Response[Any]:
    """Take a partner off the event."""
    desk = desk_of(request)
    await desk.event(event_id, Action.EDIT_EVENTS)
    if await desk.read(lambda session: lists.event_of_participation(session, participation_id)) != event_id:
        raise NotFound
    await desk.write(lambda session: partners.withdraw(session, participation_id, now=desk.now, by=desk.by))
    return desk.go(f"/staff/events/{event_id}/partners", "withdrawn")


HANDLERS = (show_partners, add_partner, withdraw_partner)
