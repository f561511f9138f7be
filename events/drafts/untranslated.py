"""What is written in one language and not yet in the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from events.models import Event, Participation, ProgrammeItem
from events.storage import LocalizedText

TEXTS = ("title", "summary", "description", "audience", "venue")


@dataclass(frozen=True, slots=True)
class Gap:
    """A text that lacks `locale`: which field, and what it says in the language that is there."""

    field: str
    locale: str
    text: str


def find_gaps(
    event: Event, programme: Sequence[ProgrammeItem] = (), taking_part: Sequence[Participation] = ()
) -> list[Gap]:
    """Return every text of the event's page that one language lacks. Texts that nobody wrote at all are no gaps."""
    return [
        Gap(field, locale, text.to(locale))
        for field, text in _texts(event, programme, taking_part)
        if text
        for locale in text.missing()
    ]


def _texts(
    event: Event, programme: Sequence[ProgrammeItem], taking_part: Sequence[Participation]
) -> Iterator[tuple[str, LocalizedText]]:
    for name in TEXTS:
        yield name, getattr(event, name)
    for item in programme:
        yield "programme", item.title
        yield "programme", item.room
    for part in taking_part:
        if part.withdrawn_at is None:
            yield "topic", part.topic
