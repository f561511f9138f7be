"""Personal links over HTTP: looking changes nothing, pressing does, dead ones say so."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from events.drafts import lifecycle
from events.links import JOIN, MANAGE, PARTNER
from events.models import (
    Attendance,
    Event,
    Evidence,
    Participation,
    ParticipationRole,
    PartnerAnswer,
    PartnerKind,
    RegistrationState,
    Stage,
    Stay,
)
from events.partnership import partners
from events.registrations import registration
from events.storage import LocalizedText, Session
from service.wiring import Runtime
from tests.support.life import NOW, STAFF, STARTS_AT, Life
from tests.support.site import at, words


def _evidence(life: Life) -> list[Evidence]:
    return list(life.database.read(lambda session: session.scalars(sa.select(Attendance.evidence)).all()))


def _manage(runtime: Runtime, made: Any) -> str:
    return f"/r/{runtime.links.token(MANAGE, made.registration_id)}"


def _join(runtime: Runtime, made: Any) -> str:
    return f"/j/{runtime.links.token(JOIN, made.registration_id)}"


def test_the_own_page_is_kept_by_nobody_and_told_to_nobody(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    made = life.register(life.webinar())
    answer = client.get(_manage(runtime, made))
    told = {name: answer.headers[name] for name in ("cache-control", "referrer-policy", "x-robots-tag")}
    assert told == {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow"}


def test_who_has_no_e_mail_finds_the_link_as_a_ready_message(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    slug = life.event(life.webinar()).slug
    form = {"name": "Ma'ruf, S.Pd.", "phone": "(0812) 3456-7890", "consent": "yes", "sign_language": "yes"}
    made = client.post(f"/events/perpustakaan-batam/{slug}/register", data=form)
    page = client.get(made.headers["location"]).text
    [text] = [unquote(each) for each in re.findall(r'href="https://wa\.me/\?text=([^"]+)"', page)]
    token = made.headers["location"].removeprefix("/r/").split("?")[0]
    when = "Sabtu, 12 Desember 2026, pukul 09.00–11.30 WIB"
    assert text == (
        f"Ma'ruf, S.Pd., ini pendaftaran Anda untuk “Menulis Cerita Anak”, {when}. Simpan tautan ini untuk melihat, "
        f"mengubah, atau membatalkan pendaftaran Anda: {runtime.links.url(f'/r/{token}')}"
    )
    assert text in words(page)
    assert "<details open>" in page


def test_nobody_is_asked_to_give_back_a_place_at_what_was_called_off(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    event_id = life.webinar()
    path = _manage(runtime, life.register(event_id))
    assert f'href="{path}/cancel"' in client.get(path).text
    life.do(lifecycle.cancel, event_id)
    shown = client.get(path).text
    assert "Acara ini dibatalkan." in words(shown)
    assert (f'href="{path}/cancel"' in shown, f'href="{path}/answers"' in shown) == (False, False)


def test_cancelling_asks_first_and_looking_at_the_question_changes_nothing(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    made = life.register(life.webinar())
    path = _manage(runtime, made)
    assert client.get(f"{path}/cancel").status_code == 200
    assert life.registration(made.registration_id).state is RegistrationState.CONFIRMED
    assert client.post(f"{path}/cancel").status_code == 303
    assert client.post(f"{path}/cancel").status_code == 303
    assert life.registration(made.registration_id).state is RegistrationState.CANCELLED
    assert "Pendaftaran ini sudah dibatalkan." in words(client.get(path).text)


def test_a_freed_seat_is_offered_and_taken_by_a_button(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    event_id = life.webinar(capacity=1)
    first, second = life.register(event_id, 1), life.register(event_id, 2)
    client.post(f"{_manage(runtime, first)}/cancel")
    path = _manage(runtime, second)
    assert "Ada kursi kosong untuk Anda." in words(client.get(path).text)
    assert client.post(f"{path}/accept").status_code == 303
    assert "Tempat Anda sudah pasti." in words(client.get(path).text)


def test_an_offer_that_ran_out_is_gone(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    event_id = life.webinar(capacity=1)
    first, second = life.register(event_id, 1), life.register(event_id, 2)
    client.post(f"{_manage(runtime, first)}/cancel")
    at(runtime, NOW + timedelta(hours=25))
    answer = client.post(f"{_manage(runtime, second)}/accept")
    assert answer.status_code == 410
    assert "Batas waktu penawaran ini sudah lewat." in words(answer.text)


@pytest.mark.parametrize("path", ["/r/{token}", "/r/{token}/cancel", "/r/{token}/calendar.ics", "/j/{join}"])
def test_a_revoked_link_is_gone_and_a_forged_one_was_never_there(
    client: TestClient[Any], life: Life, runtime: Runtime, path: str
) -> None:
    made = life.register(life.webinar())
    tokens = {
        "token": runtime.links.token(MANAGE, made.registration_id),
        "join": runtime.links.token(JOIN, made.registration_id),
    }
    assert client.get(path.format(**tokens)).status_code == 200
    forged = {name: token[:-4] + "AAAA" for name, token in tokens.items()}
    assert client.get(path.format(**forged)).status_code == 404
    swapped = {"token": tokens["join"], "join": tokens["token"]}
    assert client.get(path.format(**swapped)).status_code == 404
    life.database.write(lambda session: registration.revoke_links(session, made.registration_id, now=NOW, by=STAFF))
    answer = client.get(path.format(**tokens))
    assert answer.status_code == 410
    assert "Tautan ini tidak berfungsi lagi" in words(answer.text)


def test_before_the_door_opens_the_join_link_says_when(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    made = life.register(life.webinar())
    path = _join(runtime, made)
    at(runtime, STARTS_AT - timedelta(minutes=31))
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 200
        assert "Pintu dibuka Sabtu, 12 Desember 2026, pukul 08.30 WIB." in words(answer.text)
    assert _evidence(life) == []


def test_looking_at_the_open_door_is_not_joining_but_pressing_the_button_is(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    """Mail scanners follow every link: a GET that counted would make every invited person an attendee."""
    made = life.register(life.webinar())
    path = _join(runtime, made)
    at(runtime, STARTS_AT - timedelta(minutes=29))
    assert "Masuk sekarang" in words(client.get(path).text)
    assert _evidence(life) == []
    for _ in range(2):
        answer = client.post(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "https://meet.example/abc")
    assert _evidence(life) == [Evidence.JOINED]


def test_the_page_beside_the_meeting_counts_the_time_of_who_came_in(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    event_id = life.webinar(attendance_rule={"needs": [], "share": 50})
    made = life.register(event_id)
    path = _join(runtime, made)
    at(runtime, STARTS_AT)
    assert 'data-stay="60"' in client.get(path).text
    assert client.post(f"{path}/here").status_code == 204  # not in yet: nothing is counted
    assert client.post(path).status_code == 303
    for minute in range(3):
        at(runtime, STARTS_AT + timedelta(minutes=minute))
        assert client.post(f"{path}/here").status_code == 204
    [stay] = life.database.read(lambda session: session.scalars(sa.select(Stay)).all())
    assert stay.registration_id == made.registration_id
    assert STARTS_AT <= stay.from_at < stay.until_at
    assert stay.until_at >= STARTS_AT + timedelta(minutes=2)  # the clock goes on from where it is set
    life.do(lifecycle.cancel, event_id, reason=LocalizedText("Banjir"))
    assert client.post(f"{path}/here").status_code == 409
    assert client.post("/j/forged/here").status_code == 404


def test_where_time_does_not_matter_nobody_is_watched(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    path = _join(runtime, life.register(life.webinar()))
    at(runtime, STARTS_AT)
    assert "data-stay" not in client.get(path).text
    assert [client.post(each).status_code for each in (path, f"{path}/here")] == [303, 204]
    assert life.database.read(lambda s: s.scalar(sa.select(sa.func.count()).select_from(Stay))) == 0


def test_who_waits_cannot_join(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    event_id = life.webinar(capacity=1)
    life.register(event_id, 1)
    at(runtime, STARTS_AT)
    answer = client.post(_join(runtime, life.register(event_id, 2)))
    assert answer.status_code == 409


def test_a_code_word_is_taken_while_the_event_runs(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    event_id = life.webinar()
    made = life.register(event_id)

    def begin(session: Session) -> None:
        event = session.get_one(Event, event_id)
        event.stage, event.start_code = Stage.LIVE, "Laut Bercerita"

    life.database.write(begin)
    at(runtime, STARTS_AT + timedelta(minutes=5))
    path = _manage(runtime, made)
    wrong = client.post(f"{path}/code", data={"code": "gunung"})
    assert wrong.status_code == 422
    assert "Kata kuncinya belum tepat." in words(wrong.text)
    assert client.post(f"{path}/code", data={"code": " laut  BERCERITA "}).status_code == 303
    assert _evidence(life) == [Evidence.START_CODE]


def test_the_page_speaks_the_language_of_the_registration_unless_another_was_chosen(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    path = _manage(runtime, life.register(life.webinar(), locale="en"))
    assert "Your place is confirmed." in words(client.get(path, headers={"Accept-Language": "id"}).text)
    assert "Tempat Anda sudah pasti." in words(client.get(f"{path}?lang=id").text)
    assert "Tempat Anda sudah pasti." in words(client.get(path).text)


def test_the_own_calendar_entry_carries_the_join_link(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    made = life.register(life.webinar())
    answer = client.get(f"{_manage(runtime, made)}/calendar.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert str(made.registration_id) in answer.text
    assert _join(runtime, made)[:60] in answer.text.replace("\r\n ", "")


def _invite(life: Life) -> Any:
    event_id = life.webinar()

    def use_case(session: Session) -> Any:
        partner_id = partners.add_partner(
            session, life.organiser_id, kind=PartnerKind.SPEAKER, name="Sulastri", now=NOW, timezone="Asia/Jayapura"
        )
        return partners.invite(session, event_id, partner_id, role=ParticipationRole.SPEAKER, now=NOW, by=STAFF)

    return life.database.write(use_case)


def test_a_partner_is_told_their_own_time_and_answers_without_an_account(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    participation_id = _invite(life)
    path = f"/p/{runtime.links.token(PARTNER, participation_id)}"
    assert "pukul 09.00–11.30 WIB (11.00–13.30 WIT)" in words(client.get(path).text)

    def answer_of() -> PartnerAnswer:
        held = life.database.read(lambda session: session.get(Participation, participation_id))
        assert held is not None
        return held.answer

    assert answer_of() is PartnerAnswer.NEEDS_ACTION
    for given in ("tentative", "accepted"):
        assert client.post(path, data={"answer": given}).status_code == 303
    assert answer_of() is PartnerAnswer.ACCEPTED
    assert client.post(path, data={"answer": "needs-action"}).status_code == 422
    life.database.write(lambda session: partners.withdraw(session, participation_id, now=NOW, by=STAFF))
    assert "Undangan ini sudah ditarik." in words(client.get(path).text)
    assert client.post(path, data={"answer": "declined"}).status_code == 409
