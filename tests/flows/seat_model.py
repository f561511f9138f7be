"""The rules of the registration desk for people to read: lists and sums, no counters, no locks, no SQL.

Every question is answered anew from who is there. It is slow and obvious, which is what makes it a yardstick: the
machine in `test_seat_rules` does the same to it and to the service, and compares everybody's state after each step.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from events.models import ACTIVE_STATES, SEATED_STATES
from events.models import RegistrationState as State

OFFER = timedelta(hours=1)
GUIDED_SEATS = 3
"""Places of the guided tour to begin with."""


@dataclass
class Pool:
    """A room: how many are planned for, and how many of the free seats are kept for invitees."""

    capacity: int
    overbooking: int = 0
    reserved: int = 0
    reserved_until: datetime | None = None

    @property
    def planned(self) -> int:
        """Seats that may be given out."""
        return self.capacity + self.overbooking


@dataclass
class Party:
    """One registration."""

    id: uuid.UUID
    who: int
    slot: int
    size: int
    guided: bool
    state: State
    since: datetime
    """When they asked; who waits is served by it."""
    undecided: bool = False
    decided: bool = False
    priority: int = 0
    expires: datetime | None = None
    partner: int | None = None
    """Whose seat it is that they have."""


@dataclass
class Promise:
    """Seats of one visiting time that a partner fills with people of their own, until a moment."""

    slot: int
    until: datetime
    held: int = 0
    """Those that have no name yet."""
    released: bool = False


@dataclass
class Desk:
    """One exhibition: two visiting times that share a room, one with its own, and a tour with places."""

    rooms: list[Pool]
    tour: Pool
    slots: list[int]
    """The room of each visiting time."""
    invited: dict[int, int]
    """Seats that are an invitee's and were not used."""
    required: bool
    pending_holds: bool
    invited_first: bool
    waitlist: bool
    school: Callable[[int], bool]
    """Who writes from the domain that is let in at once."""
    invitees: frozenset[int] = frozenset()
    parties: list[Party] = field(default_factory=list[Party])
    promises: dict[int, Promise] = field(default_factory=dict[int, Promise])
    """By partner, the first to be promised seats first."""

    # ------------------------------------------------------------ sums
    def room(self, party: Party) -> Pool:
        return self.rooms[self.slots[party.slot]]

    def taken(self, pool: Pool) -> int:
        seated = [each for each in self.parties if each.state in SEATED_STATES]
        kept = sum(each.held for each in self.promises.values() if self.rooms[self.slots[each.slot]] is pool)
        return kept + sum(
            each.size for each in seated if (each.guided if pool is self.tour else self.room(each) is pool)
        )

    def free(self, pool: Pool) -> int:
        """Lowering the capacity drops nobody, so that nothing is ever below zero."""
        return max(0, pool.planned - self.taken(pool))

    def held_for(self, pool: Pool) -> int:
        return sum(each.size for each in self.queue(pool, State.OFFERED))

    def queue(self, pool: Pool | None = None, state: State = State.WAITLISTED) -> list[Party]:
        """Who waits, in the order in which they are served."""
        there = [each for each in self.parties if each.state is state and (pool is None or self.room(each) is pool)]
        return sorted(there, key=lambda each: (-each.priority, each.since, each.id))

    def drawn(self, party: Party, own: int | None = None) -> int:
        """How many reserved seats a party may use."""
        own = self.invited.get(party.who, 0) if own is None else own
        return min(own, party.size, self.room(party).reserved)

    def has_seats(self, party: Party, own: int | None = None) -> bool:
        room = self.room(party)
        return self.free(room) - room.reserved + self.drawn(party, own) >= party.size

    def has_tour(self, party: Party) -> bool:
        return not party.guided or self.free(self.tour) >= party.size

    def fits(self, party: Party, own: int | None = None) -> bool:
        return self.has_seats(party, own) and self.has_tour(party)

    # ------------------------------------------------------------ giving and taking
    def seat(self, party: Party, state: State, own: int | None = None) -> None:
        used = self.drawn(party, own)
        self.room(party).reserved -= used
        if used and own is None:
            self.invited.pop(party.who, None)
        party.state = state

    def settle(self, now: datetime) -> None:
        """Offer what is free, to the first for whom everything is there, until it is there for nobody."""
        while lucky := next((each for each in self.queue() if self.fits(each)), None):
            self.seat(lucky, State.OFFERED)
            lucky.expires = now + OFFER

    def place(self, party: Party, state: State, now: datetime) -> None:
        """Seat a party or put it where its time of asking says."""
        self.settle(now)
        if self.fits(party):
            self.seat(party, state)
        else:
            party.state = State.WAITLISTED
            self.settle(now)

    def give_up(self, party: Party) -> None:
        """Give a partner the seat back that one of theirs had, while they may fill it; else it is free for anybody."""
        if party.partner is not None and party.state in SEATED_STATES:
            own = self.promises[party.partner]
            if not own.released and self.rooms[self.slots[own.slot]] is self.room(party):
                own.held += party.size
            party.partner = None

    # ------------------------------------------------------------ partners
    def named(self, partner: int) -> int:
        """How many people sit on a partner's seats."""
        return sum(each.size for each in self.parties if each.partner == partner and each.state in SEATED_STATES)

    def promise(self, partner: int, slot: int, count: int, until: datetime, now: datetime) -> str | None:
        room, named = self.rooms[self.slots[slot]], self.named(partner)
        own = self.promises.get(partner) or Promise(slot, until)
        if own.slot != slot and (own.held or named):
            return "Invalid"
        more = count - named - own.held
        if count < named or more > max(0, self.free(room) - room.reserved):
            return "Invalid"
        self.promises[partner] = own
        own.slot, own.until, own.held, own.released = slot, until, count - named, False
        self.settle(now)
        return None

    def fill(self, partner: int, people: list[Party], now: datetime) -> str | None:
        own = self.promises[partner]
        if own.released or own.until <= now:
            return "Gone"
        if len(people) > own.held:
            return "Invalid"
        if people[0].guided and self.free(self.tour) < len(people):
            return "ChoiceFull"
        own.held -= len(people)
        for each in people:
            each.slot, each.partner, each.decided = own.slot, partner, self.required
        self.parties += people
        return None

    def take_back(self, partner: int, now: datetime) -> None:
        own = self.promises.get(partner)
        if own is not None:
            own.held, own.released = 0, True
            self.settle(now)

    def take_back_overdue(self, now: datetime) -> None:
        """One partner after the other: who waits is served each time."""
        for partner, own in self.promises.items():
            if own.until <= now and not own.released:
                self.take_back(partner, now)

    # ------------------------------------------------------------ people
    def is_active(self, who: int, slot: int) -> bool:
        return any((each.who, each.slot) == (who, slot) and each.state in ACTIVE_STATES for each in self.parties)

    def register(self, party: Party) -> str | None:
        """Return the refusal's name, or None and the party is in."""
        if party.size > self.room(party).planned:
            return "Invalid"
        if self.is_active(party.who, party.slot):
            return "AlreadyRegistered"
        if self.invited_first and party.who in self.invitees:
            party.priority = 10
        approved = self.school(party.who) or party.who in self.invitees
        party.undecided, party.decided = self.required and not approved, self.required and approved
        if party.undecided and not self.pending_holds:
            party.state = State.REQUESTED
        elif self.fits(party):
            self.seat(party, State.PENDING if party.undecided else State.CONFIRMED)
        else:
            chooses_again = self.has_seats(party) or not self.waitlist
            places = self.free(self.tour) if chooses_again else max(self.tour.planned, self.taken(self.tour))
            if party.guided and party.size > places:
                return "ChoiceFull"
            if not self.waitlist:
                return "Full"
            party.state = State.WAITLISTED
        self.parties.append(party)
        return None

    def leave(self, party: Party, state: State, now: datetime) -> None:
        self.give_up(party)
        party.state, party.expires = state, None
        self.settle(now)

    def shrink(self, party: Party, size: int, now: datetime) -> None:
        party.size = size
        self.settle(now)

    def move(self, party: Party, slot: int, now: datetime) -> str | None:
        if party.slot == slot:
            return None
        if party.state not in (State.CONFIRMED, State.PENDING, State.REQUESTED):
            return "Conflict"
        if self.is_active(party.who, slot):
            return "AlreadyRegistered"
        wanted = self.rooms[self.slots[slot]]
        needs_seats = party.state in SEATED_STATES and wanted is not self.room(party)
        if needs_seats and self.free(wanted) - wanted.reserved < party.size:
            return "Full"
        if needs_seats:
            self.give_up(party)
        party.slot = slot
        self.settle(now)
        return None

    def guide(self, party: Party, guided: bool, now: datetime) -> str | None:
        if guided and not party.guided and party.state in SEATED_STATES and self.free(self.tour) < party.size:
            return "ChoiceFull"
        party.guided = guided
        self.settle(now)
        return None

    def accept(self, party: Party, now: datetime) -> str | None:
        if party.state in (State.CONFIRMED, State.PENDING):
            return None
        if party.state is not State.OFFERED or party.expires is None or party.expires <= now:
            return "Gone"
        party.state, party.expires = State.PENDING if party.undecided else State.CONFIRMED, None
        return None

    # ------------------------------------------------------------ staff and the clock
    def expire(self, now: datetime) -> None:
        for party in self.queue(state=State.OFFERED):
            if party.expires is not None and party.expires <= now:
                party.state, party.expires = State.DECLINED, None
        self.settle(now)

    def open_up(self, now: datetime) -> None:
        """Give reserved seats whose time is over to everybody."""
        for room in self.rooms:
            if room.reserved and room.reserved_until is not None and room.reserved_until <= now:
                room.reserved = 0
        self.settle(now)

    def approve(self, party: Party, now: datetime) -> None:
        if party.state not in ACTIVE_STATES or not party.undecided:
            return
        party.undecided, party.decided = False, True
        if party.state is State.PENDING:
            party.state = State.CONFIRMED
        elif party.state is State.REQUESTED:
            self.place(party, State.CONFIRMED, now)

    def decline(self, party: Party, now: datetime) -> None:
        if party.state in ACTIVE_STATES and party.undecided:
            party.decided = True
            self.leave(party, State.DECLINED, now)

    def undo(self, party: Party, now: datetime) -> str | None:
        declined = party.state is State.DECLINED and party.undecided
        if not party.decided or not (declined or (party.state in ACTIVE_STATES and not party.undecided)):
            return "Conflict"
        if declined and self.is_active(party.who, party.slot):
            return "AlreadyRegistered"
        party.undecided, party.decided = True, False
        if declined:
            party.state = State.REQUESTED
            if self.pending_holds:
                self.place(party, State.PENDING, now)
        elif party.state in (State.CONFIRMED, State.PENDING):
            if not self.pending_holds:
                self.give_up(party)
            party.state = State.PENDING if self.pending_holds else State.REQUESTED
            self.settle(now)
        return None

    def offer_to(self, party: Party, now: datetime) -> str | None:
        if party.state is not State.WAITLISTED:
            return "Conflict"
        room = self.room(party)
        lacking = max(0, party.size - max(0, self.free(room) - room.reserved))
        if not self.fits(party, own=lacking):
            return "Full"
        self.seat(party, State.OFFERED, own=lacking)
        party.expires = now + OFFER
        return None

    def prioritise(self, party: Party, priority: int) -> str | None:
        if party.state is not State.WAITLISTED:
            return "Conflict"
        party.priority = priority
        return None

    def resize(self, pool: Pool, capacity: int, percent: int, now: datetime) -> None:
        pool.capacity = capacity
        pool.overbooking = 0 if pool is self.tour else capacity * percent // (100 - percent)
        pool.reserved = min(pool.reserved, self.free(pool))
        self.settle(now)

    def reserve(self, room: Pool, count: int, until: datetime, now: datetime) -> str | None:
        if count > max(self.free(room), room.reserved):
            return "Invalid"
        room.reserved, room.reserved_until = count, until
        self.settle(now)
        return None

    # ------------------------------------------------------------ what is told
    def why(self, party: Party) -> str:
        """Why somebody waits."""
        room = self.room(party)
        own = max(0, self.free(room) - room.reserved) + min(self.invited.get(party.who, 0), room.reserved)
        if own >= party.size:
            return "next" if self.has_tour(party) else "choice_full"
        if own:
            return "too_large"
        return "held" if self.held_for(room) else "full"
