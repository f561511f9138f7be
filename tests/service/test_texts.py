"""Text messages from a person's press to their phone: pages, hooks, chats and workers, on each database."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import uvicorn
from litestar.testing import TestClient
from pydantic import SecretStr

from events.links import MANAGE
from notifications.models.text_message import TextChannel, TextConsent, TextMessage, TextState
from notifications.texting import consents
from service.demo.standins.texting import TextingStandIn, running
from service.mail.chat_reader import ChatReader, receive
from service.texters import telegram
from service.wiring import Runtime
from tests.support.app import create_app
from tests.support.life import NOW, Life
from tests.support.polling import until
from tests.support.running import make_runtime, workers
from tests.support.site import at, words
from tests.support.visitor import Visitor

PHONE = "+6281234567890"


@pytest.fixture
def networks() -> Iterator[TextingStandIn]:
    with running() as standin:
        yield standin


@pytest.fixture
def runtime(database_url: str, networks: TextingStandIn, tmp_path: Path) -> Iterator[Runtime]:
    made = make_runtime(
        database_url,
        tmp_path,
        clock_file=tmp_path / "clock",
        whatsapp_phone_id=networks.phone_id,
        whatsapp_token=SecretStr(networks.token),
        whatsapp_secret=SecretStr(networks.secret),
        whatsapp_verify_token=SecretStr(networks.verify_token),
        whatsapp_api_root=networks.url,
        telegram_token=SecretStr(networks.bot_token),
        telegram_bot="perpus_bot",
        telegram_api_root=networks.url,
    )
    at(made, NOW)
    yield made
    made.close()


@pytest.fixture
def client(runtime: Runtime) -> Iterator[TestClient[Any]]:
    with Visitor(create_app(runtime)) as visitor:
        visitor.follow_redirects = False
        yield visitor


@pytest.fixture
def page(runtime: Runtime, life: Life) -> str:
    """The path of the own page of somebody with a telephone."""
    made = life.register(life.webinar(), email=None, phone=PHONE)
    return f"/r/{runtime.links.token(MANAGE, made.registration_id)}"


def rows(runtime: Runtime) -> Sequence[TextMessage]:
    statement = sa.select(TextMessage).order_by(TextMessage.channel, TextMessage.due_at)
    return runtime.database.read(lambda session: session.scalars(statement).all())


def agreed(runtime: Runtime) -> list[tuple[TextChannel, str | None]]:
    statement = sa.select(TextConsent.channel, TextConsent.address).order_by(TextConsent.channel)
    return [(row[0], row[1]) for row in runtime.database.read(lambda session: session.execute(statement).all())]


def chat_token(runtime: Runtime, page: str) -> str:
    target = runtime.links.read(MANAGE, page.removeprefix("/r/"))
    return runtime.links.chat_token(target.id, target.version)


def test_one_press_and_the_confirmation_comes_by_whatsapp(
    client: TestClient[Any], runtime: Runtime, networks: TextingStandIn, page: str
) -> None:
    assert "Kirim pesan di WhatsApp ke +6281234567890" in words(client.get(page).text)
    with workers(runtime, ["facts", "texts"]):
        assert client.post(f"{page}/texts", data={"channel": "whatsapp", "do": "start"}).status_code == 303
        until(lambda: [row.state for row in rows(runtime)][:1] not in ([], [TextState.QUEUED], [TextState.SENDING]))
        until(lambda: [row.state for row in rows(runtime)][:1] == [TextState.SENT], what="it is settled")
    sent = networks.networks.whatsapp[0]
    assert (sent["to"], sent["template"]["name"]) == ("6281234567890", "acara_confirmation_v1")
    link = f"{page.removeprefix('/')}"
    assert sent["template"]["components"][1]["parameters"][0]["text"] == link
    assert "Pesan WhatsApp aktif." in words(client.get(page).text)
    client.post(f"{page}/texts", data={"channel": "whatsapp", "do": "stop"})
    assert agreed(runtime) == [(TextChannel.WHATSAPP, None)]


@pytest.mark.parametrize(
    "form",
    [{"channel": "pigeon", "do": "start"}, {"channel": "whatsapp"}, {}, {"channel": "telegram", "do": "start"}],
)
def test_what_cannot_be_chosen_is_refused(
    client: TestClient[Any], runtime: Runtime, page: str, form: dict[str, str]
) -> None:
    assert client.post(f"{page}/texts", data=form).status_code in (409, 422)
    assert agreed(runtime) == []


def test_where_nothing_is_connected_nothing_is_offered(database_url: str, life: Life, tmp_path: Path) -> None:
    made = make_runtime(database_url, tmp_path / "bare", clock_file=tmp_path / "clock")
    at(made, NOW)
    key = life.register(life.webinar(), phone=PHONE).registration_id
    path = f"/r/{made.links.token(MANAGE, key)}"
    with Visitor(create_app(made)) as visitor:
        assert "Pesan di ponsel Anda" not in words(visitor.get(path).text)
        assert visitor.post(f"{path}/texts", data={"channel": "whatsapp", "do": "start"}).status_code == 409
        assert visitor.post("/hooks/whatsapp", content=b"{}").status_code == 404
    made.close()


def test_start_in_the_chat_is_the_wish_and_stop_takes_it_back(
    client: TestClient[Any], runtime: Runtime, networks: TextingStandIn, page: str
) -> None:
    token = chat_token(runtime, page)
    assert f'href="https://t.me/perpus_bot?start={token}"' in client.get(page).text
    with workers(runtime, ["facts", "texts"]):
        networks.write(777, f"/start {token}")
        until(lambda: len(networks.networks.telegram) == 2, what="the bot answers and the confirmation comes")
        assert agreed(runtime) == [(TextChannel.TELEGRAM, "777")]
        networks.write(777, "berhenti")
        until(lambda: agreed(runtime) == [(TextChannel.TELEGRAM, None)], what="it is taken back")
        until(lambda: len(networks.networks.telegram) == 3, what="the bot says so")
    said = [each["text"].split(".")[0] for each in networks.networks.telegram]
    assert said.pop() == "Kami tidak akan mengirim pesan lagi ke sini"
    assert sorted(said) == [
        "Halo Peserta 1, pendaftaran Anda untuk Menulis Cerita Anak sudah kami terima",
        "Siap",
    ]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("/start", "Agar pengingat"),
        ("/start forged", "Tautan ini"),
        ("/start " + "A" * 48, "Tautan ini"),
        ("/start ۱۲\x00", "Tautan ini"),
        ("apa kabar?", "Agar pengingat"),
    ],
)
def test_what_else_is_written_is_answered_and_changes_nothing(
    runtime: Runtime, networks: TextingStandIn, text: str, answer: str
) -> None:
    networks.write(777, text)
    bot = telegram(runtime.settings)
    assert ChatReader(runtime, bot).look() == 1
    bot.close()
    assert [each["text"].startswith(answer) for each in networks.networks.telegram] == [True]
    assert agreed(runtime) == []


def test_blocking_the_bot_takes_the_wish_back(runtime: Runtime, networks: TextingStandIn, page: str) -> None:
    bot = telegram(runtime.settings)
    networks.write(777, f"/start {chat_token(runtime, page)}")
    networks.block(777)
    (first, second) = bot.updates(None)
    receive(runtime, first)
    assert receive(runtime, second) is None
    bot.close()
    assert agreed(runtime) == [(TextChannel.TELEGRAM, None)]


@pytest.fixture
def hook(runtime: Runtime) -> Iterator[str]:
    """The address of the hook on a real server."""
    server = uvicorn.Server(uvicorn.Config(create_app(runtime), port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started, what="the server listens")
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/hooks/whatsapp"
    server.should_exit = True
    thread.join()


def test_signed_reports_settle_and_stop_takes_back(
    runtime: Runtime, networks: TextingStandIn, page: str, hook: str
) -> None:
    target = runtime.links.read(MANAGE, page.removeprefix("/r/"))
    with workers(runtime, ["facts", "texts"]):
        runtime.database.write(lambda s: consents.give(s, target.id, TextChannel.WHATSAPP, PHONE, now=NOW, by="person"))
        until(lambda: [row.state for row in rows(runtime)][:1] == [TextState.SENT], what="it is sent")
    assert networks.report(hook, 0, "delivered") == 200
    assert networks.report(hook, 0, "read") == 200
    assert networks.report(hook, 0, "delivered") == 200
    assert [row.state for row in rows(runtime)][:1] == [TextState.READ]
    assert networks.answer(hook, PHONE, "Terima kasih") == 200
    assert agreed(runtime) == [(TextChannel.WHATSAPP, PHONE)]
    assert networks.answer(hook, PHONE, " Berhenti! ") == 200
    assert agreed(runtime) == [(TextChannel.WHATSAPP, None)]


def test_what_is_not_signed_changes_nothing(networks: TextingStandIn, runtime: Runtime, page: str, hook: str) -> None:
    target = runtime.links.read(MANAGE, page.removeprefix("/r/"))
    runtime.database.write(lambda s: consents.give(s, target.id, TextChannel.WHATSAPP, PHONE, now=NOW, by="person"))
    value = {"messages": [{"from": PHONE[1:], "type": "text", "text": {"body": "STOP"}}]}
    assert networks.post_signed(hook, value, secret="another") == 403
    assert agreed(runtime) == [(TextChannel.WHATSAPP, PHONE)]


@pytest.mark.parametrize("header", [None, "", "sha256=", "sha1=abc", "sha256=ü"])
def test_a_header_that_is_no_signature_is_refused(client: TestClient[Any], header: str | None) -> None:
    headers = [] if header is None else [(b"X-Hub-Signature-256", header.encode("latin-1"))]
    assert client.post("/hooks/whatsapp", content=b"{}", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"statuses": []},
        {"statuses": [{"id": "wamid.1", "status": "warped", "timestamp": "1"}]},
        {"messages": [{"from": "62", "type": "image", "image": {}}, 7, {"text": {"body": "STOP"}}]},
    ],
)
def test_what_meta_may_send_one_day_is_no_error(networks: TextingStandIn, hook: str, value: dict[str, Any]) -> None:
    assert networks.post_signed(hook, value) == 200


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", json.dumps({"entry": 7}).encode()])
def test_a_signed_body_that_is_no_update_is_a_bad_request(
    client: TestClient[Any], networks: TextingStandIn, body: bytes
) -> None:
    signature = hmac.new(networks.secret.encode(), body, hashlib.sha256).hexdigest()
    answer = client.post("/hooks/whatsapp", content=body, headers={"X-Hub-Signature-256": f"sha256={signature}"})
    assert answer.status_code == 400


def test_metas_challenge_is_repeated_to_who_knows_our_word(client: TestClient[Any], networks: TextingStandIn) -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "<b>158</b>", "hub.verify_token": networks.verify_token}
    answer = client.get("/hooks/whatsapp", params=asked)
    assert (answer.status_code, answer.text) == (200, "<b>158</b>")
    assert answer.headers["content-type"].startswith("text/plain")
    assert client.get("/hooks/whatsapp", params={**asked, "hub.verify_token": "guess"}).status_code == 403
    assert client.get("/hooks/whatsapp").status_code == 403
