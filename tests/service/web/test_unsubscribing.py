"""Unsubscribing, as providers of mailboxes and people do it: one press, no cookies, as often as they like."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from events.storage import Session, new_id
from notifications.models.email import EmailKind, EmailState
from notifications.models.suppression import Suppression
from notifications.planning.email_rows import TABLE
from service.wiring import Runtime
from tests.support.life import NOW, Life, add_organiser


@dataclass(frozen=True)
class House:
    """A library, its pages, and a visitor without cookies."""

    runtime: Runtime
    client: TestClient[Any]
    life: Life


@pytest.fixture
def house(runtime: Runtime, client: TestClient[Any]) -> House:
    """A library on each database in turn."""
    organiser_id = runtime.database.write(lambda session: add_organiser(session, now=NOW))
    return House(runtime, client, Life(runtime.database, organiser_id, NOW))


@pytest.fixture
def email_id(house: House) -> uuid.UUID:
    """An e-mail about added dates that somebody got."""
    event_id = house.life.webinar()
    registration_id = house.life.register(event_id, 1).registration_id
    key, now = new_id(), house.life.now

    def use_case(session: Session) -> None:
        values = {
            "id": key,
            "organiser_id": house.life.organiser_id,
            "event_id": event_id,
            "kind": EmailKind.SERIES_ADDED,
            "registration_id": registration_id,
            "to_address": "ani@mail.example",
            "locale": "id",
            "params": {},
            "state": EmailState.SENT,
            "priority": 4,
            "dedupe_key": "x",
            "event_version": 1,
            "attachments": [],
            "created_at": now,
            "due_at": now,
            "attempts": 1,
        }
        session.execute(sa.insert(TABLE).values(values))

    house.life.database.write(use_case)
    return key


def path_of(house: House, email_id: uuid.UUID) -> str:
    return house.runtime.links.unsubscribe_url(email_id).removeprefix(house.runtime.links.base_url)


def kept(house: House) -> list[str]:
    return list(house.life.database.read(lambda s: s.scalars(sa.select(Suppression.address)).all()))


def test_looking_changes_nothing_and_posting_twice_unsubscribes_once(house: House, email_id: uuid.UUID) -> None:
    path = path_of(house, email_id)
    shown = house.client.get(path)
    assert (shown.status_code, kept(house)) == (200, [])
    assert "an…@mail.example" in shown.text
    assert "ani@mail.example" not in shown.text

    answers = [
        house.client.post(
            path,
            content="List-Unsubscribe=One-Click",
            headers={"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "cross-site"},
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert kept(house) == ["ani@mail.example"]
    assert "<form" not in re.sub(r"(?s)<header.*?</header>", "", house.client.get(path).text.partition("<main")[2])


def test_forged_link_is_not_found_and_changes_nothing(house: House, email_id: uuid.UUID) -> None:
    path = path_of(house, email_id)
    assert house.client.post(path[:-1] + ("A" if path[-1] != "A" else "B")).status_code == 404
    assert house.client.post(path_of(house, uuid.uuid4())).status_code == 404
    assert kept(house) == []
