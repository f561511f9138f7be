"""An empty workbook for an event's list: its columns, what can be chosen in them, and a page that explains them.

The first sheet is the one that is read back; nothing stands in it but headings, so that no example is registered.
Every cell is a text, so that ``0812…`` keeps its zero.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from events.errors import N_
from events.questions.form_document import Question, QuestionKind
from service.files.sheets import MOST_ROWS
from service.importing.columns import UNASKED, columns_of
from service.importing.rows import Terms

LONGEST_LIST = 255
"""What the file format lets a cell's list of options hold; longer ones stand on a sheet of their own."""
_NEEDED = ("name",)
_YES_NO = ("sign_language", "wheelchair", "minor")
_WIDTH = 26


class Say(Protocol):
    """Translates a text and fills in its blanks."""

    def __call__(self, text: str, /, **told: Any) -> str:
        """Return the text in the reader's language."""
        ...


EXAMPLES = {
    "name": "Siti Aminah, S.Pd.",
    "email": "siti@gmail.com",
    "phone": "0812 3456 7890",
    "institution": "SMP Negeri 6 Batam",
    "party_size": "3",
    "members": "Budi; Cici",
    "with": "",
    "access_needs": "",
    "guardian_name": "",
    "guardian_email": "",
    "guardian_phone": "",
}
NOTES = {
    "name": N_("As it should stand on the certificate. Needed."),
    "email": N_("An e-mail address or a WhatsApp number is needed."),
    "phone": N_("Without an e-mail address, a WhatsApp number is enough."),
    "party_size": N_("This person included; empty: one, or as many as there are names."),
    "members": N_("One row for the whole group, where nothing is asked of each person."),
    "with": N_("For a group with a row for each person: write here the name or the contact of who registers, above."),
    "slot": N_("For example 2026-12-12 09:00, or choose from the list."),
    "access_needs": N_("What else has to be prepared."),
    "minor": N_("Then a name and a contact of the parent or guardian are needed: they are asked for their consent."),
    "guardian_phone": N_("An e-mail address or a WhatsApp number is needed."),
}


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    label: str
    options: Sequence[str]
    note: str
    example: str
    needed: bool
    several: bool = False


def workbook(terms: Terms, *, locale: str, say: Say) -> bytes:
    """Return the workbook (XLSX). Takes some tenths of a second the first time: run it in a thread."""
    import xlsxwriter  # noqa: PLC0415 - takes a quarter of a second, which a start need not wait for

    columns = [
        _column(terms, name, asked, locale, say)
        for name, asked in columns_of(terms.event, terms.document).items()
        if name not in UNASKED
    ]
    out = io.BytesIO()
    book: Any = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    plain = book.add_format({"num_format": "@"})
    bold = book.add_format({"bold": True, "bg_color": "#0f5c5c", "font_color": "#ffffff", "text_wrap": True})
    sheet: Any = book.add_worksheet(say(N_("Registrations"))[:31])
    sheet.freeze_panes(1, 1)
    for number, column in enumerate(columns):
        sheet.set_column(number, number, _WIDTH, plain)
        sheet.write_string(0, number, column.label, bold)
    _explain(book, columns, bold, say)
    ranges = _write_options(book, columns, say)
    for number, column in enumerate(columns):
        if column.options and not column.several:
            sheet.data_validation(1, number, MOST_ROWS, number, _validation(column, ranges, say))
    book.close()
    return out.getvalue()


def _column(terms: Terms, name: str, asked: str | Question, locale: str, say: Say) -> _Column:
    yes_no = (say(N_("yes")), say(N_("no")))
    if isinstance(asked, Question):
        options = [choice.label.to(locale) for choice in asked.choices]
        if asked.kind is QuestionKind.CONSENT:
            options = [*yes_no]
        several = asked.kind is QuestionKind.CHOICES
        example = "; ".join(options[:2]) if several else (options[0] if options else _example(asked))
        return _Column(
            name, asked.label.to(locale), options, asked.help.to(locale), example, asked.required, several=several
        )
    options = [*yes_no] if name in _YES_NO else _visits(terms) if name == "slot" else []
    example = EXAMPLES.get(name, options[-1] if name in _YES_NO else options[0] if options else "")
    note = say(NOTES[name]) if name in NOTES else ""
    return _Column(name, say(asked), options, note, example, name in _NEEDED)


def _example(question: Question) -> str:
    return {
        QuestionKind.NUMBER: "12",
        QuestionKind.DATE: "2012-08-17",
        QuestionKind.EMAIL: "ibu@gmail.com",
        QuestionKind.PHONE: "0812 3456 7890",
    }.get(question.kind, "")


def _visits(terms: Terms) -> list[str]:
    zone = ZoneInfo(terms.event.timezone)
    return [_moment(starts_at, zone) for starts_at in sorted(terms.slots)]


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _explain(book: Any, columns: Sequence[_Column], bold: Any, say: Say) -> None:
    """Write the page of explanations: a line for each column."""
    sheet: Any = book.add_worksheet(say(N_("How to fill it in"))[:31])
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for number, width in enumerate((34, 12, 56, 30, 60)):
        sheet.set_column(number, number, width, wrapped)
    headings = (N_("Column"), N_("Needed"), N_("What it holds"), N_("Example"), N_("What can be chosen"))
    for number, heading in enumerate(headings):
        sheet.write_string(0, number, say(heading), bold)
    sheet.freeze_panes(1, 1)
    several = say(N_("Several are possible, with semicolons between them."))
    for line, column in enumerate(columns, start=1):
        note = " ".join(filter(None, (column.note, several if column.several else "")))
        cells = (column.label, say(N_("yes")) if column.needed else "", note, column.example, "; ".join(column.options))
        for number, text in enumerate(cells):
            sheet.write_string(line, number, text[:5000])
    last = say(
        N_("At most %(people)s rows. Extra columns do no harm; the order of the columns does not matter."),
        people=MOST_ROWS,
    )
    sheet.write_string(len(columns) + 2, 0, last)


def _write_options(book: Any, columns: Sequence[_Column], say: Say) -> Mapping[str, str]:
    """Write lists that are too long for a cell on a sheet of their own; returns where each stands."""
    found: dict[str, str] = {}
    sheet: Any = None
    name = say(N_("Choices"))[:31]
    for column in columns:
        if not column.options or (len(",".join(column.options)) <= LONGEST_LIST and not _has_comma(column)):
            continue
        if sheet is None:
            sheet = book.add_worksheet(name)
        at = len(found)
        for line, option in enumerate(column.options):
            sheet.write_string(line, at, option)
        letter = chr(ord("A") + at) if at < 26 else "A" + chr(ord("A") + at - 26)
        found[column.name] = f"='{name}'!${letter}$1:${letter}${len(column.options)}"
    return found


def _has_comma(column: _Column) -> bool:
    return any("," in option for option in column.options)


def _validation(column: _Column, ranges: Mapping[str, str], say: Say) -> dict[str, Any]:
    """Return the cell's list. What is none of it is warned of, not refused: a group may be written in another way."""
    return {
        "validate": "list",
        "source": ranges.get(column.name) or list(column.options),
        "error_type": "warning",
        "error_title": column.label[:32],
        "error_message": say(N_("Choose one of the options."))[:255],
    }
