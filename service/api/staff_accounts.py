"""Staff: tokens of one's own, and the colleagues that an owner manages."""

from __future__ import annotations

from collections.abc import Callable

from litestar import Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from events.storage import ReadSession, Session
from service.accounts import audit, invitations, staff, tokens
from service.accounts.audit import Wanted
from service.accounts.models import Role
from service.accounts.permissions import Action
from service.api.access import Acting, needs
from service.api.answers import STAFF_ACT, STAFF_READ, STAFF_WRITE
from service.api.paging import Cursor, Limit, cut, read_cursor
from service.api.parameters import ActionQuery, EventQuery, Id, OrganiserQuery, PersonQuery
from service.api.resources.audit import AuditPage, audit_view
from service.api.resources.people import (
    ColleagueList,
    NewInvitation,
    NewToken,
    TokenList,
    colleague_view,
    invitation_view,
    token_view,
)
from service.clock import real_now
from service.inputs.desk import ColleagueInput, InvitationInput, TokenInput

NO_STORE = {"Cache-Control": "no-store"}


@get("/tokens", opt=needs(Action.MANAGE_TOKENS), responses=STAFF_READ, operation_id="listTokens")
async def list_tokens(acting: NamedDependency[Acting]) -> TokenList:
    """List the bearer tokens that one may end."""
    return await acting.see(
        lambda session: TokenList(
            items=[token_view(token, person) for token, person in tokens.list_tokens(session, acting.identity)]
        )
    )


@post(
    "/tokens",
    opt=needs(Action.MANAGE_TOKENS),
    responses=STAFF_WRITE,
    operation_id="createToken",
    response_headers=NO_STORE,
)
async def create_token(data: JSONBody[TokenInput], acting: NamedDependency[Acting]) -> NewToken:
    """Make a token that acts for oneself within its scopes; it can do no more than the one it is made with."""
    now, scopes = acting.now, acting.within_own_scopes(data.scopes)

    def use_case(session: Session) -> str:
        return tokens.create(
            session,
            acting.identity,
            name=data.name,
            scopes=scopes,
            expires_at=data.expires_at,
            now=now,
            real_now=real_now(),
        )

    return NewToken(token=await acting.change(use_case))


@delete("/tokens/{token_id:uuid}", opt=needs(Action.MANAGE_TOKENS), responses=STAFF_ACT, operation_id="revokeToken")
async def revoke_token(token_id: Id, acting: NamedDependency[Acting]) -> None:
    """End a token; ending it twice changes nothing."""
    now = acting.now
    await acting.change(lambda session: tokens.revoke(session, acting.identity, token_id, now=now, real_now=real_now()))


@get("/colleagues", opt=needs(Action.MANAGE_STAFF), responses=STAFF_READ, operation_id="listColleagues")
async def list_colleagues(acting: NamedDependency[Acting]) -> ColleagueList:
    """List colleagues, and the invitations that are open."""

    def query(session: ReadSession) -> ColleagueList:
        links = staff.list_invitations(session, acting.identity, real_now=real_now())
        return ColleagueList(
            items=[colleague_view(each) for each in staff.list_staff(session, acting.identity)],
            invitations=[invitation_view(each) for each in links],
        )

    return await acting.see(query)


@post(
    "/invitations",
    opt=needs(Action.MANAGE_STAFF),
    responses=STAFF_WRITE,
    operation_id="inviteColleague",
    response_headers=NO_STORE,
)
async def invite_colleague(
    data: JSONBody[InvitationInput], acting: NamedDependency[Acting], organiser: OrganiserQuery = None
) -> NewInvitation:
    """Make a one-time link by which a colleague joins; hand it over as you like."""
    now = acting.now

    def use_case(session: Session) -> str:
        return invitations.invite(
            session,
            acting.identity,
            email=data.email,
            role=Role(data.role),
            organiser_id=organiser or acting.identity.organiser_id,
            now=now,
            real_now=real_now(),
        )

    return _link(acting, await acting.change(use_case))


