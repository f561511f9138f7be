"""A guardian's consent over HTTP, from the minor's form to the confirmed place."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from events.links import GUARDIAN, MANAGE
from events.models import Event, Registration, RegistrationState
from events.recurring import series
from events.registrations import guardians
from events.registrations.applications import Guardian
from events.registrations.registration import Registered
from service.wiring import Runtime
from tests.support.life import Life
from tests.support.series_life import make_series
from tests.support.site import words

PERSON = {"name": "Putri", "email": "putri@example.org", "consent": "yes"}
MOTHER = {"minor": "yes", "guardian_name": "Hj. Nur'aini", "guardian_phone": "0812 3456 7890"}


def _event(life: Life) -> uuid.UUID:
    event_id = life.webinar()
    life.do(guardians.allow_minors, event_id, True)
    return event_id


def _path(life: Life, event_id: uuid.UUID) -> str:
    return f"/events/perpustakaan-batam/{life.event(event_id).slug}/register"


def _made(life: Life) -> Registered:
    return life.register(_event(life), guardian=Guardian("Hj. Nur'aini", "nuraini@example.org"))


def _page(runtime: Runtime, made: Registered) -> str:
    return f"/g/{runtime.links.token(GUARDIAN, made.registration_id)}"


def _of(life: Life, made: Registered) -> Registration:
    return life.registration(made.registration_id)


def test_a_minor_names_a_guardian_and_can_ask_them_by_whatsapp(client: TestClient[Any], life: Life) -> None:
    event_id = _event(life)
    answer = client.post(_path(life, event_id), data=PERSON | MOTHER)
    page = client.get(answer.headers["location"]).text
    assert "Kami menunggu persetujuan Hj. Nur'aini." in words(page)
    [link] = re.findall(r'href="(https://wa\.me/6281234567890\?text=[^"]+)"', page)
    assert "%2Fg%2F" in link
    assert life.pool(event_id).taken == 1


@pytest.mark.parametrize(
    ("missing", "field"),
    [
        ("guardian_name", "guardian_name"),
        ("guardian_phone", "guardian_email"),
    ],
)
def test_what_is_missing_of_the_guardian_is_told(client: TestClient[Any], life: Life, missing: str, field: str) -> None:
    event_id = _event(life)
    given = {name: value for name, value in (PERSON | MOTHER).items() if name != missing}
    answer = client.post(_path(life, event_id), data=given)
    assert (answer.status_code, f'id="error-{field}"' in answer.text) == (422, True)
    assert life.pool(event_id).taken == 0


def test_who_is_grown_up_leaves_the_guardian_out(client: TestClient[Any], life: Life) -> None:
    event_id = _event(life)
    answer = client.post(_path(life, event_id), data=PERSON | {"guardian_name": "x", "guardian_email": "kacau"})
    assert (answer.status_code, life.pool(event_id).taken) == (303, 1)
    assert "Kami menunggu persetujuan" not in words(client.get(answer.headers["location"]).text)


def test_looking_is_not_consenting(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    made = _made(life)
    shown = client.get(_page(runtime, made))
    assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
    assert "Bolehkah Peserta 1 ikut serta?" in words(shown.text)
    assert _of(life, made).state is RegistrationState.PENDING


def test_consent_needs_the_word_of_the_guardian(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    made = _made(life)
    answer = client.post(_page(runtime, made) + "/consent")
    assert (answer.status_code, 'id="error-guardian"' in answer.text) == (422, True)
    assert _of(life, made).state is RegistrationState.PENDING
    assert client.post(_page(runtime, made) + "/consent", data={"guardian": "yes"}).status_code == 303
    assert _of(life, made).state is RegistrationState.CONFIRMED
    assert "persetujuan Anda sudah kami terima" in words(client.get(_page(runtime, made)).text)


def test_refusing_gives_the_seat_back(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    made = _made(life)
    assert client.post(_page(runtime, made) + "/refuse").status_code == 303
    assert _of(life, made).state is RegistrationState.DECLINED
    assert client.post(_page(runtime, made) + "/consent", data={"guardian": "yes"}).status_code == 410
    assert "tidak lagi menunggu jawaban" in words(client.get(_page(runtime, made)).text)


def test_the_minor_s_own_link_is_not_the_guardian_s(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    made = _made(life)
    own = runtime.links.token(MANAGE, made.registration_id)
    assert client.post(f"/g/{own}/consent", data={"guardian": "yes"}).status_code == 404
    assert _of(life, made).state is RegistrationState.PENDING


SERIES = "/series/perpustakaan-batam/klub-baca"


def _series(life: Life) -> list[uuid.UUID]:
    """A published series of three Saturdays, one of which asks minors for a guardian."""
    series_id = make_series(life, "setiap Sabtu", count=3)
    life.do(series.publish_all, series_id, decides=True)
    dates = life.database.read(lambda session: list(session.scalars(sa.select(Event.id).order_by(Event.starts_at))))
    life.do(guardians.allow_minors, dates[1], True)
    return dates


def _all(life: Life) -> list[Registration]:
    return life.database.read(lambda session: list(session.scalars(sa.select(Registration).order_by(Registration.id))))


def test_a_minor_registers_for_a_series_and_one_answer_counts_for_every_date(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    _series(life)
    form = client.get(f"{SERIES}/register").text
    assert 'name="guardian_name"' in form
    wrong = client.post(f"{SERIES}/register", data=PERSON | {"minor": "yes"})
    assert (wrong.status_code, 'id="error-guardian_name"' in wrong.text, _all(life)) == (422, True, [])
    answer = client.post(f"{SERIES}/register", data=PERSON | MOTHER)
    page = client.get(answer.headers["location"]).text
    assert "Kami menunggu persetujuan Hj. Nur'aini." in words(page)
    [link] = re.findall(r'href="https://wa\.me/6281234567890\?text=[^"]+%2Fg%2F([^"]+)"', page)
    asked = client.get(f"/g/{link}")
    assert (asked.status_code, words(asked.text).count("pukul 15.00–16.30 WIB")) == (200, 3)
    assert "Jawaban Anda berlaku untuk semuanya." in words(asked.text)
    client.post(f"/g/{link}/consent", data={"guardian": "yes"})
    assert [row.state for row in _all(life)] == [RegistrationState.CONFIRMED] * 3
    thanked = client.get(f"/g/{link}").text
    assert 'action="/g/' not in thanked
    assert "Kami menunggu persetujuan" not in words(client.get(answer.headers["location"]).text)


def test_a_guardian_who_refuses_gives_up_every_date(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    _series(life)
    client.post(f"{SERIES}/register", data=PERSON | MOTHER)
    minor = _all(life)[2]
    client.post(f"/g/{runtime.links.token(GUARDIAN, minor.id)}/refuse")
    assert [row.state for row in _all(life)] == [RegistrationState.DECLINED] * 3


def test_a_series_of_which_no_date_asks_for_a_guardian_asks_for_none(client: TestClient[Any], life: Life) -> None:
    for event_id in (dates := _series(life)):
        life.do(guardians.allow_minors, event_id, False)
    assert 'name="guardian_name"' not in client.get(f"{SERIES}/register").text
    client.post(f"{SERIES}/register", data=PERSON | MOTHER)
    assert [row.needs_guardian for row in _all(life)] == [False] * len(dates)
