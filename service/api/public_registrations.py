"""Public: registering, and what a person does with their own place by the token of their personal link."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from events.links import MANAGE, PARTNER, check_version
from events.models import Evidence, PartnerAnswer, RegistrationState
from events.pages import personal_pages
from events.pages.personal_pages import PartnerPage, RegistrationPage
from events.partnership.partners import answer as answer_invitation
from events.presence import attendance
from events.registrations import registration
from events.registrations.applications import Application, Guardian
from events.seating import waitlist
from events.storage import ReadSession, Session
from service import consent
from service.api.answering import check_before, registering
from service.api.answers import POST, refusals
from service.api.parameters import Id, IdempotencyKey, PersonalToken
from service.api.problems import locale_of
from service.api.resources.public import (
    CodeTaken,
    Joined,
    OwnInvitation,
    OwnRegistration,
    Registered,
    own_invitation,
    own_registration,
    registered_view,
)
from service.clock import real_now
from service.database.idempotency import remember
from service.inputs.checking import AnsweringInput, CodeWordInput, PartnerAnswerInput
from service.limiting import address_of, limit_posts, limits_of
from service.wiring import Runtime

_Result = TypeVar("_Result")
PERSONAL = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}

_READ_OWN = refusals(404, 410)
_ACT_OWN = refusals(404, 409, 410, 413, 429)
_WRITE_OWN = refusals(404, 409, 410, 413, 415, 422, 429)


@post("/events/{event_id:uuid}/registrations", guards=[limit_posts], responses=POST, operation_id="register")
async def register(
    event_id: Id,
    data: JSONBody[AnsweringInput],
    request: Request[Any, Any, Any],
    runtime: NamedDependency[Runtime],
    idempotency_key: IdempotencyKey = None,
) -> Registered:
    """Take a seat, or a place on the waitlist where all are taken; `state` says which.

    What the event asks besides name and contact is told by `getForm`.

    The token in the answer opens the person's own place and is as secret as a password.
    """
    given = application_of(event_id, data, locale=locale_of(request))
    wanted = await limits_of(request).admit(given, address_of(request))
    now = runtime.clock.now()

    before = await check_before(runtime.shared_reads, event_id, data, now=now)
    perform = registering(data, wanted, now=now, before=before)

    def take_place(session: Session) -> dict[str, Any]:
        made = perform(session)
        # Ids only: whoever reads the table of keys must not find a link that opens a door.
        return {"id": str(made.registration_id), "state": made.state.value, "version": made.link_version} | (
            {"quiet": True} if wanted.quiet else {}
        )

    def use_case(session: Session) -> dict[str, Any]:
        if idempotency_key is None:
            return take_place(session)
        payload = {"event_id": str(event_id), **data.model_dump(mode="json")}
        scope = f"register|{event_id}"
        return remember(
            session, scope=scope, key=idempotency_key, payload=payload, real_now=real_now(), produce=take_place
        )

    made = await runtime.database.awrite(use_case, seats_of=[event_id])
    state = RegistrationState(made["state"])
    quiet: bool = made.get("quiet", False)
    return registered_view(uuid.UUID(made["id"]), state, made["version"], runtime.links, quiet=quiet)


def application_of(event_id: uuid.UUID, data: AnsweringInput, *, locale: str) -> Application:
    """Return what a person filled in as the use-case takes it."""
    return Application(
        event_id=event_id,
        name=data.name,
        consent_version=consent.VERSION,
        slot_id=data.slot_id,
        email=data.email,
        phone=data.phone,
        party_size=data.party_size,
        locale=locale,
        institution=data.institution,
        sign_language=data.sign_language,
        wheelchair=data.wheelchair,
        access_needs=data.access_needs,
        guardian=None if (asked := data.guardian) is None else Guardian(asked.name, asked.email, asked.phone),
    )


def own_place(session: ReadSession, runtime: Runtime, token: str) -> RegistrationPage:
    """Return the place that a personal token opens. Raises `NotFound` or `Gone`."""
    target = runtime.links.read(MANAGE, token)
    page = personal_pages.registration_page(session, target.id)
    check_version(target, page.link_version)
    return page


async def _act(
    runtime: Runtime, token: str, use_case: Callable[[Session, uuid.UUID], _Result]
) -> tuple[OwnRegistration, _Result]:
    """Run a use-case on one's own place and return the place as it is then."""

    def checked(session: Session) -> tuple[OwnRegistration, _Result]:
        result = use_case(session, own_place(session, runtime, token).id)
        session.expire_all()
        return own_registration(own_place(session, runtime, token), runtime.links), result

    event_id = await runtime.database.aread(lambda session: own_place(session, runtime, token).event_id)
    return await runtime.database.awrite(checked, seats_of=[event_id])


