"""Text messages: owed to who asked for them, sent once, settled by what the network reports, and never stale."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import pytest
import sqlalchemy as sa

from events import deliveries
from events.drafts import lifecycle
from events.links import Links
from events.models import Event, Registration
from events.storage import LocalizedText, Session
from notifications.models.email import EmailKind
from notifications.models.text_message import TextChannel, TextConsent, TextMessage, TextState
from notifications.planning import emails, reminders
from notifications.texting import consents, planning, sending, statuses
from notifications.texting.planning import Occasion
from notifications.texting.protocol import Texter
from notifications.texting.statuses import Report
from notifications.texting.telegram import TelegramTexter
from notifications.texting.whatsapp import WhatsAppTexter
from service.demo.standins.texting import TextingStandIn, running
from tests.support.life import NOW, STAFF, STARTS_AT, Life

PHONE, CHAT = "+6281234567890", "777"
WHATSAPP, TELEGRAM = TextChannel.WHATSAPP, TextChannel.TELEGRAM
LINKS = Links("k" * 32, "https://acara.example")
SOON = timedelta(minutes=1)
_Result = TypeVar("_Result")


class Chats:
    """Both networks, a library and a worker that sends."""

    def __init__(self, life: Life, networks: TextingStandIn) -> None:
        self.life, self.networks, self.people = life, networks, 0
        self.whatsapp = WhatsAppTexter(
            networks.phone_id, networks.token, base_url=LINKS.base_url, api_root=networks.url
        )
        self.telegram = TelegramTexter(networks.bot_token, api_root=networks.url)

    def person(self, event_id: uuid.UUID, *channels: TextChannel) -> uuid.UUID:
        """Register somebody who wants messages on these channels."""
        self.people += 1
        key = self.life.register(event_id, self.people).registration_id
        for channel in channels:
            address = PHONE if channel is WHATSAPP else CHAT
            self.write(lambda s: consents.give(s, key, channel, address, now=NOW, by="person"))  # noqa: B023 - called here
        return key

    def write(self, use_case: Callable[[Session], _Result]) -> _Result:
        return self.life.database.write(use_case)

    def rows(self) -> Sequence[TextMessage]:
        statement = sa.select(TextMessage).order_by(TextMessage.due_at, TextMessage.channel)
        return self.life.database.read(lambda s: s.scalars(statement).all())

    def states(self) -> list[TextState]:
        return [row.state for row in self.rows()]

    def send(self, now: datetime = NOW, *, real_now: datetime = NOW) -> int:
        texters: dict[TextChannel, Texter] = {WHATSAPP: self.whatsapp, TELEGRAM: self.telegram}
        return sending.send_due(self.life.database, texters, links=LINKS, now=now, real_now=real_now)

    @property
    def sent(self) -> list[str]:
        """The persons' names as they arrived, with the kinds."""
        return [
            f"{each['template']['name']} {each['template']['components'][0]['parameters'][0]['text']}"
            for each in self.networks.networks.whatsapp
        ]


@pytest.fixture
def chats(life: Life) -> Iterator[Chats]:
    with running() as networks:
        found = Chats(life, networks)
        yield found
        found.whatsapp.close()
        found.telegram.close()


def test_who_asked_for_it_is_told_on_every_channel_and_nobody_else(chats: Chats) -> None:
    event_id = chats.life.webinar()
    key = chats.person(event_id, WHATSAPP, TELEGRAM)
    other = chats.person(event_id)
    for person in (key, other) * 4:  # the bell is rung eight times
        chats.write(partial(emails.queue, kind=EmailKind.CONFIRMATION, registration_id=person, now=NOW))
    assert chats.send() == 2
    assert chats.send() == 0
    assert chats.sent == ["acara_confirmation_v1 Peserta 1"]
    (said,) = chats.networks.networks.telegram
    assert "Sabtu, 12 Desember 2026, pukul 09.00–11.30 WIB" in said["text"]
    assert chats.states() == [TextState.SENT, TextState.SENT]


def test_who_has_no_e_mail_hears_of_a_cancellation_too(chats: Chats) -> None:
    event_id = chats.life.webinar()
    key = chats.person(event_id, WHATSAPP)

    def without_mail(session: Session) -> None:
        session.get_one(Registration, key).email = None

    chats.write(without_mail)
    chats.write(lambda s: lifecycle.cancel(s, event_id, reason=LocalizedText("Narasumber sakit"), now=NOW, by=STAFF))
    chats.write(lambda s: emails.announce(s, event_id, EmailKind.EVENT_CANCELLED, now=NOW))
    chats.send()
    assert chats.sent == ["acara_event_cancelled_v1 Peserta 1"]


