"""Exchanging a date of a series over HTTP: looking changes nothing, and nobody is without a place on the way."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from events.links import MANAGE
from events.models import Event, Registration, RegistrationState
from events.questions import forms
from events.questions.answers import Member
from events.questions.form_document import FormDocument, Question, QuestionKind
from events.recurring import series
from events.registrations import registration
from events.registrations.registration import Registered
from events.seating import waitlist
from events.storage import LocalizedText, new_id
from service.wiring import Runtime
from tests.support.life import Life, add_organiser
from tests.support.series_life import make_series
from tests.support.site import words


@pytest.fixture
def life(runtime: Runtime) -> Life:
    return Life(runtime.database, runtime.database.write(add_organiser))


def _published(life: Life, *, capacity: int = 20, count: int = 3) -> list[uuid.UUID]:
    life.do(series.publish_all, make_series(life, "setiap Sabtu", count=count, capacity=capacity), decides=True)
    return life.database.read(lambda session: list(session.scalars(sa.select(Event.id).order_by(Event.starts_at))))


def _own(runtime: Runtime, made: Registered) -> str:
    return f"/r/{runtime.links.token(MANAGE, made.registration_id)}"


def _state(life: Life, made: Registered) -> RegistrationState:
    return life.registration(made.registration_id).state


def _held_at(life: Life, event_id: uuid.UUID) -> list[Registration]:
    statement = sa.select(Registration).where(Registration.event_id == event_id).order_by(Registration.id)
    return life.database.read(lambda session: list(session.scalars(statement)))


def test_a_date_is_exchanged_in_two_presses(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    dates = _published(life)
    made = life.register(dates[0])
    path = _own(runtime, made)
    assert f"{path}/dates" in client.get(path).text
    offered = client.get(f"{path}/dates").text
    assert [f"{path}/dates/{each}" in offered for each in dates] == [False, True, True]
    asked = words(client.get(f"{path}/dates/{dates[1]}").text)
    assert "Sabtu, 5 Desember 2026, pukul 15.00–16.30 WIB" in asked
    assert "Sabtu, 12 Desember 2026, pukul 15.00–16.30 WIB" in asked
    assert _state(life, made) is RegistrationState.CONFIRMED
    answer = client.post(f"{path}/dates/{dates[1]}")
    new = words(client.get(answer.headers["location"]).text)
    assert ("Perubahan Anda tersimpan." in new, "Sabtu, 12 Desember 2026" in new) == (True, True)
    old = words(client.get(path).text)
    assert "Anda sudah menukar tanggal ini dengan: Sabtu, 12 Desember 2026" in old
    assert "Pendaftaran ini sudah dibatalkan" not in old
    assert client.post(f"{path}/dates/{dates[1]}").headers["location"] == path
    assert len(_held_at(life, dates[1])) == 1


def test_who_waits_for_a_date_keeps_theirs(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    dates = _published(life, capacity=1)
    made, other = life.register(dates[0], 1), life.register(dates[1], 2)
    path = _own(runtime, made)
    assert "Anda dapat menunggu tanggal ini" in words(client.get(f"{path}/dates/{dates[1]}").text)
    answer = client.post(f"{path}/dates/{dates[1]}")
    waiting = words(client.get(answer.headers["location"]).text)
    assert "Sampai tanggal ini pasti, tanggal Anda yang lain tetap milik Anda: Sabtu, 5 Desember 2026" in waiting
    assert "Tanggal ini tetap milik Anda" in words(client.get(path).text)
    assert _state(life, made) is RegistrationState.CONFIRMED
    [new] = [each for each in _held_at(life, dates[1]) if each.replaces_id]
    life.do(registration.cancel, other.registration_id)
    life.do(waitlist.accept_offer, new.id)
    assert life.registration(new.id).state is RegistrationState.CONFIRMED


def test_what_the_new_date_asks_is_asked_at_the_field(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    dates = _published(life)
    shirt = Question(id="shirt", kind=QuestionKind.SHORT_TEXT, label=LocalizedText("Ukuran kaus"), required=True)
    revision = life.do(forms.save, dates[1], FormDocument((shirt,)))
    made = life.register(dates[0])
    path = f"{_own(runtime, made)}/dates/{dates[1]}"
    assert "Ukuran kaus" in client.get(path).text
    refused = client.post(path, data={"form_revision": str(revision)})
    assert (refused.status_code, 'id="error-answers.shirt"' in refused.text) == (422, True)
    taken = client.post(path, data={"form_revision": str(revision), "answers.shirt": "M"})
    assert (taken.status_code, [dict(each.answers) for each in _held_at(life, dates[1])]) == (303, [{"shirt": "M"}])


def test_what_the_new_date_asks_of_each_person_is_asked_of_each(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    dates = _published(life)
    life.database.write(lambda session: session.execute(sa.update(Event).values(max_party_size=3)))
    shirt = Question(
        id="shirt", kind=QuestionKind.SHORT_TEXT, label=LocalizedText("Ukuran kaus"), required=True, per_person=True
    )
    revision = life.do(forms.save, dates[1], FormDocument((shirt,)))
    others = (Member("Budi"), Member('Ibu "Ani"'))
    made = life.register(dates[0], party_size=3, members=others)
    path = f"{_own(runtime, made)}/dates/{dates[1]}"
    asked = client.get(path)
    assert (asked.status_code, 'name="members.0.answers.shirt"' in asked.text) == (200, True)
    filled = re.findall(r'<input[^>]*name="members\.(\d)\.name"[^>]*value="([^"]*)"', asked.text)
    assert filled == [("0", "Budi"), ("1", "Ibu &#34;Ani&#34;")]
    mine = {"form_revision": str(revision), "answers.shirt": "M", "members.1.answers.shirt": "S"}
    mine |= {"members.0.name": "Budi S.", "members.1.name": "Ibu Ani"}
    refused = client.post(path, data=mine)
    assert (refused.status_code, "Orang ke-2, Ukuran kaus" in words(refused.text)) == (422, True)
    assert 'value="Budi S."' in refused.text
    assert client.post(path, data={**mine, "members.0.answers.shirt": "L"}).status_code == 303
    assert [each.party_size for each in _held_at(life, dates[1])] == [3]


def test_what_cannot_be_had_is_told(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    dates = _published(life, capacity=1, count=4)
    made = life.register(dates[0], 1)
    for event_id in dates[1:3]:
        life.register(event_id, event_id.hex)
    path = _own(runtime, made)
    assert client.post(f"{path}/dates/{dates[1]}").status_code == 303
    second = client.post(f"{path}/dates/{dates[2]}")
    assert (second.status_code, "Anda sudah menunggu tanggal lain." in words(second.text)) == (409, True)
    assert client.get(f"{path}/dates/{new_id()}").status_code == 404
    assert client.get(f"{path}/dates/{dates[0]}").status_code == 404


def test_an_event_of_no_series_has_no_other_dates(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    path = _own(runtime, life.register(life.webinar()))
    assert "/dates" not in client.get(path).text
    assert "Saat ini tidak ada tanggal lain" in words(client.get(f"{path}/dates").text)
