"""News from the wish to the end, over real SMTP and IMAP: asked for, agreed to, sent by the clock, unwanted by mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from events.storage import ReadSession
from notifications.models.news import NewsEnd, NewsSubscription
from notifications.models.suppression import Suppression, SuppressionScope
from notifications.news import schedules, subscribing
from notifications.news.subscribing import Wishes
from service.clock import set_clock
from service.wiring import Runtime
from tests.support.imap import ImapServer
from tests.support.life import NOW, Life, add_organiser
from tests.support.polling import until
from tests.support.running import make_runtime, workers
from tests.support.smtp import SmtpSink

CORPUS = Path(__file__).parents[1] / "notifications" / "inbox" / "corpus"
ANI = "ani@mail.example"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ImapServer]:
    started = ImapServer(tmp_path)
    yield started
    started.kill()


@pytest.fixture
def runtime(sqlite_url: str, tmp_path: Path, smtp_sink: SmtpSink, server: ImapServer) -> Iterator[Runtime]:
    clock = tmp_path / "clock"
    set_clock(clock, NOW)
    made = make_runtime(
        sqlite_url,
        tmp_path,
        clock_file=clock,
        smtp_url=SecretStr(smtp_sink.url),
        inbox_url=SecretStr(server.url),
        rsvp_address="rsvp@perpustakaan.batam.example",
    )
    with workers(made):
        yield made
    made.close()


def subscription(session: ReadSession) -> NewsSubscription:
    found: NewsSubscription = session.scalars(sa.select(NewsSubscription)).one()
    return found


def test_news_is_asked_for_agreed_to_sent_and_ended_by_mail(
    runtime: Runtime, smtp_sink: SmtpSink, server: ImapServer
) -> None:
    life = Life(runtime.database, runtime.database.write(add_organiser))
    life.do(subscribing.ask, life.organiser_id, ANI, locale="id", words="1")
    until(lambda: len(smtp_sink.to(ANI)) == 1, what="the link to agree by")
    life.do(subscribing.confirm, life.database.read(subscription).id, Wishes("id"), words="1")
    life.webinar()
    due = life.database.read(lambda s: schedules.schedule_of(s, life.organiser_id)).next_at
    assert due is not None
    assert runtime.settings.clock_file is not None
    set_clock(runtime.settings.clock_file, due)
    until(lambda: len(smtp_sink.to(ANI)) == 2, what="the news")

    said = smtp_sink.to(ANI)[1].message
    assert said["Subject"] == "Acara baru di Perpustakaan Kota Batam"
    found = re.fullmatch(r"<https?://\S+/u/\S+>, <mailto:(\S+)\?subject=unsubscribe>", str(said["List-Unsubscribe"]))
    assert found is not None, said["List-Unsubscribe"]
    answer = (CORPUS / "unsubscribe-gmail-button.eml").read_bytes()
    server.put(answer.replace(b"rsvp+tag@perpustakaan.batam.example", found[1].encode()))
    until(lambda: life.database.read(subscription).ended_at is not None, what="the wish is over")

    row = life.database.read(subscription)
    assert (row.ended_because, row.email, row.address) == (NewsEnd.STOPPED, None, None)
    left = life.database.read(lambda s: s.execute(sa.select(Suppression.address, Suppression.scope)).all())
    assert [tuple(each) for each in left] == [(ANI, SuppressionScope.PROMOTIONAL)]
