"""What search engines and messengers read: the list of pages, and each event as data (schema.org)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Response

from events.catalogue.listing import EventPage
from events.catalogue.syndication import public_addresses
from events.errors import N_
from events.models import EventKind, EventMode, Stage
from events.recurring.series_listing import series_addresses
from events.tags import Audience
from service.web.languages import translate
from service.web.pages import Request, pages_of
from service.wiring import Runtime

_CLOSED = ("/r/", "/s/", "/j/", "/p/", "/feeds/", "/slides/", "/v/", "/staff", "/preview/", "/api/")


@get("/robots.txt", sync_to_thread=False)
def robots(runtime: NamedDependency[Runtime]) -> Response[str]:
    """Keep search engines off personal links and the staff's rooms, and show them the list of the others."""
    closed = "".join(f"Disallow: {path}\n" for path in _CLOSED)
    body = f"User-agent: *\n{closed}\nSitemap: {runtime.links.url('sitemap.xml')}\n"
    return Response(body, media_type="text/plain", headers={"Cache-Control": "public, max-age=3600"})


@get("/sitemap.xml")
async def sitemap(request: Request, runtime: NamedDependency[Runtime]) -> Response[bytes]:
    """List every public page (sitemaps.org), made at most once in 2 seconds."""

    async def make() -> bytes:
        houses = await pages_of(request).houses()
        lists = ["/", "/past", "/v", *(f"/{way}/{house.slug}" for house in houses for way in ("events", "past"))]
        lines = [f"<url><loc>{escape(runtime.links.url(path))}</loc></url>" for path in lists]
        for each in await runtime.database.aread(public_addresses):
            changed = f"<lastmod>{each.changed_at:%Y-%m-%dT%H:%M:%SZ}</lastmod>"
            lines.append(f"<url><loc>{escape(runtime.links.url(each.path))}</loc>{changed}</url>")
        for path, at in await runtime.database.aread(series_addresses):
            changed = f"<lastmod>{at:%Y-%m-%dT%H:%M:%SZ}</lastmod>"
            lines.append(f"<url><loc>{escape(runtime.links.url(path))}</loc>{changed}</url>")
        body = "\n".join(lines)
        head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        return f"{head}\n{body}\n</urlset>\n".encode()

    made = await pages_of(request).recent.get("sitemap", make)
    return Response(made, media_type="application/xml", headers={"Cache-Control": "public, max-age=300"})


_KINDS = {EventKind.WEBINAR: "EducationEvent", EventKind.EXHIBITION: "ExhibitionEvent"}
_MODES = {
    EventMode.ONLINE: "OnlineEventAttendanceMode",
    EventMode.ONSITE: "OfflineEventAttendanceMode",
    EventMode.HYBRID: "MixedEventAttendanceMode",
}
AUDIENCES = {
    Audience.EVERYONE: N_("Everyone"),
    Audience.CHILDREN: N_("Children"),
    Audience.PUPILS: N_("Pupils"),
    Audience.STUDENTS: N_("University students"),
    Audience.TEACHERS: N_("Teachers"),
    Audience.PARENTS: N_("Parents"),
    Audience.COMMUNITIES: N_("Communities"),
    Audience.LIBRARIANS: N_("Librarians"),
    Audience.SENIORS: N_("Seniors"),
}
_STATUSES = {Stage.CANCELLED: "EventCancelled", Stage.POSTPONED: "EventPostponed"}


def event_data(event: EventPage, locale: str, *, address: str, pictures: Sequence[str]) -> dict[str, Any]:
    """Return an event as schema.org's Event, as search engines want it; `pictures` are absolute addresses."""
    zone = ZoneInfo(event.timezone)
    house = event.house
    seats_left = event.seats.left is None or event.seats.left > 0
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": _KINDS[event.kind],
        "name": event.title.to(locale),
        "description": event.summary.to(locale),
        "url": address,
        "inLanguage": locale,
        "startDate": event.starts_at.astimezone(zone).isoformat(),
        "endDate": event.ends_at.astimezone(zone).isoformat(),
        "eventStatus": f"https://schema.org/{_STATUSES.get(event.stage, 'EventScheduled')}",
        "eventAttendanceMode": f"https://schema.org/{_MODES[event.mode]}",
        "location": _places(event, locale, address),
        "isAccessibleForFree": True,
        "organizer": {"@type": "Library", "name": house.name.to(locale), "url": house.website or address},
        "image": list(pictures),
        "performer": [{"@type": "Person", "name": person.name} for person in event.speakers],
        "keywords": [topic.name.to(locale) for topic in event.topics],
        "audience": [
            {"@type": "Audience", "audienceType": translate(AUDIENCES[each], locale)} for each in event.audiences
        ],
    }
    if event.takes_registrations:
        data["offers"] = {
            "@type": "Offer",
            "price": 0,
            "priceCurrency": "IDR",
            "url": f"{address}/register",
            "availability": f"https://schema.org/{'InStock' if seats_left else 'SoldOut'}",
        }
    return {name: value for name, value in data.items() if value not in ([], "")}


def _places(event: EventPage, locale: str, address: str) -> list[Mapping[str, Any]]:
    places: list[Mapping[str, Any]] = []
    if event.mode is not EventMode.ONLINE:
        house = event.house
        name = event.venue.to(locale) or house.name.to(locale)
        places.append({"@type": "Place", "name": name, "address": house.address.to(locale)})
    if event.mode is not EventMode.ONSITE:
        places.append({"@type": "VirtualLocation", "url": address})
    return places
