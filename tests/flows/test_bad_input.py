"""Bad input at both doors, over real HTTP: a clear 4xx in the person's language, and nothing half-done.

Each entry of the corpus is a thing that somebody once sent to a service like this one: cut-off bytes, NUL (which
PostgreSQL cannot keep), 100,000 brackets (which killed a parser), lone surrogates, numbers beyond every column.
"""

from __future__ import annotations

import json
import socket
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import sqlalchemy as sa

from events.drafts import lifecycle
from events.links import MANAGE
from events.models import Registration, Stage
from events.outbox import FactRow
from service.clock import real_now, set_clock
from service.wiring import Runtime
from tests.service.accounts.people import People
from tests.service.api.conftest import Site
from tests.support.life import NOW, Life, add_organiser
from tests.support.polling import PATIENCE
from tests.support.running import UNLIMITED, make_runtime
from tests.support.serving import serving
from tests.support.sizes import size

GOOD: dict[str, Any] = {"name": "Rina Wulandari", "email": "rina@example.org", "consent": True}


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """A running installation of two libraries."""
    clock = tmp_path / "clock"
    set_clock(clock, NOW)
    runtime = make_runtime(database_url, tmp_path, clock_file=clock, **UNLIMITED)
    life = Life(runtime.database, runtime.database.write(add_organiser))
    other = Life(runtime.database, runtime.database.write(lambda session: add_organiser(session, slug="lain")))
    owner = People(runtime.database).first_owner(real_now=real_now())
    with serving(runtime) as url:
        yield Site(runtime, url, clock, life, other, owner)
    runtime.close()


def traces(runtime: Runtime) -> tuple[int, int]:
    """Return how many registrations and facts there are: what a refused request must not change."""
    return runtime.database.read(
        lambda session: (
            int(session.scalar(sa.select(sa.func.count()).select_from(Registration))),
            int(session.scalar(sa.select(sa.func.count()).select_from(FactRow))),
        )
    )


SAID = {
    400: "Permintaan tidak dapat dipahami.",
    401: "Diperlukan token yang sah.",
    404: "Kami tidak menemukannya.",
    413: "Kiriman terlalu besar.",
    415: "Jenis isi ini tidak diterima di sini.",
    422: "Beberapa isian perlu diperbaiki.",
}
"""What a problem says by its status, where it says the same each time."""


def check_problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """Check that an answer is a problem in Indonesian with this `status`, and return it."""
    assert answer.status_code == status, (answer.status_code, answer.text[:300])
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == "id"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert SAID.get(status, problem["detail"]) == problem["detail"]
    return problem


# ---------------------------------------------------------------- bytes that are no request
BYTES: dict[str, tuple[bytes, int]] = {
    "empty": (b"", 400),
    "cut off": (b'{"name": "Rin', 400),
    "not an object": (b'["name"]', 422),
    "null": (b"null", 422),
    "invalid UTF-8": (b'{"name": "\xff\xfe"}', 400),
    "UTF-16": ('{"name": "Rina"}'.encode("utf-16"), 400),
    "lone surrogate": (b'{"name": "\\ud800", "email": "a@example.org", "consent": true}', 400),
    "100,000 brackets": (b"[" * 100_000, 400),
    "100,000 nested objects": (b'{"a":' * 40_000, 400),
    "NUL in a text": (b'{"name": "a\\u0000b", "email": "a@example.org", "consent": true}', 422),
    "NUL in a key": (b'{"a\\u0000b": 1}', 422),
    "huge number": (b'{"party_size": ' + b"9" * 5000 + b"}", 400),
    "infinity": (b'{"party_size": 1e999}', 422),
    "text for a number": (b'{"party_size": "1"}', 422),
    "deep text": (json.dumps({**GOOD, "name": "a" * 10_000}).encode(), 422),
    "beyond the limit": (b'{"name": "' + b"a" * 400_000 + b'"}', 413),
}


@pytest.mark.parametrize("name", BYTES)
def test_bytes_that_are_no_registration_change_nothing(site: Site, name: str) -> None:
    body, status = BYTES[name]
    event_id = site.life.webinar()
    before = traces(site.runtime)
    with site.client(**{"Content-Type": "application/json"}) as client:
        check_problem(client.post(f"/events/{event_id}/registrations", content=body), status)
    assert traces(site.runtime) == before


