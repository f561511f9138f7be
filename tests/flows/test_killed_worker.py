"""One of two worker processes dies with everything in its hands: the other has it within a minute, and nothing twice.

PostgreSQL, Valkey, one web and two `acara work` processes, told through HTTP. Mail, YouTube and Mastodon are stand-ins
that keep the first worker waiting for their answers while it draws certificates. It is frozen there, so that all of it
is under way for certain, and then killed, or left frozen until the other has done its work, and thawed.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from certificates.models import Certificate, CertificateState
from events.deliveries import SENDING
from events.models import Recording, RecordingState
from events.outbox import FactRow
from events.storage import ReadSession
from notifications.models.email import Email, EmailKind, EmailState
from notifications.models.post import Post, PostState
from notifications.models.poster import Poster, PosterState
from service.broker import QUEUES
from service.clock import set_clock
from service.demo.library import RECORDING
from service.demo.standins.youtube_channel import Fault
from service.demo.visitor import Visitor
from service.presence import Process
from service.settings import Settings
from service.wiring import Runtime
from tests.support.cluster import AcaraProcess, Cluster
from tests.support.life import NOW, STARTS_AT
from tests.support.outside import Outside, consent_to_uploads, found_library
from tests.support.polling import until
from tests.support.postgres import Postgres
from tests.support.running import TYPEFACES, unsettled
from tests.support.sizes import FULL, size
from tests.support.valkey import Valkey

ATTENDING, WAITING = size(20, 200), size(20, 200)
"""People at the webinar that is over, and people who are reminded of the next one."""
ENDS_AT = STARTS_AT + timedelta(hours=2)
DUE_AT = ENDS_AT + timedelta(minutes=10)
"""When the certificates of the first webinar are due, and the reminders of the second, which is a week later."""

TAKEN_OVER_WITHIN = 60.0
PATIENCE = 240.0
ATTEMPTS, LONGEST_HOLD = 4, 60.0
"""How often the scene is set, and how long anything in it waits for an answer at most."""
HELD: dict[str, Any] = {"email": Email, "certificate": Certificate, "post": Post, "recording": Recording}

pytestmark = pytest.mark.timeout(2400 if FULL else 900)


@dataclass
class Office:
    """A cluster with one worker, another that may be called, and the world outside."""

    cluster: Cluster
    second: AcaraProcess
    outside: Outside
    runtime: Runtime
    staff: Visitor
    clock: Path

    @property
    def first(self) -> AcaraProcess:
        return self.cluster.workers[0]

    def count(self, model: Any, *where: sa.ColumnElement[bool]) -> int:
        statement = sa.select(sa.func.count()).select_from(model).where(*where)
        return int(self.runtime.database.read(lambda session: session.scalar(statement)) or 0)

    def sent(self, kind: EmailKind) -> int:
        return self.count(Email, Email.kind == kind, Email.state == EmailState.SENT)

    def held_by(self, process_id: uuid.UUID) -> Counter[str]:
        """Return how many rows of each kind a process holds."""
        mine = {
            name: self.count(model, model.state == SENDING, model.lease_holder == process_id)
            for name, model in HELD.items()
        }
        return +Counter(mine)

    def is_known(self, process_id: uuid.UUID) -> bool:
        return self.count(Process, Process.id == process_id) == 1

    def emails(self) -> Counter[tuple[str, str]]:
        """Return how many e-mails of each kind are in which state."""
        statement = sa.select(Email.kind, Email.state, sa.func.count()).group_by(Email.kind, Email.state)
        rows = self.runtime.database.read(lambda session: session.execute(statement).all())
        return Counter({(kind.value, state.value): count for kind, state, count in rows})

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        try:
            until(condition, seconds=PATIENCE, what=what)
        except AssertionError as error:
            raise AssertionError(f"{error}; e-mails: {self.emails()}") from None


@contextmanager
def opened(postgres: Postgres, tmp_path: Path) -> Generator[Office]:
    tmp_path.mkdir()
    broker = Valkey()
    name = postgres.create()
    clock = tmp_path / "clock"
    set_clock(clock, NOW)
    (tmp_path / "var").mkdir()
    TYPEFACES.mkdir(exist_ok=True)
    (tmp_path / "var" / "typefaces").symlink_to(TYPEFACES)
    with Outside() as outside:
        variables = {
            **outside.variables,
            "ACARA_DATABASE_URL": postgres.url(name),
            "ACARA_BROKER_URL": broker.url,
            "ACARA_SECRET_KEY": "a secret key of a cluster that is long enough",
            "ACARA_CLOCK_FILE": str(clock),
        }
        with Cluster(tmp_path, variables, web=1, workers=[",".join(QUEUES)]) as cluster:
            names = {key.removeprefix("ACARA_").lower(): value for key, value in cluster.variables.items()}
            runtime = Runtime(Settings.model_validate(names))
            staff = Visitor(cluster.web[0].url, found_library(runtime))
            consent_to_uploads(runtime, outside.youtube)
            second = AcaraProcess("work-2", ["work"], cluster.variables, tmp_path)
            yield Office(cluster, second, outside, runtime, staff, clock)
            second.stop()
            staff.close()
            runtime.close()
    broker.stop()
    postgres.drop(name)


@pytest.mark.parametrize(
    "fate",
    [
        "killed",
        pytest.param("suspended", marks=pytest.mark.skipif(not FULL, reason="another minute: part of make soak")),
    ],
)
def test_what_a_worker_had_in_its_hands_is_done_by_the_other(postgres: Postgres, tmp_path: Path, fate: str) -> None:
    for attempt in range(ATTEMPTS):
        with opened(postgres, tmp_path / str(attempt)) as office:
            first_event = hold_webinar(office)
            second_event = announce_next(office)
            first_id = office.runtime.database.read(
                lambda session: session.scalars(sa.select(Process.id).where(Process.role == "work")).one()
            )
            if fill_the_hands(office, first_event, second_event, first_id):
                _part(office, second_event, first_id, fate)
                return
    pytest.fail("the worker never held some of everything at once")


def _part(office: Office, second_event: str, first_id: uuid.UUID, fate: str) -> None:
    """Part the worker from what it holds, and see that all of it is done."""
    # The control: it did hold some of everything, so that a house which waits for leases would be found out.
    held = office.held_by(first_id)
    assert held.keys() == HELD.keys(), held

    office.second.start()
    if fate == "killed":
        office.first.kill()
    until(lambda: not office.held_by(first_id), seconds=TAKEN_OVER_WITHIN, what="another worker has all of it")
    assert not office.is_known(first_id)
    set_clock(office.clock, DUE_AT + timedelta(minutes=5))  # what was put off meanwhile is due again
    everything_arrives(office)
    if fate == "suspended":
        office.first.thaw()
        office.wait(lambda: office.is_known(first_id), "the first worker is back")
        office.second.stop()
        register(office, second_event, 1, "terlambat")
        office.wait(lambda: office.sent(EmailKind.CONFIRMATION) == ATTENDING + WAITING + 1, "it works on")
    nothing_is_doubled(office)


# ---------------------------------------------------------------- before
def publish(office: Office, title: str, *, starts_in: timedelta) -> str:
    organiser = office.staff.get("/staff/organisers")["items"][0]["id"]
    text = {"id": title, "en": title}
    body = {
        "kind": "webinar",
        "title": text,
        "summary": text,
        "capacity": 1000,
        "join_url": "https://meet.example/abc",
        "starts_at": (STARTS_AT + starts_in).isoformat(),
        "ends_at": (ENDS_AT + starts_in).isoformat(),
        "certificate": {"number_pattern": "{seq:04}/PERPUS-BTM/{roman_month}/{year}", "hours": 2},
    }
    event_id = str(office.staff.post(f"/staff/events?organiser={organiser}", body, key=title)["id"])
    office.staff.post(f"/staff/events/{event_id}/publish")
    return event_id


def register(office: Office, event_id: str, people: int, name: str) -> list[dict[str, Any]]:
    """Register so many people, several at once."""

    def one(number: int) -> dict[str, Any]:
        body = {"name": f"Orang {number}", "email": f"{name}{number}@example.org", "consent": True}
        place: dict[str, Any] = office.staff.register(event_id, body, locale="id", key=f"{name}-{number:06}")
        return place

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, range(people)))


def hold_webinar(office: Office) -> str:
    """A webinar has been held, and everybody was there."""

    def stage() -> str:
        return str(office.staff.get(f"/staff/events/{event_id}")["stage"])

    event_id = publish(office, "Menulis Cerita Anak", starts_in=timedelta(0))
    places = register(office, event_id, ATTENDING, "hadir")
    office.wait(lambda: office.sent(EmailKind.CONFIRMATION) == ATTENDING, "a confirmation for everybody")
    set_clock(office.clock, STARTS_AT)
    office.wait(lambda: stage() == "live", "the start")
    for place in places:
        office.staff.post(f"/my/registrations/{place['token']}/join")
    set_clock(office.clock, ENDS_AT)
    office.wait(lambda: stage() == "ended", "the end")
    return event_id


def announce_next(office: Office) -> str:
    """The next webinar is announced, for a week after the moment in which the certificates of the first are due."""
    event_id = publish(office, "Membaca Nyaring", starts_in=timedelta(days=7) + (DUE_AT - STARTS_AT))
    register(office, event_id, WAITING, "menanti")
    office.wait(lambda: office.sent(EmailKind.CONFIRMATION) == ATTENDING + WAITING, "the next confirmations")
    return event_id


def fill_the_hands(office: Office, first_event: str, second_event: str, worker: uuid.UUID) -> bool:
    """Give the worker a video, a post, mails and certificates, none of which it can finish, and freeze it.

    It waits for no answer for ever: on a machine with much other work it may have given the post up before it draws
    the first certificate. Returns False where that moment was missed.
    """

    def drafts() -> list[str]:
        found = office.staff.get(f"/staff/events/{second_event}/posts")["items"]
        return [each["id"] for each in found if (each["channel"], each["locale"]) == ("mastodon", "id")]

    # Posts wait for every picture that was asked for, and no network waits as long as drawing takes on a busy machine.
    office.wait(lambda: bool(drafts()) and office.count(Poster, Poster.state != PosterState.DONE) == 0, "the posters")
    chunk = Fault("chunk", "hold")
    office.outside.youtube.channel.faults = [chunk]
    office.staff.ask(
        "PUT",
        f"/staff/events/{first_event}/recording",
        params={"title": "Menulis Cerita Anak", "visibility": "public"},
        content=RECORDING.read_bytes(),
        headers={"Content-Type": "video/mp4"},
    )
    office.wait(lambda: office.held_by(worker) == {"recording": 1}, "the video, and no more")
    mastodon = office.outside.mastodon
    mastodon.misbehave("accept-hold")
    office.outside.mail.misbehave("hang")
    office.staff.post(f"/staff/posts/{drafts()[0]}/approve")
    office.wait(lambda: mastodon.account.held.is_set() and chunk.held.is_set(), "both networks are being asked")
    set_clock(office.clock, DUE_AT)
    try:
        until(lambda: office.held_by(worker).keys() == HELD.keys(), seconds=LONGEST_HOLD, what="its hands are full")
        office.first.freeze()
    except AssertionError:
        return False
    finally:
        chunk.release.set()
        mastodon.account.release.set()
    return True


# ---------------------------------------------------------------- afterwards
def everything_arrives(office: Office) -> None:
    office.wait(lambda: office.sent(EmailKind.REMINDER_7D) == WAITING, "every reminder")
    office.wait(lambda: office.sent(EmailKind.CERTIFICATE) == ATTENDING, "every certificate by mail")
    office.wait(lambda: office.count(Recording, Recording.state == RecordingState.PUBLISHED) == 1, "the video")
    office.wait(lambda: office.sent(EmailKind.RECORDING_AVAILABLE) == ATTENDING, "everybody knows of the video")
    office.wait(lambda: office.count(Post, Post.state == PostState.PUBLISHED) == 1, "the post")
    office.wait(lambda: unsettled(office.runtime) == 0, "every fact")


def nothing_is_doubled(office: Office) -> None:
    """One video, one post, one certificate for each; every mail under the one Message-ID of its row."""
    channel = office.outside.youtube.channel
    assert [video.size for video in channel.videos.values()] == [RECORDING.stat().st_size]
    assert [item.video_id for item in channel.items] == list(channel.videos)
    assert len(office.outside.mastodon.statuses) == 1

    def query(session: ReadSession) -> tuple[Any, Any, Any, Counter[str]]:
        sent = session.execute(sa.select(Email.id, Email.to_address).where(Email.state == EmailState.SENT)).all()
        certificates = session.execute(sa.select(Certificate.id, Certificate.number, Certificate.state)).all()
        issued = session.scalars(sa.select(FactRow).where(FactRow.name == "CertificateIssued")).all()
        names = Counter(session.scalars(sa.select(FactRow.name)))
        return sent, certificates, Counter(str(fact.payload["certificate_id"]) for fact in issued), names

    sent, certificates, issued, names = office.runtime.database.read(query)
    assert (names["PostPublished"], names["RecordingPublished"]) == (1, 1)
    assert {row.state for row in certificates} == {CertificateState.ISSUED}
    assert issued == Counter(str(row.id) for row in certificates)
    assert sorted(int(row.number.partition("/")[0]) for row in certificates) == list(range(1, ATTENDING + 1))
    arrived = Counter(
        (uuid.UUID(str(each.message["Message-ID"]).strip("<>").partition("@")[0]), each.recipients[0])
        for each in office.outside.mail.delivered
    )
    assert arrived.keys() == {(row.id, row.to_address) for row in sent}
    assert arrived.total() - len(arrived) <= 16  # handed over and not yet noted
