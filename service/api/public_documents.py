"""Public: what a person keeps: calendar entries, certificates, and their proof."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter

from certificates.listing import CertificateView, of_participation, of_registration
from certificates.verifying import verify
from events.catalogue import calendar
from events.catalogue.calendar import Entry
from events.catalogue.listing import event_page_by_id
from events.errors import NotFound
from events.models import Event, Organiser, Participation, Registration, Slot
from events.storage import ReadSession
from service.api.answers import READ, refusals
from service.api.downloads import described, file_answer, stored_answer
from service.api.parameters import Id, PersonalToken
from service.api.problems import locale_of
from service.api.public_registrations import own_part, own_place
from service.api.resources.documents import OwnCertificateList, Proof, own_certificate, proof
from service.wiring import Runtime

_ICS = described("text/calendar", "A calendar file (RFC 5545).")
_PDF = described("application/pdf", "The certificate.")
_OWN = refusals(404, 410)


@get(
    "/events/{event_id:uuid}/calendar.ics",
    responses=READ | _ICS,
    operation_id="getEventCalendar",
    media_type="text/calendar",
)
async def get_event_calendar(
    event_id: Id,
    request: Request[Any, Any, Any],
    runtime: NamedDependency[Runtime],
    slot: Annotated[uuid.UUID | None, QueryParameter(description="Only this visiting time.")] = None,
) -> Response[bytes]:
    """Return the event, or one visiting time, for a calendar."""
    locale = locale_of(request)

    def query(session: ReadSession) -> bytes:
        page = event_page_by_id(session, event_id)
        event, organiser = _event_and_organiser(session, event_id)
        visit = session.get(Slot, slot) if slot is not None else None
        if slot is not None and (visit is None or visit.event_id != event_id):
            raise NotFound
        url = runtime.links.url(page.path)
        return calendar.entry_file(calendar.event_entry(event, organiser, locale, url=url, slot=visit))

    return file_answer(await runtime.database.aread(query), media_type="text/calendar", name="acara.ics")


@get(
    "/my/registrations/{token:str}/calendar.ics",
    responses=_OWN | _ICS,
    operation_id="getOwnCalendar",
    media_type="text/calendar",
)
async def get_own_calendar(token: PersonalToken, runtime: NamedDependency[Runtime]) -> Response[bytes]:
    """Return one's own calendar entry, the same that the mails carry."""

    def query(session: ReadSession) -> bytes:
        return calendar.entry_file(_own_entry(session, runtime, own_place(session, runtime, token).id))

    return file_answer(await runtime.database.aread(query), media_type="text/calendar", name="acara.ics")


def _own_entry(session: ReadSession, runtime: Runtime, registration_id: uuid.UUID) -> Entry:
    held = session.get(Registration, registration_id)
    if held is None:
        raise NotFound
    event, organiser = _event_and_organiser(session, held.event_id)
    slot = session.get(Slot, held.slot_id) if held.slot_id is not None else None
    return calendar.registration_entry(event, organiser, held, held.locale, links=runtime.links, slot=slot)


def _event_and_organiser(session: ReadSession, event_id: uuid.UUID) -> tuple[Event, Organiser]:
    event = session.get(Event, event_id)
    organiser = session.get(Organiser, event.organiser_id) if event is not None else None
    if event is None or organiser is None:
        raise NotFound
    return event, organiser


@get(
    "/my/invitations/{token:str}/calendar.ics",
    responses=_OWN | _ICS,
    operation_id="getInvitationCalendar",
    media_type="text/calendar",
)
async def get_invitation_calendar(token: PersonalToken, runtime: NamedDependency[Runtime]) -> Response[bytes]:
    """Return a partner's own calendar entry, the same that the invitation carries."""

    def query(session: ReadSession) -> bytes:
        page = own_part(session, runtime, token)
        part = session.get(Participation, page.id)
        if part is None:
            raise NotFound
        event, organiser = _event_and_organiser(session, part.event_id)
        return calendar.entry_file(
            calendar.participation_entry(event, organiser, part, page.locale, links=runtime.links)
        )

    return file_answer(await runtime.database.aread(query), media_type="text/calendar", name="acara.ics")


def _held_by_registrant(session: ReadSession, runtime: Runtime, token: str) -> Sequence[CertificateView]:
    return of_registration(session, own_place(session, runtime, token).id)


def _held_by_partner(session: ReadSession, runtime: Runtime, token: str) -> Sequence[CertificateView]:
    return of_participation(session, own_part(session, runtime, token).id)


def _listed(held: Sequence[CertificateView]) -> OwnCertificateList:
    return OwnCertificateList(items=[own_certificate(each) for each in held])


async def _sent(runtime: Runtime, held: Sequence[CertificateView], certificate_id: uuid.UUID) -> Response[bytes]:
    found = next((each for each in held if each.id == certificate_id), None)
    if found is None:
        raise NotFound
    return await stored_answer(runtime.files, found.file_key, media_type="application/pdf", name=found.file_name)


@get("/my/registrations/{token:str}/certificates", responses=_OWN, operation_id="listOwnCertificates")
async def list_own_certificates(token: PersonalToken, runtime: NamedDependency[Runtime]) -> OwnCertificateList:
    """List one's own certificates."""
    return _listed(await runtime.database.aread(lambda session: _held_by_registrant(session, runtime, token)))


@get(
    "/my/registrations/{token:str}/certificates/{certificate_id:uuid}",
    responses=_OWN | _PDF,
    operation_id="downloadOwnCertificate",
    media_type="application/pdf",
)
async def download_own_certificate(
    token: PersonalToken, certificate_id: Id, runtime: NamedDependency[Runtime]
) -> Response[bytes]:
    """Return one of one's own certificates as PDF."""
    held = await runtime.database.aread(lambda session: _held_by_registrant(session, runtime, token))
    return await _sent(runtime, held, certificate_id)


@get("/my/invitations/{token:str}/certificates", responses=_OWN, operation_id="listInvitationCertificates")
async def list_invitation_certificates(token: PersonalToken, runtime: NamedDependency[Runtime]) -> OwnCertificateList:
    """List a partner's own certificates: a speaker's, a moderator's."""
    return _listed(await runtime.database.aread(lambda session: _held_by_partner(session, runtime, token)))


@get(
    "/my/invitations/{token:str}/certificates/{certificate_id:uuid}",
    responses=_OWN | _PDF,
    operation_id="downloadInvitationCertificate",
    media_type="application/pdf",
)
async def download_invitation_certificate(
    token: PersonalToken, certificate_id: Id, runtime: NamedDependency[Runtime]
) -> Response[bytes]:
    """Return one of a partner's own certificates as PDF."""
    held = await runtime.database.aread(lambda session: _held_by_partner(session, runtime, token))
    return await _sent(runtime, held, certificate_id)


@get("/certificates/{code:str}", responses=refusals(), operation_id="verifyCertificate")
async def verify_certificate(
    code: Annotated[str, PathParameter(max_length=100, description="As printed; case and hyphens do not matter.")],
    runtime: NamedDependency[Runtime],
) -> Proof:
    """Say what a certificate's code proves: valid, replaced, revoked or unknown."""
    return proof(await runtime.database.aread(lambda session: verify(session, code)))


routes = Router(
    "/",
    route_handlers=[
        get_event_calendar,
        get_own_calendar,
        get_invitation_calendar,
        list_own_certificates,
        download_own_certificate,
        list_invitation_certificates,
        download_invitation_certificate,
        verify_certificate,
    ],
    tags=["Calendars and certificates"],
)
