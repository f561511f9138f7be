"""What an event's page and the overview say is to be done next: only what this person may do, at the right time."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from events.models import Event, EventMode, Registration, Stage
from events.registrations import approval, registration_rules
from events.registrations.approval_rules import ApprovalRules
from events.storage import ReadSession
from notifications.models.moment import Moment
from notifications.models.post import Post, PostState
from service import attention
from service.accounts.models import Role
from service.accounts.permissions import ROLES_OF
from service.attention import DOOR, UNDECIDED, May
from service.next_steps import next_steps
from tests.support.life import NOW, STARTS_AT, Life

DAY_OF = STARTS_AT - timedelta(hours=3)


def may(role: Role) -> May:
    return lambda action: role in ROLES_OF[action]


def steps(
    life: Life, event_id: uuid.UUID, *, role: Role = Role.OWNER, now: datetime = NOW
) -> list[tuple[str, int, str]]:
    def query(session: ReadSession) -> list[tuple[str, int, str]]:
        event = session.get(Event, event_id)
        assert event is not None
        found = next_steps(session, event, may=may(role), now=now)
        return [(each.message, each.count, each.path.rsplit("/", 1)[-1]) for each in found]

    return life.database.read(query)


def undecided(life: Life, count: int) -> uuid.UUID:
    event_id = life.webinar()
    rules = ApprovalRules(required=True)
    life.do(registration_rules.set_rules, event_id, approval=rules, waitlist=True, offer_hours=24)
    for number in range(count):
        life.register(event_id, number)
    return event_id


def test_who_decides_is_shown_how_many_wait(life: Life) -> None:
    event_id = undecided(life, 2)
    assert steps(life, event_id) == [(UNDECIDED, 2, "approvals")]
    assert steps(life, event_id, role=Role.VIEWER) == []


def test_the_overview_shows_the_events_in_which_people_await_a_decision(life: Life) -> None:
    few, many = undecided(life, 1), undecided(life, 2)

    def query(session: ReadSession) -> list[tuple[str, int]]:
        everything = attention.needed(
            session, owners=frozenset({life.organiser_id}), may=may(Role.EDITOR), now=NOW, real_now=NOW
        )
        return [(each.path, each.count) for each in everything if each.message == UNDECIDED]

    paths = [(f"/staff/events/{many}/approvals", 2), (f"/staff/events/{few}/approvals", 1)]
    assert life.database.read(query) == paths

    def first(session: ReadSession) -> uuid.UUID:
        found: uuid.UUID = session.scalars(sa.select(Registration.id).where(Registration.event_id == few)).one()
        return found

    life.do(approval.approve, few, [life.database.read(first)])
    assert life.database.read(query) == paths[:1]


@pytest.mark.parametrize(
    ("mode", "now", "stage", "expected"),
    [
        (EventMode.ONSITE, NOW, Stage.REGISTRATION_OPEN, []),
        (EventMode.ONSITE, DAY_OF, Stage.REGISTRATION_OPEN, ["door", "preparation"]),
        (EventMode.HYBRID, STARTS_AT, Stage.LIVE, ["door"]),
        (EventMode.ONLINE, STARTS_AT, Stage.LIVE, ["attendance"]),
        (EventMode.ONSITE, STARTS_AT, Stage.ENDED, ["recording", "reports"]),
        (EventMode.ONSITE, NOW, Stage.POSTPONED, ["reschedule"]),
        (EventMode.ONSITE, NOW, Stage.DRAFT, []),
        (EventMode.ONSITE, STARTS_AT, Stage.CANCELLED, []),
    ],
)
def test_each_stage_has_its_steps(
    life: Life, mode: EventMode, now: datetime, stage: Stage, expected: list[str]
) -> None:
    event_id = life.webinar(stage, mode=mode)
    assert [path for _, _, path in steps(life, event_id, now=now)] == expected


def test_the_overview_leads_to_the_door_on_the_day(life: Life) -> None:
    event_id = life.webinar(mode=EventMode.ONSITE)
    life.webinar()  # on-line: it has no door

    def doors(now: datetime) -> list[str]:
        def query(session: ReadSession) -> list[str]:
            found = attention.needed(
                session,
                owners=frozenset({life.organiser_id}),
                may=may(Role.DOOR),
                now=now,
                real_now=NOW,
            )
            return [each.path for each in found if each.message == DOOR]

        return life.database.read(query)

    assert (doors(NOW), doors(DAY_OF), doors(STARTS_AT + timedelta(days=1))) == (
        [],
        [f"/staff/events/{event_id}/door"],
        [],
    )


def test_posts_of_the_event_that_wait_are_counted(life: Life) -> None:
    event_id, other = life.webinar(), life.webinar()
    post = {"organiser_id": life.organiser_id, "channel": "mastodon", "text": "Ayo!", "moment": Moment.ANNOUNCED}
    times = {"publish_at": NOW, "created_at": NOW, "updated_at": NOW}
    life.database.write(
        lambda session: session.add_all(
            Post(event_id=of, locale=locale, state=state, **post, **times)
            for of, locale, state in (
                (event_id, "id", PostState.DRAFT),
                (event_id, "en", PostState.PUBLISHED),
                (other, "id", PostState.DRAFT),
            )
        )
    )
    assert [count for message, count, _ in steps(life, event_id) if "posts" in message] == [1]
