"""News by opt-in over HTTP: one answer for everybody who asks, and a page that acts by POST only."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from events.links import MANAGE, NEWS
from notifications.models.email import Email, EmailKind
from notifications.models.news import NewsSubscription
from notifications.news import schedules
from service import consent
from service.wiring import Runtime
from tests.support.life import Life
from tests.support.site import words

ANI = "ani@mail.example"


def subscriptions(life: Life) -> Sequence[NewsSubscription]:
    statement = sa.select(NewsSubscription).order_by(NewsSubscription.id)
    return life.database.read(lambda session: session.scalars(statement).all())


def asked(life: Life) -> list[str]:
    statement = sa.select(Email.to_address).where(Email.kind == EmailKind.NEWS_ASKED)
    return list(life.database.read(lambda session: session.scalars(statement).all()))


def path(life: Life, runtime: Runtime) -> str:
    [row] = subscriptions(life)
    return f"/news/{runtime.links.token(NEWS, row.id)}"


def test_the_answer_does_not_tell_who_gets_the_news(client: TestClient[Any], life: Life) -> None:
    client.post("/news", data={"email": ANI})
    answers = [client.post("/news", data={"email": each}) for each in (ANI, "nobody@mail.example")]
    said = [re.sub(r"\S+@mail\.example", "…", words(answer.text)) for answer in answers]
    assert ([answer.status_code for answer in answers], said[0]) == ([200, 200], said[1])
    assert (len(subscriptions(life)), asked(life)) == (2, [ANI, "nobody@mail.example"])


def test_looking_changes_nothing_and_posting_agrees(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    client.post("/news", data={"email": ANI})
    page = path(life, runtime)
    shown = client.get(page)
    assert (shown.status_code, "an…@mail.example" in shown.text, ANI in shown.text) == (200, True, False)
    assert [each.confirmed_at for each in subscriptions(life)] == [None]
    answer = client.post(page, data={"locale": "en", "audience": ["teachers", "seniors"]}, follow_redirects=False)
    [row] = subscriptions(life)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{page}?saved=1")
    assert (row.locale, row.audiences, row.words) == ("en", ["teachers", "seniors"], consent.NEWS_VERSION)
    assert row.confirmed_at is not None
    assert "once a week at most" in words(client.get(f"{page}?saved=1&lang=en").text)


def test_stopping_is_one_press_and_the_page_is_gone(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    client.post("/news", data={"email": ANI})
    page = path(life, runtime)
    client.post(page, data={"locale": "id"})
    stopped = client.post(page, data={"do": "stop"})
    assert (stopped.status_code, "Alamat itu sudah kami hapus" in words(stopped.text)) == (200, True)
    assert ([each.email for each in subscriptions(life)], client.get(page).status_code) == ([None], 410)


@pytest.mark.parametrize("wrong", ["", "siti", "a@b@c.id"])
def test_what_is_no_address_is_told_at_the_field(client: TestClient[Any], life: Life, wrong: str) -> None:
    del life
    answer = client.post("/news", data={"email": wrong})
    assert (answer.status_code, 'id="error-email"' in answer.text) == (422, True)


def test_a_link_of_another_kind_opens_nothing(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    made = life.register(life.webinar(), 1)
    assert client.get(f"/news/{runtime.links.token(MANAGE, made.registration_id)}").status_code == 404
    assert client.get(f"/news/{runtime.links.token(NEWS, made.registration_id)}").status_code == 410


@pytest.mark.parametrize(("ticked", "mailed"), [({"news": "yes"}, [ANI]), ({}, [])])
def test_the_box_of_the_form_is_a_wish_of_its_own(
    client: TestClient[Any], life: Life, ticked: dict[str, str], mailed: list[str]
) -> None:
    event_id = life.webinar()
    page = _page(life, event_id)
    form = client.get(f"{page}/register")
    assert 'name="news" value="yes" aria-describedby="help-news">' in form.text, "offered, and not ticked"
    answer = client.post(
        f"{page}/register",
        data={"name": "Ani", "email": ANI, "consent": "yes", "key": "k" * 22} | ticked,
        follow_redirects=False,
    )
    assert (answer.status_code, asked(life)) == (303, mailed)


def _page(life: Life, event_id: uuid.UUID) -> str:
    return f"/events/perpustakaan-batam/{life.event(event_id).slug}"


def test_the_page_of_a_registration_offers_it_and_answers_alike(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    made = life.register(life.webinar(), 1)
    page = f"/r/{runtime.links.token(MANAGE, made.registration_id)}"
    led_to = [client.post(f"{page}/news", follow_redirects=False).headers["location"] for _ in range(2)]
    said = [words(client.get(each).text) for each in led_to]
    assert (said[0], "Tautan sedang dikirim ke" in said[0], asked(life)) == (said[1], True, ["peserta1@example.org"])
    [row] = subscriptions(life)
    assert row.asked_by == f"person:{made.registration_id}"


def test_a_library_that_sends_none_offers_none(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    event_id = life.webinar()
    made = life.register(event_id, 1)
    life.database.write(
        lambda s: schedules.set_schedule(
            s, life.organiser_id, active=False, weekday=3, hour=9, now=life.now, by="staff:x"
        )
    )
    pages = (f"{_page(life, event_id)}/register", f"/r/{runtime.links.token(MANAGE, made.registration_id)}")
    offered = [("/news" in client.get(page).text.split("<footer")[0]) for page in pages]
    assert (offered, client.post("/news", data={"email": ANI}).status_code, asked(life)) == ([False, False], 200, [])
