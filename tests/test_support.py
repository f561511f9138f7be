"""What tests stand on works: each server is real and gives what the fixtures promise."""

from __future__ import annotations

import smtplib
from datetime import datetime
from email.message import EmailMessage

import pytest
import redis
import sqlalchemy as sa
from playwright.sync_api import Page

from events import outbox
from events.errors import NotFound
from events.models import Organiser, Stage
from events.storage import Session
from tests.support.browser import assert_accessible
from tests.support.databases import Database
from tests.support.life import Life, add_organiser
from tests.support.smtp import SmtpSink
from tests.support.valkey import Valkey


def test_a_write_is_committed_and_a_refused_one_is_not(database: Database) -> None:
    def refuse(session: Session) -> None:
        add_organiser(session, slug="lain")
        raise NotFound

    database.write(add_organiser)
    with pytest.raises(NotFound):
        database.write(refuse)
    count = sa.select(sa.func.count()).select_from(Organiser)
    assert database.read(lambda session: session.scalar(count)) == 1


def test_every_test_has_an_empty_database(database: Database) -> None:
    assert database.read(lambda session: session.scalars(sa.select(outbox.FactRow)).all()) == []


@pytest.mark.parametrize("stage", list(Stage))
def test_a_webinar_and_an_exhibition_in_every_stage(life: Life, stage: Stage) -> None:
    assert life.event(life.webinar(stage)).stage is stage
    assert life.event(life.exhibition(stage)).stage is stage


def test_valkey_answers_and_is_empty(valkey: Valkey) -> None:
    with redis.Redis.from_url(valkey.url) as client:
        assert client.keys() == []
        client.set("kunci", "1")
    valkey.kill()
    valkey.start()
    with redis.Redis.from_url(valkey.url) as client:
        assert client.get("kunci") == b"1"


def _mail(to: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "halo@example.org", to, "Konfirmasi"
    message.set_content("Terima kasih.")
    return message


def test_the_mail_server_keeps_refuses_and_breaks_off(smtp_sink: SmtpSink) -> None:
    smtp_sink.misbehave("451 4.3.0 later", "550 5.1.1 nobody", "accept-disconnect", "disconnect")
    outcomes: list[int | None] = []
    for number in range(5):
        with smtplib.SMTP(smtp_sink.host, smtp_sink.port, timeout=10) as client:
            try:
                client.send_message(_mail(f"orang{number}@example.org"))
                outcomes.append(250)
            except smtplib.SMTPDataError as error:
                outcomes.append(error.smtp_code)
            except smtplib.SMTPServerDisconnected:
                outcomes.append(None)
    assert outcomes == [451, 550, None, None, 250]
    assert [each.recipients for each in smtp_sink.delivered] == [("orang2@example.org",), ("orang4@example.org",)]
    assert smtp_sink.to("orang4@example.org")[0].message["Subject"] == "Konfirmasi"


def test_a_hanging_mail_server_lets_go_when_it_stops(smtp_sink: SmtpSink) -> None:
    smtp_sink.misbehave("hang")
    with smtplib.SMTP(smtp_sink.host, smtp_sink.port, timeout=0.3) as client, pytest.raises((TimeoutError, OSError)):
        client.send_message(_mail("orang@example.org"))
    assert smtp_sink.delivered == []


def test_axe_finds_a_picture_without_words(page: Page) -> None:
    whole = "<!doctype html><html lang=id><title>Acara</title><main><h1>Acara</h1>{}</main>"
    page.set_content(whole.format("<p>Baik."))
    assert_accessible(page)
    page.set_content(whole.format("<img src=data:,>"))
    with pytest.raises(AssertionError, match="image-alt"):
        assert_accessible(page)


def test_now_has_a_zone(now: datetime) -> None:
    assert now.isoformat() == "2026-12-01T02:00:00+00:00"