@get("/my/registrations/{token:str}", responses=_READ_OWN, operation_id="getOwnRegistration", response_headers=PERSONAL)
async def get_own_registration(token: PersonalToken, runtime: NamedDependency[Runtime]) -> OwnRegistration:
    """Return one's own place."""
    return await runtime.database.aread(
        lambda session: own_registration(own_place(session, runtime, token), runtime.links)
    )


@post(
    "/my/registrations/{token:str}/cancel",
    status_code=200,
    guards=[limit_posts],
    responses=_ACT_OWN,
    operation_id="cancelOwnRegistration",
    response_headers=PERSONAL,
)
async def cancel_own_registration(token: PersonalToken, runtime: NamedDependency[Runtime]) -> OwnRegistration:
    """Give the place up; cancelling twice changes nothing. The next one who waits is offered the seat."""
    now = runtime.clock.now()
    place, _ = await _act(
        runtime, token, lambda session, key: registration.cancel(session, key, now=now, by=f"person:{key}")
    )
    return place


@post(
    "/my/registrations/{token:str}/accept-offer",
    status_code=200,
    guards=[limit_posts],
    responses=_ACT_OWN,
    operation_id="acceptOffer",
    response_headers=PERSONAL,
)
async def accept_offer(token: PersonalToken, runtime: NamedDependency[Runtime]) -> OwnRegistration:
    """Take the seat that was offered from the waitlist; accepting twice changes nothing, too late is a 410."""
    now = runtime.clock.now()
    place, _ = await _act(
        runtime, token, lambda session, key: waitlist.accept_offer(session, key, now=now, by=f"person:{key}")
    )
    return place


@post(
    "/my/registrations/{token:str}/join",
    status_code=200,
    guards=[limit_posts],
    responses=_ACT_OWN,
    operation_id="join",
    response_headers=PERSONAL,
)
async def join(token: PersonalToken, runtime: NamedDependency[Runtime]) -> Joined:
    """Note that the person joins and return the meeting's address; it opens half an hour before the start."""
    now = runtime.clock.now()
    _, url = await _act(runtime, token, lambda session, key: attendance.join(session, key, now=now))
    return Joined(meeting_url=url)


@post(
    "/my/registrations/{token:str}/code-words",
    status_code=200,
    guards=[limit_posts],
    responses=_WRITE_OWN,
    operation_id="enterCodeWord",
    response_headers=PERSONAL,
)
async def enter_code_word(
    token: PersonalToken, data: JSONBody[CodeWordInput], runtime: NamedDependency[Runtime]
) -> CodeTaken:
    """Enter a code word that was said or shown during the event; case, accents and spaces do not matter."""
    now = runtime.clock.now()
    evidence: Evidence
    _, evidence = await _act(
        runtime, token, lambda session, key: attendance.enter_code(session, key, data.code, now=now)
    )
    return CodeTaken(evidence=evidence)


def own_part(session: ReadSession, runtime: Runtime, token: str) -> PartnerPage:
    """Return the partner's part that a personal token opens. Raises `NotFound` or `Gone`."""
    target = runtime.links.read(PARTNER, token)
    page = personal_pages.partner_page(session, target.id)
    check_version(target, page.link_version)
    return page


@get("/my/invitations/{token:str}", responses=_READ_OWN, operation_id="getInvitation", response_headers=PERSONAL)
async def get_invitation(token: PersonalToken, runtime: NamedDependency[Runtime]) -> OwnInvitation:
    """Return a partner's invitation to take part in an event."""
    return await runtime.database.aread(
        lambda session: own_invitation(own_part(session, runtime, token), runtime.links)
    )


@post(
    "/my/invitations/{token:str}/answer",
    status_code=200,
    guards=[limit_posts],
    responses=_WRITE_OWN,
    operation_id="answerInvitation",
    response_headers=PERSONAL,
)
async def answer_own_invitation(
    token: PersonalToken, data: JSONBody[PartnerAnswerInput], runtime: NamedDependency[Runtime]
) -> OwnInvitation:
    """Accept, decline, or say that one is not sure yet; the last answer counts."""
    now = runtime.clock.now()

    def use_case(session: Session) -> OwnInvitation:
        key = own_part(session, runtime, token).id
        answer_invitation(session, key, PartnerAnswer(data.answer), now=now, by=f"partner:{key}")
        session.expire_all()
        return own_invitation(own_part(session, runtime, token), runtime.links)

    return await runtime.database.awrite(use_case)


routes = Router(
    "/",
    route_handlers=[
        register,
        get_own_registration,
        cancel_own_registration,
        accept_offer,
        join,
        enter_code_word,
        get_invitation,
        answer_own_invitation,
    ],
    tags=["Registrations"],
)
