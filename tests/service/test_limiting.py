"""The limits of what anybody may send: over HTTP, to several processes, on both databases and on a Redis."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from litestar.testing import TestClient
from pydantic import SecretStr

from events.links import MANAGE
from events.models import Event, Registration, RegistrationState
from events.recurring import series
from events.registrations import guardians, registration, registration_rules
from events.registrations.approval_rules import ApprovalRules
from events.storage import ReadSession
from notifications.models.email import Email, EmailKind
from notifications.rules import REMINDERS
from service.app import create_app
from service.limiting import KEPT_TYPED, network_of
from service.settings import Settings
from service.wiring import Runtime
from tests.support.cluster import Cluster
from tests.support.life import NOW, Life, add_organiser
from tests.support.polling import PATIENCE
from tests.support.postgres import Postgres
from tests.support.running import make_runtime, settled, workers
from tests.support.series_life import make_series
from tests.support.serving import serving
from tests.support.site import at, words
from tests.support.valkey import Valkey

ROUTE = "/api/v1/events/{}/registrations"


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("a-unix-socket", "a-unix-socket"),
        (None, ""),
    ],
)
def test_what_counts_as_one_client(address: str | None, client: str) -> None:
    assert network_of(address) == client


@contextmanager
def web_servers(count: int, database_url: str, folder: Path, **settings: Any) -> Iterator[tuple[Life, list[str]]]:
    """Serve one library by `count` runtimes, which know of each other what processes know."""
    secret = SecretStr("one secret for every process of it")
    with ExitStack() as stack:
        runtimes: list[Runtime] = []
        for number in range(count):
            runtime = make_runtime(database_url, folder / str(number), secret_key=secret, **settings)
            stack.callback(runtime.close)
            runtimes.append(runtime)
        urls = [stack.enter_context(serving(runtime)) for runtime in runtimes]
        database = runtimes[0].database
        yield Life(database, database.write(add_organiser)), urls


def person(number: int, **changes: Any) -> dict[str, Any]:
    return {"name": f"Siswa {number}", "email": f"siswa{number}@example.org", "consent": True, **changes}


def register(urls: Sequence[str], event_id: uuid.UUID, bodies: Sequence[dict[str, Any]]) -> list[httpx.Response]:
    """Send one registration after the other, to the servers in turn."""
    with ExitStack() as stack:
        clients = [stack.enter_context(httpx.Client(base_url=url, verify=False, timeout=30)) for url in urls]
        return [
            clients[number % len(clients)].post(ROUTE.format(event_id), json=body) for number, body in enumerate(bodies)
        ]


def test_servers_together_let_one_network_make_the_limit(database_url: str, tmp_path: Path) -> None:
    with web_servers(2, database_url, tmp_path, public_registrations_per_hour=10) as (life, urls):
        event_id, other = life.webinar(), life.webinar()
        answers = register(urls, event_id, [person(number) for number in range(16)])
        elsewhere = register(urls, other, [person(1)])
        facts = life.facts(event_id)
    assert [answer.status_code for answer in answers] == [201] * 10 + [429] * 6
    assert elsewhere[0].status_code == 201
    refused = answers[-1]
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "too_many_requests"
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert facts.count("AttendeeRegistered") == 10


def test_control_servers_that_do_not_know_of_each_other_let_it_through_each(sqlite_url: str, tmp_path: Path) -> None:
    """With a secret of its own each server counts under other keys: that is what the limit was before."""
    with ExitStack() as stack:
        runtimes = [
            make_runtime(sqlite_url, tmp_path / name, secret_key=SecretStr(name * 32), public_registrations_per_hour=10)
            for name in "ab"
        ]
        for runtime in runtimes:
            stack.callback(runtime.close)
        life = Life(runtimes[0].database, runtimes[0].database.write(add_organiser))
        event_id = life.webinar()
        urls = [stack.enter_context(serving(runtime)) for runtime in runtimes]
        answers = register(urls, event_id, [person(number) for number in range(24)])
    assert [answer.status_code for answer in answers].count(201) == 20


@pytest.mark.parametrize(("allowed", "let_through"), [(20, 20), (0, 30), (None, 10)])
def test_staff_may_allow_an_event_more_or_any_number(
    database_url: str, tmp_path: Path, allowed: int | None, let_through: int
) -> None:
    with web_servers(2, database_url, tmp_path, public_registrations_per_hour=10) as (life, urls):
        event_id = life.webinar()
        rules: dict[str, Any] = {"approval": ApprovalRules(), "waitlist": True, "offer_hours": 24}
        life.do(registration_rules.set_rules, event_id, **rules, network_limit=allowed)
        answers = register(urls, event_id, [person(number) for number in range(30)])
    assert [answer.status_code for answer in answers] == [201] * let_through + [429] * (30 - let_through)


def test_an_address_gets_so_many_mails_and_its_registrations_all_the_same(database_url: str, tmp_path: Path) -> None:
    with web_servers(2, database_url, tmp_path, public_mails_per_day=3) as (life, urls):
        events = [life.webinar() for _ in range(6)]
        answers = [
            register(
                [urls[number % 2]],
                event_id,
                [person(1, email="Korban@example.org" if number % 2 else "korban@example.org")],
            )[0]
            for number, event_id in enumerate(events)
        ]
        quiet = [life.rows(event_id)[-1].payload["quiet"] for event_id in events]
    assert [answer.status_code for answer in answers] == [201] * 6
    assert [answer.json()["quiet"] for answer in answers] == [False] * 3 + [True] * 3
    assert quiet == [False] * 3 + [True] * 3


def test_who_was_never_written_to_hears_nothing_of_giving_up(database_url: str, tmp_path: Path) -> None:
    """Else registering an address and giving up in turn would fill its mailbox past any limit."""
    runtime = make_runtime(database_url, tmp_path)
    life = Life(runtime.database, runtime.database.write(add_organiser))
    event_id = life.webinar()
    places = [life.register(event_id, 1, quiet=True).registration_id, life.register(event_id, 2).registration_id]
    with workers(runtime, ["facts"]):
        settled(runtime)
        for key in places:
            life.do(registration.cancel, key, by=f"person:{key}")
        settled(runtime)

    def kinds_of(session: ReadSession) -> list[list[EmailKind]]:
        told = sa.select(Email.kind).where(Email.kind.not_in(REMINDERS)).order_by(Email.kind)
        return [list(session.scalars(told.where(Email.registration_id == key))) for key in places]

    kinds = life.database.read(kinds_of)
    runtime.close()
    assert kinds == [[], [EmailKind.CONFIRMATION, EmailKind.REGISTRATION_CANCELLED]]


def _confirmations(session: ReadSession) -> list[tuple[str, int]]:
    statement = sa.select(Email.to_address, sa.func.count()).where(Email.kind == EmailKind.CONFIRMATION)
    rows = session.execute(statement.group_by(Email.to_address).order_by(Email.to_address))
    return [(address, int(count)) for address, count in rows]


def _dates(session: ReadSession) -> list[uuid.UUID]:
    return list(session.scalars(sa.select(Event.id).where(Event.series_id.is_not(None)).order_by(Event.starts_at)))


def _to_and_fro(runtime: Runtime, go: Callable[[int], httpx.Response]) -> list[httpx.Response]:
    """Go to the second, back to the first, to the second and to the third, and let everything follow each time."""
    answers: list[httpx.Response] = []
    for number in (1, 0, 1, 2):
        settled(runtime)
        answers.append(go(number))
    settled(runtime)
    return answers


def test_exchanging_to_and_fro_sends_no_more_mails_than_the_limit(database_url: str, tmp_path: Path) -> None:
    """By one's own link: a visiting time and a date of a series, which are exchanged all the same.

    Each is reacted to before the next: what is exchanged again before its mail was owed is never written about, so that
    a slow worker sends fewer.
    """
    runtime = make_runtime(database_url, tmp_path, public_mails_per_day=2, clock_file=tmp_path / "clock")
    at(runtime, NOW)
    life = Life(runtime.database, runtime.database.write(add_organiser))
    exhibition = life.exhibition()
    slots = life.slots(exhibition)
    visit = life.register(exhibition, 1, slot_id=slots[0])
    life.do(series.publish_all, make_series(life, "setiap Sabtu", count=3), decides=True)
    dates = life.database.read(_dates)
    with workers(runtime, ["facts"]), TestClient(create_app(runtime)) as client:
        own = f"/r/{runtime.links.token(MANAGE, visit.registration_id)}"
        moves = _to_and_fro(runtime, lambda n: client.post(f"{own}/move", data={"slot_id": str(slots[n])}))
        at_date = [f"/r/{runtime.links.token(MANAGE, life.register(dates[0], 2).registration_id)}"]

        def exchange(number: int) -> httpx.Response:
            answer = client.post(f"{at_date[0]}/dates/{dates[number]}", follow_redirects=False)
            at_date[0] = answer.headers["location"].partition("?")[0]
            return client.get(answer.headers["location"])

        exchanged = _to_and_fro(runtime, exchange)
    told, held = life.database.read(_confirmations), life.registration(visit.registration_id)
    runtime.close()
    silent = [["kami tidak mengirim surel" in words(page.text) for page in pages] for pages in (moves, exchanged)]
    assert silent == [[False, False, True, True]] * 2
    assert held.slot_id == slots[2]
    assert ["Perubahan Anda tersimpan." in words(page.text) for page in exchanged] == [True] * 4
    # One for having registered, by the core and so uncounted, and the two that the limit lets through.
    assert told == [("peserta1@example.org", 3), ("peserta2@example.org", 3)]


def test_programs_that_exchange_to_and_fro_are_told_that_no_more_mails_go(database_url: str, tmp_path: Path) -> None:
    """The API's own door to the same: every exchange counts, and says itself that nobody is written to about it."""
    runtime = make_runtime(database_url, tmp_path, public_mails_per_day=2, clock_file=tmp_path / "clock")
    at(runtime, NOW)
    life = Life(runtime.database, runtime.database.write(add_organiser))
    life.do(series.publish_all, make_series(life, "setiap Sabtu", count=3), decides=True)
    dates = life.database.read(_dates)
    tokens = [runtime.links.token(MANAGE, life.register(dates[0], 2).registration_id)]
    with workers(runtime, ["facts"]), TestClient(create_app(runtime)) as client:

        def exchange(number: int) -> httpx.Response:
            own = f"/api/v1/my/registrations/{tokens[-1]}/exchange"
            answer = client.post(own, json={"event_id": str(dates[number])})
            tokens.append(answer.json()["token"])
            return answer

        answers = _to_and_fro(runtime, exchange)
    told = life.database.read(_confirmations)
    held = life.database.read(_confirmed)
    runtime.close()
    assert [answer.status_code for answer in answers] == [200] * 4
    assert [answer.json()["quiet"] for answer in answers] == [False, False, True, True]
    assert [answer.json()["state"] for answer in answers] == ["confirmed"] * 4
    assert held == [dates[2]]
    assert told == [("peserta2@example.org", 3)]


