"""Signing in and out, and the welcome page behind a one-time link."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_429_TOO_MANY_REQUESTS

from events.errors import FieldError, Invalid
from events.storage import Session
from service import auditing
from service.accounts import audit, invitations, passwords, sessions, staff
from service.accounts.entering import Entered
from service.accounts.invitations import Newcomer
from service.accounts.throttling import TooManyAttempts
from service.clock import real_now
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request, locale_of, pages_of
from service.web.staff.access import PUBLIC, end_session, session_secret, set_session, set_step, way_on
from service.web.staff.desk import REFUSALS, plain, refused
from service.web.staff.hashing import work
from service.web.staff.notices import ALARMING, NOTICES

SECOND = "/staff/sign-in/second"


def _sign_in_page(
    request: Request, form: Form, wanted: str | None, *, status_code: int = 200, headers: dict[str, str] | None = None
) -> Response[str]:
    done = request.query_params.get("done", "")
    return pages_of(request).page(
        request,
        "staff/sign_in.html",
        status_code=status_code,
        personal=True,
        headers=headers,
        form=form,
        wanted=way_on(wanted),
        said=NOTICES.get(done),
        said_well=done not in ALARMING,
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
    origin = auditing.begin(request, None, audit.SIGN_IN)
    credentials: staff.Credentials | None = None
    try:
        credentials = await runtime.database.awrite(
            lambda session: staff.begin_sign_in(session, email, origin.address, real_now=real_now())
        )
        right = await work(request, passwords.verify, credentials.password_hash, password)
        weak = right and credentials.password_hash is not None and passwords.needs_rehash(credentials.password_hash)
        new_hash = await work(request, passwords.hash_password, password) if weak else None
        entered = await runtime.database.awrite(
            lambda session: staff.finish_sign_in(
                session,
                credentials,
                right=right,
                now=runtime.clock.now(),
                real_now=real_now(),
                replacing=session_secret(request),
                new_hash=new_hash,
                origin=origin,
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
        if (given := credentials) is not None:
            await runtime.database.awrite(
                lambda session: staff.note_failure(session, given, origin, real_now=real_now())
            )
        return _sign_in_page(request, form.with_errors(refusal.errors), wanted, status_code=422)
    return lead_on(request, entered, way_on(wanted))


def lead_on(request: Request, entered: Entered, wanted: str) -> Response[Any]:
    """Answer who came in with their session, or lead them to their second factor and no further."""
    if not entered.complete:
        answer = Redirect(f"{SECOND}?{urlencode({'next': wanted})}", status_code=HTTP_303_SEE_OTHER)
        set_step(answer, request, entered.secret)
        end_session(answer, request)
        return answer
    answer = Redirect(wanted, status_code=HTTP_303_SEE_OTHER)
    set_session(answer, request, entered.secret)
    return answer


@post("/staff/sign-out", action=PUBLIC, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def sign_out(request: Request) -> Response[Any]:
    """End the session here and in the database; a copy of the cookie is worthless afterwards."""
    secret = session_secret(request)
    if secret is not None:
        origin, at = auditing.begin(request, None, audit.SIGN_OUT), real_now()

        def close(session: Session) -> None:
            signed = sessions.read(session, secret, real_now=at)
            sessions.close(session, secret)
            if signed is not None:
                identity = signed.identity
                mine = origin.of(audit.SIGN_OUT, by=identity.by, organiser_id=identity.organiser_id)
                audit.note(session, mine, real_now=at)

        await pages_of(request).runtime.database.awrite(close)
        origin.noted = True
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
        entered = await _join(request, token, form)
    except REFUSALS as refusal:
        form, status = refused(form, refusal)
        return await _welcome_page(request, token, form, status)
    return lead_on(request, entered, "/staff?done=welcome")


async def _join(request: Request, token: str, form: Form) -> Entered:
    runtime = pages_of(request).runtime
    origin, at = auditing.begin(request, None, audit.SIGN_IN), real_now()
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

    entered = await runtime.database.awrite(
        lambda session: staff.join(
            session,
            token,
            newcomer,
            now=runtime.clock.now(),
            real_now=at,
            origin=origin,
            replacing=session_secret(request),
        )
    )
    origin.noted = True
    return entered


HANDLERS = (show_sign_in, sign_in, sign_out, show_welcome, accept_welcome)