@pytest.mark.parametrize("kind", ["", "text/plain", "multipart/form-data", "application/json; charset=utf-16"])
def test_bodies_of_another_kind_are_not_taken(site: Site, kind: str) -> None:
    event_id = site.life.webinar()
    with site.client() as client:
        answer = client.post(
            f"/events/{event_id}/registrations", content=json.dumps(GOOD), headers={"Content-Type": kind}
        )
        check_problem(answer, 415)


FIELDS: dict[str, dict[str, Any]] = {
    "name": {
        "missing": None,
        "empty": "",
        "blank": "   ",
        "too long": "a" * 201,
        "no letter": "12345",
        "escape": "Rina\x1b[31m",
        "number": 5,
        "list": ["Rina"],
    },
    "email": {
        "no at": "rina",
        "two": "rina@example.org, budi@example.org",
        "line break": "rina@example.org\r\nBcc: x@example.org",
        "name around": "Rina <rina@example.org>",
        "not ASCII": "rína@example.org",
        "too long": "a" * 250 + "@example.org",
        "object": {"a": 1},
    },
    "phone": {"letters": "nol delapan", "short": "12", "script": "<script>", "too long": "0" * 100},
    "party_size": {"zero": 0, "negative": -1, "many": 101, "half": 1.5, "bool": True, "huge": 2**70},
    "slot_id": {"not an id": "x", "sql": "' OR 1=1 --"},
    "consent": {"missing": None, "no": False, "text": "yes"},
    "access_needs": {"too long": "a" * 501, "NUL": "a\0b"},
    "unknown_field": {"any": 1},
}


@pytest.mark.parametrize(("field", "what"), [(field, what) for field, values in FIELDS.items() for what in values])
def test_each_wrong_field_is_named(site: Site, field: str, what: str) -> None:
    event_id = site.life.webinar()
    before = traces(site.runtime)
    sent = {name: value for name, value in {**GOOD, field: FIELDS[field][what]}.items() if value is not None}
    with site.client() as client:
        # httpx refuses to encode some of these; the wire does not.
        answer = client.post(
            f"/events/{event_id}/registrations",
            content=json.dumps(sent),
            headers={"Content-Type": "application/json"},
        )
    problem = check_problem(answer, 422)
    assert field in [each["field"].split(".")[0] for each in problem["errors"]]
    assert traces(site.runtime) == before


# ---------------------------------------------------------------- addresses
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/events/%00", 404),
        ("/events/%ff%fe", 404),
        ("/events/..%2f..%2fetc%2fpasswd", 404),
        ("/events/'%20OR%201=1", 404),
        ("/my/registrations/%00", 400),
        ("/my/registrations/%e2%80%ae", 404),
        ("/my/invitations/x.y.z", 404),
        ("/staff", 404),
        ("/events?cursor=%00", 400),
        ("/events?cursor=AAAA", 400),
        ("/events?cursor=é", 400),
        ("/events?limit=0", 400),
        ("/events?limit=999999999999999999999999", 400),
        ("/events?limit=x", 400),
        ("/events?kind=%00", 400),
        ("/events?organiser=%00", 400),
        ("/certificates/%00", 400),
    ],
)
def test_addresses_that_nobody_gave_out_are_refused_clearly(site: Site, path: str, status: int) -> None:
    with site.client() as client:
        check_problem(client.get(path), status)


def test_a_code_of_no_certificate_is_unknown(site: Site) -> None:
    with site.client() as client:
        answer = client.get("/certificates/%F0%9F%92%A9")
    assert answer.status_code == 200, answer.text
    assert {name: value for name, value in answer.json().items() if value is not None} == {"standing": "unknown"}


@pytest.mark.parametrize("search", ["%25", "_", "'", "%ff", "%F0%9F%92%A9"])
def test_searching_for_anything_is_harmless(site: Site, search: str) -> None:
    event_id = site.life.webinar()
    site.life.register(event_id)
    with site.client(site.token(site.staff())) as client:
        found, nothing = (
            client.get(f"/staff/events/{event_id}/registrations?search={each}") for each in ("peserta", search)
        )
    assert [each["name"] for each in found.json()["items"]] == ["Peserta 1"]
    assert (nothing.status_code, nothing.json()["items"]) == (200, [])


