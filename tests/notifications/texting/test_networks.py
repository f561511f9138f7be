"""Both networks by their real libraries, against servers that speak their protocols."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest

from notifications.channels.protocol import NotSent, Rejected, Unclear
from notifications.models.email import EmailKind
from notifications.texting.protocol import Text, Texter
from notifications.texting.telegram import TelegramTexter
from notifications.texting.whatsapp import WhatsAppTexter
from notifications.texting.wording import WORDS
from service.demo.standins.texting import TextingStandIn, running

BASE = "https://acara.perpus-batam.go.id"
LINK = f"{BASE}/r/abc.def"


@pytest.fixture
def networks() -> Iterator[TextingStandIn]:
    with running() as standin:
        yield standin


def number(networks: TextingStandIn, token: str = "") -> WhatsAppTexter:
    return WhatsAppTexter(
        networks.phone_id,
        token or networks.token,
        base_url=BASE,
        account_id=networks.account_id,
        api_root=networks.url,
    )


@pytest.fixture
def whatsapp(networks: TextingStandIn) -> Iterator[WhatsAppTexter]:
    texter = number(networks)
    yield texter
    texter.close()


@pytest.fixture
def telegram(networks: TextingStandIn) -> Iterator[TelegramTexter]:
    texter = TelegramTexter(networks.bot_token, api_root=networks.url)
    yield texter
    texter.close()


@pytest.fixture(params=["whatsapp", "telegram"])
def texter(request: pytest.FixtureRequest) -> Texter:
    found: Texter = request.getfixturevalue(request.param)
    return found


def text(texter: Texter, *, name: str = "dr. Siti Aminah, Sp.A.", kind: EmailKind = EmailKind.REMINDER_1D) -> Text:
    address = "+6281234567890" if isinstance(texter, WhatsAppTexter) else "777"
    values = (name, "Membaca Nyaring", "Sabtu, 12 Desember 2026, pukul 09.00 WIB", "Ruang Baca")
    return Text(uuid.uuid4(), address, kind, "id", values, LINK)


def test_whatsapp_is_handed_the_template_the_values_and_our_key(
    networks: TextingStandIn, whatsapp: WhatsAppTexter
) -> None:
    said = text(whatsapp, name="Siti\n  *Aminah*")
    assert whatsapp.send(said) == "wamid.1"
    (sent,) = networks.networks.whatsapp
    assert (sent["to"], sent["type"], sent["biz_opaque_callback_data"]) == ("6281234567890", "template", str(said.key))
    assert sent["template"]["name"] == "acara_reminder_1d_v1"
    assert sent["template"]["language"]["code"] == "id"
    body, button = sent["template"]["components"]
    assert [each["text"] for each in body["parameters"]] == [
        "Siti *Aminah*",
        "Membaca Nyaring",
        "Sabtu, 12 Desember 2026, pukul 09.00 WIB",
        "Ruang Baca",
    ]
    assert [each["text"] for each in button["parameters"]] == ["r/abc.def"]


def test_telegram_is_handed_words_with_bold_and_a_button(networks: TextingStandIn, telegram: TelegramTexter) -> None:
    assert telegram.send(text(telegram, name="Siti 👩‍🏫")) == "777/1"
    (sent,) = networks.networks.telegram
    assert sent["chat_id"] == "777"
    assert sent["text"].startswith("Halo Siti 👩‍🏫, besok kita bertemu di Membaca Nyaring.\n\nWaktu: Sabtu")
    assert '"offset": 40, "length": 15' in sent["entities"] or '"length": 15' in sent["entities"]
    assert LINK in sent["reply_markup"]


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("429", NotSent),
        ("token", NotSent),
        ("500", Unclear),
        ("drop", Unclear),
        ("accept-drop", Unclear),
        ("accept-500", Unclear),
        ("blocked", Rejected),
        ("no-account", Rejected),
    ],
)
def test_what_each_answer_means(networks: TextingStandIn, texter: Texter, fault: str, outcome: type[Exception]) -> None:
    texter.send(text(texter))
    networks.misbehave(fault)
    with pytest.raises(outcome):
        texter.send(text(texter))
    texter.send(text(texter))


def test_a_network_that_asks_for_a_pause_gets_it(networks: TextingStandIn, texter: Texter) -> None:
    networks.misbehave("429")
    with pytest.raises(NotSent) as asked:
        texter.send(text(texter))
    assert asked.value.retry_after == timedelta(seconds=7)


def test_who_blocked_us_is_told_from_who_has_no_account(networks: TextingStandIn, texter: Texter) -> None:
    networks.misbehave("blocked")
    with pytest.raises(Rejected) as refused:
        texter.send(text(texter))
    assert refused.value.reason == "blocked"


def test_no_network_means_that_nothing_was_sent() -> None:
    with running() as networks:
        gone = number(networks)
        bot = TelegramTexter(networks.bot_token, api_root=networks.url)
    for texter in (gone, bot):
        with pytest.raises(NotSent):
            texter.send(text(texter))
    bot.close()
    gone.close()


def test_a_wrong_token_is_no_message_lost(networks: TextingStandIn) -> None:
    texter = number(networks, token="wrong")
    with pytest.raises(NotSent) as refused:
        texter.send(text(texter))
    texter.close()
    assert refused.value.retry_after == timedelta(hours=1)


def test_a_bot_that_was_closed_opens_no_new_connection(networks: TextingStandIn) -> None:
    bot = TelegramTexter(networks.bot_token, api_root=networks.url)
    bot.send(text(bot))
    bot.close()
    for ask in (lambda: bot.send(text(bot)), lambda: bot.updates(None)):
        with pytest.raises(NotSent, match="closed"):
            ask()
    assert [thread.name for thread in threading.enumerate() if thread.name == "telegram"] == []
    assert len(networks.networks.telegram) == 1


@pytest.mark.parametrize("kind", list(WORDS))
@pytest.mark.parametrize("locale", ["id", "en"])
def test_every_wording_is_one_that_whatsapp_takes(whatsapp: WhatsAppTexter, kind: EmailKind, locale: str) -> None:
    texter = whatsapp
    assert texter.submit(kind, locale) == "PENDING"
    (template,) = texter.templates()
    assert (template.name, template.language, template.status) == (f"acara_{kind.value}_v1", locale, "APPROVED")
    words = WORDS[kind][locale]
    assert [words.count(f"{{{{{place}}}}}") for place in (1, 2, 3, 4)] == [1, 1, 1, 1]


def test_what_people_write_to_the_bot_comes_once(networks: TextingStandIn, telegram: TelegramTexter) -> None:
    networks.write(777, "/start abc")
    networks.block(888)
    first, second = telegram.updates(None)
    assert (first.chat, first.text, first.blocked) == ("777", "/start abc", False)
    assert (second.chat, second.blocked) == ("888", True)
    assert telegram.updates(second.id) == []
    assert telegram.name() == "perpus_bot"
