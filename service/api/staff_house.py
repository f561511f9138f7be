"""Staff: organisers, the brand, what happened, and whether work is waiting."""

from __future__ import annotations

import uuid
from typing import Any

import anyio.to_thread
from litestar import Request, Router, get, post, put
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.params import JSONBody

from events import organisers, outbox
from events.models import Event, Organiser
from events.privacy import records
from events.storage import ReadSession, Session
from service.accounts.permissions import Action, require, require_founder
from service.api.access import Acting, needs
from service.api.answers import STAFF_READ, STAFF_WRITE
from service.api.parameters import Id, IdempotencyKey
from service.api.requests import UnsupportedMediaTypeException
from service.api.resources.events import OrganiserList, OrganiserView, organiser_view
from service.api.resources.people import Timeline, fact_view
from service.files.logos import LOGO_BYTES, redraw
from service.inputs.desk import BrandInput, OrganiserInput

_PICTURES = ("image/png", "image/jpeg", "image/webp")


@get("/organisers", opt=needs(Action.VIEW_EVENTS), responses=STAFF_READ, operation_id="listOrganisers")
async def list_organisers(acting: NamedDependency[Acting]) -> OrganiserList:
    """List the organisers that the token's person sees: one's own, or all of them."""
    return await acting.see(
        lambda session: OrganiserList(
            items=[organiser_view(each) for each in records.organisers(session, acting.identity.organiser_ids)]
        )
    )


@post("/organisers", opt=needs(Action.MANAGE_STAFF), responses=STAFF_WRITE, operation_id="addOrganiser")
async def add_organiser(
    data: JSONBody[OrganiserInput], acting: NamedDependency[Acting], idempotency_key: IdempotencyKey = None
) -> OrganiserView:
    """Add a library (the owner of the installation may), or a branch of one (its owners may, too)."""
    require_founder(acting.identity, data.parent)
    now = acting.now

    def use_case(session: Session) -> uuid.UUID:
        return organisers.add_organiser(
            session,
            slug=data.slug,
            name=data.name.stored(),
            timezone=data.timezone,
            email=data.email,
            phone=data.phone,
            address=data.address.stored() if data.address else None,
            website=data.website,
            parent_id=data.parent,
            now=now,
        )

    return await acting.make(
        use_case,
        lambda session, key: organiser_view(session.get_one(Organiser, key)),
        operation="addOrganiser",
        key=idempotency_key,
        payload=data.model_dump(mode="json"),
    )


@get(
    "/organisers/{organiser_id:uuid}",
    opt=needs(Action.VIEW_EVENTS),
    responses=STAFF_READ,
    operation_id="getOrganiser",
)
async def get_organiser(organiser_id: Id, acting: NamedDependency[Acting]) -> OrganiserView:
    """Return one organiser with its brand kit."""

    def query(session: ReadSession) -> OrganiserView:
        require(acting.identity, acting.action, organiser_id)
        return organiser_view(records.organiser(session, organiser_id))

    return await acting.see(query)


@put(
    "/organisers/{organiser_id:uuid}/brand",
    opt=needs(Action.EDIT_BRAND),
    responses=STAFF_WRITE,
    operation_id="setBrand",
)
async def set_brand(organiser_id: Id, data: JSONBody[BrandInput], acting: NamedDependency[Acting]) -> OrganiserView:
    """Replace the colours, tone and signatory that pages, mails, posts and certificates draw from."""

    def use_case(session: Session) -> OrganiserView:
        require(acting.identity, acting.action, organiser_id)
        before = records.organiser(session, organiser_id)
        organisers.set_brand(session, organiser_id, data.stored(before.look))
        session.flush()
        return organiser_view(before)

    return await acting.change(use_case)


class LogoOperation(Operation):
    """Documents the body: the picture itself."""

    def __post_init__(self) -> None:
        """Describe the body."""
        binary = OpenAPIMediaType(schema=Schema(content_media_type="application/octet-stream"))
        self.request_body = RequestBody(required=True, content=dict.fromkeys(_PICTURES, binary))


@put(
    "/organisers/{organiser_id:uuid}/logo",
    opt=needs(Action.EDIT_BRAND),
    responses=STAFF_WRITE,
    operation_id="setLogo",
    operation_class=LogoOperation,
    request_max_body_size=LOGO_BYTES,
)
async def set_logo(organiser_id: Id, request: Request[Any, Any, Any], acting: NamedDependency[Acting]) -> OrganiserView:
    """Send a new logo as the body; it is drawn anew, at most 800 pixels wide and high."""
    require(acting.identity, acting.action, organiser_id)
    if request.content_type[0].lower() not in _PICTURES:
        raise UnsupportedMediaTypeException(headers={"Accept": ", ".join(_PICTURES)})
    logo = await anyio.to_thread.run_sync(redraw, await request.body())
    key, files = logo.key(organiser_id), acting.runtime.files
    await anyio.to_thread.run_sync(lambda: files.put(key, logo.body, content_type=logo.media_type))

    def use_case(session: Session) -> OrganiserView:
        organisers.set_logo(session, organiser_id, key)
        session.flush()
        return organiser_view(records.organiser(session, organiser_id))

    return await acting.change(use_case)


@get(
    "/events/{event_id:uuid}/timeline",
    opt=needs(Action.VIEW_EVENTS),
    responses=STAFF_READ,
    operation_id="getTimeline",
)
async def get_timeline(event_id: Id, acting: NamedDependency[Acting]) -> Timeline:
    """Return everything that happened to an event, the oldest first: ids and times, no names."""
    return await acting.see(
        lambda session: Timeline(items=[fact_view(row) for row in outbox.timeline(session, event_id)]),
        on=(Event, event_id),
    )


routes = Router(
    "/",
    route_handlers=[list_organisers, add_organiser, get_organiser, set_brand, set_logo, get_timeline],
    tags=["House"],
)