def _confirmed(session: ReadSession) -> list[uuid.UUID]:
    wanted = sa.select(Registration.event_id).where(Registration.state == RegistrationState.CONFIRMED)
    return list(session.scalars(wanted))


def test_the_date_of_a_minor_whose_guardian_cannot_be_written_to_stays(sqlite_url: str, tmp_path: Path) -> None:
    mother = {"name": "Bu Ani", "email": "ibu@example.org"}
    with web_servers(1, sqlite_url, tmp_path, public_mails_per_day=1) as (life, urls):
        life.do(series.publish_all, make_series(life, "setiap Sabtu", count=2), decides=True)
        dates = life.database.read(_dates)
        for each in dates:
            life.do(guardians.allow_minors, each, True)
        token = register(urls, dates[0], [person(1, guardian=mother)])[0].json()["token"]
        with httpx.Client(base_url=urls[0], verify=False, timeout=30) as client:
            by_page = client.post(f"/r/{token}/dates/{dates[1]}")
            by_program = client.post(f"/api/v1/my/registrations/{token}/exchange", json={"event_id": str(dates[1])})
        held = [life.facts(each).count("AttendeeRegistered") for each in dates]
    assert (by_page.status_code, by_program.status_code, held) == (429, 429, [1, 0])
    assert "Belakangan ini kami sudah sangat sering berkirim surel ke alamat ini." in words(by_page.text)


