"""Calendar feeds over HTTP: offered for the filter that is set, stable, cheap to ask again, private where personal."""

from __future__ import annotations

import re
import uuid
from html import unescape
from typing import Any
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from events import organisers
from events.drafts import lifecycle
from events.links import FEED, MANAGE, OWN_EVENTS, PARTNER, SERIES, Links
from events.models import Event, Organiser, ParticipationRole, PartnerKind, Registration
from events.pages import own_events
from events.partnership import partners
from events.registrations import registration
from events.storage import LocalizedText, ReadSession, Session
from service.clock import real_now
from service.wiring import Runtime
from tests.support.calendars import assert_calendar_valid, complaints
from tests.support.counting import counted
from tests.support.life import NOW, STAFF, Life
from tests.support.readings import read
from tests.support.site import words

PLAIN = {"accept-encoding": "identity"}


def _get(client: TestClient[Any], address: str) -> Any:
    return client.get(address, headers=PLAIN)


def _uids(client: TestClient[Any], address: str) -> set[str]:
    answer = _get(client, address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    return {each.uid for each in assert_calendar_valid(answer.content, method="PUBLISH")}


def _forget_pages(client: TestClient[Any]) -> None:
    """Let the two seconds pass that a public page is kept for."""
    pages: Any = client.app.state.pages
    pages.recent.forget()


def _line(answer: Any, name: str) -> str:
    unfolded: str = answer.text.replace("\r\n ", "")
    [found] = re.findall(rf"^{name}[:;](.*)\r$", unfolded, flags=re.MULTILINE)
    return str(found)


def _offered(page: str) -> dict[str, str]:
    """Return the ways to subscribe that a page shows: the address to copy, and where each link goes."""
    section = page.split('id="calendar"', 1)[1]
    [shown] = re.findall(r'id="feed-address">([^<]+)<', section)
    hrefs = re.findall(r'href="((?:webcal:|https://calendar\.google|[^"]*calendar\.ics)[^"]*)"', section)
    webcal, google, download = map(unescape, hrefs)
    return {"address": unescape(shown), "webcal": webcal, "google": google, "download": download}


# ---------------------------------------------------------------- public ones
@pytest.fixture
def branch(life: Life) -> Life:
    """A branch of the library."""

    def found(session: Session) -> uuid.UUID:
        name = LocalizedText("Cabang Sekupang")
        kept: dict[str, Any] = {"email": "sekupang@perpustakaan.batam.example", "parent_id": life.organiser_id}
        return organisers.add_organiser(session, slug="sekupang", name=name, now=NOW, **kept)

    return Life(life.database, life.database.write(found))


@pytest.mark.parametrize(
    ("list_of", "query"),
    [
        ("/", ""),
        ("/", "?kind=webinar&audience=teachers"),
        ("/events/perpustakaan-batam", "?branch=sekupang"),
        ("/calendar/2026-12/perpustakaan-batam", "?q=batik+tulis"),
    ],
)
def test_the_list_offers_the_feed_of_what_it_shows(
    client: TestClient[Any], life: Life, branch: Life, runtime: Runtime, *, list_of: str, query: str
) -> None:
    life.webinar(audiences=["teachers"])
    life.exhibition(title=LocalizedText("Batik tulis"))
    branch.webinar()
    page = client.get(list_of + query).text
    ways = _offered(page)
    bare = runtime.settings.base_url.partition("://")[2]
    assert ways["webcal"] == "webcal://" + ways["address"].partition("://")[2]
    assert ways["webcal"].startswith(f"webcal://{bare}/")
    assert unquote(ways["google"].partition("?cid=")[2]) == ways["webcal"]
    assert ways["download"] == ways["address"]
    shown = set(
        re.findall(r'href="/events/([a-z-]+/[a-z0-9-]+)"', page.split('id="found"', 1)[1].split("</section>")[0])
    )
    told = _get(client, ways["address"].removeprefix(runtime.settings.base_url))
    entries = assert_calendar_valid(told.content, method="PUBLISH")
    paths = life.database.read(lambda session: _paths(session, [uuid.UUID(each.uid) for each in entries]))
    assert (paths, bool(paths)) == (shown, True)
    assert ("sesuai dengan saringan" in words(page)) is bool(query)
    assert _line(told, "SOURCE").partition(":")[2] == ways["address"]


def _paths(session: ReadSession, ids: list[uuid.UUID]) -> set[str]:
    houses = {each.id: each.slug for each in session.scalars(sa.select(Organiser))}
    found = session.scalars(sa.select(Event).where(Event.id.in_(ids)))
    return {f"{houses[each.organiser_id]}/{each.slug}" for each in found}


def test_a_library_without_an_address_has_a_feed_all_the_same(client: TestClient[Any], life: Life) -> None:
    """Without ORGANIZER nothing may be "published" (RFC 5546 §3.2.1): then it is a calendar without a METHOD."""
    event_id = life.webinar()
    life.database.write(lambda session: session.execute(sa.update(Organiser).values(email=None)))
    answer = _get(client, "/calendar.ics")
    assert ("METHOD:" in answer.text, complaints(answer.content)) == (False, [])
    assert [each.uid for each in read(answer.content)] == [str(event_id)]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("", "Perpustakaan Kota Batam"),
        ("&kind=webinar&mode=online", "Perpustakaan Kota Batam · Webinar · Daring"),
        ("&audience=teachers&topic=sejarah", "Perpustakaan Kota Batam · Guru · Sejarah"),
        ("&branch=sekupang&q=batik%3B%0D%0AX:1", "Cabang Sekupang · “batik\\; X:1”"),
        ("&from=2026-12-01&to=2026-12-31", "Perpustakaan Kota Batam · 2026-12-01–2026-12-31"),
    ],
)
def test_a_feed_is_called_what_it_holds(
    client: TestClient[Any], life: Life, branch: Life, query: str, name: str
) -> None:
    del branch
    life.webinar(topics=[{"id": "Sejarah"}])
    answer = _get(client, f"/events/perpustakaan-batam/calendar.ics?lang=id{query}")
    assert _line(answer, "X-WR-CALNAME") == name
    assert _line(answer, "NAME") == f"LANGUAGE=id:{name}"
    assert _line(answer, "REFRESH-INTERVAL") == "VALUE=DURATION:PT1H"
    assert (_line(answer, "X-PUBLISHED-TTL"), _line(answer, "X-APPLE-CALENDAR-COLOR")) == ("PT1H", "#0f5c5c")
    assert_calendar_valid(answer.content, method="PUBLISH")


