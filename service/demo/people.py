"""The people of the demonstration: names as they are written in Indonesia, none of them a real person."""

from __future__ import annotations

import random
from dataclasses import dataclass

from service.demo.library import load_library


@dataclass(frozen=True, slots=True)
class Person:
    """One person who registers."""

    name: str
    email: str | None
    phone: str | None
    institution: str
    locale: str = "id"


def people(count: int, *, seed: int, domain: str = "peserta.example") -> list[Person]:
    """Return `count` people, always the same for a `seed`. Every twelfth has no e-mail, every tenth reads English."""
    words: dict[str, list[str]] = load_library()["people"]
    special = words["special"]
    chance = random.Random(seed)  # noqa: S311 - invents names, guards nothing
    found: list[Person] = []
    for number in range(count):
        invented = f"{chance.choice(words['first'])} {chance.choice(words['last'])}"
        with_email = number % 12 != 11
        found.append(
            Person(
                name=special[number] if number < len(special) else invented,
                email=f"orang{seed}.{number}@{domain}" if with_email else None,
                phone=None if with_email else f"+62812{seed:02d}{number:06d}",
                institution=chance.choice(words["institutions"]),
                locale="en" if number % 10 == 9 else "id",
            )
        )
    return found
