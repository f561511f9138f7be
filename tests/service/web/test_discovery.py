"""What machines read of the public site: pages to look at, events as data, feeds for calendars, and all of it small."""

from __future__ import annotations

import gzip
import json
import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from litestar.testing import TestClient

from events.links import MANAGE
from events.models import EventMode, Stage
from events.storage import LocalizedText
from notifications.letters.house_cards import draw_cards
from service.wiring import Runtime
from tests.support.calendars import assert_calendar_valid
from tests.support.life import Life

PLAIN = {"accept-encoding": "identity"}


def _path(life: Life, event_id: Any) -> str:
    return f"/events/perpustakaan-batam/{life.event(event_id).slug}"


def _data(client: TestClient[Any], path: str) -> dict[str, Any]:
    [found] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', client.get(path).text)
    data: dict[str, Any] = json.loads(found)
    return data


def test_the_sitemap_holds_what_is_public_and_robots_show_the_way(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    shown = [life.webinar(Stage.ENDED), life.webinar()]
    life.webinar(Stage.DRAFT)
    life.webinar(Stage.CANCELLED)
    assert f"Sitemap: {runtime.links.url('sitemap.xml')}" in client.get("/robots.txt").text
    found = ET.fromstring(client.get("/sitemap.xml").content)
    addresses = [each.text for each in found.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    lists = ["/", "/past", "/v", "/events/perpustakaan-batam", "/past/perpustakaan-batam"]
    wanted = [*lists, *(_path(life, each) for each in shown)]
    assert sorted(map(str, addresses)) == sorted(map(runtime.links.url, wanted))


def test_an_event_is_told_as_data(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    title = "Menulis </script><script>alert(1)</script>"
    path = _path(life, life.webinar(title=LocalizedText(title), capacity=2))
    data = _data(client, path)
    assert (data["@type"], data["name"], data["startDate"]) == ("EducationEvent", title, "2026-12-12T09:00:00+07:00")
    assert data["offers"]["availability"] == "https://schema.org/InStock"
    assert data["location"] == [{"@type": "VirtualLocation", "url": runtime.links.url(path)}]
    off = _data(client, _path(life, life.webinar(Stage.CANCELLED)))
    assert off["eventStatus"] == "https://schema.org/EventCancelled"
    assert "offers" not in off


PLACE = {"@type": "Place", "name": "Ruang Serbaguna", "address": "Jl. Engku Putri No. 1, Batam Center, Batam 29461"}


@pytest.mark.parametrize(
    ("stage", "mode", "status", "attendance"),
    [
        (Stage.REGISTRATION_OPEN, EventMode.ONLINE, "EventScheduled", "OnlineEventAttendanceMode"),
        (Stage.REGISTRATION_OPEN, EventMode.HYBRID, "EventScheduled", "MixedEventAttendanceMode"),
        (Stage.REGISTRATION_CLOSED, EventMode.ONSITE, "EventScheduled", "OfflineEventAttendanceMode"),
        (Stage.POSTPONED, EventMode.ONLINE, "EventPostponed", "OnlineEventAttendanceMode"),
        (Stage.CANCELLED, EventMode.ONSITE, "EventCancelled", "OfflineEventAttendanceMode"),
        (Stage.ENDED, EventMode.ONSITE, "EventScheduled", "OfflineEventAttendanceMode"),
    ],
)
def test_an_events_data_say_everything_and_nothing_else(
    client: TestClient[Any],
    life: Life,
    runtime: Runtime,
    *,
    stage: Stage,
    mode: EventMode,
    status: str,
    attendance: str,
) -> None:
    """Exactly these fields: what search engines refuse to show, or warn of, is a field too few or one that lies."""
    tags: dict[str, Any] = {"audiences": ["teachers", "parents"], "topics": [{"id": "Menulis", "en": "Writing"}]}
    path = _path(life, life.webinar(stage, mode=mode, capacity=2, **tags))
    address = runtime.links.url(path)
    virtual = {"@type": "VirtualLocation", "url": address}
    expected = {
        "@context": "https://schema.org",
        "@type": "EducationEvent",
        "name": "Menulis Cerita Anak",
        "description": "Belajar menulis bersama Ibu Siti.",
        "url": address,
        "inLanguage": "id",
        "startDate": "2026-12-12T09:00:00+07:00",
        "endDate": "2026-12-12T11:30:00+07:00",
        "eventStatus": f"https://schema.org/{status}",
        "eventAttendanceMode": f"https://schema.org/{attendance}",
        "location": {EventMode.ONLINE: [virtual], EventMode.ONSITE: [PLACE]}.get(mode, [PLACE, virtual]),
        "isAccessibleForFree": True,
        "organizer": {"@type": "Library", "name": "Perpustakaan Kota Batam", "url": address},
        "keywords": ["Menulis"],
        "audience": [
            {"@type": "Audience", "audienceType": "Guru"},
            {"@type": "Audience", "audienceType": "Orang tua"},
        ],
    }
    offer = {
        "@type": "Offer",
        "price": 0,
        "priceCurrency": "IDR",
        "url": f"{address}/register",
        "availability": "https://schema.org/InStock",
    }
    if stage is Stage.REGISTRATION_OPEN:
        expected["offers"] = offer
    assert _data(client, path) == expected


def test_an_event_is_shared_with_its_picture_and_sold_out_when_it_is_full(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    event_id = life.webinar(capacity=1)
    life.register(event_id)
    draw_cards(life.database, runtime.files, lambda _, __: {"card": b"x"}, links=runtime.links)
    path = _path(life, event_id)
    data = _data(client, path)
    assert data["offers"]["availability"] == "https://schema.org/SoldOut"
    [image] = data["image"]
    assert client.get(image.removeprefix(runtime.settings.base_url)).status_code == 200
    shown = client.get(f"{path}?utm_source=wa&fbclid=1").text
    told = dict(re.findall(r'<meta property="(og:[\w:]+)" content="([^"]*)">', shown))
    assert {name: told[name] for name in ("og:url", "og:image", "og:locale", "og:site_name", "og:title")} == {
        "og:url": runtime.links.url(path),
        "og:image": image,
        "og:locale": "id_ID",
        "og:site_name": "Perpustakaan Kota Batam",
        "og:title": "Menulis Cerita Anak",
    }
    assert f'<link rel="canonical" href="{runtime.links.url(path)}">' in shown


@pytest.mark.parametrize("address", ["/calendar.ics", "/events/perpustakaan-batam/calendar.ics"])
def test_a_feed_is_asked_for_again_without_being_sent_again(
    client: TestClient[Any], life: Life, runtime: Runtime, address: str
) -> None:
    coming, off = life.webinar(), life.webinar(Stage.CANCELLED)
    life.webinar(Stage.DRAFT)
    answer = client.get(f"{address}?lang=en", headers=PLAIN)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    readings = {each.uid: each for each in assert_calendar_valid(answer.content, method="PUBLISH")}
    assert {uid: each.status for uid, each in readings.items()} == {str(coming): "CONFIRMED", str(off): "CANCELLED"}
    assert readings[str(coming)].summary == "Writing for Children"
    assert f"SOURCE;VALUE=URI:{runtime.links.url(address)}?lang=en" in answer.text.replace("\r\n ", "")
    again = client.get(f"{address}?lang=en", headers={**PLAIN, "if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(f"{address}?lang=id", headers={"if-none-match": answer.headers["etag"]}).status_code == 200
    assert client.get("/events/nobody/calendar.ics").status_code == 404
    page = client.get(address.removesuffix("calendar.ics").rstrip("/") or "/").text
    assert f'href="{runtime.links.url(address)}?lang=' in page


def test_public_texts_are_compressed_and_secrets_never_are(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    """BREACH reads a secret from the length of compressed answers; pages with one go out as they are."""
    event_id = life.webinar()
    own = f"/r/{runtime.links.token(MANAGE, life.register(event_id).registration_id)}"
    zipped = {"accept-encoding": "br, gzip;q=0.8"}
    for path in ("/", _path(life, event_id), "/calendar.ics", "/sitemap.xml"):
        small, whole = client.get(path, headers=zipped), client.get(path, headers=PLAIN)
        assert (path, small.headers.get("content-encoding")) == (path, "gzip" if len(whole.content) >= 1000 else None)
        assert small.content == whole.content
        assert "content-encoding" not in whole.headers
    page = client.get("/", headers=zipped)
    assert int(page.headers["content-length"]) == len(gzip.compress(page.content, 6, mtime=0))
    assert page.headers["vary"] == "Cookie, Accept-Language, Accept-Encoding"
    for path in (own, f"{own}/calendar.ics", "/staff/sign-in", "/nothing"):
        assert (path, client.get(path, headers=zipped).headers.get("content-encoding")) == (path, None)
