"""What staff set for the public site: tags to find events by, and the widget for other sites."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from litestar.testing import TestClient

from events.tags import Audience
from service.web.embedding import MOST
from tests.service.web.staff.room import Room
from tests.service.web.staff.test_events import WEBINAR, drafted, event


def _boxes(page: str, name: str) -> dict[str, bool]:
    """Return the boxes of a form by value, and whether they are ticked."""
    found = re.findall(rf'<input class="checkbox[^>]* name="{name}" value="([^"]*)"([^>]*)>', page)
    return {unescape(value): "checked" in rest for value, rest in found}


def test_tags_of_the_form_are_what_visitors_filter_by(room: Room, owner: TestClient[Any]) -> None:
    tags = {"audiences": ["parents", "teachers"], "topics": ["Menulis / Writing", "", "  Buku   Anak "]}
    key = drafted(owner, room.life.organiser_id, **tags)
    made = event(room.life, key)
    assert made.audiences == ["teachers", "parents"]
    assert made.topics == [{"id": "Menulis", "en": "Writing"}, {"id": "Buku Anak"}]
    form = owner.get(f"/staff/events/{key}/edit").text
    assert [code for code, ticked in _boxes(form, "audiences").items() if ticked] == ["teachers", "parents"]
    assert _boxes(form, "audiences").keys() == {each.value for each in Audience}
    assert _boxes(form, "topics") == {"Buku Anak": True, "Menulis / Writing": True}
    owner.post(f"/staff/events/{key}/publish")
    for query, found in {"topic=menulis": 1, "audience=parents&topic=buku-anak": 1, "audience=seniors": 0}.items():
        assert (query, owner.get(f"/?{query}").text.count(">Menulis Cerita Anak</a></h2>")) == (query, found)
    other = owner.get(f"/staff/events/new?organiser={room.life.organiser_id}").text
    assert _boxes(other, "topics") == {"Buku Anak": False, "Menulis / Writing": False}


def test_a_topic_that_cannot_be_is_told_at_its_field(room: Room, owner: TestClient[Any]) -> None:
    data = {**WEBINAR, "topics": ["!!!"]}
    answer = owner.post(f"/staff/events/new?organiser={room.life.organiser_id}", data=data)
    assert answer.status_code == 422
    assert 'href="#field-topics"' in answer.text
    assert 'id="error-topics"' in answer.text
    assert _boxes(answer.text, "topics") == {"!!!": True}


def test_the_api_sets_and_finds_tags(room: Room, owner: TestClient[Any]) -> None:
    key = drafted(owner, room.life.organiser_id, topics=["Menulis / Writing"], audiences=["teachers"])
    owner.post(f"/staff/events/{key}/publish")
    for query, found in {"topic=menulis": 1, "q=CERITA&audience=teachers": 1, "mode=onsite&q=cerita": 0}.items():
        items = [each for each in owner.get(f"/api/v1/events?{query}").json()["items"] if each["id"] == key]
        assert (query, len(items)) == (query, found)
    [item] = owner.get("/api/v1/events?topic=menulis&from=2026-12-12&to=2026-12-12").json()["items"]
    assert item["audiences"] == ["teachers"]
    assert item["topics"] == [{"code": "menulis", "name": {"id": "Menulis", "en": "Writing"}}]
    assert owner.get("/api/v1/events?from=yesterday").status_code == 400


def test_the_widgets_snippets_say_what_was_chosen(room: Room, owner: TestClient[Any]) -> None:
    query = f"organiser={room.life.organiser_id}&kind=webinar&look_theme=dark&look_lang=en&limit=3&audience=nobody"
    page = owner.get(f"/staff/embed?{query}&lang=en").text
    snippets = {name: unescape(text) for name, text in re.findall(r'<pre [^>]*id="(\w+)"[^>]*>([^<]*)</pre>', page)}
    base = room.runtime.settings.base_url
    slug = "perpustakaan-batam"
    address = f"/embed/{slug}?kind=webinar&lang=en&theme=dark&limit=3"
    assert unescape(snippets["plain"]) == (
        f'<iframe src="{base}{address}" title="Coming events of Batam City Library" loading="lazy" '
        'style="width:100%;height:36rem;border:0"></iframe>'
    )
    assert snippets["fitting"] == (
        f'<script src="{base}/embed.js" async data-organiser="{slug}" data-title="Coming events of Batam City Library" '
        'data-kind="webinar" data-lang="en" data-theme="dark" data-limit="3"></script>'
    )
    assert f'src="{address}"' in unescape(page), "the preview shows the same"
    assert owner.get(address).status_code == 200
    assert f'data-limit="{MOST}"' in unescape(owner.get("/staff/embed?limit=99").text)
