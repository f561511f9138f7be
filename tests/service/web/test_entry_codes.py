"""The code that a person shows at the door: theirs, readable, and only where there is a door."""

from __future__ import annotations

from typing import Any

import pytest
from litestar.testing import TestClient

from events.links import MANAGE, read_door_code
from events.models import EventMode
from events.registrations import registration
from service.wiring import Runtime
from tests.support.life import Life, add_organiser
from tests.support.site import words


@pytest.fixture
def life(runtime: Runtime) -> Life:
    return Life(runtime.database, runtime.database.write(add_organiser))


def test_the_page_shows_the_code_in_letters_and_as_a_picture(
    runtime: Runtime, client: TestClient[Any], life: Life
) -> None:
    event_id = life.webinar(mode=EventMode.ONSITE)
    made = life.register(event_id, 1, name="Siti Aminah")
    token = runtime.links.token(MANAGE, made.registration_id, made.link_version)
    assert "Kode masuk" in words(client.get(f"/r/{token}").text)
    page = client.get(f"/r/{token}/entry")
    assert page.headers["cache-control"] == "no-store"
    code = runtime.links.door_code(event_id, made.registration_id, 1)
    assert any(read_door_code(word) == code for word in words(page.text).split())
    picture = client.get(f"/r/{token}/entry.svg")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml")
    assert len(picture.content) < 4000


def test_there_is_none_without_a_confirmed_place_or_without_a_door(
    runtime: Runtime, client: TestClient[Any], life: Life
) -> None:
    online, onsite = life.webinar(mode=EventMode.ONLINE), life.webinar(mode=EventMode.ONSITE)
    watching, gone = life.register(online, 1), life.register(onsite, 1)
    life.do(registration.cancel, gone.registration_id)
    for made in (watching, gone):
        token = runtime.links.token(MANAGE, made.registration_id, made.link_version)
        assert client.get(f"/r/{token}").status_code == 200
        assert client.get(f"/r/{token}/entry").status_code == 404
        assert client.get(f"/r/{token}/entry.svg").status_code == 404
    token = runtime.links.token("door", gone.registration_id, 1)
    assert client.get(f"/r/{token}/entry").status_code == 404
