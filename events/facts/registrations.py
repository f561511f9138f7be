"""Registrations: people come, change what they told, and give their places up."""

from __future__ import annotations

import uuid

from events.facts.fact import Fact


class AnswersRemoved(Fact, frozen=True, kw_only=True):
    """Answers went because the time for which they may be kept was over: those to `questions`, of `people` people."""

    revision: int
    questions: tuple[str, ...]
    people: int


class AttendeeRegistered(Fact, frozen=True, kw_only=True):
    """Somebody registered; `state` says whether they hold a seat or wait."""

    registration_id: uuid.UUID
    state: str
    party_size: int
    quiet: bool = False
    """Whether nobody writes to the person: a list was brought in without confirmations, or their address has had very
    many mails that anybody can have sent."""


class RegistrationsImported(Fact, frozen=True, kw_only=True):
    """Staff brought in a list of people; each is a fact of its own, too."""

    import_id: uuid.UUID
    people: int


class WalkInRegistered(Fact, frozen=True, kw_only=True):
    """Somebody came without having registered and was given a seat at the door."""

    registration_id: uuid.UUID
    party_size: int


class RegistrationCancelled(Fact, frozen=True, kw_only=True):
    """A registration was given up, by the person or by staff."""

    registration_id: uuid.UUID
    held_seat: bool


class VisitMoved(Fact, frozen=True, kw_only=True):
    """Somebody exchanged their visiting time for another."""

    registration_id: uuid.UUID
    from_slot_id: uuid.UUID
    to_slot_id: uuid.UUID
    quiet: bool = False
    """Whether the person is not written to, as in `AttendeeRegistered`."""


class DateExchanged(Fact, frozen=True, kw_only=True):
    """Somebody gave back another date of the series for this one."""

    registration_id: uuid.UUID
    from_event_id: uuid.UUID
    from_registration_id: uuid.UUID


class PartyShrunk(Fact, frozen=True, kw_only=True):
    """Fewer people come than were registered."""

    registration_id: uuid.UUID
    old_party_size: int
    party_size: int


class AnswersEdited(Fact, frozen=True, kw_only=True):
    """Somebody changed what they answered; `fields` names what, never how."""

    registration_id: uuid.UUID
    fields: tuple[str, ...]


class LinksRevoked(Fact, frozen=True, kw_only=True):
    """Every personal link of a registration became a dead one, because a wrong person had it."""

    registration_id: uuid.UUID


class PersonErased(Fact, frozen=True, kw_only=True):
    """What says who a registration belonged to was erased at the person's wish: of `people` of its party."""

    registration_id: uuid.UUID
    people: int


class OwnEventsAsked(Fact, frozen=True, kw_only=True):
    """Somebody asked for the link to everything of theirs; `registration_id` is their latest place."""

    registration_id: uuid.UUID
    link_id: uuid.UUID
