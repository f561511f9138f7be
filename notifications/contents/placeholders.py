"""Placeholders: ``{judul}`` in a text of the staff stands for the title of the event.

The list is fixed and a placeholder is a word: no expression, no attribute, no formatting code, nothing that is looked
up in an object. Two walls keep it so: a text with any other brace is refused when it is saved, and when a mail is
written only names of the list are replaced, by values that are never read as a text with placeholders again.

The names are Indonesian in every language of the texts, so that a text can be taken from one language to the other.
"""

from __future__ import annotations

import difflib
import enum
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from events.errors import N_, FieldError


class Shape(enum.StrEnum):
    """Where a placeholder may stand: within a line, as the address of a link, or as a paragraph of its own."""

    LINE = "line"
    LINK = "link"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One name of the list; `meaning` is a gettext id."""

    name: str
    shape: Shape
    meaning: str


_LISTED = (
    Placeholder("nama", Shape.LINE, N_("name of whoever gets the e-mail")),
    Placeholder("judul", Shape.LINE, N_("title of the event")),
    Placeholder("waktu", Shape.LINE, N_("day, date and time of the event")),
    Placeholder("tanggal", Shape.LINE, N_("date of the event, short")),
    Placeholder("jam", Shape.LINE, N_("time at which the event begins")),
    Placeholder("hari", Shape.LINE, N_("how soon it is: in 3 days, tomorrow, today")),
    Placeholder("tempat", Shape.LINE, N_("place of the event, or “online”")),
    Placeholder("waktu_lama", Shape.LINE, N_("when the event was to be before it moved")),
    Placeholder("penyelenggara", Shape.LINE, N_("name of the library")),
    Placeholder("jumlah_orang", Shape.LINE, N_("number of people registered together, from two on")),
    Placeholder("batas_waktu", Shape.LINE, N_("until when a seat is held")),
    Placeholder("urutan", Shape.LINE, N_("place in the queue")),
    Placeholder("sebab_menunggu", Shape.LINE, N_("why there is no seat yet")),
    Placeholder("nomor", Shape.LINE, N_("number of the certificate")),
    Placeholder("peserta", Shape.LINE, N_("name of the minor")),
    Placeholder("wali", Shape.LINE, N_("name of the parent or guardian")),
    Placeholder("batas_wali", Shape.LINE, N_("until when a parent or guardian can answer")),
    Placeholder("seri", Shape.LINE, N_("title of the series")),
    Placeholder("jumlah_tanggal", Shape.LINE, N_("number of dates that the person has")),
    Placeholder("jumlah_tanggal_baru", Shape.LINE, N_("number of dates that are new")),
    Placeholder("mitra", Shape.LINE, N_("whom we invite: the partner, or a polite “you”")),
    Placeholder("peran", Shape.LINE, N_("role of the partner")),
    Placeholder("topik", Shape.LINE, N_("topic of the speaker")),
    Placeholder("usulan", Shape.LINE, N_("the time that the partner proposed")),
    Placeholder("rekan", Shape.LINE, N_("name of the colleague who asked or decided")),
    Placeholder("tautan_acara", Shape.LINK, N_("public page of the event")),
    Placeholder("tautan_kelola", Shape.LINK, N_("personal page: see, change, cancel")),
    Placeholder("tautan_batal", Shape.LINK, N_("personal page for cancelling")),
    Placeholder("tautan_masuk", Shape.LINK, N_("personal link into the online room")),
    Placeholder("tautan_kode", Shape.LINK, N_("entry code for events with a door")),
    Placeholder("tautan_rekaman", Shape.LINK, N_("the recording")),
    Placeholder("tautan_survei", Shape.LINK, N_("the survey")),
    Placeholder("tautan_verifikasi", Shape.LINK, N_("page that proves the certificate")),
    Placeholder("tautan_acara_saya", Shape.LINK, N_("all events and certificates of the person")),
    Placeholder("tautan_wali", Shape.LINK, N_("page on which a parent or guardian answers")),
    Placeholder("tautan_seri", Shape.LINK, N_("personal page of the whole series")),
    Placeholder("tautan_mitra", Shape.LINK, N_("page on which the partner answers")),
    Placeholder("tautan_ruang", Shape.LINK, N_("online room for those who take part as partners")),
    Placeholder("tautan_pemeriksaan", Shape.LINK, N_("page on which staff review the event")),
    Placeholder("jumlah_acara_baru", Shape.LINE, N_("number of events that are new")),
    Placeholder("tautan_kabar", Shape.LINK, N_("personal page of who wants the news: confirm, change, stop")),
    Placeholder("tautan_agenda", Shape.LINK, N_("page with all coming events")),
    Placeholder("acara_baru", Shape.BLOCK, N_("list of the events that are new")),
    Placeholder("acara_mendatang", Shape.BLOCK, N_("list of what else comes next")),
    Placeholder("rincian", Shape.BLOCK, N_("card with the facts: title, time, place")),
    Placeholder("kabar", Shape.BLOCK, N_("what is special this time, in our words; mostly empty")),
    Placeholder("keadaan", Shape.BLOCK, N_("how the registration stands, in our words")),
    Placeholder("alasan", Shape.BLOCK, N_("the reason that staff gave")),
    Placeholder("komentar", Shape.BLOCK, N_("what the colleague wrote")),
    Placeholder("ringkasan", Shape.BLOCK, N_("summary of the event")),
    Placeholder("materi", Shape.BLOCK, N_("list of the materials")),
    Placeholder("daftar_tanggal", Shape.BLOCK, N_("list of the dates that the person has")),
    Placeholder("tanggal_baru", Shape.BLOCK, N_("list of the dates that are new")),
)
PLACEHOLDERS: Mapping[str, Placeholder] = {each.name: each for each in _LISTED}
"""Every placeholder that there is, by name. Which of them a text may use is for its kind to say."""

_NAMED = re.compile(r"\{([a-z_]+)\}")
_BRACED = re.compile(r"\{[^{}\n]*\}|[{}]")


def pieces(text: str) -> Sequence[str]:
    """Return `text` cut at its placeholders: at every odd place a name, between them what is to be said as it is."""
    return _NAMED.split(text)


def names(text: str) -> set[str]:
    """Return the names that `text` asks for, known or not."""
    return set(_NAMED.findall(text))


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with its placeholders replaced, once: braces within a value stay. Raises `KeyError`."""
    return "".join(values[piece] if place % 2 else piece for place, piece in enumerate(pieces(text)))


