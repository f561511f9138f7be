"""What another site needs to show our coming events: two snippets to copy, and how they look."""

from __future__ import annotations

from urllib.parse import urlencode

from litestar import get
from litestar.response import Response

from events.catalogue.finding import known_topics
from events.models import EventKind
from events.tags import Audience
from service.accounts.permissions import Action
from service.web.embedding import MOST, USUAL, limit_of
from service.web.pages import Request
from service.web.staff.desk import desk_of

_LOOKS = {"lang": ("id", "en"), "theme": ("light", "dark")}


@get("/staff/embed", action=Action.VIEW_EVENTS, include_in_schema=False)
async def show_widget(request: Request) -> Response[str]:
    """Show the widget as it was chosen, and the snippets that make it."""
    desk = desk_of(request)
    house = await desk.chosen_house()
    topics = await desk.read(lambda session: known_topics(session, organiser=house.slug))
    allowed = {
        "kind": tuple(each.value for each in EventKind),
        "audience": tuple(each.value for each in Audience),
        "topic": tuple(topic.code for topic in topics),
        "look_lang": _LOOKS["lang"],
        "look_theme": _LOOKS["theme"],
    }
    query = request.query_params
    chosen = {name: value for name, values in allowed.items() if (value := query.get(name, "")) in values}
    limit = limit_of(query.get("limit"))
    # The names "lang" and "theme" would change this page itself.
    options = {name.removeprefix("look_"): value for name, value in chosen.items()}
    options |= {"limit": str(limit)} if limit != USUAL else {}
    address = f"/embed/{house.slug}" + (f"?{urlencode(options)}" if options else "")
    return await desk.show(
        "embed.html",
        house=house,
        houses=await desk.houses(),
        kinds=list(EventKind),
        audiences=list(Audience),
        topics=topics,
        chosen=chosen,
        limit=limit,
        most=MOST,
        options=options,
        address=address,
        base_url=desk.runtime.settings.base_url,
    )


HANDLERS = (show_widget,)
