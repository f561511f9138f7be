"""The second half of signing in, and signing in with a passkey alone."""

from __future__ import annotations

import uuid
from typing import Any

import anyio.to_thread
from litestar import get, post
from litestar.params import FromQuery
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_303_SEE_OTHER

from events.errors import FieldError, Invalid
from events.storage import Session
from service import auditing
from service.accounts import audit, entering, factors, passkeys, staff, steps
from service.accounts.audit import Origin
from service.accounts.factor_rows import Purpose
from service.accounts.passkeys import Site
from service.accounts.steps import StepOver
from service.accounts.throttling import TooManyAttempts
from service.clock import real_now
from service.limiting import limit_posts
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request, pages_of
from service.web.staff.access import (
    PUBLIC,
    SIGN_IN,
    end_step,
    session_secret,
    set_session,
    set_step,
    step_secret,
    way_on,
)

_OVER = f"{SIGN_IN}?done=step_over"


def site_of(request: Request) -> Site:
    """Return the site that passkeys are for: the configured address, whatever a request calls it."""
    return Site.at(pages_of(request).runtime.settings.base_url)


def options_answer(options: str) -> Response[bytes]:
    """Answer a script with what a ceremony needs; a challenge is for one browser, once."""
    return Response(
        options.encode(), status_code=200, media_type="application/json", headers={"Cache-Control": "no-store"}
    )


async def _second_page(
    request: Request, form: Form, wanted: str | None, *, status_code: int = 200, headers: dict[str, str] | None = None
) -> Response[Any]:
    pages = pages_of(request)
    staff_id = await _whose_step(request)
    if staff_id is None:
        return Redirect(_OVER, status_code=HTTP_303_SEE_OTHER)
    held = await pages.runtime.database.aread(lambda session: factors.factors_of(session, staff_id))
    return pages.page(
        request,
        "staff/second_step.html",
        status_code=status_code,
        personal=True,
        headers=headers,
        form=form,
        wanted=way_on(wanted),
        held=held,
    )


@get("/staff/sign-in/second", action=PUBLIC, include_in_schema=False)
async def show_second_step(request: Request, next: FromQuery[str | None] = None) -> Response[Any]:  # noqa: A002 - the name in the address
    """Ask for the second factor of somebody whose password was right."""
    await pages_of(request).houses()
    return await _second_page(request, Form(), next)


