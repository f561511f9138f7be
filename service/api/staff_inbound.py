"""Staff: what came in by e-mail, and what somebody decides about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from events.models import Participation, PartnerAnswer
from events.ownership import owner_of
from events.storage import ReadSession, Session
from notifications.inbox import deciding, listing
from notifications.models.inbound import InboundMessage
from service.accounts.permissions import Action, require
from service.api.access import Acting, needs
from service.api.answers import STAFF_READ, STAFF_WRITE
from service.api.parameters import Id
from service.api.resources.inbound import InboundList, InboundView, inbound_view
from service.inputs.desk import InboundAnswerInput, InboundLinkInput

Settled = Annotated[bool, QueryParameter(description="What is settled, the newest first, instead of what waits.")]
Page = Annotated[int, QueryParameter(ge=1, le=10_000, description="The number of the page, from 1 on.")]


@get("/inbound", opt=needs(Action.EDIT_EVENTS), responses=STAFF_READ, operation_id="listInbound")
async def list_inbound(acting: NamedDependency[Acting], settled: Settled = False, page: Page = 1) -> InboundList:
    """List what waits for a person, oldest first, or what is settled."""

    def query(session: ReadSession) -> InboundList:
        found = listing.list_inbound(session, acting.identity.organiser_ids, waiting=not settled, number=page)
        return InboundList(items=[inbound_view(row) for row in found.rows], more=found.more)

    return await acting.see(query)


async def _decide(acting: Acting, message_id: Id, use_case: Callable[[Session], None]) -> InboundView:
    def decide(session: Session) -> InboundView:
        use_case(session)
        session.flush()
        return inbound_view(listing.find_inbound(session, message_id))

    return await acting.change(decide, on=(InboundMessage, message_id))


@post(
    "/inbound/{message_id:uuid}/apply",
    status_code=200,
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_WRITE,
    operation_id="applyInbound",
)
async def apply_inbound(
    message_id: Id, data: JSONBody[InboundAnswerInput], acting: NamedDependency[Acting]
) -> InboundView:
    """Let an answer count that waited or came too late; `answer` says what somebody read in a letter."""
    answer, now = PartnerAnswer(data.answer) if data.answer else None, acting.now
    return await _decide(
        acting, message_id, lambda session: deciding.apply(session, message_id, answer=answer, now=now, by=acting.by)
    )


@post(
    "/inbound/{message_id:uuid}/link",
    status_code=200,
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_WRITE,
    operation_id="linkInbound",
)
async def link_inbound(
    message_id: Id, data: JSONBody[InboundLinkInput], acting: NamedDependency[Acting]
) -> InboundView:
    """Say which invitation a message is about."""
    now = acting.now

    def use_case(session: Session) -> None:
        require(acting.identity, Action.EDIT_EVENTS, owner_of(session, Participation, data.participation_id))
        deciding.link(session, message_id, data.participation_id, now=now, by=acting.by)

    return await _decide(acting, message_id, use_case)


@post(
    "/inbound/{message_id:uuid}/dismiss",
    status_code=200,
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_WRITE,
    operation_id="dismissInbound",
)
async def dismiss_inbound(message_id: Id, acting: NamedDependency[Acting]) -> InboundView:
    """Put a message away that was read."""
    now = acting.now
    return await _decide(
        acting, message_id, lambda session: deciding.dismiss(session, message_id, now=now, by=acting.by)
    )


@post(
    "/inbound/{message_id:uuid}/reopen",
    status_code=200,
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_WRITE,
    operation_id="reopenInbound",
)
async def reopen_inbound(message_id: Id, acting: NamedDependency[Acting]) -> InboundView:
    """Take a decision back: the message waits again, and the partner's answer is what it was."""
    now = acting.now
    return await _decide(
        acting, message_id, lambda session: deciding.reopen(session, message_id, now=now, by=acting.by)
    )


routes = Router(
    "/",
    route_handlers=[list_inbound, apply_inbound, link_inbound, dismiss_inbound, reopen_inbound],
    tags=["Answers"],
)
