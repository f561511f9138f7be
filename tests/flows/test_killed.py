"""The embedded service is killed again and again while a webinar and an exhibition live: nothing lost, nothing doubled.

The service is a real `acara serve` on SQLite, its own worker; people talk to it over HTTP and, as people do, press the
button again when the connection breaks. Mail, YouTube and Mastodon are stand-ins that outlive it. These are kills of a
process, not power cuts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from certificates.models import Certificate
from events.models import Recording, RecordingState, Registration, RegistrationState
from notifications.models.email import EmailKind
from notifications.models.post import Post, PostState
from service.clock import set_clock
from service.demo.library import RECORDING
from service.demo.standins.youtube_channel import Fault
from service.settings import Settings
from service.wiring import Runtime
from tests.flows.killed_end import (
    at_rest,
    certificates_are_right,
    mails_are_right,
    recording_and_posts_are_right,
    registered,
    seats_are_right,
    visits_are_right,
)
from tests.flows.killed_house import (
    ATTENDING,
    HELD_AT,
    KILLS,
    LEAVING,
    PARTIES,
    PARTY,
    PEOPLE,
    SEATS,
    SHOWN_ON,
    WAITING,
    House,
    StubbornVisitor,
)
from tests.support.cluster import WebProcess, migrate
from tests.support.life import NOW, STARTS_AT
from tests.support.outside import Outside, consent_to_uploads, found_library
from tests.support.running import TYPEFACES, UNLIMITED, unsettled
from tests.support.sizes import FULL

pytestmark = pytest.mark.timeout(5400 if FULL else 1200)


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
            **{f"ACARA_{name.upper()}": str(most) for name, most in UNLIMITED.items()},
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


def test_killed_through_a_whole_life(house: House) -> None:
    event_id = publish(house)
    register(house, event_id)
    exhibition_id = visit(house)
    leave(house)
    move(house, event_id)
    remind(house)
    hold(house, event_id)
    certify(house, event_id)
    upload(house, event_id)
    house.wait(lambda: at_rest(house), "everything comes to rest")
    assert house.kills == sum(KILLS.values())
    # The control: the kills did interrupt something, so that a house which forgets would have been found out.
    assert house.people.broken > 0
    assert max(house.left_unsettled) > 0 or max(house.left_held) > 0, (house.left_unsettled, house.left_held)
    told = {**house.places, **house.visits}
    assert registered(house) == {place["id"]: email for email, place in told.items()}
    seats_are_right(house, event_id)
    visits_are_right(house, exhibition_id)
    mails_are_right(house)
    certificates_are_right(house)
    recording_and_posts_are_right(house, event_id)
    assert unsettled(house.runtime) == 0
    house.service.stop()
    with sqlite3.connect(house.runtime.settings.data_dir / "acara.sqlite3") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


# ---------------------------------------------------------------- the acts
def announce(house: House, kind: str, title: dict[str, str], **body: Any) -> str:
    """Draft an event."""
    organiser = house.staff.get("/staff/organisers")["items"][0]["id"]
    body |= {"kind": kind, "title": title, "summary": title}
    return str(house.staff.post(f"/staff/events?organiser={organiser}", body, key=f"killed-{kind}")["id"])


def publish(house: House) -> str:
    """Publish a webinar, and approve one post that a broken connection makes doubtful."""
    body = {
        "capacity": SEATS,
        "waitlist": True,
        "join_url": "https://meet.example/abc",
        "starts_at": STARTS_AT.isoformat(),
        "ends_at": (STARTS_AT + timedelta(hours=2)).isoformat(),
        "certificate": {"number_pattern": "{seq:04}/PERPUS-BTM/{roman_month}/{year}", "hours": 2},
    }
    event_id = announce(house, "webinar", {"id": "Menulis Cerita Anak", "en": "Writing for Children"}, **body)
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


def visit(house: House) -> str:
    """An exhibition opens its book, and parties choose their hours."""
    title = {"id": "Naskah Melayu", "en": "Malay Manuscripts"}
    times = {"starts_at": f"{SHOWN_ON}T09:00:00+07:00", "ends_at": f"{SHOWN_ON}T12:00:00+07:00"}
    room = {"id": "Ruang Pamer", "en": "Exhibition Room"}
    event_id = announce(house, "exhibition", title, venue=room, max_party_size=PARTY, **times)
    hours = {
        "first": SHOWN_ON.isoformat(),
        "last": SHOWN_ON.isoformat(),
        "weekdays": list(range(7)),
        "opens": "09:00",
        "closes": "12:00",
        "minutes": 60,
    }
    house.staff.post(f"/staff/events/{event_id}/slots", {"hours": hours, "capacity": PARTIES * PARTY})
    house.staff.post(f"/staff/events/{event_id}/publish")
    slots = [each["id"] for each in house.people.get(f"/events/{event_id}/slots")["items"]]
    assert len(slots) == 3

    def one(number: int) -> None:
        email = f"tamu{number}@example.org"
        chosen = {"slot_id": slots[number % 3], "party_size": PARTY}
        body = {"name": f"Tamu {number}", "email": email, "consent": True, **chosen}
        house.visits[email] = house.people.register(event_id, body, locale="en", key=f"killed-visit-{number:04}")

    with ThreadPoolExecutor(4) as crowd:
        waiting = [crowd.submit(one, number) for number in range(PARTIES)]
        kill_along(house, "visiting", lambda: len(house.visits), PARTIES)
        for each in waiting:
            each.result()
    house.wait(lambda: house.sent(EmailKind.CONFIRMATION) == SEATS + PARTIES, "every visitor's confirmation")
    return event_id


def move(house: House, event_id: str) -> None:
    """The webinar moves by a day; the service dies while everybody who has a place, or waits for one, is told."""
    times = {"starts_at": HELD_AT.isoformat(), "ends_at": (HELD_AT + timedelta(hours=2)).isoformat()}
    reason = {"id": "Pembicara berhalangan.", "en": "The speaker cannot come."}
    house.staff.post(f"/staff/events/{event_id}/reschedule", {**times, "reason": reason})
    concerned = PEOPLE - LEAVING
    kill_along(house, "moving", lambda: house.sent(EmailKind.EVENT_UPDATE), concerned)
    house.wait(lambda: house.sent(EmailKind.EVENT_UPDATE) == concerned, "everybody knows of the new day")


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
    house.wait(lambda: house.sent(EmailKind.CONFIRMATION) == SEATS + PARTIES + LEAVING, "every late confirmation")


def remind(house: House) -> None:
    """Reminders fall due, three times for everybody; the service dies while they go out, or just before."""
    turns = [
        (EmailKind.REMINDER_7D, timedelta(days=7)),
        (EmailKind.REMINDER_1D, timedelta(days=1)),
        (EmailKind.REMINDER_1H, timedelta(hours=1)),
    ]
    for number, (kind, before) in enumerate(turns):
        arrived = len(house.outside.mail.delivered)
        house.turn_to(HELD_AT - before)
        for _ in range(KILLS["reminding"] * (number + 1) // 3 - KILLS["reminding"] * number // 3):
            arrived += 1
            house.wait(lambda some=arrived: len(house.outside.mail.delivered) >= some, f"some {kind}")  # type: ignore[misc] # likewise
            house.kill()
        house.wait(lambda kind=kind: house.sent(kind) == SEATS, f"every {kind}")  # type: ignore[misc] # likewise


def hold(house: House, event_id: str) -> None:
    """The webinar begins, some join, it ends."""

    def stage() -> str:
        return str(house.staff.get(f"/staff/events/{event_id}")["stage"])

    house.turn_to(HELD_AT)
    house.wait(lambda: stage() == "live", "the start")
    there = [place for place in house.places.values() if place["state"] == "confirmed"][LEAVING:]
    for place in there[:ATTENDING]:
        house.people.post(f"/my/registrations/{place['token']}/join")
    house.turn_to(HELD_AT + timedelta(hours=2, seconds=1))
    house.wait(lambda: stage() == "ended", "the end")


def certify(house: House, event_id: str) -> None:
    """Certificates are issued, and sent; the service dies while it draws them."""
    house.turn_to(HELD_AT + timedelta(hours=2, minutes=10))
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
