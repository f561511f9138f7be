"""What devices at the door send and are told, for pages and API alike.

One item that makes no sense never holds up the others: a queue that was filled offline must always get empty.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from pydantic import AfterValidator, AwareDatetime, Field, PlainValidator, StringConstraints, ValidationError
from pydantic_core import to_json

from events.doors.door import Item, Move, Taken, Undo
from events.doors.door_reading import DoorCount, DoorEntry
from events.doors.walk_ins import WalkIn
from events.errors import N_, FieldError, Invalid
from events.links import read_door_code
from events.models import AgeGroup, Direction
from events.plaintext import one_line
from events.presence.head_counts import HeadTap
from service.inputs.checking import Email, Input, Line200, PersonName, Phone, parse

MOST_ITEMS = 200
"""In one batch: some 60 kB, a fraction of a second."""

_MOST_FIELDS = 10
"""Of one malformed item that are told: one with a thousand unknown fields is told as well with ten."""

Typed = Annotated[str, StringConstraints(max_length=300)]


class DoorItemInput(Input):
    """One thing that happened at a door; which fields it has depends on its `kind`."""

    id: uuid.UUID = Field(description="Made by the device (UUIDv7): the same id sent again counts once.")
    kind: Literal["in", "out", "undo", "heads", "walk_in"]
    at: AwareDatetime = Field(description="By the device's own clock; only the distance to `sent_at` is used.")
    registration_id: uuid.UUID | None = Field(None, description="Who went in or out.")
    code: Typed | None = Field(None, description="The code on the person's page, where the device does not know whose.")
    person: int = Field(0, ge=0, le=1000, description="Which of the party; 0 is the contact.")
    undoes: uuid.UUID | None = Field(None, description="For `undo`: the id of the scan that was a mistake.")
    age_group: AgeGroup | None = Field(None, description="For `heads`.")
    delta: int = Field(1, ge=-500, le=500, description="For `heads`: how many; below zero takes back.")
    name: Typed | None = Field(None, description="For `walk_in`.")
    email: Typed | None = None
    phone: Typed | None = None
    institution: Typed | None = None
    party_size: int = Field(1, ge=1, le=1000)
    locale: Literal["id", "en"] = "id"


@dataclass(frozen=True, slots=True)
class Malformed:
    """An item that could not be read: its id where it has one, and the fields that made no sense."""

    id: uuid.UUID | None
    fields: tuple[str, ...]


def _read_item(given: Any) -> DoorItemInput | Malformed:
    """Read one item, or keep what is wrong with it, so that one device's mistake costs the others nothing."""
    if isinstance(given, DoorItemInput):
        return given
    try:
        # As JSON again: moments and ids are texts there, and a number is still never a text that looks like one.
        return DoorItemInput.model_validate_json(to_json(given), strict=True)
    except ValidationError as error:
        faults = dict.fromkeys(".".join(str(part) for part in each["loc"]) for each in error.errors())
        return Malformed(_id_of(given), tuple(name for name in faults if name)[:_MOST_FIELDS])


