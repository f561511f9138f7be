"""The guide's pages: help on every page that leads to the topic of that page, search, languages, pictures."""

from __future__ import annotations

import re

from service.accounts.models import Role
from service.web.guide import TOPICS, read_topic
from service.web.guide_markdown import PICTURES, known_pictures
from service.web.staff.guide_map import PUBLIC_HELP, TOPIC_OF
from tests.service.web.staff.room import Room, things_of
from tests.service.web.staff.test_routes import EXPECTED, NO_SUCH_THING, as_listed, send

_NO_PAGE = re.compile(r"\.(js|xlsx|csv)$|/(file|html|picture|list|preview)$|/(reports|files|pictures)/|^/preview/")
"""What is no page of the staff: files, what scripts ask for, and the public page as a preview."""
PAGES = [path for method, path in EXPECTED if method == "GET" and not _NO_PAGE.search(path)]


def test_every_page_has_a_topic_and_every_topic_a_page_or_a_link() -> None:
    """A new page fails here until somebody has said where it is explained."""
    assert set(TOPIC_OF) == {as_listed(path) for path in PAGES}
    assert set(TOPIC_OF.values()) <= set(TOPICS)
    linked = {link.split("#")[0] for name in TOPICS for link in read_topic(name, "id").page.links}
    assert set(TOPICS) - set(TOPIC_OF.values()) - linked == set()


def test_every_page_leads_to_its_own_topic(sqlite_room: Room) -> None:
    room = sqlite_room
    things = things_of(room, room.life)
    wrong = []
    with room.visitor() as client:
        room.sign_in(client, room.installation.email)
        for path in PAGES:
            if ("GET", path) in NO_SUCH_THING or path.startswith(("/staff/sign-in", "/staff/welcome", "/staff/help")):
                continue
            html = send(client, "GET", path, things).text
            links = re.findall(r'<a class="switch no-print" href="(/staff/help[^"]*)" target="_blank"', html)
            if links != [f"/staff/help/{TOPIC_OF[as_listed(path)]}"]:
                wrong.append((path, links))
    assert wrong == []


def test_who_cannot_get_in_is_helped(sqlite_room: Room) -> None:
    with sqlite_room.visitor() as client:
        assert f'href="{PUBLIC_HELP}"' in client.get("/staff/sign-in").text
        page = client.get(PUBLIC_HELP)
        assert page.status_code == 200
        assert read_topic("sign-in", "id").page.html in page.text
        assert "staff-menu" not in page.text
        for path in ("/staff/help", "/staff/help/first-event"):
            assert client.get(path).headers["location"].startswith("/staff/sign-in")


def test_everybody_reads_everything_in_their_language(sqlite_room: Room) -> None:
    me = sqlite_room.join(Role.VIEWER)
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, me.email)
        for name in TOPICS:
            for locale in ("id", "en"):
                page = client.get(f"/staff/help/{name}?lang={locale}")
                assert page.status_code == 200
                assert f'lang="{locale}"' in page.text
                assert read_topic(name, locale).page.html in page.text
        contents = client.get("/staff/help?lang=en").text
        assert [name for name in TOPICS if f'href="/staff/help/{name}"' not in contents] == []


def test_search_works_without_a_script(sqlite_room: Room) -> None:
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, sqlite_room.installation.email)
        found = client.get("/staff/help", params={"q": "acara pertama"}).text
        assert (
            re.findall(r'<h2 class="text-lg"><a class="text-link" href="([^"#]+)', found)[0]
            == "/staff/help/first-event"
        )
        nothing = client.get("/staff/help", params={"q": "<b>xyzzy</b>", "lang": "en"}).text
        assert "No topic says anything about that" in nothing
        assert "&lt;b&gt;xyzzy&lt;/b&gt;" in nothing
        assert 'href="/staff/help/first-event"' in nothing, "the contents stand where nothing was found"
        assert client.get("/staff/help", params={"q": "x" * 5000}).status_code == 200


def test_an_unknown_topic_or_picture_is_not_found(sqlite_room: Room) -> None:
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, sqlite_room.installation.email)
        for path in ("/staff/help/nonsense", "/staff/help/..%2fsign-in", "/staff/help/pictures/id/nonsense.webp"):
            assert client.get(path).status_code == 404, path


def test_pictures_may_be_kept_for_ever(sqlite_room: Room) -> None:
    client = sqlite_room.visitor()
    for name, shown in known_pictures().items():
        picture = client.get(f"/staff/help/pictures/{name}.webp?v={shown['digest']}")
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/webp")
        assert picture.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert picture.content == (PICTURES / f"{name}.webp").read_bytes()
