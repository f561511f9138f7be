"""Staff: an organiser's accounts on networks. They are connected on the staff's page, by hand."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter

from events.storage import ReadSession, Session
from notifications.posts import connecting
from service.accounts.permissions import Action, require
from service.api.access import Acting, needs
from service.api.answers import STAFF_ACT, STAFF_READ
from service.api.parameters import Id
from service.api.resources.networks import NetworkList, network_list

Network = Annotated[
    str, PathParameter(max_length=20, description="As posts name it: `telegram`, `bluesky`, `mastodon`.")
]
_PATH = "/organisers/{organiser_id:uuid}/networks"


@get(_PATH, opt=needs(Action.EDIT_BRAND), responses=STAFF_READ, operation_id="listNetworks")
async def list_networks(organiser_id: Id, acting: NamedDependency[Acting]) -> NetworkList:
    """List an organiser's accounts on networks, also those that died or were disconnected."""

    def query(session: ReadSession) -> NetworkList:
        require(acting.identity, acting.action, organiser_id)
        found = connecting.list_connections(session, [organiser_id])
        return network_list(found, connecting.count_waiting(session, organiser_id))

    return await acting.see(query)


@post(
    _PATH + "/{channel:str}/disconnect",
    status_code=204,
    opt=needs(Action.EDIT_BRAND),
    responses=STAFF_ACT,
    operation_id="disconnectNetwork",
)
async def disconnect_network(organiser_id: Id, channel: Network, acting: NamedDependency[Acting]) -> None:
    """Erase what opens an account; posts that are approved wait. Repeated, nothing happens."""
    now = acting.now

    def use_case(session: Session) -> None:
        require(acting.identity, acting.action, organiser_id)
        connecting.disconnect(session, organiser_id, channel, now=now, by=acting.by)

    await acting.change(use_case)


routes = Router("/", route_handlers=[list_networks, disconnect_network], tags=["Posts"])
