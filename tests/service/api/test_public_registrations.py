from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest

from certificates.models import Certificate, CertificateRole, CertificateState
from events.drafts import lifecycle
from events.links import JOIN, PARTNER
from events.models import Evidence, ParticipationRole, PartnerKind, Registration, RegistrationState, Stage
from events.partnership import partners
from events.registrations.registration import revoke_links
from events.storage import Session
from tests.service.api.conftest import Site
from tests.support.calendars import assert_calendar_valid
from tests.support.life import NOW, STARTS_AT
from tests.support.polling import PATIENCE


def answers(person: int = 1, **changes: Any) -> dict[str, Any]:
    return {"name": f"Peserta {person}", "email": f"peserta{person}@example.org", "consent": True, **changes}


def register(client: httpx.Client, event_id: uuid.UUID, person: int = 1, **changes: Any) -> httpx.Response:
    return client.post(f"/events/{event_id}/registrations", json=answers(person, **changes))


def test_registration_answers_with_the_persons_own_links(site: Site, anybody: httpx.Client) -> None:
    event_id = site.life.webinar()
    made = register(anybody, event_id, phone="0812 3456 7890")
    assert made.status_code == 201
    body = made.json()
    assert body["state"] == "confirmed"
    assert body["manage_url"] == site.runtime.links.url(f"r/{body['token']}")
    stored = site.life.registration(uuid.UUID(body["id"]))
    assert (stored.name, stored.email, stored.phone, stored.locale) == (
        "Peserta 1",
        "peserta1@example.org",
        "+6281234567890",
        "en",
    )


def test_everything_that_is_wrong_is_said_at_once_in_the_persons_language(site: Site) -> None:
    event_id = site.life.webinar()
    wrong = {"name": " ", "email": "tidak", "party_size": 0, "consent": False, "extra": 1}
    for language, message in (("id", "Bagian ini perlu diisi."), ("en", "Please fill this in.")):
        with site.client(**{"Accept-Language": language}) as client:
            refused = client.post(f"/events/{event_id}/registrations", json=wrong)
        assert refused.status_code == 422
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.headers["content-language"] == language
        problem = refused.json()
        assert [(each["field"], each["code"]) for each in problem["errors"]] == [
            ("name", "missing"),
            ("email", "email"),
            ("party_size", "too_small"),
            ("consent", "consent"),
            ("extra", "unknown"),
        ]
        assert problem["errors"][0]["message"] == message


def test_second_registration_of_the_same_person_is_a_conflict(site: Site, anybody: httpx.Client) -> None:
    event_id = site.life.webinar()
    assert register(anybody, event_id).status_code == 201
    refused = register(anybody, event_id, email="PESERTA1@example.org")
    assert (refused.status_code, refused.json()["code"]) == (409, "already_registered")
    assert refused.json()["errors"][0]["field"] == "email"


@pytest.mark.parametrize(
    ("stage", "code"),
    [
        (Stage.DRAFT, (404, "not_found")),
        (Stage.PUBLISHED, (409, "closed")),
        (Stage.REGISTRATION_CLOSED, (409, "closed")),
        (Stage.LIVE, (409, "closed")),
        (Stage.ENDED, (409, "closed")),
        (Stage.ARCHIVED, (409, "closed")),
        (Stage.POSTPONED, (409, "closed")),
        (Stage.CANCELLED, (409, "closed")),
    ],
)
def test_registration_outside_its_stage_is_refused(
    site: Site, anybody: httpx.Client, stage: Stage, code: tuple[int, str]
) -> None:
    refused = register(anybody, site.life.webinar(stage))
    assert (refused.status_code, refused.json()["code"]) == code


def test_twenty_identical_posts_make_one_registration_and_one_answer(site: Site) -> None:
    event_id = site.life.webinar()
    key = str(uuid.uuid4())

    with site.client(**{"Idempotency-Key": key}) as client, ThreadPoolExecutor(20) as pool:
        given = list(pool.map(lambda _: register(client, event_id), range(20)))
    assert {answer.status_code for answer in given} == {201}
    assert len({answer.text for answer in given}) == 1
    assert site.life.pool(event_id).taken == 1


def test_key_with_another_payload_is_refused(site: Site) -> None:
    event_id = site.life.webinar()
    with site.client(**{"Idempotency-Key": "kunci-yang-sama"}) as client:
        assert register(client, event_id, 1).status_code == 201
        refused = register(client, event_id, 2)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert site.life.pool(event_id).taken == 1


