"""The lists of events as pages: what an address asks for is what is shown, and can be passed on."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from litestar.testing import TestClient

from events import organisers
from events.models import Stage
from events.storage import LocalizedText
from service.wiring import Runtime
from tests.support.counting import counted
from tests.support.life import NOW, STARTS_AT, Life
from tests.support.site import words


def _titles(client: TestClient[Any], address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200
    found = answer.text.split('id="found"', 1)[1].split("</section>", 1)[0]
    return re.findall(r'<h[23]><a href="[^"]*">([^<]*)</a>', found)


def _at(day: int) -> dict[str, Any]:
    return {"starts_at": STARTS_AT + timedelta(days=day), "ends_at": STARTS_AT + timedelta(days=day, hours=2)}


@pytest.fixture
def filled(life: Life, runtime: Runtime) -> Life:
    """Three coming events and one that is over, one of them of a branch."""
    life.webinar(title=LocalizedText("Puisi"), audiences=["children"], topics=[{"id": "Sastra", "en": "Literature"}])
    life.exhibition(title=LocalizedText("Naskah"), slots=1, **_at(3), topics=[{"id": "Sejarah"}])
    life.webinar(Stage.ENDED, title=LocalizedText("Pantun"), audiences=["children"])
    branch = runtime.database.write(
        lambda s: organisers.add_organiser(
            s, slug="sekupang", name=LocalizedText("Cabang Sekupang"), parent_id=life.organiser_id, now=NOW
        )
    )
    Life(runtime.database, branch).webinar(title=LocalizedText("Klub Baca"), **_at(5))
    return life


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["Puisi", "Naskah", "Klub Baca"]),
        ("?q=PUISI", ["Puisi"]),
        ("?kind=exhibition", ["Naskah"]),
        ("?audience=children&topic=sastra&mode=online", ["Puisi"]),
        ("?branch=sekupang", ["Klub Baca"]),
        ("?from=2026-12-15&to=2026-12-16", ["Naskah"]),
        ("?kind=webinar&topic=sejarah", []),
        ("?kind=nonsense&mode=&from=yesterday&after=x&branch=nobody&lang=id", ["Puisi", "Naskah", "Klub Baca"]),
        ("?q=%C0%AF%FF" + "x" * 500, []),
    ],
)
def test_a_list_shows_what_its_address_asks_for(
    client: TestClient[Any], filled: Life, query: str, shown: list[str]
) -> None:
    assert _titles(client, f"/{query}") == shown
    assert _titles(client, f"/events/perpustakaan-batam{query}") == shown


def test_a_branch_shows_its_own_and_the_archive_what_is_over(client: TestClient[Any], filled: Life) -> None:
    assert _titles(client, "/events/sekupang") == ["Klub Baca"]
    assert _titles(client, "/past?audience=children") == ["Pantun"]
    assert _titles(client, "/past/sekupang") == []
    assert _titles(client, "/past/perpustakaan-batam?recorded=yes") == []
    assert client.get("/past/nobody").status_code == 404


def test_what_narrows_a_list_is_said_and_can_be_taken_away_by_itself(client: TestClient[Any], filled: Life) -> None:
    page = client.get("/?q=puisi&topic=sastra&audience=children&utm_source=wa").text
    chips = re.findall(r'<a class="tag tag-off" href="([^"]*)"', page)
    assert chips == [
        "/?audience=children&amp;topic=sastra",
        "/?q=puisi&amp;topic=sastra",
        "/?q=puisi&amp;audience=children",
    ]
    assert "1 acara mendatang" in words(page)
    assert '<meta name="robots" content="noindex, follow">' in page
    assert "utm_" not in page
    empty = client.get("/?q=tidakada")
    assert "Belum ada acara seperti ini" in words(empty.text)
    assert 'href="/past?q=tidakada"' in empty.text


def test_further_pages_follow_and_hold_every_event_once(client: TestClient[Any], life: Life) -> None:
    for number in range(30):
        life.webinar(title=LocalizedText(f"Kelas {number:02}"), **_at(number))
    first = client.get("/?q=kelas").text
    address = re.search(r'href="([^"]*)" rel="next"', first)
    assert address is not None
    following = address[1].replace("&amp;", "&")
    assert following.startswith("/?q=kelas&after=")
    assert _titles(client, "/?q=kelas") + _titles(client, following) == [f"Kelas {number:02}" for number in range(30)]
    assert 'rel="next"' not in client.get(following).text


@pytest.mark.parametrize(("path", "queries"), [("/", 6), ("/past", 4), ("/?q=kelas", 4), ("/calendar/2026-12", 4)])
def test_a_list_takes_as_many_queries_for_three_as_for_one(
    client: TestClient[Any], life: Life, runtime: Runtime, path: str, queries: int
) -> None:
    sent: list[int] = []
    for number in range(3):
        life.webinar(title=LocalizedText(f"Kelas {number}"), **_at(number), topics=[{"id": f"T{number}"}])
        life.webinar(Stage.ENDED, title=LocalizedText(f"Kelas {number}"))
        client.app.state.pages.recent.forget()
        with counted(runtime.database) as statements:
            assert client.get(path).status_code == 200
        sent.append(len([each for each in statements if each.lstrip().startswith("SELECT")]))
    assert sent == [queries] * 3


def test_a_month_is_a_table_and_a_list_with_holidays(client: TestClient[Any], filled: Life) -> None:
    page = client.get("/calendar/2026-12?kind=exhibition&fbclid=1").text
    assert re.findall(r'<a class="bar bar-(\w+)"', page) == ["exhibition", "exhibition"]
    assert page.count("Hari Raya Natal") >= 2
    assert 'href="/calendar/2026-11?kind=exhibition"' in page
    assert 'href="/calendar/2027-01?kind=exhibition"' in page
    assert f'<link rel="canonical" href="{filled_url(client)}/calendar/2026-12">' in page
    assert 'content="noindex, follow"' in client.get("/calendar/2030-05").text
    english = client.get("/calendar/2026-12/perpustakaan-batam?lang=en").text
    assert ("December 2026" in words(english), "Christmas Day" in words(english)) == (True, True)
    for wrong in ("/calendar/2026-13", "/calendar/0000-00", "/calendar/x", "/calendar/2026-12/nobody"):
        assert client.get(wrong).status_code == 404


def filled_url(client: TestClient[Any]) -> str:
    """Return the configured address of the site, as pages say it."""
    found = re.search(r'<link rel="canonical" href="([^"]*)/">', client.get("/").text)
    assert found is not None
    return found[1]


def test_the_month_that_it_is_is_found_with_its_filters(client: TestClient[Any], life: Life) -> None:
    for address, target in (
        ("/calendar", "/calendar/2026-12"),
        ("/calendar/now?kind=webinar&from=2026-01-01", "/calendar/2026-12?kind=webinar"),
        ("/calendar/now/perpustakaan-batam", "/calendar/2026-12/perpustakaan-batam"),
    ):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["location"]) == (303, target)
    ends = client.get("/calendar/2000-01").text, client.get("/calendar/2100-12").text
    assert ['rel="prev"' in each for each in ends] == [False, True]
    assert ['rel="next"' in each for each in ends] == [True, False]
