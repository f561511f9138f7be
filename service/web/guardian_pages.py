"""A guardian's page, reached by a link of their own: whom it is about, what for, and two answers. GET only shows."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY

from events.errors import N_, FieldError
from events.links import GUARDIAN
from events.pages.personal_pages import RegistrationPage
from events.registrations import guardians
from events.registrations.guardian_reading import GuardianQuestion, guardian_question
from service import consent
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.manage import open_link
from service.web.pages import Request, pages_of
from service.wiring import Runtime

_SWORN = N_("Please confirm that you are the parent or guardian.")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A guardian's question, opened by their link."""

    request: Request
    runtime: Runtime
    token: str
    place: RegistrationPage
    question: GuardianQuestion

    @property
    def events(self) -> set[uuid.UUID]:
        """The events whose seats an answer may change."""
        return {self.place.event_id, *(each.event_id for each in self.question.dates)}

    def show(self, form: Form, status_code: int = HTTP_200_OK) -> Response[str]:
        """Return the page in the state that the registration is in."""
        place = self.place
        return pages_of(self.request).page(
            self.request,
            "guardian.html",
            status_code=status_code,
            house=place.house,
            personal=True,
            reader_locale=place.locale,
            place=place,
            token=self.token,
            form=form,
            consent=consent.TEXT,
            question=self.question,
        )

    def back(self) -> Redirect:
        """Lead to the page again, which then shows what came of it."""
        pages_of(self.request).recent.forget()
        headers = {"Cache-Control": "no-store"}
        return Redirect(f"/g/{self.token}", status_code=HTTP_303_SEE_OTHER, headers=headers)


async def _open(request: Request, runtime: Runtime, token: str) -> _Asked:
    place = await open_link(runtime, GUARDIAN, token)
    question = await runtime.database.aread(lambda session: guardian_question(session, place.id))
    return _Asked(request, runtime, token, place, question)


@get("/g/{token:str}")
async def show_request(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[str]:
    """Show the guardian what they are asked, or what they answered."""
    return (await _open(request, runtime, token)).show(Form())


@post("/g/{token:str}/consent", status_code=HTTP_303_SEE_OTHER, request_max_body_size=MAX_BYTES)
async def give_consent(
    request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]
) -> Response[str] | Redirect:
    """Note the consent of whoever says that they are the guardian. Raises `Gone` where it is too late."""
    asked = await _open(request, runtime, token)
    form = await read_form(request)
    if form.value("guardian") != "yes":
        return asked.show(form.with_errors([FieldError("guardian", "missing", _SWORN)]), HTTP_422_UNPROCESSABLE_ENTITY)
    now = runtime.clock.now()
    await runtime.database.awrite(
        lambda session: guardians.consent(session, asked.place.id, now=now), seats_of=asked.events
    )
    return asked.back()


@post("/g/{token:str}/refuse", status_code=HTTP_303_SEE_OTHER, request_max_body_size=MAX_BYTES)
async def refuse_consent(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Redirect:
    """Note that the guardian does not agree, to no date of the booking; the seats go on."""
    asked = await _open(request, runtime, token)
    now = runtime.clock.now()
    await runtime.database.awrite(
        lambda session: guardians.refuse(session, asked.place.id, now=now), seats_of=asked.events
    )
    return asked.back()
