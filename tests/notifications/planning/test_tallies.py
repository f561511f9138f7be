"""What has become of messages and reminders that go to chats or are told by hand, counted beside the e-mails."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from events.drafts import lifecycle
from events.registrations import registration
from events.storage import Session
from notifications.erasure import erase_texts
from notifications.models.text_message import TextChannel, TextMessage, TextState
from notifications.planning import announcements, reminders, rule_outlook
from notifications.texting import by_hand, consents
from notifications.texting.tallies import Tally
from tests.notifications.planning.test_announcements import draft, fan_out, progress, send
from tests.notifications.post_office import PostOffice, links
from tests.support.life import NOW, STARTS_AT

WHATSAPP, TELEGRAM, BY_HAND = TextChannel.WHATSAPP, TextChannel.TELEGRAM, TextChannel.BY_HAND
PHONE = "+6281234567890"


def people(post_office: PostOffice, event_id: uuid.UUID) -> dict[str, uuid.UUID]:
    """Register somebody for each way there is: mail alone, mail and both networks, WhatsApp alone, a number alone."""
    life = post_office.life
    found = {
        "mail": life.register(event_id, 1).registration_id,
        "all": life.register(event_id, 2, phone=PHONE).registration_id,
        "chat": life.register(event_id, 3, email=None, phone="+6281234567893").registration_id,
        "phone": life.register(event_id, 4, email=None, phone="+6281234567894").registration_id,
    }
    for name, channel, address in (
        ("all", WHATSAPP, PHONE),
        ("all", TELEGRAM, "777"),
        ("chat", WHATSAPP, "+6281234567893"),
    ):
        life.do(consents.give, found[name], channel, address)
    return found


def settle(post_office: PostOffice, registration_id: uuid.UUID, channel: TextChannel, state: TextState) -> None:
    """Note what a network has told of somebody's message."""

    def use_case(session: Session) -> None:
        [row] = session.query(TextMessage).filter_by(registration_id=registration_id, channel=channel)
        row.state = state

    post_office.write(use_case)


def texts(found: announcements.Progress) -> list[tuple[TextChannel, int, int, int, int]]:
    return [(each.channel, each.waiting, each.sent, each.failed, each.dropped) for each in found.texts]


def test_an_announcement_counts_chats_and_who_is_told_by_hand(post_office: PostOffice) -> None:
    life, event_id = post_office.life, post_office.life.webinar()
    found = people(post_office, event_id)
    first = draft(post_office, event_id)
    send(post_office, event_id, first)
    fan_out(post_office, first)
    assert (progress(post_office, event_id).waiting, texts(progress(post_office, event_id))) == (
        2,
        [(WHATSAPP, 2, 0, 0, 0), (TELEGRAM, 1, 0, 0, 0), (BY_HAND, 1, 0, 0, 0)],
    )
    settle(post_office, found["all"], WHATSAPP, TextState.READ)
    settle(post_office, found["chat"], WHATSAPP, TextState.FAILED)
    settle(post_office, found["all"], TELEGRAM, TextState.SUPERSEDED)
    [told] = life.database.read(lambda s: by_hand.waiting(s, event_id, links=links, now=NOW))
    life.do(by_hand.note_told, event_id, told.id)
    after = [(WHATSAPP, 0, 1, 1, 0), (TELEGRAM, 0, 0, 0, 1), (BY_HAND, 0, 1, 0, 0)]
    assert texts(progress(post_office, event_id)) == after

    second = draft(post_office, event_id)
    send(post_office, event_id, second)
    fan_out(post_office, second)
    newest, oldest = post_office.write(lambda s: announcements.list_announcements(s, event_id))
    assert ([each.waiting for each in newest.texts], texts(oldest)) == ([2, 1, 1], after)


def test_what_was_said_to_somebody_is_known_when_their_number_is_forgotten(post_office: PostOffice) -> None:
    life, event_id = post_office.life, post_office.life.webinar()
    key = people(post_office, event_id)["phone"]
    announcement_id = draft(post_office, event_id)
    send(post_office, event_id, announcement_id)
    fan_out(post_office, announcement_id)
    post_office.write(lambda s: erase_texts(s, TextMessage.registration_id == key))
    said = life.database.read(lambda s: announcements.read_by(s, key, links=links, locale="id", now=NOW))
    assert [each.subject for each in said] == ["Tautan berubah: Menulis Cerita Anak"]
    assert texts(progress(post_office, event_id))[-1] == (BY_HAND, 0, 0, 0, 1)


def test_a_rule_counts_chats_and_who_is_told_by_hand(post_office: PostOffice) -> None:
    life, event_id = post_office.life, post_office.life.webinar()
    for key in people(post_office, event_id).values():
        life.do(reminders.plan_for, key)
    due = STARTS_AT - timedelta(days=1)
    found = seen(post_office, event_id)
    assert (found.planned, found.first_at, found.last_at) == (2, due, due)
    assert found.texts == [
        Tally(WHATSAPP, 2, first_at=due, last_at=due),
        Tally(TELEGRAM, 1, first_at=due, last_at=due),
        Tally(BY_HAND, 1, first_at=due, last_at=due),
    ]

    later = timedelta(days=2)
    life.do(lifecycle.reschedule, event_id, starts_at=STARTS_AT + later, ends_at=STARTS_AT + 2 * later)
    post_office.write(lambda s: reminders.plan(s, event_id, now=NOW))
    moved = seen(post_office, event_id)
    assert (moved.planned, moved.dropped, moved.first_at) == (2, 2, due + later)
    assert [(each.waiting, each.dropped, each.first_at) for each in moved.texts] == [
        (2, 2, due + later),
        (1, 1, due + later),
        (1, 1, due + later),
    ]


def seen(post_office: PostOffice, event_id: uuid.UUID, *, now: datetime = NOW) -> rule_outlook.Outlook:
    """Return what the reminder of the day before has planned."""
    return post_office.life.database.read(lambda s: rule_outlook.outlook(s, event_id, now=now))["reminder_1d"]


def test_who_needs_not_be_told_any_more_does_not_wait_for_staff(post_office: PostOffice) -> None:
    life, event_id = post_office.life, post_office.life.webinar()
    stays, leaves = (
        life.register(event_id, number, email=None, phone=f"+628123456789{number}").registration_id
        for number in range(2)
    )
    announcement_id = draft(post_office, event_id)
    send(post_office, event_id, announcement_id)
    fan_out(post_office, announcement_id)
    for key in (stays, leaves):
        life.do(reminders.plan_for, key)
    life.do(registration.cancel, leaves)
    assert texts(progress(post_office, event_id)) == [(BY_HAND, 1, 0, 0, 1)]
    [ahead] = seen(post_office, event_id).texts
    assert (ahead.waiting, ahead.dropped) == (1, 1)
    [begun] = seen(post_office, event_id, now=STARTS_AT).texts
    assert (begun.waiting, begun.dropped, begun.first_at) == (0, 2, None)
