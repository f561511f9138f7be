"""The embedded service is killed again and again through the whole life of a webinar: nothing lost, nothing doubled.

The service is a real `acara serve` on SQLite, its own worker; people talk to it over HTTP and, as people do, press the
button again when the connection breaks. Mail, YouTube and Mastodon are stand-ins that outlive it. These are kills of a
process, not power cuts.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from certificates.models import Certificate, CertificateState
from events.models import Recording, RecordingState, Registration, RegistrationState, SeatPool
from events.outbox import FactRow
from events.storage import ReadSession
from notifications.models.email import Email, EmailKind, EmailState
from notifications.models.post import Post, PostState
from service.clock import set_clock
from service.demo.library import RECORDING
from service.demo.standins.youtube_channel import Fault
from service.demo.visitor import Visitor
from service.settings import Settings
from service.wiring import Runtime
from tests.support.cluster import WebProcess, migrate
from tests.support.life import NOW, STARTS_AT
from tests.support.outside import Outside, consent_to_uploads, found_library
from tests.support.polling import until
from tests.support.running import TYPEFACES, unsettled
from tests.support.sizes import FULL, size

SEATS, WAITING, LEAVING, ATTENDING = size(20, 175), size(5, 25), size(3, 15), size(4, 40)
PEOPLE = SEATS + WAITING
KILLS = {
    "registering": size(1, 6),
    "leaving": size(1, 3),
    "reminding": size(1, 3),
    "certifying": size(1, 4),
    "uploading": size(1, 4),
}
"""How often the service is killed in each act: 5 times, 20 in full size."""

REPEATS_A_KILL = 16
"""The mails that a killed worker had handed over and not yet noted; its successor sends them again."""

PATIENCE = 240.0

pytestmark = pytest.mark.timeout(5400 if FULL else 1200)


class StubbornVisitor(Visitor):
    """Somebody who presses the button again, with the same form and its key, until there is an answer."""

    broken = 0

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """Send a request until it is answered."""

        def once() -> list[Any]:
            try:
                return [super(StubbornVisitor, self).ask(method, path, **options)]
            except httpx.TransportError:
                self.broken += 1
                return []

        return until(once, seconds=PATIENCE, what=f"an answer to {method} {path}")[0]


@dataclass
class House:
    """The service, the world outside, what people were told, and what the kills left behind."""

    service: WebProcess
    outside: Outside
    runtime: Runtime
    staff: StubbornVisitor
    people: StubbornVisitor
    clock: Path
    places: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    kills: int = 0
    left_unsettled: list[int] = field(default_factory=list[int])
    """How many facts waited for their reactions after each kill: work that only the database knew of."""
    left_held: list[int] = field(default_factory=list[int])
    """How many e-mails and certificates the dead process held."""

    def kill(self) -> None:
        """Kill the service, look at what it leaves behind, and start it again."""
        self.service.kill()
        self.kills += 1
        self.left_unsettled.append(unsettled(self.runtime))
        held = [self.count(Email, Email.state == EmailState.SENDING)]
        held.append(self.count(Certificate, Certificate.state == CertificateState.SENDING))
        self.left_held.append(sum(held))
        self.service.start()

    def turn_to(self, moment: datetime) -> None:
        set_clock(self.clock, moment)

    def count(self, model: Any, *where: sa.ColumnElement[bool]) -> int:
        statement = sa.select(sa.func.count()).select_from(model).where(*where)
        return int(self.runtime.database.read(lambda session: session.scalar(statement)) or 0)

    def sent(self, kind: EmailKind) -> int:
        return self.count(Email, Email.kind == kind, Email.state == EmailState.SENT)

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        until(condition, seconds=PATIENCE, what=what)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    clock = tmp_path / "clock"
    set_clock(clock, NOW)
    (tmp_path / "var").mkdir()
    TYPEFACES.mkdir(exist_ok=True)
    (tmp_path / "var" / "typefaces").symlink_to(TYPEFACES)
    with Outside() as outside:
        variables = {
            **outside.variables,
            "ACARA_DATA_DIR": str(tmp_path / "var"),
            "ACARA_CLOCK_FILE": str(clock),
            "ACARA_PUBLIC_POSTS_PER_MINUTE": "0",
        }
        migrate(variables, tmp_path)
        names = {key.removeprefix("ACARA_").lower(): value for key, value in variables.items()}
        runtime = Runtime(Settings.model_validate(names))
        token = found_library(runtime)
        consent_to_uploads(runtime, outside.youtube)
        service = WebProcess("serve", variables, tmp_path)
        service.start()
        staff, people = StubbornVisitor(service.url, token), StubbornVisitor(service.url)
        yield House(service, outside, runtime, staff, people, clock)
        for visitor in (staff, people):
            visitor.close()
        service.stop()
        runtime.close()


def test_killed_through_a_webinars_whole_life(house: House) -> None:
    event_id = publish(house)
    register(house, event_id)
    leave(house)
    remind(house)
    hold(house, event_id)
    certify(house, event_id)
    upload(house, event_id)
    house.wait(lambda: at_rest(house), "everything comes to rest")
    assert house.kills == sum(KILLS.values())
    # The control: the kills did interrupt something, so that a house which forgets would have been found out.
    assert house.people.broken > 0
    assert max(house.left_unsettled) > 0 or max(house.left_held) > 0, (house.left_unsettled, house.left_held)
    assert registered(house) == {place["id"]: email for email, place in house.places.items()}
    seats_are_right(house, event_id)
    mails_are_right(house)
    certificates_are_right(house)
    recording_and_posts_are_right(house, event_id)
    assert unsettled(house.runtime) == 0
    house.service.stop()
    with sqlite3.connect(house.runtime.settings.data_dir / "acara.sqlite3") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


# ---------------------------------------------------------------- the acts
def publish(house: House) -> str:
    """Publish a webinar, and approve one post that a broken connection makes doubtful."""
    organiser = house.staff.get("/staff/organisers")["items"][0]["id"]
    text = {"id": "Menulis Cerita Anak", "en": "Writing for Children"}
    body = {
        "kind": "webinar",
        "title": text,
        "summary": text,
        "capacity": SEATS,
        "waitlist": True,
        "join_url": "https://meet.example/abc",
        "starts_at": STARTS_AT.isoformat(),
        "ends_at": (STARTS_AT + timedelta(hours=2)).isoformat(),
        "certificate": {"number_pattern": "{seq:04}/PERPUS-BTM/{roman_month}/{year}", "hours": 2},
    }
    event_id = str(house.staff.post(f"/staff/events?organiser={organiser}", body, key="killed-event")["id"])
    house.staff.post(f"/staff/events/{event_id}/publish")

    def drafts() -> Sequence[dict[str, Any]]:
        found = house.staff.get(f"/staff/events/{event_id}/posts")["items"]
        return [each for each in found if each["channel"] == "mastodon" and each["locale"] == "id"]

    house.wait(lambda: bool(drafts()), "a post to approve")
    house.outside.mastodon.misbehave("accept-drop")
    house.staff.post(f"/staff/posts/{drafts()[0]['id']}/approve")
    return event_id


def is_published(house: House) -> bool:
    """Tell whether the approved post is out; whether it is will be asked a while after the connection broke."""
    if house.count(Post, Post.state == PostState.PUBLISHED):
        return True
    house.turn_to(house.runtime.clock.now() + timedelta(seconds=1))
    return False


def kill_along(house: House, act: str, done: Callable[[], int], total: int) -> None:
    """Kill the service at equal steps of the way from where `done` is now to `total` more."""
    begun, times = done(), KILLS[act]
    for number in range(1, times + 1):
        wanted = begun + total * number // (times + 1)
        house.wait(lambda wanted=wanted: done() >= wanted, f"{act}: {wanted} done")  # type: ignore[misc] # a default binds the loop's value
        house.kill()


def register(house: House, event_id: str) -> None:
    """Everybody registers, four at once, and each is told so in the end."""

    def one(number: int) -> None:
        email = f"orang{number}@example.org"
        body = {"name": f"Orang {number}", "email": email, "consent": True}
        house.places[email] = house.people.register(event_id, body, locale="id", key=f"killed-{number:06}")

    with ThreadPoolExecutor(4) as crowd:
        waiting = [crowd.submit(one, number) for number in range(PEOPLE)]
        kill_along(house, "registering", lambda: len(house.places), PEOPLE)
        for each in waiting:
            each.result()
    house.wait(lambda: house.sent(EmailKind.CONFIRMATION) == SEATS, "every confirmation")
    house.wait(lambda: house.sent(EmailKind.WAITLISTED) == WAITING, "everybody who waits knows so")
    house.wait(lambda: is_published(house), "the post, before it is too late to announce anything")


def leave(house: House) -> None:
    """Some cancel; those who waited longest are offered their seats, and take them."""
    seated = [place for place in house.places.values() if place["state"] == "confirmed"]

    def offered() -> list[str]:
        statement = sa.select(Registration.id).where(Registration.state == RegistrationState.OFFERED)
        found = house.runtime.database.read(lambda session: session.scalars(statement).all())
        return [str(each) for each in found]

    with ThreadPoolExecutor(2) as crowd:
        leaving = [
            crowd.submit(house.people.post, f"/my/registrations/{each['token']}/cancel") for each in seated[:LEAVING]
        ]
        cancelled = Registration.state == RegistrationState.CANCELLED
        kill_along(house, "leaving", lambda: house.count(Registration, cancelled), LEAVING)
        for each in leaving:
            each.result()
    house.wait(lambda: house.sent(EmailKind.SEAT_OFFERED) == LEAVING, "every offer")
    tokens = {place["id"]: place["token"] for place in house.places.values()}
    for key in offered():
        house.people.post(f"/my/registrations/{tokens[key]}/accept-offer")
    house.wait(lambda: house.sent(EmailKind.CONFIRMATION) == SEATS + LEAVING, "every late confirmation")


def remind(house: House) -> None:
    """Reminders fall due, three times for everybody; the service dies while they go out, or just before."""
    turns = [
        (EmailKind.REMINDER_7D, timedelta(days=7)),
        (EmailKind.REMINDER_1D, timedelta(days=1)),
        (EmailKind.REMINDER_1H, timedelta(hours=1)),
    ]
    for number, (kind, before) in enumerate(turns):
        arrived = len(house.outside.mail.delivered)
        house.turn_to(STARTS_AT - before)
        for _ in range(KILLS["reminding"] * (number + 1) // 3 - KILLS["reminding"] * number // 3):
            arrived += 1
            house.wait(lambda some=arrived: len(house.outside.mail.delivered) >= some, f"some {kind}")  # type: ignore[misc] # likewise
            house.kill()
        house.wait(lambda kind=kind: house.sent(kind) == SEATS, f"every {kind}")  # type: ignore[misc] # likewise


def hold(house: House, event_id: str) -> None:
    """The webinar begins, some join, it ends."""

    def stage() -> str:
        return str(house.staff.get(f"/staff/events/{event_id}")["stage"])

    house.turn_to(STARTS_AT)
    house.wait(lambda: stage() == "live", "the start")
    there = [place for place in house.places.values() if place["state"] == "confirmed"][LEAVING:]
    for place in there[:ATTENDING]:
        house.people.post(f"/my/registrations/{place['token']}/join")
    house.turn_to(STARTS_AT + timedelta(hours=2, seconds=1))
    house.wait(lambda: stage() == "ended", "the end")


def certify(house: House, event_id: str) -> None:
    """Certificates are issued, and sent; the service dies while it draws them."""
    house.turn_to(STARTS_AT + timedelta(hours=2, minutes=10))
    kill_along(house, "certifying", lambda: house.count(Certificate), ATTENDING)
    house.wait(lambda: house.sent(EmailKind.CERTIFICATE) == ATTENDING, "every certificate in its inbox")
    assert house.staff.get(f"/staff/events/{event_id}/certificates")["items"]


def upload(house: House, event_id: str) -> None:
    """The recording goes to YouTube; the service dies with YouTube's answer on its way, each time at another step."""
    channel = house.outside.youtube.channel
    steps = ("chunk", "initiate", "playlists.insert", "playlistItems.insert")[: KILLS["uploading"]]
    faults = [Fault(step, "hold") for step in sorted(steps, key=("initiate", "chunk").count, reverse=True)]
    channel.faults = faults
    house.staff.ask(
        "PUT",
        f"/staff/events/{event_id}/recording",
        params={"title": "Menulis Cerita Anak", "visibility": "public"},
        content=RECORDING.read_bytes(),
        headers={"Content-Type": "video/mp4"},
    )
    waiting = list(faults)
    while waiting:
        house.wait(lambda: any(fault.held.is_set() for fault in waiting), "YouTube is being asked")
        reached = next(fault for fault in waiting if fault.held.is_set())
        waiting.remove(reached)
        house.kill()
        reached.release.set()
    house.wait(lambda: house.count(Recording, Recording.state == RecordingState.PUBLISHED) == 1, "the video")
    house.wait(lambda: house.sent(EmailKind.RECORDING_AVAILABLE) == SEATS, "everybody knows of the video")


