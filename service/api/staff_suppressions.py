"""Staff: addresses that nothing is sent to, or nothing promotional, and how that ends."""

from __future__ import annotations

import uuid
from typing import Annotated

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from events.errors import NotFound
from events.storage import ReadSession, Session
from notifications.models.suppression import SuppressionReason
from notifications.suppression import suppressing, suppression_listing
from service.accounts.permissions import Action, require
from service.api.access import Acting, needs
from service.api.answers import STAFF_READ, STAFF_WRITE
from service.api.paging import Cursor, Limit, read_cursor, write_cursor
from service.api.parameters import Id, Search
from service.api.resources.mail_texts import SuppressionList, SuppressionView, suppression_list, suppression_view
from service.inputs.desk import SuppressionEndInput, SuppressionInput

Reason = Annotated[SuppressionReason | None, QueryParameter(description="Only addresses that are there for this.")]


def _owners(acting: Acting) -> frozenset[uuid.UUID] | None:
    owners = acting.identity.organiser_ids
    return None if owners is None else frozenset(owners)


@get("/suppressions", opt=needs(Action.VIEW_REGISTRATIONS), responses=STAFF_READ, operation_id="listSuppressions")
async def list_suppressions(
    acting: NamedDependency[Acting],
    *,
    search: Search = None,
    reason: Reason = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> SuppressionList:
    """List the addresses that are left alone now, the latest first."""
    held, now = read_cursor(cursor), acting.now

    def query(session: ReadSession) -> SuppressionList:
        found = suppression_listing.left_alone(
            session,
            owners=_owners(acting),
            now=now,
            search=search or "",
            reason=reason,
            before=held[1] if held else None,
            limit=limit + 1,
        )
        more = write_cursor("", found[limit - 1].id) if len(found) > limit else None
        return suppression_list(found[:limit], more)

    return await acting.see(query)


@post("/suppressions", opt=needs(Action.EDIT_REGISTRATIONS), responses=STAFF_WRITE, operation_id="addSuppression")
async def add_suppression(data: JSONBody[SuppressionInput], acting: NamedDependency[Acting]) -> SuppressionView:
    """Send nothing more to an address, as its owner asked; repeated, it is the one that there is."""
    organiser_id, now = acting.organiser_to_write(data.organiser), acting.now
    require(acting.identity, acting.action, organiser_id)

    def use_case(session: Session) -> SuppressionView:
        suppressing.suppress(
            session,
            data.address,
            SuppressionReason.BY_STAFF,
            now=now,
            by=acting.by,
            organiser_id=organiser_id,
            said=data.why,
        )
        session.flush()
        found = suppression_listing.why_left_alone(session, data.address, organiser_id, now=now)
        if found is None:
            raise NotFound
        return suppression_view(found)

    return await acting.change(use_case)


@post(
    "/suppressions/{suppression_id:uuid}/end",
    status_code=204,
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_WRITE,
    operation_id="endSuppression",
)
async def end_suppression(
    suppression_id: Id, data: JSONBody[SuppressionEndInput], acting: NamedDependency[Acting]
) -> None:
    """Write to an address again; why stays with it."""
    now = acting.now

    def use_case(session: Session) -> None:
        suppression_listing.find(session, suppression_id, owners=_owners(acting))
        suppressing.lift(session, suppression_id, why=data.why, now=now, by=acting.by)

    await acting.change(use_case)


routes = Router("/", route_handlers=[list_suppressions, add_suppression, end_suppression], tags=["E-mails"])
