"""Drawing what is due: exactly once whatever rings how often, and nothing lost when a worker or a drawing fails."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Generator, Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from certificates import delivery, issuing
from certificates.content import CertificateContent, Failure
from certificates.models import Certificate, CertificateState
from certificates.renderer import ProcessRenderer
from certificates.signing import PadesSigner
from events import deliveries
from events.models import Event, Organiser, Track
from events.storage import Session
from service.database.transactions import Database
from service.files.stored import StoredFiles
from tests.certificates.conftest import REAL, Hall, Stamp, Typist, make_hall, verify_url
from tests.support.life import STAFF, Life


def test_what_is_planned_is_issued_with_its_file_and_its_fact(hall: Hall, typist: Typist) -> None:
    hall.plan()
    assert hall.render(typist) == 3
    issued = hall.certificates()
    assert [each.state for each in issued] == [CertificateState.ISSUED] * 3
    for certificate in issued:
        assert certificate.file_key is not None
        body = hall.files.get(certificate.file_key)
        assert body == b"signed:" + certificate.name.encode()
        assert certificate.sha256 == hashlib.sha256(body).hexdigest()
        assert certificate.issued_at == hall.later
    assert hall.facts("CertificateIssued") == [
        {
            "organiser_id": str(each.organiser_id),
            "event_id": str(each.event_id),
            "certificate_id": str(each.id),
            "registration_id": str(each.registration_id),
            "participation_id": None,
            "role": "participant",
            "version": 1,
        }
        for each in issued
    ]
    assert hall.life.event(hall.event_id).certificate_track is Track.DONE
    assert [fact["issued"] for fact in hall.facts("CertificateTrackClosed")] == [3]
    assert hall.render(typist) == 0


def test_every_event_that_is_due_is_planned(life: Life, database: Database, files: StoredFiles) -> None:
    halls = [make_hall(life, database, files, attended=attended, missed=0) for attended in (2, 0, 1)]
    assert delivery.plan_due(database, now=life.now) == 0
    assert delivery.plan_due(database, now=halls[0].later) == 3
    assert delivery.plan_due(database, now=halls[0].later) == 0
    assert [life.event(hall.event_id).certificate_track for hall in halls] == [Track.RUNNING, Track.DONE, Track.RUNNING]


def test_a_bell_rung_eight_times_at_once_issues_each_certificate_once(
    life: Life, database: Database, files: StoredFiles, typist: Typist
) -> None:
    hall = make_hall(life, database, files, attended=40, missed=0)
    hall.plan()
    claimed: list[int] = []
    failures: list[BaseException] = []
    start = threading.Barrier(8)

    def worker() -> None:
        start.wait()
        try:
            while taken := hall.render(typist, limit=7):
                claimed.append(taken)
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=worker) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sum(claimed) == 40
    assert Counter(typist.drawn) == Counter(f"Peserta {number}" for number in range(40))
    assert Counter(fact["certificate_id"] for fact in hall.facts("CertificateIssued")) == Counter(
        str(each.id) for each in hall.certificates()
    )
    assert len(hall.facts("CertificateTrackClosed")) == 1
    assert hall.life.event(hall.event_id).certificate_track is Track.DONE


def test_a_worker_that_comes_too_late_settles_nothing_and_leaves_no_file(hall: Hall, typist: Typist) -> None:
    """Its lease had run out, another worker issued the certificates, and then it finished after all."""
    hall.plan()

    class Slow(Typist):
        def render(self, contents: Any) -> Any:
            hall.database.write(
                lambda session: deliveries.release_expired(
                    session, Certificate, real_now=REAL + delivery.LEASE + timedelta(seconds=1)
                )
            )
            assert hall.render(typist) == 3
            return (b"late " + content.name.encode() for content in contents)

    assert hall.render(Slow()) == 3
    assert len(hall.facts("CertificateIssued")) == 3
    for certificate in hall.certificates():
        assert certificate.file_key is not None
        assert hashlib.sha256(hall.files.get(certificate.file_key)).hexdigest() == certificate.sha256
        late = hashlib.sha256(b"signed:late " + certificate.name.encode()).hexdigest()
        assert not hall.files.exists(f"certificates/{certificate.id}-{late[:16]}.pdf")


def test_what_a_dead_worker_held_is_drawn_by_the_next(hall: Hall, typist: Typist) -> None:
    hall.plan()
    hall.database.write(
        lambda session: deliveries.claim(
            session, Certificate, now=hall.later, real_now=REAL, limit=2, lease=delivery.LEASE
        )
    )
    assert hall.render(typist) == 1
    assert hall.life.event(hall.event_id).certificate_track is Track.RUNNING
    after = REAL + delivery.LEASE + timedelta(seconds=1)
    assert hall.database.write(lambda s: deliveries.release_expired(s, Certificate, real_now=after)) == 2
    assert hall.render(typist) == 2
    assert hall.life.event(hall.event_id).certificate_track is Track.DONE


def test_one_that_cannot_be_drawn_harms_no_other_and_is_tried_again(hall: Hall, typist: Typist) -> None:
    hall.plan()
    typist.failing = {"Peserta 1"}
    hall.render(typist)
    assert [each.state for each in hall.certificates()] == [
        CertificateState.ISSUED,
        CertificateState.QUEUED,
        CertificateState.ISSUED,
    ]
    assert hall.render(typist) == 0  # not before its time
    for attempt in range(2, delivery.MAX_ATTEMPTS + 1):
        assert hall.render(typist, now=hall.later + timedelta(hours=attempt)) == 1
    failed = hall.certificates()[1]
    assert (failed.state, failed.attempts, failed.last_error) == (CertificateState.FAILED, 4, "not_drawn: told to")
    assert [(fact["certificate_id"], fact["reason"]) for fact in hall.facts("CertificateFailed")] == [
        (str(failed.id), "not_drawn")
    ]
    # The track stays open until somebody has seen to it.
    assert hall.life.event(hall.event_id).certificate_track is Track.RUNNING
    typist.failing = set()
    hall.database.write(lambda session: issuing.retry(session, failed.id, now=hall.later))
    assert hall.render(typist) == 1
    assert hall.life.event(hall.event_id).certificate_track is Track.DONE


def test_settings_that_cannot_be_read_fail_their_own_event_only(
    life: Life, database: Database, files: StoredFiles, typist: Typist
) -> None:
    good, bad = (make_hall(life, database, files, attended=1, missed=0) for _ in range(2))
    good.plan()
    bad.plan()

    def spoil(session: Session) -> None:
        session.get_one(Event, bad.event_id).certificate = {"design": "no such design"}

    database.write(spoil)
    good.render(typist)
    states = {each.event_id: (each.state, each.last_error) for each in good.certificates()}
    assert states == {
        good.event_id: (CertificateState.ISSUED, None),
        bad.event_id: (CertificateState.QUEUED, "settings: cannot be read: design"),
    }


def test_a_certificate_revoked_while_it_is_drawn_is_not_issued(hall: Hall) -> None:
    hall.plan()
    wanted = hall.certificates()[0].id

    class Revoking(Typist):
        def render(self, contents: Any) -> Any:
            hall.database.write(
                lambda session: issuing.revoke(session, wanted, reason="Salah", now=hall.later, by=STAFF)
            )
            return super().render(contents)

    hall.render(Revoking())
    assert hall.certificates()[0].state is CertificateState.REVOKED
    assert str(wanted) not in {fact["certificate_id"] for fact in hall.facts("CertificateIssued")}
    assert hall.life.event(hall.event_id).certificate_track is Track.DONE


def test_a_missing_logo_stops_nothing(hall: Hall, typist: Typist) -> None:
    hall.plan()

    def brand(session: Session) -> None:
        session.execute(sa.update(Organiser).values(brand={"logo_key": "logos/gone"}))

    hall.database.write(brand)
    hall.render(typist)
    assert [each.state for each in hall.certificates()] == [CertificateState.ISSUED] * 3


def test_real_certificates_from_plan_to_signed_file(
    life: Life, database: Database, files: StoredFiles, renderer: ProcessRenderer, signer: PadesSigner
) -> None:
    hall = make_hall(life, database, files, attended=2, missed=0)
    hall.plan()
    hall.render_all(renderer, signer)
    issued = hall.certificates()
    assert [each.state for each in issued] == [CertificateState.ISSUED] * 2
    for certificate in issued:
        assert certificate.file_key is not None
        assert files.get(certificate.file_key).startswith(b"%PDF-1.7")
        assert verify_url(certificate.code).endswith(certificate.code)


def states(hall: Hall) -> Counter[tuple[str, int]]:
    return Counter((each.state.value, each.attempts) for each in hall.certificates())


def test_one_that_cannot_be_composed_signed_or_stored_harms_no_other(hall: Hall, typist: Typist) -> None:
    hall.plan()
    first, second, third = hall.certificates()

    def verify(code: str) -> str:
        if code == first.code:
            raise ValueError("no address")
        return verify_url(code)

    class Clumsy(Stamp):
        def sign(self, pdf: bytes, *, reason: str, location: str) -> bytes:
            if pdf == second.name.encode():
                raise OSError("the pen is dry")
            return super().sign(pdf, reason=reason, location=location)

    hall.render(typist, Clumsy(), verify_url=verify)
    assert [(each.state.value, each.attempts, each.last_error) for each in hall.certificates()] == [
        ("queued", 1, "broken: ValueError: no address"),
        ("queued", 1, "broken: OSError: the pen is dry"),
        ("issued", 1, None),
    ]
    assert third.number == hall.certificates()[2].number
    hall.render(typist, now=hall.later + timedelta(minutes=2))
    assert {each.state for each in hall.certificates()} == {CertificateState.ISSUED}


def test_renderer_that_breaks_leaves_nothing_held(hall: Hall) -> None:
    """The first is issued, the second was its turn and waits, the third was not tried and is there at once."""
    hall.plan()

    class Broken(Typist):
        def render(self, contents: Sequence[CertificateContent]) -> Generator[bytes | Failure]:
            yield from super().render(contents[:1])
            raise RuntimeError("out of paper")

    assert hall.render(Broken()) == 3
    assert [(each.state.value, each.attempts, each.last_error) for each in hall.certificates()] == [
        ("issued", 1, None),
        ("queued", 1, "broken: RuntimeError: out of paper"),
        ("queued", 0, None),
    ]
    assert hall.render(Broken()) == 1
    assert hall.render(Broken()) == 0  # the second not again at once


@pytest.mark.parametrize("broken", ["store", "typefaces"])
def test_what_is_nobodys_fault_counts_as_nobodys_attempt(hall: Hall, typist: Typist, broken: str) -> None:
    """Where nothing can be stored, or nothing be drawn at all, everything waits a while, however long that lasts."""
    hall.plan()

    class NoTypefaces(Typist):
        def render(self, _contents: Sequence[CertificateContent]) -> Generator[bytes | Failure]:
            raise OSError("no room left")

    class FullDisk:
        get = hall.files.get
        delete = hall.files.delete

        def put(self, *_: Any, **__: Any) -> None:
            raise OSError("no room left")

    shelf: Any = FullDisk() if broken == "store" else hall.files
    drawer = typist if broken == "store" else NoTypefaces()
    now = hall.later
    for _ in range(delivery.MAX_ATTEMPTS + 1):
        with pytest.raises(OSError, match="no room left"):
            delivery.render_due(
                hall.database, shelf, drawer, Stamp(), now=now, real_now=lambda: REAL, verify_url=verify_url
            )
        assert hall.render(typist, now=now) == 0  # not again at once
        now += delivery.RETRY_AFTER
    assert states(hall) == {("queued", 0): 3}
    hall.render(typist, now=now)
    assert states(hall) == {("issued", 1): 3}


def test_what_was_not_tried_is_given_back_at_once(
    life: Life, database: Database, files: StoredFiles, typist: Typist
) -> None:
    """Something breaks between two parts of a batch: the first is issued, and the rest is there at once."""
    hall = make_hall(life, database, files, attended=40, missed=0)
    hall.plan()
    calls = iter(range(100))

    def real_now() -> Any:
        if next(calls) == 1:
            raise OSError("no clock")
        return REAL

    with pytest.raises(OSError, match="no clock"):
        hall.render(typist, real_now=real_now)
    assert states(hall) == {("issued", 1): 16, ("queued", 0): 24}
    hall.render(typist)
    assert states(hall) == {("issued", 1): 40}
