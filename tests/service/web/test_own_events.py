"""My events over HTTP: one answer for everybody who asks, a page for whoever reads the mail."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from events.links import MANAGE, OWN_EVENTS
from events.models import OwnEventsLink
from service.wiring import Runtime
from tests.support.life import Life
from tests.support.site import words


def _page(runtime: Runtime, life: Life) -> str:
    link = life.database.read(lambda session: session.scalar(sa.select(OwnEventsLink.id)))
    return f"/mine/{runtime.links.token(OWN_EVENTS, link)}"


def test_the_answer_does_not_tell_who_comes_to_the_library(client: TestClient[Any], life: Life) -> None:
    life.register(life.webinar(), 1)
    answers = [client.post("/mine", data={"email": each}) for each in ("peserta1@example.org", "nobody1@example.org")]
    said = [re.sub(r"\S+@example\.org", "…", words(answer.text)) for answer in answers]
    assert ([answer.status_code for answer in answers], said[0]) == ([200, 200], said[1])
    assert said[0].startswith("Acara dan sertifikat saya Silakan periksa surel Anda. Bila … pernah mendaftar di sini")


def test_the_link_shows_the_events_and_leads_to_each(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    made = life.register(life.webinar(), 1, name="D'Angelo Nur'aini, S.Pd.")
    client.post("/mine", data={"email": " Peserta1@Example.org "})
    answer = client.get(_page(runtime, life))
    manage = f"/r/{runtime.links.token(MANAGE, made.registration_id)}"
    assert (answer.status_code, answer.headers["cache-control"], manage in answer.text) == (200, "no-store", True)
    assert "Menulis Cerita Anak Sabtu, 12 Desember 2026, pukul 09.00–11.30 WIB" in words(answer.text)
    assert "D'Angelo Nur'aini, S.Pd." in words(answer.text)


@pytest.mark.parametrize("wrong", ["", "siti", "siti@", "a@b@c.id", "\x01@example.org"])
def test_what_is_no_address_is_told_at_the_field(client: TestClient[Any], life: Life, wrong: str) -> None:
    del life
    answer = client.post("/mine", data={"email": wrong})
    assert (answer.status_code, 'id="error-email"' in answer.text) == (422, True)


def test_a_link_of_another_kind_opens_nothing(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    made = life.register(life.webinar(), 1)
    assert client.get(f"/mine/{runtime.links.token(MANAGE, made.registration_id)}").status_code == 404
    assert client.get(f"/mine/{runtime.links.token(OWN_EVENTS, made.registration_id)}").status_code == 410
