"""What people write in lists: yes and no, what somebody needs, what has become of somebody, who comes with whom."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from events.errors import N_, FieldError
from events.registrations.importing import Candidate

_YES = frozenset({"ya", "y", "yes", "x", "v", "✓", "1", "true", "benar", "perlu"})
_AGREED = ("setuju", "disetujui", "agreed")
"""How our own lists say that somebody has consented begins with one of these; the moment follows."""
_SIGNED = frozenset({"juru bahasa isyarat", "sign language interpreter"})
_WHEELS = frozenset({"tempat untuk kursi roda", "tempat kursi roda", "place for a wheelchair"})
_OVER = frozenset({"cancelled", "dibatalkan", "batal", "declined", "ditolak", "tidak disetujui", "tidak jadi"})
_NOBODY = N_("Nobody in the rows above is called so. Write the name or the contact of who registers.")

Row = Mapping[str, str]


def is_yes(text: str) -> bool:
    """Tell whether a cell says yes, or that somebody agreed."""
    said = text.strip().casefold()
    return said in _YES or said.startswith(_AGREED)


def is_over(text: str) -> bool:
    """Tell whether a cell says that a registration was given up or declined."""
    return text.strip().casefold() in _OVER


def needs_of(row: Row) -> dict[str, Any]:
    """Return what somebody needs to take part, as `service.inputs.checking.RegistrationInput` takes it."""
    signed, wheels = is_yes(row.get("sign_language", "")), is_yes(row.get("wheelchair", ""))
    rest: list[str] = []
    for part in row.get("access_needs", "").split(";"):
        said = part.strip().casefold()
        signed, wheels = signed or said in _SIGNED, wheels or said in _WHEELS
        if said and said not in _SIGNED | _WHEELS:
            rest.append(part.strip())
    return {"sign_language": signed, "wheelchair": wheels, "access_needs": "; ".join(rest) or None}


@dataclass(frozen=True, slots=True)
class PartyRows:
    """The row of who registers, and the rows of those who come with them, each with its line."""

    number: int
    row: Row
    others: list[tuple[int, Row]] = field(default_factory=list[tuple[int, Row]])


def gather(rows: Sequence[tuple[int, Row]]) -> tuple[list[PartyRows], list[Candidate]]:
    """Lay the rows of those who come with somebody to who registers, the latest of that name above them.

    Returns the parties, and an error for each row that nobody takes along.
    """
    parties: list[PartyRows] = []
    known: dict[str, PartyRows] = {}
    lost: list[Candidate] = []
    for number, row in rows:
        leader = row.get("with", "")
        if not leader:
            party = PartyRows(number, row)
            parties.append(party)
            known |= {key: party for name in ("name", "email", "phone") if (key := _key(row.get(name, "")))}
        elif _key(leader) in known:
            known[_key(leader)].others.append((number, row))
        else:
            error = FieldError("with", "unknown", _NOBODY)
            lost.append(Candidate(number, row.get("name", "")[:200], leader[:254], errors=(error,)))
    return parties, lost


def _key(text: str) -> str:
    """Return a name or contact as it is looked for: 0812…, 62812… and +62 812… are one number."""
    digits = re.sub(r"[^0-9]", "", text)
    if len(digits) >= 8 and not re.search(r"[^0-9+()\s.-]", text):
        return digits.removeprefix("62").removeprefix("0")
    return " ".join(text.split()).casefold()
