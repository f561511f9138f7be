"""Feeds that calendars subscribe to (webcal): public ones for every filter of the lists, and people's own.

Programs ask every hour for years, from anywhere, without cookies, and whatever they are answered is shown to nobody: so
a feed says its language in its address, answers whatever is accepted, and refuses in plain text. What is not understood
in an address is refused as well: a subscription to one branch must not become one to all when the branch is renamed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import partial

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from events.catalogue import feeds
from events.catalogue.calendar import Entry
from events.catalogue.feeds import Owner
from events.catalogue.finding import known_topics
from events.errors import N_, NotFound, Refused
from events.links import FEED
from events.models import EventKind, EventMode, FeedOf
from events.pages import feed_entries, feed_writing
from events.recurring.series_calendar import SeriesEntry
from events.storage import ReadSession
from events.tags import Topic
from service.accounts import feed_owners
from service.statuses import status_of
from service.web.coming import Scope, filters_of, scope_of
from service.web.discovery import AUDIENCES
from service.web.filters import FEED_NAMES, Filters
from service.web.headers import PERSONAL
from service.web.languages import translate
from service.web.pages import Request, locale_of, pages_of
from service.web.subscribing import own_address
from service.wiring import Runtime

_NOTHING = N_("There is no such calendar. Please take its address from our page once more.")
_OWN_NAMES = {
    FeedOf.PERSON: N_("My library events"),
    FeedOf.REGISTRATION: N_("My library events"),
    FeedOf.PARTNER: N_("Our events with the library"),
    FeedOf.STAFF: N_("All events, drafts too"),
}
_KINDS = {EventKind.WEBINAR: N_("Webinar"), EventKind.EXHIBITION: N_("Exhibition")}
_MODES = {
    EventMode.ONLINE: N_("Online"),
    EventMode.ONSITE: N_("At the library"),
    EventMode.HYBRID: N_("Online and at the library"),
}


@dataclass(frozen=True, slots=True)
class _Feed:
    body: bytes
    changed_at: datetime | None


@get("/calendar.ics")
async def all_events_feed(request: Request, runtime: NamedDependency[Runtime]) -> Response[bytes] | Response[str]:
    """Send the events of every organiser here, as far as the filters in the address want them."""
    return await _public(request, runtime, None)


@get("/events/{organiser:str}/calendar.ics")
async def house_feed(
    request: Request, runtime: NamedDependency[Runtime], organiser: FromPath[str]
) -> Response[bytes] | Response[str]:
    """Send the events of one organiser and its branches, as far as the filters in the address want them."""
    return await _public(request, runtime, organiser)


@get("/feeds/{token:str}/calendar.ics")
async def own_feed(
    request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]
) -> Response[bytes] | Response[str]:
    """Send somebody's own events: 404 for an address that we never made, 410 for one that was replaced or ended."""
    try:
        made = await _made_for_owner(request, runtime, token)
    except Refused as refusal:
        return _refused(request, refusal)
    return _answer(made, PERSONAL | {"Cache-Control": "private, no-cache"})


async def _public(request: Request, runtime: Runtime, organiser: str | None) -> Response[bytes] | Response[str]:
    pages, locale = pages_of(request), locale_of(request)
    try:
        scope = await scope_of(pages, organiser)
        filters = filters_of(request, scope).for_feeds()
        if not _understood(request, filters):
            raise NotFound
        key = ("feed", organiser, locale, filters.query())
        made = await pages.recent.get(key, partial(_made, runtime, scope, filters, locale))
    except Refused as refusal:
        return _refused(request, refusal)
    return _answer(made, {"Cache-Control": "public, max-age=300"})


def _understood(request: Request, filters: Filters) -> bool:
    asked = {name for name in FEED_NAMES if request.query_params.get(name, "").strip()}
    return asked == set(filters.values)


