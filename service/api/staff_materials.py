"""Staff: materials for those who are registered."""

from __future__ import annotations

from litestar import Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from events.drafts import materials
from events.models import Event, Material
from events.storage import Session
from service.accounts.permissions import Action
from service.api.access import Acting, needs
from service.api.answers import STAFF_ACT, STAFF_READ, STAFF_WRITE
from service.api.parameters import Id
from service.api.resources.authoring import MaterialList, MaterialView, material_view
from service.inputs.authoring import MaterialInput


@get(
    "/events/{event_id:uuid}/materials",
    opt=needs(Action.VIEW_EVENTS),
    responses=STAFF_READ,
    operation_id="listMaterials",
)
async def list_materials(event_id: Id, acting: NamedDependency[Acting]) -> MaterialList:
    """List what is laid out."""
    return await acting.see(
        lambda session: MaterialList(
            items=[material_view(each) for each in materials.list_materials(session, event_id)]
        ),
        on=(Event, event_id),
    )


@post(
    "/events/{event_id:uuid}/materials",
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_WRITE,
    operation_id="addMaterial",
)
async def add_material(event_id: Id, data: JSONBody[MaterialInput], acting: NamedDependency[Acting]) -> MaterialView:
    """Lay something out; also after the event, for slides come late."""
    now = acting.now

    def use_case(session: Session) -> MaterialView:
        key = materials.add_material(
            session, event_id, title=data.title.stored(), url=data.url, shown=data.shown, now=now, by=acting.by
        )
        return material_view(session.get_one(Material, key))

    return await acting.change(use_case, on=(Event, event_id))


@delete(
    "/materials/{material_id:uuid}",
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_ACT,
    operation_id="removeMaterial",
)
async def remove_material(material_id: Id, acting: NamedDependency[Acting]) -> None:
    """Take something away."""
    now = acting.now
    await acting.change(
        lambda session: materials.remove_material(session, material_id, now=now, by=acting.by),
        on=(Material, material_id),
    )


routes = Router("/", route_handlers=[list_materials, add_material, remove_material], tags=["Authoring"])
