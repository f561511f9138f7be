"""Proving anew who one is, before the locks of one's own account are changed: by password or by passkey.

Who has a second factor shows it with the password (OWASP ASVS 5.0, 7.5.1): a session that somebody found open and a
password that they know must not be enough to take it away.
"""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from litestar import get, post
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_303_SEE_OTHER

from events.errors import FieldError, Invalid
from events.storage import Session
from service import auditing
from service.accounts import entering, factors, passkeys, passwords, sessions, staff, steps, throttling
from service.accounts.factor_rows import Purpose
from service.accounts.permissions import Action
from service.accounts.steps import StepOver
from service.accounts.throttling import TooManyAttempts
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.access import CONFIRM, SIGN_IN, session_secret, set_session, way_on
from service.web.staff.desk import Desk, desk_of
from service.web.staff.hashing import work
from service.web.staff.second_step import options_answer, site_of


@get(CONFIRM, action=Action.OWN_ACCOUNT, enrolling=True, include_in_schema=False)
async def show_confirm(request: Request) -> Response[str]:
    """Ask who it is."""
    return await _confirm_page(desk_of(request), Form(), request.query_params.get("next"))


async def _confirm_page(desk: Desk, form: Form, wanted: str | None, status_code: int = 200) -> Response[str]:
    held = await desk.read(lambda session: factors.factors_of(session, desk.identity.staff_id))
    return await desk.show("confirm.html", form=form, wanted=way_on(wanted), held=held, status_code=status_code)


@post(CONFIRM, action=Action.OWN_ACCOUNT, enrolling=True, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def confirm(request: Request) -> Response[Any]:
    """Take the proof, and replace the session's secret: who has a copy of it has proved nothing."""
    desk = desk_of(request)
    form = await read_form(request)
    wanted = form.value("next")
    try:
        if form.value("credential"):
            await _by_passkey(desk, form)
        else:
            await _by_password(desk, form)
    except TooManyAttempts as refusal:
        error = FieldError("password", refusal.code, refusal.message, refusal.params)
        return await _confirm_page(desk, form.with_errors([error]), wanted, 429)
    except Invalid as refusal:
        return await _confirm_page(desk, form.with_errors(refusal.errors), wanted, 422)
    except StepOver:
        return desk.go(CONFIRM, next=way_on(wanted))
    secret = session_secret(request) or ""
    renewed = await desk.write(lambda session: sessions.renew(session, secret, real_now=desk.real_now))
    if renewed is None:
        return Redirect(SIGN_IN, status_code=HTTP_303_SEE_OTHER)
    answer = Redirect(way_on(wanted), status_code=HTTP_303_SEE_OTHER)
    set_session(answer, request, renewed)
    return answer


async def _by_password(desk: Desk, form: Form) -> None:
    address, email = auditing.address_of(desk.request), desk.identity.email
    credentials = await desk.work(lambda session: staff.begin_sign_in(session, email, address, real_now=desk.real_now))
    given = form.value("password")[: passwords.MAXIMUM + 1]
    if credentials.password_hash is None or not await work(
        desk.request, passwords.verify, credentials.password_hash, given
    ):
        raise Invalid([FieldError("password", "wrong_credentials", staff.WRONG_PASSWORD)])
    await desk.work(
        lambda session: entering.show_second(
            session, desk.identity.staff_id, form.value("code"), desk.runtime.secrets, real_now=desk.real_now
        )
    )
    await desk.work(lambda session: throttling.forgive(session, credentials.account, address))


async def _by_passkey(desk: Desk, form: Form) -> None:
    answer, secret, at = form.value("credential"), session_secret(desk.request), desk.real_now
    step = await desk.work(lambda session: steps.answer(session, secret, Purpose.CONFIRM, real_now=at))
    passkey = await desk.read(lambda session: passkeys.find(session, answer))
    if passkey.staff_id != desk.identity.staff_id:
        raise passkeys.PasskeyRefused
    challenge = step.challenge or b""
    count = await anyio.to_thread.run_sync(passkeys.check_used, site_of(desk.request), passkey, answer, challenge)
    await desk.work(lambda session: passkeys.note_use(session, passkey, count, real_now=at))


@post(
    "/staff/account/confirm/options",
    action=Action.OWN_ACCOUNT,
    act=False,
    enrolling=True,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def confirm_options(request: Request) -> Response[Any]:
    """Tell the script which passkeys would do; the challenge is bound to this session."""
    desk = desk_of(request)
    staff_id, challenge = desk.identity.staff_id, passkeys.new_challenge()

    def begin(session: Session) -> factors.Factors:
        within = session_secret(request)
        steps.begin(
            session, Purpose.CONFIRM, staff_id=staff_id, challenge=challenge, within=within, real_now=desk.real_now
        )
        return factors.factors_of(session, staff_id)

    held = await desk.work(begin)
    return options_answer(passkeys.options_to_use(site_of(request), challenge, held.passkeys))


HANDLERS = (show_confirm, confirm, confirm_options)