def remind(chats: Chats, key: uuid.UUID, start: datetime = STARTS_AT) -> None:
    def use_case(session: Session) -> None:
        person = session.get_one(Registration, key)
        event = session.get_one(Event, person.event_id)
        occasion = Occasion(
            registration=person,
            kind=EmailKind.REMINDER_1D,
            due_at=start - timedelta(days=1),
            about=start.isoformat(),
            about_start=start,
        )
        planning.owe(session, event, [occasion], now=NOW)

    chats.write(use_case)


def move(chats: Chats, event_id: uuid.UUID, start: datetime) -> None:
    ends_at = start + timedelta(hours=2)
    chats.write(lambda s: lifecycle.reschedule(s, event_id, starts_at=start, ends_at=ends_at, now=NOW, by=STAFF))


def test_a_reminder_about_another_start_is_not_sent(chats: Chats) -> None:
    event_id = chats.life.webinar()
    key = chats.person(event_id, WHATSAPP)
    remind(chats, key)
    move(chats, event_id, STARTS_AT + timedelta(days=7))
    chats.send(STARTS_AT - timedelta(days=1))
    assert (chats.sent, chats.states()) == ([], [TextState.SUPERSEDED])
    move(chats, event_id, STARTS_AT)
    remind(chats, key)  # it moved back again
    chats.send(STARTS_AT - timedelta(days=1))
    assert chats.sent == ["acara_reminder_1d_v1 Peserta 1"]


def test_who_takes_it_back_gets_nothing_that_waits(chats: Chats) -> None:
    event_id = chats.life.webinar()
    key = chats.person(event_id, WHATSAPP, TELEGRAM)
    remind(chats, key)
    assert chats.write(lambda s: consents.withdraw_address(s, WHATSAPP, PHONE, now=NOW, by="whatsapp")) == [key]
    assert chats.write(lambda s: consents.withdraw_address(s, WHATSAPP, PHONE, now=NOW, by="whatsapp")) == []
    chats.send(STARTS_AT - timedelta(days=1))
    assert (chats.sent, len(chats.networks.networks.telegram)) == ([], 1)
    kept = chats.life.database.read(lambda s: s.scalars(sa.select(TextConsent).order_by(TextConsent.channel)).all())
    assert [(each.channel, each.address, each.withdrawn_at) for each in kept] == [
        (TELEGRAM, CHAT, None),
        (WHATSAPP, None, NOW),
    ]


def test_who_has_blocked_us_is_asked_no_more(chats: Chats) -> None:
    event_id = chats.life.webinar()
    key = chats.person(event_id, TELEGRAM)
    remind(chats, key)
    chats.write(lambda s: emails.queue(s, EmailKind.CONFIRMATION, registration_id=key, now=NOW))
    chats.networks.misbehave("blocked")
    chats.send()
    assert chats.states() == [TextState.FAILED, TextState.SUPERSEDED]
    assert chats.life.database.read(lambda s: consents.of_registration(s, key)) == []


@pytest.mark.parametrize("fault", ["accept-drop", "accept-500"])
def test_what_a_network_reports_settles_an_answer_that_was_lost(chats: Chats, fault: str) -> None:
    key = chats.person(chats.life.webinar(), WHATSAPP)
    chats.write(lambda s: emails.queue(s, EmailKind.CONFIRMATION, registration_id=key, now=NOW))
    chats.networks.misbehave(fault)
    chats.send()
    (row,) = chats.rows()
    assert (row.state, row.due_at) == (TextState.UNCLEAR, NOW + sending.UNCLEAR_FOR)
    report = Report(WHATSAPP, "wamid.1", row.id, TextState.DELIVERED, None, NOW + SOON)
    assert chats.write(lambda s: statuses.note(s, report))
    assert chats.send(NOW + timedelta(days=1)) == 0
    assert len(chats.sent) == 1


def test_without_a_report_it_is_sent_again(chats: Chats) -> None:
    key = chats.person(chats.life.webinar(), WHATSAPP)
    chats.write(lambda s: emails.queue(s, EmailKind.CONFIRMATION, registration_id=key, now=NOW))
    chats.networks.misbehave("drop")
    chats.send()
    assert chats.send(NOW + sending.UNCLEAR_FOR - SOON) == 0
    assert chats.send(NOW + sending.UNCLEAR_FOR) == 1
    assert chats.states() == [TextState.SENT]


