"""What partners do by their link: name people, send things in, consent, report; and what counts as a look."""

from __future__ import annotations

import io
import random
import re
import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient
from PIL import Image

from events.links import PARTNER
from events.models import ContributionItem, Participation, ParticipationRole, Partner, PartnerKind, Stage
from events.pages.partner_pages import seats_of
from events.partnership import allotments, contributions, partners
from events.recordings import recording_consent
from events.seating import seat_audit
from events.storage import Session
from service.files.portraits import FACE_BYTES, FACE_KINDS, FACE_SIDE
from service.processes import partner_sweeping
from service.wiring import Runtime
from tests.support.life import NOW, STAFF, Life
from tests.support.site import serving, words

_GOES_THERE = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "User-Agent": "Mozilla/5.0"}


def _invite(life: Life, event_id: uuid.UUID) -> uuid.UUID:
    def use_case(session: Session) -> uuid.UUID:
        partner = partners.add_partner(
            session, life.organiser_id, kind=PartnerKind.SPEAKER, name="Sulastri", email="s@example.org", now=NOW
        )
        return partners.invite(session, event_id, partner, role=ParticipationRole.SPEAKER, now=NOW, by=STAFF)

    return life.database.write(use_case)


def test_a_list_of_names_fills_the_seats_and_nobody_is_in_without_consent(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    part = _invite(life, life.webinar(capacity=10))
    life.do(allotments.allot, part, 3, release_at=NOW + timedelta(days=3))
    path = f"/p/{runtime.links.token(PARTNER, part)}/seats"
    assert "0 dari 3 kursi sudah bernama." in words(client.get(path).text)
    people = "1. Ani Lestari, ani@contoh.example\nBudi Santoso"
    refused = client.post(path, data={"people": people})
    assert (refused.status_code, "Ani Lestari" in refused.text) == (422, True)
    assert client.post(path, data={"people": people, "consent": "yes"}).status_code == 303
    found = life.database.read(lambda session: seats_of(session, part))
    assert found is not None
    assert [(each.name, each.email) for each in found.people] == [
        ("Ani Lestari", "ani@contoh.example"),
        ("Budi Santoso", None),
    ]
    assert "2 dari 3 kursi sudah bernama." in words(client.get(path).text)
    assert client.post(path, data={"people": "Cici\nDodi", "consent": "yes"}).status_code == 422
    assert client.post(f"{path}/{found.people[0].id}", data={"do": "remove"}).status_code == 303
    assert "1 dari 3 kursi sudah bernama." in words(client.get(path).text)


def test_a_photo_is_taken_over_only_after_staff_have_seen_it(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    part = _invite(life, life.webinar())
    items = [ContributionItem.PHOTO, ContributionItem.BIOGRAPHY]
    life.do(contributions.ask, part, items, due_at=None)
    path = f"/p/{runtime.links.token(PARTNER, part)}/materials"
    assert client.get(path).status_code == 200
    picture = io.BytesIO()
    Image.new("RGB", (300, 300), "red").save(picture, "PNG")
    lie = client.post(path, files={"photo": ("saya.jpg", b"not a picture", "image/jpeg")})
    assert lie.status_code == 422
    sent = client.post(
        path, data={"biography_id": "Penulis."}, files={"photo": ("saya.png", picture.getvalue(), "image/png")}
    )
    assert sent.status_code == 303

    def photo(session: Any) -> tuple[str | None, str]:
        partner = session.get(Partner, session.get(Participation, part).partner_id)
        return partner.photo_key, partner.biography.id

    assert life.database.read(photo) == (None, "")
    for item in items:
        life.do(contributions.accept, part, item)
    key, biography = life.database.read(photo)
    assert (key is not None and runtime.files.exists(key), biography) == (True, "Penulis.")


def test_consent_to_be_recorded_is_given_and_taken_back_by_the_same_link(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    event_id = life.webinar()
    part = _invite(life, event_id)
    path = f"/p/{runtime.links.token(PARTNER, part)}/consent"
    for said in ("publish", "no"):
        data = {"consent": said, "version": recording_consent.VERSION}
        assert client.post(path, data=data).status_code == 303
        found = life.database.read(lambda s: recording_consent.clearance(s, event_id))
        assert (len(found.against), len(found.silent)) == (0 if said == "publish" else 1, 0)
    said_all = life.database.read(lambda session: recording_consent.history(session, part))
    assert [each.published for each in said_all] == [False, True]
    assert client.post(path, data={"consent": "publish", "version": "old"}).status_code == 409


def test_a_report_waits_for_the_end_of_the_event(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    part = _invite(life, life.webinar(Stage.LIVE))
    path = f"/p/{runtime.links.token(PARTNER, part)}/report"
    assert client.get(path).status_code == 200
    assert client.post(path, data={"people": "3", "comment": "Ramai"}).status_code == 409


def test_only_a_person_who_goes_there_counts_as_having_looked(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    event_id = life.webinar()
    part = _invite(life, event_id)
    path = f"/p/{runtime.links.token(PARTNER, part)}"
    for headers in (
        {},
        {**_GOES_THERE, "User-Agent": "WhatsApp/2.23"},
        {**_GOES_THERE, "Sec-Purpose": "prefetch"},
    ):
        assert client.get(path, headers=headers).status_code == 200
    assert life.facts(event_id).count("PartnerOpened") == 0
    for _ in range(2):
        client.get(path, headers=_GOES_THERE)
    assert life.facts(event_id).count("PartnerOpened") == 1


# ---------------------------------------------------------------- the face on the event's page
def _noisy(side: int) -> bytes:
    """Return a picture that cannot be made small without losing something."""
    picture, out = Image.frombytes("RGB", (side, side), random.Random(7).randbytes(side * side * 3)), io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _accepted_photo(client: TestClient[Any], life: Life, runtime: Runtime, part: uuid.UUID) -> None:
    path = f"/p/{runtime.links.token(PARTNER, part)}/materials"
    assert client.post(path, files={"photo": ("saya.png", _noisy(700), "image/png")}).status_code == 303
    life.do(contributions.accept, part, ContributionItem.PHOTO)


def test_an_events_page_shows_the_face_that_staff_took_over_and_forgets_it_with_the_person(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    event_id = life.webinar()
    part = _invite(life, event_id)
    life.do(contributions.ask, part, [ContributionItem.PHOTO], due_at=None)
    _accepted_photo(client, life, runtime, part)
    page = f"/events/perpustakaan-batam/{life.event(event_id).slug}"
    shown = set(re.findall(rf"{page}/speakers/[0-9a-f]+\.(?:avif|webp)", client.get(page).text))
    assert {each.rpartition(".")[2] for each in shown} == set(FACE_KINDS)
    for address in shown:
        answer = client.get(address)
        assert (answer.status_code, answer.headers["content-type"]) == (200, f"image/{address.rpartition('.')[2]}")
        assert len(answer.content) <= FACE_BYTES
        with Image.open(io.BytesIO(answer.content)) as face:
            assert face.size == (FACE_SIDE, FACE_SIDE)
    for wrong in (f"{min(shown)}.jpg", f"{page}/speakers/{uuid.uuid4().hex}.webp"):
        assert client.get(wrong).status_code == 404

    keys = _stored(runtime, part)
    assert [runtime.files.exists(key) for key in keys] == [True] * 3
    _accepted_photo(client, life, runtime, part)
    partner_sweeping.sweep(runtime)
    assert [runtime.files.exists(key) for key in keys] == [False] * 3
    assert [runtime.files.exists(key) for key in _stored(runtime, part)] == [True] * 3


def _stored(runtime: Runtime, part: uuid.UUID) -> list[str]:
    def query(session: Any) -> str:
        key: str = session.get(Partner, session.get(Participation, part).partner_id).photo_key
        return key

    key = runtime.database.read(query)
    return [key, *(f"{key}.{kind}" for kind in FACE_KINDS)]


# ---------------------------------------------------------------- seats: too much, too long, at the same time
def _seats(life: Life, runtime: Runtime, count: int, **columns: Any) -> tuple[uuid.UUID, str]:
    part = _invite(life, life.webinar(capacity=200, **columns))
    life.do(allotments.allot, part, count, release_at=NOW + timedelta(days=3))
    return part, f"/p/{runtime.links.token(PARTNER, part)}/seats"


def _named(life: Life, part: uuid.UUID) -> int:
    found = life.database.read(lambda session: seats_of(session, part))
    assert found is not None
    return len(found.people)


def test_a_hundred_people_are_pasted_at_once_or_none(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    part, path = _seats(life, runtime, 100)
    people = [f"{number}. Siswa Nomor {number}; siswa{number}@contoh.example" for number in range(1, 101)]
    once_more = client.post(path, data={"people": "\n".join([*people, "Seorang Lagi"]), "consent": "yes"})
    assert (once_more.status_code, _named(life, part)) == (422, 0)
    assert "Kursi Anda tinggal 100, sedangkan daftar ini lebih banyak." in words(once_more.text)
    twice = client.post(path, data={"people": "\n".join([*people[:99], people[0]]), "consent": "yes"})
    assert (twice.status_code, _named(life, part)) == (422, 0)
    assert client.post(path, data={"people": "\r\n".join(people), "consent": "yes"}).status_code == 303
    assert _named(life, part) == 100


@pytest.mark.parametrize(
    "people",
    [
        "x" * 10_000,
        "Ani, " + "a" * 10_000 + "@contoh.example",
        "Ani, ani@contoh.example, " + "w" * 10_000 + ", wali@contoh.example",
        "Ani, ani@contoh.example, Rina Lestari, rina@contoh.example",
        "Ani, bukan@alamat@sama.sekali",
        "Ani\u202eidA, 0812",
        "=HYPERLINK(1)\x01",
        "\n".join(f"Siswa {number}" for number in range(2_000)),
        ";;;;\n,,,,",
    ],
    ids=["name", "contact", "guardian", "minor", "address", "turned", "control", "thousands", "nobody"],
)
def test_what_is_too_long_or_nonsense_is_said_and_names_nobody(
    client: TestClient[Any], life: Life, runtime: Runtime, people: str
) -> None:
    part, path = _seats(life, runtime, 5)
    answer = client.post(path, data={"people": people, "consent": "yes"})
    assert (answer.status_code, _named(life, part)) == (422, 0)
    assert 'aria-invalid="true"' in answer.text


def test_two_browsers_fill_the_last_seats_and_the_others_are_told(database_url: str, tmp_path: Path) -> None:
    with serving(database_url, tmp_path, now=NOW) as site:
        part, path = _seats(site.life, site.runtime, 9)
        start = threading.Barrier(6, timeout=60)

        def send(number: int) -> int:
            people = f"Ani {number}\nBudi {number}"
            with httpx.Client(base_url=site.url, timeout=60) as browser:
                browser.get(path)
                start.wait()
                return browser.post(path, data={"people": people, "consent": "yes"}).status_code

        with ThreadPoolExecutor(6) as crowd:
            told = Counter(crowd.map(send, range(6)))
        assert told == {303: 4, 422: 2}
        assert _named(site.life, part) == 8
        assert list(site.runtime.database.read(seat_audit.find_drift)) == []


@pytest.mark.parametrize(
    "lie",
    [
        ("photo", "saya.jpg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("photo", "saya.png", b"%PDF-1.7\n%%EOF"),
        ("photo", "saya.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 400),
        ("photo", "saya.jpg", b""),
        ("slides", "materi.pdf", b"PK\x03\x04" + b"\0" * 400),
        ("slides", "materi.pdf", b"\x89PNG\r\n\x1a\n" + b"\0" * 400),
        ("slides", "materi.pdf", b"MZ" + b"\0" * 400),
    ],
)
def test_files_that_lie_are_refused_and_nothing_is_kept(
    client: TestClient[Any], life: Life, runtime: Runtime, lie: tuple[str, str, bytes]
) -> None:
    field, filename, body = lie
    part = _invite(life, life.webinar())
    items = [ContributionItem.PHOTO, ContributionItem.SLIDES, ContributionItem.TITLE]
    life.do(contributions.ask, part, items, due_at=None)
    path = f"/p/{runtime.links.token(PARTNER, part)}/materials"
    answer = client.post(path, data={"title_id": "Pantun"}, files={field: (filename, body, "image/jpeg")})
    assert (answer.status_code, 'aria-invalid="true"' in answer.text, "Pantun" in answer.text) == (422, True, True)
    asked = life.database.read(lambda session: contributions.asked_of(session, part))
    assert [each.given_at for each in asked] == [None] * 3
    assert "Sudah diterima" not in words(client.get(path).text)


def test_texts_that_are_too_long_are_said(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    part = _invite(life, life.webinar())
    life.do(contributions.ask, part, list(ContributionItem), due_at=None)
    path = f"/p/{runtime.links.token(PARTNER, part)}/materials"
    long = {"biography_id": "a" * 10_000, "title_en": "b" * 10_000, "needs": "c" * 10_000, "phone": "9" * 10_000}
    refused = client.post(path, data=long)
    assert (refused.status_code, refused.text.count('aria-invalid="true"')) == (422, 4)


def test_consent_that_was_given_before_it_was_asked_for_is_there(life: Life) -> None:
    part = _invite(life, life.webinar())
    life.do(recording_consent.say, part, recorded=True, published=True, locale="id", by=f"partner:{part}")
    items = [ContributionItem.RECORDING_CONSENT, ContributionItem.TITLE]
    life.do(contributions.ask, part, items, due_at=None)
    asked = life.database.read(lambda session: contributions.asked_of(session, part))
    assert [(each.item, each.given_at) for each in asked] == [
        (ContributionItem.TITLE, None),
        (ContributionItem.RECORDING_CONSENT, NOW),
    ]
