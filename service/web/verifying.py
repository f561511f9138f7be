"""The public proof of a certificate: what the QR code on it leads to. Says nothing but what the certificate says."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_404_NOT_FOUND

from certificates.codes import normalise, spaced
from certificates.verifying import Standing, verify
from events.errors import N_, FieldError
from service.web.forms import Form
from service.web.pages import Request, pages_of
from service.wiring import Runtime


@get("/v")
async def ask_for_code(request: Request, code: FromQuery[str | None] = None) -> Response[str] | Redirect:
    """Ask for the code that is printed on a certificate, and lead to what it proves."""
    if code is None:
        return _form(request, Form())
    plain = normalise(code)
    if plain is None:
        message = N_("This is no certificate code. It has 26 letters and digits, printed beside the QR code.")
        return _form(request, Form({"code": [code[:60]]}, [FieldError("code", "code", message)]))
    return Redirect(f"/v/{plain}", status_code=HTTP_303_SEE_OTHER)


def _form(request: Request, form: Form) -> Response[str]:
    return pages_of(request).page(request, "verify_form.html", form=form)


@get("/v/{code:str}")
async def show_proof(request: Request, runtime: NamedDependency[Runtime], code: FromPath[str]) -> Response[str]:
    """Say whether a certificate is valid, replaced, revoked or unknown. An unknown code answers 404."""
    pages = pages_of(request)
    found = await runtime.database.aread(lambda session: verify(session, code))
    certified = found.certified
    houses = await pages.houses()
    house = next((each for each in houses if certified is not None and each.id == certified.organiser_id), None)
    return pages.page(
        request,
        "verify.html",
        status_code=HTTP_404_NOT_FOUND if found.standing is Standing.UNKNOWN else HTTP_200_OK,
        house=house,
        personal=True,
        standing=found.standing.value,
        certified=certified,
        code=spaced(normalise(code) or ""),
    )