@post("/staff/sign-in/second", action=PUBLIC, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def take_second_step(request: Request) -> Response[Any]:
    """Take a code or a passkey, and open the session."""
    form = await read_form(request)
    wanted = form.value("next")
    origin = auditing.begin(request, None, audit.SIGN_IN)
    staff_id = await _whose_step(request)
    try:
        if form.value("credential"):
            secret = await _with_passkey(request, form, origin, step=step_secret(request))
        else:
            secret = await _with_code(request, form, origin)
    except StepOver:
        return Redirect(_OVER, status_code=HTTP_303_SEE_OTHER)
    except TooManyAttempts as refusal:
        error = FieldError("code", refusal.code, refusal.message, refusal.params)
        headers = {"Retry-After": str(refusal.retry_after)}
        return await _second_page(request, form.with_errors([error]), wanted, status_code=429, headers=headers)
    except Invalid as refusal:
        await _note_failure(request, origin, staff_id)
        return await _second_page(request, form.with_errors(refusal.errors), wanted, status_code=422)
    return _welcome(request, secret, wanted)


async def _with_code(request: Request, form: Form, origin: Origin) -> str:
    runtime, step, at = pages_of(request).runtime, step_secret(request), real_now()
    code = form.value("code")[:40]
    await runtime.database.awrite(lambda session: entering.begin_code(session, step, origin.address, real_now=at))
    return await runtime.database.awrite(
        lambda session: entering.finish_with_code(
            session, step, code, runtime.secrets, now=runtime.clock.now(), real_now=at, origin=origin
        )
    )


async def _with_passkey(request: Request, form: Form, origin: Origin, *, step: str | None) -> str:
    """Check a passkey's answer against the challenge, which is used up by that, and open the session."""
    runtime, at = pages_of(request).runtime, real_now()
    purpose = Purpose.SECOND if step is not None else Purpose.PASSKEY
    held = step if step is not None else step_secret(request)
    answer = form.value("credential")
    begun = await runtime.database.awrite(lambda session: steps.answer(session, held, purpose, real_now=at))
    passkey = await runtime.database.aread(lambda session: passkeys.find(session, answer))
    challenge = begun.challenge or b""
    count = await anyio.to_thread.run_sync(passkeys.check_used, site_of(request), passkey, answer, challenge)
    return await runtime.database.awrite(
        lambda session: entering.finish_with_passkey(
            session,
            passkey,
            count,
            now=runtime.clock.now(),
            real_now=at,
            origin=origin,
            step_secret=step,
            replacing=session_secret(request),
        )
    )


async def _whose_step(request: Request) -> uuid.UUID | None:
    secret, at = step_secret(request), real_now()
    try:
        step = await pages_of(request).runtime.database.aread(
            lambda session: steps.look(session, secret, Purpose.SECOND, real_now=at)
        )
    except StepOver:
        return None
    return step.staff_id


async def _note_failure(request: Request, origin: Origin, staff_id: uuid.UUID | None) -> None:
    at, tried = real_now(), staff.Credentials("", origin.address, staff_id, None)
    await pages_of(request).runtime.database.awrite(
        lambda session: staff.note_failure(session, tried, origin, real_now=at)
    )


def _welcome(request: Request, secret: str, wanted: str | None) -> Response[Any]:
    answer = Redirect(way_on(wanted), status_code=HTTP_303_SEE_OTHER)
    set_session(answer, request, secret)
    end_step(answer, request)
    return answer


@post("/staff/sign-in/second/options", action=PUBLIC, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def second_options(request: Request) -> Response[Any]:
    """Tell the script which passkeys would do, and the challenge. Nothing without the password's step."""
    runtime, secret, at = pages_of(request).runtime, step_secret(request), real_now()
    challenge = passkeys.new_challenge()

    def begin(session: Session) -> Any:
        step = steps.challenge(session, secret, Purpose.SECOND, challenge, real_now=at)
        return factors.factors_of(session, step.staff_id) if step.staff_id else None

    held = await runtime.database.awrite(begin)
    return options_answer(passkeys.options_to_use(site_of(request), challenge, held.passkeys if held else ()))


@post(
    "/staff/sign-in/passkey/options",
    action=PUBLIC,
    guards=[limit_posts],
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def passkey_options(request: Request) -> Response[Any]:
    """Begin to sign in with a passkey alone: the same answer for everybody, it names no account."""
    runtime, at = pages_of(request).runtime, real_now()
    challenge = passkeys.new_challenge()
    secret = await runtime.database.awrite(
        lambda session: steps.begin(session, Purpose.PASSKEY, challenge=challenge, real_now=at)
    )
    answer = options_answer(passkeys.options_to_use(site_of(request), challenge))
    set_step(answer, request, secret)
    return answer


@post(
    "/staff/sign-in/passkey",
    action=PUBLIC,
    guards=[limit_posts],
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def sign_in_with_passkey(request: Request) -> Response[Any]:
    """Sign in with a passkey alone: the device has verified its person, so it is both factors."""
    form = await read_form(request)
    origin = auditing.begin(request, None, audit.SIGN_IN)
    try:
        secret = await _with_passkey(request, form, origin, step=None)
    except StepOver:
        return Redirect(_OVER, status_code=HTTP_303_SEE_OTHER)
    except Invalid:
        await _note_failure(request, origin, None)
        return Redirect(f"{SIGN_IN}?done=passkey_refused", status_code=HTTP_303_SEE_OTHER)
    return _welcome(request, secret, form.value("next"))


HANDLERS = (show_second_step, take_second_step, second_options, passkey_options, sign_in_with_passkey)