def test_key_does_not_remember_a_refusal(site: Site) -> None:
    event_id = site.life.webinar(capacity=1, waitlist=False)
    first = site.life.register(event_id, 99)
    with site.client(**{"Idempotency-Key": "coba-lagi-nanti"}) as client:
        assert register(client, event_id).json()["code"] == "full"
        with site.client() as plain:
            token = site.runtime.links.token("manage", first.registration_id)
            assert plain.post(f"/my/registrations/{token}/cancel").status_code == 200
        assert register(client, event_id).status_code == 201


def test_key_that_is_too_short_is_refused(site: Site) -> None:
    with site.client(**{"Idempotency-Key": "x"}) as client:
        refused = register(client, site.life.webinar())
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "Idempotency-Key")


def test_crowd_of_200_gets_exactly_the_ten_seats(site: Site) -> None:
    event_id = site.life.webinar(capacity=10)

    with site.client() as client, ThreadPoolExecutor(40) as pool:
        states = list(pool.map(lambda person: register(client, event_id, person).json()["state"], range(200)))
    assert (states.count("confirmed"), states.count("waitlisted")) == (10, 190)
    pool_row = site.life.pool(event_id)
    assert (pool_row.taken, pool_row.waiting) == (10, 190)


def test_own_place_is_seen_cancelled_and_offered_on(site: Site, anybody: httpx.Client) -> None:
    event_id = site.life.webinar(capacity=1)
    first = register(anybody, event_id, 1).json()
    second = register(anybody, event_id, 2).json()
    place = anybody.get(f"/my/registrations/{second['token']}")
    assert place.status_code == 200
    assert place.headers["cache-control"] == "no-store"
    assert (place.json()["state"], place.json()["position"]) == ("waitlisted", 1)
    assert anybody.post(f"/my/registrations/{first['token']}/cancel").json()["state"] == "cancelled"
    assert anybody.post(f"/my/registrations/{first['token']}/cancel").json()["state"] == "cancelled"
    offered = anybody.get(f"/my/registrations/{second['token']}").json()
    assert offered["state"] == "offered"
    accepted = anybody.post(f"/my/registrations/{second['token']}/accept-offer")
    assert (accepted.status_code, accepted.json()["state"]) == (200, "confirmed")


def test_offer_that_was_not_answered_in_time_is_gone(site: Site, anybody: httpx.Client) -> None:
    event_id = site.life.webinar(capacity=1)
    first, second = register(anybody, event_id, 1).json(), register(anybody, event_id, 2).json()
    anybody.post(f"/my/registrations/{first['token']}/cancel")
    site.at(NOW + timedelta(hours=25))
    assert anybody.post(f"/my/registrations/{second['token']}/accept-offer").status_code == 410


