"""The certificates of an event: found, downloaded, names corrected, revoked, failed ones tried again."""

from __future__ import annotations

import uuid
from typing import Any

import anyio.to_thread
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from certificates import issuing, listing
from certificates.listing import CertificateView
from certificates.models import CertificateState
from events.errors import N_, FieldError, Invalid, NotFound
from events.models import Event
from events.paging import Paged
from events.storage import ReadSession
from service.accounts.permissions import Action
from service.inputs.checking import Input, PersonName, Text500
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, check, desk_of, page_number, plain, refused

PER_PAGE = 50
_SAME_NAME = N_("This is the name it already has.")


class _NameInput(Input):
    name: PersonName


class _ReasonInput(Input):
    reason: Text500


@get("/staff/events/{event_id:uuid}/certificates", action=Action.VIEW_CERTIFICATES, include_in_schema=False)
async def list_certificates(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show an event's certificates."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.VIEW_CERTIFICATES)
    text = plain(request.query_params.get("q", ""))[:100]
    state = next((each for each in CertificateState if each.value == request.query_params.get("state")), None)
    number = page_number(request)

    def query(session: ReadSession) -> tuple[Paged[CertificateView], dict[CertificateState, int]]:
        rows = listing.of_event(
            session, event_id, state=state, search=text, offset=(number - 1) * PER_PAGE, limit=PER_PAGE
        )
        total = listing.count_of_event(session, event_id, state=state, search=text)
        return Paged(rows, total, number, PER_PAGE), listing.states_of_event(session, event_id)

    found, states = await desk.read(query)
    partial = request.headers.get("hx-target") == "list"
    return await desk.show(
        "certificate_rows.html" if partial else "certificates.html",
        event=event,
        found=found,
        counts=states,
        text=text,
        state=state.value if state else "",
        headers={"Vary": "HX-Target"},
    )


async def _load(
    desk: Desk, event_id: uuid.UUID, certificate_id: uuid.UUID, action: Action
) -> tuple[Event, CertificateView]:
    event = await desk.event(event_id, action)
    found = await desk.read(lambda session: listing.certificate(session, certificate_id))
    if found is None or found.event_id != event_id:
        raise NotFound
    return event, found


@get(
    "/staff/events/{event_id:uuid}/certificates/{certificate_id:uuid}",
    action=Action.EDIT_CERTIFICATES,
    include_in_schema=False,
)
async def show_certificate(
    request: Request, event_id: FromPath[uuid.UUID], certificate_id: FromPath[uuid.UUID]
) -> Response[str]:
    """Show one certificate, its history, and the forms that correct or revoke it."""
    desk = desk_of(request)
    event, found = await _load(desk, event_id, certificate_id, Action.EDIT_CERTIFICATES)
    return await _certificate_page(desk, event, found, Form())


async def _certificate_page(
    desk: Desk, event: Event, found: CertificateView, form: Form, status_code: int = 200
) -> Response[str]:
    history = await desk.read(lambda session: listing.history(session, found.id))
    return await desk.show(
        "certificate.html", event=event, certificate=found, history=history, form=form, status_code=status_code
    )


@post(
    "/staff/events/{event_id:uuid}/certificates/{certificate_id:uuid}/name",
    action=Action.EDIT_CERTIFICATES,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def correct_name(
    request: Request, event_id: FromPath[uuid.UUID], certificate_id: FromPath[uuid.UUID]
) -> Response[Any]:
    """Issue the certificate anew under a corrected name."""
    desk = desk_of(request)
    event, found = await _load(desk, event_id, certificate_id, Action.EDIT_CERTIFICATES)
    form = await read_form(request)
    try:
        given = check(_NameInput, {"name": form.value("name")})
        if given.name == found.name:
            raise Invalid([FieldError("name", "same", _SAME_NAME)])
        await desk.write(
            lambda session: issuing.correct_name(session, certificate_id, given.name, now=desk.now, by=desk.by)
        )
    except REFUSALS as refusal:
        return await _certificate_page(desk, event, found, *refused(form, refusal))
    return desk.go(f"/staff/events/{event_id}/certificates", "corrected")


@post(
    "/staff/events/{event_id:uuid}/certificates/{certificate_id:uuid}/revoke",
    action=Action.EDIT_CERTIFICATES,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def revoke(request: Request, event_id: FromPath[uuid.UUID], certificate_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Declare a certificate worthless; the reason stays with the staff."""
    desk = desk_of(request)
    event, found = await _load(desk, event_id, certificate_id, Action.EDIT_CERTIFICATES)
    form = await read_form(request)
    try:
        given = check(_ReasonInput, {"reason": form.value("reason")})
        await desk.write(
            lambda session: issuing.revoke(session, certificate_id, reason=given.reason, now=desk.now, by=desk.by)
        )
    except REFUSALS as refusal:
        return await _certificate_page(desk, event, found, *refused(form, refusal))
    return desk.go(f"/staff/events/{event_id}/certificates", "revoked")


@get(
    "/staff/events/{event_id:uuid}/certificates/{certificate_id:uuid}/file",
    action=Action.VIEW_CERTIFICATES,
    include_in_schema=False,
)
async def download(
    request: Request, event_id: FromPath[uuid.UUID], certificate_id: FromPath[uuid.UUID]
) -> Response[bytes]:
    """Send the PDF."""
    desk = desk_of(request)
    _, found = await _load(desk, event_id, certificate_id, Action.VIEW_CERTIFICATES)
    if found.file_key is None:
        raise NotFound
    try:
        body = await anyio.to_thread.run_sync(desk.runtime.files.get, found.file_key)
    except FileNotFoundError:
        raise NotFound from None
    headers = {
        "Content-Disposition": f'attachment; filename="{found.file_name}"',
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(body, media_type="application/pdf", headers=headers)


HANDLERS = (list_certificates, show_certificate, correct_name, revoke, download)
