"""A partner's page for all dates of a series: what it shows, answers for all of them or for one, whose link it is."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from events.drafts import lifecycle
from events.links import PARTNER, PARTNER_SERIES, Links
from events.models import ParticipationRole, PartnerAnswer, SeriesInvitation
from events.partnership import partner_records, partners
from events.recurring import series_editing
from events.recurring.series_editing import Scope
from service.wiring import Runtime
from tests.support.calendars import assert_calendar_valid
from tests.support.life import NOW, Life, add_organiser
from tests.support.readings import occurrences
from tests.support.series_speaker import FIRST, WEEK, SeriesSpeaker
from tests.support.site import at, words

_GOES_THERE = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "User-Agent": "Mozilla/5.0"}
_ANSWER_ALL = "Satu jawaban untuk semua tanggal"


@pytest.fixture
def life(runtime: Runtime) -> Life:
    return Life(runtime.database, runtime.database.write(add_organiser))


@pytest.fixture
def speaker(life: Life) -> SeriesSpeaker:
    return SeriesSpeaker(life)


def _path(runtime: Runtime, speaker: SeriesSpeaker, *, version: int = 1) -> str:
    return f"/ps/{runtime.links.token(PARTNER_SERIES, speaker.invitations()[0].id, version)}"


def _tags(html: str) -> list[str]:
    """Return what the page says of each date."""
    return [" ".join(each.split()) for each in re.findall(r'<span class="tag[^"]*">(.*?)</span>', html, re.DOTALL)]


def test_every_date_is_shown_with_its_answer_in_the_partners_language(
    client: TestClient[Any], runtime: Runtime, speaker: SeriesSpeaker
) -> None:
    speaker.answer(PartnerAnswer.ACCEPTED, 1)
    shown = client.get(_path(runtime, speaker))
    assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
    assert shown.headers["x-robots-tag"].startswith("noindex")
    text = words(shown.text)
    for number, day in enumerate(("2", "9", "16", "23")):
        assert f"Rabu, {day} Desember 2026, pukul 15.00–16.30 WIB" in text, number
    assert _tags(shown.text) == ["Mohon dijawab", "Saya bersedia hadir", "Mohon dijawab", "Mohon dijawab"]
    assert "meet.example" not in shown.text
    english = client.get(_path(runtime, speaker), params={"lang": "en"})
    assert _tags(english.text) == ["Please answer", "I am taking part", "Please answer", "Please answer"]
    assert "One answer for all dates" in words(english.text)


def test_a_partner_who_reads_english_gets_english(client: TestClient[Any], runtime: Runtime, life: Life) -> None:
    speaker = SeriesSpeaker(life, locale="en")
    shown = client.get(_path(runtime, speaker), headers={"Accept-Language": "id"})
    assert (re.findall(r'<html lang="(\w+)"', shown.text), "Reading Club" in words(shown.text)) == (["en"], True)


def test_one_answer_counts_for_every_date_ahead(
    client: TestClient[Any], runtime: Runtime, speaker: SeriesSpeaker
) -> None:
    path = _path(runtime, speaker)
    speaker.cancel(2)
    speaker.withdraw(3)
    sent = client.post(path, data={"answer": "accepted", "comment": "Saya datang bersama dua guru."})
    assert (sent.status_code, sent.headers["location"]) == (303, f"{path}?noted=all")
    assert speaker.said() == ["accepted", "accepted", "needs-action", "needs-action"]
    assert [speaker.part(number).answer_comment != "" for number in range(4)] == [True, True, False, False]
    after = client.get(f"{path}?noted=all")
    assert "Jawaban Anda kami catat untuk semua tanggal yang akan datang." in words(after.text)
    assert _tags(after.text) == ["Saya bersedia hadir", "Saya bersedia hadir", "Dibatalkan", "Undangan ditarik"]
    by = {speaker.part(number).answered_by for number in (0, 1)}
    assert by == {f"partner:{key}" for key in speaker.parts[:2]}


def test_one_date_is_answered_differently_and_keeps_its_note(
    client: TestClient[Any], runtime: Runtime, speaker: SeriesSpeaker
) -> None:
    path = _path(runtime, speaker)
    data = {"answer": "declined", "date": str(speaker.parts[2]), "comment": "Saya mengajar pada hari itu."}
    assert client.post(path, data=data).headers["location"] == f"{path}?noted=one"
    assert speaker.said() == ["needs-action", "needs-action", "declined", "needs-action"]
    assert client.post(path, data={"answer": "tentative"}).status_code == 303
    assert speaker.said() == ["tentative"] * 4
    assert speaker.part(2).answer_comment == "Saya mengajar pada hari itu."


@pytest.mark.parametrize("data", [{}, {"answer": "needs-action"}, {"answer": "accepted", "date": "besok"}])
def test_what_is_no_answer_is_refused(
    client: TestClient[Any], runtime: Runtime, speaker: SeriesSpeaker, data: dict[str, str]
) -> None:
    assert client.post(_path(runtime, speaker), data=data).status_code == 422
    assert speaker.said() == ["needs-action"] * 4


def test_a_date_of_somebody_else_or_one_that_is_off_is_not_answered(
    client: TestClient[Any], runtime: Runtime, life: Life, speaker: SeriesSpeaker
) -> None:
    path, other = _path(runtime, speaker), SeriesSpeaker(life)
    speaker.cancel(1)
    told = [
        client.post(path, data={"answer": "accepted", "date": str(key)}).status_code
        for key in (other.parts[0], uuid.uuid4(), speaker.parts[1])
    ]
    assert told == [404, 404, 409]
    assert (speaker.said(), other.said()) == (["needs-action"] * 4, ["needs-action"] * 4)


def test_a_moved_date_asks_again_and_shows_its_new_time(
    client: TestClient[Any], runtime: Runtime, speaker: SeriesSpeaker
) -> None:
    path = _path(runtime, speaker)
    client.post(path, data={"answer": "accepted"})
    speaker.move(1, FIRST + WEEK + timedelta(days=1, hours=2))
    shown = client.get(path)
    assert _tags(shown.text) == ["Saya bersedia hadir", "Mohon dijawab", "Saya bersedia hadir", "Saya bersedia hadir"]
    assert "Kamis, 10 Desember 2026, pukul 17.00–18.30 WIB" in words(shown.text)


def test_dates_that_are_over_or_all_off_ask_nothing(
    client: TestClient[Any], runtime: Runtime, speaker: SeriesSpeaker
) -> None:
    path = _path(runtime, speaker)
    at(runtime, FIRST + 2 * WEEK)
    assert _tags(client.get(path).text)[:2] == ["Sudah lewat", "Sudah lewat"]
    client.post(path, data={"answer": "accepted"})
    assert speaker.said() == ["needs-action", "needs-action", "accepted", "accepted"]
    speaker.life.do(series_editing.call_off, speaker.series_id, speaker.dates[2], Scope.FOLLOWING, now=FIRST + WEEK)
    shown = words(client.get(path).text)
    assert (_ANSWER_ALL in shown, "Tambahkan ke kalender" in shown) == (False, False)
    refused = client.post(path, data={"answer": "declined"})
    assert (refused.status_code, "Undangan ini tidak berlaku lagi." in words(refused.text)) == (409, True)
    for number in (0, 1):
        speaker.withdraw(number)
    assert "Tidak ada lagi tanggal yang berlangsung bersama Anda." in words(client.get(path).text)
    assert client.get(f"{path}/calendar.ics").status_code == 404


def test_nobody_is_told_of_drafts(client: TestClient[Any], runtime: Runtime, life: Life) -> None:
    speaker = SeriesSpeaker(life, published=False)
    path = _path(runtime, speaker)
    assert [client.get(each).status_code for each in (path, f"{path}/calendar.ics")] == [404, 404]
    life.do(lifecycle.publish, speaker.dates[1])
    assert len(_tags(client.get(path).text)) == 1


def test_a_foreign_an_old_and_a_forgotten_link_open_nothing(
    client: TestClient[Any], runtime: Runtime, life: Life, speaker: SeriesSpeaker
) -> None:
    [invitation] = speaker.invitations()
    elsewhere = Links("x" * 32, "https://acara.example")
    foreign = [
        elsewhere.token(PARTNER_SERIES, invitation.id),
        runtime.links.token(PARTNER, invitation.id),
        runtime.links.token(PARTNER_SERIES, speaker.parts[0]),
        runtime.links.token(PARTNER_SERIES, invitation.id)[:-1],
        "x",
    ]
    ways = ("", "/join", "/calendar.ics")
    assert {client.get(f"/ps/{each}{way}").status_code for each in foreign for way in ways} == {404}
    assert {client.post(f"/ps/{each}", data={"answer": "accepted"}).status_code for each in foreign} == {404}
    assert speaker.said() == ["needs-action"] * 4

    path = _path(runtime, speaker)
    for number in range(4):
        speaker.withdraw(number)
    life.do(partner_records.forget, speaker.partner_id)
    assert {client.get(f"{path}{way}").status_code for way in ways} == {410}
    assert client.post(path, data={"answer": "accepted"}).status_code == 410
    [version] = life.database.read(lambda session: session.scalars(sa.select(SeriesInvitation.link_version)).all())
    assert version == 2


def test_who_comes_by_one_date_finds_all_of_them(
    client: TestClient[Any], runtime: Runtime, life: Life, speaker: SeriesSpeaker
) -> None:
    shown = client.get(f"/p/{runtime.links.token(PARTNER, speaker.parts[1])}")
    [address] = re.findall(r'<a class="btn[^"]*" href="(/ps/[^"]+)"[^>]*>Semua tanggal Anda dalam seri ini', shown.text)
    assert address == _path(runtime, speaker)
    back = re.findall(r'href="(/p/[^"]+)"', client.get(address).text)
    assert back == [f"/p/{runtime.links.token(PARTNER, key)}" for key in speaker.parts]
    alone = life.do(partners.invite, life.webinar(), speaker.partner_id, role=ParticipationRole.SPEAKER)
    assert "/ps/" not in client.get(f"/p/{runtime.links.token(PARTNER, alone)}").text


def test_only_a_person_who_goes_there_counts_as_having_looked(
    client: TestClient[Any], runtime: Runtime, speaker: SeriesSpeaker
) -> None:
    path = _path(runtime, speaker)
    client.get(path)
    assert [speaker.part(number).opened_at for number in range(4)] == [None] * 4
    client.get(path, headers=_GOES_THERE)
    assert [speaker.part(number).opened_at is not None for number in range(4)] == [True] * 4


def test_the_calendar_and_the_meeting_are_those_of_all_dates(
    client: TestClient[Any], runtime: Runtime, speaker: SeriesSpeaker
) -> None:
    path = _path(runtime, speaker)
    speaker.cancel(0)
    file = client.get(f"{path}/calendar.ics")
    assert_calendar_valid(file.content, method="PUBLISH")
    assert [each.start for each in occurrences(file.content)] == [
        f"{FIRST + number * WEEK:%Y-%m-%dT%H:%M:%SZ}" for number in (1, 2, 3)
    ]
    joined = client.get(f"{path}/join")
    assert (joined.status_code, joined.headers["location"]) == (303, "https://meet.example/klub")
    at(runtime, NOW + timedelta(days=60))
    assert client.get(f"{path}/join").status_code == 404