# ---------------------------------------------------------------- what is there at the end
def at_rest(house: House) -> bool:
    waiting = house.count(Email, Email.state.in_((EmailState.QUEUED, EmailState.SENDING)))
    return unsettled(house.runtime) == 0 and waiting == 0


def registered(house: House) -> dict[str, str]:
    def query(session: ReadSession) -> dict[str, str]:
        return {str(row.id): str(row.email) for row in session.scalars(sa.select(Registration))}

    return house.runtime.database.read(query)


def seats_are_right(house: House, event_id: str) -> None:
    """Every seat is taken once; whoever left was replaced by whoever waited longest, each told by one fact."""

    def query(session: ReadSession) -> tuple[Counter[str], tuple[int, int], Counter[str]]:
        states = Counter(session.scalars(sa.select(Registration.state)))
        pool = session.scalars(sa.select(SeatPool).where(SeatPool.event_id == uuid.UUID(event_id))).one()
        facts = session.scalars(sa.select(FactRow.name).where(FactRow.event_id == uuid.UUID(event_id)))
        return (
            Counter({state.value: number for state, number in states.items()}),
            (
                pool.taken,
                pool.waiting,
            ),
            Counter(facts),
        )

    states, pool, facts = house.runtime.database.read(query)
    assert states == {"confirmed": SEATS, "cancelled": LEAVING, "waitlisted": WAITING - LEAVING}
    assert pool == (SEATS, WAITING - LEAVING)
    told = ("AttendeeRegistered", "RegistrationCancelled", "SeatOffered", "OfferAccepted")
    assert [facts[name] for name in told] == [PEOPLE, LEAVING, LEAVING, LEAVING]


