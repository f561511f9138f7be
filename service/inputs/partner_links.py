"""What partners send by their link: people whom they bring, reports, a number; checked once for all pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, TypeVar

from pydantic import Field, StringConstraints

from events.errors import N_, FieldError, Invalid
from events.registrations.applications import Guardian
from service.inputs.checking import Email, GuardianInput, Input, Line200, PersonName, Phone, parse

_Model = TypeVar("_Model", bound=Input)
_Long = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]


class ReportInput(Input):
    """What a partner tells after the event."""

    people: int | None = Field(None, ge=0, le=100_000, description="How many of their people came, as they counted.")
    comment: _Long = ""


class BroughtInput(Input):
    """Somebody whom a partner names."""

    name: PersonName
    email: Email | None = None
    phone: Phone | None = None


class PhoneInput(Input):
    """A telephone number that a partner sends in."""

    phone: Phone


class RenameInput(Input):
    """Another spelling of a name."""

    name: Line200


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a pasted list: as typed, not checked yet."""

    name: str
    contact: str = ""
    guardian: str = ""
    guardian_contact: str = ""


def lines_in(text: str) -> list[Line]:
    """Read people, one a line: a name; then, if wanted, a contact; for minors the guardian's name and contact.

    Commas, semicolons or tabs part them, as in a list copied from a spreadsheet. A number in front is left out.
    """
    found: list[Line] = []
    for typed in text.splitlines():
        parts = [part.strip() for part in re.split(r"[,;\t]", re.sub(r"^\s*\d{1,3}[.)]?\s+", "", typed))]
        parts = [part for part in parts if part]
        if not parts:
            continue
        name, rest = parts[0], parts[1:]
        contact = rest.pop(0) if rest and _is_contact(rest[0]) else ""
        guardian = rest.pop(0) if rest else ""
        found.append(Line(name, contact, guardian, rest.pop(0) if rest else ""))
    return found


def _is_contact(text: str) -> bool:
    return "@" in text or re.fullmatch(r"[+\d][\d\s().-]{6,}", text) is not None


def contact_fields(contact: str) -> dict[str, str]:
    """Return a contact as the field that it is for."""
    return {} if not contact else {"email" if "@" in contact else "phone": contact}


_OF_PERSON: Mapping[str, str] = {"email": "contact", "phone": "contact"}


_OF_GUARDIAN: Mapping[str, str] = {"name": "guardian", "email": "guardian_contact", "phone": "guardian_contact"}
"""What the form calls the parts of a line."""


def brought_in(line: Line, field: str) -> tuple[BroughtInput, Guardian | None]:
    """Return one checked person. Raises `Invalid` with every fault at ``<field>.<what>``."""
    errors: list[FieldError] = []
    guardian: Guardian | None = None
    person = _checked(BroughtInput, {"name": line.name, **contact_fields(line.contact)}, field, _OF_PERSON, errors)
    if line.guardian or line.guardian_contact:
        values = {"name": line.guardian, **contact_fields(line.guardian_contact)}
        if not line.guardian_contact:
            message = N_("Give an e-mail address or a WhatsApp number.")
            errors.append(FieldError(f"{field}.guardian_contact", "contact_missing", message))
        given = _checked(GuardianInput, values, field, _OF_GUARDIAN, errors)
        if given is not None:
            guardian = Guardian(given.name, given.email, given.phone)
    if errors or person is None:
        raise Invalid(errors)
    return person, guardian


def _checked(
    model: type[_Model], values: dict[str, str], field: str, parts: Mapping[str, str], errors: list[FieldError]
) -> _Model | None:
    try:
        return parse(model, {name: value for name, value in values.items() if value})
    except Invalid as refusal:
        for error in refusal.errors:
            part = parts.get(error.field, error.field)
            errors.append(FieldError(f"{field}.{part}", error.code, error.message, error.params))
        return None
