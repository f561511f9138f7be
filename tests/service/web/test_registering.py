"""The registration form over HTTP, without JavaScript: what was typed stays, errors are told, sent twice is once."""

from __future__ import annotations

import asyncio
import re
from html import unescape
from typing import Any, cast

import httpx
import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from events.models import Registration, RegistrationState, Stage
from service.wiring import Runtime
from tests.support.life import Life
from tests.support.site import words
from tests.support.visitor import stamp_in

GOOD = {"name": "Siti Aminah", "email": "siti@gmail.com", "consent": "yes", "key": "0123456789abcdef"}


def _path(life: Life, **changes: Any) -> str:
    return f"/events/perpustakaan-batam/{life.event(life.webinar(**changes)).slug}/register"


def _registered(life: Life) -> list[tuple[str, RegistrationState]]:
    rows = life.database.read(
        lambda session: session.execute(
            sa.select(Registration.name, Registration.state).order_by(Registration.id)
        ).all()
    )
    return [(name, state) for name, state in rows]


def _errors(answer: httpx.Response) -> dict[str, str]:
    found = re.findall(r'id="error-(\w+)">.*?</span>(.*?)</p>', answer.text)
    return {name: unescape(message) for name, message in found}


def test_registering_leads_to_the_persons_own_page(client: TestClient[Any], life: Life) -> None:
    path = _path(life)
    answer = client.post(path, data=GOOD)
    assert (answer.status_code, answer.headers["cache-control"]) == (303, "no-store")
    page = client.get(answer.headers["location"])
    assert "Terima kasih, Siti Aminah. Tempat Anda sudah pasti." in words(page.text)
    assert _registered(life) == [("Siti Aminah", RegistrationState.CONFIRMED)]


def test_a_form_with_errors_keeps_what_was_typed_and_says_each_at_its_field(
    client: TestClient[Any], life: Life
) -> None:
    answer = client.post(_path(life), data={"name": "", "email": "bukan surel", "institution": "SMP 6 <Batam>"})
    assert answer.status_code == 422
    assert _errors(answer) == {
        "name": "Bagian ini perlu diisi.",
        "email": "Ini tampaknya bukan alamat surel. Contoh: siti@gmail.com",
        "consent": "Kami hanya dapat mendaftarkan Anda dengan persetujuan Anda.",
    }
    assert re.findall(r'name="(\w+)"[^>]*autofocus', answer.text) == ["name"]
    assert 'value="bukan surel"' in answer.text
    assert 'value="SMP 6 &lt;Batam&gt;"' in answer.text
    assert re.findall(r'href="#field-(\w+)"', answer.text) == ["name", "email", "consent"]
    assert _registered(life) == []


def test_the_same_form_sent_five_times_is_one_registration(client: TestClient[Any], life: Life) -> None:
    path = _path(life)
    answers = {client.post(path, data=GOOD).headers["location"] for _ in range(5)}
    assert len(answers) == 1
    assert len(_registered(life)) == 1


def test_a_spent_key_with_other_answers_asks_once_more_and_then_takes_them(client: TestClient[Any], life: Life) -> None:
    path = _path(life)
    client.post(path, data=GOOD)
    second = {**GOOD, "name": "Budi", "email": "budi@gmail.com"}
    answer = client.post(path, data=second)
    assert answer.status_code == 422
    fresh = re.search(r'name="key" value="([^"]+)"', answer.text)
    assert fresh is not None
    assert client.post(path, data={**second, "key": fresh[1]}).status_code == 303
    assert [name for name, _ in _registered(life)] == ["Siti Aminah", "Budi"]


def test_a_second_registration_of_the_same_person_is_told_at_its_field(client: TestClient[Any], life: Life) -> None:
    path = _path(life)
    client.post(path, data=GOOD)
    answer = client.post(path, data={**GOOD, "email": "SITI@gmail.com", "key": "another-key-1"})
    assert answer.status_code == 409
    assert _errors(answer) == {"email": "Kontak ini sudah terdaftar. Tautan Anda ada di surel dari kami."}


def test_who_finds_no_seat_waits(client: TestClient[Any], life: Life) -> None:
    path = _path(life, capacity=1)
    client.post(path, data=GOOD)
    answer = client.post(path, data={**GOOD, "email": "budi@gmail.com", "key": "another-key-1"})
    page = client.get(answer.headers["location"])
    assert "Anda ada di daftar tunggu, nomor 1." in words(page.text)


