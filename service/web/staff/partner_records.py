"""Partners and speakers across events: the list, one record with its contacts and history, and forgetting."""

from __future__ import annotations

import uuid
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.errors import FieldError, Invalid
from events.models import Partner, PartnerKind
from events.partnership import partner_records
from events.partnership.partner_records import Record
from service.accounts.permissions import Action, require
from service.inputs.partners import ContactInput, PartnerInput
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, check, desk_of, page_number, plain, refused
from service.web.staff.event_forms import localized_values

_AT = "/staff/partners/{partner_id:uuid}"
_OPTIONS: dict[str, Any] = {
    "action": Action.EDIT_EVENTS,
    "include_in_schema": False,
    "request_max_body_size": MAX_BYTES,
}
_PLAIN = ("name", "kind", "contact_name", "email", "phone", "locale", "timezone")


@get("/staff/partners", action=Action.EDIT_EVENTS, include_in_schema=False)
async def list_partners(request: Request) -> Response[str]:
    """List partners by name, with how often and when last they took part."""
    desk = desk_of(request)
    search = plain(request.query_params.get("q", ""))[:100]
    wanted = request.query_params.get("kind", "")
    kind = PartnerKind(wanted) if wanted in list(PartnerKind) else None
    number = page_number(request)
    lines, more = await desk.read(
        lambda session: partner_records.list_lines(
            session, desk.identity.organiser_ids, search=search, kind=kind, page=number
        )
    )
    return await desk.show(
        "partner_list.html", lines=lines, more=more, number=number, search=search, kind=kind, kinds=list(PartnerKind)
    )


@get(_AT, action=Action.EDIT_EVENTS, include_in_schema=False)
async def show_record(request: Request, partner_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show one record: contacts, what is printed of them, and every event that they were asked to."""
    desk = desk_of(request)
    return await _page(desk, await _record(desk, partner_id), Form())


async def _record(desk: Desk, partner_id: uuid.UUID) -> Record:
    record = await desk.read(lambda session: partner_records.read_record(session, partner_id))
    require(desk.identity, Action.EDIT_EVENTS, record.partner.organiser_id)
    return record


async def _page(desk: Desk, record: Record, form: Form, status_code: int = 200) -> Response[str]:
    shown = form if form.values or form.errors else _form_of(record.partner)
    house = await desk.house(record.partner.organiser_id)
    return await desk.show(
        "partner_record.html",
        record=record,
        form=shown,
        kinds=list(PartnerKind),
        house=house,
        status_code=status_code,
    )


def _form_of(partner: Partner) -> Form:
    values = {name: [str(getattr(partner, name) or "")] for name in _PLAIN}
    values["kind"] = [partner.kind.value]
    for name in ("affiliation", "biography"):
        text = getattr(partner, name)
        values |= {f"{name}_id": [text.id], f"{name}_en": [text.en]}
    return Form(values)


@post(_AT, **_OPTIONS)
async def save_record(request: Request, partner_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Change a record."""
    desk, form = desk_of(request), await read_form(request)
    record = await _record(desk, partner_id)
    values: dict[str, Any] = {name: form.value(name) for name in _PLAIN if form.value(name).strip()}
    values |= {name: localized_values(form, name) for name in ("affiliation", "biography")}
    try:
        given = check(PartnerInput, values)
        wanted = {name: getattr(given, name) for name in _PLAIN}
        wanted |= {
            name: text.stored() for name in ("affiliation", "biography") if (text := getattr(given, name)) is not None
        }
        await desk.write(lambda session: partner_records.edit(session, partner_id, wanted, now=desk.now, by=desk.by))
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _page(desk, record, again, status)
    return desk.go(f"/staff/partners/{partner_id}", "saved")


@post(f"{_AT}/contacts", **_OPTIONS)
async def add_contact(request: Request, partner_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Keep one more person to turn to."""
    desk, form = desk_of(request), await read_form(request)
    record = await _record(desk, partner_id)
    values = {name: said for name in ("name", "email", "phone") if (said := form.value(f"new_{name}").strip())}
    try:
        given = check(ContactInput, values)
        await desk.write(
            lambda session: partner_records.add_contact(
                session,
                partner_id,
                name=given.name,
                email=given.email,
                phone=given.phone,
                now=desk.now,
                by=desk.by,
            )
        )
    except Invalid as refusal:
        errors = [FieldError(f"new_{e.field}", e.code, e.message, e.params) for e in refusal.errors]
        shown = Form({**_form_of(record.partner).values, **form.values}, tuple(errors))
        return await _page(desk, record, shown, 422)
    return desk.go(f"/staff/partners/{partner_id}", "saved")


@post(f"{_AT}/contacts/{{contact_id:uuid}}", **_OPTIONS)
async def change_contact(
    request: Request, partner_id: FromPath[uuid.UUID], contact_id: FromPath[uuid.UUID]
) -> Response[Any]:
    """Make somebody the main contact (`do=main`), or remove them (`do=remove`)."""
    desk, form = desk_of(request), await read_form(request)
    record = await _record(desk, partner_id)
    use_case = partner_records.remove_contact if form.value("do") == "remove" else partner_records.make_main
    try:
        await desk.write(lambda session: use_case(session, partner_id, contact_id, now=desk.now, by=desk.by))
    except REFUSALS as refusal:
        _, status = refused(form, refusal)
        shown = _form_of(record.partner).with_errors([FieldError("contacts", refusal.code, refusal.message)])
        return await _page(desk, record, shown, status)
    return desk.go(f"/staff/partners/{partner_id}", "saved")


@post(f"{_AT}/forget", **_OPTIONS)
async def forget_partner(request: Request, partner_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Remove what is personal in a former partner's record."""
    desk = desk_of(request)
    form = await read_form(request)
    record = await _record(desk, partner_id)
    try:
        if form.value("sure") != "yes":
            raise Invalid([FieldError("sure", "missing", "Please fill this in.")])
        await desk.write(lambda session: partner_records.forget(session, partner_id, now=desk.now, by=desk.by))
    except REFUSALS as refusal:
        again, status = refused(_form_of(record.partner), refusal)
        return await _page(desk, record, again, status)
    return desk.go(f"/staff/partners/{partner_id}", "forgotten")


HANDLERS = (list_partners, show_record, save_record, add_contact, change_contact, forget_partner)
