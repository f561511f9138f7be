"""The public proof of a certificate: by its code, to which the QR code leads, or by its file.

Says nothing but what the certificate says. What is handed in is read, answered, and forgotten.
"""

from __future__ import annotations

import hashlib
import logging
from typing import NamedTuple

import anyio.to_thread
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Response
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_303_SEE_OTHER,
    HTTP_404_NOT_FOUND,
    HTTP_422_UNPROCESSABLE_ENTITY,
)

from certificates.codes import normalise, spaced
from certificates.verifying import Standing, Verification, find_code, verify
from events.errors import N_, FieldError
from events.media.processes import ChildFailed
from service.web.forms import Form
from service.web.multipart import parts
from service.web.pages import Request, pages_of
from service.wiring import Runtime

log = logging.getLogger(__name__)

_MOST_BYTES = 5 * 1024 * 1024
"""A certificate has a tenth of a megabyte; saved again by another program it has a little more."""
_NO_FILE = N_("Please choose the certificate's file.")
_TOO_LARGE = N_("This file is too large to be one of our certificates. They have less than 5 MB.")
_NO_PDF = N_(
    "This is no PDF. Our certificates are PDF files; for a photo or a printed one, use the code beside the QR code."
)
_UNREADABLE = N_("This PDF cannot be read: it is damaged or protected. Please use the code that is printed on it.")
_NO_CODE = N_(
    "We find no certificate of ours in this file. If it shows one, it was made from it by printing or by a photo: "
    "please use the code that is printed beside the QR code."
)


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


@post("/v", status_code=HTTP_200_OK, request_max_body_size=2 * _MOST_BYTES)
async def examine_file(request: Request, runtime: NamedDependency[Runtime]) -> Response[str]:
    """Say what a certificate's file is worth: whether it is the one that was issued, and how that stands today."""
    content = b""
    async for part in parts(request.headers.get("content-type", ""), request.stream(), most=5):
        taken = bytearray()
        async for chunk in part.chunks:
            if len(taken) <= _MOST_BYTES:
                taken += chunk
        content = content or (bytes(taken) if part.filename else b"")
    told = await _examine(runtime, content)
    if isinstance(told, str):
        form = Form({}, [FieldError("file", "file", told)])
        return pages_of(request).page(request, "verify_form.html", status_code=HTTP_422_UNPROCESSABLE_ENTITY, form=form)
    return await _proof(request, told.found, told.code, file="same" if told.same else "changed")


class _Told(NamedTuple):
    found: Verification
    code: str
    same: bool


async def _examine(runtime: Runtime, content: bytes) -> _Told | str:
    """Return what is known of a file, or why nothing can be said of it."""
    if not content:
        return _NO_FILE
    if len(content) > _MOST_BYTES:
        return _TOO_LARGE
    digest = hashlib.sha256(content).hexdigest()
    code = await runtime.database.aread(lambda session: find_code(session, digest))
    if code is not None:
        return _Told(await runtime.database.aread(lambda session: verify(session, code)), code, same=True)
    from certificates import examining  # noqa: PLC0415 - pikepdf, which few who serve pages ever need

    if not examining.is_pdf(content):
        return _NO_PDF

    def look() -> examining.Examined:
        signers = (runtime.signer.certificate,)
        return runtime.children.run(examining.examine, content, signers, timeout=examining.SECONDS)

    try:
        examined = await anyio.to_thread.run_sync(look)
    except ChildFailed as failure:
        log.info("a file handed in as a certificate cannot be read: %s", failure)
        return _UNREADABLE
    borne = examined["code"]
    found = Verification(Standing.UNKNOWN)
    if borne is not None:
        found = await runtime.database.aread(lambda session: verify(session, borne))
    if borne is None or found.standing is Standing.UNKNOWN:
        return _NO_CODE
    return _Told(found, borne, same=examined["holds"])


@get("/v/{code:str}")
async def show_proof(request: Request, runtime: NamedDependency[Runtime], code: FromPath[str]) -> Response[str]:
    """Say whether a certificate is valid, replaced, revoked or unknown. An unknown code answers 404."""
    return await _proof(request, await runtime.database.aread(lambda session: verify(session, code)), code)


async def _proof(request: Request, found: Verification, code: str, *, file: str = "") -> Response[str]:
    """Show what is known of a certificate; `file` says whether the one handed in is the ``same`` or ``changed``."""
    pages = pages_of(request)
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
        file=file,
    )