@pytest.mark.parametrize("search", ["%00", "a" * 101])
def test_searching_for_what_no_name_holds_is_refused(site: Site, search: str) -> None:
    event_id = site.life.webinar()
    with site.client(site.token(site.staff())) as client:
        check_problem(client.get(f"/staff/events/{event_id}/registrations?search={search}"), 400)


def test_unknown_query_parameters_are_harmless(site: Site) -> None:
    with site.client() as client:
        assert client.get("/events?utm_source=wa&x[]=1&x=").status_code == 200


# ---------------------------------------------------------------- the wrong moment, the wrong person
REFUSED_IN: dict[Stage, str] = {
    Stage.PUBLISHED: "Pendaftaran belum dibuka.",
    Stage.REGISTRATION_CLOSED: "Pendaftaran sudah ditutup.",
    Stage.LIVE: "Pendaftaran sudah ditutup.",
    Stage.ENDED: "Acara ini sudah selesai.",
    Stage.ARCHIVED: "Acara ini sudah selesai.",
    Stage.POSTPONED: "Acara ini ditunda; waktu barunya belum ditentukan.",
    Stage.CANCELLED: "Acara ini dibatalkan.",
}


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.REGISTRATION_OPEN])
def test_wrong_stage_is_refused_with_its_reason(site: Site, stage: Stage) -> None:
    event_id = site.life.webinar(stage)
    before = traces(site.runtime)
    with site.client() as client:
        answer = client.post(f"/events/{event_id}/registrations", json=GOOD)
    problem = check_problem(answer, 404 if stage is Stage.DRAFT else 409)
    assert (problem["code"], problem["detail"]) == (
        ("not_found", SAID[404]) if stage is Stage.DRAFT else ("closed", REFUSED_IN[stage])
    )
    assert traces(site.runtime) == before


def test_wrong_person_finds_nothing(site: Site) -> None:
    theirs = site.other.webinar()
    place = site.other.register(theirs).registration_id
    token = site.token(site.staff())
    before = traces(site.runtime)
    with site.client(token) as client:
        for method, path, body in (
            ("GET", f"/staff/events/{theirs}", None),
            ("PATCH", f"/staff/events/{theirs}", {"join_url": "https://evil.example"}),
            ("POST", f"/staff/events/{theirs}/cancel", {}),
            ("POST", f"/staff/events/{theirs}/start", None),
            ("GET", f"/staff/events/{theirs}/registrations", None),
            ("GET", f"/staff/events/{theirs}/timeline", None),
            ("GET", f"/staff/registrations/{place}", None),
            ("POST", f"/staff/registrations/{place}/cancel", None),
            ("PUT", f"/staff/registrations/{place}/attendance", {"evidence": "door"}),
            ("PUT", f"/staff/organisers/{site.other.organiser_id}/brand", {}),
        ):
            check_problem(client.request(method, path, json=body), 404)
    assert traces(site.runtime) == before