def test_reports_in_any_order_only_go_forward(chats: Chats) -> None:
    key = chats.person(chats.life.webinar(), WHATSAPP)
    chats.write(lambda s: emails.queue(s, EmailKind.CONFIRMATION, registration_id=key, now=NOW))
    chats.send()
    noted = []
    for state in (TextState.READ, TextState.SENT, TextState.DELIVERED, TextState.READ):
        report = Report(WHATSAPP, "wamid.1", None, state, None, NOW)
        noted.append(chats.write(partial(statuses.note, report=report)))
    assert (noted, chats.states()) == ([True, False, False, False], [TextState.READ])
    strange = Report(WHATSAPP, "wamid.9", uuid.uuid4(), TextState.READ, None, NOW)
    assert not chats.write(lambda s: statuses.note(s, strange))


def test_what_a_dead_worker_held_is_unclear_and_goes_out_later(chats: Chats) -> None:
    key = chats.person(chats.life.webinar(), WHATSAPP)
    chats.write(lambda s: emails.queue(s, EmailKind.CONFIRMATION, registration_id=key, now=NOW))
    chats.write(lambda s: deliveries.claim(s, TextMessage, now=NOW, real_now=NOW, limit=9, lease=sending.LEASE))
    assert chats.send(real_now=NOW + sending.LEASE - SOON) == 0
    assert chats.send(real_now=NOW + sending.LEASE + SOON) == 0
    assert chats.states() == [TextState.UNCLEAR]
    assert chats.send(NOW + sending.UNCLEAR_FOR, real_now=NOW + sending.LEASE + SOON) == 1
    assert len(chats.sent) == 1


def test_a_network_that_is_away_costs_nobody_a_message(chats: Chats) -> None:
    key = chats.person(chats.life.webinar(), WHATSAPP)
    chats.write(lambda s: emails.queue(s, EmailKind.CONFIRMATION, registration_id=key, now=NOW))
    chats.networks.misbehave("429", "token", "template")
    now = NOW
    for _ in range(3):
        assert chats.send(now) == 1
        now += timedelta(hours=2)
    assert (chats.send(now), chats.states()) == (1, [TextState.SENT])


def test_with_no_network_nothing_is_claimed(chats: Chats) -> None:
    key = chats.person(chats.life.webinar(), WHATSAPP)
    chats.write(lambda s: emails.queue(s, EmailKind.CONFIRMATION, registration_id=key, now=NOW))
    assert sending.send_due(chats.life.database, {}, links=LINKS, now=NOW, real_now=NOW) == 0
    assert not chats.life.database.read(lambda s: sending.has_work(s, {TELEGRAM}, now=NOW, real_now=NOW))
    assert chats.life.database.read(lambda s: sending.has_work(s, {WHATSAPP}, now=NOW, real_now=NOW))


def test_rules_remind_by_text_too_and_follow_a_move(chats: Chats) -> None:
    event_id = chats.life.webinar()
    key = chats.person(event_id, WHATSAPP)
    chats.person(event_id)
    for _ in range(2):
        chats.write(lambda s: reminders.plan_for(s, key, now=NOW))
    week = timedelta(days=7)
    day, hour = STARTS_AT - timedelta(days=1), STARTS_AT - timedelta(hours=1)
    assert [(row.kind, row.due_at) for row in chats.rows()] == [
        (EmailKind.REMINDER_7D, STARTS_AT - week),
        (EmailKind.REMINDER_1D, day),
        (EmailKind.REMINDER_1H, hour),
    ]
    move(chats, event_id, STARTS_AT + week)
    chats.write(lambda s: reminders.plan(s, event_id, now=NOW))
    waiting = [(row.kind, row.due_at) for row in chats.rows() if row.state is TextState.QUEUED]
    assert waiting == [
        (EmailKind.REMINDER_7D, STARTS_AT),
        (EmailKind.REMINDER_1D, day + week),
        (EmailKind.REMINDER_1H, hour + week),
    ]
    chats.send(STARTS_AT)
    chats.send(day + week)
    assert chats.sent == ["acara_reminder_7d_v1 Peserta 1", "acara_reminder_1d_v1 Peserta 1"]
