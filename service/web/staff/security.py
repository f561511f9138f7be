"""One's own locks: authenticator app, passkeys, recovery codes."""

from __future__ import annotations

import uuid
from typing import Any

import anyio.to_thread
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.errors import Invalid
from events.storage import ReadSession, Session
from service.accounts import factors, one_time_codes, passkeys, recovery_codes, sessions, steps
from service.accounts.factor_rows import Purpose
from service.accounts.permissions import Action
from service.accounts.steps import StepOver
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.access import session_secret, set_session
from service.web.staff.desk import REFUSALS, Desk, desk_of, refused
from service.web.staff.second_step import options_answer, site_of

PAGE = "/staff/account/security"


@get(PAGE, action=Action.OWN_ACCOUNT, enrolling=True, include_in_schema=False)
async def show_security(request: Request) -> Response[str]:
    """Show what stands behind one's password."""
    return await _security_page(desk_of(request), Form())


async def _security_page(
    desk: Desk, form: Form, status_code: int = 200, *, codes: list[str] | None = None
) -> Response[str]:
    identity, box = desk.identity, desk.runtime.secrets

    def query(session: ReadSession) -> tuple[factors.Factors, tuple[str, str] | None]:
        return factors.factors_of(session, identity.staff_id), one_time_codes.pending(
            session, identity, box, real_now=desk.real_now
        )

    held, pending = await desk.read(query)
    return await desk.show(
        "security.html",
        form=form,
        held=held,
        secret=pending[0] if pending else None,
        picture=_picture(pending[1]) if pending else None,
        codes=codes,
        status_code=status_code,
    )


def _picture(uri: str) -> str:
    """Return the QR code as a data address: it is shown once and kept nowhere."""
    import segno  # noqa: PLC0415 - not needed for anything else in this process

    return segno.make(uri, error="m").svg_data_uri(scale=5, border=3, light="#ffffff", dark="#000000")


async def _protected(desk: Desk, answer: Response[Any]) -> Response[Any]:
    """Hand the browser a new session secret: its privilege has changed, and copies of the old one must not gain."""
    secret = session_secret(desk.request)
    renewed = await desk.work(lambda session: sessions.renew(session, secret or "", real_now=desk.real_now))
    if renewed is not None:
        set_session(answer, desk.request, renewed)
    return answer


def _first_codes(session: Session, desk: Desk) -> list[str] | None:
    """Make recovery codes for who has just got a factor, if they have none yet."""
    held = factors.factors_of(session, desk.identity.staff_id)
    return None if held.recovery_codes else recovery_codes.make(session, desk.identity, now=desk.now)


# ---------------------------------------------------------------- authenticator app
@post(
    "/staff/account/authenticator",
    action=Action.OWN_ACCOUNT,
    enrolling=True,
    proof=True,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def begin_authenticator(request: Request) -> Response[Any]:
    """Make the secret that the app is given."""
    desk = desk_of(request)
    try:
        await desk.write(
            lambda session: one_time_codes.begin(session, desk.identity, desk.runtime.secrets, real_now=desk.real_now)
        )
    except REFUSALS as refusal:
        return await _security_page(desk, *refused(Form(), refusal))
    return desk.go(PAGE)


@post(
    "/staff/account/authenticator/confirm",
    action=Action.OWN_ACCOUNT,
    enrolling=True,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def confirm_authenticator(request: Request) -> Response[Any]:
    """Take the app into use once it has shown a right code; who has no recovery codes yet gets them now."""
    desk = desk_of(request)
    form = await read_form(request)

    def confirm(session: Session) -> list[str] | None:
        one_time_codes.confirm(
            session, desk.identity, form.value("code"), desk.runtime.secrets, now=desk.now, real_now=desk.real_now
        )
        return _first_codes(session, desk)

    try:
        codes = await desk.write(confirm)
    except REFUSALS as refusal:
        return await _security_page(desk, *refused(form, refusal))
    return await _protected(desk, await _security_page(desk, Form(), codes=codes))


@post(
    "/staff/account/authenticator/remove",
    action=Action.OWN_ACCOUNT,
    enrolling=True,
    proof=True,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def remove_authenticator(request: Request) -> Response[Any]:
    """Take the app out of use."""
    desk = desk_of(request)
    await desk.write(lambda session: one_time_codes.remove(session, desk.identity, now=desk.now))
    return await _protected(desk, desk.go(PAGE, "factor_removed"))


# ---------------------------------------------------------------- recovery codes
@post(
    "/staff/account/recovery-codes",
    action=Action.OWN_ACCOUNT,
    enrolling=True,
    proof=True,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def make_recovery_codes(request: Request) -> Response[Any]:
    """Make ten new codes and show them, this once."""
    desk = desk_of(request)
    codes = await desk.write(lambda session: recovery_codes.make(session, desk.identity, now=desk.now))
    return await _security_page(desk, Form(), codes=codes)


# ---------------------------------------------------------------- passkeys
@post(
    "/staff/account/passkeys/options",
    action=Action.OWN_ACCOUNT,
    act=False,
    enrolling=True,
    proof=True,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def passkey_options(request: Request) -> Response[Any]:
    """Tell the script what the new passkey is for; the challenge is bound to this session."""
    desk = desk_of(request)
    identity, challenge = desk.identity, passkeys.new_challenge()

    def begin(session: Session) -> factors.Factors:
        within = session_secret(request)
        steps.begin(
            session,
            Purpose.REGISTER,
            staff_id=identity.staff_id,
            challenge=challenge,
            within=within,
            real_now=desk.real_now,
        )
        return factors.factors_of(session, identity.staff_id)

    held = await desk.work(begin)
    return options_answer(passkeys.options_to_add(site_of(request), identity, held.passkeys, challenge))


@post(
    "/staff/account/passkeys",
    action=Action.OWN_ACCOUNT,
    enrolling=True,
    proof=True,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def add_passkey(request: Request) -> Response[Any]:
    """Keep the passkey that the browser has made; who has no recovery codes yet gets them now."""
    desk = desk_of(request)
    form = await read_form(request)
    answer, secret = form.value("credential"), session_secret(request)
    try:
        step = await desk.work(lambda session: steps.answer(session, secret, Purpose.REGISTER, real_now=desk.real_now))
        made = await anyio.to_thread.run_sync(passkeys.check_made, site_of(request), answer, step.challenge or b"")

        def add(session: Session) -> list[str] | None:
            name = form.value("name") or desk.request.headers.get("sec-ch-ua-platform", "").strip('"')
            passkeys.add(session, desk.identity, made, name=name, now=desk.now, real_now=desk.real_now)
            return _first_codes(session, desk)

        codes = await desk.write(add)
    except StepOver:
        return desk.go(PAGE, "passkey_refused")
    except Invalid as refusal:
        return await _security_page(desk, *refused(form, refusal))
    return await _protected(desk, await _security_page(desk, Form(), codes=codes))


@post(
    "/staff/account/passkeys/{passkey_id:uuid}/remove",
    action=Action.OWN_ACCOUNT,
    enrolling=True,
    proof=True,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def remove_passkey(request: Request, passkey_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Forget one of one's own passkeys."""
    desk = desk_of(request)
    await desk.write(lambda session: passkeys.remove(session, desk.identity, passkey_id, now=desk.now))
    return await _protected(desk, desk.go(PAGE, "factor_removed"))


HANDLERS = (
    show_security,
    begin_authenticator,
    confirm_authenticator,
    remove_authenticator,
    make_recovery_codes,
    passkey_options,
    add_passkey,
    remove_passkey,
)
