"""What comes in by a form: numbers that are none, or beyond every bound, are the sender's mistake and never ours."""

from __future__ import annotations

from typing import Any

import pytest
from litestar.testing import TestClient

from events.links import MANAGE
from service.web.forms import whole
from service.wiring import Runtime
from tests.support.life import Life, add_organiser

ENDLESS = "9" * 5000
"""More digits than Python turns into a number."""


@pytest.fixture
def life(runtime: Runtime) -> Life:
    """A library in the runtime's database."""
    return Life(runtime.database, runtime.database.write(add_organiser))


@pytest.mark.parametrize(
    ("typed", "number"),
    [("0", 0), ("7", 7), ("007", 7), ("999999", 999_999), ("1000000", None), ("", None), ("-1", None), ("+1", None)],
)
def test_a_whole_number_is_read_up_to_its_bound(typed: str, number: int | None) -> None:
    assert whole(typed) == number


@pytest.mark.parametrize("typed", ["²", "٣", "１", "1.0", "1e3", " 1", "1_0", "0x1", ENDLESS, "0" * 5000])
def test_what_only_looks_like_a_whole_number_is_none(typed: str) -> None:
    assert whole(typed) is None


def test_a_bound_is_beyond_what_is_taken() -> None:
    assert (whole("99", below=100), whole("100", below=100), whole("101", below=100)) == (99, None, None)


@pytest.mark.parametrize("size", ["²", ENDLESS])
def test_a_group_of_no_number_is_asked_again(client: TestClient[Any], life: Life, size: str) -> None:
    event = life.event(life.webinar(max_party_size=5))
    path = f"/events/perpustakaan-batam/{event.slug}/register"
    answer = client.post(
        path, data={"name": "Siti", "email": "siti@example.org", "party_size": size, "consent": "true"}
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("absent", ["²", ENDLESS])
def test_nobody_of_an_endless_number_stays_away(
    client: TestClient[Any], runtime: Runtime, life: Life, absent: str
) -> None:
    made = life.register(life.webinar(max_party_size=5), party_size=3)
    token = runtime.links.token(MANAGE, made.registration_id)
    answer = client.post(f"/r/{token}/party", data={"absent": absent})
    assert (answer.status_code, life.registration(made.registration_id).party_size) == (303, 3)
