"""Materials for those who are registered: laid out by staff, seen on people's own pages."""

from __future__ import annotations

import uuid
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.drafts import materials
from events.errors import NotFound
from events.models import Event, Material
from events.ownership import event_of
from events.storage import Session
from service.accounts.permissions import Action
from service.inputs.authoring import MaterialInput
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, check, desk_of, refused
from service.web.staff.event_forms import localized_values


@get("/staff/events/{event_id:uuid}/materials", action=Action.EDIT_EVENTS, include_in_schema=False)
async def show_materials(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show what is laid out, and a form for more."""
    desk = desk_of(request)
    return await _page(desk, await desk.event(event_id, Action.EDIT_EVENTS), Form({"shown": ["after"]}))


async def _page(desk: Desk, event: Event, form: Form, status_code: int = 200) -> Response[str]:
    found = await desk.read(lambda session: materials.list_materials(session, event.id))
    return await desk.show("materials.html", event=event, form=form, materials=found, status_code=status_code)


@post(
    "/staff/events/{event_id:uuid}/materials",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def add_material(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Lay something out."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    form = await read_form(request)
    try:
        plain = {name: form.value(name) for name in ("url", "shown") if form.value(name).strip()}
        given = check(MaterialInput, plain | {"title": localized_values(form, "title")})
        await desk.write(
            lambda session: materials.add_material(
                session,
                event_id,
                title=given.title.stored(),
                url=given.url,
                shown=given.shown,
                now=desk.now,
                by=desk.by,
            )
        )
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _page(desk, event, again, status)
    return desk.go(f"/staff/events/{event_id}/materials", "material")


@post(
    "/staff/events/{event_id:uuid}/materials/{material_id:uuid}/remove",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def remove_material(
    request: Request, event_id: FromPath[uuid.UUID], material_id: FromPath[uuid.UUID]
) -> Response[Any]:
    """Take something away."""
    desk = desk_of(request)
    await desk.event(event_id, Action.EDIT_EVENTS)

    def use_case(session: Session) -> None:
        if event_of(session, Material, material_id) != event_id:
            raise NotFound
        materials.remove_material(session, material_id, now=desk.now, by=desk.by)

    await desk.write(use_case)
    return desk.go(f"/staff/events/{event_id}/materials", "material_removed")


HANDLERS = (show_materials, add_material, remove_material)
