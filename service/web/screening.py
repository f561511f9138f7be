"""What keeps programs out of the forms that anybody may send, and never a person: see decision 33.

A field that nobody sees, which programs fill in, and a stamp that says how old the form is. Whoever is held back gets
the same page again with all that they typed and the reason, and one more press sends it: a browser that filled in the
hidden field, or a person who was quick, must not lose a registration that they believe sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from events.errors import N_, FieldError, Invalid, Refused
from service.clock import real_now
from service.limits.limiter import TooManyRequests
from service.limits.stamps import Age, NoStamp, TooQuick
from service.web.forms import Form
from service.web.pages import Request, pages_of

log = structlog.stdlib.get_logger("acara.screening")

TRAP = "comments"
"""The field that nobody sees. Programs like the name; browsers and password keepers have nothing to put there."""
STAMP = "stamp"


_FILLED = N_(
    "This field has to stay empty; perhaps your browser filled it in by itself. Please delete what is in it and press "
    "the button once more."
)


@dataclass(frozen=True, slots=True)
class Screen:
    """What a form's page carries: the stamp, and whether the hidden field has to be shown."""

    stamp: str
    sprung: bool = False


def screen_for(request: Request, form: Form, about: str) -> Screen:
    """Return what a form about something carries: the stamp that it came with, or a new one."""
    stamps, now = pages_of(request).runtime.stamps, real_now()
    stamp = form.value(STAMP)
    age = stamps.judge(stamp, about, real_now=now)
    if age is Age.TOO_OLD:
        stamp = stamps.make_ripe(about, real_now=now)
    elif age is Age.UNKNOWN:
        stamp = stamps.make(about, real_now=now)
    return Screen(stamp, bool(form.value(TRAP)))


def refuse_flood(request: Request) -> None:
    """Raise the `TooManyRequests` that the guard has left to be told with everything typed (`limit_posts`)."""
    refusal: TooManyRequests | None = request.state.get("refusal")
    if refusal is not None:
        raise refusal


def refuse_programs(request: Request, form: Form, about: str) -> None:
    """Raise `Invalid` where the hidden field is filled in, `HeldBack` for a form that is too young, too old or none."""
    if errors := trap_errors(form):
        log.info("form held back", form=about, reason="trap")
        raise Invalid(errors)
    age = pages_of(request).runtime.stamps.judge(form.value(STAMP), about, real_now=real_now())
    if age is not Age.FINE:
        log.info("form held back", form=about, reason=age.value)
        raise TooQuick if age is Age.TOO_YOUNG else NoStamp


def wait_of(refusal: Refused | None) -> dict[str, str]:
    """Return the header that says when to come again (RFC 9110 §10.2.3), for a refusal that knows it."""
    return {"Retry-After": str(refusal.retry_after)} if isinstance(refusal, TooManyRequests) else {}


def with_trap(form: Form, errors: Sequence[FieldError]) -> Form:
    """Return the form with its errors, that of the hidden field among them."""
    missing = () if any(error.field == TRAP for error in errors) else trap_errors(form)
    return form.with_errors((*missing, *errors))


def trap_errors(form: Form) -> tuple[FieldError, ...]:
    """Return what is wrong with the hidden field: nothing, or that it is filled in."""
    return (FieldError(TRAP, "leave_empty", _FILLED),) if form.value(TRAP) else ()