@pytest.mark.parametrize(
    "address",
    [
        "/events/nobody/calendar.ics",
        "/calendar.ics?kind=circus",
        "/calendar.ics?audience=cats",
        "/calendar.ics?from=yesterday",
        "/events/perpustakaan-batam/calendar.ics?branch=closed",
    ],
)
def test_what_is_not_understood_is_refused_in_plain_words(client: TestClient[Any], life: Life, address: str) -> None:
    """A feed of a branch that was renamed must not become one of everything in somebody's calendar."""
    life.webinar()
    answer = client.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/plain; charset=utf-8")
    assert answer.text == "Kalender ini tidak ada. Silakan ambil lagi alamatnya dari halaman kami.\n"


def test_a_public_feed_is_kept_for_a_while_and_asked_again_for_nothing(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    life.webinar()
    address = "/calendar.ics?lang=id&kind=webinar"
    first = _get(client, address)
    told = {name: first.headers[name] for name in ("cache-control", "last-modified", "content-disposition", "vary")}
    assert told == {
        "cache-control": "public, max-age=300",
        "last-modified": "Tue, 01 Dec 2026 02:00:00 GMT",
        "content-disposition": 'inline; filename="acara.ics"',
        "vary": "Cookie, Accept-Language, Accept-Encoding",
    }
    again = client.get(address, headers=PLAIN | {"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content, first.headers["etag"][0]) == (304, b"", '"')
    with counted(runtime.database) as statements:
        for spelling in (address, "/calendar.ics?kind=webinar&lang=id&utm_source=x", f"{address}&after=1"):
            assert _get(client, spelling).content == first.content
    assert statements == []


def test_a_public_feed_names_nobody_and_opens_no_meeting(client: TestClient[Any], life: Life) -> None:
    life.register(event_id := life.webinar(), 1)
    assert _uids(client, "/calendar.ics") == {str(event_id)}
    body = _get(client, "/calendar.ics").text.replace("\r\n ", "")
    assert ("Peserta" in body, "meet.example" in body, "/j/" in body) == (False, False, False)


# ---------------------------------------------------------------- personal ones
def _mine(life: Life, runtime: Runtime, email: str = "peserta1@example.org") -> str:
    link = life.database.write(lambda session: own_events.ask(session, email, now=NOW, real_now=real_now()))
    assert link is not None
    return f"/mine/{runtime.links.token(OWN_EVENTS, link)}"


def _invited(life: Life, event_id: uuid.UUID) -> uuid.UUID:
    def use_case(session: Session) -> uuid.UUID:
        partner = partners.add_partner(
            session, life.organiser_id, kind=PartnerKind.SPEAKER, name="Sulastri", email="s@example.org", now=NOW
        )
        return partners.invite(session, event_id, partner, role=ParticipationRole.SPEAKER, now=NOW, by=STAFF)

    return life.database.write(use_case)


def _press(client: TestClient[Any], page: str, what: str) -> str:
    answer = client.post(f"{page}/calendar", data={"do": what})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{page}?calendar={what}#calendar")
    return client.get(f"{page}?calendar={what}").text


def _address(page: str, runtime: Runtime) -> str:
    return _offered(page)["address"].removeprefix(runtime.settings.base_url)


@pytest.fixture(params=["mine", "registration", "partner"])
def own_page(request: pytest.FixtureRequest, life: Life, runtime: Runtime) -> tuple[str, str]:
    """A page that offers a personal feed, and the UID of the one entry in it."""
    event_id = life.webinar()
    made = life.register(event_id, 1)
    life.register(event_id, 2)
    if request.param == "mine":
        return _mine(life, runtime), str(made.registration_id)
    if request.param == "registration":
        return f"/r/{runtime.links.token(MANAGE, made.registration_id)}", str(made.registration_id)
    part = _invited(life, event_id)
    return f"/p/{runtime.links.token(PARTNER, part)}", str(part)


def test_an_own_feed_is_made_by_a_press_replaced_and_switched_off(
    client: TestClient[Any], runtime: Runtime, own_page: tuple[str, str]
) -> None:
    page, uid = own_page
    before = client.get(page).text
    assert ("feed-address" in before, "Buat alamat kalender" in words(before)) == (False, True)
    shown = _press(client, page, "new")
    assert "Ini alamat kalender Anda." in words(shown)
    first = _address(shown, runtime)
    assert _uids(client, first) == {uid}
    second = _address(_press(client, page, "new"), runtime)
    assert (second != first, _uids(client, second)) == (True, {uid})
    old = client.get(first)
    assert (old.status_code, old.headers["content-type"]) == (410, "text/plain; charset=utf-8")
    assert old.text == (
        "Alamat kalender ini sudah diganti atau dimatikan. "
        "Alamat yang berlaku ada di halaman tempat Anda mendapatkannya.\n"
    )
    off = _press(client, page, "off")
    assert ("feed-address" in off, "Alamat kalender sudah dimatikan." in words(off)) == (False, True)
    assert [client.get(each).status_code for each in (first, second)] == [410, 410]


def test_an_own_feed_is_private_found_by_nobody_and_stable(
    client: TestClient[Any], runtime: Runtime, own_page: tuple[str, str]
) -> None:
    address = _address(_press(client, own_page[0], "new"), runtime)
    answer = client.get(address, headers={"accept-encoding": "gzip"})
    names = ("cache-control", "referrer-policy", "x-robots-tag")
    assert {name: answer.headers[name] for name in names} == {
        "cache-control": "private, no-cache",
        "referrer-policy": "no-referrer",
        "x-robots-tag": "noindex, nofollow",
    }
    assert "content-encoding" not in answer.headers  # compression tells lengths (BREACH)
    again = client.get(address, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, client.get(address).content) == (304, answer.content)
    assert "Disallow: /feeds/" in client.get("/robots.txt").text


def test_an_own_feed_dies_with_the_link_that_it_was_asked_for_by(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    made = life.register(life.webinar(), 1)
    page = f"/r/{runtime.links.token(MANAGE, made.registration_id)}"
    first = _address(_press(client, page, "new"), runtime)

    def revoke(session: Session) -> None:
        session.get_one(Registration, made.registration_id).link_version = 2

    life.database.write(revoke)
    assert [client.get(each).status_code for each in (page, first)] == [410, 410]
    renewed = f"/r/{runtime.links.token(MANAGE, made.registration_id, 2)}"
    assert "feed-address" not in client.get(renewed).text
    assert _uids(client, _address(_press(client, renewed, "new"), runtime)) == {str(made.registration_id)}


def test_a_link_to_one_place_never_opens_everything_of_a_person(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    """Whoever types somebody's address into a form sees the page of that one registration: their feed is no more."""
    life.register(life.webinar(), 1)
    made = life.register(life.webinar(), 1)
    page = f"/r/{runtime.links.token(MANAGE, made.registration_id)}"
    assert _uids(client, _address(_press(client, page, "new"), runtime)) == {str(made.registration_id)}
    assert 'href="/mine"' in client.get(page).text


def test_all_of_a_person_and_what_they_gave_back_reaches_the_calendar(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    both = [life.register(life.webinar(), 1) for _ in range(2)]
    life.register(life.webinar(), 2)
    address = _address(_press(client, _mine(life, runtime), "new"), runtime)
    life.do(registration.cancel, both[0].registration_id)
    answer = _get(client, address)
    found = {each.uid: each.status for each in assert_calendar_valid(answer.content, method="PUBLISH")}
    assert found == {str(both[0].registration_id): "CANCELLED", str(both[1].registration_id): "CONFIRMED"}
    assert _line(answer, "X-WR-CALNAME") == "Acara saya di perpustakaan"


def test_addresses_that_we_never_made_lead_nowhere(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    made = life.register(life.webinar(), 1)
    page = f"/r/{runtime.links.token(MANAGE, made.registration_id)}"
    address = _address(_press(client, page, "new"), runtime)
    token = address.split("/")[2]
    feed_id = runtime.links.read(FEED, token).id
    elsewhere = Links("another library's key, long enough", runtime.settings.base_url)
    assert elsewhere.token(FEED, feed_id) != token
    wrong = [
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token.upper(),
        "x",
        runtime.links.token(MANAGE, feed_id),
        runtime.links.token(SERIES, feed_id),
        elsewhere.token(FEED, feed_id),
    ]
    answers = [client.get(f"/feeds/{each}/calendar.ics") for each in wrong]
    assert [(each.status_code, each.headers["content-type"]) for each in answers] == [
        (404, "text/plain; charset=utf-8")
    ] * len(wrong)
    assert client.get(f"/feeds/{runtime.links.token(FEED, uuid.uuid4())}/calendar.ics").status_code == 410
    assert client.get(f"/r/{token}").status_code == 404


def test_every_own_feed_costs_a_fixed_number_of_statements(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    event_id = life.webinar()
    made = life.register(event_id, 1)
    part = _invited(life, event_id)
    pages = {
        "mine": _mine(life, runtime),
        "registration": f"/r/{runtime.links.token(MANAGE, made.registration_id)}",
        "partner": f"/p/{runtime.links.token(PARTNER, part)}",
    }
    addresses = {name: _address(_press(client, page, "new"), runtime) for name, page in pages.items()}

    def sent() -> dict[str, int]:
        found: dict[str, int] = {}
        for name, address in addresses.items():
            with counted(runtime.database) as statements:
                assert client.get(address).status_code == 200
            found[name] = len([each for each in statements if each.lstrip().startswith("SELECT")])
        return found

    few = sent()
    for _ in range(3):
        life.register(life.webinar(), 1)
    assert (few, sent()) == ({"mine": 2, "registration": 3, "partner": 3},) * 2


def test_a_postponed_event_leaves_every_feed_as_cancelled(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    made = life.register(event_id := life.webinar(), 1)
    page = f"/r/{runtime.links.token(MANAGE, made.registration_id)}"
    address = _address(_press(client, page, "new"), runtime)
    tags = [_get(client, each).headers["etag"] for each in (address, "/calendar.ics")]
    life.do(lifecycle.postpone, event_id)
    _forget_pages(client)
    answers = [_get(client, each) for each in (address, "/calendar.ics")]
    assert [_line(each, "STATUS") for each in answers] == ["CANCELLED"] * 2
    assert [each.headers["etag"] == tag for each, tag in zip(answers, tags, strict=True)] == [False, False]