def test_dead_and_foreign_links_open_nothing(site: Site, anybody: httpx.Client) -> None:
    event_id = site.life.webinar()
    made = register(anybody, event_id).json()
    key = uuid.UUID(made["id"])
    join_token = site.runtime.links.token(JOIN, key)
    forged = made["token"][:-1] + ("A" if made["token"][-1] != "A" else "B")
    assert anybody.get("/my/registrations/%00").status_code == 400
    for token in (join_token, forged, "x", "é", "a" * 200):
        assert anybody.get(f"/my/registrations/{token}").status_code == 404
    assert anybody.get(f"/my/registrations/{'a' * 5000}").status_code in (400, 404, 414)
    site.runtime.database.write(lambda session: revoke_links(session, key, now=NOW, by="staff:test"))
    for answer in (
        anybody.get(f"/my/registrations/{made['token']}"),
        anybody.post(f"/my/registrations/{made['token']}/cancel"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (410, "gone")
    assert site.life.registration(key).state is RegistrationState.CONFIRMED


def test_joining_and_code_words_leave_evidence(site: Site, anybody: httpx.Client) -> None:
    event_id = site.life.webinar(start_code="Melati 7")
    made = register(anybody, event_id).json()
    assert anybody.post(f"/my/registrations/{made['token']}/join").json() == {"meeting_url": None}
    site.at(STARTS_AT)
    site.runtime.database.write(lambda session: lifecycle.start(session, event_id, now=STARTS_AT, by="clock"))
    joined = anybody.post(f"/my/registrations/{made['token']}/join")
    assert joined.json() == {"meeting_url": "https://meet.example/abc"}
    wrong = anybody.post(f"/my/registrations/{made['token']}/code-words", json={"code": "Mawar"})
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "wrong_code")
    right = anybody.post(f"/my/registrations/{made['token']}/code-words", json={"code": "melati7"})
    assert right.json() == {"evidence": "start_code"}
    assert anybody.get(f"/my/registrations/{made['token']}").json()["evidence"] == [
        Evidence.JOINED.value,
        Evidence.START_CODE.value,
    ]


def test_partner_sees_and_answers_the_invitation(site: Site, anybody: httpx.Client) -> None:
    event_id = site.life.webinar()

    def invite(session: Any) -> uuid.UUID:
        partner_id = partners.add_partner(
            session, site.life.organiser_id, kind=PartnerKind.SPEAKER, name="Dr. Siti Aminah", now=NOW
        )
        return partners.invite(session, event_id, partner_id, role=ParticipationRole.SPEAKER, now=NOW, by="staff:x")

    key = site.runtime.database.write(invite)
    token = site.runtime.links.token(PARTNER, key)
    seen = anybody.get(f"/my/invitations/{token}").json()
    assert (seen["name"], seen["answer"]) == ("Dr. Siti Aminah", "needs-action")
    for answer in ("accepted", "declined", "declined"):
        given = anybody.post(f"/my/invitations/{token}/answer", json={"answer": answer})
        assert (given.status_code, given.json()["answer"]) == (200, answer)
    assert anybody.post(f"/my/invitations/{token}/answer", json={"answer": "perhaps"}).status_code == 422
    assert anybody.get(f"/my/invitations/{made_up_token(site)}").status_code == 404


def made_up_token(site: Site) -> str:
    """A token that was signed here, of a row that is not there."""
    return site.runtime.links.token(PARTNER, uuid.uuid4())


def test_answers_of_one_person_never_show_in_anothers(site: Site, anybody: httpx.Client) -> None:
    event_id = site.life.webinar()
    made = register(anybody, event_id, 1).json()
    register(anybody, event_id, 2)
    for address in (f"/events/{event_id}", "/events", f"/my/registrations/{made['token']}"):
        assert "peserta2" not in anybody.get(address).text
    assert site.runtime.database.read(lambda session: session.get(Registration, uuid.UUID(made["id"]))) is not None


def test_a_speaker_keeps_the_date_and_the_certificate(site: Site, anybody: httpx.Client) -> None:
    event_id = site.life.webinar()
    part, other = (invite(site, event_id, name) for name in ("Sulastri", "Hasan"))
    token, key = site.runtime.links.token(PARTNER, part), uuid.uuid4()
    address = f"/my/invitations/{token}"
    body = anybody.get(f"{address}/calendar.ics").content
    [reading] = assert_calendar_valid(body, method="PUBLISH")
    assert reading.uid == str(part)
    assert anybody.get(f"{address}/certificates").json() == {"items": []}
    site.runtime.files.put("certificates/lastri.pdf", b"%PDF-1.7 test", content_type="application/pdf")
    site.runtime.database.write(lambda session: certify(session, site, event_id, part, key))
    [held] = anybody.get(f"{address}/certificates").json()["items"]
    assert (held["id"], held["role"]) == (str(key), "speaker")
    assert anybody.get(f"{address}/certificates/{key}").content == b"%PDF-1.7 test"
    page = httpx.get(f"{site.url}/p/{token}", timeout=PATIENCE).text
    assert f"/p/{token}/certificate/{held['code']}" in page
    assert httpx.get(f"{site.url}/p/{token}/certificate/{held['code']}", timeout=PATIENCE).content == b"%PDF-1.7 test"
    foreign = site.runtime.links.token(PARTNER, other)
    assert anybody.get(f"/my/invitations/{foreign}/certificates/{key}").status_code == 404
    assert httpx.get(f"{site.url}/p/{foreign}/certificate/{held['code']}", timeout=PATIENCE).status_code == 404


def invite(site: Site, event_id: uuid.UUID, name: str) -> uuid.UUID:
    speaker = site.life.do(partners.add_partner, site.life.organiser_id, kind=PartnerKind.SPEAKER, name=name)
    return site.life.do(partners.invite, event_id, speaker, role=ParticipationRole.SPEAKER)


def certify(session: Session, site: Site, event_id: uuid.UUID, part: uuid.UUID, key: uuid.UUID) -> None:
    session.add(
        Certificate(
            id=key,
            organiser_id=site.life.organiser_id,
            event_id=event_id,
            participation_id=part,
            role=CertificateRole.SPEAKER,
            name="Sulastri",
            locale="id",
            number="0001/PERPUS/XII/2026",
            code="ABCDEFGHJKMNPQRSTVWXYZ2345",
            state=CertificateState.ISSUED,
            file_key="certificates/lastri.pdf",
            created_at=NOW,
            issued_at=NOW,
        )
    )
