"""The play: the whole life of a webinar and of an exhibition, told act by act, over HTTP and on a clock that jumps.

Staff act through the API with a token, people through their registrations and the links in their mails. Beside the
service the driver itself writes only the library, its owner with that token and its YouTube connection, which are the
work of an installation's first hour at the command line.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from service.demo.library import RECORDING, load_library
from service.demo.people import Person, people
from service.demo.theatre import Theatre
from service.demo.visitor import MANAGE_LINK, PARTNER_LINK, Visitor, link_in, text_of

WIB = ZoneInfo("Asia/Jakarta")
SEATS = 100
REGISTRANTS = 120
VISITORS = 60
CROWD = 16
"""How many people are at it at once."""

_T = TypeVar("_T")
_R = TypeVar("_R")


@dataclass
class Tally:
    """What the play knows to have happened, for the comparison with what arrived."""

    confirmed: int = 0
    waiting: int = 0
    """Those who gave an address; likewise below, wherever something arrives by e-mail."""
    confirmations: int = 0
    cancelled: int = 0
    called_off: int = 0
    reminded: int = 0
    offers_taken: int = 0
    offers_lapsed: int = 0
    told_of_move: int = 0
    joined: int = 0
    visits: int = 0
    seen_at_door: int = 0
    copied: int = 0


class Play:
    """The acts, in order. `say` is told what happens, in one line each."""

    def __init__(self, theatre: Theatre, staff: Visitor, *, begins_at: datetime, say: Callable[[str], None]) -> None:
        self.theatre = theatre
        self.staff = staff
        self.public = Visitor(theatre.url)
        self.say = say
        self.library = load_library()
        self.day = begins_at.astimezone(WIB).replace(hour=9, minute=0, second=0, microsecond=0)
        self.tally = Tally()
        self.organiser = ""
        self.called_off: dict[str, Any] = {}
        self.webinar: dict[str, Any] = {}
        self.exhibition: dict[str, Any] = {}
        self.places: list[tuple[Person, dict[str, Any]]] = []
        self.visits: list[tuple[Person, dict[str, Any]]] = []

    def at(self, days: int, hour: int, minute: int = 0) -> datetime:
        """Return a moment of the play: so many days after its first, Batam time."""
        return (self.day + timedelta(days=days)).replace(hour=hour, minute=minute)

    def together(self, work: Callable[[_T], _R], items: Iterable[_T]) -> list[_R]:
        """Do `work` for every item, many at once, and return the results in order."""
        with ThreadPoolExecutor(CROWD) as crowd:
            return list(crowd.map(work, items))

    def turn_to(self, moment: datetime, what: str) -> None:
        """Let the clock jump and wait until everything that follows has come to rest."""
        self.theatre.turn_clock_to(moment)
        self.say(f"[dim]{moment:%a %d %b, %H.%M} WIB[/]  {what}")
        self.rest()

    def rest(self) -> None:
        """Wait until no fact is without its reactions and nothing that is due waits."""
        self.theatre.rest()

    # ------------------------------------------------------------ act 1: drafted and published
    def draft(self) -> None:
        """Staff write the events, invite who takes part, and publish."""
        self.organiser = self.staff.get("/staff/organisers")["items"][0]["id"]
        starts_at, ends_at = self.at(16, 9), self.at(16, 11, 30)
        events = self.library["events"]
        self.webinar = self._draft(
            events["webinar"],
            starts_at,
            ends_at,
            capacity=SEATS,
            join_url=f"{self.theatre.url}/healthz",
            certificate={"number_pattern": "{seq:04}/PERPUS-BTM/{roman_month}/{year}", "hours": 3},
            attendance_rule={"needs": ["start_code", "end_code"], "match": "all"},
        )
        for position, name in enumerate(("speaker", "moderator", "school")):
            self._invite(self.library["partners"][name], position)
        self.exhibition = self._draft(events["exhibition"], self.at(10, 9), self.at(14, 16), max_party_size=4)
        hours = {
            "first": self.at(10, 9).date().isoformat(),
            "last": self.at(14, 9).date().isoformat(),
            "weekdays": [0, 1, 2, 3, 4, 5, 6],
            "opens": "09:00",
            "closes": "15:00",
            "minutes": 60,
        }
        self.staff.post(f"/staff/events/{self.exhibition['id']}/slots", {"hours": hours, "capacity": 20})
        called_off = self._draft(events["cancelled"], self.at(9, 14), self.at(9, 15), capacity=40)
        coming = [
            self._draft(each, self.at(40 + 7 * number, 13), self.at(40 + 7 * number, 15), capacity=150)
            for number, each in enumerate(self.library["coming"])
        ]
        for event in (self.webinar, self.exhibition, called_off, *coming):
            self.staff.post(f"/staff/events/{event['id']}/publish")
        self.called_off = called_off
        self.say(f"{3 + len(coming)} events published, 3 partners invited")
        self.rest()

    def _draft(self, event: dict[str, Any], starts_at: datetime, ends_at: datetime, **more: Any) -> dict[str, Any]:
        body = {**event, **more, "starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
        made: dict[str, Any] = self.staff.post(
            f"/staff/events?organiser={self.organiser}", body, key=f"draft-{uuid.uuid4()}"
        )
        return made

    def _invite(self, partner: dict[str, Any], position: int) -> None:
        fields = ("kind", "name", "email", "affiliation", "timezone")
        kept = self.staff.post(f"/staff/partners?organiser={self.organiser}", {name: partner[name] for name in fields})
        body: dict[str, Any] = {"partner_id": kept["id"], "role": partner["role"], "position": position}
        if partner.get("topic"):
            body["topic"] = partner["topic"]
        self.staff.post(f"/staff/events/{self.webinar['id']}/participations", body)

    # ------------------------------------------------------------ act 2: a crowd registers
    def register_crowd(self) -> None:
        """A hundred and twenty people register for a hundred seats; some press the button twice."""
        self.turn_to(self.at(1, 19), "The link goes round in the WhatsApp groups.")
        crowd = people(REGISTRANTS, seed=1)
        made = self.together(self._register_for_webinar, enumerate(crowd))
        self.places = list(zip(crowd, made, strict=True))
        states = [place["state"] for place in made]
        self.tally.confirmed, waiting = states.count("confirmed"), states.count("waitlisted")
        self.tally.waiting = self._by_email("waitlisted")
        self.tally.confirmations += self._by_email("confirmed")
        self.say(f"{self.tally.confirmed} people have a seat, {waiting} wait")
        self.rest()
        for name in ("speaker", "moderator", "school"):
            self._answer_invitation(self.library["partners"][name])
        self.say("The speaker and the school accept, the moderator is not sure yet")

    def _by_email(self, state: str) -> int:
        """Return how many of those who registered for the webinar have an address and were told `state`."""
        return sum(place["state"] == state and bool(person.email) for person, place in self.places)

    def _register_for_webinar(self, numbered: tuple[int, Person]) -> dict[str, Any]:
        number, person = numbered
        place: dict[str, Any] = {}
        for _ in range(2 if number % 15 == 0 else 1):  # an impatient finger: same form, same key, same answer
            place = self._register(self.webinar, person, key=f"webinar-{number:04}-{self.webinar['id']}")
        return place

    def _register(self, event: dict[str, Any], person: Person, *, key: str, **more: Any) -> dict[str, Any]:
        body: dict[str, Any] = {"name": person.name, "institution": person.institution, "consent": True, **more}
        body |= {"email": person.email} if person.email else {"phone": person.phone}
        made: dict[str, Any] = self.public.register(event["id"], body, locale=person.locale, key=key)
        return made

    def _answer_invitation(self, partner: dict[str, Any]) -> None:
        token = link_in(text_of(self.theatre.mail, partner["email"], containing="/p/"), PARTNER_LINK)
        self.public.post(f"/my/invitations/{token}/answer", {"answer": partner["answer"]})

    # ------------------------------------------------------------ act 3: some cancel, some are offered a seat
    def cancel_some(self) -> None:
        """Eight people give their seat up; it is offered to who waits, six take it, two let it lapse."""
        self.turn_to(self.at(3, 8), "Eight people cannot come after all.")
        seated = [place for person, place in self.places if place["state"] == "confirmed" and person.email]
        leaving = seated[5:85:10]
        self.together(lambda place: self.public.post(f"/my/registrations/{place['token']}/cancel"), leaving)
        self.tally.cancelled = len(leaving)
        gone = {place["id"] for place in leaving}
        self.rest()
        waiting = [place for _, place in self.places if place["state"] == "waitlisted"]
        offered = [place for place in waiting if self._state(place) == "offered"]
        taken = offered[: len(offered) - 2]
        self.together(lambda place: self.public.post(f"/my/registrations/{place['token']}/accept-offer"), taken)
        self.say(f"{len(offered)} seats offered by themselves, {len(taken)} taken at once")
        self.turn_to(self.at(4, 9), "Two offers lapse after a day and go on to the next.")
        again = [place for place in waiting if place not in offered and self._state(place) == "offered"]
        self.together(lambda place: self.public.post(f"/my/registrations/{place['token']}/accept-offer"), again)
        self.tally.offers_taken = len(taken) + len(again)
        seated_late = {place["id"] for place in (*taken, *again)}
        self.tally.confirmations += sum(
            place["id"] in seated_late and bool(person.email) for person, place in self.places
        )
        lapsed = {place["id"] for place in offered if place not in taken}
        self.tally.offers_lapsed = sum(place["id"] in lapsed and bool(person.email) for person, place in self.places)
        self.places = [(person, place) for person, place in self.places if place["id"] not in gone]
        self.rest()

    def _state(self, place: dict[str, Any]) -> str:
        return str(self.public.get(f"/my/registrations/{place['token']}")["state"])

    # ------------------------------------------------------------ act 4: moved, and another called off
    def move(self) -> None:
        """The speaker falls ill: the webinar moves by a day. Another event is called off."""
        self.turn_to(self.at(5, 10), "The webinar moves by one day; the speed-reading class is called off.")
        reason = {"id": "Pembicara berhalangan pada hari itu.", "en": "The speaker cannot come that day."}
        times = {"starts_at": self.at(17, 9).isoformat(), "ends_at": self.at(17, 11, 30).isoformat(), "reason": reason}
        disappointed = people(8, seed=3)
        for number, person in enumerate(disappointed):
            self._register(self.called_off, person, key=f"called-off-{number:04}")
        self.tally.called_off = sum(bool(person.email) for person in disappointed)
        self.tally.confirmations += self.tally.called_off
        states = self.together(lambda pair: (pair[0].email, self._state(pair[1])), self.places)
        active = ("confirmed", "waitlisted", "offered")
        self.tally.told_of_move = sum(email is not None and state in active for email, state in states)
        self.staff.post(f"/staff/events/{self.webinar['id']}/reschedule", times)
        reason = {"id": "Pengajar pindah tugas.", "en": "The teacher has moved away."}
        self.staff.post(f"/staff/events/{self.called_off['id']}/cancel", {"reason": reason})
        self.rest()

    # ------------------------------------------------------------ act 5: the exhibition
    def hold_exhibition(self) -> None:
        """Sixty people book visiting times; most are seen at the door."""
        slots = self.public.get(f"/events/{self.exhibition['id']}/slots")["items"]
        crowd = people(VISITORS, seed=2)

        def book(numbered: tuple[int, Person]) -> dict[str, Any]:
            number, person = numbered
            slot = slots[number % 12]
            size = 1 + number % 3
            return self._register(
                self.exhibition, person, key=f"visit-{number:04}-{slot['id']}", slot_id=slot["id"], party_size=size
            )

        made = self.together(book, enumerate(crowd))
        self.visits = list(zip(crowd, made, strict=True))
        self.tally.visits = len(made)
        self.tally.confirmations += sum(
            bool(person.email) and place["state"] == "confirmed" for person, place in self.visits
        )
        self.say(f"{len(made)} visits booked at the exhibition")
        self.turn_to(self.at(9, 9), "A day before: reminders go out.")
        self.turn_to(self.at(10, 9, 30), "The exhibition opens.")
        seen = [place for _, place in self.visits if place["state"] == "confirmed"][: VISITORS * 4 // 5]
        self.together(self._see_at_door, seen)
        self.tally.seen_at_door = len(seen)
        self.say(f"{len(seen)} parties were welcomed at the door")

    def _see_at_door(self, place: dict[str, Any]) -> None:
        path = f"/staff/registrations/{place['id']}/attendance"
        self.staff.ask("PUT", path, json={"evidence": "door"})

    # ------------------------------------------------------------ act 6: the webinar itself
    def hold_webinar(self) -> None:
        """Reminders, the gate, two code words, the end."""
        self.turn_to(self.at(14, 16, 5), "The exhibition ends.")
        self.turn_to(self.at(16, 9), "A day before the webinar: reminders go out.")
        self.turn_to(self.at(17, 8, 1), "An hour before: the last reminder.")
        self.turn_to(self.at(17, 9, 1), "The webinar is live.")
        present = [(person, place) for person, place in self.places if self._state(place) == "confirmed"]
        self.tally.reminded = sum(bool(person.email) for person, _ in present)
        there = [pair for number, pair in enumerate(present) if number % 12 != 7]
        start, end = self.library["events"]["webinar"]["start_code"], self.library["events"]["webinar"]["end_code"]
        self.together(self._join, there)
        self.together(lambda pair: self._enter(pair[1], start.upper()), there)
        stayed = [pair for number, pair in enumerate(there) if number % 10 != 9]
        self.together(lambda pair: self._enter(pair[1], f" {end} "), stayed)
        self.tally.joined = len(stayed)
        self.say(f"{len(there)} people joined, {len(stayed)} stayed to the end")
        self.rest()
        self.turn_to(self.at(17, 11, 31), "The webinar has ended.")

    def _join(self, pair: tuple[Person, dict[str, Any]]) -> None:
        """Come in by the link of the reminder, where there was one."""
        person, place = pair
        token = place["token"]
        if person.email:
            token = link_in(text_of(self.theatre.mail, person.email, containing="/r/"), MANAGE_LINK) or token
        self.public.post(f"/my/registrations/{token}/join")

    def _enter(self, place: dict[str, Any], code: str) -> None:
        self.public.post(f"/my/registrations/{place['token']}/code-words", {"code": code})

    # ------------------------------------------------------------ act 7: recorded and certified
    def prove(self) -> None:
        """The recording goes to YouTube, certificates are issued by themselves."""
        params = {
            "title": self.webinar["title"]["id"],
            "visibility": "public",
            "agreed": "true",
        }  # they said so at the desk
        self.staff.ask(
            "PUT",
            f"/staff/events/{self.webinar['id']}/recording",
            params=params,
            content=RECORDING.read_bytes(),
            headers={"Content-Type": "video/mp4"},
        )
        self.say("The recording was handed over; a worker uploads it, through a few faults")
        self.turn_to(self.at(17, 11, 40), "Certificates are drawn, signed and sent.")
        self.theatre.wait_until(self._video_is_public, "the recording is on YouTube")
        self.rest()

    def _video_is_public(self) -> bool:
        items = self.staff.get(f"/staff/events/{self.webinar['id']}/recordings")["items"]
        if items[0]["state"] == "queued":  # the pause after a fault is business time
            self.theatre.turn_clock_to(self.theatre.clock.now() + timedelta(seconds=30))
        return bool(items[0]["state"] == "published")
