"""Finding people among the registrations of an event by what staff type: part of a name, an address or a number."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from events.models import Registration, RegistrationState


def matching(event_id: uuid.UUID, text: str, states: Sequence[RegistrationState]) -> list[sa.ColumnElement[bool]]:
    """Return the conditions of `search_registrations`; without `text` it narrows nothing."""
    wanted: list[sa.ColumnElement[bool]] = [Registration.event_id == event_id]
    if states:
        wanted.append(Registration.state.in_(states))
    text = text.strip()
    if not text:
        return wanted
    places = [
        contains(Registration.name, text),
        contains(Registration.email, text),
        contains(Registration.institution, text),
    ]
    if (number := phone_holds(text)) is not None:
        places.append(number)
    wanted.append(sa.or_(*places))
    return wanted


def phone_holds(text: str) -> sa.ColumnElement[bool] | None:
    """Match a registration's number, however `text` writes it; None for what is no part of a number."""
    digits = "".join(letter for letter in text if letter.isdigit())
    # 0812…, 62812… and +62 812… are one number, kept as +62812….
    core = digits.removeprefix("62").removeprefix("0")
    if len(core) < 3 or len(digits) * 2 < len(text):
        return None
    return Registration.phone.contains(core, autoescape=True)


def contains(column: Any, text: str) -> sa.ColumnElement[bool]:
    """Match `text` anywhere in the column, whatever the case; its % and _ mean themselves."""
    found: sa.ColumnElement[bool] = sa.func.lower(column).contains(text.strip().lower(), autoescape=True)
    return found