@post(
    "/colleagues/{staff_id:uuid}/reset",
    opt=needs(Action.MANAGE_STAFF),
    responses=STAFF_ACT,
    operation_id="inviteBack",
    response_headers=NO_STORE,
)
async def invite_back(staff_id: Id, acting: NamedDependency[Acting]) -> NewInvitation:
    """Make a one-time link by which a colleague chooses a new password."""
    now = acting.now
    token = await acting.change(
        lambda session: invitations.invite_back(session, acting.identity, staff_id, now=now, real_now=real_now())
    )
    return _link(acting, token)


def _link(acting: Acting, token: str) -> NewInvitation:
    return NewInvitation(url=acting.runtime.links.url(f"welcome/{token}"))


@delete(
    "/invitations/{link_id:uuid}",
    opt=needs(Action.MANAGE_STAFF),
    responses=STAFF_ACT,
    operation_id="revokeInvitation",
)
async def revoke_invitation(link_id: Id, acting: NamedDependency[Acting]) -> None:
    """Take back a link that nobody has used; doing it twice changes nothing."""
    now = acting.now
    await acting.change(
        lambda session: invitations.revoke(session, acting.identity, link_id, now=now, real_now=real_now())
    )


@patch(
    "/colleagues/{staff_id:uuid}",
    opt=needs(Action.MANAGE_STAFF),
    responses=STAFF_WRITE,
    operation_id="changeColleague",
)
async def change_colleague(
    staff_id: Id, data: JSONBody[ColleagueInput], acting: NamedDependency[Acting]
) -> ColleagueList:
    """Give a colleague another role or another place of work; their sessions end."""
    now = acting.now

    def use_case(session: Session) -> None:
        if data.role is not None:
            staff.change_role(session, acting.identity, staff_id, data.role, now=now)
        if data.organiser is not None:
            staff.move(session, acting.identity, staff_id, data.organiser, now=now)

    return await _manage(acting, use_case)


@post(
    "/colleagues/{staff_id:uuid}/disable",
    status_code=200,
    opt=needs(Action.MANAGE_STAFF),
    responses=STAFF_ACT,
    operation_id="disableColleague",
)
async def disable_colleague(staff_id: Id, acting: NamedDependency[Acting]) -> ColleagueList:
    """Shut a colleague out at once: sessions and tokens stop working."""
    now = acting.now
    return await _manage(
        acting, lambda session: staff.disable(session, acting.identity, staff_id, now=now, real_now=real_now())
    )


@post(
    "/colleagues/{staff_id:uuid}/enable",
    status_code=200,
    opt=needs(Action.MANAGE_STAFF),
    responses=STAFF_ACT,
    operation_id="enableColleague",
)
async def enable_colleague(staff_id: Id, acting: NamedDependency[Acting]) -> ColleagueList:
    """Let a colleague in again."""
    now = acting.now
    return await _manage(acting, lambda session: staff.enable(session, acting.identity, staff_id, now=now))


async def _manage(acting: Acting, use_case: Callable[[Session], object]) -> ColleagueList:
    def then_list(session: Session) -> ColleagueList:
        use_case(session)
        session.flush()
        return ColleagueList(
            items=[colleague_view(each) for each in staff.list_staff(session, acting.identity)], invitations=[]
        )

    return await acting.change(then_list)


@get("/audit", opt=needs(Action.VIEW_AUDIT), responses=STAFF_READ, operation_id="listAudit")
async def list_audit(
    *,
    acting: NamedDependency[Acting],
    person: PersonQuery = None,
    event: EventQuery = None,
    action: ActionQuery = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> AuditPage:
    """List what staff did, the latest first: who, when, from where, on which things."""
    before = read_cursor(cursor)
    wanted = Wanted(by=person, event_id=event, action=action)
    items = await acting.see(
        lambda session: [
            audit_view(line)
            for line in audit.search(
                session, acting.identity, wanted, before=before[1] if before else None, limit=limit + 1
            )
        ]
    )
    page, next_cursor = cut(items, limit, lambda item: (item.at, item.id))
    return AuditPage(items=list(page), next_cursor=next_cursor)


routes = Router(
    "/",
    route_handlers=[
        list_tokens,
        create_token,
        revoke_token,
        list_colleagues,
        invite_colleague,
        invite_back,
        revoke_invitation,
        change_colleague,
        disable_colleague,
        enable_colleague,
        list_audit,
    ],
    tags=["Staff and tokens"],
)
