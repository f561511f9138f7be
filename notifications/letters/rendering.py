"""An e-mail's words: from its material to subject, text and HTML.

What is said comes from the house (`notifications.contents.house_texts`) or, where staff wrote a text of their own for
this kind
and language, from there; both are the same markup, read once (`notifications.letters.markup`) and written twice, as
HTML and as
text. A text of the staff says the same in every situation; what is special this time is told by the house's parts in
it, and where the house's own subject or heading would not be the usual one, the house's counts.

Hundreds get the same words but for their name and their links. An e-mail is therefore written once with marks in the
places of what is a person's own, and the result (a `_Form`) is filled for each; two mails that differ in anything else
have two forms.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any

from markupsafe import escape

from events.links import Links
from events.plaintext import one_line
from notifications.contents.house_texts import HouseText, environment, house_text, ordinary_text
from notifications.contents.material import Loaded, Material
from notifications.contents.news_material import NewsMaterial
from notifications.letters import markup, markup_writing
from notifications.letters.mail_context import context_of
from notifications.letters.mail_parts import parts_of
from notifications.letters.markup import Letter
from notifications.letters.markup_writing import Filling
from notifications.letters.news_context import news_context_of
from notifications.models.email import EmailKind
from notifications.models.mail_template import OwnText
from notifications.transport.mime import Quoted, quoted

STAFFS_OWN = (EmailKind.RULE, EmailKind.ANNOUNCEMENT)
"""Kinds that say what staff wrote for them; the house adds the card with the facts."""

_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Words:
    """What an e-mail says, in one language."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class QuotedWords:
    """The same, ready for a message."""

    subject: str
    text: Quoted
    html: Quoted


def render(material: Loaded, links: Links, *, now: datetime) -> Words:
    """Return the e-mail's words as of `now`."""
    form, personal = _formed(material, links, now=now)
    return form.filled(personal)


def render_quoted(material: Loaded, links: Links, *, now: datetime) -> QuotedWords:
    """Return the same in quoted-printable, most of which is encoded once for all who are written to."""
    form, personal = _formed(material, links, now=now)
    return form.quoted(personal)


def _formed(material: Loaded, links: Links, *, now: datetime) -> tuple[_Form, dict[str, str]]:
    """Return the form of an e-mail, and what is to be filled in."""
    locale = "en" if material.email.locale == "en" else "id"
    if isinstance(material, NewsMaterial):
        context = news_context_of(material, links, locale)
    else:
        context = context_of(material, links, locale, now=now)
    personal = {name: value for name in _PERSONAL if (value := context.get(name))}
    context |= {name: _mark(name) for name in personal}
    return _form(material.email.kind, locale, own_text(material, locale), tuple(context.items())), personal


def own_text(material: Loaded, locale: str) -> OwnText | None:
    """Return what staff wrote in the reader's language: for this kind, or as this very e-mail (then in any)."""
    words = None if isinstance(material, NewsMaterial) else material.staff_words
    return OwnText(words[0].to(locale), words[1].to(locale)) if words is not None else material.own_text


def spoken(material: Material, links: Links, *, now: datetime, with_links: bool = True) -> tuple[str, str]:
    """Return subject and text of what staff wrote for one occasion, without the house's card and foot.

    Without links, what would hold one is left out: for where a personal link must not be kept. Raises `ValueError` for
    an e-mail whose words are the house's.
    """
    locale = "en" if material.email.locale == "en" else "id"
    words = material.staff_words
    if words is None:
        raise ValueError(f"{material.email.kind} says what the house wrote")
    values = _values(context_of(material, links, locale, now=now))
    if not with_links:
        values = {name: "" if name.startswith("tautan_") else value for name, value in values.items()}
    filling = Filling(values=values, parts={})
    body = markup_writing.plain(markup.read(words[1].to(locale)).blocks, filling)
    return one_line(markup_writing.line(words[0].to(locale), filling)), body


def _write(kind: EmailKind, locale: str, own: OwnText | None, context: dict[str, Any]) -> Words:
    """Write an e-mail."""
    said = house_text(kind, locale, context)
    filling = Filling(
        values=_values(context),
        parts=parts_of(kind, locale, context),
        texts={"kabar": markup.read(said.kabar), "keadaan": markup.read(said.keadaan)},
        link_style=f"color:{context['brand'].link}",
    )
    subject, letter = _chosen(kind, locale, said, own)
    heading = letter.heading or markup.read(said.body).heading
    assert heading is not None  # noqa: S101 - every text of the house begins with one
    shared: dict[str, Any] = {
        **context,
        "said": said,
        "subject": one_line(markup_writing.line(subject, filling)),
        "preview": one_line(markup_writing.line(said.preview, filling)),
        "why": one_line(markup_writing.line(said.why, filling)),
    }
    html = environment().get_template("layout/base.html")
    text = environment().get_template("layout/base.txt")
    return Words(
        shared["subject"],
        _BLANK_LINES.sub(
            "\n\n",
            text.render(
                shared,
                heading=markup_writing.heading(heading, filling),
                body=markup_writing.plain(letter.blocks, filling),
            ),
        ).strip()
        + "\n",
        html.render(
            shared,
            heading=markup_writing.html_heading(heading, filling),
            pieces=tuple(markup_writing.pieces(letter.blocks, filling)),
        ),
    )


def _chosen(kind: EmailKind, locale: str, said: HouseText, own: OwnText | None) -> tuple[str, Letter]:
    """Return the subject and the text: the staff's where they wrote one, save what the situation asks for."""
    house = markup.read(said.body)
    if own is None:
        return said.subject, house
    if kind in STAFFS_OWN:
        written, preface = markup.read(own.body), markup.read(said.keadaan)
        heading = written.heading or markup.read(f"# {own.subject}").heading
        return own.subject, Letter(heading, (*preface.blocks, *written.blocks, *house.blocks))
    usual, letter = ordinary_text(kind, locale), markup.read(own.body)
    subject = own.subject if said.subject == usual.subject else said.subject
    if house.heading != markup.read(usual.body).heading:
        letter = Letter(house.heading, letter.blocks)
    return subject, letter