def test_forged_contacts_of_guardians_are_counted_too(sqlite_url: str, tmp_path: Path) -> None:
    mother = {"name": "Bu Ani", "email": "ibu@example.org"}
    with web_servers(1, sqlite_url, tmp_path, public_mails_per_day=2) as (life, urls):
        event_id = life.webinar()
        life.do(guardians.allow_minors, event_id, True)
        answers = register(urls, event_id, [person(number, guardian=mother) for number in range(4)])
    assert [answer.status_code for answer in answers] == [201, 201, 429, 429]


def test_a_redis_counts_for_all_and_its_loss_stops_nobody(valkey: Valkey, sqlite_url: str, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"broker_url": SecretStr(valkey.url), "public_registrations_per_hour": 10}
    with web_servers(2, sqlite_url, tmp_path, **settings) as (life, urls):
        event_id, later = life.webinar(), life.webinar()
        answers = register(urls, event_id, [person(number) for number in range(16)])
        valkey.kill()
        alone = register(urls[:1], later, [person(number) for number in range(14)])
        valkey.start()
    assert [answer.status_code for answer in answers] == [201] * 10 + [429] * 6
    assert [answer.status_code for answer in alone] == [201] * 10 + [429] * 4


@pytest.mark.timeout(300)
def test_two_real_processes_share_one_limit(postgres: Postgres, tmp_path: Path) -> None:
    """`acara serve` twice, as operators start it, without a Redis: PostgreSQL counts."""
    variables = {
        "ACARA_DATABASE_URL": postgres.url(postgres.create()),
        "ACARA_PUBLIC_POSTS_PER_MINUTE": "12",
        "ACARA_IN_PROCESS_WORKERS": "false",
    }
    with Cluster(tmp_path, variables, workers=()) as cluster:
        names = {name.removeprefix("ACARA_").lower(): value for name, value in cluster.variables.items()}
        runtime = Runtime(Settings.model_validate(names))
        try:
            life = Life(runtime.database, runtime.database.write(add_organiser))
            event_id = life.webinar()
            answers = register([web.url for web in cluster.web], event_id, [person(number) for number in range(20)])
        finally:
            runtime.close()
    assert [answer.status_code for answer in answers] == [201] * 12 + [429] * 8


def test_who_floods_a_form_gets_it_back_with_what_was_typed_and_then_the_short_page(
    sqlite_url: str, tmp_path: Path
) -> None:
    with web_servers(1, sqlite_url, tmp_path, public_posts_per_minute=1) as (life, urls):
        path = f"/events/perpustakaan-batam/{life.event(life.webinar()).slug}/register"
        with httpx.Client(base_url=urls[0], verify=False, timeout=PATIENCE) as client:
            client.post(path, data={})
            kept = client.post(path, data={"name": "Siti Aminah", "key": "0123456789abcdef"})
            for _ in range(KEPT_TYPED - 1):
                client.post(path, data={})
            short = client.post(path, data={"name": "Siti Aminah"})
    assert (kept.status_code, short.status_code) == (429, 429)
    assert 0 < int(kept.headers["retry-after"]) <= 60
    assert 'value="Siti Aminah"' in kept.text
    assert 'value="0123456789abcdef"' in kept.text
    assert "Siti Aminah" not in short.text
    assert 0 < int(short.headers["retry-after"]) <= 60
