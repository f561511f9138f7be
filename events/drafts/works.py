"""The works of an exhibition, as their labels name them: what posts introduce one by one."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from events import facts, outbox
from events.drafts import authoring
from events.errors import N_, FieldError, Invalid
from events.storage import LOCALES, LocalizedText

MOST_WORKS = 200
TITLE_LENGTH = 200
NOTE_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Work:
    """One work: its name, who made it, and a sentence or two about it."""

    title: LocalizedText
    maker: str = ""
    note: LocalizedText = field(default_factory=LocalizedText)

    @property
    def code(self) -> str:
        """Return twelve characters that name the work for as long as its title and maker stay."""
        named = f"{self.title.to(LOCALES[0])}\n{self.maker}"
        return hashlib.sha256(named.encode()).hexdigest()[:12]


def works_of(stored: Iterable[Mapping[str, Any]]) -> tuple[Work, ...]:
    """Read an event's `works` column."""
    return tuple(
        Work(LocalizedText(**each["title"]), each.get("maker", ""), LocalizedText(**each.get("note", {})))
        for each in stored
    )


def set_works(session: Session, event_id: uuid.UUID, works: Sequence[Work], *, now: datetime, by: str) -> None:
    """Replace the works of an event; nothing is recorded where nothing changed. The caller commits.

    Raises `NotFound`, `Conflict` for an event that cannot be edited any more, and `Invalid`.
    """
    event = authoring.editable(session, event_id)
    _refuse_bad(works)
    stored = [{"title": _stored(work.title), "maker": work.maker.strip(), "note": _stored(work.note)} for work in works]
    if stored == event.works:
        return
    event.works = stored
    event.version += 1
    event.updated_at = now
    session.flush()
    fact = facts.EventEdited(organiser_id=event.organiser_id, event_id=event.id, fields=("works",))
    outbox.record(session, fact, now=now, by=by)


def _refuse_bad(works: Sequence[Work]) -> None:
    codes = [work.code for work in works]
    if len(works) > MOST_WORKS:
        raise Invalid([FieldError("works", "too_many", N_("At most %(limit)s works, please."), {"limit": MOST_WORKS})])
    for work in works:
        if not work.title:
            raise Invalid([FieldError("works", "missing", N_("Every work needs a title."))])
        if _longest(work.title) > TITLE_LENGTH or len(work.maker) > TITLE_LENGTH or _longest(work.note) > NOTE_LENGTH:
            raise Invalid([FieldError("works", "too_long", N_("That is too long for a label."))])
        if codes.count(work.code) > 1:
            raise Invalid([FieldError("works", "twice", N_("This work is in the list twice."))])


def _longest(text: LocalizedText) -> int:
    return max(len(text.id), len(text.en))


def _stored(text: LocalizedText) -> dict[str, str]:
    return {locale: said.strip() for locale in LOCALES if (said := getattr(text, locale)).strip()}
