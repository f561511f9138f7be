"""The names of a party: checked as typed, and told apart. A list at the door with the same name twice helps nobody."""

from __future__ import annotations

from collections.abc import Sequence

from events import typed
from events.errors import N_, FieldError

NAME_LENGTH = 200
_MISSING = N_("Please fill this in.")
_TOO_LONG = N_("At most %(limit)s characters, please.")
TWICE = N_("This name stands in the group already. Tell two people apart, for example by the class.")


def check_name(at: str, given: object, errors: list[FieldError]) -> str:
    """Return a name in one spelling, or add to `errors` what is wrong with it and return an empty one."""
    if not isinstance(given, str) or not given.strip():
        errors.append(FieldError(at, "missing", _MISSING))
        return ""
    if len(given.strip()) > NAME_LENGTH:
        errors.append(FieldError(at, "too_long", _TOO_LONG, {"limit": NAME_LENGTH}))
        return ""
    try:
        return typed.name_of(given)
    except typed.Unusable as error:
        errors.append(FieldError(at, error.code, typed.MESSAGES[error.code]))
        return ""


def doubles(contact: str, others: Sequence[str]) -> list[FieldError]:
    """Return an error for each of the others whose name stands before theirs already, the contact's own included.

    Case and spaces do not tell people apart; who has no name is nobody's double.
    """
    seen = {_spelt(contact)}
    found: list[FieldError] = []
    for number, each in enumerate(others):
        name = _spelt(each)
        if name and name in seen:
            found.append(FieldError(f"members.{number}.name", "twice", TWICE))
        seen.add(name)
    return found


def _spelt(name: str) -> str:
    return " ".join(name.split()).casefold()
