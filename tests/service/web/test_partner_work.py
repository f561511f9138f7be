"""What partners do by their link: name people, send things in, consent, report; and what counts as a look."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta
from typing import Any

from litestar.testing import TestClient
from PIL import Image

from events import allotments, contributions, partners, recording_consent
from events.links import PARTNER
from events.models import ContributionItem, Participation, ParticipationRole, Partner, PartnerKind, Stage
from events.partner_pages import seats_of
from events.storage import Session
from service.wiring import Runtime
from tests.support.life import NOW, STAFF, Life
from tests.support.site import words

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
