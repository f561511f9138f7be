"""What one request of a member of staff works with: who they are, the database, the clock, a page to answer with."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_303_SEE_OTHER
from pydantic import BaseModel

from events.catalogue.houses import House
from events.errors import Conflict, FieldError, Invalid, NotFound, Refused
from events.models import Event
from events.registrations.desk import find_event
from events.storage import ReadSession, Session
from service import auditing
from service.accounts import audit
from service.accounts.permissions import Action, StaffIdentity, require
from service.accounts.sessions import Signed
from service.clock import real_now
from service.inputs.checking import parse
from service.statuses import status_of
from service.web.forms import Form, whole
from service.web.pages import Pages, Request, locale_of, pages_of
from service.web.staff.access import identity_of, signed_of
from service.web.staff.event_menu import phases
from service.web.staff.guide_map import help_path
from service.web.staff.menu import groups
from service.web.staff.notices import NOTICES
from service.wiring import Runtime

_Result = TypeVar("_Result")
_Input = TypeVar("_Input", bound=BaseModel)

FORM_LEVEL = "form"
"""The "field" of an error that belongs to no field in particular."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One request of a signed-in member of staff."""

    request: Request
    identity: StaffIdentity
    pages: Pages

    @property
    def runtime(self) -> Runtime:
        """The process's own."""
        return self.pages.runtime

    @property
    def locale(self) -> str:
        """The language of the answer."""
        return locale_of(self.request)

    @property
    def now(self) -> datetime:
        """Business time."""
        return self.runtime.clock.now()

    @property
    def real_now(self) -> datetime:
        """Real time."""
        return real_now()

    @property
    def by(self) -> str:
        """How facts name this person."""
        return self.identity.by

    @property
    def _event_ids(self) -> Sequence[uuid.UUID]:
        """The event that the page is about, if it is about one: its seats may change."""
        found = self.request.path_params.get("event_id")
        return [found] if isinstance(found, uuid.UUID) else []

    async def read(self, query: Callable[[ReadSession], _Result]) -> _Result:
        """Run a query."""
        return await self.runtime.database.aread(query)

    async def write(self, use_case: Callable[[Session], _Result]) -> _Result:
        """Run a use-case; on return it is committed, and so is its row in the audit trail."""
        origin, at = auditing.origin_of(self.request), self.real_now

        def noted(session: Session) -> _Result:
            result = use_case(session)
            audit.note(session, origin, real_now=at)
            return result

        result = await self.runtime.database.awrite(noted, seats_of=self._event_ids)
        origin.noted = True
        self.pages.recent.forget()
        return result

    async def hand_out(self) -> None:
        """Leave the row of an act that changes nothing, but gives people's data out of the house."""
        await self.write(lambda _: None)

    async def keep(self, use_case: Callable[[Session], _Result]) -> _Result:
        """Write a person's own unsaved text, which nobody else sees: no act, and no row in the audit trail."""
        result = await self.work(use_case)
        self.noted()
        return result

    def noted(self) -> None:
        """Say that this request is no act: the form that it sent is only shown again, changed."""
        auditing.origin_of(self.request).noted = True

    async def work(self, use_case: Callable[[Session], _Result]) -> _Result:
        """Run a step towards an act, which is no act itself: nothing that the audit trail would tell."""
        return await self.runtime.database.awrite(use_case)

    @property
    def signed(self) -> Signed:
        """The session that this request belongs to."""
        return signed_of(self.request)

    # ------------------------------------------------------------ whose
    async def houses(self) -> Sequence[House]:
        """Return the organisers that this person sees."""
        return [house for house in await self.pages.houses() if self.identity.sees(house.id)]

    async def house(self, organiser_id: uuid.UUID | None = None) -> House | None:
        """Return the organiser that the page is about: the one asked for, one's own, or the first there is."""
        wanted = organiser_id or self.identity.organiser_id
        found = await self.houses()
        if wanted is not None:
            chosen = next((house for house in found if house.id == wanted), None)
            if chosen is None:
                raise NotFound
            return chosen
        return found[0] if found else None

    async def chosen_house(self) -> House:
        """Return the organiser that ``?organiser=`` names, or `house`. Raises `NotFound` where there is none."""
        house = await self.house(organiser_in(self.request.query_params.get("organiser")))
        if house is None:
            raise NotFound
        return house

    async def house_for(self, organiser_id: uuid.UUID, action: Action) -> House:
        """Return the organiser of a path. Raises `NotFound`, or `NotAllowed` if `action` is beyond the role."""
        house = next((house for house in await self.houses() if house.id == organiser_id), None)
        if house is None:
            raise NotFound
        require(self.identity, action, house.id)
        return house

    async def event(self, event_id: uuid.UUID, action: Action | None = None) -> Event:
        """Return the event. Raises `NotFound` for another organiser's, `NotAllowed` if `action` is beyond the role."""
        event = await self.read(lambda session: find_event(session, event_id))
        require(self.identity, action or Action.VIEW_EVENTS, event.organiser_id)
        return event

    def may(self, action: str) -> bool:
        """Tell templates whether to show a button."""
        return self.identity.may(Action(action))

    # ------------------------------------------------------------ answers
    async def show(
        self,
        template: str,
        *,
        event: Event | None = None,
        house: House | None = None,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: Any,
    ) -> Response[str]:
        """Answer with a page of ``templates/staff``."""
        house = house or await self.house(event.organiser_id if event else None)
        said = NOTICES.get(self.request.query_params.get("done", ""))
        context.setdefault("form", Form())
        return self.pages.page(
            self.request,
            f"staff/{template}",
            status_code=status_code,
            house=house,
            personal=True,
            headers=headers,
            desk=self,
            menu=groups(self.identity, self.request.url.path, mailbox=self.runtime.settings.mailbox_page),
            help_path=help_path(self.request.scope["path_template"]),
            phases=phases(self.identity, event) if event else (),
            said=said,
            event=event,
            **context,
        )

    def go(self, path: str, done: str | None = None, **query: str) -> Redirect:
        """Answer a form that worked: on to `path`, where `done` (a key of `NOTICES`) is said."""
        if done is not None:
            query = {**query, "done": done}
        return Redirect(f"{path}?{urlencode(query)}" if query else path, status_code=HTTP_303_SEE_OTHER)


