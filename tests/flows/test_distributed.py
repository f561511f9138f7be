"""The distributed shape for real: PostgreSQL, a broker, two web and two worker processes, told through HTTP.

The broker is killed and flushed in the middle. It is only a doorbell: registrations go on, and what it lost is found in
the database.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.clock import set_clock
from service.demo.library import RECORDING
from service.demo.visitor import Visitor
from service.settings import Settings
from service.wiring import Runtime
from tests.support.cluster import Cluster
from tests.support.life import NOW, STARTS_AT
from tests.support.outside import Outside, consent_to_uploads, found_library
from tests.support.polling import until
from tests.support.postgres import Postgres
from tests.support.rabbitmq import RabbitMQ, is_installed
from tests.support.running import TYPEFACES, settled
from tests.support.sizes import FULL, size
from tests.support.valkey import Valkey

PEOPLE = size(12, 200)
CROWD = size(60, 200)
PATIENCE = 120.0
SECRET = "a secret key of a cluster that is long enough"

pytestmark = pytest.mark.timeout(900)


@dataclass
class Story:
    """A running cluster, the world outside, and what people did."""

    cluster: Cluster
    outside: Outside
    runtime: Runtime
    broker: Valkey | RabbitMQ
    staff: Visitor
    clock: Path
    doors: list[Visitor] = field(default_factory=list[Visitor])
    places: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def turn_to(self, moment: datetime) -> None:
        set_clock(self.clock, moment)

    def register(self, event_id: str, people: int) -> None:
        """Register so many newcomers, by turns at each web process, several at once."""

        def one(number: int) -> tuple[str, dict[str, Any]]:
            email = f"orang{number}@example.org"
            body = {"name": f"Orang {number}", "email": email, "consent": True}
            door = self.doors[number % len(self.doors)]
            return email, door.register(event_id, body, locale="id", key=f"distributed-{number:06}")

        with ThreadPoolExecutor(8) as pool:
            self.places |= dict(pool.map(one, itertools.islice(self.numbers, people)))

    def arrived(self) -> Counter[tuple[str, str]]:
        """Return how often each subject arrived at each address."""
        with_subject = [(each.recipients[0], str(each.message["Subject"])) for each in self.outside.mail.delivered]
        return Counter(with_subject)


BROKERS = [
    "valkey",
    pytest.param(
        "rabbitmq",
        marks=pytest.mark.skipif(
            not (FULL and is_installed()), reason="RabbitMQ takes minutes to install and start: part of make soak"
        ),
    ),
]


@pytest.fixture(params=BROKERS)
def story(request: pytest.FixtureRequest, postgres: Postgres, tmp_path: Path) -> Iterator[Story]:
    broker = RabbitMQ() if request.param == "rabbitmq" else Valkey()
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
            "ACARA_SECRET_KEY": SECRET,
            "ACARA_CLOCK_FILE": str(clock),
        }
        with Cluster(tmp_path, variables) as cluster:
            names = {key.removeprefix("ACARA_").lower(): value for key, value in cluster.variables.items()}
            runtime = Runtime(Settings.model_validate(names))
            staff = Visitor(cluster.web[0].url, found_library(runtime))
            consent_to_uploads(runtime, outside.youtube)
            doors = [Visitor(web.url) for web in cluster.web]
            yield Story(cluster, outside, runtime, broker, staff, clock, doors)
            for visitor in (staff, *doors):
                visitor.close()
            runtime.close()
    broker.stop()
    postgres.drop(name)


def test_one_webinar_by_two_web_and_two_worker_processes_while_the_broker_dies(story: Story) -> None:
    event_id = publish(story)
    story.register(event_id, PEOPLE)
    until(lambda: len(story.arrived()) == PEOPLE, seconds=PATIENCE, what="a confirmation for everybody")

    story.broker.kill()
    story.register(event_id, PEOPLE)  # every one is answered 201, or this raises
    story.broker.start()
    if isinstance(story.broker, Valkey):
        story.broker.flush()
    everybody = 2 * PEOPLE
    until(lambda: len(story.arrived()) == everybody, seconds=PATIENCE, what="the confirmations after the broker")
    assert set(story.arrived().values()) == {1}
    assert {email for email, _ in story.arrived()} == set(story.places)
    assert Counter(place["state"] for place in story.places.values()) == {"confirmed": everybody}

    attend(story, event_id)
    hand_over_recording(story, event_id)
    certified(story, event_id)
    settled(story.runtime)
    pids = {process.pid for process in story.cluster.processes}
    assert len(pids) == 4
    assert all(process.is_up() for process in story.cluster.processes)  # nobody died of the broker's death


def test_a_crowd_at_two_doors_gets_exactly_the_ten_seats(story: Story) -> None:
    event_id = publish(story, capacity=10, waitlist=True)
    story.register(event_id, CROWD)
    states = Counter(place["state"] for place in story.places.values())
    assert states == {"confirmed": 10, "waitlisted": CROWD - 10}
    seats = story.doors[1].get(f"/events/{event_id}")["seats"]
    assert (seats["left"], seats["waiting"]) == (0, CROWD - 10)
    until(lambda: len(story.arrived()) == CROWD, seconds=PATIENCE, what="an answer by mail for everybody")
    assert set(story.arrived().values()) == {1}


def publish(story: Story, **changes: Any) -> str:
    organiser = story.staff.get("/staff/organisers")["items"][0]["id"]
    text = {"id": "Menulis Cerita Anak", "en": "Writing for Children"}
    body = {
        "kind": "webinar",
        "title": text,
        "summary": text,
        "capacity": 1000,
        "join_url": "https://meet.example/abc",
        "starts_at": STARTS_AT.isoformat(),
        "ends_at": (STARTS_AT + timedelta(hours=2)).isoformat(),
        "certificate": {"number_pattern": "{seq:04}/PERPUS-BTM/{roman_month}/{year}", "hours": 2},
        **changes,
    }
    event_id = str(story.staff.post(f"/staff/events?organiser={organiser}", body, key="distributed-event")["id"])
    story.staff.post(f"/staff/events/{event_id}/publish")
    return event_id


def stage(story: Story, event_id: str) -> str:
    return str(story.staff.get(f"/staff/events/{event_id}")["stage"])


def attend(story: Story, event_id: str) -> None:
    """Four people are there, two by each web process, and the event ends."""
    story.turn_to(STARTS_AT)
    until(lambda: stage(story, event_id) == "live", seconds=PATIENCE, what="the start")
    for door, place in zip(itertools.cycle(story.doors), list(story.places.values())[:4], strict=False):
        door.post(f"/my/registrations/{place['token']}/join")
    story.turn_to(STARTS_AT + timedelta(hours=2, seconds=1))
    until(lambda: stage(story, event_id) == "ended", seconds=PATIENCE, what="the end")


def hand_over_recording(story: Story, event_id: str) -> None:
    """What one web process received, a worker uploads."""
    story.staff.ask(
        "PUT",
        f"/staff/events/{event_id}/recording",
        params={"title": "Menulis Cerita Anak", "visibility": "public"},
        content=RECORDING.read_bytes(),
        headers={"Content-Type": "video/mp4"},
    )
    channel = story.outside.youtube.channel

    def is_public() -> bool:
        return bool(story.staff.get(f"/staff/events/{event_id}/recordings")["items"][0]["state"] == "published")

    until(is_public, seconds=PATIENCE, what="the recording on YouTube")
    assert [video.size for video in channel.videos.values()] == [RECORDING.stat().st_size]


def certified(story: Story, event_id: str) -> None:
    """Those who were there, and nobody else, get their certificate by mail, and the other web process knows it."""
    story.turn_to(STARTS_AT + timedelta(hours=2, minutes=10))

    def attached() -> Counter[str]:
        names = Counter[str]()
        for each in story.outside.mail.delivered:
            pdfs = [part for part in each.message.walk() if part.get_content_type() == "application/pdf"]
            names.update({each.recipients[0]: len(pdfs)} if pdfs else {})
        return names

    there = list(story.places)[:4]
    until(lambda: len(attached()) == len(there), seconds=PATIENCE, what="four certificates by mail")
    assert attached() == dict.fromkeys(there, 1)
    issued = story.staff.get(f"/staff/events/{event_id}/certificates")["items"]
    assert [story.doors[1].get(f"/certificates/{each['code']}")["standing"] for each in issued] == ["valid"] * 4
