"""Who is at the other end: read from the session cookie at every request, before any handler runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from litestar.connection import ASGIConnection
from litestar.exceptions import ImproperlyConfiguredException
from litestar.handlers import BaseRouteHandler
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_303_SEE_OTHER

from events.errors import N_, Refused
from service import auditing
from service.accounts import sessions
from service.accounts.permissions import Action, StaffIdentity, require
from service.accounts.sessions import Signed
from service.clock import real_now
from service.web.pages import Pages, Request, pages_of

SIGN_IN = "/staff/sign-in"
PUBLIC = "public"
"""What a route has in place of an action if nobody need be signed in for it."""

_STATE = "staff_identity"
_SIGNED = "staff_session"


FRESH = timedelta(minutes=15)
"""How long a proof of who one is counts for what changes the account's own locks."""
ENROLMENT = "/staff/account/security"
CONFIRM = "/staff/account/confirm"


class EnrolmentNeeded(Refused):
    """The house asks for a second factor, and this person has none yet."""

    code = "enrolment_needed"
    default = N_("Your library asks for a second factor. Please set one up first.")


class ProofNeeded(Refused):
    """It takes a fresh proof of who one is."""

    code = "proof_needed"
    default = N_("Please confirm that it is you.")


class SignInNeeded(Refused):
    """Nobody is signed in, or not any more."""

    code = "sign_in_needed"
    default = N_("Please sign in.")


def cookie_name(secure: bool) -> str:
    """Return the session cookie's name. `__Host-` binds it to this host and to https (RFC 6265bis §4.1.3.2)."""
    return "__Host-staff" if secure else "staff"


def session_secret(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """Return what the browser sent as its session, right or wrong."""
    secure = connection.app.state.pages.runtime.settings.secure_cookies
    return connection.cookies.get(cookie_name(secure)) or None


def step_cookie_name(secure: bool) -> str:
    """Return the name of the cookie between the two halves of signing in."""
    return "__Host-staff-step" if secure else "staff-step"


def step_secret(request: Request) -> str | None:
    """Return what the browser sent as its step, right or wrong."""
    secure = pages_of(request).runtime.settings.secure_cookies
    return request.cookies.get(step_cookie_name(secure)) or None


async def admit(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let in who may do what the route does (a guard). A route without an action lets nobody in.

    Raises `SignInNeeded` or `NotAllowed`. Whose things they are is asked by the handler, which knows them.
    """
    action = handler.opt.get("action")
    if action == PUBLIC:
        return
    if not isinstance(action, Action):
        raise ImproperlyConfiguredException(f"{handler} names no action")
    secret = session_secret(connection)
    if secret is None:
        raise SignInNeeded
    pages: Pages = connection.app.state.pages
    database = pages.runtime.database
    at = real_now()
    signed = await database.aread(lambda session: sessions.read(session, secret, real_now=at))
    if signed is None:
        raise SignInNeeded
    if signed.stale:
        await database.awrite(lambda session: sessions.touch(session, signed.id_hash, real_now=at))
    connection.scope["state"][_STATE] = signed.identity
    connection.scope["state"][_SIGNED] = signed
    if signed.identity.must_enrol and not handler.opt.get("enrolling"):
        raise EnrolmentNeeded
    require(signed.identity, action)
    if handler.opt.get("proof") and signed.proved_at < at - FRESH:
        raise ProofNeeded
    auditing.begin(connection, signed.identity, action.value)


def identity_of(request: Request) -> StaffIdentity:
    """Return who is signed in; the guard has seen to it that somebody is."""
    identity: StaffIdentity = request.scope["state"][_STATE]
    return identity


def signed_of(request: Request) -> Signed:
    """Return the session of who is signed in."""
    signed: Signed = request.scope["state"][_SIGNED]
    return signed


def identity_or_none(request: Request) -> StaffIdentity | None:
    """Return who is signed in, for pages that show themselves without it (errors)."""
    return request.scope["state"].get(_STATE)


def send_to_sign_in(request: Request, _: SignInNeeded) -> Response[Any]:
    """Lead to the sign-in page and from there back to where the person wanted to go."""
    return _by_way_of(request, SIGN_IN)


def send_to_confirm(request: Request, _: ProofNeeded) -> Response[Any]:
    """Lead to the page on which people prove anew who they are, and from there back."""
    return _by_way_of(request, CONFIRM)


def send_to_enrolment(request: Request, _: EnrolmentNeeded) -> Response[Any]:
    """Lead to the page on which a second factor is set up."""
    del request
    return Redirect(ENROLMENT, status_code=HTTP_303_SEE_OTHER)


def _by_way_of(request: Request, page: str) -> Response[Any]:
    wanted = request.url.path
    if request.method != "GET":
        # A form that was sent after the session had ended: back to the page that it stands on.
        wanted = urlsplit(request.headers.get("referer", "")).path or "/staff"
    elif request.url.query:
        wanted = f"{wanted}?{request.url.query}"
    address = page if wanted == "/staff" else f"{page}?{urlencode({'next': wanted})}"
    if request.headers.get("hx-request"):
        return Response(b"", status_code=401, headers={"HX-Redirect": address})
    return Redirect(address, status_code=HTTP_303_SEE_OTHER)


def way_on(wanted: str | None) -> str:
    """Return where to go after signing in: a path of the staff's pages, whatever the address asked for."""
    if wanted is None or not wanted.isprintable() or "\\" in wanted or "//" in wanted.split("?")[0]:
        return "/staff"
    return wanted if wanted == "/staff" or wanted.startswith("/staff/") else "/staff"


def set_session(answer: Response[Any], request: Request, secret: str) -> None:
    """Hand the browser its session: for this host, for no script, for no request from elsewhere but links."""
    secure = pages_of(request).runtime.settings.secure_cookies
    answer.set_cookie(key=cookie_name(secure), value=secret, path="/", secure=secure, httponly=True, samesite="lax")


def set_step(answer: Response[Any], request: Request, secret: str) -> None:
    """Hand the browser the secret of a step; it ends with the browser, and by itself after minutes."""
    secure = pages_of(request).runtime.settings.secure_cookies
    name = step_cookie_name(secure)
    answer.set_cookie(key=name, value=secret, path="/", secure=secure, httponly=True, samesite="strict")


def end_step(answer: Response[Any], request: Request) -> None:
    """Have the browser forget its step."""
    secure = pages_of(request).runtime.settings.secure_cookies
    name = step_cookie_name(secure)
    answer.set_cookie(key=name, value="", path="/", secure=secure, httponly=True, samesite="strict", max_age=0)


def end_session(answer: Response[Any], request: Request) -> None:
    """Have the browser forget its session."""
    secure = pages_of(request).runtime.settings.secure_cookies
    answer.set_cookie(
        key=cookie_name(secure), value="", path="/", secure=secure, httponly=True, samesite="lax", max_age=0
    )