def desk_of(request: Request) -> Desk:
    """Return the desk of a signed-in request."""
    return Desk(request, identity_of(request), pages_of(request))


def organiser_in(text: str | None) -> uuid.UUID | None:
    """Read an organiser's id from an address; nonsense is as good as none."""
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None


def plain(text: str) -> str:
    """Return what was typed into a search box or a line, without characters that no database keeps."""
    return "".join(letter for letter in text if letter.isprintable()).strip()


def page_number(request: Request) -> int:
    """Return the ``?page=`` of a list, 1 for nonsense."""
    return whole(request.query_params.get("page", "1"), below=100_000) or 1


def check(model: type[_Input], values: Mapping[str, Any]) -> _Input:
    """Return `values` (made from a form) as a checked input; errors are told at the form's own fields.

    ``title.id`` in the input is ``title_id`` in the form.
    """
    try:
        return parse(model, values)
    except Invalid as refusal:
        raise Invalid([_of_form(error) for error in refusal.errors]) from refusal


def _of_form(error: FieldError) -> FieldError:
    return FieldError(error.field.replace(".", "_"), error.code, error.message, error.params)


def check_all(*wanted: tuple[type[BaseModel], Mapping[str, Any]]) -> list[Any]:
    """Check several inputs of one form, so that everything that is wrong is told at once. Raises `Invalid`."""
    checked: list[Any] = []
    errors: list[FieldError] = []
    for model, values in wanted:
        try:
            checked.append(check(model, values))
        except Invalid as refusal:
            errors += refusal.errors
    if errors:
        raise Invalid(errors)
    return checked


def refused(form: Form, refusal: Refused) -> tuple[Form, int]:
    """Return the form with what is wrong, and the status with which it is shown again.

    What the core found wrong with ``title.id`` is told at the form's ``title_id``, where it has such a field.
    """
    if isinstance(refusal, Invalid):
        named = [(error, _of_form(error)) for error in refusal.errors]
        errors = [own if own.field in form.values else error for error, own in named]
        return form.with_errors(errors), status_of(refusal)
    error = FieldError(refusal.field or FORM_LEVEL, refusal.code, refusal.message, refusal.params)
    status = status_of(refusal)
    # A page sends no precondition in its headers, so what the API calls 412 is a conflict here (RFC 9110 §15.5.10).
    return form.with_errors([error]), 409 if status == 412 else status


REFUSALS = (Invalid, Conflict)
"""What a form is shown again for; other refusals have pages of their own."""