def mails_are_right(house: House) -> None:
    """Every mail arrived under the one Message-ID of its row; those that came again are few."""

    def query(session: ReadSession) -> dict[uuid.UUID, tuple[EmailState, str]]:
        return {row.id: (row.state, row.to_address) for row in session.scalars(sa.select(Email))}

    rows = house.runtime.database.read(query)
    arrived = Counter(
        (uuid.UUID(str(each.message["Message-ID"]).strip("<>").partition("@")[0]), each.recipients)
        for each in house.outside.mail.delivered
    )
    assert set(arrived) == {(key, (address,)) for key, (state, address) in rows.items() if state is EmailState.SENT}
    assert Counter(state for state, _ in rows.values()).keys() <= {EmailState.SENT, EmailState.SUPERSEDED}
    assert arrived.total() - len(arrived) <= REPEATS_A_KILL * house.kills
    sent = {kind: house.sent(kind) for kind in EmailKind}
    assert {kind: number for kind, number in sent.items() if number} == {
        EmailKind.CONFIRMATION: SEATS + LEAVING,
        EmailKind.WAITLISTED: WAITING,
        EmailKind.SEAT_OFFERED: LEAVING,
        EmailKind.REGISTRATION_CANCELLED: LEAVING,
        EmailKind.REMINDER_7D: SEATS,
        EmailKind.REMINDER_1D: SEATS,
        EmailKind.REMINDER_1H: SEATS,
        EmailKind.CERTIFICATE: ATTENDING,
        EmailKind.RECORDING_AVAILABLE: SEATS,
    }