def test_replay_makes_no_second_registration(site: Site) -> None:
    event_id = site.life.webinar()
    with site.client(**{"Idempotency-Key": "satu-kali-saja"}) as client, ThreadPoolExecutor(20) as pool:
        answers = list(
            pool.map(lambda _: client.post(f"/events/{event_id}/registrations", json=GOOD), range(size(20, 1000)))
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert site.life.pool(event_id).taken == 1


# ---------------------------------------------------------------- headers
def test_host_header_reaches_no_link(site: Site) -> None:
    event_id = site.life.webinar()
    with site.client() as client:
        answer = client.post(
            f"/events/{event_id}/registrations", json=GOOD, headers={"Host": "evil.example", "X-Forwarded-Host": "evil"}
        )
    assert answer.status_code == 201, answer.text
    assert "evil" not in answer.text
    assert answer.json()["manage_url"].startswith(site.runtime.settings.base_url + "/r/")


def test_forged_forwarding_headers_do_not_get_round_the_limit(sqlite_url: str, tmp_path: Path) -> None:
    """A client that invents a new address for each request is still one client, unless it is the trusted proxy."""
    runtime = make_runtime(sqlite_url, tmp_path, public_posts_per_minute=5, trusted_proxies="192.0.2.1")
    event_id = Life(runtime.database, runtime.database.write(add_organiser)).webinar()
    path = f"/api/v1/events/{event_id}/registrations"
    with serving(runtime) as url, httpx.Client(base_url=url, verify=False, timeout=PATIENCE) as client:
        answers = [
            client.post(path, json={}, headers={"X-Forwarded-For": f"198.51.100.{number}"}) for number in range(8)
        ]
    runtime.close()
    assert [answer.status_code for answer in answers] == [422] * 5 + [429] * 3
    assert int(answers[-1].headers["Retry-After"]) > 0
    check_problem(answers[-1], 429)


def test_trusted_proxy_tells_whose_request_it_is(sqlite_url: str, tmp_path: Path) -> None:
    runtime = make_runtime(sqlite_url, tmp_path, public_posts_per_minute=2, trusted_proxies="127.0.0.1")
    event_id = Life(runtime.database, runtime.database.write(add_organiser)).webinar()
    path = f"/api/v1/events/{event_id}/registrations"
    with serving(runtime) as url, httpx.Client(base_url=url, verify=False, timeout=PATIENCE) as client:
        told = [
            client.post(path, json={}, headers={"X-Forwarded-For": address}).status_code
            for address in ("198.51.100.1", "198.51.100.1", "198.51.100.1", "198.51.100.2")
        ]
    runtime.close()
    assert told == [422, 422, 429, 422]


def test_requests_that_are_no_http_are_refused_by_the_server(site: Site) -> None:
    parts = urlsplit(site.url)
    for sent in (
        b"GARBAGE\r\n\r\n",
        b"POST /api/v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Bad: a\x00b\r\n\r\n",
        b"POST /api/v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ):
        with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
            connection.sendall(sent)
            status = int(connection.recv(200).split(b" ")[1])
        assert 400 <= status < 500, sent
    with site.client() as client:
        assert client.get("/events").status_code == 200


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Basic YTpi", "Bearer acara_" + "x" * 43, "Bearer " + "é" * 30, "Bearer\tx"]
)
def test_tokens_that_are_none_open_nothing(site: Site, header: str) -> None:
    with site.client() as client:
        answer = client.get("/staff/events", headers=[(b"Authorization", header.encode("latin-1"))])
    check_problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_what_staff_and_doors_write_holds_no_nul(site: Site) -> None:
    """PostgreSQL cannot keep it: a reason is refused at its field, a door's name is taken without it."""
    event_id = site.life.webinar(capacity=1)
    site.life.register(event_id, 1)
    waiting = site.life.register(event_id, 2).registration_id
    scan = {"id": str(uuid.uuid4()), "kind": "heads", "age_group": "child", "at": NOW.isoformat()}
    batch = {"sent_at": NOW.isoformat(), "door": "Utara\0\x07", "items": [scan]}
    refusal = {"registrations": [str(waiting)], "reason": "a\0b"}
    with site.client(site.token(site.staff())) as client:
        for method, path, sent in (
            ("PUT", f"/staff/registrations/{waiting}/priority", {"priority": 1, "reason": "a\0b"}),
            ("POST", f"/staff/events/{event_id}/decline", refusal),
        ):
            problem = check_problem(client.request(method, path, json=sent), 422)
            assert [(each["field"], each["code"]) for each in problem["errors"]] == [("reason", "control_character")]
        site.life.do(lifecycle.start, event_id)
        assert client.post(f"/staff/events/{event_id}/door", json=batch).status_code == 200


def test_line_breaks_in_a_name_end_up_in_no_header(site: Site) -> None:
    event_id = site.life.webinar()
    with site.client() as client:
        made = client.post(
            f"/events/{event_id}/registrations", json={**GOOD, "name": "Rina\r\nBcc: all@example.org"}
        ).json()
    assert site.life.registration(uuid.UUID(made["id"])).name == "Rina Bcc: all@example.org"


# ---------------------------------------------------------------- the pages' forms
FORMS: dict[str, tuple[bytes, int]] = {
    "empty": (b"", 422),
    "invalid UTF-8": (b"name=%ff%fe&email=a%40example.org", 400),
    "raw invalid UTF-8": (b"name=\xff\xfe", 400),
    "NUL": (b"name=a%00b&email=a%40example.org&consent=true", 400),
    "NUL in a name": (b"name=Rina&email=a%40example.org&consent=true&a%00=1", 400),
    "digits of no number": ("name=Rina&consent=true&names=Budi&party_size=²".encode(), 422),
    "digits beyond reason": (b"name=Rina&consent=true&names=Budi&party_size=" + b"9" * 5000, 422),
    "control characters": (b"name=a%1b%5b31m&email=a%40example.org&consent=true", 422),
    "no consent": (b"name=Rina&email=a%40example.org", 422),
    "wrong address": (b"name=Rina&email=a&consent=true", 422),
    "too long": (b"name=" + b"a" * 5000 + b"&email=a%40example.org&consent=true", 422),
    "too many fields": (b"&".join(b"a%d=1" % number for number in range(2000)), 400),
    "beyond the limit": (b"name=" + b"a" * 200_000, 413),
    "100,000 brackets": (b"name" + b"%5B" * 20_000 + b"=1", 422),
    "JSON": (b'{"name": "Rina"}', 422),
}


@pytest.mark.parametrize("name", FORMS)
def test_form_answers_a_page_with_what_is_wrong(site: Site, name: str) -> None:
    body, status = FORMS[name]
    event = site.life.event(site.life.webinar())
    before = traces(site.runtime)
    with httpx.Client(base_url=site.url, verify=False, timeout=PATIENCE) as client:
        answer = client.post(
            f"/events/perpustakaan-batam/{event.slug}/register",
            content=body,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"].startswith("text/html")
    assert 'lang="id"' in answer.text
    assert traces(site.runtime) == before


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/events/%00", 400),
        ("/events/%00/x", 400),
        ("/events/x/%00", 400),
        ("/r/%00", 400),
        ("/v/%00", 400),
        ("/v?code=%00", 400),
        ("/events/%ff/%fe", 404),
        ("/%00", 404),
    ],
)
def test_pages_at_addresses_that_are_none_say_so(site: Site, path: str, status: int) -> None:
    with httpx.Client(base_url=site.url, verify=False, timeout=PATIENCE) as client:
        answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"][:9]) == (status, "text/html")


