"""Planning certificates: everybody who earned one gets exactly one, numbered without gaps, and late ones too."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from certificates import issuing
from certificates.models import Certificate, CertificateRole, CertificateState
from events.errors import Conflict, Invalid, NotFound
from events.models import Event, Evidence, Participation, ParticipationRole, Partner, PartnerKind, Registration, Track
from events.presence import attendance
from events.storage import LocalizedText, Session
from service.database.transactions import Database
from service.files.stored import StoredFiles
from tests.certificates.conftest import SETTINGS, Hall, Typist, make_hall
from tests.support.life import STAFF, Life


def numbers(hall: Hall) -> list[str]:
    return [each.number for each in hall.certificates()]


def test_everybody_who_attended_gets_one_and_nobody_else(hall: Hall) -> None:
    assert hall.plan() == 3
    written = hall.certificates()
    assert [each.registration_id for each in written] == hall.attended
    assert [each.name for each in written] == ["Peserta 0", "Peserta 1", "Peserta 2"]
    assert numbers(hall) == [f"000{number}/PERPUS-BTM/XII/2026" for number in (1, 2, 3)]
    assert {each.state for each in written} == {CertificateState.QUEUED}
    assert hall.life.event(hall.event_id).certificate_track is Track.RUNNING


def test_certificates_are_due_some_minutes_after_the_end(hall: Hall) -> None:
    assert list(hall.database.read(lambda session: issuing.due(session, now=hall.life.now))) == []
    assert list(hall.database.read(lambda session: issuing.due(session, now=hall.later))) == [hall.event_id]
    hall.plan()
    assert list(hall.database.read(lambda session: issuing.due(session, now=hall.later))) == []


def test_planning_twice_writes_nothing_new(hall: Hall) -> None:
    assert [hall.plan(), hall.plan()] == [3, 0]
    assert len(hall.certificates()) == 3


def test_planning_that_stopped_half_way_is_found_and_goes_on(hall: Hall) -> None:
    first = hall.database.write(lambda session: issuing.plan(session, hall.event_id, now=hall.later, chunk=2))
    assert first == (2, False)
    # The process died here: the event is still due, and the rest is all that planning writes.
    assert list(hall.database.read(lambda session: issuing.due(session, now=hall.later))) == [hall.event_id]
    assert hall.plan(chunk=2) == 1
    assert [each.registration_id for each in hall.certificates()] == hall.attended


def test_a_rollback_gives_its_numbers_back(hall: Hall) -> None:
    def plan_and_fail(session: Session) -> None:
        issuing.plan(session, hall.event_id, now=hall.later)
        raise NotFound

    with pytest.raises(NotFound):
        hall.database.write(plan_and_fail)
    hall.plan()
    assert numbers(hall)[0] == "0001/PERPUS-BTM/XII/2026"


def test_eight_planners_at_once_write_each_certificate_once(life: Life, database: Database, files: StoredFiles) -> None:
    hall = make_hall(life, database, files, attended=20, missed=0)
    failures: list[BaseException] = []
    start = threading.Barrier(8)

    def planner() -> None:
        start.wait()
        try:
            hall.plan(chunk=3)
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=planner) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(each.registration_id for each in hall.certificates() if each.registration_id) == sorted(hall.attended)
    assert numbers(hall) == [f"{number:04}/PERPUS-BTM/XII/2026" for number in range(1, 21)]


def test_events_that_are_planned_at_once_share_one_row_of_numbers_without_gap(
    life: Life, database: Database, files: StoredFiles
) -> None:
    """One organiser, four events: every number of the year is given once."""
    halls = [make_hall(life, database, files, attended=7, missed=0) for _ in range(4)]
    start = threading.Barrier(8, timeout=60)

    def planner(number: int) -> int:
        start.wait()
        return halls[number % 4].plan(chunk=2)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(planner, range(8))) == 28
    assert numbers(halls[0]) == [f"{number:04}/PERPUS-BTM/XII/2026" for number in range(1, 29)]


def test_an_event_where_nobody_came_is_done_at_once(life: Life, database: Database, files: StoredFiles) -> None:
    hall = make_hall(life, database, files, attended=0, missed=2)
    assert hall.plan() == 0
    assert hall.life.event(hall.event_id).certificate_track is Track.DONE
    assert [fact["issued"] for fact in hall.facts("CertificateTrackClosed")] == [0]


def test_certificates_that_were_switched_off_are_not_planned(
    life: Life, database: Database, files: StoredFiles
) -> None:
    hall = make_hall(life, database, files, certificate={**SETTINGS, "enabled": False})
    assert hall.plan() == 0
    assert hall.certificates() == []
    assert hall.life.event(hall.event_id).certificate_track is Track.NONE
    assert hall.facts("CertificateTrackClosed") == []


def test_evidence_that_comes_late_earns_one_late(hall: Hall, typist: Typist) -> None:
    late = hall.missed[0]

    def plan_for(session: Session) -> bool:
        return issuing.plan_for(session, late, now=hall.later)

    def mark(session: Session) -> None:
        attendance.note(session, late, Evidence.STAFF, now=hall.later, by=STAFF)

    # Before planning there is nothing to do: planning will see it. After it, only with evidence, and only once.
    assert hall.database.write(plan_for) is False
    hall.plan()
    hall.render_all(typist)
    assert hall.database.write(plan_for) is False
    hall.database.write(mark)
    assert [hall.database.write(plan_for), hall.database.write(plan_for)] == [True, False]
    hall.render_all(typist)
    assert [each.state for each in hall.certificates()] == [CertificateState.ISSUED] * 4
    assert numbers(hall)[3] == "0004/PERPUS-BTM/XII/2026"
    assert len(hall.facts("CertificateTrackClosed")) == 1


def test_a_rule_that_changes_after_planning_lets_others_earn_theirs(hall: Hall, typist: Typist) -> None:
    def use(session: Session, rule: dict[str, Any]) -> None:
        session.get_one(Event, hall.event_id).attendance_rule = rule

    def plan_late(session: Session) -> bool:
        return issuing.plan_late(session, hall.event_id, now=hall.later, chunk=2)

    hall.database.write(lambda session: use(session, {"needs": [], "minutes": 30}))
    assert hall.database.write(plan_late) is False  # planning will see who has attended
    assert hall.plan() == 0
    assert hall.database.write(plan_late) is False
    hall.database.write(lambda session: use(session, {}))
    assert [hall.database.write(plan_late) for _ in range(3)] == [True, False, False]
    hall.database.write(lambda session: use(session, {"needs": [], "minutes": 30}))
    assert hall.database.write(plan_late) is False
    hall.render_all(typist)
    assert [(each.registration_id, each.state) for each in hall.certificates()] == [
        (registration_id, CertificateState.ISSUED) for registration_id in hall.attended
    ]


def test_speakers_get_theirs_when_the_event_says_so(life: Life, database: Database, files: StoredFiles) -> None:
    hall = make_hall(
        life, database, files, attended=1, certificate={**SETTINGS, "roles": ["speaker", "moderator", "participant"]}
    )

    def invite(session: Session) -> None:
        for name, role, withdrawn in (
            ("Dr. Siti Aminah, S.Pd.", ParticipationRole.SPEAKER, False),
            ("Budi Santoso", ParticipationRole.MODERATOR, False),
            ("Yang Batal", ParticipationRole.SPEAKER, True),
            ("SMA 1", ParticipationRole.GUEST, False),
        ):
            partner = Partner(
                organiser_id=life.organiser_id, kind=PartnerKind.SPEAKER, name=name, affiliation=LocalizedText(),
                biography=LocalizedText(), created_at=life.now,
            )  # fmt: skip
            session.add(partner)
            session.flush()
            part = Participation(event_id=hall.event_id, partner_id=partner.id, role=role, topic=LocalizedText())
            part.withdrawn_at = life.now if withdrawn else None
            session.add(part)

    database.write(invite)
    assert hall.plan() == 3
    assert [(each.role, each.name) for each in hall.certificates()] == [
        (CertificateRole.SPEAKER, "Dr. Siti Aminah, S.Pd."),
        (CertificateRole.MODERATOR, "Budi Santoso"),
        (CertificateRole.PARTICIPANT, "Peserta 0"),
    ]


def test_each_organiser_counts_for_itself_and_goes_on_with_the_next_event(
    life: Life, database: Database, files: StoredFiles
) -> None:
    first, second = (make_hall(life, database, files, attended=2) for _ in range(2))
    first.plan()
    second.plan()
    assert numbers(second) == [f"000{number}/PERPUS-BTM/XII/2026" for number in (1, 2, 3, 4)]


# ---------------------------------------------------------------- corrections and revocations
def correct(hall: Hall, certificate_id: uuid.UUID, name: str) -> uuid.UUID:
    return hall.database.write(
        lambda session: issuing.correct_name(session, certificate_id, name, now=hall.later, by=STAFF)
    )


def revoke(hall: Hall, certificate_id: uuid.UUID, reason: str = "Salah orang") -> None:
    hall.database.write(
        lambda session: issuing.revoke(session, certificate_id, reason=reason, now=hall.later, by=STAFF)
    )


def test_a_corrected_name_is_a_new_version_with_the_same_number(hall: Hall, typist: Typist) -> None:
    hall.plan()
    hall.render_all(typist)
    old = hall.certificates()[0]
    new_id = correct(hall, old.id, "  Dr.  Ani Lestari ")
    assert hall.facts("CertificateReplaced") == [
        {
            "organiser_id": str(old.organiser_id),
            "event_id": str(old.event_id),
            "certificate_id": str(old.id),
            "replacement_id": str(new_id),
        }
    ]
    hall.render_all(typist)
    before, after = hall.certificates()[:2]
    assert (before.state, before.version, before.replaced_by, before.name) == (
        CertificateState.REPLACED, 1, new_id, "Peserta 0",
    )  # fmt: skip
    assert (after.state, after.version, after.number, after.name) == (
        CertificateState.ISSUED, 2, before.number, "Dr. Ani Lestari",
    )  # fmt: skip
    assert after.code != before.code
    with pytest.raises(Conflict):
        correct(hall, before.id, "Ani")


def test_a_name_corrected_before_it_is_drawn_needs_no_second_version(hall: Hall, typist: Typist) -> None:
    hall.plan()
    waiting = hall.certificates()[0]
    assert correct(hall, waiting.id, "Ani") == waiting.id
    hall.render_all(typist)
    assert sorted(typist.drawn) == ["Ani", "Peserta 1", "Peserta 2"]
    assert hall.facts("CertificateReplaced") == []


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "Peserta 0"])
def test_no_name_is_refused(sqlite_hall: Hall, name: str) -> None:
    sqlite_hall.plan()
    with pytest.raises(Invalid):
        correct(sqlite_hall, sqlite_hall.certificates()[0].id, name)


def test_a_revoked_certificate_stays_revoked(hall: Hall, typist: Typist) -> None:
    hall.plan()
    hall.render_all(typist)
    certificate = hall.certificates()[0]
    revoke(hall, certificate.id)
    revoke(hall, certificate.id)
    revoked = hall.certificates()[0]
    assert (revoked.state, revoked.revoked_at, revoked.revoked_reason) == (
        CertificateState.REVOKED, hall.later, "Salah orang",
    )  # fmt: skip
    assert len(hall.facts("CertificateRevoked")) == 1
    assert "Salah orang" not in str(hall.facts("CertificateRevoked"))
    with pytest.raises(Conflict):
        correct(hall, certificate.id, "Ani")


def test_revoking_needs_a_reason_and_a_certificate(sqlite_hall: Hall) -> None:
    sqlite_hall.plan()
    with pytest.raises(Invalid):
        revoke(sqlite_hall, sqlite_hall.certificates()[0].id, " ")
    with pytest.raises(NotFound):
        revoke(sqlite_hall, uuid.uuid4())


def test_revoking_the_last_one_that_waits_closes_the_track(hall: Hall, typist: Typist) -> None:
    hall.plan()
    for certificate in hall.certificates():
        revoke(hall, certificate.id)
    assert hall.life.event(hall.event_id).certificate_track is Track.DONE
    assert hall.render(typist) == 0


def test_facts_carry_no_personal_value(hall: Hall, typist: Typist) -> None:
    hall.plan()
    hall.render_all(typist)
    correct(hall, hall.certificates()[0].id, "Ani Rahasia")
    revoke(hall, hall.certificates()[2].id)

    def everything(session: Any) -> str:
        from events.outbox import FactRow  # noqa: PLC0415 - only here

        return str(session.execute(sa.select(FactRow.payload, FactRow.by)).all())

    written = hall.database.read(everything)
    codes = [each.code for each in hall.certificates()]
    for personal in ("Peserta", "Ani", "peserta0@example.org", "Salah orang", *codes):
        assert personal not in written


def test_a_person_can_be_erased_and_the_certificate_stands(hall: Hall) -> None:
    hall.plan()

    def erase(session: Session) -> None:
        session.execute(
            sa.update(Certificate).where(Certificate.registration_id == hall.attended[0]).values(registration_id=None)
        )
        assert session.get(Registration, hall.attended[0]) is not None

    hall.database.write(erase)
    assert len(hall.certificates()) == 3
