"""What claiming asks of the database when thousands of reminders are due at one moment."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from events.storage import Session, new_id
from notifications.mailing import delivery
from notifications.models.email import Email, EmailKind
from notifications.planning import emails
from service.database.transactions import Database
from tests.notifications.post_office import REAL_NOW, PostOffice
from tests.support import costs


def test_a_claim_costs_no_more_however_many_are_due_at_one_moment(post_office: PostOffice, database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("the way that PostgreSQL takes through a small table says nothing about a large one")
    life = post_office.life
    person = life.register(life.webinar(), 1).registration_id
    life.do(emails.queue, EmailKind.CONFIRMATION, registration_id=person)

    row = database.read(lambda session: session.execute(sa.select(Email.__table__)).mappings().one())

    def copy(session: Session, numbers: range) -> None:
        copies = [{**row, "id": new_id(), "uid": None, "dedupe_key": str(number)} for number in numbers]
        session.execute(sa.insert(Email), copies)

    def cost() -> int:
        with costs.measured(database) as counted:
            claim, _ = database.write(lambda s: delivery._take(s, now=life.now, real_now=REAL_NOW, limit=5))
        assert len(claim.ids) == 5
        return counted.units

    database.write(lambda session: copy(session, range(50)))
    few = cost()
    database.write(lambda session: copy(session, range(50, 500)))
    assert cost() <= few + few // 10