@pytest.mark.parametrize("prefix", ["r", "j", "p"])
def test_dead_personal_links_are_pages_that_say_so(site: Site, prefix: str) -> None:
    place = site.life.register(site.life.webinar())
    token = site.runtime.links.token(MANAGE, place.registration_id, version=7)
    with httpx.Client(base_url=site.url, verify=False, timeout=PATIENCE) as client:
        for path, status in ((f"/{prefix}/{token}", 410 if prefix == "r" else 404), (f"/{prefix}/x", 404)):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["content-type"][:9]) == (status, "text/html")


def test_forms_and_api_share_one_limit(sqlite_url: str, tmp_path: Path) -> None:
    runtime = make_runtime(sqlite_url, tmp_path, public_posts_per_minute=3, trusted_proxies="192.0.2.1")
    life = Life(runtime.database, runtime.database.write(add_organiser))
    event = life.event(life.webinar())
    page, route = f"/events/perpustakaan-batam/{event.slug}/register", f"/api/v1/events/{event.id}/registrations"
    ask: list[Callable[[httpx.Client], httpx.Response]] = [
        lambda client: client.post(route, json={}),
        lambda client: client.post(page, data={}),
    ]
    with serving(runtime) as url, httpx.Client(base_url=url, verify=False, timeout=PATIENCE) as client:
        statuses = [ask[number % 2](client).status_code for number in range(6)]
        refused = client.post(page, data={})
        assert client.get("/api/v1/events").status_code == 200
    runtime.close()
    assert statuses == [422, 422, 422, 429, 429, 429]
    assert refused.headers["content-type"].startswith("text/html")
    assert int(refused.headers["retry-after"]) > 0


def test_foreign_page_cannot_send_our_forms(site: Site) -> None:
    event = site.life.event(site.life.webinar())
    before = traces(site.runtime)
    with httpx.Client(base_url=site.url, verify=False, timeout=PATIENCE) as client:
        answer = client.post(
            f"/events/perpustakaan-batam/{event.slug}/register",
            data={**GOOD, "consent": "true"},
            headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        )
    assert answer.status_code == 403
    assert traces(site.runtime) == before


def test_ids_of_nothing_are_not_found(site: Site) -> None:
    nothing = uuid.UUID(int=0)
    with site.client(site.token(site.staff())) as client:
        for path in (f"/staff/events/{nothing}", f"/staff/registrations/{nothing}", f"/events/{nothing}"):
            check_problem(client.get(path), 404)