def certificates_are_right(house: House) -> None:
    """One for each who was there, numbered without a gap, each issued by one fact."""

    def query(session: ReadSession) -> tuple[list[tuple[Any, ...]], Counter[str]]:
        rows = session.execute(sa.select(Certificate.id, Certificate.number, Certificate.state)).all()
        issued = session.scalars(sa.select(FactRow).where(FactRow.name == "CertificateIssued")).all()
        return [tuple(row) for row in rows], Counter(str(fact.payload["certificate_id"]) for fact in issued)

    rows, facts = house.runtime.database.read(query)
    numbers = sorted(int(number.partition("/")[0]) for _, number, _ in rows)
    assert numbers == list(range(1, ATTENDING + 1))
    assert {state for _, _, state in rows} == {CertificateState.ISSUED}
    assert facts == Counter(str(key) for key, _, _ in rows)


def recording_and_posts_are_right(house: House, event_id: str) -> None:
    """One video, once in its playlist, told once; the post that was approved stands on Mastodon once."""
    channel = house.outside.youtube.channel
    assert len(channel.videos) == 1
    assert [item.video_id for item in channel.items] == list(channel.videos)
    assert house.count(FactRow, FactRow.name == "RecordingPublished", FactRow.event_id == uuid.UUID(event_id)) == 1
    assert house.count(Post, Post.state == PostState.PUBLISHED) == 1
    assert len(house.outside.mastodon.statuses) == 1
