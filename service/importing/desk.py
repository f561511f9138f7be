"""Lists of people, alike for pages and API: taken in, tried on a copy, brought in as they were seen."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from events.errors import N_, FieldError, Invalid
from events.models import Event, RegistrationImport
from events.questions.form_document import FormDocument, Question
from events.registrations import importing as lists
from events.registrations.importing import Candidate, Trial
from events.registrations.rehearsing import Rows
from events.storage import ReadSession
from service.files import sheets
from service.files.sheets import Table
from service.importing.columns import columns_of, guess
from service.importing.rows import candidates, terms_of

_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class Listed:
    """A list that was sent: its row, what each of its lines asks for, and what its columns may hold."""

    row: RegistrationImport
    candidates: Sequence[Candidate]
    columns: Mapping[str, str | Question]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A list with everything that a trial needs: nothing is read any more."""

    listed: Listed
    copy: Rows

    def try_out(self, *, now: datetime, by: str) -> Trial:
        """Return what would become of each line. Holds the CPU for up to some seconds: run it in a thread.

        One after the other in a process, so that pages go on in between.
        """
        with _ONE_AT_A_TIME:
            return lists.rehearse(self.copy, self.listed.candidates, now=now, by=by)


def new_list(
    event: Event, document: FormDocument, filename: str, table: Table, *, now: datetime, by: str
) -> RegistrationImport:
    """Return the row of a list as it was sent, its columns named as far as their headings tell."""
    return RegistrationImport(
        event_id=event.id,
        filename="".join(letter for letter in filename if letter.isprintable())[:200],
        headers=list(table.headers),
        rows=[list(each) for each in table.rows],
        numbers=list(table.numbers),
        mapping=guess(table.headers, event, document),
        created_at=now,
        created_by=by,
    )


def copy_of(row: RegistrationImport) -> RegistrationImport:
    """Return a row of its own for each time that a use-case is run."""
    columns = RegistrationImport.__mapper__.column_attrs.keys()
    return RegistrationImport(**{name: value for name in columns if (value := getattr(row, name)) is not None})


def table_of(rows: Sequence[Mapping[str, str]]) -> Table:
    """Return rows as programs send them, by the names of columns, as a table; lines are numbered from 1."""
    headers = tuple(dict.fromkeys(name for row in rows for name in row))
    if not headers:
        raise Invalid([FieldError("rows", "empty", N_("There is nobody in this list."))])
    if len(headers) > sheets.MOST_COLUMNS:
        limit = {"limit": sheets.MOST_COLUMNS}
        raise Invalid([FieldError("rows", "too_many", N_("At most %(limit)s columns."), limit)])
    cells = tuple(tuple(row.get(name, "").strip() for name in headers) for row in rows)
    return Table(headers, cells, tuple(range(1, len(rows) + 1)))


def load(session: ReadSession, event: Event, import_id: uuid.UUID, *, now: datetime, quiet: bool = False) -> Listed:
    """Read a list of this event and what its lines ask for. Raises `NotFound`."""
    row = lists.find(session, event.id, import_id)
    terms = terms_of(session, event, consent_version=f"import-{import_id.hex}", quiet=quiet)
    names = {int(number): name for number, name in row.mapping.items()}
    texts = [
        (number, {names[at]: text for at, text in enumerate(cells) if at in names})
        for number, cells in zip(row.numbers, row.rows, strict=True)
    ]
    return Listed(row, candidates(terms, texts, now=now), columns_of(event, terms.document))


def prepare(session: ReadSession, event: Event, import_id: uuid.UUID, *, now: datetime) -> Prepared:
    """Read a list and what a trial of it needs. Raises `NotFound`."""
    listed = load(session, event, import_id, now=now)
    return Prepared(listed, lists.read_copy(session, event, listed.candidates))


def mapping_of(listed: Listed, chosen: Mapping[str, str]) -> dict[str, str]:
    """Return what the columns hold as somebody says it, by their numbers. Raises `Invalid`, at ``columns``."""
    found = {
        str(number): chosen[str(number)]
        for number in range(len(listed.row.headers))
        if chosen.get(str(number)) in listed.columns
    }
    if len(set(found.values())) < len(found):
        raise Invalid([FieldError("columns", "twice", N_("Two columns cannot hold the same."))])
    return found
