"""Who has no e-mail address is told by staff: what concerns them waits there once, and only while it is true."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from events.drafts import lifecycle
from events.errors import Conflict, NotFound
from events.links import Links
from events.registrations import registration
from events.storage import LocalizedText
from notifications.models.email import EmailKind
from notifications.models.text_message import TextChannel, TextMessage, TextState
from notifications.planning import emails, reminders
from notifications.texting import by_hand, consents, sending
from notifications.texting.by_hand import Board
from tests.support.life import NOW, STAFF, STARTS_AT, Life

PHONE = "+6281234567890"
LINKS = Links("k" * 32, "https://acara.example")
DAY = timedelta(days=1)


def person(life: Life, event_id: uuid.UUID, number: int = 1, phone: str = PHONE) -> uuid.UUID:
    return life.register(event_id, number, name=f"Pak Budi {number}", email=None, phone=phone).registration_id


def board(life: Life, event_id: uuid.UUID, now: datetime = NOW) -> Board:
    return life.database.read(lambda session: by_hand.board(session, event_id, links=LINKS, now=now))


def kinds(life: Life, event_id: uuid.UUID, now: datetime = NOW) -> list[EmailKind]:
    return [each.kind for each in board(life, event_id, now).waiting]


def move(life: Life, event_id: uuid.UUID, by: timedelta) -> None:
    """Move the event, and let what follows from that happen."""
    life.do(lifecycle.reschedule, event_id, starts_at=STARTS_AT + by, ends_at=STARTS_AT + by + timedelta(hours=2))
    life.database.write(lambda s: emails.announce(s, event_id, EmailKind.EVENT_UPDATE, now=NOW))
    life.database.write(lambda s: reminders.plan(s, event_id, now=NOW))


def rows(life: Life) -> Sequence[TextMessage]:
    return life.database.read(lambda s: s.scalars(sa.select(TextMessage).order_by(TextMessage.id)).all())


def test_a_move_waits_for_staff_with_the_words_and_the_link(life: Life) -> None:
    event_id = life.webinar()
    key = person(life, event_id)
    for _ in range(8):  # the bell is rung eight times
        life.database.write(lambda s: emails.announce(s, event_id, EmailKind.EVENT_UPDATE, now=NOW))
    (told,) = board(life, event_id).waiting
    assert (told.name, told.phone, told.kind) == ("Pak Budi 1", PHONE, EmailKind.EVENT_UPDATE)
    assert told.body.startswith("Halo Pak Budi 1, ada perubahan pada *Menulis Cerita Anak*.")
    assert "Sabtu, 12 Desember 2026, pukul 09.00–11.30 WIB" in told.body
    assert told.body.endswith("\n\n" + LINKS.manage_url(key, 1))


def test_no_worker_sends_what_waits_for_staff(life: Life) -> None:
    event_id = life.webinar()
    key = person(life, event_id)
    life.database.write(partial(emails.queue, kind=EmailKind.CONFIRMATION, registration_id=key, now=NOW))
    assert not life.database.read(lambda s: sending.has_work(s, list(TextChannel), now=NOW, real_now=NOW))
    assert [row.state for row in rows(life)] == [TextState.TO_TELL]


def test_who_has_an_address_or_a_channel_needs_nobody(life: Life) -> None:
    event_id = life.webinar()
    mailed = life.register(event_id, 1, phone=PHONE).registration_id
    chatting = person(life, event_id, 2, "+6281234567891")
    life.do(consents.give, chatting, TextChannel.WHATSAPP, "+6281234567891")
    for key in (mailed, chatting):
        life.database.write(partial(emails.queue, kind=EmailKind.CONFIRMATION, registration_id=key, now=NOW))
    assert board(life, event_id) == Board([], [])
    assert [row.channel for row in rows(life)] == [TextChannel.WHATSAPP]


def test_who_saw_it_on_the_screen_is_not_told_again(life: Life) -> None:
    event_id = life.webinar()
    key = person(life, event_id)
    life.database.write(partial(emails.queue, kind=EmailKind.CONFIRMATION, registration_id=key, now=NOW, seen=True))
    assert rows(life) == []


def test_a_reminder_waits_from_its_time_until_the_start_and_moves_along(life: Life) -> None:
    event_id = life.webinar()
    key = person(life, event_id)
    life.database.write(lambda s: reminders.plan_for(s, key, now=NOW))
    assert kinds(life, event_id) == []
    assert kinds(life, event_id, STARTS_AT - DAY) == [EmailKind.REMINDER_1D]
    assert kinds(life, event_id, STARTS_AT - timedelta(minutes=30)) == [EmailKind.REMINDER_1H]
    assert kinds(life, event_id, STARTS_AT) == []
    move(life, event_id, 7 * DAY)
    assert kinds(life, event_id, STARTS_AT - DAY) == [EmailKind.EVENT_UPDATE]
    assert kinds(life, event_id, STARTS_AT + 6 * DAY) == [EmailKind.EVENT_UPDATE, EmailKind.REMINDER_1D]


def test_what_is_not_true_any_more_leaves_the_list(life: Life) -> None:
    event_id = life.webinar()
    staying, leaving = person(life, event_id, 1), person(life, event_id, 2, "+6281234567891")
    life.database.write(lambda s: emails.announce(s, event_id, EmailKind.EVENT_UPDATE, now=NOW))
    life.do(registration.cancel, leaving)
    assert [each.registration_id for each in board(life, event_id).waiting] == [staying]
    life.do(lifecycle.cancel, event_id, reason=LocalizedText("Narasumber sakit"))
    life.database.write(lambda s: emails.announce(s, event_id, EmailKind.EVENT_CANCELLED, now=NOW))
    (told,) = board(life, event_id).waiting
    assert told.kind is EmailKind.EVENT_CANCELLED
    assert "Keterangan: Narasumber sakit" in told.body


def test_told_once_whoever_presses_and_put_back_by_another_press(life: Life) -> None:
    event_id = life.webinar()
    key = person(life, event_id)
    life.database.write(lambda s: emails.announce(s, event_id, EmailKind.EVENT_UPDATE, now=NOW))
    (waiting,) = board(life, event_id).waiting
    for _ in range(8):
        life.do(by_hand.note_told, event_id, waiting.id)
    found = board(life, event_id)
    assert (found.waiting, [each.told_at for each in found.told]) == ([], [NOW])
    facts = [each for each in life.rows(event_id) if each.name == "TextTold"]
    assert [(each.by, each.payload["registration_id"]) for each in facts] == [(STAFF, str(key))]
    for _ in range(8):
        life.database.write(lambda s: by_hand.take_back(s, event_id, waiting.id))
    assert kinds(life, event_id) == [EmailKind.EVENT_UPDATE]


def test_a_later_reminder_says_what_the_earlier_one_would_have(life: Life) -> None:
    event_id = life.webinar()
    key = person(life, event_id)
    life.database.write(lambda s: reminders.plan_for(s, key, now=NOW))
    soon = STARTS_AT - timedelta(minutes=30)
    (waiting,) = board(life, event_id, soon).waiting
    life.do(by_hand.note_told, event_id, waiting.id, now=soon)
    assert kinds(life, event_id, soon) == []


def test_who_wishes_messages_in_a_chat_is_not_reminded_by_staff_as_well(life: Life) -> None:
    event_id = life.webinar()
    key = person(life, event_id)
    life.database.write(lambda s: emails.announce(s, event_id, EmailKind.EVENT_UPDATE, now=NOW))
    life.database.write(lambda s: reminders.plan_for(s, key, now=NOW))
    life.do(consents.give, key, TextChannel.WHATSAPP, PHONE)
    assert kinds(life, event_id, STARTS_AT - DAY) == [EmailKind.EVENT_UPDATE]


def test_other_events_and_other_messages_are_not_found(life: Life) -> None:
    event_id, other = life.webinar(), life.webinar()
    key = person(life, event_id)
    life.database.write(lambda s: emails.announce(s, event_id, EmailKind.EVENT_UPDATE, now=NOW))
    (waiting,) = board(life, event_id).waiting
    with pytest.raises(NotFound):
        life.do(by_hand.note_told, other, waiting.id)
    with pytest.raises(NotFound):
        life.database.write(lambda s: by_hand.take_back(s, event_id, uuid.uuid4()))
    life.database.write(lambda s: setattr(s.get_one(TextMessage, waiting.id), "state", TextState.SUPERSEDED))
    with pytest.raises(Conflict):
        life.do(by_hand.note_told, event_id, waiting.id)
    assert life.registration(key).email is None