async def _made(runtime: Runtime, scope: Scope, filters: Filters, locale: str) -> _Feed:
    now, links = runtime.clock.now(), runtime.links

    def read(session: ReadSession) -> tuple[list[Entry], Sequence[Topic]]:
        entries = feed_entries.public_entries(session, filters.wanted, now=now, locale=locale, links=links)
        topics = known_topics(session, organiser=scope.organiser) if filters.wanted.topic else ()
        return entries, topics

    entries, topics = await runtime.database.aread(read)
    body = feed_writing.feed(
        entries,
        name=" · ".join(_name(scope, filters, topics, locale)),
        url=links.url(filters.feed_path(scope.organiser, locale)),
        page=links.url((f"events/{scope.organiser}" if scope.organiser else "") + filters.query()),
        colour=scope.house.brand.primary if scope.house else None,
        locale=locale,
    )
    return _Feed(body, feed_writing.changed_at(entries))


def _name(scope: Scope, filters: Filters, topics: Sequence[Topic], locale: str) -> list[str]:
    """Return what the calendar is called in people's lists: whose it is, then what it is narrowed to."""
    wanted = filters.wanted
    branch = scope.branches.get(filters.values.get("branch", ""))
    alone = scope.house if scope.organiser or len(scope.houses) == 1 else None
    whose = branch or alone
    said = [whose.name.to(locale) if whose else translate(N_("Coming events"), locale)]
    chosen = (_KINDS.get(wanted.kind) if wanted.kind else None, _MODES.get(wanted.mode) if wanted.mode else None)
    said += [translate(each, locale) for each in chosen if each]
    if wanted.audience:
        said.append(translate(AUDIENCES[wanted.audience], locale))
    if wanted.topic:
        said.append(next((each.name.to(locale) for each in topics if each.code == wanted.topic), wanted.topic))
    if wanted.text:
        said.append(f"“{wanted.text}”")
    if wanted.first or wanted.last:
        said.append("–".join(each.isoformat() if each else "" for each in (wanted.first, wanted.last)))
    return said


async def _made_for_owner(request: Request, runtime: Runtime, token: str) -> _Feed:
    target, locale = runtime.links.read(FEED, token), locale_of(request)
    branch = request.query_params.get("branch")
    now, links = runtime.clock.now(), runtime.links

    def read(session: ReadSession) -> tuple[Owner, Sequence[Entry | SeriesEntry]]:
        owner = feeds.owner_of(session, target.id)
        if owner.of is not FeedOf.STAFF:
            return owner, feed_entries.entries_of(session, owner, now=now, locale=locale, links=links)
        owners = feed_owners.seen_by(session, owner, branch=branch)
        return owner, feed_entries.staff_entries(session, owners, now=now, locale=locale, links=links)

    owner, entries = await runtime.database.aread(read)
    name, address = translate(_OWN_NAMES[owner.of], locale), own_address(runtime, target.id, locale)
    if owner.of is FeedOf.STAFF and branch is not None:
        house = next((each for each in await pages_of(request).houses() if each.slug == branch), None)
        name, address = (f"{name} · {house.name.to(locale)}" if house else name), f"{address}&branch={branch}"
    return _Feed(feed_writing.feed(entries, name=name, url=address, locale=locale), feed_writing.changed_at(entries))


def _answer(made: _Feed, headers: dict[str, str]) -> Response[bytes]:
    """Answer a feed. The tag decides what is new (`service.web.validators`); Last-Modified only tells people.

    What leaves a feed, or is erased, leaves no later moment behind, so no 304 is ever answered by the time alone.
    """
    told = {"Vary": "Cookie, Accept-Language", "Content-Disposition": 'inline; filename="acara.ics"'}
    if made.changed_at is not None:
        told["Last-Modified"] = format_datetime(made.changed_at, usegmt=True)
    return Response(made.body, media_type="text/calendar", headers=told | headers)


def _refused(request: Request, refusal: Refused) -> Response[str]:
    message = _NOTHING if isinstance(refusal, NotFound) else refusal.message
    text = translate(message, locale_of(request), **refusal.params)
    return Response(f"{text}\n", status_code=status_of(refusal), media_type="text/plain", headers=PERSONAL)
