"""The guide's pages: contents and search, a topic, its pictures; and help with signing in, for everybody."""

from __future__ import annotations

import anyio.to_thread
from litestar import get
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from events.errors import NotFound
from service.accounts.permissions import Action
from service.web.guide import GROUPS, Topic, read_topic, search
from service.web.guide_markdown import ADDRESS, PICTURES, known_pictures
from service.web.pages import Request, locale_of, pages_of
from service.web.staff.access import PUBLIC
from service.web.staff.desk import desk_of, plain
from service.web.staff.guide_map import PUBLIC_HELP

_LONGEST = 100
_FOREVER = "public, max-age=31536000, immutable"


def _topic(name: str, locale: str) -> Topic:
    try:
        return read_topic(name, locale)
    except KeyError as error:
        raise NotFound from error


@get(ADDRESS, action=Action.OWN_ACCOUNT, enrolling=True, include_in_schema=False)
async def show_contents(request: Request, q: FromQuery[str] = "") -> Response[str]:
    """Show every topic under its group, or what was searched for."""
    desk = desk_of(request)
    text = plain(q)[:_LONGEST]
    groups = [(label, [read_topic(name, desk.locale) for name in names]) for label, names in GROUPS.items()]
    return await desk.show("help.html", text=text, hits=search(text, desk.locale), groups=groups)


@get(f"{ADDRESS}/{{topic:str}}", action=Action.OWN_ACCOUNT, enrolling=True, include_in_schema=False)
async def show_topic(request: Request, topic: FromPath[str]) -> Response[str]:
    """Show one topic. Raises `NotFound`."""
    desk = desk_of(request)
    found = _topic(topic, desk.locale)
    group, names = next((label, names) for label, names in GROUPS.items() if topic in names)
    others = [read_topic(name, desk.locale) for name in names if name != topic]
    return await desk.show("help_topic.html", topic=found, group=group, others=others)


@get(PUBLIC_HELP, action=PUBLIC, include_in_schema=False)
async def show_help_with_signing_in(request: Request) -> Response[str]:
    """Show the one topic that is of use to who cannot get in."""
    pages = pages_of(request)
    await pages.houses()
    topic = _topic("sign-in", locale_of(request))
    return pages.page(request, "staff/help_sign_in.html", personal=True, topic=topic)


@get(f"{ADDRESS}/pictures/{{language:str}}/{{picture:str}}", action=PUBLIC, include_in_schema=False)
async def send_picture(language: FromPath[str], picture: FromPath[str]) -> Response[bytes]:
    """Send a picture of the guide; its address names its content. Raises `NotFound`."""
    key = f"{language}/{picture.removesuffix('.webp')}"
    if key not in known_pictures():
        raise NotFound
    body = await anyio.to_thread.run_sync((PICTURES / f"{key}.webp").read_bytes)
    return Response(body, media_type="image/webp", headers={"Cache-Control": _FOREVER})


HANDLERS = (show_contents, show_topic, show_help_with_signing_in, send_picture)
