"""What a rule's preview says of whom it reaches is what is planned: no more by chat or by hand than there are rows."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from events.models import Anchor, Audience, Event, MailRule, Organiser, Registration, RegistrationState
from events.storage import LocalizedText, Session
from notifications.mailing.person_preview import preview
from notifications.models.email import Email, EmailKind
from notifications.models.text_message import TextChannel, TextMessage
from notifications.planning import reminders
from notifications.rules import HOUSE, Rule
from notifications.segments import Reach
from notifications.texting import consents
from tests.notifications.post_office import BASE_URL, PostOffice

OWN = Rule(
    key="own",
    anchor=Anchor.START,
    offset=timedelta(days=-3),
    audience=Audience.CONFIRMED,
    sends=EmailKind.RULE,
    subject=LocalizedText("Kabar", "News"),
    body=LocalizedText("Apa kabar?", "How are you?"),
)
DAY = timedelta(days=1)
RULES = [
    *HOUSE[:3],
    OWN,
    replace(OWN, anchor=Anchor.END, offset=DAY),
    replace(OWN, anchor=Anchor.REGISTRATION, offset=DAY),
    replace(OWN, audience=Audience.WAITLISTED),
]


def reach(post_office: PostOffice, event_id: uuid.UUID, rule: Rule) -> Reach:
    def look(session: Session) -> Reach | None:
        organiser = session.get_one(Organiser, post_office.life.organiser_id)
        event = session.get_one(Event, event_id)
        return preview(session, organiser, rule, "id", event=event, base_url=BASE_URL, now=post_office.life.now).reach

    found = post_office.write(look)
    assert found is not None
    return found


def add(session: Session, event: Event, rule: Rule) -> None:
    session.add(
        MailRule(
            organiser_id=event.organiser_id,
            event_id=event.id,
            scope_id=event.id,
            key=rule.key,
            anchor=rule.anchor,
            offset_minutes=int(rule.offset.total_seconds() // 60),
            audience=rule.audience,
            modes=[],
            sends=rule.sends.value,
            subject=rule.subject,
            body=rule.body,
            enabled=True,
            version=1,
            created_at=event.created_at,
            updated_at=event.created_at,
        )
    )


def arrange(session: Session, event_id: uuid.UUID, people: Sequence[uuid.UUID], rule: Rule, now: datetime) -> None:
    for key in people[2:5]:
        session.get_one(Registration, key).email = None
    session.get_one(Registration, people[3]).phone = "+6281234567890"
    for key, channel, address in (
        (people[1], TextChannel.WHATSAPP, "+6281234567891"),
        (people[2], TextChannel.WHATSAPP, "+6281234567892"),
        (people[2], TextChannel.TELEGRAM, "777"),
    ):
        consents.give(session, key, channel, address, now=now, by="person")
    waits = rule.audience is Audience.WAITLISTED
    for key in people[:5] if waits else ():
        session.get_one(Registration, key).state = RegistrationState.WAITLISTED
    # A seat is held for the last: a rule for who waits is not for them.
    session.get_one(Registration, people[5]).state = RegistrationState.OFFERED if waits else RegistrationState.CANCELLED
    if rule.sends is EmailKind.RULE:
        add(session, session.get_one(Event, event_id), rule)


def planned(session: Session, rule: Rule) -> tuple[int, int, int]:
    """Return how many people have a row by e-mail, in chats and by hand."""
    mails = session.scalars(sa.select(Email.registration_id).where(Email.kind == rule.sends)).all()
    texts = {
        (row.registration_id, row.channel is TextChannel.BY_HAND)
        for row in session.scalars(sa.select(TextMessage).where(TextMessage.kind == rule.sends))
    }
    by_hand = sum(waits for _, waits in texts)
    return len(mails), len(texts) - by_hand, by_hand


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.key}-{rule.anchor}-{rule.audience}")
def test_a_preview_counts_whom_rows_are_planned_for(post_office: PostOffice, rule: Rule) -> None:
    """Two by e-mail (one of them in a chat too), one in two chats, one with a number only, one with nothing."""
    life = post_office.life
    event_id = life.webinar()
    people = [life.register(event_id, number).registration_id for number in range(1, 7)]
    post_office.write(lambda s: arrange(s, event_id, people, rule, life.now))
    told = reach(post_office, event_id, rule)
    post_office.write(lambda s: reminders.plan(s, event_id, now=life.now))
    found = post_office.write(lambda s: planned(s, rule))
    assert (told.by_email, told.texted, len(told.by_phone)) == found
    assert (*found, told.out_of_reach) == ((2, 2, 1, 1) if rule in HOUSE else (2, 0, 0, 3))
