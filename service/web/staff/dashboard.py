"""The first page after signing in: what needs attention, what comes next, and setting up the first library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.response import Response

from events import organisers, paging
from events.errors import NotFound
from events.models import Stage
from events.registrations import desk as lists
from events.storage import ReadSession
from service import attention
from service.accounts.permissions import Action, require_founder
from service.inputs.desk import OrganiserInput
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, check, desk_of, refused

COMING = (
    Stage.PUBLISHED,
    Stage.REGISTRATION_OPEN,
    Stage.REGISTRATION_CLOSED,
    Stage.LIVE,
    Stage.POSTPONED,
)


@dataclass(frozen=True, slots=True)
class Overview:
    """What the first page shows."""

    coming: paging.Paged[lists.EventRow]
    drafts: paging.Paged[lists.EventRow]
    needs: attention.Attention


@get("/staff", action=Action.OWN_ACCOUNT, include_in_schema=False)
async def show_dashboard(request: Request) -> Response[str]:
    """Show what needs attention; before there is a library, set one up."""
    desk = desk_of(request)
    if not await desk.houses():
        return await _set_up_page(desk, Form())
    identity, now, real_now = desk.identity, desk.now, desk.real_now
    owners = identity.organiser_ids

    def query(session: ReadSession) -> Overview:
        return Overview(
            coming=lists.list_events(session, owners=owners, stages=COMING, size=8),
            drafts=lists.list_events(session, owners=owners, stages=(Stage.DRAFT,), size=8),
            needs=attention.needed(session, owners=owners, may=identity.may, now=now, real_now=real_now),
        )

    return await desk.show("dashboard.html", overview=await desk.read(query))


async def _set_up_page(desk: Desk, form: Form, status_code: int = 200) -> Response[str]:
    parents = [house for house in await desk.houses() if house.parent_id is None]
    return await desk.show("organiser_new.html", form=form, parents=parents, status_code=status_code)


@get("/staff/organisers/new", action=Action.EDIT_BRAND, include_in_schema=False)
async def show_new_organiser(request: Request) -> Response[str]:
    """Show the form for one more library (for the owner of the installation), or for a branch of one's own."""
    desk = desk_of(request)
    await _require_library(desk)
    return await _set_up_page(desk, Form())


@post("/staff/organisers/new", action=Action.EDIT_BRAND, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def add_organiser(request: Request) -> Response[Any]:
    """Set up a library, or a branch of one."""
    desk = desk_of(request)
    await _require_library(desk)
    form = await read_form(request)
    try:
        given = check(OrganiserInput, organiser_values(form))
        parent = given.parent or desk.identity.organiser_id
        require_founder(desk.identity, parent)
        await desk.write(
            lambda session: organisers.add_organiser(
                session,
                slug=given.slug,
                name=given.name.stored(),
                now=desk.now,
                timezone=given.timezone,
                email=given.email,
                phone=given.phone,
                address=given.address.stored() if given.address else None,
                website=given.website,
                parent_id=parent,
            )
        )
    except REFUSALS as refusal:
        return await _set_up_page(desk, *refused(form, refusal))
    return desk.go("/staff", "organiser")


def organiser_values(form: Form) -> dict[str, Any]:
    """Return the form as `OrganiserInput` takes it."""
    plain = ("slug", "timezone", "email", "phone", "website", "parent")
    values: dict[str, Any] = {name: form.value(name) for name in plain if form.value(name).strip()}
    values["name"] = {"id": form.value("name_id"), "en": form.value("name_en")}
    values["address"] = {"id": form.value("address_id"), "en": form.value("address_en")}
    return values


async def _require_library(desk: Desk) -> None:
    """Return if there is a place to put the new one: branches have no branches. Raises `NotFound`."""
    own = await desk.house() if desk.identity.organiser_id else None
    if own is not None and own.parent_id is not None:
        raise NotFound


HANDLERS = (show_dashboard, show_new_organiser, add_organiser)
