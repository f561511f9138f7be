"""Colleagues and their roles, invitations to hand over, and the API's tokens: for owners."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.errors import NotFound
from events.storage import ReadSession, Session
from service.accounts import factors, invitations, staff, tokens
from service.accounts.models import Role
from service.accounts.permissions import ROLES_OF, Action
from service.inputs.desk import InvitationInput, TokenInput
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, check, desk_of, organiser_in, refused

TOKEN_DAYS = (30, 90, 365)
INSTALLATION = "installation"


@get("/staff/people", action=Action.MANAGE_STAFF, include_in_schema=False)
async def list_people(request: Request) -> Response[str]:
    """Show the staff, their invitations, and the tokens."""
    return await _people_page(desk_of(request), Form())


async def _people_page(
    desk: Desk, form: Form, status_code: int = 200, *, link: str | None = None, token: str | None = None
) -> Response[str]:
    identity, real_now = desk.identity, desk.real_now

    def query(session: ReadSession) -> tuple[Any, Any, Any]:
        return (
            staff.list_staff(session, identity),
            staff.list_invitations(session, identity, real_now=real_now),
            tokens.list_tokens(session, identity),
        )

    people, invited, api_tokens = await desk.read(query)
    protected, rules = await desk.read(
        lambda session: (factors.protected(session, [each.id for each in people]), factors.rules(session, identity))
    )
    return await desk.show(
        "people.html",
        form=form,
        people=people,
        invited=invited,
        api_tokens=api_tokens,
        link=link,
        token=token,
        houses=await desk.houses(),
        protected=protected,
        rules=rules,
        roles=list(Role),
        scopes=[action.value for action in Action if identity.role in ROLES_OF[action]],
        days=TOKEN_DAYS,
        status_code=status_code,
    )


def _welcome_url(desk: Desk, token: str) -> str:
    return desk.runtime.links.url(f"staff/welcome/{token}")


@post("/staff/people/invite", action=Action.MANAGE_STAFF, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def invite(request: Request) -> Response[Any]:
    """Make an invitation and show its link, this once, to be handed over."""
    desk = desk_of(request)
    form = await read_form(request)
    try:
        given = check(InvitationInput, {name: form.value(name) for name in ("email", "role") if form.value(name)})
        chosen = form.value("organiser")
        whole = chosen == INSTALLATION and desk.identity.organiser_id is None
        house = None if whole else await desk.house(organiser_in(chosen))
        secret = await desk.write(
            lambda session: invitations.invite(
                session,
                desk.identity,
                email=given.email,
                role=given.role,
                organiser_id=house.id if house else None,
                now=desk.now,
                real_now=desk.real_now,
            )
        )
    except REFUSALS as refusal:
        return await _people_page(desk, *refused(form, refusal))
    return await _people_page(desk, Form(), link=_welcome_url(desk, secret))


@post(
    "/staff/people/{staff_id:uuid}/role",
    action=Action.MANAGE_STAFF,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def change_role(request: Request, staff_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Give a colleague another role."""
    desk = desk_of(request)
    form = await read_form(request)
    role = next((each for each in Role if each.value == form.value("role")), Role.VIEWER)
    await desk.write(lambda session: staff.change_role(session, desk.identity, staff_id, role, now=desk.now))
    return desk.go("/staff/people", "role")


