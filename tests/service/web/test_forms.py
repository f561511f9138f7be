"""What comes in by a form: numbers that are none, or beyond every bound, are the sender's mistake and never ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from litestar.exceptions import ClientException
from litestar.testing import TestClient

from events.links import MANAGE
from service.web.forms import form_of, whole
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


_PIECES = st.lists(
    st.sampled_from(["a", "b=", "=", "&", "&&", "+", "%20", "%", "%2", "%C3%A9", "%C3", "%zz", "é", ";", "x=1"])
)


@given(_PIECES.map("".join))
@example("")
@example("name=Siti+Aminah&minat=komik&minat=puisi&kosong=&tanpa")
def test_a_form_is_read_as_the_standard_library_reads_it(text: str) -> None:
    def read(pairs: Callable[[], list[tuple[str, str]]]) -> list[tuple[str, str]] | None:
        try:
            return pairs()
        except (ClientException, UnicodeDecodeError):
            return None

    def ours() -> list[tuple[str, str]]:
        return sorted((name, value) for name, values in form_of(text.encode()).values.items() for value in values)

    expected = read(lambda: sorted(parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="strict")))
    assert read(ours) == expected


@pytest.mark.parametrize("body", [b"a=\0", b"a=%00", b"%00=a", b"a=\xff", b"&".join([b"a=1"] * 4)])
def test_what_no_browser_sends_is_refused(body: bytes) -> None:
    with pytest.raises(ClientException):
        form_of(body, most_fields=3)


def test_an_escaped_per_cent_sign_is_no_nul() -> None:
    assert form_of(b"a=%2500&b=100%25").values == {"a": ["%00"], "b": ["100%"]}