# ------------------------------------------------------------ what placeholders stand for
_VALUES = {
    "nama": "addressee",
    "judul": "title",
    "waktu": "when",
    "tanggal": "date",
    "jam": "time",
    "hari": "days",
    "tempat": "where",
    "waktu_lama": "old_when",
    "batas_waktu": "deadline",
    "sebab_menunggu": "waiting_because",
    "nomor": "number",
    "peserta": "person",
    "wali": "guardian",
    "batas_wali": "guardian_deadline",
    "seri": "series_title",
    "mitra": "invitee",
    "peran": "role",
    "rekan": "colleague",
    "usulan": "proposed",
    "tautan_pemeriksaan": "review_url",
    "topik": "topic",
    "tautan_acara": "event_url",
    "tautan_kelola": "manage_url",
    "tautan_batal": "cancel_url",
    "tautan_masuk": "join_url",
    "tautan_rekaman": "recording_url",
    "tautan_survei": "survey_url",
    "tautan_verifikasi": "verify_url",
    "tautan_acara_saya": "own_events_url",
    "tautan_wali": "guardian_url",
    "tautan_seri": "series_url",
    "tautan_mitra": "partner_url",
    "tautan_ruang": "meeting_url",
    "tautan_kabar": "news_url",
    "tautan_agenda": "agenda_url",
    "jumlah_acara_baru": "new_count",
}
"""What in the context stands for each placeholder that is put down as it is."""


def _values(context: Mapping[str, Any]) -> dict[str, str]:
    """Return what each placeholder of a line stands for; empty where there is nothing."""
    values = {name: str(context.get(key, "")) for name, key in _VALUES.items()}
    party, position = context.get("party_size", 1), context.get("position", 0)
    has_door = "party_size" in context and not context["join_url"]
    return values | {
        "penyelenggara": context["organiser"].name,
        "jumlah_orang": str(party) if party > 1 else "",
        "urutan": str(position or ""),
        "jumlah_tanggal": str(context["held"]),
        "jumlah_tanggal_baru": str(len(context["further"])),
        "tautan_kode": f"{context['manage_url']}#entry" if has_door else "",
    }


# ------------------------------------------------------------ what recipients share, written once
_PERSONAL = (
    "salutation",
    "addressee",
    "person",
    "guardian",
    "guardian_url",
    "guardian_deadline",
    "manage_url",
    "unsubscribe_url",
    "join_url",
    "partner_url",
    "meeting_url",
    "verify_url",
    "number",
    "own_events_url",
    "cancel_url",
    "series_url",
    "news_url",
)
"""Single lines that are only asked for and put down. Everything else may decide what is said."""

_UNTYPED = secrets.token_hex(8)
"""What nobody can have typed into a title: it tells our marks from other text."""
_MARK = re.compile(f"{_UNTYPED}-([a-z_]+)-")


def _mark(name: str) -> str:
    return f"{_UNTYPED}-{name}-"


_Pieces = Sequence[str]
"""Text and, at every odd place, the name of what belongs between."""


@dataclass(frozen=True, slots=True)
class _Form:
    """An e-mail to nobody: pieces of text with blanks between them, and the lines without a blank encoded already."""

    subject: _Pieces
    text: _Pieces
    html: _Pieces
    quoted_text: Sequence[Quoted | _Pieces]
    quoted_html: Sequence[Quoted | _Pieces]

    def filled(self, personal: Mapping[str, str]) -> Words:
        """Return the words for one person."""
        escaped = _escaped(personal)
        return Words(_fill(self.subject, personal), _fill(self.text, personal), _fill(self.html, escaped))

    def quoted(self, personal: Mapping[str, str]) -> QuotedWords:
        """Return the same, encoded; a test holds the two against each other, octet by octet."""
        return QuotedWords(
            _fill(self.subject, personal),
            _fill_quoted(self.quoted_text, personal),
            _fill_quoted(self.quoted_html, _escaped(personal)),
        )


def _escaped(personal: Mapping[str, str]) -> Mapping[str, str]:
    return {name: str(escape(value)) for name, value in personal.items()}


def _fill(pieces: _Pieces, values: Mapping[str, str]) -> str:
    return "".join(values[piece] if place % 2 else piece for place, piece in enumerate(pieces))


def _fill_quoted(parts: Sequence[Quoted | _Pieces], values: Mapping[str, str]) -> Quoted:
    return Quoted(b"".join(part if isinstance(part, bytes) else quoted(_fill(part, values)) for part in parts))


def _encoded(written: str) -> tuple[Quoted | _Pieces, ...]:
    """Encode the lines without a blank. Lines are encoded each for itself, so these are what they would be anyway."""
    runs = groupby(written.splitlines() or [""], key=lambda line: _MARK.search(line) is not None)
    texts = [(has_blank, "".join(f"{line}\n" for line in lines)) for has_blank, lines in runs]
    return tuple(_MARK.split(text) if has_blank else quoted(text) for has_blank, text in texts)


@lru_cache(maxsize=256)
def _form(kind: EmailKind, locale: str, own: OwnText | None, context: tuple[tuple[str, Any], ...]) -> _Form:
    words = _write(kind, locale, own, dict(context))
    subject, text, html = (_MARK.split(written) for written in (words.subject, words.text, words.html))
    return _Form(subject, text, html, _encoded(words.text), _encoded(words.html))
