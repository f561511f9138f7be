"""An organiser's accounts on networks: connected by what the network handed out, connected again, disconnected.

A secret is typed once, asked about at the network, and sealed. It is on no page afterwards, not even the one that
refuses it.
"""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

import anyio.to_thread
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.catalogue.houses import House
from events.errors import NotFound
from events.storage import ReadSession, Session
from notifications.channels.protocol import Account
from notifications.models.channel_connection import ChannelConnection
from notifications.posts import connecting
from service.accounts.permissions import Action
from service.networks import NETWORKS, Pasted, ask_account, read_pasted
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, desk_of, plain, refused

_PATH = "/staff/networks"
_HOUSE = "/staff/organisers/{organiser_id:uuid}/networks"
_ONE = _HOUSE + "/{channel:str}"


async def _house(request: Request, organiser_id: uuid.UUID) -> tuple[Desk, House]:
    """Return the library of a path, for who may connect its accounts. Raises `NotFound`."""
    desk = desk_of(request)
    return desk, await desk.house_for(organiser_id, Action.EDIT_BRAND)


@get(_PATH, action=Action.EDIT_BRAND, include_in_schema=False)
async def choose_networks(request: Request) -> Response[str]:
    """Show the accounts of one's own library, or of the one that is asked for."""
    desk = desk_of(request)
    return await _page(desk, await desk.chosen_house())


@get(_HOUSE, action=Action.EDIT_BRAND, include_in_schema=False)
async def show_networks(request: Request, organiser_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show the accounts of a library."""
    return await _page(*await _house(request, organiser_id))


async def _page(desk: Desk, house: House, form: Form | None = None, status_code: int = 200) -> Response[str]:
    def query(session: ReadSession) -> tuple[dict[str, ChannelConnection], dict[str, int]]:
        held = connecting.list_connections(session, [house.id])
        return {each.channel: each for each in held}, connecting.count_waiting(session, house.id)

    found, waiting = await desk.read(query)
    return await desk.show(
        "networks.html",
        house=house,
        houses=await desk.houses(),
        home=f"/staff/organisers/{house.id}/networks",
        networks=NETWORKS,
        found=found,
        waiting=waiting,
        installed=frozenset(desk.runtime.channels),
        form=form or Form(),
        status_code=status_code,
    )


@post(_ONE + "/connect", action=Action.EDIT_BRAND, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def connect_network(request: Request, organiser_id: FromPath[uuid.UUID], channel: FromPath[str]) -> Response[Any]:
    """Ask the network whose account it is, and keep it; also in the place of one that died or was another's."""
    desk, house = await _house(request, organiser_id)
    if channel not in NETWORKS:
        raise NotFound
    typed = await read_form(request)
    place, secret = plain(typed.value(f"{channel}_place")), plain(typed.value(f"{channel}_secret"))
    kept = Form({f"{channel}_place": [place], f"{channel}_secret": [""]})
    settings = desk.runtime.settings
    try:
        pasted = await anyio.to_thread.run_sync(partial(read_pasted, settings, channel, place, secret))
        account = await anyio.to_thread.run_sync(partial(ask_account, settings, pasted))
    except REFUSALS as refusal:
        return await _page(desk, house, *refused(kept, refusal))
    await desk.write(partial(_keep, desk=desk, house=house, pasted=pasted, account=account))
    return desk.go(f"/staff/organisers/{house.id}/networks", "network_connected")


def _keep(session: Session, *, desk: Desk, house: House, pasted: Pasted, account: Account) -> None:
    connecting.connect(
        session,
        house.id,
        pasted.channel,
        account=account,
        place=pasted.place,
        sealed_secret=desk.runtime.secrets.seal(pasted.secret),
        now=desk.now,
        by=desk.by,
    )


@post(_ONE + "/disconnect", action=Action.EDIT_BRAND, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def disconnect_network(
    request: Request, organiser_id: FromPath[uuid.UUID], channel: FromPath[str]
) -> Response[Any]:
    """Erase the secret of an account."""
    desk, house = await _house(request, organiser_id)
    await desk.write(lambda session: connecting.disconnect(session, house.id, plain(channel), now=desk.now, by=desk.by))
    return desk.go(f"/staff/organisers/{house.id}/networks", "network_disconnected")


HANDLERS = (choose_networks, show_networks, connect_network, disconnect_network)
