"""Partners who are silent are reminded by a press or by a rule, never twice within two days, and both are counted."""

from __future__ import annotations

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from events.models import Participation, PartnerAnswer, Stage
from events.storage import Session
from notifications import partner_reminding
from notifications.models.email import Email, EmailKind, EmailState
from notifications.partner_reminding import Reminders
from notifications.planning import reminders, rule_editing
from notifications.planning.rule_editing import Scope
from tests.notifications.planning.test_collaborating import OWED
from tests.notifications.post_office import PostOffice
from tests.support.life import STAFF, STARTS_AT

BY_RULE = STARTS_AT - timedelta(days=5)
"""When the rule that we come with reminds the silent."""


@pytest.fixture
def event_id(post_office: PostOffice) -> uuid.UUID:
    """An event with one partner who has not answered, and the rule switched on."""
    life = post_office.life
    made = life.webinar(Stage.REGISTRATION_OPEN)
    post_office.invite(made)
    scope = Scope(life.organiser_id, made)
    post_office.write(
        lambda s: rule_editing.switch_rule(s, scope, "partners_silent", enabled=True, now=life.now, by=STAFF)
    )
    plan(post_office, made, life.now)
    post_office.send()
    return made


def plan(post_office: PostOffice, event_id: uuid.UUID, now: datetime) -> None:
    post_office.write(lambda s: reminders.plan_partners(s, event_id, now=now))


def part_of(post_office: PostOffice, event_id: uuid.UUID) -> uuid.UUID:
    (key,) = post_office.write(lambda s: partner_reminding.reminders_of(s, event_id))
    return key


def press(post_office: PostOffice, event_id: uuid.UUID, now: datetime) -> int:
    """Press the button, and do what follows."""
    part = part_of(post_office, event_id)

    def use_case(session: Session) -> int:
        count = partner_reminding.remind_silent(session, event_id, now=now, by=STAFF)
        if count:
            OWED[EmailKind.PARTNER_REMINDER](session, part)
        return count

    return post_office.write(use_case)


def told(post_office: PostOffice, event_id: uuid.UUID) -> Reminders:
    return post_office.write(lambda s: partner_reminding.reminders_of(s, event_id))[part_of(post_office, event_id)]


def sent(post_office: PostOffice) -> Counter[str]:
    rows = (*post_office.rows(EmailKind.RULE), *post_office.rows(EmailKind.PARTNER_REMINDER))
    return Counter(row.kind.value for row in rows if row.state is EmailState.SENT)


def test_who_was_reminded_by_a_rule_is_left_in_peace_by_the_button(
    post_office: PostOffice, event_id: uuid.UUID
) -> None:
    post_office.send(now=BY_RULE)
    assert (sent(post_office), told(post_office, event_id)) == ({"rule": 1}, Reminders(1, BY_RULE))
    soon, later = BY_RULE + timedelta(days=1), BY_RULE + timedelta(days=2, hours=1)
    remindable = [
        post_office.write(lambda s, at=at: partner_reminding.remindable(s, event_id, now=at))  # type: ignore[misc] # bound early
        for at in (soon, later)
    ]
    assert (remindable, press(post_office, event_id, soon), press(post_office, event_id, later)) == ([0, 1], 0, 1)
    post_office.send(now=later)
    assert (sent(post_office), told(post_office, event_id)) == ({"rule": 1, "partner_reminder": 1}, Reminders(2, later))


def test_who_was_reminded_by_the_button_gets_nothing_of_the_rule(post_office: PostOffice, event_id: uuid.UUID) -> None:
    at = BY_RULE - timedelta(days=1)
    assert [press(post_office, event_id, at), press(post_office, event_id, at + timedelta(hours=1))] == [1, 0]
    plan(post_office, event_id, at)  # nor when everything is planned anew
    post_office.send(now=at)
    post_office.send(now=BY_RULE)
    assert (sent(post_office), told(post_office, event_id)) == ({"partner_reminder": 1}, Reminders(1, at))


def test_a_rule_reminds_again_who_was_reminded_long_before(post_office: PostOffice, event_id: uuid.UUID) -> None:
    at = BY_RULE - timedelta(days=3)
    assert press(post_office, event_id, at) == 1
    post_office.send(now=at)
    post_office.send(now=BY_RULE)
    assert (sent(post_office), told(post_office, event_id)) == (
        {"partner_reminder": 1, "rule": 1},
        Reminders(2, BY_RULE),
    )


def test_who_has_answered_is_reminded_by_neither(post_office: PostOffice, event_id: uuid.UUID) -> None:
    part = part_of(post_office, event_id)
    post_office.write(lambda s: setattr(s.get_one(Participation, part), "answer", PartnerAnswer.ACCEPTED))
    assert press(post_office, event_id, BY_RULE - timedelta(days=1)) == 0
    post_office.send(now=BY_RULE)
    assert sent(post_office) == {}


def test_two_press_while_the_rule_goes_out_and_the_partner_reads_one(
    post_office: PostOffice, event_id: uuid.UUID
) -> None:
    with ThreadPoolExecutor(3) as pool:
        presses = [pool.submit(press, post_office, event_id, BY_RULE) for _ in range(2)]
        by_rule = pool.submit(post_office.send, now=BY_RULE)
        counts = [each.result() for each in presses]
        by_rule.result()
    post_office.send(now=BY_RULE)
    assert sent(post_office).total() == 1
    assert sum(counts) + sent(post_office)["rule"] == 1
    assert told(post_office, event_id).count == 1
    states = Counter(
        post_office.write(lambda s: [each.state for each in s.query(Email).filter(Email.kind == EmailKind.RULE)])
    )
    assert states[EmailState.QUEUED] + states[EmailState.SENDING] == 0