@post(
    "/staff/people/{staff_id:uuid}/move",
    action=Action.MANAGE_STAFF,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def move(request: Request, staff_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Have a colleague work at another library or branch."""
    desk = desk_of(request)
    form = await read_form(request)
    house = await desk.house(organiser_in(form.value("organiser")))
    if house is None:
        raise NotFound
    await desk.write(lambda session: staff.move(session, desk.identity, staff_id, house.id, now=desk.now))
    return desk.go("/staff/people", "moved")


@post(
    "/staff/people/{staff_id:uuid}/reset",
    action=Action.MANAGE_STAFF,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def reset_password(request: Request, staff_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Make a link by which a colleague chooses a new password, and show it this once."""
    desk = desk_of(request)
    secret = await desk.write(
        lambda session: invitations.invite_back(session, desk.identity, staff_id, now=desk.now, real_now=desk.real_now)
    )
    return await _people_page(desk, Form(), link=_welcome_url(desk, secret))


@post(
    "/staff/people/{staff_id:uuid}/second-factor",
    action=Action.MANAGE_STAFF,
    proof=True,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def reset_second_factor(request: Request, staff_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Take the second factor from a colleague who lost theirs."""
    desk = desk_of(request)
    await desk.write(lambda session: staff.reset_factors(session, desk.identity, staff_id, now=desk.now))
    return desk.go("/staff/people", "factors_reset")


@post(
    "/staff/people/rule",
    action=Action.MANAGE_STAFF,
    proof=True,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def set_rule(request: Request) -> Response[Any]:
    """Say whether the staff of a library need a second factor."""
    desk = desk_of(request)
    form = await read_form(request)
    chosen = form.value("organiser")
    whole = chosen == INSTALLATION and desk.identity.organiser_id is None
    house = None if whole else await desk.house(organiser_in(chosen))
    required = form.value("required") == "yes"
    await desk.write(
        lambda session: factors.set_rule(
            session, desk.identity, house.id if house else None, required=required, now=desk.now
        )
    )
    return desk.go("/staff/people", "ruled")


@post(
    "/staff/people/{staff_id:uuid}/{switch:str}",
    action=Action.MANAGE_STAFF,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def disable_or_enable(request: Request, staff_id: FromPath[uuid.UUID], switch: FromPath[str]) -> Response[Any]:
    """Shut a colleague out, or let them in again."""
    desk = desk_of(request)
    out = switch != "enable"

    def use_case(session: Session) -> None:
        if out:
            staff.disable(session, desk.identity, staff_id, now=desk.now, real_now=desk.real_now)
        else:
            staff.enable(session, desk.identity, staff_id, now=desk.now)

    await desk.write(use_case)
    return desk.go("/staff/people", "disabled" if out else "enabled")


@post(
    "/staff/invitations/{link_id:uuid}/revoke",
    action=Action.MANAGE_STAFF,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def revoke_invitation(request: Request, link_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Take an invitation back."""
    desk = desk_of(request)
    await desk.write(
        lambda session: invitations.revoke(session, desk.identity, link_id, now=desk.now, real_now=desk.real_now)
    )
    return desk.go("/staff/people", "revoked_link")


# ---------------------------------------------------------------- tokens of the API
@post(
    "/staff/tokens", action=Action.MANAGE_TOKENS, proof=True, include_in_schema=False, request_max_body_size=MAX_BYTES
)
async def make_token(request: Request) -> Response[Any]:
    """Make a token and show it, this once."""
    desk = desk_of(request)
    form = await read_form(request)
    days = next((each for each in TOKEN_DAYS if str(each) == form.value("days")), TOKEN_DAYS[1])
    try:
        given = check(TokenInput, {"name": form.value("token_name"), "scopes": list(form.all("scopes"))})
        secret = await desk.write(
            lambda session: tokens.create(
                session,
                desk.identity,
                name=given.name,
                scopes=given.scopes,
                now=desk.now,
                real_now=desk.real_now,
                expires_at=desk.real_now + timedelta(days=days),
            )
        )
    except REFUSALS as refusal:
        return await _people_page(desk, *refused(form, refusal))
    return await _people_page(desk, Form(), token=secret)


@post(
    "/staff/tokens/{token_id:uuid}/revoke",
    action=Action.MANAGE_TOKENS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def revoke_token(request: Request, token_id: FromPath[uuid.UUID]) -> Response[Any]:
    """End a token."""
    desk = desk_of(request)
    await desk.write(
        lambda session: tokens.revoke(session, desk.identity, token_id, now=desk.now, real_now=desk.real_now)
    )
    return desk.go("/staff/people", "revoked_token")


HANDLERS = (
    list_people,
    invite,
    change_role,
    move,
    reset_password,
    reset_second_factor,
    set_rule,
    disable_or_enable,
    revoke_invitation,
    make_token,
    revoke_token,
)
