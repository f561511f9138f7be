"""Who has an answer already is told so: on every public address, in every shape that the question may have."""

from __future__ import annotations

from typing import Any

import pytest
from litestar.testing import TestClient

from events.links import MANAGE
from events.models import Stage
from service.web.validators import entity_tag, is_known
from service.wiring import Runtime
from tests.support.life import Life

PLAIN = {"accept-encoding": "identity"}


def _addresses(life: Life) -> list[str]:
    event = f"/events/perpustakaan-batam/{life.event(life.webinar()).slug}"
    life.webinar(Stage.ENDED)
    lists = ["/", "/past", "/calendar/2026-12", "/events/perpustakaan-batam", "/past/perpustakaan-batam"]
    feeds = ["/calendar.ics", "/events/perpustakaan-batam/calendar.ics", "/sitemap.xml", "/robots.txt"]
    return [*lists, "/calendar/2026-12/perpustakaan-batam", *feeds, event, f"{event}/calendar.ics", "/v"]


def test_every_public_answer_is_asked_for_again_without_being_sent_again(client: TestClient[Any], life: Life) -> None:
    for address in _addresses(life):
        whole = client.get(address)
        tag = whole.headers["etag"]
        for asked in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = client.get(address, headers={"if-none-match": asked})
            assert (address, asked, again.status_code, again.content) == (address, asked, 304, b"")
            assert again.headers["etag"] == tag
            assert again.headers["cache-control"] == whole.headers["cache-control"]
            assert again.headers.get("vary") == whole.headers.get("vary")
            assert {"content-type", "content-length", "content-encoding"} & set(again.headers) == set()
        changed = client.get(address, headers={"if-none-match": '"other", W/"another"'})
        assert (address, changed.status_code, changed.content) == (address, 200, whole.content)
        head = client.head(address)
        assert (address, head.status_code, head.content) == (address, 200, b"")
        assert head.headers["etag"] == tag
        assert head.headers["content-length"] == whole.headers["content-length"]
        assert client.head(address, headers={"if-none-match": tag}).status_code == 304


def test_each_language_theme_and_coding_has_a_tag_of_its_own(client: TestClient[Any], life: Life) -> None:
    path = f"/events/perpustakaan-batam/{life.event(life.webinar()).slug}"
    shapes = [
        {},
        {"accept-language": "en"},
        {"cookie": "theme=dark"},
        {"cookie": "lang=en; theme=dark"},
        PLAIN,
        {**PLAIN, "accept-language": "en"},
    ]
    answers = [client.get(path, headers=shape) for shape in shapes]
    assert len({answer.headers["etag"] for answer in answers}) == len(shapes)
    assert {answer.headers["vary"] for answer in answers} == {"Cookie, Accept-Language, Accept-Encoding"}
    for shape, answer in zip(shapes, answers, strict=True):
        for other in shapes:
            again = client.get(path, headers={**other, "if-none-match": answer.headers["etag"]})
            assert again.status_code == (304 if other == shape else 200)


def test_a_change_has_another_tag(client: TestClient[Any], life: Life) -> None:
    event_id = life.webinar(capacity=2)
    path = f"/events/perpustakaan-batam/{life.event(event_id).slug}"
    tag = client.get(path).headers["etag"]
    life.register(event_id)
    client.app.state.pages.recent.forget()
    assert client.get(path, headers={"if-none-match": tag}).status_code == 200


def test_secrets_and_refusals_have_none(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    event_id = life.webinar()
    own = f"/r/{runtime.links.token(MANAGE, life.register(event_id).registration_id)}"
    for address in (own, f"{own}/calendar.ics", "/staff/sign-in", "/nothing"):
        assert (address, "etag" in client.get(address, headers={"if-none-match": "*"}).headers) == (address, False)
    posted = client.post(
        f"/events/perpustakaan-batam/{life.event(event_id).slug}/register", headers={"if-none-match": "*"}
    )
    assert posted.status_code != 304


def test_campaigns_share_the_kept_page_and_are_passed_on_to_nobody(client: TestClient[Any], life: Life) -> None:
    path = f"/events/perpustakaan-batam/{life.event(life.webinar()).slug}"
    made = client.app.state.pages.recent
    made.forget()
    plain = client.get(path)
    kept = len(made._kept)
    for query in ("utm_source=wa&utm_campaign=x", "fbclid=secret", "gclid=1&igsh=2&mc_cid=3", "lang=id&fbclid=secret"):
        answer = client.get(f"{path}?{query}")
        assert (query, answer.text) == (query, plain.text)
    assert len(made._kept) == kept
    assert "secret" not in client.get(f"{path}?fbclid=secret&other=1").text


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        (b'"a"', True),
        (b'W/"a"', True),
        (b'"b" , "a","c"', True),
        (b"*", True),
        (b" * ", True),
        (b"a", False),
        (b'"A"', False),
        (b'"b"', False),
        (b'"xa"', False),
        (b'"', False),
        (b"", False),
    ],
)
def test_tags_are_read_as_the_standard_writes_them(asked: bytes, known: bool) -> None:
    assert is_known(b'"a"', asked) is known


def test_a_tag_is_quoted_and_strong() -> None:
    assert (entity_tag(b"one") == entity_tag(b"one"), entity_tag(b"one") == entity_tag(b"two")) == (True, False)
    assert entity_tag(b"one").startswith(b'"')