def errors(text: str, allowed: Collection[str], *, field: str) -> Iterator[FieldError]:
    """Yield what is wrong with the braces in a text that may use the placeholders `allowed`, line by line."""
    for number, line in enumerate(text.splitlines(), start=1):
        for found in _BRACED.findall(line):
            if len(found) == 1:
                yield FieldError(
                    field,
                    "brace",
                    N_("Line %(line)s: a brace stands alone. Placeholders look like this: %(example)s."),
                    {"line": number, "example": "{judul}"},
                )
            elif not _NAMED.fullmatch(found) or found[1:-1] not in allowed:
                yield _unknown(found, allowed, field=field, line=number)


def _unknown(found: str, allowed: Collection[str], *, field: str, line: int) -> FieldError:
    params = {"line": line, "found": found}
    typed = re.sub(r"\W+", "_", found[1:-1].strip().casefold())
    near = difflib.get_close_matches(typed, sorted(allowed), n=1, cutoff=0.5)
    if near:
        message = N_("Line %(line)s: there is no placeholder %(found)s here. Did you mean %(suggestion)s?")
        return FieldError(field, "placeholder", message, params | {"suggestion": f"{{{near[0]}}}"})
    message = N_(
        "Line %(line)s: there is no placeholder %(found)s here. The list beside the text names those there are."
    )
    return FieldError(field, "placeholder", message, params)