def test_who_cannot_wait_is_not_asked_to_fill_in_a_form(client: TestClient[Any], life: Life) -> None:
    path = _path(life, capacity=1, waitlist=False)
    page = path.removesuffix("/register")
    opened_before = stamp_in(client.get(path).text)
    client.post(path, data=GOOD)
    form = client.get(path)
    assert "Kursi sudah penuh." in words(form.text)
    assert ("<form" in form.text.split("<main")[1], "Anda dapat menunggu" in form.text) == (False, False)
    assert f'href="{path}"' not in client.get(page).text
    assert "Daftar tunggu" not in words(client.get("/").text)
    late = {**GOOD, "email": "budi@gmail.com", "key": "another-key-0001", "stamp": opened_before}
    other = client.post(path, data=late)
    assert (other.status_code, "Kursi sudah penuh." in words(other.text)) == (409, True)


def test_an_exhibition_asks_for_a_visiting_time(client: TestClient[Any], life: Life) -> None:
    event_id = life.exhibition(slots=3)
    path = f"/events/perpustakaan-batam/{life.event(event_id).slug}/register"
    answer = client.post(path, data=GOOD)
    assert (answer.status_code, _errors(answer)) == (422, {"slot_id": "Pilih jam kunjungan."})
    chosen = life.slots(event_id)[2]
    page = client.get(client.post(path, data={**GOOD, "slot_id": str(chosen)}).headers["location"])
    assert "Sabtu, 12 Desember 2026, pukul 11.00–12.00 WIB" in words(page.text)


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        (Stage.PUBLISHED, "Pendaftaran belum dibuka."),
        (Stage.REGISTRATION_CLOSED, "Pendaftaran sudah ditutup."),
        (Stage.CANCELLED, "Acara ini dibatalkan."),
        (Stage.POSTPONED, "Acara ini ditunda; waktu barunya belum ditentukan."),
        (Stage.ENDED, "Acara ini sudah selesai."),
    ],
)
def test_out_of_time_the_form_is_not_offered_and_not_taken(
    client: TestClient[Any], life: Life, stage: Stage, said: str
) -> None:
    path = _path(life, stage=stage)
    shown = client.get(path)
    assert (shown.status_code, 'name="email"' in shown.text) == (200, False)
    assert said in words(shown.text)
    answer = client.post(path, data=GOOD)
    assert answer.status_code == 409
    assert said in words(answer.text)
    assert _registered(life) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"name=%ff%fe&email=siti%40gmail.com", 400),
        (b"name=\xff", 400),
        (b"&".join(b"a%d=1" % number for number in range(400)), 400),
        (b"name=" + b"x" * 70_000, 413),
        (b"[" * 60_000, 422),
        (b"name=Siti%00&email=siti%40gmail.com&consent=yes", 400),
        (b"name=Siti&email=a%40b.id%0d%0aBcc:+x%40y.id&consent=yes", 422),
        (b"", 422),
    ],
)
def test_bytes_that_no_honest_form_sends_get_a_clear_answer(
    client: TestClient[Any], life: Life, body: bytes, status: int
) -> None:
    answer = client.post(_path(life), content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert _registered(life) == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://testserver.local.evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Origin": "http://testserver.local"}, 303),
        ({}, 303),
    ],
)
def test_forms_are_taken_from_our_own_pages_only(
    client: TestClient[Any], life: Life, headers: dict[str, str], status: int
) -> None:
    assert client.post(_path(life), data=GOOD, headers=headers).status_code == status


def test_links_always_lead_to_the_configured_host(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    path = _path(life).removesuffix("/register")
    answer = client.get(path, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in answer.text
    assert f'<link rel="canonical" href="{runtime.settings.base_url}{path}">' in answer.text


@pytest.mark.parametrize(
    ("path", "kind"),
    [("{page}", "application/x-www-form-urlencoded"), ("/api/v1/events/{event_id}/registrations", "application/json")],
)
def test_a_connection_that_breaks_in_the_middle_of_a_form_is_no_failure_of_ours(
    client: TestClient[Any], life: Life, caplog: pytest.LogCaptureFixture, path: str, kind: str
) -> None:
    """As it happens on a phone in a lift: nothing is registered, and no operator is woken."""
    event_id = life.webinar()
    page = f"/events/perpustakaan-batam/{life.event(event_id).slug}/register"
    path = path.format(page=page, event_id=event_id)
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"content-type", kind.encode()), (b"content-length", b"400")],
        "client": ("127.0.0.1", 4711),
        "server": ("localhost", 80),
    }
    arriving = iter([{"type": "http.request", "body": b"name=Siti", "more_body": True}, {"type": "http.disconnect"}])
    sent: list[Any] = []

    async def receive() -> Any:
        return next(arriving)

    async def send(message: Any) -> None:
        sent.append(message)

    with caplog.at_level("WARNING"):
        app = cast("Any", client.app)  # pyright: ignore[reportUnknownMemberType] # the client does not say whose it is
    asyncio.run(app(scope, receive, send))
    assert [message["status"] for message in sent if message["type"] == "http.response.start"] == [400]
    assert not caplog.records
    assert _registered(life) == []
