"""Signing in and out, and the welcome page behind a one-time link."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_429_TOO_MANY_REQUESTS

from events.errors import FieldError, Invalid
from service.accounts import invitations, passwords, sessions, staff
from service.accounts.invitations import Newcomer
from service.accounts.throttling import TooManyAttempts
from service.clock import real_now
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request, locale_of, pages_of
from service.web.staff.access import PUBLIC, end_session, session_secret, set_session, way_on
from service.web.staff.desk import REFUSALS, plain, refused
from service.web.staff.hashing import work
from service.web.staff.notices import NOTICES


def _sign_in_page(
    request: Request, form: Form, wanted: str | None, *, status_code: int = 200, headers: dict[str, str] | None = None
) -> Response[str]:
    return pages_of(request).page(
        request,
        "staff/sign_in.html",
        status_code=status_code,
        personal=True,
        headers=headers,
        form=form,
        wanted=way_on(wanted),
        said=NOTICES.get(request.query_params.get("done", "")),
    )


@get("/staff/sign-in", action=PUBLIC, include_in_schema=False)
async def show_sign_in(request: Request, next: FromQuery[str | None] = None) -> Response[str]:  # noqa: A002 - the name in the address
    """Show the sign-in form."""
    await pages_of(request).houses()
    return _sign_in_page(request, Form(), next)


@post("/staff/sign-in", action=PUBLIC, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def sign_in(request: Request) -> Response[Any]:
    """Sign in: count the attempt, verify outside any transaction, then open a session."""
    form = await read_form(request)
    wanted = form.value("next")
    email, password = plain(form.value("email"))[:254], form.value("password")[: passwords.MAXIMUM + 1]
    runtime = pages_of(request).runtime
    address = request.client.host if request.client else "unknown"
    try:
        credentials = await runtime.database.awrite(
            lambda session: staff.begin_sign_in(session, email, address, real_now=real_now())
        )
        right = await work(request, passwords.verify, credentials.password_hash, password)
        weak = right and credentials.password_hash is not None and passwords.needs_rehash(credentials.password_hash)
        new_hash = await work(request, passwords.hash_password, password) if weak else None
        secret = await runtime.database.awrite(
            lambda session: staff.finish_sign_in(
                session,
                credentials,
                right=right,
                now=runtime.clock.now(),
                real_now=real_now(),
                replacing=session_secret(request),
                new_hash=new_hash,
            )
        )
    except TooManyAttempts as refusal:
        error = FieldError("password", refusal.code, refusal.message, refusal.params)
        return _sign_in_page(
            request,
            form.with_errors([error]),
            wanted,
            status_code=HTTP_429_TOO_MANY_REQUESTS,
            headers={"Retry-After": str(refusal.retry_after)},
        )
    except Invalid as refusal:
        return _sign_in_page(request, form.with_errors(refusal.errors), wanted, status_code=422)
    answer = Redirect(way_on(wanted), status_code=HTTP_303_SEE_OTHER)
    set_session(answer, request, secret)
    return answer


@post("/staff/sign-out", action=PUBLIC, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def sign_out(request: Request) -> Response[Any]:
    """End the session here and in the database; a copy of the cookie is worthless afterwards."""
    secret = session_secret(request)
    if secret is not None:
        await pages_of(request).runtime.database.awrite(lambda session: sessions.close(session, secret))
    answer = Redirect("/staff/sign-in?done=signed_out", status_code=HTTP_303_SEE_OTHER)
    end_session(answer, request)
    return answer


# ---------------------------------------------------------------- one-time links
@get("/staff/welcome/{token:str}", action=PUBLIC, include_in_schema=False)
async def show_welcome(request: Request, token: FromPath[str]) -> Response[str]:
    """Show what the link offers. Looking does not use it up."""
    return await _welcome_page(request, token, Form())


async def _welcome_page(request: Request, token: str, form: Form, status_code: int = 200) -> Response[str]:
    pages = pages_of(request)
    welcome = await pages.runtime.database.aread(lambda session: invitations.look(session, token, real_now=real_now()))
    house = next((each for each in await pages.houses() if each.id == welcome.organiser_id), None)
    return pages.page(
        request,
        "staff/welcome.html",
        status_code=status_code,
        personal=True,
        house=house,
        welcome=welcome,
        form=form,
        minimum=passwords.MINIMUM,
    )


@post("/staff/welcome/{token:str}", action=PUBLIC, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def accept_welcome(request: Request, token: FromPath[str]) -> Response[Any]:
    """Use the link up and sign in."""
    form = await read_form(request)
    try:
        secret = await _join(request, token, form)
    except REFUSALS as refusal:
        form, status = refused(form, refusal)
        return await _welcome_page(request, token, form, status)
    answer = Redirect("/staff?done=welcome", status_code=HTTP_303_SEE_OTHER)
    set_session(answer, request, secret)
    return answer


async def _join(request: Request, token: str, form: Form) -> str:
    runtime = pages_of(request).runtime
    password = form.value("password")
    welcome = await runtime.database.aread(lambda session: invitations.look(session, token, real_now=real_now()))
    invitations.check_newcomer(
        welcome,
        name=plain(form.value("name")),
        email=plain(form.value("email")),
        password=password,
        repeated=form.value("repeated"),
    )
    newcomer = Newcomer(
        name=plain(form.value("name")),
        email=plain(form.value("email")),
        password_hash=await work(request, passwords.hash_password, password),
        locale=locale_of(request),
    )

    def accept(session: Any) -> str:
        at = real_now()
        identity = invitations.accept(session, token, newcomer, now=runtime.clock.now(), real_now=at)
        return sessions.open_session(session, identity.staff_id, real_now=at, replacing=session_secret(request))

    secret: str = await runtime.database.awrite(accept)
    return secret


HANDLERS = (show_sign_in, sign_in, sign_out, show_welcome, accept_welcome)
