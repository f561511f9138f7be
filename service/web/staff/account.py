"""One's own account: a new password, which signs every other device out, and the calendar of all one's events."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_303_SEE_OTHER

from events.errors import FieldError, Invalid
from service import auditing
from service.accounts import passwords, staff
from service.accounts.feed_owners import feed_owner
from service.accounts.permissions import Action
from service.accounts.throttling import TooManyAttempts
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.access import set_session
from service.web.staff.desk import REFUSALS, Desk, desk_of, refused
from service.web.staff.hashing import work
from service.web.subscribing import Subscription, change, own_subscription, wanted_change

PAGE = "/staff/account"


@get(PAGE, action=Action.OWN_ACCOUNT, enrolling=True, include_in_schema=False)
async def show_account(request: Request) -> Response[str]:
    """Show who one is here and the form for a new password."""
    return await _account_page(desk_of(request), Form())


async def _account_page(desk: Desk, form: Form, status_code: int = 200) -> Response[str]:
    offer = await own_subscription(
        desk.request, desk.runtime, feed_owner(desk.identity), desk.locale, action=f"{PAGE}/calendar"
    )
    houses = await desk.houses()
    own = offer.subscription
    branches = [(house, Subscription(f"{own.address}&branch={house.slug}")) for house in houses] if own else []
    return await desk.show(
        "account.html",
        form=form,
        minimum=passwords.MINIMUM,
        status_code=status_code,
        calendar=offer,
        branches=branches if len(houses) > 1 else [],
    )


@post(f"{PAGE}/calendar", action=Action.OWN_ACCOUNT, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def change_calendar(request: Request) -> Response[Any]:
    """Make, replace or switch off the address of the calendar of all one's events."""
    desk = desk_of(request)
    wanted = await wanted_change(request)
    await desk.write(lambda session: change(session, feed_owner(desk.identity), wanted))
    return Redirect(f"{PAGE}?calendar={wanted}#calendar", status_code=HTTP_303_SEE_OTHER)


@post(PAGE, action=Action.OWN_ACCOUNT, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def change_password(request: Request) -> Response[Any]:
    """Set a new password; who has the old one is out."""
    desk = desk_of(request)
    form = await read_form(request)
    try:
        secret = await _change(desk, form)
    except TooManyAttempts as refusal:
        error = FieldError("old", refusal.code, refusal.message, refusal.params)
        return await _account_page(desk, form.with_errors([error]), 429)
    except REFUSALS as refusal:
        return await _account_page(desk, *refused(form, refusal))
    answer = desk.go(PAGE, "password")
    set_session(answer, request, secret)
    return answer


async def _change(desk: Desk, form: Form) -> str:
    identity = desk.identity
    errors = passwords.judge(form.value("password"), personal=(identity.name, identity.email.partition("@")[0]))
    if form.value("password") != form.value("repeated"):
        errors.append(FieldError("repeated", "different", staff.DIFFERENT))
    if errors:
        raise Invalid(errors)
    origin = auditing.origin_of(desk.request)
    # Whoever found an unlocked screen guesses no faster here than at the door.
    credentials = await desk.write(
        lambda session: staff.begin_sign_in(session, identity.email, origin.address, real_now=desk.real_now)
    )
    old = form.value("old")[: passwords.MAXIMUM + 1]
    if credentials.password_hash is None or not await work(
        desk.request, passwords.verify, credentials.password_hash, old
    ):
        raise Invalid([FieldError("old", "wrong_credentials", staff.WRONG_PASSWORD)])
    old_hash = credentials.password_hash
    new_hash = await work(desk.request, passwords.hash_password, form.value("password"))
    return await desk.write(
        lambda session: staff.change_password(
            session,
            identity,
            old_hash=old_hash,
            new_hash=new_hash,
            now=desk.now,
            real_now=desk.real_now,
            where=(origin.address, origin.device),
        )
    )


HANDLERS = (show_account, change_password, change_calendar)