def _id_of(given: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(given["id"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


class DoorBatchInput(Input):
    """What one device noted, oldest first."""

    sent_at: AwareDatetime = Field(description="The device's clock when it sent this.")
    door: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40), AfterValidator(one_line)] = Field(
        "", examples=["Pintu Utara"]
    )
    items: list[Annotated[DoorItemInput, PlainValidator(_read_item, json_schema_input_type=DoorItemInput)]] = Field(
        max_length=MOST_ITEMS, description="One that makes no sense is answered `invalid`; the others count."
    )


class _WalkInInput(Input):
    name: PersonName
    email: Email | None = None
    phone: Phone | None = None
    institution: Line200 | None = None


class DoorAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one item."""

    id: Annotated[uuid.UUID | None, msgspec.Meta(description="Null only where the item had none that can be read.")]
    outcome: Annotated[
        str,
        msgspec.Meta(
            description="`counted`, `repeated` (with `since` and `door`), `not_confirmed`, `cancelled`, `unknown`, "
            "`closed`, `undone`, `too_late`, `registered`, `already_registered`, `full` or `invalid`."
        ),
    ]
    registration_id: uuid.UUID | None = None
    name: str = ""
    person: int = 0
    since: datetime | None = None
    door: str = ""
    fields: Annotated[
        list[str], msgspec.Meta(description="For `invalid`: the fields to mend. Nothing of the item was kept.")
    ] = []


class DoorAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """What came of each item, in their order, and the count after them."""

    items: list[DoorAnswer]
    count: DoorCount


class DoorList(msgspec.Struct, frozen=True, kw_only=True):
    """The list that a device keeps, or what changed on it."""

    as_of: Annotated[datetime, msgspec.Meta(description="To be sent as `since` next time.")]
    entries: list[DoorEntry]
    count: DoorCount


def items_of(batch: DoorBatchInput) -> tuple[list[Item], dict[int, DoorAnswer]]:
    """Return what can be taken in, and by their places in the batch the answers to what cannot."""
    good: list[Item] = []
    bad: dict[int, DoorAnswer] = {}
    items: Sequence[DoorItemInput | Malformed] = batch.items
    for place, given in enumerate(items):
        if isinstance(given, Malformed):
            bad[place] = DoorAnswer(id=given.id, outcome="invalid", fields=list(given.fields))
            continue
        try:
            good.append(_item(given, batch))
        except Invalid as wrong:
            fields = [error.field for error in wrong.errors]
            bad[place] = DoorAnswer(id=given.id, outcome="invalid", name=given.name or "", fields=fields)
    return good, bad


def _item(given: DoorItemInput, batch: DoorBatchInput) -> Item:
    age = batch.sent_at - given.at
    if -timedelta(seconds=5) < age < timedelta():
        age = timedelta()  # the clock was set between the two
    if given.kind in ("in", "out"):
        code = read_door_code(given.code) if given.code else None
        return Move(
            id=given.id,
            direction=Direction(given.kind),
            registration_id=given.registration_id,
            code=code,
            person=given.person,
            age=age,
            door=batch.door,
        )
    if given.kind == "undo" and given.undoes is not None:
        return Undo(id=given.id, scan_id=given.undoes, age=age, door=batch.door)
    if given.kind == "heads" and given.age_group is not None:
        return HeadTap(id=given.id, age_group=given.age_group, delta=given.delta, age=age, door=batch.door)
    if given.kind == "walk_in":
        return _walk_in(given, age, batch.door)
    wanted = "undoes" if given.kind == "undo" else "age_group"
    raise Invalid([FieldError(wanted, "missing", N_("Please fill this in."))])


def _walk_in(given: DoorItemInput, age: timedelta, door: str) -> WalkIn:
    typed = {name: getattr(given, name) for name in ("name", "email", "phone", "institution")}
    checked = parse(_WalkInInput, {name: text for name, text in typed.items() if text and text.strip()})
    return WalkIn(
        id=given.id,
        name=checked.name,
        email=checked.email,
        phone=checked.phone,
        institution=checked.institution,
        party_size=given.party_size,
        locale=given.locale,
        age=age,
        door=door,
    )


def answers_of(
    batch: DoorBatchInput, taken: Sequence[Taken], bad: Mapping[int, DoorAnswer], count: DoorCount
) -> DoorAnswers:
    """Return the answers in the order of the batch: one for each item, whatever became of it."""
    told = iter(taken)
    answers = [bad[place] if place in bad else _told(next(told)) for place in range(len(batch.items))]
    return DoorAnswers(items=answers, count=count)


def _told(each: Taken) -> DoorAnswer:
    return DoorAnswer(
        id=each.id,
        outcome=each.outcome,
        registration_id=each.registration_id,
        name=each.name,
        person=each.person,
        since=each.since,
        door=each.door,
    )
